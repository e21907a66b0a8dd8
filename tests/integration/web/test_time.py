"""A week of hours: filled in, corrected, copied, and kept through errors and conflicts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.web.conftest import Browser
from web.time import projects

_URL = "/time?week=2026-W03&person=Ana"


@dataclass
class Firm:
    """A project to work on, and a position that has a rate."""

    browser: Browser
    client: Any
    project: str
    position: str

    def row(self, number: int = 0, **days: str) -> dict[str, str]:
        """The inputs of a row with hours on some days: `d0="8"`."""
        path = f"lines[{number}]."
        work = {f"{path}project_id": self.project, f"{path}position": self.position}
        return {**work, **{f"{path}{day}": hours for day, hours in days.items()}}

    def form(self) -> dict[str, str]:
        """What the form of the week holds as it is shown, hidden fields too."""
        page = self.browser.get(_URL).text
        found = re.findall(r'name="((?:lines\[\d+\]\.[id]\d|version|known))" value="([^"]*)"', page)
        cells = re.findall(r'id="(lines\[\d+\]\.d\d)" name="\1" value="([^"]*)"', page)
        return {**dict(found), **dict(cells)}

    def save(self, **values: str) -> Any:
        """The form as it was shown, with other values, sent to be saved."""
        return self.browser.post(_URL, {**self.form(), **values, "do": "save"})

    def week(self) -> Any:
        """As the API has it."""
        path = "/v1/time-entries/weeks/2026-W03?person=Ana"
        return self.browser.api.owner.call("GET", path).json


@pytest.fixture
def firm(browser: Browser) -> Firm:
    """One client with one project."""
    client = browser.client()
    body = {"name": "Line 4", "status": "active"}
    made = browser.api.owner.call("POST", f"/v1/clients/{client['id']}/projects", body).json
    return Firm(browser, client, made["id"], client["rates"][0]["position"])


def test_a_week_is_written_at_once_as_people_write_hours(firm: Firm) -> None:
    empty = firm.browser.get(_URL).text
    assert "Week of Ana" in empty
    assert "12 Jan 2026 – 18 Jan 2026" in empty
    saved = firm.save(**firm.row(d0="8", d1="7,5", d2="7:30"))
    assert saved.status_code == 303, saved.text
    page = firm.browser.get(saved.location).text
    assert "The week is saved." in page
    assert "As saved: 23.00 hours" in page
    cleared = firm.save(**firm.row(d0="", d1="6"))
    assert cleared.status_code == 303
    assert [(each["date"], each["hours"]) for each in firm.week()["entries"]] == [
        ("2026-01-13", "6.00"),
        ("2026-01-14", "7.50"),
    ]


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52", "2025-W53", "soon"])
def test_what_is_no_week_with_one_before_and_after_it_shows_the_present_one(
    firm: Firm, week: str
) -> None:
    page = firm.browser.get(f"/time?week={week}&person=Ana")
    assert page.status_code == 200
    assert "Week of Ana" in page.text


def test_what_is_wrong_stands_at_its_cell_and_everything_typed_stays(firm: Firm) -> None:
    wrong = firm.save(**firm.row(d0="8", d3="many"), **firm.row(1, d0="25"))
    assert wrong.status_code == 422
    assert 'href="#lines[0].d3">Row 1, Thursday</a>' in wrong.text
    assert 'href="#lines[1].d0">Row 2, Monday</a>' in wrong.text
    assert 'value="many"' in wrong.text
    assert firm.week()["entries"] == []
    nothing = {"lines[0].position": "Engineer", "lines[0].d0": "1"}
    assert 'href="#lines[0].project_id">Row 1, project</a>' in firm.save(**nothing).text


def test_two_who_write_the_same_week_both_keep_their_hours(firm: Firm) -> None:
    assert firm.save(**firm.row(d0="8", d1="8")).status_code == 303
    opened = firm.form()
    firm.save(**firm.row(d0="5"), **firm.row(1, d4="2"))
    values = {**opened, **firm.row(d1="7"), "do": "save"}
    late = firm.browser.post(_URL, values)
    assert late.status_code == 412
    assert "Someone else has written this week" in late.text
    assert "Someone else made it 5.00" in late.text
    assert 'name="lines[0].d1" value="7"' in late.text
    assert re.search(r'name="lines\[\d\].d4" value="2.00"', late.text)


def test_rows_are_added_removed_and_copied_from_the_week_before(firm: Firm) -> None:
    firm.save(**firm.row(d0="8"))
    after = "/time?week=2026-W04&person=Ana"
    firm.browser.get(after)
    copied = firm.browser.post(after, {"do": "copy"}).text
    assert f'<option value="{firm.project}" selected>' in copied
    assert 'value="8.00"' not in copied
    typed = {**firm.row(d0="3"), "do": "add"}
    added = firm.browser.post(after, typed).text
    assert 'name="lines[1].project_id"' in added
    assert 'value="3"' in added
    removed = firm.browser.post(after, {**typed, "do": "remove:0"}).text
    assert 'value="3"' not in removed


def test_billed_hours_are_locked_and_stay_whatever_is_saved(firm: Firm) -> None:
    firm.save(**firm.row(d0="8", d1="4"))
    path = f"/v1/clients/{firm.client['id']}/invoices/from-time"
    period = {"period_start": "2026-01-01", "period_end": "2026-01-12"}
    made: Any = firm.browser.api.owner.call("POST", path, period)
    assert made.status_code == 201, made.text
    page = firm.browser.get(_URL).text
    assert f'href="/invoices/{made.json["id"]}"' in page
    assert 'name="lines[0].d0"' not in page
    assert firm.save(**firm.row(d1="5")).status_code == 303
    assert [each["hours"] for each in firm.week()["entries"]] == ["8.00", "5.00"]


def test_entries_are_listed_and_lead_to_their_week(firm: Firm) -> None:
    firm.save(**firm.row(d0="8"))
    page = firm.browser.get("/time/entries?billed=false&person=Ana").text
    assert "Line 4" in page
    assert 'href="/time?week=2026-W03&amp;person=Ana"' in page
    assert "No time here" in firm.browser.get("/time/entries?billed=true").text


def test_who_may_only_look_sees_hours_and_no_inputs(firm: Firm) -> None:
    firm.save(**firm.row(d0="8"))
    firm.browser.become("viewer")
    page = firm.browser.get(_URL).text
    assert "8.00" in page
    assert "lines[0].d0" not in page
    assert firm.browser.post(_URL, {"do": "save", "version": "1"}).status_code == 403


def test_among_very_many_projects_one_is_looked_for_and_what_was_typed_stays(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "_MOST_OFFERED", 1)
    call = firm.browser.api.owner.call
    contact = {"email": "z@zebra.example.com"}
    client = {"company_name": "Zebra Works", "primary_contact": contact}
    other = call("POST", "/v1/clients", client).json["id"]
    project = {"name": "Other line", "status": "active"}
    newer = call("POST", f"/v1/clients/{other}/projects", project).json["id"]
    page = firm.browser.get(_URL).text
    assert newer in page
    assert firm.project not in page
    asked = {**firm.row(d0="6"), "lines[0].project_id": "", "do": "find", "find": "acme"}
    found = firm.browser.post(_URL, asked, HX_Request="true").text
    assert f'value="{firm.project}"' in found
    assert newer not in found
    assert re.search(r'name="lines\[0\]\.d0" value="6"', found)
