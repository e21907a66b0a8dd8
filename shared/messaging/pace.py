"""The pace of the relay: the more a round has found, the longer it leaves for more to come."""

from __future__ import annotations

# A round and the messages it sends cost as much for one event as for ten.
REST_PER_EVENT_SECONDS = 0.01
LONGEST_REST_SECONDS = 0.05


def rest(events: int) -> float:
    """Seconds between a round that moved so many events and the next.

    An event that comes alone never waits. Of a stream, each round gathers what came meanwhile.
    """
    return min(max(0, events - 1) * REST_PER_EVENT_SECONDS, LONGEST_REST_SECONDS)
