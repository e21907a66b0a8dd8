"""Two records of one client become one, and the old id goes on answering."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.projections.commands import projections
from cli.services import SERVICES
from services.clients.client_merge.operations import merging
from shared.messaging.inbox import Inbox
from tests.factories.events import batch
from tests.integration.deletion.conftest import Firm
from tests.integration.messaging.conftest import read_log


@pytest.fixture
def old(firm: Firm) -> str:
    """The record that will go."""
    return firm.client(
        "Acme Machines Ltd",
        client_code="AML",
        website="https://acme.example.com",
        address={"street": "1 Main St", "city": "Saint Paul"},
        industry="Industrials",
        compliance_requirements=["OSHA", "EPA"],
        tax_id="12-3456789",
        contacts=[{"name": "Ana", "email": "ana@example.com"},
                  {"name": "Bo", "email": "bo@example.com"}],
        rates=[{"position": "Engineer", "regular_rate": "150.00"},
               {"position": "Fitter", "regular_rate": "90.00"}],
    )  # fmt: skip


@pytest.fixture
def kept(firm: Firm) -> str:
    """The record that stays."""
    return firm.client(
        "Acme Machines",
        client_code="ACM",
        industry="Manufacturing",
        compliance_requirements=["OSHA"],
        contacts=[{"name": "Ana Ruiz", "email": "ANA@example.com"}],
        rates=[{"position": "engineer", "regular_rate": "160.00"}],
    )


def _merge(firm: Firm, source: str, target: str) -> Any:
    return firm.ok("POST", f"/clients/{source}/merge", {"into": target})


def _preview(firm: Firm, source: str, target: str) -> Any:
    return firm.ok("GET", f"/clients/{source}/merge-preview?into={target}")


def test_the_preview_says_what_moves_what_wins_and_what_is_left(
    firm: Firm, old: str, kept: str
) -> None:
    project = firm.ok("POST", f"/clients/{old}/projects", {"name": "Line", "status": "active"})
    hours = {"position": "Engineer", "person": "Ana", "date": "2026-03-02", "hours": "1"}
    firm.ok("POST", "/time-entries", {"project_id": project["id"], **hours})
    firm.ok("POST", f"/clients/{old}/notes", {"text": "Met them."})
    preview = _preview(firm, old, kept)
    moves = {each["kind"]: each["count"] for each in preview["moves"]}
    assert moves == {"contacts": 2, "rates": 1, "projects": 1, "time_entries": 1,
                     "draft_invoices": 0, "issued_invoices": 0, "notes": 1}  # fmt: skip
    assert {each["kind"]: each["count"] for each in preview["left"]} == {"contacts": 1, "rates": 1}
    differing = {each["field"]: (each["into"], each["source"]) for each in preview["differences"]}
    assert differing["industry"] == ("Manufacturing", "Industrials")
    assert {"website", "address.street", "tax_id", "compliance_requirements"} <= set(
        preview["filled"]
    )
    assert preview["conflicts"] == []
    assert firm.ok("GET", f"/clients/{old}")["client_code"] == "AML", "a preview changes nothing"


def test_the_survivor_takes_over_what_it_lacks(firm: Firm, old: str, kept: str) -> None:
    merged = _merge(firm, old, kept)
    assert (merged["id"], merged["client_code"], merged["company_name"]) == (
        kept, "ACM", "Acme Machines",
    )  # fmt: skip
    assert (merged["website"], merged["industry"]) == ("https://acme.example.com", "Manufacturing")
    assert merged["address"]["city"] == "Saint Paul"
    assert merged["compliance_requirements"] == ["OSHA", "EPA"]
    emails = [contact["email"] for contact in merged["contacts"]]
    assert sorted(emails) == ["ANA@example.com", "acme.machines.ltd@example.com", "bo@example.com"]
    assert {rate["position"]: rate["regular_rate"] for rate in merged["rates"]} == {
        "engineer": "160.00", "Fitter": "90.00",
    }  # fmt: skip
    assert [each["id"] for each in firm.ok("GET", "/clients?q=acme")["data"]] == [kept]
    assert [each["id"] for each in firm.ok("GET", "/clients?q=bo")["data"]] == [kept]


def test_the_old_id_leads_to_the_new_one_everywhere(firm: Firm, old: str, kept: str) -> None:
    _merge(firm, old, kept)
    for part in ("", "/contacts", "/rates", "/projects?limit=5", "/invoices", "/notes", "/activity",
                 "/documents", "/metrics", "/overview", "/deletion-plan", "/archive"):  # fmt: skip
        answer: Any = firm.call("GET", f"/clients/{old}{part}")
        assert (answer.status_code, answer.json["merged_into"]) == (301, kept), part
        assert answer.headers["Location"] == f"/v1/clients/{kept}{part}"
    change: Any = firm.call("PATCH", f"/clients/{old}", {"website": None}, If_Match="*")
    assert (change.status_code, change.headers["Location"]) == (308, f"/v1/clients/{kept}")
    assert change.json["status"] == 308
    assert firm.call("DELETE", f"/clients/{old}?confirm=x").status_code == 308
    capitals: Any = firm.call("GET", f"/clients/{old.upper()}")
    assert capitals.headers["Location"] == f"/v1/clients/{kept}"


def test_a_list_of_the_old_ids_things_is_one_of_the_new_ones(
    firm: Firm, old: str, kept: str
) -> None:
    firm.ok("POST", f"/clients/{old}/projects", {"name": "Line", "status": "active"})
    firm.invoice(old)
    _merge(firm, old, kept)
    for listed, entries in (("projects", 1), ("invoices", 1), ("time-entries", 0), ("mails", 0)):
        by_old, by_new = (firm.ok("GET", f"/{listed}?client_id={each}") for each in (old, kept))
        assert by_old == by_new
        assert len(by_old["data"]) == entries


def test_notes_go_on_under_the_survivor_with_their_versions(
    firm: Firm, old: str, kept: str
) -> None:
    note = firm.ok("POST", f"/clients/{old}/notes", {"text": "Met them."})
    firm.ok("PATCH", f"/clients/{old}/notes/{note['id']}", {"text": "Met both of them."})
    own = firm.ok("POST", f"/clients/{kept}/notes", {"text": "Called."})
    _merge(firm, old, kept)
    path = f"/clients/{kept}/notes"
    assert {each["id"] for each in firm.ok("GET", path)["data"]} == {note["id"], own["id"]}
    versions = firm.ok("GET", f"{path}/{note['id']}/versions")["data"]
    assert [each["text"] for each in versions] == ["Met both of them.", "Met them."]
    firm.ok("PATCH", f"{path}/{note['id']}", {"kind": "meeting"})
    firm.deliver()
    lines = [line for line in firm.summaries(kept) if "noted" in line]
    assert len(lines) == 4


def test_a_preview_is_outdated_by_a_new_note_and_too_many_stand_against_a_merge(
    firm: Firm, old: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm = _preview(firm, old, kept)["confirm"]
    for client_id in (old, kept):
        firm.ok("POST", f"/clients/{client_id}/notes", {"text": "Met them."})
    body = {"into": kept, "confirm": confirm}
    outdated: Any = firm.call("POST", f"/clients/{old}/merge", body)
    assert outdated.status_code == 409
    monkeypatch.setattr(merging, "MAX_NOTES", 1)
    assert [each["code"] for each in _preview(firm, old, kept)["conflicts"]] == ["too_many_notes"]


def test_projects_and_invoices_go_on_under_the_survivor(firm: Firm, old: str, kept: str) -> None:
    for client_id in (old, kept):
        body = {"name": "Line", "code": "L1", "status": "active"}
        firm.ok("POST", f"/clients/{client_id}/projects", body)
    issued = firm.invoice(old, "70.00")
    draft = firm.invoice(old, "30.00", issued=False)
    _merge(firm, old, kept)
    projects = firm.ok("GET", f"/clients/{kept}/projects")["data"]
    assert sorted(project["code"] for project in projects) == ["L1", "L1-2"]
    assert firm.ok("GET", f"/invoices/{issued['id']}")["number"] == issued["number"]
    assert issued["number"].startswith("AML-")
    later = firm.ok("POST", f"/invoices/{draft['id']}/issue", {})
    assert (later["number"][:4], later["number"][-4:]) == ("ACM-", "0001")
    paid = {"amount": "70.00", "paid_on": issued["issued_on"]}
    assert firm.ok("POST", f"/invoices/{issued['id']}/payments", paid)["client_id"] == kept


def test_a_code_on_an_invoice_stays_taken_and_another_becomes_free(
    firm: Firm, old: str, kept: str
) -> None:
    third = firm.client("Third", client_code="TRD")
    firm.invoice(old)
    _merge(firm, old, kept)
    _merge(firm, third, kept)
    body = {"company_name": "New", "primary_contact": {"email": "n@example.com"}}
    assert firm.call("POST", "/clients", {**body, "client_code": "AML"}).status_code == 422
    assert firm.call("POST", "/clients", {**body, "client_code": "TRD"}).status_code == 201


def test_timeline_documents_and_numbers_are_the_survivors(firm: Firm, old: str, kept: str) -> None:
    firm.document(old, "old.pdf")
    firm.ok("POST", f"/clients/{old}/projects", {"name": "Line", "status": "active"})
    issued = firm.invoice(old, "70.00")
    firm.deliver()
    entries = len(firm.summaries(old)) + len(firm.summaries(kept))
    _merge(firm, old, kept)
    firm.deliver()
    told = firm.summaries(kept)
    assert told[-1] == "Client Acme Machines Ltd merged into this one"
    assert len(told) > entries
    assert "Document old.pdf added" in told
    documents = firm.ok("GET", f"/clients/{kept}/documents")["data"]
    assert [each["file_name"] for each in documents] == ["old.pdf"]
    firm.ok("POST", f"/invoices/{issued['id']}/payments",
            {"amount": "70.00", "paid_on": issued["issued_on"]})  # fmt: skip
    firm.deliver()
    metrics = firm.ok("GET", f"/clients/{kept}/metrics")
    assert (metrics["active_projects"], metrics["paid_invoices"]) == (1, 1)
    _verify(firm)


def _verify(firm: Firm) -> None:
    ran = CliRunner().invoke(projections, ["verify", "--wait", "0"], env=firm.databases.environment)
    assert ran.exit_code == 0, ran.output


def test_an_id_merged_twice_over_leads_to_the_last(firm: Firm, old: str, kept: str) -> None:
    third = firm.client("Third")
    firm.ok("POST", f"/clients/{old}/projects", {"name": "Line", "status": "active"})
    _merge(firm, old, kept)
    _merge(firm, kept, third)
    assert firm.call("GET", f"/clients/{old}").headers["Location"] == f"/v1/clients/{third}"
    firm.deliver()
    assert firm.ok("GET", f"/clients/{third}/metrics")["active_projects"] == 1
    _verify(firm)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_merges_heard_of_in_any_order_end_the_same(firm: Firm, order: tuple[int, ...]) -> None:
    ids = [firm.client(name) for name in ("Aa", "Bb", "Cc", "Dd")]
    firm.ok("POST", f"/clients/{ids[0]}/projects", {"name": "Line", "status": "active"})
    for source, target in itertools.pairwise(ids):
        _merge(firm, source, target)
    told = read_log(firm.runtimes["clients"])
    merges = [each for each in told if each["type"] == "clients.client.merged.v1"]
    inbox = Inbox("metrics", firm.runtimes["metrics"].pipe_engine, SERVICES["metrics"].apply())
    for place in order:
        inbox.ingest(batch([merges[place]]))
    firm.deliver()
    assert firm.ok("GET", f"/clients/{ids[3]}/metrics")["active_projects"] == 1
    _verify(firm)


def test_deleting_the_survivor_erases_what_was_merged_into_it(
    firm: Firm, old: str, kept: str
) -> None:
    firm.document(old, "Acme Machines Ltd.pdf")
    firm.invoice(old, "70.00")
    firm.deliver()
    _merge(firm, old, kept)
    deletion = firm.delete(kept)
    firm.settle()
    firm.settle()
    assert firm.receipt(deletion)["state"] == "done"
    left = [place for place in firm.traces("Acme Machines") if "billing_copy" not in place]
    assert (left, firm.objects()) == ([], [])
    answer: Any = firm.call("GET", f"/clients/{old}")
    assert answer.status_code == 301
    assert firm.call("GET", f"/clients/{kept}").status_code == 404
    _verify(firm)


@pytest.mark.parametrize("late", ["documents", "activity", "metrics"])
def test_a_service_that_hears_of_the_merge_after_the_deletion_erases_all_the_same(
    firm: Firm, old: str, kept: str, late: str
) -> None:
    """By then the merge is a tombstone, and the deletion says what it was about."""
    firm.document(old, "Acme Machines Ltd.pdf")
    firm.invoice(old, "70.00")
    firm.deliver()
    _merge(firm, old, kept)
    deletion = firm.delete(kept)
    others = [name for name in ("clients", "documents", "activity", "metrics") if name != late]
    firm.deliver(*others)
    firm.work()
    firm.settle()
    firm.settle()
    assert firm.receipt(deletion)["state"] == "done"
    left = [place for place in firm.traces("Acme Machines") if "billing_copy" not in place]
    assert (left, firm.objects()) == ([], [])
    _verify(firm)


def test_what_was_shown_is_what_is_done(firm: Firm, old: str, kept: str) -> None:
    confirm = _preview(firm, old, kept)["confirm"]
    firm.ok("PATCH", f"/clients/{old}", {"website": None}, If_Match="*")
    body = {"into": kept, "confirm": confirm}
    refused: Any = firm.call("POST", f"/clients/{old}/merge", body)
    assert (refused.status_code, refused.json["code"]) == (409, "lifecycle.preview_outdated")
    body["confirm"] = _preview(firm, old, kept)["confirm"]
    assert firm.call("POST", f"/clients/{old}/merge", body).status_code == 200


def test_a_client_is_not_merged_into_itself_nor_into_none(firm: Firm, old: str) -> None:
    path = f"/clients/{old}/merge"
    assert firm.call("POST", path, {"into": old}).status_code == 422
    assert firm.call("POST", path, {}).status_code == 422
    none = "01a20000-0000-7000-8000-000000000000"
    assert firm.call("POST", path, {"into": none}).status_code == 404


def test_the_internal_client_is_merged_with_no_other(firm: Firm, old: str) -> None:
    own = firm.client("Ourselves", settings={"internal": True})
    assert [each["code"] for each in _preview(firm, old, own)["conflicts"]] == ["internal"]
    refused: Any = firm.call("POST", f"/clients/{old}/merge", {"into": own})
    assert (refused.status_code, refused.json["conflicts"][0]["code"]) == (409, "internal")


def test_whatever_refers_to_a_client_is_moved_or_left_on_purpose(firm: Firm) -> None:
    """A new table is decided on, not lost with the client that goes."""
    moved, left = (
        {"contacts", "rates", "projects", "notes", "papers"},
        {
            "client_search",
            "client_keys",
            "job_rows_before",
            "invoicing_schedules",
            "report_schedules",
        },
    )
    query = text(
        "SELECT conrelid::regclass::text FROM pg_constraint "
        "WHERE confrelid = 'clients'::regclass AND contype = 'f'"
    )
    with firm.runtimes["clients"].pipe_engine.connect() as connection:
        assert set(connection.scalars(query)) == moved | left


def test_merging_needs_both_rights(firm: Firm, old: str, kept: str) -> None:
    for rights in (["clients.view", "clients.update"], ["clients.view", "clients.delete"]):
        made = firm.ok("POST", "/api-keys", {"name": "narrow", "permissions": rights})
        headers = {"Authorization": f"Bearer {made['token']}"}
        path = f"/v1/clients/{old}/merge"
        for method, address in (("POST", path), ("GET", f"{path}-preview?into={kept}")):
            answer = firm.caller.http.open(
                address, method=method, json={"into": kept}, headers=headers
            )
            assert answer.status_code == 403


def test_whose_value_is_kept_may_be_chosen_field_by_field(firm: Firm, old: str, kept: str) -> None:
    choices = {"industry": "source", "company_name": "source", "website": "into"}
    query = f"into={kept}&choices={quote(json.dumps(choices))}"
    preview = firm.ok("GET", f"/clients/{old}/merge-preview?{query}")
    wins = {each["field"]: each["wins"] for each in preview["differences"]}
    assert (wins["industry"], wins["client_code"]) == ("source", "into")
    assert "website" not in preview["filled"]
    body = {"into": kept, "confirm": preview["confirm"]}
    other: Any = firm.call("POST", f"/clients/{old}/merge", body)
    assert (other.status_code, other.json["code"]) == (409, "lifecycle.preview_outdated")
    merged = firm.ok("POST", f"/clients/{old}/merge", {**body, "choices": choices})
    assert (merged["industry"], merged["company_name"]) == ("Industrials", "Acme Machines Ltd")
    assert (merged["website"], merged["client_code"]) == (None, "ACM")
    firm.deliver()
    told = [each["changes"] for each in firm.ok("GET", f"/clients/{kept}/activity")["data"]]
    assert {"field": "industry", "before": "Manufacturing", "after": "Industrials"} in [
        change for changes in told for change in changes
    ]


@pytest.mark.parametrize(
    ("choices", "field", "code"),
    [
        ({"webpage": "source"}, "choices.webpage", "unknown_field"),
        ({"client_code": "source"}, "choices.client_code", "unknown_field"),
    ],
)
def test_a_choice_of_what_is_none_is_refused(
    firm: Firm, old: str, kept: str, choices: dict[str, str], field: str, code: str
) -> None:
    told = quote(json.dumps(choices))
    shown: Any = firm.call("GET", f"/clients/{old}/merge-preview?into={kept}&choices={told}")
    done: Any = firm.call("POST", f"/clients/{old}/merge", {"into": kept, "choices": choices})
    for answer in (shown, done):
        assert answer.status_code == 422
        assert [(each["field"], each["code"]) for each in answer.json["errors"]] == [(field, code)]


def test_a_choice_is_one_of_the_two(firm: Firm, old: str, kept: str) -> None:
    body = {"into": kept, "choices": {"website": "mine"}}
    assert firm.call("POST", f"/clients/{old}/merge", body).status_code == 422
    broken = f"/clients/{old}/merge-preview?into={kept}&choices=%7B"
    assert firm.call("GET", broken).status_code == 422
