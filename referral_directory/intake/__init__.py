"""Bringing in the tables that officials send: read, repaired, judged row by row, then written whole or
not at all."""

from referral_directory.intake.planning import ChangedMeanwhile, RowsRefused, carry_out, plan
from referral_directory.intake.plans import (
    FATES,
    Outcome,
    Plan,
    report_csv,
    report_lines,
    summary,
    told_fault,
)

__all__ = [
    "FATES",
    "ChangedMeanwhile",
    "Outcome",
    "Plan",
    "RowsRefused",
    "carry_out",
    "plan",
    "report_csv",
    "report_lines",
    "summary",
    "told_fault",
]
