"""The environment every run of Rasa here needs, set before Rasa is imported."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
ROOT = PROJECT.parent
MODELS = PROJECT / "models"
RASA_PORT = 5105
ACTIONS_PORT = 5155


def prepare() -> None:
    """Telemetry off, ports filled in, numeric libraries on one thread, warnings and worse logged,
    paths from the root.

    What the caller has set stays, except telemetry, which is always off.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("RASA_PORT", str(RASA_PORT))
    os.environ.setdefault("ACTIONS_PORT", str(ACTIONS_PORT))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.chdir(ROOT)
