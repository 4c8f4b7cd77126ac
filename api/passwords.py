"""Passwords: argon2id, checked against something also where nobody has the name."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from bot.catalogue import _
from bot.errors import NotUnderstood

FEWEST_CHARACTERS, MOST_CHARACTERS = 10, 200
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


async def is_right(stored: str | None, password: str) -> bool:
    """Whether `password` is the one kept as `stored`; None, for nobody's, takes as long and is False.

    Longer ones than may be set are cut, so that a huge one costs no more than a small one.
    """
    nobodys = await asyncio.to_thread(_nobodys_hash)
    attempt = nfc(password[: MOST_CHARACTERS * 4])
    try:
        await asyncio.to_thread(_hasher().verify, stored or nobodys, attempt)
    except VerifyMismatchError:
        return False
    return stored is not None


async def keep(password: str) -> str:
    """What is stored of a password."""
    return await asyncio.to_thread(_hasher().hash, nfc(password))


def demand_good(login: str, new: str) -> None:
    """Raises:
    NotUnderstood: too short, too long or too easily guessed; `line` says which.
    """
    if len(nfc(new)) < FEWEST_CHARACTERS:
        raise NotUnderstood(
            _("Mật khẩu mới cần ít nhất {fewest} ký tự.").format(fewest=FEWEST_CHARACTERS)
        )
    if len(nfc(new)) > MOST_CHARACTERS:
        raise NotUnderstood(_("Mật khẩu mới dài quá {most} ký tự.").format(most=MOST_CHARACTERS))
    if len(set(new)) < 4 or len(new.casefold().replace(login, "")) < 4:
        raise NotUnderstood(
            _("Mật khẩu này dễ đoán quá. Bạn thử ghép vài từ không liên quan nhau.")
        )


def groups_of_letters(groups: int) -> str:
    """`groups` of four letters and digits that are not mistaken for each other, 19.8 bits each."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(groups)
    )


def nfc(text: str) -> str:
    """Vietnamese keyboards write one letter as one or as several code points."""
    return unicodedata.normalize("NFC", text)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """What a password for an unknown login is checked against."""
    return _hasher().hash(secrets.token_urlsafe(16))
