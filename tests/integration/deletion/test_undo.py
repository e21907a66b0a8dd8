"""Where the workspace gives days to undo, a deleted client is hidden first and comes back whole."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.projections.commands import projections
from tests.fixtures.api import PASSWORD
from tests.integration.deletion.conftest import Firm

CLIENT = {
    "client_code": "ACM",
    "tax_id": "12-3456789",
    "website": "https://acme.example.com",
    "address": {"street": "1 Main St", "city": "Saint Paul"},
    "compliance_requirements": ["ISO 9001", "OSHA"],
    "contacts": [{"name": "Ana", "email": "ana@acme.example.com"}],
    "rates": [{"position": "Engineer", "regular_rate": "150.125", "valid_from": "2026-01-01"}],
}


@pytest.fixture
def acme(firm: Firm) -> str:
    """A client of a workspace with three days to undo; its id."""
    firm.ok("PATCH", "/workspace", {"deletion_undo_days": 3})
    client_id = firm.client("Acme Machines", **CLIENT)
    body = {"name": "Line", "status": "active"}
    project = firm.ok("POST", f"/clients/{client_id}/projects", body)
    time = {"project_id": project["id"], "position": "Engineer", "person": "Jo", "hours": "8"}
    firm.ok("POST", "/time-entries", {**time, "date": "2026-11-23"})
    note = firm.ok("POST", f"/clients/{client_id}/notes", {"text": "Met them."})
    firm.ok("PATCH", f"/clients/{client_id}/notes/{note['id']}", {"text": "Met both."})
    firm.deliver()
    return client_id


def _whole(firm: Firm, client_id: str) -> list[Any]:
    """Everything of a client but its version and the time of its last change."""
    path = f"/clients/{client_id}"
    notes = firm.ok("GET", f"{path}/notes")["data"]
    parts = ("", "/projects", "/invoices", "/notes", f"/notes/{notes[0]['id']}/versions")
    found = [firm.ok("GET", f"{path}{part}") for part in parts]
    found.append(firm.ok("GET", f"/time-entries?client_id={client_id}"))
    for name in ("version", "updated_at"):
        found[0].pop(name)
    return found


def _expire(firm: Firm) -> None:
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        uow.session.execute(text("UPDATE deletions SET starts_at = clock_timestamp()"))


def test_a_pending_client_is_seen_nowhere_and_nothing_is_told_to_erase_it(
    firm: Firm, acme: str
) -> None:
    invoice = firm.invoice(acme, issued=False)
    project = firm.ok("GET", f"/clients/{acme}/projects")["data"][0]
    deletion = firm.delete(acme)
    assert deletion["state"] == "pending"
    answer: Any = firm.call("GET", f"/clients/{acme}")
    assert (answer.status_code, answer.json["code"]) == (404, "clients.deleted")
    assert answer.json["deletion_id"] == deletion["deletion_id"]
    assert firm.ok("GET", "/clients")["data"] == []
    assert firm.ok("GET", "/clients?q=acme")["data"] == []
    for path in (f"/projects/{project['id']}", f"/invoices/{invoice['id']}",
                 f"/clients/{acme}/documents", f"/clients/{acme}/activity"):  # fmt: skip
        assert firm.call("GET", path).status_code == 404
    firm.settle()
    receipt = firm.receipt(deletion)
    assert {part["state"] for part in receipt["services"].values()} == {"pending"}


def test_undone_it_is_back_as_it_was(firm: Firm, acme: str) -> None:
    firm.invoice(acme, issued=False)
    firm.document(acme)
    issued = firm.invoice(acme, "70.00")
    before, version = _whole(firm, acme), firm.ok("GET", f"/clients/{acme}")["version"]
    undone = firm.ok("POST", f"/deletions/{firm.delete(acme)['deletion_id']}/undo")
    assert undone["state"] == "undone"
    assert _whole(firm, acme) == before
    assert firm.ok("GET", f"/clients/{acme}")["version"] == version + 2
    assert firm.ok("GET", "/clients?q=acme")["data"][0]["id"] == acme
    assert firm.ok("GET", f"/invoices/{issued['id']}")["number"] == issued["number"]
    assert len(firm.ok("GET", f"/clients/{acme}/documents")["data"]) == 1
    firm.deliver()
    assert firm.summaries(acme)[-1] == "Deletion of Acme Machines undone"
    assert firm.summaries(acme)[-2].startswith("Client hidden, to be deleted on ")
    firm.ok("PATCH", f"/clients/{acme}", {"website": None}, If_Match="*")


# Of what a release may do meanwhile: columns for every row with a default, a column that had
# none before and is empty no more, and a column that goes.
_MIGRATED = (
    "ALTER TABLE clients ADD COLUMN later text NOT NULL DEFAULT 'today''s'",
    "ALTER TABLE projects ADD COLUMN later int DEFAULT 3",
    "ALTER TABLE contacts ADD COLUMN later jsonb NOT NULL DEFAULT '{\"a\": null}'",
    "ALTER TABLE contacts ALTER COLUMN title SET DEFAULT 'none', ALTER COLUMN title SET NOT NULL",
    "ALTER TABLE rates DROP COLUMN before",
)
_BACK = (
    "ALTER TABLE clients DROP COLUMN later",
    "ALTER TABLE projects DROP COLUMN later",
    "ALTER TABLE contacts DROP COLUMN later",
    "ALTER TABLE contacts ALTER COLUMN title DROP DEFAULT, ALTER COLUMN title DROP NOT NULL",
)


def test_it_comes_back_into_tables_that_have_changed_since(firm: Firm, acme: str) -> None:
    with psycopg.connect(firm.databases.url("clients"), autocommit=True) as owner:
        owner.execute("ALTER TABLE rates ADD COLUMN before int NOT NULL DEFAULT 1")
        before = _whole(firm, acme)
        deletion = firm.delete(acme)
        for statement in _MIGRATED:
            owner.execute(statement)
        try:
            firm.ok("POST", f"/deletions/{deletion['deletion_id']}/undo")
            after = _whole(firm, acme)
            (client,) = owner.execute("SELECT later FROM clients").fetchall()
            (project,) = owner.execute("SELECT later FROM projects").fetchall()
            contacts = owner.execute("SELECT later FROM contacts").fetchall()
        finally:
            owner.execute("DELETE FROM contacts")
            for statement in _BACK:
                owner.execute(statement)
    assert (client, project, set(map(str, contacts))) == (("today's",), (3,), {"({'a': None},)"})
    assert [contact.pop("title") for contact in after[0]["contacts"]] == ["none"]
    for contact in before[0]["contacts"]:
        assert contact.pop("title") is None
    assert after == before


def test_its_code_is_kept_for_it_until_it_is_too_late(firm: Firm, acme: str) -> None:
    firm.delete(acme)
    taken = {"company_name": "Other", "client_code": "ACM",
             "primary_contact": {"email": "o@example.com"}}  # fmt: skip
    assert firm.call("POST", "/clients", taken).status_code == 422
    _expire(firm)
    firm.settle()
    assert firm.call("POST", "/clients", taken).status_code == 201


def test_once_begun_it_cannot_be_undone_and_nothing_is_left(firm: Firm, acme: str) -> None:
    deletion = firm.delete(acme)
    _expire(firm)
    firm.work()
    assert firm.receipt(deletion)["state"] == "running"
    firm.settle()
    assert firm.receipt(deletion)["state"] == "done"
    refused: Any = firm.call("POST", f"/deletions/{deletion['deletion_id']}/undo")
    assert (refused.status_code, refused.json["code"]) == (409, "lifecycle.cannot_undo")
    assert firm.traces("Acme Machines") == []


def test_a_deletion_is_undone_once(firm: Firm, acme: str) -> None:
    path = f"/deletions/{firm.delete(acme)['deletion_id']}/undo"
    firm.ok("POST", path)
    assert firm.call("POST", path).status_code == 409
    assert firm.delete(acme)["state"] == "pending", "it can be deleted again"


def test_what_is_kept_is_sealed(firm: Firm, acme: str) -> None:
    firm.delete(acme)
    found = [place for place in firm.traces("Acme Machines") if place.startswith("clients")]
    assert "clients: deletions.kept (sealed)" in found
    assert "clients: deletions.kept" not in found
    assert "clients: clients.company_name" not in found


def test_undoing_needs_the_permission_to_delete(firm: Firm, acme: str) -> None:
    deletion = firm.delete(acme)
    member = {"email": "m@example.com", "name": "M", "password": PASSWORD, "role": "member"}
    firm.ok("POST", "/users", member)
    credentials = {"email": "m@example.com", "password": PASSWORD}
    token = firm.ok("POST", "/auth/token", credentials)["access_token"]
    path = f"/v1/deletions/{deletion['deletion_id']}"
    for method, address in (("POST", f"{path}/undo"), ("GET", path), ("GET", "/v1/deletions")):
        answer = firm.caller.http.open(
            address, method=method, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 403


def test_another_active_internal_client_stands_in_the_way(firm: Firm) -> None:
    firm.ok("PATCH", "/workspace", {"deletion_undo_days": 1})
    first = firm.client("First", settings={"internal": True})
    path = f"/deletions/{firm.delete(first)['deletion_id']}/undo"
    firm.client("Second", settings={"internal": True})
    refused: Any = firm.call("POST", path)
    assert (refused.status_code, refused.json["code"]) == (409, "clients.internal_exists")


def test_numbers_verify_while_it_is_hidden(firm: Firm, acme: str) -> None:
    firm.invoice(acme)
    firm.deliver()
    firm.delete(acme)
    firm.deliver()
    ran = CliRunner().invoke(projections, ["verify", "--wait", "0"], env=firm.databases.environment)
    assert ran.exit_code == 0, ran.output


def test_days_are_a_setting_with_limits(firm: Firm) -> None:
    assert firm.ok("GET", "/workspace")["deletion_undo_days"] == 0
    for wrong in (-1, 366, "3", 1.5, None):
        assert firm.call("PATCH", "/workspace", {"deletion_undo_days": wrong}).status_code == 422
