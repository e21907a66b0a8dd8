"""The numbers that are kept are those that counting finds, whatever was done and at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from services.clients.jobs import tasks
from services.clients.listing.queries.clients import FACETS, Filters
from services.clients.listing.queries.facets import _counted, count_by_facet
from services.clients.transfer.operations import reading
from tests.fixtures.api import Caller
from tests.integration.transfer.conftest import Transfer

INDUSTRIES = ("Mining", "Technology", "Energy", None)
STATUSES = ("active", "inactive", "pending")
FILTERS = [{}, {"status": ["active"]}, {"status": ["inactive", "pending"]}]
MAPPING = {"Company": "company_name", "Mail": "primary_contact.email", "Industry": "industry"}
WORKERS, STEPS = 6, 16
DONE = ("created", "updated", "status_changed", "merged", "deletion_scheduled", "deletion_undone")


def _check(transfer: Transfer) -> None:
    """Kept and counted say the same, and no slot is left with a share of nothing."""
    with transfer.api.runtime.unit_of_work(transfer.api.origin()) as uow:
        for query in FILTERS:
            filters = Filters.of(query)
            assert filters.are_of_status_only
            counted = _counted(uow, filters)
            assert count_by_facet(uow, filters) == counted, query
            total = sum(counted["status"].values())
            assert all(sum(counted[facet].values()) == total for facet in FACETS)


def _body(chance: random.Random, name: str) -> dict[str, Any]:
    return {
        "company_name": name,
        "primary_contact": {"email": f"info@{name.replace(' ', '-').lower()}.org"},
        "status": chance.choice(STATUSES),
        "industry": chance.choice(INDUSTRIES),
        "company_size": chance.choice(["1-10", "51-200", None]),
        "primary_service_type": chance.choice(["Design", None]),
        "allow_duplicate": True,
    }


class Person:
    """Does this and that to whatever clients there are; what is refused is refused."""

    def __init__(self, transfer: Transfer, seed: int) -> None:
        self.transfer = transfer
        self.chance = random.Random(seed)
        self.seed = seed
        self.caller = Caller(transfer.api.app.test_client(), transfer.caller.token)
        self.user_id = transfer.ok("GET", "/users")["data"][0]["id"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON, whatever it is."""
        answer = self.caller.call(method, f"/v1{path}", body, **headers)
        assert answer.status_code < 500, answer.text
        return answer.json

    def one(self) -> str:
        """A client's id; one that is gone in a moment, perhaps."""
        found = self.call("GET", "/clients?limit=200")["data"]
        return str(self.chance.choice(found)["id"])

    def act(self, number: int) -> None:
        """One of all that changes how many clients have what."""
        what = [self.create, self.create, self.change, self.status, self.delete, self.merge]
        self.chance.choice([*what, self.import_and_undo, self.bulk])(number)

    def create(self, number: int) -> None:
        self.call("POST", "/clients", _body(self.chance, f"Firm {self.seed} {number}"))

    def change(self, number: int) -> None:
        owner = self.chance.choice([self.user_id, None])
        changes = {"industry": self.chance.choice(INDUSTRIES), "owner_id": owner}
        self.call("PATCH", f"/clients/{self.one()}", changes, If_Match="*")

    def status(self, number: int) -> None:
        body = {"status": self.chance.choice(STATUSES), "reason": f"Reason {number}"}
        self.call("PUT", f"/clients/{self.one()}/status", body)

    def delete(self, number: int) -> None:
        client_id = self.one()
        plan = self.call("GET", f"/clients/{client_id}/deletion-plan")
        deleted = self.call("DELETE", f"/clients/{client_id}?confirm={plan.get('confirm')}")
        if number % 2 and "deletion_id" in deleted:
            self.call("POST", f"/deletions/{deleted['deletion_id']}/undo", {})

    def merge(self, number: int) -> None:
        self.call("POST", f"/clients/{self.one()}/merge", {"into": self.one()})

    def import_and_undo(self, number: int) -> None:
        rows = [f"Import {self.seed} {number} {n},a@b{n}.org,Mining" for n in range(12)]
        data = "\n".join(["Company,Mail,Industry", *rows]).encode()
        headers = {"Authorization": f"Bearer {self.caller.token}"}
        path = "/v1/imports?file_name=x.csv"
        sent: Any = self.caller.http.post(path, data=data, headers=headers).json
        self.transfer.work()
        how = {"mapping": MAPPING, "on_duplicate": "create"}
        self.call("POST", f"/imports/{sent['id']}/start", how)
        self.transfer.work()
        if number % 2:
            self.call("POST", f"/imports/{sent['id']}/undo")
            self.transfer.work()

    def bulk(self, number: int) -> None:
        told = {"action": "set_status", "value": self.chance.choice(STATUSES), "filter": {}}
        self.call("POST", "/clients/bulk", told)
        self.transfer.work()


def test_numbers_are_exact_after_many_have_done_everything_at_once(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch, events: Any
) -> None:
    monkeypatch.setattr(reading, "PIECE_ROWS", 5)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.01)
    transfer.ok("PATCH", "/workspace", {"deletion_undo_days": 3})
    chance = random.Random(7)
    for n in range(20):
        transfer.ok("POST", "/clients", _body(chance, f"First {n}"))
    people = [Person(transfer, seed) for seed in range(WORKERS)]
    gate = threading.Barrier(WORKERS)

    def work(person: Person) -> None:
        gate.wait()
        for number in range(STEPS):
            person.act(number)

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, people))
    transfer.work()
    assert all(events().get(f"clients.client.{what}.v1", 0) for what in DONE), events()
    _check(transfer)


def test_two_who_change_the_same_number_at_once_do_not_wait_for_each_other(
    transfer: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    made = [
        transfer.ok("POST", "/clients", _body(random.Random(1), f"Firm {n}"))["id"]
        for n in range(3)
    ]
    change = text("UPDATE clients SET industry = 'Energy', status = 'pending' WHERE id = :id")
    begin: Callable[[], Any] = lambda: transfer.api.runtime.unit_of_work(transfer.api.origin())  # noqa: E731
    with begin() as first, begin() as second, begin() as third:
        for uow, client_id in zip((first, second, third), made, strict=True):
            uow.session.execute(text("SET LOCAL lock_timeout = '1s'"))
            uow.session.execute(change, {"id": client_id})
        third.session.rollback()
    _check(transfer)
    slots = database.execute("SELECT DISTINCT slot FROM client_counts ORDER BY 1").fetchall()
    assert [row["slot"] for row in slots] == [0, 1]


def test_a_request_cannot_write_the_numbers(transfer: Transfer) -> None:
    transfer.ok("POST", "/clients", _body(random.Random(1), "Firm"))
    for statement in (
        "UPDATE client_counts SET clients = 9",
        "DELETE FROM client_counts",
        "INSERT INTO client_counts SELECT * FROM client_counts",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            transfer.api.runtime.unit_of_work(transfer.api.origin()) as uow,
        ):
            uow.session.execute(text(statement))


def test_numbers_are_of_one_workspace(transfer: Transfer) -> None:
    other = transfer.api.other_workspace()
    other.call("POST", "/v1/clients", _body(random.Random(1), "Firm"))
    found: Any = transfer.ok("GET", "/clients/facets")
    assert all(not counts for counts in found.values())
