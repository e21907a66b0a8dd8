"""`projections verify` finds every difference, to the cent and row by row, and none else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from cli.projections.commands import projections
from cli.projections.databases import Engines
from services.clients.access.operations.people import found_workspace
from services.clients.service import CLIENTS
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import Settings, load
from tests.factories.events import batch
from tests.fixtures.databases import Databases
from tests.integration.messaging.conftest import read_log
from tests.integration.projections.conftest import Deliver


@dataclass
class Books:
    """A firm that keeps its books through the API."""

    http: FlaskClient
    token: str

    def post(self, path: str, body: dict[str, Any], method: str = "POST") -> Any:
        """One accepted write; the answer's JSON."""
        answer = self.http.open(
            f"/v1{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json

    def client(self, code: str) -> str:
        """A client; its id."""
        body = {
            "company_name": f"Client {code}",
            "client_code": code,
            "primary_contact": {"email": f"{code.lower()}@example.com"},
        }
        return str(self.post("/clients", body)["id"])

    def project(self, client_id: str, status: str) -> str:
        """A project; its id."""
        body = {"name": "Retrofit", "status": status}
        return str(self.post(f"/clients/{client_id}/projects", body)["id"])

    def invoice(self, client_id: str, amount: str, currency: str = "USD", paid: str = "") -> str:
        """An issued invoice, paid as far as asked; its id."""
        line = {"description": "Work", "quantity": "1", "unit_price": amount}
        body = {"currency": currency, "lines": [line]}
        invoice_id = str(self.post(f"/clients/{client_id}/invoices", body)["id"])
        self.post(f"/invoices/{invoice_id}/issue", {})
        if paid:
            self.pay(invoice_id, paid)
        return invoice_id

    def pay(self, invoice_id: str, amount: str) -> None:
        """A payment, or a refund below zero."""
        payment = {"amount": amount, "paid_on": now().date().isoformat()}
        self.post(f"/invoices/{invoice_id}/payments", payment)

    def delete(self, client_id: str) -> None:
        """Delete a client as its plan says."""
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"/v1/clients/{client_id}/deletion-plan"
        plan = json.loads(self.http.get(path, headers=headers).get_data())
        self.post(f"/clients/{client_id}?confirm={plan['confirm']}", {}, "DELETE")


@pytest.fixture(scope="module")
def api(migrated: Databases) -> Flask:
    """The public API."""
    return create_app(CLIENTS, load(Settings, migrated.environment))


@pytest.fixture
def books(api: Flask, clients: Runtime) -> Books:
    """A workspace of its own."""
    founded = found_workspace(clients, "North", "o@example.com", "p" * 12)
    return Books(api.test_client(), founded.token)


@pytest.fixture
def acme(books: Books, deliver: Deliver) -> str:
    """A client with a bit of everything, one that is deleted again, and all of it applied."""
    acme, gone = books.client("ACM"), books.client("GON")
    for status in ("active", "active", "planned"):
        books.project(acme, status)
    books.invoice(acme, "1000.10", paid="1000.10")
    books.invoice(acme, "0.20", paid="0.20")
    books.invoice(acme, "50", currency="EUR", paid="50")
    books.invoice(acme, "75.00", paid="25.00")
    reopened = books.invoice(acme, "99.99", paid="99.99")
    books.pay(reopened, "-0.01")
    voided = books.invoice(acme, "12.00")
    books.post(f"/invoices/{voided}/void", {"reason": "Sent twice"})
    books.invoice(gone, "10.00", paid="10.00")
    books.delete(gone)
    deliver()
    return acme


Verify = Callable[..., Result]


@pytest.fixture
def verify(environment: dict[str, str]) -> Verify:
    """Runs the command."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            projections, ["verify", "--wait", "0", *arguments], env=environment
        )

    return run


def _damage(owners: Engines, service: str, statement: str) -> None:
    with owners(service).begin() as connection:
        changed = connection.execute(text(statement))
        assert changed.rowcount > 0


def _found(result: Result, projection: str) -> list[dict[str, str]]:
    (report,) = [
        each
        for each in json.loads(result.output)["projections"]
        if each["projection"] == projection
    ]
    found: list[dict[str, str]] = report["differences"]
    return found


def test_what_was_applied_verifies_clean(acme: str, verify: Verify) -> None:
    result = verify()
    assert result.exit_code == 0, result.output
    assert result.output.count("clean") == 3


def test_the_numbers_are_those_of_the_books(acme: str, owners: Engines) -> None:
    with owners("metrics").connect() as connection:
        query = text("SELECT * FROM client_metrics WHERE client_id = :id")
        row = connection.execute(query, {"id": acme}).one()
    assert (row.active_projects, row.invoices_issued, row.paid_invoices) == (2, 5, 3)
    assert row.total_revenue == [
        {"currency": "EUR", "amount": "50.00"},
        {"currency": "USD", "amount": "1000.30"},
    ]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE client_metrics SET active_projects = 3", "active_projects"),
        ("UPDATE client_metrics SET invoices_issued = 0", "invoices_issued"),
        ("UPDATE client_metrics SET paid_invoices = 4", "paid_invoices"),
        ("""UPDATE client_metrics
            SET total_revenue = '[{"currency": "USD", "amount": "1000.31"}]'""",
         "total_revenue"),
        ("DELETE FROM client_metrics", "active_projects"),
    ],
)  # fmt: skip
def test_a_wrong_number_is_found(
    acme: str, verify: Verify, owners: Engines, statement: str, what: str
) -> None:
    _damage(owners, "metrics", statement)
    result = verify("metrics", "--json")
    assert result.exit_code == 1
    found = {(each["where"], each["what"]) for each in _found(result, "metrics")}
    assert (acme, what) in found


@pytest.mark.parametrize("day", ["issued_on", "due_on", "paid_on"])
def test_a_wrong_day_of_an_invoice_is_found(
    acme: str, verify: Verify, owners: Engines, day: str
) -> None:
    _damage(
        owners, "metrics", f"UPDATE invoice_facts SET {day} = coalesce({day}, '2026-01-01') - 1"
    )
    result = verify("metrics", "--json")
    assert result.exit_code == 1
    found = [each for each in _found(result, "metrics") if each["where"] == acme]
    assert found
    assert all(each["what"].startswith("days of invoice") for each in found)


def test_numbers_of_a_client_that_is_not_there_are_found(
    acme: str, verify: Verify, owners: Engines
) -> None:
    stranger = uuid7()
    _damage(
        owners, "metrics",
        f"INSERT INTO client_metrics (client_id, workspace_id) VALUES ('{stranger}', '{stranger}')",
    )  # fmt: skip
    result = verify("metrics")
    assert result.exit_code == 1
    assert f"{stranger}  client: expected no such client" in result.output


def test_a_client_erased_by_mistake_is_found(acme: str, verify: Verify, owners: Engines) -> None:
    _damage(
        owners, "metrics",
        f"INSERT INTO erased_clients (client_id, workspace_id) VALUES ('{acme}', '{acme}')",
    )  # fmt: skip
    assert f"{acme}  client: expected a client, found erased" in verify("metrics").output


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM events WHERE pos = 3", "missing"),
        ("UPDATE events SET event_id = gen_random_uuid() WHERE pos = 3", "extra"),
        ("UPDATE events SET type = 'x' WHERE pos = 3", "changed"),
        ("UPDATE events SET pos = 1000 WHERE pos = 3", "changed"),
        ("""UPDATE events SET data = '{"a": 1}' WHERE pos = 3""", "changed"),
        ("UPDATE events SET occurred_at = occurred_at + interval '1us' WHERE pos = 3", "changed"),
        ("UPDATE events SET workspace_id = gen_random_uuid() WHERE pos = 3", "changed"),
        ("""INSERT INTO erased_clients
            SELECT client_id, workspace_id FROM events
            WHERE client_id NOT IN (SELECT client_id FROM erased_clients) LIMIT 1""",
         "not erased"),
    ],
)  # fmt: skip
def test_a_damaged_timeline_is_found(
    acme: str, verify: Verify, owners: Engines, statement: str, what: str
) -> None:
    _damage(owners, "activity", statement)
    result = verify("activity", "--json")
    assert result.exit_code == 1
    assert what in {each["what"] for each in _found(result, "activity")}


def test_a_parked_event_is_missing_and_said_to_be_parked(
    books: Books, clients: Runtime, activity: Inbox, verify: Verify, owners: Engines
) -> None:
    client_id = books.client("ACM")
    told = read_log(clients)
    broken = {**told[-1], "data": {}}
    activity.ingest(batch([*told[:-1], broken]))  # type: ignore[list-item]
    result = verify("activity", "--json")
    assert result.exit_code == 1
    (missing,) = _found(result, "activity")
    assert (missing["what"], missing["expected"]) == ("missing", "clients.client.created.v1")
    assert missing["found"].startswith("parked")
    assert client_id


def test_what_is_not_applied_in_time_is_told_and_is_no_success(
    acme: str, books: Books, verify: Verify
) -> None:
    books.project(acme, "active")
    result = verify("--json")
    assert result.exit_code == 1
    told = json.loads(result.output)["projections"]
    behind = [each["behind"] for each in told if each["projection"] != "sums"]
    assert all(len(lines) == 1 and "has applied clients up to" in lines[0] for lines in behind)


def test_it_waits_until_the_consumers_have_caught_up(
    acme: str, books: Books, deliver: Deliver, environment: dict[str, str]
) -> None:
    books.project(acme, "active")
    later = threading.Timer(1.0, deliver)
    later.start()
    result = CliRunner().invoke(projections, ["verify", "--wait", "20"], env=environment)
    later.join()
    assert result.exit_code == 0, result.output


def test_what_is_not_numbered_yet_is_waited_for_too(
    acme: str, books: Books, verify: Verify, owners: Engines
) -> None:
    books.project(acme, "active")
    with owners("clients").connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM event_log WHERE pos IS NULL")) == 1
    assert verify().exit_code == 1


def test_it_verifies_clean_under_writes(
    acme: str, books: Books, deliver: Deliver, environment: dict[str, str]
) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            books.invoice(acme, "1.00", paid="1.00")
            deliver()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        results = [
            CliRunner().invoke(projections, ["verify", "--wait", "20"], env=environment)
            for _ in range(3)
        ]
    finally:
        stop.set()
        writing.join()
    assert [result.exit_code for result in results] == [0, 0, 0], results[0].output
