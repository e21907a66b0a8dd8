"""Auto-invoicing on a real database: every period once, whoever runs, and what fails is told."""

from __future__ import annotations

import random
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from services.clients.auto_invoicing.rules import period_of
from services.clients.auto_invoicing.tasks import start_billing
from services.clients.correspondence.tasks import send_reminders
from services.clients.jobs.tasks import advance_job
from tests.fixtures.api import Api, Caller
from tests.fixtures.clock import MovedClock

BEGINNING = datetime(2024, 2, 5, 15, tzinfo=UTC)


@dataclass
class Firm:
    """A workspace whose clock is moved, and what its owner does."""

    api: Api
    clock: MovedClock

    @property
    def owner(self) -> Caller:
        return self.api.owner

    def ask(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = self.owner.call(method, f"/v1{path}", body, If_Match="*")
        assert answer.status_code == expect, answer.text
        return answer.json

    def settle(self, **settings: Any) -> None:
        self.ask("PATCH", "/workspace", settings)

    def client(self, code: str | None = "ACM", **settings: Any) -> str:
        """A client that is invoiced by itself, and has a rate."""
        body = {
            "company_name": f"Client {code}",
            "client_code": code,
            "allow_duplicate": True,
            "primary_contact": {"name": "Jo", "email": "jo@acme.example.com"},
            "rates": [{"position": "Engineer", "regular_rate": "100.00"}],
            "settings": {"auto_invoicing": True, **settings},
        }
        made: str = self.ask("POST", "/clients", body, 201)["id"]
        return made

    def project(self, client_id: str) -> str:
        made: str = self.ask(
            "POST", f"/clients/{client_id}/projects", {"name": "Line 4", "status": "active"}, 201
        )["id"]
        return made

    def work(
        self, project_id: str, day: date, hours: str = "2", position: str = "Engineer"
    ) -> None:
        body = {"project_id": project_id, "position": position, "person": uuid.uuid4().hex[:8]}
        self.ask("POST", "/time-entries", {**body, "date": day.isoformat(), "hours": hours}, 201)

    def wake(self, moment: datetime) -> None:
        """What beat and a worker do at a moment."""
        self.clock.moment = moment
        start_billing(self.api.runtime, moment)
        self.work_off()

    def work_off(self) -> None:
        for workspace_id, job_id, first in self.waiting():
            turn: int | None = first
            while turn is not None:
                turn = advance_job(self.api.runtime, workspace_id, job_id, turn)

    def waiting(self) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
        """The run that goes on; papers are not printed here."""
        wanted = text(
            "SELECT workspace_id, id, turn FROM jobs "
            "WHERE kind = 'auto_invoicing' AND state IN ('queued', 'running')"
        )
        with self.api.runtime.unit_of_work(self.api.origin()) as uow:
            return [tuple(row) for row in uow.session.execute(wanted)]

    def runs(self) -> list[Any]:
        found: list[Any] = self.ask("GET", "/billing-runs?limit=200")["data"]
        return found

    def items(self) -> list[Any]:
        """What came of all runs, the oldest first."""
        return [
            item
            for run in reversed(self.runs())
            for item in self.ask("GET", f"/billing-runs/{run['id']}/items?limit=200")["data"]
        ]

    def count(self, statement: str) -> int:
        with self.api.runtime.unit_of_work(self.api.origin()) as uow:
            return int(uow.session.scalar(text(statement)) or 0)


@pytest.fixture
def firm(api: Api, moved_clock: MovedClock) -> Firm:
    moved_clock.moment = BEGINNING
    return Firm(api, moved_clock)


@pytest.mark.parametrize(
    ("zone", "frequency"),
    [("Pacific/Kiritimati", "biweekly"), ("Pacific/Pago_Pago", "monthly")],
)
def test_two_years_with_downtime_are_invoiced_once(firm: Firm, zone: str, frequency: str) -> None:
    """Over a leap day, months of 28 to 31 days, at both ends of the world; time comes late."""
    dice = random.Random(zone)
    firm.settle(time_zone=zone, auto_invoicing_issues=True, invoice_due_days=14)
    project = firm.project(firm.client(auto_invoicing_frequency=frequency))
    moment, hours = BEGINNING, 0
    while moment < BEGINNING + timedelta(days=731):
        moment += timedelta(days=dice.uniform(4, 30), hours=dice.uniform(0, 24))
        firm.work(project, (moment - timedelta(days=dice.uniform(1, 40))).date())
        hours += 2
        firm.wake(moment)
        firm.wake(moment)
    firm.wake(moment + timedelta(days=70))
    items = firm.items()
    assert len(items) > 20
    for before, after in pairwise(items):
        assert date.fromisoformat(after["period_start"]) == (
            date.fromisoformat(before["period_end"]) + timedelta(days=1)
        )
    for item in items:
        whole = period_of(frequency, date.fromisoformat(item["period_start"]))
        assert (whole.start.isoformat(), whole.end.isoformat()) == (
            item["period_start"],
            item["period_end"],
        )
    assert {item["outcome"] for item in items} <= {"issued", "nothing"}
    issued = [item for item in items if item["outcome"] == "issued"]
    assert sum(Decimal(item["total"]) for item in issued) == hours * 100
    assert firm.count("SELECT count(*) FROM mails WHERE kind = 'invoice_issued'") == len(issued)


def test_twenty_that_run_at_once_make_one_invoice(firm: Firm) -> None:
    project = firm.project(firm.client())
    firm.work(project, date(2024, 2, 7))
    moment = datetime(2024, 3, 1, 1, tzinfo=UTC)
    firm.clock.moment = moment
    start_billing(firm.api.runtime, moment)
    [found] = firm.waiting()
    threads = [
        *(
            threading.Thread(target=start_billing, args=[firm.api.runtime, moment])
            for _ in range(8)
        ),
        *(threading.Thread(target=advance_job, args=[firm.api.runtime, *found]) for _ in range(8)),
        *(
            threading.Thread(target=firm.owner.call, args=["POST", "/v1/billing-runs"])
            for _ in "ab"
        ),
        *(threading.Thread(target=_click, args=[firm, project]) for _ in "ab"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    firm.work_off()
    assert firm.count("SELECT count(*) FROM invoices") == 1
    [run] = firm.runs()
    assert run["state"] == "done"
    [item] = firm.items()
    assert item["outcome"] in {"drafted", "found"}
    assert item["total"] == "200.00"


def _click(firm: Firm, project_id: str) -> None:
    project: Any = firm.owner.call("GET", f"/v1/projects/{project_id}").json
    period = {"period_start": "2024-02-01", "period_end": "2024-02-29"}
    path = f"/v1/clients/{project['client_id']}/invoices/from-time"
    assert firm.owner.call("POST", path, period).status_code in {201, 409}


def test_who_cannot_be_invoiced_is_reported_and_tried_again(firm: Firm) -> None:
    client = firm.client()
    firm.work(firm.project(client), date(2024, 2, 7), position="Welder")
    moment = datetime(2024, 3, 1, 1, tzinfo=UTC)
    firm.wake(moment)
    firm.wake(moment + timedelta(hours=1))
    [run] = firm.runs()
    [item] = firm.items()
    assert (run["failed"], item["outcome"], item["invoice_id"]) == (1, "failed", None)
    assert item["errors"][0]["code"] == "invoices.no_rate"
    assert "Welder" in item["errors"][0]["errors"][0]["message"]
    rate = {"position": "Welder", "regular_rate": "80.00"}
    firm.ask("POST", f"/clients/{client}/rates", rate, 201)
    firm.ask("POST", "/billing-runs", {}, 202)
    firm.work_off()
    assert [item["outcome"] for item in firm.items()] == ["failed", "drafted"]
    firm.wake(moment + timedelta(days=2))
    assert len(firm.runs()) == 2
    firm.ask("POST", "/billing-runs", {}, 409)


def test_without_a_code_the_invoice_stays_a_draft_and_that_is_said(firm: Firm) -> None:
    firm.settle(auto_invoicing_issues=True)
    client = firm.client()
    firm.ask("PATCH", f"/clients/{client}", {"client_code": None})
    firm.work(firm.project(client), date(2024, 2, 7))
    upcoming = firm.ask("GET", "/billing-runs/preview")["data"]
    assert [problem["code"] for problem in upcoming[0]["problems"]] == ["no_code"]
    firm.wake(datetime(2024, 3, 1, 1, tzinfo=UTC))
    [item] = firm.items()
    assert (item["outcome"], item["errors"][0]["code"]) == ("drafted", "billing.no_code")
    assert firm.count("SELECT count(*) FROM mails") == 0


def test_inactive_and_internal_clients_are_left_out(firm: Firm) -> None:
    inactive = firm.client("INA")
    firm.client("INT", internal=True)
    firm.work(firm.project(inactive), date(2024, 2, 7))
    firm.ask("PUT", f"/clients/{inactive}/status", {"status": "inactive"})
    firm.wake(datetime(2024, 4, 1, 1, tzinfo=UTC))
    assert firm.runs() == []
    firm.ask("PUT", f"/clients/{inactive}/status", {"status": "active"})
    firm.wake(datetime(2024, 5, 1, 1, tzinfo=UTC))
    [item] = firm.items()
    assert (item["client_name"], item["period_start"]) == ("Client INA", "2024-04-01")


def test_the_preview_says_what_the_run_then_does(firm: Firm) -> None:
    firm.settle(time_zone="America/New_York")
    client = firm.client(auto_invoicing_frequency="weekly")
    firm.work(firm.project(client), date(2024, 2, 7), "3.5")
    start_billing(firm.api.runtime, BEGINNING)
    [upcoming] = firm.ask("GET", "/billing-runs/preview")["data"]
    assert upcoming["expected"] == [{"currency": "USD", "hours": "3.50", "amount": "350.00"}]
    assert upcoming["due_at"] == "2024-02-12T05:00:00Z"
    [schedule, *_] = firm.ask("GET", "/schedule")["data"]
    assert (schedule["name"], schedule["next_at"]) == ("auto-invoicing", upcoming["due_at"])
    due = datetime(2024, 2, 12, 5, tzinfo=UTC)
    firm.wake(due - timedelta(seconds=1))
    assert firm.runs() == []
    firm.wake(due)
    [item] = firm.items()
    assert (item["total"], item["period_end"]) == ("350.00", upcoming["period_end"])


def test_overdue_clients_are_reminded_once_a_step_and_not_after_paying(firm: Firm) -> None:
    firm.settle(auto_invoicing_issues=True, invoice_due_days=10, reminder_days=[3, 14])
    firm.work(firm.project(firm.client()), date(2024, 2, 7))
    firm.wake(datetime(2024, 3, 1, 1, tzinfo=UTC))
    runtime = firm.api.runtime

    def remind(day: int) -> int:
        firm.clock.moment = datetime(2024, 3, 11, 1, tzinfo=UTC) + timedelta(days=day)
        return send_reminders(runtime, firm.clock.moment)

    assert [remind(day) for day in (0, 2, 3, 3, 8, 14, 14)] == [0, 0, 1, 0, 0, 1, 0]
    assert firm.count("SELECT count(*) FROM mails WHERE kind = 'invoice_overdue'") == 2
    firm.work(firm.project(firm.client("BET")), date(2024, 3, 7))
    firm.wake(datetime(2024, 4, 1, 1, tzinfo=UTC))
    paid = firm.items()[-1]
    payment = {"amount": paid["total"], "paid_on": "2024-04-02"}
    firm.ask("POST", f"/invoices/{paid['invoice_id']}/payments", payment)
    firm.clock.moment = datetime(2024, 4, 15, tzinfo=UTC)
    assert send_reminders(runtime, firm.clock.moment) == 0
