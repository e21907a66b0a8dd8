"""What a service is: one declaration, from which its processes and its commands are made.

`services/<name>/service.py` declares it. The parts are functions that import what they return,
so that reading a declaration costs next to nothing and a process holds the code of its own
role alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.settings import Settings

if TYPE_CHECKING:
    from celery import Celery
    from sqlalchemy import Connection

    from shared.http.app import Api
    from shared.messaging.envelope import Envelope
    from shared.messaging.inbox import Apply
    from shared.runtime import Runtime

    RegisterJobs = Callable[[Celery, Runtime], None]
    # A round of work, which returns whether there is more to do at once.
    Round = Callable[[], bool]

S = TypeVar("S", bound=Settings)


#: How often a service deletes what it has kept long enough. A run takes seconds of it, and deletes
#: faster than anything is written, so that nothing piles up at any rate.
TIDY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Job:
    """A task on its service's jobs queue, named `<service>.<verb>_<noun>`.

    Beat wakes it every so many seconds; without them a command or another job does. A message
    only wakes: the work and its lease stand in PostgreSQL.
    """

    name: str
    every_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Service(Generic[S]):
    """One service.

    `api` makes its HTTP side. `consumers` are applied in order to every batch of the events
    that the topology subscribes it to; one that listens to nobody has none, and no worker. `uses`
    are the beginnings of the types that they have a use for: of others, even unknown ones, only
    their positions are taken.
    `jobs` names its tasks and `register_jobs` are the functions that register them; one without
    has no jobs worker. `beside` are rounds of work that its relay makes beside its loops, one after
    the other: when events were applied, each second, and at once while there is more; several
    relays make them at the same time.
    `dispatch` sends what the service sends to those outside, until SIGTERM; one without has no
    dispatcher.
    """

    name: str
    settings: type[S]
    api: Callable[[S], Api]
    consumers: Callable[[], Sequence[Apply]] | None = None
    uses: tuple[str, ...] = ("",)
    jobs: tuple[Job, ...] = ()
    register_jobs: Callable[[S], Sequence[RegisterJobs]] | None = None
    beside: Callable[[Runtime, S], Sequence[Round]] | None = None
    dispatch: Callable[[Runtime], None] | None = None

    def processes(self) -> list[str]:
        """The names of its processes, `<service>-<kind>`."""
        kinds = {
            "api": True,
            "worker": self.consumers,
            "relay": True,
            "jobs": self.jobs,
            "dispatcher": self.dispatch,
        }
        return [f"{self.name}-{kind}" for kind, is_there in kinds.items() if is_there]

    def apply(self) -> Apply:
        """All its consumers as one, as the inbox calls them."""
        consumers = self.consumers() if self.consumers else ()

        def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
            for consumer in consumers:
                consumer(connection, envelopes)

        return apply
