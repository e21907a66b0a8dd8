"""Files as they come: what cannot be taken is said row by row, and nothing is lost in silence."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.factories.clients import whole_client_body
from tests.integration.transfer.conftest import Transfer

_MAPPING = {"Company": "company_name", "E-mail": "primary_contact.email"}


def _codes(transfer: Transfer, job: Any, kind: str = "errors") -> list[Any]:
    return [
        (row["row"], wrong["column"], wrong["code"])
        for row in transfer.rows(job)
        for wrong in row[kind]
    ]


def test_a_stray_byte_fails_its_row_alone(transfer: Transfer) -> None:
    rows = ["Müller,jo@mueller.org,Köln\n".encode(), b"M\xfcnch,jo@muench.org,Ely\n"]
    sent = transfer.send(b"Company,E-mail,City\n" + b"".join(rows) + b"Acme\0,a@acme.org,Ely\n")
    assert (sent["state"], sent["details"]["encoding_sure"]) == ("ready", False)
    job = transfer.start(sent)
    assert _codes(transfer, job) == [(3, "Company", "undecodable"), (4, "Company", "undecodable")]
    assert [*transfer.clients()] == ["Müller"]
    assert "M\\xfcnch" in transfer.caller.call("GET", f"/v1/imports/{sent['id']}/rejected").text


def test_a_fault_counts_where_its_cell_is_made_use_of(transfer: Transfer) -> None:
    sent = transfer.send(b"Company,E-mail,Old\nAcme,jo@acme.org,\xfc\nBeta,a@beta.org,1,2\n")
    job = transfer.start(sent, _MAPPING)
    assert _codes(transfer, job) == [(3, None, "extra_cells")]
    assert [*transfer.clients()] == ["Acme"]


@pytest.mark.parametrize("how", ["preview", "start"])
def test_a_warning_of_a_row_is_kept(transfer: Transfer, how: str) -> None:
    sent = transfer.send(b"Company,E-mail,Phone\nAcme,jo@acme.org,6.51555E+09\n")
    job = transfer.start(sent, how=how)
    assert _codes(transfer, job, "warnings") == [(2, "Phone", "phone_as_typed")]
    assert job["progress"]["created"] == 1


def test_a_file_is_read_again_as_was_chosen(transfer: Transfer) -> None:
    data = "Liste\nFirma;E-mail\nMąż;jo@maz.org\n".encode("cp1250")
    sent = transfer.send(data)
    assert not sent["details"]["encoding_sure"]
    path = f"/imports/{sent['id']}"
    choice = {"encoding": "cp1250", "heading_row": 2, "delimiter": ";"}
    assert transfer.ok("POST", f"{path}/read", choice)["state"] == "reading"
    transfer.work()
    again = transfer.ok("GET", path)
    assert (again["columns"], again["sample"]) == (["Firma", "E-mail"], [["Mąż", "jo@maz.org"]])
    transfer.start(again, {"Firma": "company_name", "E-mail": "primary_contact.email"})
    assert [*transfer.clients()] == ["Mąż"]
    refused: Any = transfer.caller.call("POST", f"/v1{path}/read", {})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "imports.carried_out")


def test_a_file_that_could_not_be_read_may_be_read_otherwise(transfer: Transfer) -> None:
    sent = transfer.send(b'Company,E-mail,Notes\n"Acme,jo@acme.org,x\n')
    assert (sent["state"], sent["problem"]["code"]) == ("failed", "unclosed_quote")
    assert "row 2" in sent["problem"]["message"]
    transfer.ok("POST", f"/imports/{sent['id']}/read", {"heading_row": 9})
    transfer.work()
    assert transfer.ok("GET", f"/imports/{sent['id']}")["problem"]["code"] == "unclosed_quote"


_CONTACTS = (
    "Company,E-mail,Contact,City\n"
    "Acme,ann@acme.org,Ann,Ely\nAcme,bob@acme.org,Bob,Ely\nBeta,cy@beta.org,Cy,\n"
    "ACME,dan@acme.org,Dan,\nacme,ann@acme.org,Ann,\nAcme,not an address,Eve,\n"
)


def test_rows_of_one_client_become_its_contacts_by_choice_and_are_taken_back(
    transfer: Transfer,
) -> None:
    sent = transfer.send(_CONTACTS.encode())
    tried = transfer.start(sent, how="preview", rows_of_one_client="contacts")
    job = transfer.start(sent, rows_of_one_client="contacts")
    assert [row["state"] for row in transfer.rows(job)] == [
        "created", "updated", "created", "updated", "unchanged", "failed",
    ], transfer.rows(job)  # fmt: skip
    assert (tried["progress"]["created"], tried["progress"]["failed"]) == (2, 1)
    assert _codes(transfer, job, "warnings") == [(3, "City", "not_taken")]
    acme = transfer.ok("GET", f"/clients/{transfer.clients()['Acme']['id']}")
    assert acme["primary_contact"]["name"] == "Ann"
    assert [contact["email"] for contact in acme["contacts"]] == ["bob@acme.org", "dan@acme.org"]
    undone = transfer.finish(transfer.ok("POST", f"/imports/{sent['id']}/undo"))
    assert not transfer.rows(undone, "failed")
    assert not transfer.clients()


def test_rows_of_one_client_join_it_across_the_pieces_of_a_file(transfer: Transfer) -> None:
    rows = [f"Firm {n},jo@firm{n}.org,Jo" for n in range(300)]
    data = "\n".join(["Company,E-mail,Contact", *rows, "Firm 7,al@firm7.org,Al", ""])
    job = transfer.start(transfer.send(data.encode()), rows_of_one_client="contacts")
    assert (job["progress"]["created"], job["progress"]["updated"]) == (300, 1)
    (found,) = transfer.ok("GET", "/clients?q=al@firm7.org")["data"]
    assert found["company_name"] == "Firm 7"


def test_days_and_numbers_are_read_as_was_chosen(transfer: Transfer) -> None:
    transfer.ok(
        "POST", "/workspace/custom-fields", {"key": "since", "label": "Since", "type": "date"}
    )
    transfer.ok(
        "POST", "/workspace/custom-fields", {"key": "area", "label": "Area", "type": "number"}
    )
    sent = transfer.send(
        b"Company;E-mail;Role;Price;From;Since;Area\n"
        b"Acme;jo@acme.org;Engineer;1.150,50;1.2.26;3.4.2020;1.234,5\n"
    )
    mapping = {
        **_MAPPING,
        "Role": "rates[0].position",
        "Price": "rates[0].regular_rate",
        "From": "rates[0].valid_from",
        "Since": "custom_fields.since",
        "Area": "custom_fields.area",
    }
    job = transfer.start(sent, mapping, dates="day_first", decimals="comma")
    assert job["progress"]["created"] == 1, transfer.rows(job)
    acme = transfer.ok("GET", f"/clients/{transfer.clients()['Acme']['id']}")
    assert (acme["rates"][0]["regular_rate"], acme["rates"][0]["valid_from"]) == (
        "1150.50",
        "2026-02-01",
    )
    assert acme["custom_fields"]["since"] == "2020-04-03"
    assert float(acme["custom_fields"]["area"]) == 1234.5


def test_no_cell_of_an_exported_workbook_is_too_long_and_it_comes_back(transfer: Transfer) -> None:
    many = [{"name": f"Person {n} {'x' * 150}", "email": f"p{n}@acme.org"} for n in range(100)]
    transfer.ok("POST", "/clients", {**whole_client_body(), "contacts": many})
    data = transfer.export("xlsx")
    cells = [c.value for row in load_workbook(io.BytesIO(data)).worksheets[0].rows for c in row]
    assert max(len(cell) for cell in cells if cell) <= 32_767
    job = transfer.start(transfer.send(data, "clients.xlsx"), empty_cells="clear")
    assert job["progress"]["skipped"] == 1, transfer.rows(job)
