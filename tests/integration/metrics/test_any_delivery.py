"""Whatever is told, and however it is delivered, the numbers are the ones counted by hand."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.integration.metrics.conftest import apply_now

CLIENTS = 3
PROJECT_STATES = ("planned", "active", "on_hold", "completed", "cancelled")
INVOICE_STATES = ("draft", "issued", "partially_paid", "paid", "void")

# One thing that happens: to which client's which project or invoice, and what it becomes.
_happening = st.one_of(
    st.tuples(st.just("project"), st.integers(0, CLIENTS - 1), st.integers(0, 2),
              st.sampled_from(PROJECT_STATES), st.just("0"), st.just("USD")),
    st.tuples(st.just("invoice"), st.integers(0, CLIENTS - 1), st.integers(0, 3),
              st.sampled_from(INVOICE_STATES),
              st.decimals(0, 10**9, places=2, allow_nan=False).map(str),
              st.sampled_from(["USD", "EUR"])),
)  # fmt: skip
Happening = tuple[str, int, int, str, str, str]


class Told:
    """The events of a list of happenings, and what they add up to."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        self.source = Source()
        self.clients = [uuid7() for _ in range(CLIENTS)]
        self.envelopes: list[Envelope] = []
        self._ids: dict[tuple[str, int, int], uuid.UUID] = {}
        self._versions: Counter[uuid.UUID] = Counter()
        self._newest: dict[tuple[str, int, int], Happening] = {}
        for happening in happenings:
            self._tell(happening)

    def _tell(self, happening: Happening) -> None:
        kind, client, number, state, total, currency = happening
        which = (kind, client, number)
        ident = self._ids.setdefault(which, uuid7())
        self._versions[ident] += 1
        version = self._versions[ident]
        owner = self.clients[client]
        self._newest[which] = happening
        if kind == "project":
            envelope = self.source.tell_project(ident, owner, version, state)
        else:
            envelope = self.source.tell_invoice(ident, owner, version, state, total, currency)
        self.envelopes.append(envelope)

    def expected(self, client: int) -> dict[str, Any]:
        """The numbers of a client, counted by hand from how things stand in the end."""
        mine = [each for each in self._newest.values() if each[1] == client]
        invoices = [each for each in mine if each[0] == "invoice"]
        paid = [each for each in invoices if each[3] == "paid"]
        revenue: Counter[str] = Counter()
        for _, _, _, _, total, currency in paid:
            revenue[currency] += Decimal(total)  # type: ignore[assignment]
        return {
            "active_projects": sum(each[0] == "project" and each[3] == "active" for each in mine),
            "invoices_issued": sum(each[3] not in ("draft", "void") for each in invoices),
            "paid_invoices": len(paid),
            "total_revenue": [
                {"currency": name, "amount": str(revenue[name])}
                for name in sorted({each[5] for each in paid})
            ],
        }


_NUMBERS = text(
    "SELECT active_projects, invoices_issued, paid_invoices, total_revenue "
    "FROM client_metrics WHERE client_id = :client_id"
)


def _counted(owner: Engine, client_id: uuid.UUID) -> dict[str, Any]:
    with owner.connect() as connection:
        row = connection.execute(_NUMBERS, {"client_id": client_id}).mappings().one_or_none()
    nothing = dict.fromkeys(("active_projects", "invoices_issued", "paid_invoices"), 0)
    return dict(row) if row is not None else {**nothing, "total_revenue": []}


def _deliver(runtime: Runtime, envelopes: Sequence[Envelope], size: int) -> None:
    for start in range(0, len(envelopes), size):
        apply_now(runtime, envelopes[start : start + size])


@pytest.mark.parametrize("way", ["in order", "shuffled", "shuffled and doubled"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    happenings=st.lists(_happening, min_size=1, max_size=40),
    size=st.integers(1, 20),
    seed=st.randoms(use_true_random=False),
)
def test_any_delivery_gives_the_numbers_counted_by_hand(
    runtime: Runtime, owner: Engine, way: str,
    happenings: list[Happening], size: int, seed: random.Random,
) -> None:  # fmt: skip
    told = Told(happenings)
    deliveries = told.envelopes * (2 if "doubled" in way else 1)
    if "shuffled" in way:
        seed.shuffle(deliveries)
    _deliver(runtime, deliveries, size)
    for client, client_id in enumerate(told.clients):
        assert _counted(owner, client_id) == told.expected(client)
