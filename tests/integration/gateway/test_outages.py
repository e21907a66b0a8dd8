"""A service that is dead or frozen costs little, and only its own part."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import request

from services.activity.service import ACTIVITY
from shared.ids import uuid7
from shared.processes.api import create_app
from shared.settings import load
from tests.fixtures.waiting import eventually
from tests.integration.gateway.conftest import Addresses, Facade, Office
from tests.integration.gateway.servers import dead_address, frozen, port_of, serving

# The limit is two seconds, for each of three in turn six; the rest is a busy machine.
LIMIT = 4.0
# Who waits in full waits for 1.9 s; a probe of a frozen service takes half a second.
AT_ONCE = 1.5
SERVICES = ("metrics", "documents", "activity")


@pytest.fixture(params=["dead", "frozen"])
def gone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a service that does not answer."""
    if request.param == "dead":
        yield dead_address()
        return
    with frozen() as address:
        yield address


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


def test_with_everything_there_the_overview_is_whole(office: Office) -> None:
    answer = office.get("overview")
    assert answer.status_code == 200, answer.text
    assert answer.json["client"] == office.call("GET", f"/clients/{office.client_id}").json
    assert answer.json["metrics"]["active_projects"] == 0
    assert answer.json["documents"] == {"data": [], "next": None}
    assert answer.json["activity"] == {"data": [], "next": None}
    assert answer.json["unavailable"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_one_service_away_costs_the_overview_its_part_only(
    facade: Facade, addresses: Addresses, gone: str, service: str
) -> None:
    office = facade({**addresses, service: gone})
    answer, seconds = _timed(lambda: office.get("overview"))
    assert seconds < LIMIT
    assert answer.status_code == 200
    (away,) = answer.json["unavailable"]
    assert (away["part"], away["service"]) == (service, service)
    assert away["since"].endswith("Z")
    assert away["detail"]
    for part in SERVICES:
        assert (answer.json[part] is None) == (part == service)
    assert answer.json["client"]["company_name"] == "Acme Machines"


def test_all_services_frozen_cost_no_more_than_one(facade: Facade) -> None:
    with frozen() as one, frozen() as two, frozen() as three:
        office = facade(dict(zip(SERVICES, (one, two, three), strict=True)))
        answer, seconds = _timed(lambda: office.get("overview"))
    assert seconds < LIMIT
    assert [away["service"] for away in answer.json["unavailable"]] == list(SERVICES)
    assert answer.json["client"]["company_name"] == "Acme Machines"


@pytest.mark.parametrize("part", SERVICES)
def test_a_part_by_itself_says_which_service_is_away_and_since_when(
    facade: Facade, addresses: Addresses, gone: str, part: str
) -> None:
    office = facade({**addresses, part: gone})
    answer, seconds = _timed(lambda: office.get(part))
    assert seconds < LIMIT
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "facade.unavailable"
    assert answer.json["service"] == part
    assert answer.json["since"].endswith("Z")
    assert "Retry-After" in answer.headers


def test_not_every_request_waits_for_a_frozen_service(facade: Facade, addresses: Addresses) -> None:
    with frozen() as address:
        office = facade({**addresses, "activity": address})
        since = office.get("activity").json["since"]
        answer, seconds = _timed(lambda: office.get("activity"))
        assert seconds < AT_ONCE
        assert (answer.status_code, answer.json["since"]) == (503, since)
        answer, seconds = _timed(lambda: office.get("overview"))
        assert seconds < AT_ONCE
        assert [away["service"] for away in answer.json["unavailable"]] == ["activity"]


def test_one_caller_after_the_other_does_not_wait_in_full_each_time(
    facade: Facade, addresses: Addresses
) -> None:
    with frozen() as address:
        office = facade({**addresses, "activity": address})
        office.get("activity")
        for _ in range(3):
            time.sleep(1.1)  # Longer than the pause after which one caller tries the service.
            answer, seconds = _timed(lambda: office.get("overview"))
            assert answer.json["unavailable"]
            assert seconds < AT_ONCE


def test_one_slow_answer_does_not_turn_others_away(
    facade: Facade, addresses: Addresses, environment: dict[str, str]
) -> None:
    app = create_app(ACTIVITY, load(ACTIVITY.settings, environment))
    slow = [2.5]

    @app.before_request
    def dawdle() -> None:
        if request.path.endswith("/activity") and slow:
            time.sleep(slow.pop())  # Longer than a caller waits for a part.

    with serving(app) as address:
        office = facade({**addresses, "activity": address})
        assert office.get("activity").status_code == 503
        time.sleep(0.2)  # A breaker that had opened would still turn callers away.
        assert office.get("activity").status_code == 200


def test_a_service_that_comes_back_is_found_soon(
    facade: Facade, addresses: Addresses, environment: dict[str, str]
) -> None:
    with frozen() as address:
        office = facade({**addresses, "activity": address})
        assert [office.get("activity").status_code for _ in range(3)] == [503] * 3
    app = create_app(ACTIVITY, load(ACTIVITY.settings, environment))
    with serving(app, port_of(address)):
        eventually("it is found again", lambda: office.get("activity").status_code == 200, 3)
    assert office.get("activity").status_code == 503


def test_waiting_for_a_frozen_service_holds_no_database_connection(
    environment: dict[str, str], facade: Facade, addresses: Addresses
) -> None:
    environment["CLIENTELE_POOL_SIZE"] = "1"
    with frozen() as address:
        office = facade({**addresses, "activity": address})
        app = office.http.application
        waiting = [
            threading.Thread(target=Office(app.test_client(), office.token, office.client_id).get,
                             args=("activity",))
            for _ in range(12)
        ]  # fmt: skip
        for thread in waiting:
            thread.start()
        time.sleep(0.5)  # They all wait by then, and none has been given up.
        assert any(thread.is_alive() for thread in waiting)
        answer, seconds = _timed(lambda: office.call("GET", f"/clients/{office.client_id}"))
        for thread in waiting:
            thread.join()
    assert answer.status_code == 200
    assert seconds < AT_ONCE


def test_a_frozen_service_leaves_the_others_their_speed(
    facade: Facade, addresses: Addresses
) -> None:
    with frozen() as address:
        office = facade({**addresses, "activity": address})
        app = office.http.application
        callers = [Office(app.test_client(), office.token, office.client_id) for _ in range(20)]
        waiting = [threading.Thread(target=each.get, args=("activity",)) for each in callers]
        for thread in waiting:
            thread.start()
        time.sleep(0.3)  # They all wait by then, and none has been given up.
        answer, seconds = _timed(lambda: office.get("metrics"))
        for thread in waiting:
            thread.join()
    assert (answer.status_code, seconds < AT_ONCE) == (200, True)


def test_a_frozen_document_service_does_not_hold_up_a_long_check(
    facade: Facade, addresses: Addresses
) -> None:
    with frozen() as address:
        office = facade({**addresses, "documents": address})
        path = f"/clients/{office.client_id}/documents/{uuid7()}/complete"
        answer, seconds = _timed(lambda: office.call("POST", path, json={}))
    assert (answer.status_code, answer.json["code"]) == (503, "facade.unavailable")
    assert seconds < LIMIT


def test_the_record_is_written_and_read_with_every_other_service_dead(facade: Facade) -> None:
    gone: Mapping[str, str] = dict.fromkeys(SERVICES, dead_address())
    office = facade(gone)
    path = f"/clients/{office.client_id}"
    answer = office.call("PUT", f"{path}/status", json={"status": "active"})
    assert answer.status_code == 200, answer.text
    assert office.call("GET", path).json["status"] == "active"


def test_a_service_whose_database_is_away_counts_as_away(
    facade: Facade, addresses: Addresses, environment: dict[str, str]
) -> None:
    nowhere = {**environment, "CLIENTELE_DATABASE_URL": "postgresql://127.0.0.1:9"}
    with serving(create_app(ACTIVITY, load(ACTIVITY.settings, nowhere))) as address:
        office = facade({**addresses, "activity": address})
        answer, seconds = _timed(lambda: office.get("activity"))
    assert (answer.status_code, answer.json["code"]) == (503, "facade.unavailable")
    assert answer.json["service"] == "activity"
    assert seconds < LIMIT
