"""B6, B7, B9: from hours to a mail with its PDF, whoever is killed on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from services.clients.auto_invoicing.tasks import start_billing
from services.clients.jobs.tasks import waiting_jobs
from services.clients.mail.tasks import send_mail
from shared.clock import now
from tests.architecture.sources import ROOT
from tests.fixtures.databases import Databases
from tests.fixtures.mailbox import mails_to
from tests.integration.gateway.conftest import Addresses
from tests.integration.printing.conftest import Press

# The claim of the run, its client's invoice, and its end; then the paper that is stored and not
# yet noted.
LINES = (
    "uow.before_commit=kill",
    "uow.after_commit=kill",
    "jobs.before_commit=kill",
    "uow.before_commit=kill 2",
    "uow.after_commit=kill 2",
    "jobs.before_commit=kill",
    "jobs.before_commit=kill 2",
)


def worked(press: Press, address: str) -> None:
    """Hours of a client that is invoiced by itself, whose week is over."""
    body = {
        "company_name": "Bolt Works",
        "client_code": "BOL",
        "primary_contact": {"email": address},
        "rates": [{"position": "Engineer", "regular_rate": "100.00"}],
        "settings": {
            "email_notifications": True,
            "auto_invoicing": True,
            "auto_invoicing_frequency": "weekly",
        },
    }
    client = press.office.call("POST", "/clients", json=body).json
    project = {"name": "Line 4", "status": "active"}
    path = f"/clients/{client['id']}/projects"
    made = press.office.call("POST", path, json=project).json
    entry = {"position": "Engineer", "person": "Jo", "date": now().date().isoformat(), "hours": "2"}
    answer = press.office.call("POST", "/time-entries", json={"project_id": made["id"], **entry})
    assert answer.status_code == 201, answer.text
    issues = press.office.call(
        "PATCH", "/workspace", json={"auto_invoicing_issues": True}, headers={"If-Match": "*"}
    )
    assert issues.status_code == 200, issues.text
    # On the Tuesday after, as on a Sunday two weeks would be over eight days later.
    assert start_billing(press.runtime, now() + timedelta(days=8 - now().weekday())) == 1


def test_kills_on_the_way_end_in_one_invoice_one_paper_and_one_mail(
    press: Press, databases: Databases, engines: Any, addresses: Addresses, tmp_path: Path
) -> None:
    address = f"{tmp_path.name}@bolt.example.com"
    worked(press, address)
    urls = {f"CLIENTELE_{name.upper()}_URL": url for name, url in addresses.items()}
    environment = {
        **os.environ, **engines.environment, **databases.environment, **urls,
        "CLIENTELE_SECRET": press.runtime.settings.secret, "CLIENTELE_FAILPOINTS": str(tmp_path),
    }  # fmt: skip
    worker = [sys.executable, "-m", "tests.integration.jobs.mortal_worker",
              databases.url("clients"), str(tmp_path), *LINES]  # fmt: skip
    killed = subprocess.run(
        worker, cwd=ROOT, env=environment, capture_output=True, check=True, text=True, timeout=90
    )
    assert tuple(killed.stdout.splitlines()) == LINES, killed.stderr
    while waiting_jobs(press.runtime):
        press.work()
    (tmp_path / "mail.after_sent").write_text("kill")
    sender = [sys.executable, "-m", "tests.integration.mail.one_sender"]
    assert subprocess.run(sender, cwd=ROOT, env=environment, check=False).returncode == -9
    pass_by(press)
    assert send_mail(press.runtime) == 1
    first, second = mails_to(engines.mailbox, address)
    assert first["Message-ID"] == second["Message-ID"]
    [pdf] = [part for part in second.walk() if part.get_content_type() == "application/pdf"]
    assert pdf.get_payload(decode=True)[:5] == b"%PDF-"
    assert counts(press) == {"invoices": 1, "papers": 1, "mails": 1, "billing_run_items": 1}


def pass_by(press: Press) -> None:
    """The claim of the sender that was killed is over."""
    with press.runtime.unit_of_work(press.runtime.own_origin(press.workspace_id)) as uow:
        uow.session.execute(text("UPDATE mails SET next_at = now() - interval '1 second'"))


def counts(press: Press) -> dict[str, int]:
    with press.runtime.unit_of_work(press.runtime.own_origin(press.workspace_id)) as uow:
        tables = ("invoices", "papers", "mails", "billing_run_items")
        return {
            name: uow.session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables
        }
