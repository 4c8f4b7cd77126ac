"""Train Rasa's model when what it is made from has changed, and try it before it counts.

`nlu_data/.venv/bin/python -m nlu_data.train`, from the root of the repository. The model is named
after a hash of everything that shapes it, so training twice is free and an old model is never
served by mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nlu_data.environment import MODELS, PROJECT, ROOT, prepare

SENTENCE, EXPECTED = "cho tôi gặp tư vấn viên", "human"


def inputs() -> Iterator[Path]:
    """The files that a model is made from, in a fixed order."""
    for folder in ("nlu", "rules", "domain"):
        yield from sorted((PROJECT / folder).glob("*.yml"))
    yield from sorted((PROJECT / "components").glob("*.py"))
    yield from (PROJECT / "config.yml", PROJECT / "uv.lock", ROOT / "bot" / "understand.py")


def digest() -> str:
    """Twelve characters that change when any input does."""
    total = hashlib.sha256()
    for path in inputs():
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def current_model() -> Path:
    """Where the model made from the files as they are now is, or would be."""
    return MODELS / f"{digest()}.tar.gz"


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Hold back what Rasa and its libraries print, and show it only where something fails.

    What Rasa has to say about the data itself is nlu_data/validate.py's business.
    """
    said, done = io.StringIO(), False
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            yield
        done = True
    finally:
        if not done:
            sys.stderr.write(said.getvalue())


def _train(name: str, folder: Path) -> None:
    from rasa.api import train

    result = train(
        domain=str(PROJECT / "domain"),
        config=str(PROJECT / "config.yml"),
        training_files=[str(PROJECT / "nlu"), str(PROJECT / "rules")],
        output=str(folder),
        force_training=True,
        fixed_model_name=name,
    )
    if result.code or not result.model:
        raise SystemExit(f"Rasa did not train a model (code {result.code})")


def try_out(model: Path) -> None:
    """Load `model` and let it read one sentence.

    Raises:
        SystemExit: it cannot be loaded, or reads the sentence wrongly.
    """
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    if not agent.is_ready():
        raise SystemExit(f"{model.name} was trained but does not load")
    intent = asyncio.run(agent.parse_message(SENTENCE))["intent"]["name"]
    if intent != EXPECTED:
        raise SystemExit(f"{model.name} takes {SENTENCE!r} for {intent}, not {EXPECTED}")


def main() -> None:
    """Train unless the model is there; either way one line says what happened."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # must be set before the interpreter starts
        command = [sys.executable, "-m", "nlu_data.train"]
        repeatable = {**os.environ, "PYTHONHASHSEED": "0"}
        raise SystemExit(subprocess.run(command, env=repeatable, check=False).returncode)
    prepare()
    model, began = current_model(), time.monotonic()
    if model.exists():
        print(f"Rasa model {model.stem.removesuffix('.tar')} is up to date.")
        return
    MODELS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MODELS) as scratch, _quietly():
        _train(model.name, Path(scratch))
        trained = Path(scratch) / model.name
        try_out(trained)
        trained.replace(model)
    for old in MODELS.glob("*.tar.gz"):
        if old != model:
            old.unlink()
    seconds = time.monotonic() - began
    print(f"Rasa model {model.stem.removesuffix('.tar')} trained in {seconds:.0f} s.")


if __name__ == "__main__":
    main()
