"""Models made at set-up from our own text, and made again only where what they are made from changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_END = "\n"


def is_fresh(model: Path, made_from: Sequence[Path]) -> bool:
    """Whether `model` was made from `made_from` (files and folders of files) as they are now."""
    stamp = _stamp(model)
    return (
        model.exists()
        and stamp.exists()
        and stamp.read_text(encoding="ascii") == _digest(made_from)
    )


def keep(model: Path, **arrays: Any) -> None:
    """Write a model in one step, for other processes may be reading the last one.

    Raises:
        OSError: it cannot be written there.
    """
    fresh = model.with_name(f"fresh-{model.name}")
    np.savez(fresh, **arrays)
    fresh.replace(model)


def stamp(model: Path, made_from: Sequence[Path]) -> None:
    """Note beside `model` that it was made from `made_from` as they are now."""
    _stamp(model).write_text(_digest(made_from), encoding="ascii")


def packed(words: Iterable[str]) -> NDArray[np.uint8]:
    """Words without line ends as numbers, for a file of numbers alone."""
    return np.frombuffer(_END.join(words).encode(), np.uint8)


def unpacked(numbers: NDArray[np.uint8]) -> list[str]:
    """The words that were packed."""
    return numbers.tobytes().decode().split(_END)


def _stamp(model: Path) -> Path:
    return model.with_suffix(".stamp")


def _digest(made_from: Sequence[Path]) -> str:
    files = [
        file
        for path in made_from
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if file.is_file()
    ]
    seen = hashlib.sha256()
    for file in files:
        seen.update(f"{file.name}\n".encode() + file.read_bytes())
    return seen.hexdigest()
