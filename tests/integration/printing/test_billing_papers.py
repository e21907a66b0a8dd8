"""Invoices, credit notes and statements as PDFs, from the issue to the bytes (B7, B10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pypdfium2
import pytest

from services.clients.mail.tasks import send_mail
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import mails_to
from tests.integration.gateway.conftest import key_with
from tests.integration.printing.conftest import Press

__all__ = ["key_with"]

LINES = [
    {
        "description": "Design of a press",
        "quantity": "12.5",
        "unit_price": "150",
        "tax_rate": "8.25",
    },
    {"description": "Travel", "quantity": "1", "unit_price": "99.99"},
]


@pytest.fixture
def issued(press: Press) -> Any:
    """An issued invoice whose PDF is not made yet."""
    return issue(press)


def ok(press: Press, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
    """The JSON of a request that is accepted."""
    answer = press.office.call(method, path, json=body, **kwargs)
    assert answer.status_code < 300, answer.text
    return answer.json


def issue(press: Press, **more: Any) -> Any:
    """Bill the lines to the office's client."""
    path = f"/clients/{press.office.client_id}"
    draft = ok(press, "POST", f"{path}/invoices", {"lines": LINES, **more})
    return ok(press, "POST", f"/invoices/{draft['id']}/issue", {})


def text_at(press: Press, path: str) -> str:
    """All that can be read in the PDF behind a link."""
    return text_of(bytes_at(press, path))


def bytes_at(press: Press, path: str) -> bytes:
    """What whoever follows the link gets."""
    answer = press.office.call("GET", path)
    assert answer.status_code == 302, answer.text
    return httpx.get(answer.headers["Location"]).content


def text_of(pdf: bytes) -> str:
    """All that can be read in it."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_an_invoice_is_sent_with_the_pdf_that_was_made_of_it(
    press: Press, issued: Any, engines: RunningEngines
) -> None:
    ok(press, "POST", f"/invoices/{issued['id']}/send")
    press.work()
    send_mail(press.runtime)
    client = ok(press, "GET", f"/clients/{press.office.client_id}")
    sent = [
        part.get_content()
        for mail in mails_to(engines.mailbox, client["primary_contact"]["email"])
        for part in mail.iter_attachments()
        if issued["number"] in str(part.get_filename())
    ]
    assert [issued["number"] in text_of(pdf) for pdf in sent] == [True]


def test_an_issued_invoice_answers_at_once_and_its_pdf_follows(press: Press, issued: Any) -> None:
    path = f"/invoices/{issued['id']}/pdf"
    early = press.office.call("GET", path)
    assert (early.status_code, early.json["code"]) == (409, "papers.not_printed")
    assert ok(press, "GET", f"/jobs/{early.json['job_id']}")["kind"] == "print"
    press.work()
    said = text_at(press, path)
    for expected in (
        issued["number"], "North Star", "Acme Machines", "Design of a press", "12.50", "$150.00",
        "$1,875.00", "8.25 %", "$154.69", "$99.99", "$2,129.68",
    ):  # fmt: skip
        assert expected in said


def test_the_bytes_stay_whatever_happens_to_the_client_and_a_fresh_run_is_another_version(
    press: Press, issued: Any
) -> None:
    press.work()
    path = f"/invoices/{issued['id']}/pdf"
    first = bytes_at(press, path)
    client = f"/clients/{press.office.client_id}"
    ok(press, "PATCH", client, {"company_name": "Acme, renamed"}, headers={"If-Match": "*"})
    assert bytes_at(press, path) == first
    job = ok(press, "POST", path)
    press.work()
    assert ok(press, "GET", f"/jobs/{job['id']}")["state"] == "done"
    versions = ok(press, "GET", f"/invoices/{issued['id']}/pdfs")["data"]
    assert [each["version"] for each in versions] == [2, 1]
    new, old = (each["document_id"] for each in versions)
    assert new != old
    assert bytes_at(press, f"{client}/documents/{old}/download") == first
    assert "renamed" not in text_at(press, path)


def test_a_draft_is_not_printed(press: Press) -> None:
    path = f"/clients/{press.office.client_id}/invoices"
    draft = ok(press, "POST", path, {"lines": LINES})
    refused = press.office.call("POST", f"/invoices/{draft['id']}/pdf")
    assert (refused.status_code, refused.json["code"]) == (409, "invoices.not_issued")
    assert press.office.call("GET", f"/invoices/{draft['id']}/pdf").status_code == 404


def test_a_credit_note_has_a_paper_of_its_own(press: Press, issued: Any) -> None:
    notes = f"/invoices/{issued['id']}/credit-notes"
    note = ok(press, "POST", notes, {"reason": "One hour too many.", "amount": "162.38"})
    press.work()
    said = text_at(press, f"{notes}/{note['id']}/pdf")
    for expected in (note["number"], issued["number"], "One hour too many.", "$162.38"):
        assert expected in said
    assert "Quantity" not in said


def test_a_statement_is_printed_and_kept_as_a_document(press: Press, issued: Any) -> None:
    paid = {"amount": "1000.00", "paid_on": issued["issued_on"], "reference": "SEPA 77"}
    ok(press, "POST", f"/invoices/{issued['id']}/payments", paid)
    days = {"from": "2026-01-01", "to": "2030-12-31"}
    client = f"/clients/{press.office.client_id}"
    job = ok(press, "POST", f"{client}/statement/pdf", days)
    press.work()
    done = ok(press, "GET", f"/jobs/{job['id']}")
    name = f"Statement {issued['number'][:3]} 2026-01-01 to 2030-12-31.pdf"
    assert done["result"]["file_name"] == name
    said = text_at(press, done["result"]["download"].removeprefix("/v1"))
    for expected in ("Statement of account", issued["number"], "SEPA 77", "$2,129.68", "$1,129.68"):
        assert expected in said


def test_whoever_may_view_invoices_may_read_the_pdf_and_nobody_else(
    press: Press, issued: Any, key_with: Callable[..., str]
) -> None:
    press.work()
    path = f"/v1/invoices/{issued['id']}/pdf"
    for permissions, status in (
        (("invoices.view",), 302),
        (("clients.view", "documents.view"), 403),
    ):
        token = key_with(press.workspace_id, *permissions)
        answer = press.office.http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text


def test_documents_show_papers_to_those_alone_who_may_view_invoices(
    press: Press, issued: Any, key_with: Callable[..., str]
) -> None:
    press.work()
    paper = press.documents()[0]["id"]
    token = key_with(press.workspace_id, "clients.view", "clients.export", "documents.view")
    reader = replace(press.office, token=token)
    assert reader.get("documents").json["data"] == []
    assert reader.get(f"documents/{paper}").status_code == 404
    assert reader.get(f"documents/{paper}/download").status_code == 404
    assert reader.call("GET", f"/search?q={issued['number']}").json["data"] == []
    with ZipFile(BytesIO(reader.get("archive").data)) as archive:
        assert [name for name in archive.namelist() if name.endswith(".pdf")] == []
    assert press.office.get(f"documents/{paper}/download").status_code == 302
