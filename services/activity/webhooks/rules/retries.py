"""When a delivery that failed is tried again, and when an endpoint is left in peace.

A delivery has a schedule of its own over some 75 hours. An endpoint that fails again and again
rests as a whole, so that what waits for it is not all tried in vain; once an hour at least it
is sent one delivery, due or not, to find out whether it is back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.backoff import pause_after

#: Between one try and the next: 75.6 hours together.
DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
#: Each delay is longer or shorter by up to this share, so that not all come back at once.
JITTER = 0.1
#: Failures in a row after which the endpoint rests.
OPENS_AT = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=1)
#: An endpoint that took nothing for so long is disabled.
GIVEN_UP_AFTER = timedelta(days=5)
#: The longest wait that a receiver may ask for.
LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint does: failures in a row, since when, and until when it rests."""

    failures: int = 0
    failing_since: datetime | None = None
    rest_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has failed too often to be sent more than one delivery at a time."""
        return self.failures >= OPENS_AT

    def rests(self, moment: datetime) -> bool:
        """Whether nothing is sent to it now."""
        return self.rest_until is not None and moment < self.rest_until

    def is_given_up(self, moment: datetime) -> bool:
        """Whether it has taken nothing for so long that it is disabled."""
        since = self.failing_since
        return since is not None and moment - since >= GIVEN_UP_AFTER


def next_try(
    tries: int, moment: datetime, chance: float, wait: timedelta | None = None
) -> datetime | None:
    """When a delivery is tried again after so many tries; None: never.

    `chance` is drawn from 0 to 1 by the caller; `wait` is what the receiver asked for.
    """
    if tries > len(DELAYS):
        return None
    delay = _spread(DELAYS[tries - 1], chance)
    return moment + max(delay, wait or delay)


def after_success(health: Health) -> Health:
    """Whatever was wrong is over; a rest that began with a failure beside it lasts."""
    return Health(rest_until=health.rest_until)


def after_failure(
    health: Health, moment: datetime, chance: float, wait: timedelta | None = None
) -> Health:
    """One more failure; `wait` is what the receiver asked for."""
    failures = health.failures + 1
    failed = replace(health, failures=failures, failing_since=health.failing_since or moment)
    rests = [moment + wait] if wait else []
    if failures >= OPENS_AT:
        rests.append(moment + _rest(failures - OPENS_AT, chance))
    return replace(failed, rest_until=max(rests, default=health.rest_until))


def asked_wait(header: str | None, moment: datetime) -> timedelta | None:
    """What `Retry-After` asks for, in seconds or as a date; bounded, None if it asks nothing."""
    if header is None:
        return None
    text = header.strip()
    asked = timedelta(seconds=int(text[:9])) if text.isdecimal() else _until(text, moment)
    return min(asked, LONGEST_WAIT) if asked and asked > timedelta(0) else None


def _until(text: str, moment: datetime) -> timedelta | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - moment


def _rest(times: int, chance: float) -> timedelta:
    return _spread(pause_after(times, FIRST_REST, LONGEST_REST), chance)


def _spread(delay: timedelta, chance: float) -> timedelta:
    return delay * (1 + JITTER * (2 * chance - 1))
