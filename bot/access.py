"""Who may do what with a case, and with the answers. Pure rules over a role and a case."""

from __future__ import annotations

from bot.catalogue import _
from bot.errors import NotAllowed
from bot.handoff import Case
from bot.tables import Counsellor

TAKES_CHATS = frozenset({"counsellor", "supervisor", "admin"})
OVERSEES = frozenset({"supervisor", "admin"})
EDITS = frozenset({"editor", "admin"})
KEEPS_DIRECTORY = frozenset({"directory", "admin"})


def may_take_chats(counsellor: Counsellor) -> bool:
    return counsellor.role in TAKES_CHATS


def may_edit(counsellor: Counsellor) -> bool:
    """Whether the role writes, publishes and approves answers."""
    return counsellor.role in EDITS


def may_keep_directory(counsellor: Counsellor) -> bool:
    """Whether the role edits, verifies and imports the directory of services."""
    return counsellor.role in KEEPS_DIRECTORY


def may_oversee(counsellor: Counsellor) -> bool:
    """Whether the role looks after the work of others, the machine's too."""
    return counsellor.role in OVERSEES


def may_read(case: Case, counsellor: Counsellor) -> bool:
    """A waiting case is open to all who take chats; later only to who has it, and overseers."""
    if not may_take_chats(counsellor):
        return False
    return case.state == "waiting" or _has(case, counsellor) or may_oversee(counsellor)


def may_answer(case: Case, counsellor: Counsellor) -> bool:
    return case.state == "claimed" and may_take_chats(counsellor) and _has(case, counsellor)


def may_note(case: Case, counsellor: Counsellor) -> bool:
    """Whoever answers, and overseers while the case is open."""
    if case.state == "closed":
        return False
    return may_answer(case, counsellor) or may_oversee(counsellor)


def may_close(case: Case, counsellor: Counsellor) -> bool:
    """As notes; a waiting case has nobody who could close it but an overseer."""
    return may_note(case, counsellor)


def demand(allowed: bool) -> None:
    """Raises:
    NotAllowed: `allowed` is False.
    """
    if not allowed:
        raise NotAllowed(_("Bạn không giữ cuộc trò chuyện này nên không làm việc đó được."))


def _has(case: Case, counsellor: Counsellor) -> bool:
    return case.counsellor_id == counsellor.id
