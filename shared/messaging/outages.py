"""What is an outage, after which nothing has changed and all is tried again, and what is the fault
of an envelope.

Decided by SQLSTATE (PostgreSQL's Appendix A), since the classes of errors do not tell the two
apart: a statement that takes too long is an operational error as a server that has gone is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: The connection, the transaction's state (a server that only reads, a failed transaction), a
#: serialization, resources, a lock, an operator, the system.
_OUTAGE_CLASSES = frozenset({"08", "25", "40", "53", "55", "57", "58"})
#: The code and the schema are out of step, as in the middle of a deploy: no function, column,
#: object, table or schema of that name.
_OUT_OF_STEP = frozenset({"42883", "42703", "42704", "42P01", "3F000"})
#: Cancelled, which is what a statement's time limit does.
_CANCELLED = "57014"


class Outage(Exception):
    """Nothing has changed, and none of the envelopes is to blame."""


@contextmanager
def telling_outages() -> Iterator[None]:
    """Raise `Outage` for an error of the block that is one; any other stays as it is."""
    try:
        yield
    except Exception as error:
        if is_outage(error):
            raise Outage(str(error).partition("\n")[0]) from error
        raise


def is_outage(error: BaseException) -> bool:
    """Whether an error says nothing about what was being done when it came."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            return isinstance(error, (OperationalError, InterfaceError))
        return state != _CANCELLED and (state[:2] in _OUTAGE_CLASSES or state in _OUT_OF_STEP)
    return isinstance(error, (Outage, PoolTimeout, SoftTimeLimitExceeded))


def takes_too_much(error: BaseException) -> bool:
    """Whether a statement was cancelled for its time or refused for its size: it may be the
    envelope's doing, and may be a bad moment."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return state == _CANCELLED or state[:2] == "54"
