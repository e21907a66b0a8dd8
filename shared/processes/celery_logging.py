"""Celery's processes log as ours do, and say when they are ready."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

from celery import signals
from celery.exceptions import SecurityWarning

from shared.logging import configure_logging

READY_FILE = "CLIENTELE_READY_FILE"


def take_over_logging(name: str, level: str) -> None:
    """Log under the process's name, and keep Celery from setting up logging of its own."""

    def configure(**_: Any) -> None:
        configure_logging(name, level)
        # One line per task start and end is what the positions in the database say better.
        logging.getLogger("celery").setLevel(logging.WARNING)

    configure()
    logging.getLogger("celery.worker.consumer.consumer").addFilter(_without_body)
    # Root is harmless where messages are JSON and the process is fenced in by its container.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    signals.setup_logging.connect(configure, weak=False)


def _without_body(record: logging.LogRecord) -> bool:
    """Of a message that a worker cannot read, tell in one line why: its body is clients' words."""
    said, _, more = str(record.msg).partition("\n")
    if more and isinstance(record.args, tuple):
        record.msg, record.args = said, record.args[: said.count("%")]
    return True


def say_ready(**_: Any) -> None:
    """Touch the file that CLIENTELE_READY_FILE names; for a signal of Celery's."""
    file = os.environ.get(READY_FILE)
    if file:
        Path(file).touch()
