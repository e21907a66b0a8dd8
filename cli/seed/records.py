"""Invented clients with their projects and invoices, entered by the people of the firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from cli.seed import activity, own_firm
from cli.seed.api import Api
from cli.seed.clients import CLIENTS
from cli.seed.firms import firms
from cli.seed.own_firm import Colleague
from shared.clock import now

# Every so many clients have a document, or a note, so that lists show both kinds of rows.
_DOCUMENT_EVERY = 5
_NOTE_EVERY = 3
# The first of them have had a report and mail.
_WRITTEN_TO = 2
_DAYS_TO_PAY = 19


def make_records(url: str, token: str) -> None:
    """Create every invented client that is not there yet, with all that hangs on it."""
    api = Api(url, token)
    own_firm.describe_firm(api)
    with own_firm.staff(api, token) as people:
        manager, *others = people
        for number, plan in enumerate(plans()):
            if api.find(plan["client"]["client_code"]) is None:
                _make_client(people[(number + 1) % len(people)], manager, number, plan)
        for plan in CLIENTS[:_WRITTEN_TO]:
            if path := api.find(plan["client"]["client_code"]):
                activity.correspond(manager.api, path)
        activity.begin_drafts([each.api for each in others])
        activity.import_referrals(manager.api)


def plans() -> list[dict[str, Any]]:
    """All clients of the demo workspace, those with the most to see first."""
    return [*CLIENTS, *firms()]


def _make_client(
    owner: Colleague, manager: Colleague, number: int, plan: Mapping[str, Any]
) -> None:
    api = owner.api
    client = api.send("POST", "/v1/clients", {**plan["client"], "owner_id": owner.user_id})
    path = f"/v1/clients/{client['id']}"
    for lines, days_ago, share_paid in plan.get("invoices", ()):
        _make_invoice(api, manager.api, path, lines, days_ago, share_paid)
    for project in plan.get("projects", ()):
        made = api.send("POST", f"{path}/projects", project)
        if project["status"] == "active" and plan["client"].get("rates"):
            activity.enter_time(api, plan, made["id"], number)
            activity.bill_last_month(api, manager.api, path, paid=number % 2 == 0)
    if number % _DOCUMENT_EVERY == 0:
        activity.upload_document(api, path, str(client["company_name"]))
    if number % _NOTE_EVERY == 0:
        activity.write_note(api, path, number)
    if "later" in plan:
        api.send("PATCH", path, plan["later"], headers={"If-Match": client["etag"]})
    if "status" in plan:
        api.send("PUT", f"{path}/status", plan["status"])


def _make_invoice(
    api: Api, manager: Api, path: str, lines: list[dict[str, str]], days_ago: int, share_paid: str
) -> None:
    due = _day(days_ago - 30)
    invoice = api.send("POST", f"{path}/invoices", {"lines": lines, "due_on": due})
    if days_ago == 0:
        return
    dated = {"issued_on": _day(days_ago)}
    issued = manager.send("POST", f"/v1/invoices/{invoice['id']}/issue", dated)
    for amount in _payments(issued["total"], share_paid):
        paid_on = _day(max(0, days_ago - _DAYS_TO_PAY))
        payment = {"amount": amount, "paid_on": paid_on, "method": "bank transfer"}
        manager.send("POST", f"/v1/invoices/{invoice['id']}/payments", payment)


def _payments(total: str, share_paid: str) -> Iterator[str]:
    if share_paid == "all":
        yield total
    elif share_paid == "part":
        yield "500.00"


def _day(days_ago: int) -> str:
    return (now().date() - timedelta(days=days_ago)).isoformat()
