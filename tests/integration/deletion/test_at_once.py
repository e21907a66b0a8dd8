"""Two people deleting, merging and editing the same client at once end in one consistent state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.clients.deletion.tasks import advance_deletions
from tests.fixtures.api import Api

Call = Callable[[], TestResponse]


def _client(api: Api, name: str, code: str) -> str:
    body = {
        "company_name": name,
        "client_code": code,
        "primary_contact": {"email": f"{code.lower()}@example.com"},
        "contacts": [{"name": name, "email": f"second.{code.lower()}@example.com"}],
        "rates": [{"position": f"Fitter {code}", "regular_rate": "90.00"}],
    }
    made: Any = api.owner.call("POST", "/v1/clients", body).json
    api.owner.call("POST", f"/v1/clients/{made['id']}/projects", {"name": name, "status": "active"})
    return str(made["id"])


@pytest.fixture
def pair(api: Api) -> tuple[str, str]:
    """Two clients with a project each; their ids."""
    return _client(api, "Acme", "ACM"), _client(api, "Beta", "BET")


def _confirm(api: Api, client_id: str) -> str:
    plan: Any = api.owner.call("GET", f"/v1/clients/{client_id}/deletion-plan").json
    return str(plan["confirm"])


def _merge(api: Api, source: str, target: str) -> Call:
    body = {"into": target}
    return lambda: api.owner.call("POST", f"/v1/clients/{source}/merge", body)


def _delete(api: Api, client_id: str) -> Call:
    confirm = _confirm(api, client_id)
    return lambda: api.owner.call("DELETE", f"/v1/clients/{client_id}?confirm={confirm}")


def _edit(api: Api, client_id: str, name: str) -> Call:
    body = {"company_name": name}
    return lambda: api.owner.call("PATCH", f"/v1/clients/{client_id}", body, If_Match="*")


def _project(api: Api, client_id: str) -> Call:
    body = {"name": "Another", "status": "active"}
    return lambda: api.owner.call("POST", f"/v1/clients/{client_id}/projects", body)


def _together(*calls: Call) -> list[int]:
    """The statuses of calls that all begin at the same moment."""
    gate = threading.Barrier(len(calls))

    def run(call: Call) -> int:
        gate.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def _check(api: Api) -> None:
    """Nothing belongs to a client that is not there, and every trail of versions is unbroken."""
    with api.runtime.unit_of_work(api.origin()) as uow:
        for table in ("contacts", "rates", "projects", "client_search"):
            orphans = text(
                f"SELECT count(*) FROM {table} t "
                "WHERE NOT EXISTS (SELECT FROM clients c WHERE c.id = t.client_id)"
            )
            assert uow.session.scalar(orphans) == 0, table
        both = text(
            "SELECT count(*) FROM client_aliases a WHERE EXISTS "
            "(SELECT FROM clients c WHERE c.id = a.client_id) OR EXISTS "
            "(SELECT FROM client_aliases b WHERE b.client_id = a.target_id)"
        )
        assert uow.session.scalar(both) == 0
        stale = text(
            "SELECT count(*) FROM clients c WHERE c.version <> (SELECT max(aggregate_version) "
            "FROM event_log e WHERE e.subject = 'client/' || c.id)"
        )
        assert uow.session.scalar(stale) == 0
        holders = text(
            "SELECT count(*) FROM client_codes k WHERE k.frozen_at IS NULL AND NOT EXISTS "
            "(SELECT FROM clients c WHERE c.id = k.client_id)"
        )
        assert uow.session.scalar(holders) == 0


@pytest.mark.parametrize("attempt", range(5))
def test_two_merges_of_a_pair_in_both_directions(
    api: Api, pair: tuple[str, str], attempt: int
) -> None:
    first, second = pair
    statuses = _together(_merge(api, first, second), _merge(api, second, first))
    assert sorted(statuses) == [200, 308]
    (left,) = api.owner.call("GET", "/v1/clients").json["data"]  # type: ignore[index]
    page: Any = api.owner.call("GET", f"/v1/clients/{left['id']}/projects").json
    assert len(page["data"]) == 2
    _check(api)


@pytest.mark.parametrize("attempt", range(5))
def test_a_client_is_deleted_and_merged_at_once(
    api: Api, pair: tuple[str, str], attempt: int
) -> None:
    """One of the two happens; the other finds the client gone, or its plan out of date."""
    first, second = pair
    merged, deleted = _together(_merge(api, first, second), _delete(api, first))
    assert (merged, deleted) in {(200, 308), (404, 202)}
    _check(api)


@pytest.mark.parametrize("attempt", range(5))
def test_the_survivor_is_deleted_while_it_is_merged_into(
    api: Api, pair: tuple[str, str], attempt: int
) -> None:
    first, second = pair
    merged, deleted = _together(_merge(api, first, second), _delete(api, second))
    assert (merged, deleted) in {(200, 409), (404, 202)}
    _check(api)


@pytest.mark.parametrize("attempt", range(5))
def test_everything_at_once(api: Api, pair: tuple[str, str], attempt: int) -> None:
    first, second = pair
    third = _client(api, "Cedar", "CED")
    statuses = _together(
        _merge(api, first, second),
        _merge(api, second, third),
        _delete(api, first),
        _delete(api, third),
        _edit(api, first, "Acme and Sons"),
        _edit(api, second, "Beta and Sons"),
        _project(api, first),
        _project(api, third),
    )
    assert set(statuses) <= {200, 201, 202, 308, 404, 409}
    _check(api)


@pytest.mark.parametrize("attempt", range(5))
def test_a_payment_finds_its_invoice_while_the_client_is_merged_or_deleted(
    api: Api, pair: tuple[str, str], attempt: int
) -> None:
    first, second = pair
    line = {"description": "Work", "quantity": "1", "unit_price": "100.00"}
    made: Any = api.owner.call("POST", f"/v1/clients/{first}/invoices", {"lines": [line]}).json
    path = f"/v1/invoices/{made['id']}"
    issued: Any = api.owner.call("POST", f"{path}/issue", {})
    payment = {"amount": "10.00", "paid_on": issued.json["issued_on"]}

    def pay() -> TestResponse:
        return api.owner.call("POST", f"{path}/payments", payment)

    paid, again, *_ = _together(pay, pay, _merge(api, first, second), _delete(api, first))
    assert (paid, again) == (200, 200)
    assert api.owner.call("GET", path).json["amount_paid"] == "20.00"  # type: ignore[index]
    _check(api)


@pytest.mark.parametrize("attempt", range(5))
def test_a_deletion_is_undone_and_begun_at_once(
    api: Api, pair: tuple[str, str], attempt: int
) -> None:
    api.owner.call("PATCH", "/v1/workspace", {"deletion_undo_days": 1})
    answer: Any = _delete(api, pair[0])().json
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE deletions SET starts_at = clock_timestamp()"))
    beginning = threading.Thread(target=advance_deletions, args=(api.runtime,))
    beginning.start()
    undone = api.owner.call("POST", f"/v1/deletions/{answer['deletion_id']}/undo").status_code
    beginning.join(10)
    there = api.owner.call("GET", f"/v1/clients/{pair[0]}").status_code
    assert (undone, there) in {(200, 200), (409, 404)}
    _check(api)
