"""The first start makes a workspace worth looking at, once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson
import pytest

from cli.seed.own_firm import PEOPLE
from cli.seed.records import make_records, plans
from tests.fixtures.stack import RunningStack, start_stack
from tests.fixtures.waiting import eventually


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack as `make up` leaves it the first time."""
    found = start_stack(tmp_path_factory.mktemp("demo") / "data")
    yield found
    found.stop()


def _get(stack: RunningStack, path: str) -> dict[str, Any]:
    with stack.client() as client:
        found: dict[str, Any] = client.get(path).raise_for_status().json()
    return found


def _clients(stack: RunningStack) -> dict[str, dict[str, Any]]:
    found = _get(stack, "/v1/clients?limit=100")["data"]
    return {client["client_code"]: client for client in found}


def test_every_invented_client_is_there(filled: RunningStack) -> None:
    assert set(_clients(filled)) >= {plan["client"]["client_code"] for plan in plans()}
    assert orjson.loads((filled.data / "demo.json").read_bytes())["seeded"] is True


def test_the_firm_has_an_address_and_people_who_look_after_its_clients(
    filled: RunningStack,
) -> None:
    firm = _get(filled, "/v1/workspace")
    assert all(firm[name] for name in ("street", "city", "bank_details", "invoice_terms"))
    owners = {client["owner"]["name"] for client in _clients(filled).values() if client["owner"]}
    assert owners == {name for name, _ in PEOPLE}


def test_the_first_client_shows_every_part_of_a_record(filled: RunningStack) -> None:
    path = f"/v1/clients/{_clients(filled)['AFM']['id']}"
    assert len(_get(filled, path)["contacts"]) == 2
    assert len(_get(filled, f"{path}/projects")["data"]) == 2
    invoices = _get(filled, f"{path}/invoices")["data"]
    assert len(invoices) == 7
    names = {f"{invoice['number']}.pdf" for invoice in invoices} | {"service-agreement.pdf"}
    eventually("agreement and invoices are there as PDF", lambda: _files(filled, path) >= names)
    paid = sum(Decimal(each["total"]) for each in invoices if each["status"] == "paid")
    metrics = eventually(
        "the payments are counted",
        lambda: (found := _get(filled, f"{path}/metrics"))["paid_invoices"] == 6 and found,
    )
    assert metrics["total_revenue"] == [{"currency": "USD", "amount": f"{paid:.2f}"}]


def test_there_is_work_of_every_kind(filled: RunningStack) -> None:
    hours = _get(filled, "/v1/time-entries?limit=200")["data"]
    assert {entry["invoice_id"] is None for entry in hours} == {True, False}
    invoices = _get(filled, "/v1/invoices?limit=200")["data"]
    states = {invoice["status"] for invoice in invoices}
    assert states == {"draft", "issued", "partially_paid", "paid"}
    assert any(invoice["overdue"] for invoice in invoices)
    assert len(_get(filled, "/v1/client-drafts")["data"]) == 2
    assert len(_get(filled, "/v1/imports")["data"]) == 1


def _files(stack: RunningStack, path: str) -> set[str]:
    documents = _get(stack, f"{path}/documents")["data"]
    return {each["file_name"] for each in documents if each["status"] == "available"}


def _has_ended(stack: RunningStack, kind: str) -> bool:
    jobs = _get(stack, f"/v1/jobs?kind={kind}")["data"]
    return {job["state"] for job in jobs} == {"done"}


def test_what_happened_is_in_the_timeline(filled: RunningStack) -> None:
    path = f"/v1/clients/{_clients(filled)['EGL']['id']}/activity"
    expected = {"clients.client.created.v1", "clients.client.status_changed.v1"}
    eventually(
        "both events are shown",
        lambda: expected <= {found["type"] for found in _get(filled, path)["data"]},
    )


def test_the_people_of_the_firm_have_done_it(filled: RunningStack) -> None:
    entries = _get(filled, f"/v1/clients/{_clients(filled)['AFM']['id']}/activity")["data"]
    assert {each["actor"]["name"] for each in entries} <= {name for name, _ in PEOPLE}


def test_seeding_again_adds_nothing(filled: RunningStack) -> None:
    eventually("the import is carried out", lambda: _has_ended(filled, "import"))
    before = _clients(filled)
    make_records(filled.api, filled.token)
    assert _clients(filled) == before
