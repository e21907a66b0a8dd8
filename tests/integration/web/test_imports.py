"""Clients from a file and into a file, by forms alone."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures.api import PASSWORD, Api
from tests.integration.transfer.conftest import Transfer
from tests.integration.web.conftest import Browser

HEADINGS = ("Company", "Mail", "Place")
ROWS = (("Lake Works", "info@lake.example.com", "Duluth"), ("Hill Works", "nobody", "Ely"))


def _csv(*rows: tuple[str, ...]) -> bytes:
    return "".join(f"{','.join(row)}\n" for row in (HEADINGS, *rows)).encode()


@dataclass
class Importer:
    """A browser, and the worker that does what it begins."""

    browser: Browser
    transfer: Transfer

    def send(self, data: bytes, name: str = "firms.csv") -> str:
        """Send a file; the path of its page once it was read."""
        self.browser.get("/imports/new")
        answer = self.browser.post("/imports", {"file": (io.BytesIO(data), name)})
        assert answer.status_code == 303
        self.transfer.work()
        return str(answer.location)

    def run(self, path: str, values: Any = ()) -> str:
        """Send a form that begins a job, and have it done; the path of the job's page."""
        answer = self.browser.post(path, values)
        assert answer.status_code == 303, answer.text
        self.transfer.work()
        return str(answer.location)


@pytest.fixture
def importer(browser: Browser, api: Api) -> Importer:
    """As the owner."""
    return Importer(browser, Transfer(api, api.owner))


def _mapping(place: str = "address.city") -> dict[str, str]:
    return {"to-0": "company_name", "to-1": "primary_contact.email", "to-2": place,
            "on_duplicate": "skip", "all-tags": "from a file"}  # fmt: skip


def test_a_file_is_tried_carried_out_and_taken_back(importer: Importer) -> None:
    browser = importer.browser
    page = importer.send(_csv(*ROWS))
    shown = browser.get(page).text
    assert "Lake Works · Hill Works" in shown
    assert '<option value="primary_contact.email" selected>' in shown
    tried = importer.run(f"{page}/preview", _mapping())
    report = browser.get(tried).text
    assert "Import 1 row" in report
    assert "<b>Mail</b>:" in report
    assert importer.transfer.clients() == {}
    preview = tried.rpartition("/")[2]
    done = importer.run(f"{page}/start", {"preview": preview})
    client = importer.transfer.clients()["Lake Works"]
    assert client["tags"] == ["from a file"]
    assert "Lake Works" not in browser.get(f"{page}/rejected.csv").text
    assert "Hill Works" in browser.get(f"{page}/rejected.csv").text
    assert "Undo this import" in browser.get(done).text
    for path in (done, "/jobs"):
        assert "firms.csv" in browser.get(path).text, path
    undone = importer.run(f"{page}/undo")
    assert importer.transfer.clients() == {}
    gone = browser.get(f"{undone}?rows=deleted").text
    assert '<a href="' + undone + '?rows=deleted" aria-current="page">Deleted</a>' in gone
    assert "Changed or deleted" in gone
    assert gone.count("Deleted") == 2
    assert page in browser.get("/imports/new").text


def test_a_wrong_mapping_comes_back_as_it_was_chosen(importer: Importer) -> None:
    page = importer.send(_csv(*ROWS))
    importer.browser.get(page)
    answer = importer.browser.post(f"{page}/preview", _mapping(place="company_name"))
    assert answer.status_code == 422
    assert "Two columns are mapped to company_name." in answer.text
    chosen = re.findall(r'<option value="([^"]+)" selected>', answer.text)
    assert chosen[:3] == ["company_name", "primary_contact.email", "company_name"]


def test_columns_are_as_they_were_tried(importer: Importer) -> None:
    page = importer.send(_csv(*ROWS))
    importer.browser.get(page)
    tried = importer.run(f"{page}/preview", _mapping(place=""))
    again = importer.browser.get(f"{page}?as={tried.rpartition('/')[2]}").text
    assert '<option value="address.city" selected>' not in again
    assert 'value="from a file"' in again


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "empty.csv", "The file is empty."),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls", "Save the workbook as .xlsx"),
    ],
)
def test_a_file_that_is_not_taken_says_why(
    importer: Importer, data: bytes, name: str, said: str
) -> None:
    assert importer.send(data, name) == "/imports/new"
    assert said in importer.browser.get("/imports/new").text


