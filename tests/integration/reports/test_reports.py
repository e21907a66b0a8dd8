"""B8: the report of a quarter that is over is made once, and afresh as a new version."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import text

from services.clients.printing import rules as printing
from services.clients.printing.models import Paper
from services.clients.printing.queries import newest_paper
from services.clients.reports.rules import Quarter, quarter_before, quarter_of
from services.clients.reports.tasks.making import make_reports
from shared.clock import now
from tests.factories.clients import whole_client_body
from tests.fixtures.api import Api
from tests.fixtures.clock import MovedClock

LINE = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}


def a_client(api: Api, **settings: bool) -> Any:
    """A client of long ago, with reports."""
    body = whole_client_body(settings={"quarterly_reports": True, **settings})
    made: Any = api.owner.call("POST", "/v1/clients", body).json
    with api.runtime.unit_of_work(api.origin()) as uow:
        past = "UPDATE clients SET created_at = created_at - interval '1 year' WHERE id = :id"
        uow.session.execute(text(past), {"id": made["id"]})
    return made


def work(api: Api, client_id: str, day: date) -> None:
    """Ten hours on a project with a budget, and an invoice with a payment."""
    project: Any = api.owner.call(
        "POST",
        f"/v1/clients/{client_id}/projects",
        {"name": "Ashland City, line 4", "status": "active", "budget_hours": "16.00"},
    ).json
    entry = {
        "project_id": project["id"], "position": "Senior Engineer", "person": "Jo",
        "date": day.isoformat(), "hours": "10.00",
    }  # fmt: skip
    assert api.owner.call("POST", "/v1/time-entries", entry).status_code == 201
    made: Any = api.owner.call("POST", f"/v1/clients/{client_id}/invoices", {"lines": [LINE]}).json
    api.owner.call("POST", f"/v1/invoices/{made['id']}/issue", {})
    paid = {"amount": "150.00", "paid_on": date.today().isoformat(), "reference": "Wire 7"}  # noqa: DTZ011
    assert api.owner.call("POST", f"/v1/invoices/{made['id']}/payments", paid).status_code == 200


def reports(api: Api, client_id: str) -> list[Any]:
    found: Any = api.owner.call("GET", f"/v1/clients/{client_id}/reports").json
    return list(found["data"])


def paper(api: Api, client_id: str, quarter: Quarter) -> Paper:
    with api.runtime.unit_of_work(api.origin()) as uow:
        found = newest_paper(uow.session, f"report/{client_id}/{quarter.name}")
    assert found is not None
    return found


def test_four_beats_at_once_make_one_report_and_one_mail(api: Api) -> None:
    client = a_client(api)
    over = quarter_before(now().date())
    with ThreadPoolExecutor(4) as beats:
        made = list(beats.map(lambda _: make_reports(api.runtime, now()), range(4)))
    assert sum(made) == 1
    assert make_reports(api.runtime, now()) == 0
    [report] = reports(api, client["id"])
    assert (report["quarter"], report["version"]) == (over.name, 1)
    with api.runtime.unit_of_work(api.origin()) as uow:
        counted = uow.session.scalar(text("SELECT count(*) FROM mails WHERE kind = 'report_ready'"))
    assert counted == 1


def test_who_has_no_reports_gets_none(api: Api) -> None:
    young = api.owner.call(
        "POST", "/v1/clients", whole_client_body(settings={"quarterly_reports": True})
    )
    assert young.status_code == 201
    without = a_client_without(api)
    assert make_reports(api.runtime, now()) == 0
    assert reports(api, without["id"]) == []


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_two_years_with_outages_are_reported_once(
    api: Api, moved_clock: MovedClock, zone: str
) -> None:
    """Whoever wakes and sleeps for as long as they will: each quarter has one report and one mail
    to each recipient, though one made by hand came before it was over."""
    moved_clock.moment = datetime(2024, 2, 5, 15, tzinfo=UTC)
    dice = random.Random(zone)
    settled = api.owner.call("PATCH", "/v1/workspace", {"time_zone": zone}, If_Match="*")
    assert settled.status_code == 200, settled.text
    body = whole_client_body(settings={"quarterly_reports": True})
    client: Any = api.owner.call("POST", "/v1/clients", body).json
    path = f"/v1/clients/{client['id']}/reports"
    assert api.owner.call("POST", path, {"quarter": "2024-Q1"}).status_code == 202
    made = 0
    while moved_clock.moment < datetime(2026, 4, 2, tzinfo=UTC):
        moved_clock.moment += timedelta(days=dice.choice([1, 20, 100, 250]))
        made += make_reports(api.runtime, moved_clock.moment)
        assert make_reports(api.runtime, moved_clock.moment) == 0
    told = [(each["quarter"], each["version"]) for each in reversed(reports(api, client["id"]))]
    first, last = Quarter(2024, 1), quarter_before(moved_clock.moment.date())
    expected, quarter = list[str](), first
    while quarter <= last:
        expected.append(quarter.name)
        quarter = quarter.following
    assert told == [(first.name, 1), (first.name, 2), *((each, 1) for each in expected[1:])]
    assert made == len(expected)
    with api.runtime.unit_of_work(api.origin()) as uow:
        keys = uow.session.scalars(
            text("SELECT dedupe_key FROM mails WHERE kind = 'report_ready' ORDER BY id")
        ).all()
    assert [key.split("/")[3] for key in keys] == expected


def a_client_without(api: Api) -> Any:
    body = whole_client_body(company_name="Bolt Works", client_code="BOL", allow_duplicate=True)
    made: Any = api.owner.call("POST", "/v1/clients", body).json
    return made


def test_a_fresh_run_is_a_new_version_and_tells_what_was_done(api: Api) -> None:
    client = a_client(api)
    today = now().date()
    work(api, client["id"], today)
    path = f"/v1/clients/{client['id']}/reports"
    this = quarter_of(today)
    for version in (1, 2):
        asked = api.owner.call("POST", path, {"quarter": this.name})
        assert asked.status_code == 202, asked.text
        assert paper(api, client["id"], this).version == version
    for wrong in ("2026-Q7", this.following.name):
        assert api.owner.call("POST", path, {"quarter": wrong}).status_code == 422
    made = paper(api, client["id"], this)
    assert made.content is not None
    pdf = printing.render("report", made.content, made.created_at)
    document = pypdfium2.PdfDocument(pdf)
    written = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    for told in ("Ashland City, line 4", "Senior Engineer", "$200.00", "$150.00", "Wire 7"):
        assert told in written, told
