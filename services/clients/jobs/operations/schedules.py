"""What happens by itself at a time that a workspace can be told. Features register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.registry import Registry
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Last:
    """When something was done last, and what came of it in a few words."""

    at: datetime
    did: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that beat sees to.

    `next_at` is when it has something to do in a workspace next; None: nothing so far. `last` is
    what it has done there; None: nothing yet. `run`
    does what is due at a moment in every workspace, and answers how much that was; doing it
    again does nothing more.
    """

    name: str
    what: str
    next_at: Callable[[UnitOfWork], datetime | None]
    last: Callable[[UnitOfWork], Last | None]
    run: Callable[[Runtime, datetime], int]


SCHEDULES: Registry[Schedule] = Registry("schedules")
