"""An overview is whole, or says which part is missing; its time limit is shared."""

from __future__ import annotations

from typing import Any

from services.clients.gateway.composing import Part, compose_overview
from services.clients.gateway.errors import PartUnavailable
from shared.clock import now

CLIENT = {"id": "1", "company_name": "Acme Machines"}


def _away(service: str) -> Any:
    def fetch(_seconds: float) -> Any:
        raise PartUnavailable(service, now(), "connection refused")

    return fetch


def test_parts_stand_beside_the_client() -> None:
    parts = [
        Part("metrics", lambda _: {"paid_invoices": 1}),
        Part("activity", lambda _: {"data": []}),
    ]
    assert compose_overview(CLIENT, parts, 2.0) == {
        "client": CLIENT,
        "metrics": {"paid_invoices": 1},
        "activity": {"data": []},
        "unavailable": [],
    }


def test_a_part_that_is_away_is_null_and_named() -> None:
    parts = [Part("metrics", _away("metrics")), Part("activity", lambda _: {"data": []})]
    found = compose_overview(CLIENT, parts, 2.0)
    assert found["metrics"] is None
    assert found["activity"] == {"data": []}
    (away,) = found["unavailable"]
    assert (away["part"], away["service"]) == ("metrics", "metrics")
    assert away["since"].endswith("Z")
    assert "connection refused" in away["detail"]


def test_a_part_the_caller_may_not_see_is_null_but_not_away() -> None:
    found = compose_overview(CLIENT, [Part("documents", None)], 2.0)
    assert found == {"client": CLIENT, "documents": None, "unavailable": []}


def test_the_parts_share_one_limit() -> None:
    clock = [0.0]
    given: list[float] = []

    def fetch(seconds: float) -> Any:
        given.append(seconds)
        clock[0] += 1.5
        return {}

    parts = [Part(name, fetch) for name in ("metrics", "documents", "activity")]
    compose_overview(CLIENT, parts, 2.0, monotonic=lambda: clock[0])
    assert given == [2.0, 0.5, 0.0]
