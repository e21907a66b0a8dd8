"""Comparing while the world goes on: only what stays different is a difference."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cli.projections.catching_up import heads, wait_until_applied
from cli.projections.databases import Engines
from cli.projections.metrics import compare_metrics
from cli.projections.report import Difference, Report
from cli.projections.sums import compare_sums
from cli.projections.timeline import compare_timeline

Compare = Callable[[Engines], tuple[int, list[Difference]]]


@dataclass(frozen=True, slots=True)
class Check:
    """A projection, what it is held against, and how."""

    projection: str
    against: str
    unit: str
    compare: Compare


CHECKS = {
    "metrics": Check("metrics", "the ledger in clients", "clients", compare_metrics),
    # Kept in the transaction that changes an invoice: there is no consumer to wait for.
    "sums": Check("sums", "the invoices in clients", "invoices", compare_sums),
    "activity": Check("activity", "the producers' logs", "events", compare_timeline),
}


def verify(engines: Engines, check: Check, wait_seconds: float) -> Report:
    """Wait until the consumer has caught up, then compare.

    Under writes the two sides are read at different moments; a difference that is not the
    same after the consumer has caught up once more was one of those, unless time is up.
    """
    deadline = time.monotonic() + wait_seconds
    suspected: set[Difference] | None = None
    while True:
        before = heads(engines, check.projection)
        behind = wait_until_applied(engines, check.projection, before, deadline)
        checked, found = check.compare(engines)
        settled = heads(engines, check.projection) == before
        confirmed = found if suspected is None else [each for each in found if each in suspected]
        if not found or settled or time.monotonic() >= deadline:
            return Report(check.projection, check.against, checked, check.unit, found, behind)
        if suspected is not None and confirmed:
            return Report(check.projection, check.against, checked, check.unit, confirmed, behind)
        suspected = set(found)
