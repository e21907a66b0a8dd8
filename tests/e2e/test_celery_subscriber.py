"""A Celery app elsewhere: killed, its queue emptied, paused and replayed, it has applied what
happened, once each and in order per client."""

from __future__ import annotations

from tests.fixtures.firm import Firm, found_workspace
from tests.fixtures.subscriber import QUEUE, Downstream
from tests.fixtures.system import System


def test_what_it_has_applied_equals_the_ledger(system: System, downstream: Downstream) -> None:
    downstream.live_through_it(lambda: system.broker.direct.delete(QUEUE))


def test_nothing_of_another_workspace_arrives(
    system: System, firm: Firm, downstream: Downstream
) -> None:
    other = found_workspace(system)
    mine = firm.client()["id"]
    headers = {"Authorization": f"Bearer {other['token']}"}
    made = firm.http.post(
        "/v1/clients",
        json={"company_name": "Other", "primary_contact": {"email": "o@other.example.com"}},
        headers=headers,
    )
    assert made.status_code == 201
    theirs = made.json()["id"]
    with downstream.worker():
        downstream.expect_level([mine])
        downstream.edit([mine], 2)
        downstream.expect_level([mine])
    assert downstream.applied(theirs) == []
