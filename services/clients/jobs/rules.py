"""A job's life as a table: its states, and what each move makes of them."""

from __future__ import annotations

from datetime import timedelta

from services.clients.jobs.errors import JobFinished

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
#: In these a job has turns to take; out of the others nothing leads.
OPEN = (QUEUED, RUNNING)

CLAIM, FINISH, FAIL, CANCEL = "claim", "finish", "fail", "cancel"
MOVES = (CLAIM, FINISH, FAIL, CANCEL)

# A turn that was claimed and came to nothing is claimed again: no state waits for a process.
_AFTER = {
    (QUEUED, CLAIM): RUNNING,
    (QUEUED, CANCEL): CANCELLED,
    (RUNNING, CLAIM): RUNNING,
    (RUNNING, FINISH): DONE,
    (RUNNING, FAIL): FAILED,
    (RUNNING, CANCEL): CANCELLED,
}

#: Longer than the transaction of a piece may take, or two would work at once for nothing.
LEASE = timedelta(seconds=40)
#: How long a job whose turn failed is left alone.
RETRY_PAUSE = timedelta(seconds=3)
#: How long a job waits for something that is away before it is tried again.
OUTAGE_PAUSE = timedelta(seconds=5)
#: Turns in a row that came to nothing: then it is the job that ends them.
MAX_ATTEMPTS = 5


def moved(state: str, move: str) -> str:
    """The state after a move; raises `JobFinished` where the job is over.

    A move that a state does not have is a defect of who makes it: `KeyError`.
    """
    if state not in OPEN:
        raise JobFinished(f"It is {state}.", state=state)
    return _AFTER[state, move]


def is_given_up(attempts: int) -> bool:
    """Whether the turns in a row that came to nothing, this one among them, are too many."""
    return attempts > MAX_ATTEMPTS
