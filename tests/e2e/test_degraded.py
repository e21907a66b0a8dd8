"""P4: what is down says so, and everything else works."""

from __future__ import annotations

import time

import pytest

from tests.fixtures.firm import LINE, Firm
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

PARTS = {"activity": "activity", "metrics": "metrics", "documents": "documents"}


@pytest.mark.parametrize("service", PARTS)
def test_a_frozen_service_costs_its_part_and_nothing_else(
    system: System, firm: Firm, service: str
) -> None:
    made = firm.client()
    with system.frozen(f"{service}-api"):
        started = time.monotonic()
        overview = firm.get(f"/clients/{made['id']}/overview")
        assert time.monotonic() - started < 4
        assert [part["part"] for part in overview["unavailable"]] == [PARTS[service]]
        assert overview["client"]["id"] == made["id"]
        alone = firm.http.get(f"/v1/clients/{made['id']}/{PARTS[service]}")
        assert (alone.status_code, alone.json()["service"]) == (503, service)
        assert firm.get(f"/clients/{made['id']}")["id"] == made["id"]

    def whole() -> bool:
        return firm.get(f"/clients/{made['id']}/overview")["unavailable"] == []

    eventually("the part is back", whole, 20)


def test_writes_are_accepted_while_everything_else_is_down(system: System, firm: Firm) -> None:
    """Redis, the object store and the three other services: none is needed to write."""
    others = [f"{s}-{p}" for s in PARTS for p in ("api", "worker", "relay")]
    system.broker.freeze()
    try:
        with system.frozen(*others, "s3"):
            made = firm.client()
            path = f"/clients/{made['id']}"
            firm.post(f"{path}/contacts", {"name": "Ana", "email": "ana@acme.example.com"})
            firm.post(f"{path}/rates", {"position": "Engineer", "regular_rate": "150.00"})
            firm.post(f"{path}/projects", {"name": "Plant", "status": "active"})
            draft = firm.post(f"{path}/invoices", {"lines": [LINE]})
            issued = firm.post(f"/invoices/{draft['id']}/issue", {}, 200)
            assert issued["number"]
            status = firm.http.put(f"/v1{path}/status", json={"status": "inactive"})
            assert status.status_code == 200
    finally:
        system.broker.thaw()
    firm.sees(made["id"], "clients.client.status_changed.v1", 30)
    firm.sees(made["id"], "clients.invoice.issued.v1", 30)


def test_redis_away_the_timeline_still_follows(system: System, firm: Firm) -> None:
    system.broker.proxy.set_mode("refuse")
    try:
        made = firm.client()
        firm.sees(made["id"], "clients.client.created.v1", 20)
    finally:
        system.broker.proxy.set_mode("open")
