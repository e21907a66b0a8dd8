"""Counting starts: the only way to notice work that kills its own process."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)

_BEGIN = text(
    """
    INSERT INTO ingest_attempts (source, pos, attempts) VALUES (:source, :pos, 1)
    ON CONFLICT (source, pos) DO UPDATE SET attempts = ingest_attempts.attempts + 1
    RETURNING attempts
    """
)
_FORGET = text("DELETE FROM ingest_attempts WHERE source = :source AND pos = :pos")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Starts per source and first position, committed before the work begins."""

    engine: Engine
    source: str

    def begin(self, pos: int) -> int:
        """Count one more start; returns how many there have been."""
        with self.engine.begin() as connection:
            return int(connection.scalar(_BEGIN, {"source": self.source, "pos": pos}) or 0)

    def forget(self, pos: int) -> None:
        """The work ended, well or not; a count that cannot be taken back now only errs on the
        side of care."""
        with contextlib.suppress(*UNREACHABLE), self.engine.begin() as connection:
            connection.execute(_FORGET, {"source": self.source, "pos": pos})
