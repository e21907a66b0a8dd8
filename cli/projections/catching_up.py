"""Waiting until the consumers have applied what the producers have said so far."""

from __future__ import annotations

import time

from cli.projections.databases import Engines
from shared.messaging.lag import Lag, measure_lag

_LOOK_SECONDS = 0.2

Positions = dict[tuple[str, str], int]


def heads(engines: Engines, consumer: str) -> Positions:
    """Per source of the consumer, the position its newest event has or is about to get."""
    return {_key(lag): lag.head + lag.unsequenced for lag in _lags(engines, consumer)}


def wait_until_applied(
    engines: Engines, consumer: str, wanted: Positions, deadline: float
) -> list[str]:
    """Wait until the consumer is that far; at the deadline, what is still not applied."""
    while True:
        behind = [
            f"{lag.consumer} has applied {lag.source} up to {lag.contiguous} of {wanted[_key(lag)]}"
            for lag in _lags(engines, consumer)
            if lag.contiguous < wanted[_key(lag)]
        ]
        if not behind or time.monotonic() >= deadline:
            return behind
        time.sleep(_LOOK_SECONDS)


def _lags(engines: Engines, consumer: str) -> list[Lag]:
    return [lag for lag in measure_lag(engines) if lag.consumer == consumer]


def _key(lag: Lag) -> tuple[str, str]:
    return lag.source, lag.consumer
