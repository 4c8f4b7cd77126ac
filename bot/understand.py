"""Text as people write it, made comparable. Pure; imports nothing of ours."""

from __future__ import annotations

import unicodedata

_D = str.maketrans({"đ": "d", "Đ": "D"})


def nfc(text: str) -> str:
    """`text` in Unicode's composed form, which every other function here expects."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """`text` without Vietnamese diacritics; keeps length on composed input, so offsets still hold.

    Unicode does not decompose đ, so it is mapped by hand.
    """
    out = []
    for char in text.translate(_D):
        decomposed = unicodedata.normalize("NFD", char)
        out.append(decomposed[0] if len(decomposed) > 1 else char)
    return "".join(out)
