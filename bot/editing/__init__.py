"""The editors' work: from a question nobody answered to an article people can rely on."""

from bot.editing.checks import FIELDS, RESERVED, Checked, Fault, check_form, check_phrase
from bot.editing.publishing import (
    Editor,
    approve,
    attach,
    draft_form,
    drafts,
    drop_draft,
    edition,
    publish,
    save_draft,
    serving_form,
)
from bot.editing.questions import (
    close_question,
    count_questions,
    find_question,
    note_question,
    note_unhelpful,
    questions,
)
from bot.editing.redaction import redact
from bot.editing.source import Form, new_form

__all__ = [
    "FIELDS",
    "RESERVED",
    "Checked",
    "Editor",
    "Fault",
    "Form",
    "approve",
    "attach",
    "check_form",
    "check_phrase",
    "close_question",
    "count_questions",
    "draft_form",
    "drafts",
    "drop_draft",
    "edition",
    "find_question",
    "new_form",
    "note_question",
    "note_unhelpful",
    "publish",
    "questions",
    "redact",
    "save_draft",
    "serving_form",
]
