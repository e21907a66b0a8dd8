"""The kinds of jobs. The features that have work done register theirs: none is known here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.clients.jobs.models import Job
from shared.registry import Registry
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork

#: Works on the next piece of a job, which is locked, in one transaction that it does not end;
#: whether it was the last piece.
Work = Callable[[UnitOfWork, Job], bool]


class Turn:
    """A job at work for as long as it has its turn: piece by piece, each a transaction.

    As it is, it keeps nothing from one piece to the next; a kind that does has its own.
    """

    #: Whether it should go on although its time is over and others wait.
    wants_more = False

    def __init__(self, work: Work) -> None:
        self._work = work

    def prepare(self, runtime: Runtime, job: Job) -> None:
        """Before each piece, while no transaction is open: what takes time or the network.

        The job is as it was when the turn began. Raises `Unavailable` where the work has to
        wait for something outside; then it is tried again until that is back.
        """

    def work(self, uow: UnitOfWork, job: Job) -> bool:
        """The next piece; whether it was the last."""
        return self._work(uow, job)

    def close(self) -> None:
        """The turn is over, for whatever reason."""


def _nothing(uow: UnitOfWork, job: Job) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Kind:
    """Work of one kind.

    `turn` makes what works on a job for one turn. `abandoned` is called in the transaction in
    which a job fails or is cancelled, with the job as it is then: what was done stays done, and
    whatever waits for the rest has to hear that it does not come. `tables` are the kind's own
    which hold rows by `job_id`; these are deleted before a job is. `shows` is the permission to
    view whatever may come of it: what does is told to those who hold that, and to whoever began it.
    """

    name: str
    turn: Callable[[], Turn]
    abandoned: Callable[[UnitOfWork, Job], None] = _nothing
    tables: tuple[str, ...] = ()
    shows: str | None = None


KINDS: Registry[Kind] = Registry("kinds of jobs")
