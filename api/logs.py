"""What a process writes into its log."""

from __future__ import annotations

import logging

import structlog


def quiet_logs() -> None:
    """Log events and codes; libraries that would log addresses or texts are kept to warnings."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
