"""A file of clients becomes clients, each by the rules of a single create or update."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.clients.transfer.operations import receiving
from tests.integration.transfer.conftest import COLUMNS, Transfer, table

CREATED = "clients.client.created.v1"
UPDATED = "clients.client.updated.v1"


def test_a_file_is_read_and_a_mapping_is_suggested(transfer: Transfer) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "ACM")))
    assert sent["state"] == "ready"
    assert sent["rows"] == 1
    assert sent["columns"] == ["Company", "Mail", "Code"]
    assert sent["sample"] == [["Acme", "jo@acme.org", "ACM"]]
    assert sent["suggested"] == COLUMNS


def test_a_file_that_is_sent_again_under_its_key_is_one_import(transfer: Transfer) -> None:
    data = table(["Acme", "a@acme.example.com", "ACM"]) + b"\n" + b"," * 100_000
    headers = {
        "Authorization": f"Bearer {transfer.caller.token}",
        "Idempotency-Key": "the file of Monday",
    }
    first, again = (
        transfer.caller.http.post("/v1/imports?file_name=a.csv", data=data, headers=headers)
        for _ in range(2)
    )
    assert (first.status_code, again.json) == (201, first.json)
    transfer.work()
    sent = transfer.ok("GET", f"/imports/{first.json['id']}")
    assert (sent["state"], sent["rows"]) == ("ready", 1)
    assert len(transfer.ok("GET", "/imports")["data"]) == 1


def test_rows_become_clients_with_an_event_each(transfer: Transfer, events: Any) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "acm"), ("Beta", "bo@beta.org", "")))
    job = transfer.start(sent)
    assert job["state"] == "done"
    assert job["progress"] == {
        "done": 2, "total": 2, "created": 2, "updated": 0, "skipped": 0, "failed": 0
    }  # fmt: skip
    found = transfer.clients()
    assert found["Acme"]["client_code"] == "ACM"
    assert found["Beta"]["client_code"] is None
    assert events() == {CREATED: 2}
    assert [row["state"] for row in transfer.rows(job)] == ["created", "created"]


def test_an_imported_client_is_like_one_that_was_made_alone(transfer: Transfer) -> None:
    body = {
        "company_name": "Acme Machines",
        "client_code": "ACM",
        "primary_contact": {"email": "jo@acme.org", "phone": "(651) 555-0100"},
        "tax_id": "12-3456789",
        "compliance_requirements": ["ISO 9001", "OSHA"],
        "contacts": [{"name": "Ana Ruiz", "email": "ana@acme.org"}],
        "rates": [{"position": "Engineer", "regular_rate": "150.00"}],
        "settings": {"quarterly_reports": True},
    }
    heads = {
        "company_name": "Acme Machines",
        "client_code": "XYZ",
        "primary_contact.email": "jo@acme.org",
        "primary_contact.phone": "(651) 555-0100",
        "tax_id": "12-3456789",
        "compliance_requirements": "ISO 9001; OSHA",
        "contacts[0].name": "Ana Ruiz",
        "contacts[0].email": "ana@acme.org",
        "rates[0].position": "Engineer",
        "rates[0].regular_rate": "150.00",
        "settings.quarterly_reports": "yes",
    }
    alone = transfer.ok("POST", "/clients", body)
    file = io.StringIO()
    csv.writer(file).writerows([heads.keys(), heads.values()])
    job = transfer.start(transfer.send(file.getvalue().encode()), on_duplicate="create")
    assert job["progress"]["created"] == 1, transfer.rows(job)
    imported = transfer.ok("GET", f"/clients/{transfer.rows(job)[0]['client_id']}")
    assert _bare(imported) == {**_bare(alone), "client_code": "XYZ"}
    assert len(transfer.ok("GET", "/clients?q=ana")["data"]) == 2


def _bare(client: Any) -> Any:
    gone = {"id", "created_at", "updated_at", "warnings"}
    kept = {name: value for name, value in client.items() if name not in gone}
    for name in ("contacts", "rates"):
        kept[name] = [{k: v for k, v in each.items() if k != "id"} for each in kept[name]]
    return kept


def test_every_wrong_cell_is_told_by_row_and_column(transfer: Transfer, events: Any) -> None:
    sent = transfer.send(
        table(
            ("Acme", "jo@acme.org", "ACM"), ("", "nobody", "TOOLONG"), ("Acme 2", "a@b.org", "acm")
        )
    )
    job = transfer.start(sent, how="preview")
    assert job["progress"]["failed"] == 2
    assert job["progress"]["created"] == 1
    wrong = {row["row"]: row["errors"] for row in transfer.rows(job, "failed")}
    assert {error["column"] for error in wrong[3]} == {"Company", "Mail", "Code"}
    assert {error["field"] for error in wrong[3]} == set(COLUMNS.values())
    assert [error["code"] for error in wrong[4]] == ["duplicate_in_file"]
    assert events() == {}
    assert transfer.clients() == {}


def test_right_rows_are_taken_and_the_others_come_back_as_a_file(transfer: Transfer) -> None:
    wrong = ('"Be,ta"', "nobody", "")
    sent = transfer.send(table(("Acme", "jo@acme.org", ""), wrong, ("", "a@b.org", "")))
    assert transfer.start(sent, on_duplicate="create")["progress"]["failed"] == 2
    answer = transfer.caller.call("GET", f"/v1/imports/{sent['id']}/rejected")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Company", "Mail", "Code", "errors"]
    assert [row[:3] for row in rows[1:]] == [["Be,ta", "nobody", ""], ["", "a@b.org", ""]]
    assert rows[1][3].startswith("Mail: ")
    assert rows[2][3].startswith("Company: ")


def test_a_code_finds_its_client_and_what_is_the_same_changes_nothing(
    transfer: Transfer, events: Any
) -> None:
    transfer.start(transfer.send(table(("Acme", "jo@acme.org", "ACM"))))
    again = transfer.start(transfer.send(table(("Acme", "jo@acme.org", "ACM"))))
    assert again["progress"]["skipped"] == 1
    changed = transfer.start(transfer.send(table(("Acme Ltd", "jo@acme.org", "acm"))))
    assert changed["progress"]["updated"] == 1
    assert events() == {CREATED: 1, UPDATED: 1}
    assert list(transfer.clients()) == ["Acme Ltd"]


def test_without_update_by_code_a_taken_code_is_an_error(transfer: Transfer) -> None:
    transfer.start(transfer.send(table(("Acme", "jo@acme.org", "ACM"))))
    sent = transfer.send(table(("Other", "jo@other.org", "ACM")))
    job = transfer.start(sent, update_by_code=False)
    assert [row["errors"][0]["code"] for row in transfer.rows(job)] == ["taken"]


def test_an_empty_cell_keeps_the_field_unless_it_is_to_clear_it(transfer: Transfer) -> None:
    mapping = {"Code": "client_code", "Web": "website"}
    transfer.ok(
        "POST",
        "/clients",
        {
            "company_name": "Acme",
            "client_code": "ACM",
            "website": "https://acme.org",
            "primary_contact": {"email": "jo@acme.org"},
        },
    )
    file = b"Code,Web\nACM,\n"
    assert transfer.start(transfer.send(file), mapping)["progress"]["skipped"] == 1
    job = transfer.start(transfer.send(file), mapping, empty_cells="clear")
    assert job["progress"]["updated"] == 1
    assert transfer.clients()["Acme"]["website"] is None


def test_contacts_of_a_row_are_matched_and_others_stay(transfer: Transfer) -> None:
    made = transfer.ok(
        "POST",
        "/clients",
        {
            "company_name": "Acme",
            "client_code": "ACM",
            "primary_contact": {"email": "jo@acme.org"},
            "contacts": [{"name": "Ana", "email": "ana@acme.org"}, {"name": "Bo"}],
        },
    )
    file = b"client_code,contacts[0].email,contacts[0].title\nACM,ANA@acme.org,CFO\n"
    for state in ("updated", "unchanged"):
        job = transfer.start(transfer.send(file))
        assert [row["state"] for row in transfer.rows(job)] == [state], transfer.rows(job)
    after = transfer.ok("GET", f"/clients/{made['id']}")["contacts"]
    assert [(each["id"], each["title"]) for each in after] == [
        (made["contacts"][0]["id"], "CFO"),
        (made["contacts"][1]["id"], None),
    ]


def test_a_second_internal_client_fails_alone(transfer: Transfer) -> None:
    file = b"company_name,primary_contact.email,settings.internal\n" + b"".join(
        b"Firm %d,a@firm%d.org,%s\n" % (n, n, b"yes" if n in {2, 4} else b"no") for n in range(6)
    )
    job = transfer.start(transfer.send(file))
    assert job["progress"]["created"] == 5
    assert [row["errors"][0]["field"] for row in transfer.rows(job, "failed")] == [
        "settings.internal"
    ]


def test_many_rows_are_imported_in_several_turns(transfer: Transfer, events: Any) -> None:
    rows = [(f"Firm {n}", f"info@firm{n}.org", "") for n in range(1_234)]
    job = transfer.start(transfer.send(table(*rows)))
    assert job["progress"]["created"] == 1_234
    assert events() == {CREATED: 1_234}


def test_names_of_any_script_arrive_as_they_are(transfer: Transfer) -> None:
    names = ["北京智能科技", "شركة النور", "חברת צפון", "🏗️ Bau 👩🏽‍🔧", "Ærø & Sønner", "=1+1"]
    rows = [(name, f"info@firm{at}.org", "") for at, name in enumerate(names)]
    transfer.start(transfer.send(table(*rows)))
    assert set(transfer.clients()) == set(names)


def test_a_broken_file_says_so_and_is_not_started(transfer: Transfer) -> None:
    sent = transfer.send(b"PK\x03\x04 this is no workbook", "clients.xlsx")
    assert sent["state"] == "failed"
    assert sent["problem"]["code"] == "broken_workbook"
    answer = transfer.caller.call("POST", f"/v1/imports/{sent['id']}/start", {"mapping": {}})
    assert answer.status_code == 409


def test_a_large_file_is_taken_and_a_larger_one_refused(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"Company,Mail,Code,Note\n" + b"".join(
        b"Acme %d,jo@acme.org,,%s\n" % (n, b"x" * 50_000) for n in range(40)
    )
    sent = transfer.send(data)
    assert (sent["size"], sent["rows"]) == (len(data), 40)
    monkeypatch.setattr(receiving, "MAX_FILE_BYTES", len(data) - 1)
    answer = transfer.caller.http.post(
        "/v1/imports?file_name=x.csv",
        data=data,
        headers={"Authorization": f"Bearer {transfer.caller.token}"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("permission", ["clients.create", "clients.update"])
def test_starting_needs_both_rights(transfer: Transfer, permission: str) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "")))
    caller = transfer.api.with_permissions(frozenset({permission}))
    answer = caller.call("POST", f"/v1/imports/{sent['id']}/start", {"mapping": COLUMNS})
    assert answer.status_code == 403


def test_another_workspace_sees_nothing_of_it(transfer: Transfer) -> None:
    sent = transfer.send(table(("Acme", "jo@acme.org", "")))
    job = transfer.start(sent)
    other = transfer.api.other_workspace()
    for path in (f"imports/{sent['id']}", f"jobs/{job['id']}", f"jobs/{job['id']}/rows"):
        assert other.call("GET", f"/v1/{path}").status_code == 404
