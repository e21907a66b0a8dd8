"""How long something that fails again and again is left alone."""

from __future__ import annotations

from datetime import timedelta

# Past so many doublings any pause is the longest.
_MOST_DOUBLINGS = 20


def pause_after(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """After so many failures before this one: twice as long each time, up to the longest."""
    return min(first * (1 << min(failures, _MOST_DOUBLINGS)), longest)