def test_a_file_of_several_pieces_arrives_whole(importer: Importer) -> None:
    rows = [(f"Firm {number}", "x" * 300, "Ely") for number in range(4_000)]
    page = importer.send(_csv(*rows))
    assert "4,000 rows" in importer.browser.get(page).text


def test_a_file_without_the_proof_of_its_page_is_refused(importer: Importer) -> None:
    importer.browser.get("/imports/new")
    importer.browser.token = ""
    answer = importer.browser.post("/imports", {"file": (io.BytesIO(b"a,b\n1,2\n"), "a.csv")})
    assert answer.status_code == 400


def test_a_filtered_list_becomes_a_file(importer: Importer) -> None:
    browser = importer.browser
    for name, status in (("Here Inc", "active"), ("There Inc", "inactive")):
        body = {
            "company_name": name,
            "status": status,
            "primary_contact": {"email": f"{status}@example.com"},
        }
        assert importer.transfer.ok("POST", "/clients", body)
    page = browser.get("/exports/new?status=inactive")
    assert "Export 1 client" in page.text
    job = importer.run("/exports", {"status": "inactive", "format": "csv"})
    assert "Download the file" in browser.get(job).text
    file = browser.get(f"/exports/{job.rpartition('/')[2]}/file")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "There Inc" in file.text
    assert "Here Inc" not in file.text


def test_whoever_may_not_import_or_export_is_told(importer: Importer, api: Api) -> None:
    body = {"email": "viewer@example.com", "name": "V", "password": PASSWORD, "role": "viewer"}
    assert api.owner.call("POST", "/v1/users", body).status_code == 201
    importer.browser.sign_in("viewer@example.com")
    assert 'href="/imports/new"' not in importer.browser.get("/clients").text
    assert importer.browser.get("/imports/new").status_code == 403
    assert importer.browser.post("/exports", {"format": "csv"}).status_code == 403


def test_time_comes_from_a_file_by_the_same_pages(importer: Importer) -> None:
    browser = importer.browser
    client = browser.client()
    body = {"name": "Line 4", "status": "active"}
    browser.api.owner.call("POST", f"/v1/clients/{client['id']}/projects", body)
    position = client["rates"][0]["position"]
    rows = f"Matter,Role,Worker,Day,H\nLine 4,{position},Ana,2026-01-05,7.5\nLine 9,x,Ana,,1\n"
    browser.get("/time/imports/new")
    sent = browser.post("/time/imports", {"file": (io.BytesIO(rows.encode()), "hours.csv")})
    importer.transfer.work()
    page = str(sent.location)
    assert page.startswith("/time/imports/")
    shown = browser.get(page).text
    assert '<option value="project" selected>' in shown
    assert "A row with the code of a client" not in shown
    columns = ("project", "position", "person", "date", "hours")
    tried = importer.run(
        f"{page}/preview", {f"to-{place}": path for place, path in enumerate(columns)}
    )
    report = browser.get(tried).text
    assert "Import 1 row" in report
    assert f'action="{page}/start"' in report
    done = importer.run(f"{page}/start", {"preview": tried.rpartition("/")[2]})
    assert "To the time entries" in browser.get(done).text
    assert "7.50" in browser.get("/time/entries?person=Ana").text
    importer.run(f"{page}/undo")
    assert "No time here" in browser.get("/time/entries?person=Ana").text


def test_a_file_is_understood_otherwise_by_choice(importer: Importer) -> None:
    page = importer.send("Liste\nFirma;Mail\nMąż;jo@maz.org\n".encode("cp1250"))
    assert "The encoding of the file was guessed." in importer.browser.get(page).text
    choice = {"encoding": "cp1250", "heading_row": "2", "delimiter": ";"}
    importer.browser.post(f"{page}/read", choice)
    importer.transfer.work()
    shown = importer.browser.get(page).text
    assert "Mąż" in shown
    assert "The encoding of the file was guessed." not in shown
    importer.browser.post(f"{page}/read", {"heading_row": "first"})
    assert "Not a valid integer." in importer.browser.get(page).text


def test_a_page_that_waits_for_its_file_gets_all_of_itself(importer: Importer) -> None:
    importer.browser.get("/imports/new")
    sent = importer.browser.post("/imports", {"file": (io.BytesIO(b'A,B\n"x,y\n'), "a.csv")})
    page = str(sent.location)
    waiting = importer.browser.get(page).text
    assert 'data-hx-select="#main"' in waiting
    importer.transfer.work()
    answer = importer.browser.get(page, HX_Request="true").text
    assert 'id="main"' in answer
    assert "A quote opens in row 2" in answer
