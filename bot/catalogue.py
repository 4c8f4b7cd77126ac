"""The words of the people who answer: the console's, and what their group on Telegram is told.

They are written in Vietnamese where they are used, marked with `_`, with `N_` (a constant that is looked up
when it is shown) or as a `Table`, and gathered in one catalogue, locale/console.pot, by `make words`. Another
language is one more file beside it, NAME.po, as GNU gettext writes it. What citizens read is not among them:
that is reviewed content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from bot.errors import SettingsBroken

FOLDER = Path(__file__).resolve().parent / "locale"
OWN = "vi"
"""The language in which they are written."""
_translated: dict[str, str] = {}


def speak(language: str, folder: Path = FOLDER) -> None:
    """Have this process say its words in `language`; what its file lacks stays Vietnamese.

    Raises:
        SettingsBroken: there is no such file, or it cannot be read.
    """
    words = {} if language == OWN else _read(language, folder)
    _translated.clear()
    _translated.update(words)


def gettext(message: str) -> str:
    """`message` in the language of this process; in code as `_`."""
    return _translated.get(message, message)


_ = gettext


def N_(message: str) -> str:
    """`message` as it is, marked for the catalogue; whoever shows it asks for `_`."""
    return message


class Table(Mapping[str, str]):
    """Words by their keys, each in the language of this process when it is looked up."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __getitem__(self, key: str) -> str:
        return gettext(self._words[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def _read(language: str, folder: Path) -> dict[str, str]:
    path = folder / f"{language}.po"
    try:
        with path.open("rb") as file:
            found = read_po(file, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise SettingsBroken(
            f"DIEMTUA_CONSOLE_LANGUAGE là “{language}”, nhưng không đọc được tệp {path.name} "
            f"({type(error).__name__}). Để trống là tiếng Việt."
        ) from None
    return {
        message.id: message.string
        for message in found
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string
    }
