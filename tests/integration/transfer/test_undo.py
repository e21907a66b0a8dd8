"""An import is taken back as far as nobody has gone on from it."""

from __future__ import annotations

from typing import Any

from tests.factories.clients import whole_client_body
from tests.integration.transfer.conftest import Transfer, table

MAPPING = {
    "Code": "client_code",
    "Name": "company_name",
    "Tax": "tax_id",
    "Person": "contacts[0].name",
    "Web": "website",
}


def _undo(transfer: Transfer, sent: Any) -> Any:
    return transfer.finish(transfer.ok("POST", f"/imports/{sent['id']}/undo"))


def test_what_was_made_goes_and_what_was_touched_since_stays(transfer: Transfer) -> None:
    sent = transfer.send(table(*((f"Firm {n}", f"a@firm{n}.org", "") for n in range(5))))
    transfer.start(sent)
    found = transfer.clients()
    transfer.ok("PUT", f"/clients/{found['Firm 1']['id']}/status", {"status": "inactive"})
    transfer.ok(
        "POST",
        f"/clients/{found['Firm 2']['id']}/projects",
        {"name": "New roof", "status": "planned"},
    )
    transfer.ok("POST", f"/clients/{found['Firm 3']['id']}/notes", {"text": "Met them."})
    job = _undo(transfer, sent)
    assert sorted(transfer.clients()) == ["Firm 1", "Firm 2", "Firm 3"]
    why = {row["row"]: row["errors"][0]["code"] for row in transfer.rows(job, "failed")}
    assert why == {3: "changed_since", 4: "has_books", 5: "has_notes"}


def test_what_was_changed_is_as_it_was(transfer: Transfer, events: Any) -> None:
    made = transfer.ok("POST", "/clients", whole_client_body())
    file = b"Code,Name,Tax,Person,Web\nACM,Acme Ltd,98-7654321,Bo,https://new.example.com\n"
    sent = transfer.send(file)
    job = transfer.start(sent, MAPPING)
    assert job["progress"]["updated"] == 1, transfer.rows(job)
    changed = transfer.ok("GET", f"/clients/{made['id']}")
    assert (changed["company_name"], changed["tax_id"]) == ("Acme Ltd", "98-7654321")
    assert len(changed["contacts"]) == 2
    undone = _undo(transfer, sent)
    assert [row["state"] for row in transfer.rows(undone)] == ["reverted"]
    now = transfer.ok("GET", f"/clients/{made['id']}")
    for told in (made, now):
        del told["version"], told["updated_at"]
    assert now == made
    assert transfer.ok("GET", "/clients?q=acme+machines")["data"]
    assert events()["clients.contact.removed.v1"] == 1


def test_an_import_is_undone_once(transfer: Transfer) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "")))
    path = f"/v1/imports/{sent['id']}/undo"
    assert transfer.caller.call("POST", path).status_code == 409
    transfer.start(sent)
    _undo(transfer, sent)
    assert transfer.caller.call("POST", path).status_code == 409


def test_undoing_needs_the_right_to_delete(transfer: Transfer) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "")))
    transfer.start(sent)
    rights = frozenset({"clients.create", "clients.update"})
    caller = transfer.api.with_permissions(rights)
    assert caller.call("POST", f"/v1/imports/{sent['id']}/undo").status_code == 403
