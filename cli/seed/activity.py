"""What people do in the invented firm: hours, notes, documents, drafts half done, an import."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cli.seed.api import Api
from cli.seed.own_firm import PEOPLE
from cli.seed.pdf import one_page
from shared.clock import now

_WEEKS = 6
_NOTES = (
    ("call", "Asked whether the night shift can go on while we work. It can, on line 1."),
    ("meeting", "Walked the site with them. The panel is older than the drawings say."),
    ("note", "Prefers invoices by the fifth of the month."),
)
_DRAFTS: tuple[dict[str, dict[str, Any]], ...] = (
    {
        "basic": {
            "company_name": "Sundial Dairy",
            "primary_contact": {"name": "Pauline Groth", "email": "pauline@sundial.example.com"},
        },
        "rates": {"rates": [{"position": "Process Engineer", "regular_rate": "135.00"}]},
    },
    {
        "basic": {"company_name": "Brackwater Marina", "primary_contact": {"email": "harbour at"}},
    },
)
_IMPORT_NAME = "referrals.csv"
_IMPORT = b"""Company,Contact,Email,City
Old Mill Cider,Tess Barrow,tess@oldmillcider.example.com,Hood River
Pinecrest Dental,Dr. Ola Berg,not an address,Bend
,Nobody,nobody@example.com,Salem
Tamarack Sawmills,Gus Weller,gus@tamarack.example.com,Libby
"""
_IMPORT_SECONDS = 10.0


def enter_time(api: Api, plan: Mapping[str, Any], project_id: str, number: int) -> None:
    """Hours of two people on a project: two days a week, up to last week."""
    rates = plan["client"]["rates"]
    for offset, day in enumerate(_days()):
        entry = {
            "project_id": project_id,
            "position": rates[offset % len(rates)]["position"],
            "person": PEOPLE[(number + offset) % len(PEOPLE)][0],
            "date": day.isoformat(),
            "hours": f"{5 + (number + offset) % 4}.{(offset * 25) % 100:02}",
            "overtime": offset % 7 == 6,
        }
        api.send("POST", "/v1/time-entries", entry)


def _days() -> Iterator[date]:
    monday = now().date() - timedelta(days=now().weekday())
    for week in range(_WEEKS, 0, -1):
        for weekday in (1, 3):
            yield monday - timedelta(days=7 * week - weekday)


def bill_last_month(api: Api, manager: Api, path: str, paid: bool) -> None:
    """An invoice from the hours of last month and before, issued by a manager and perhaps paid."""
    last = now().date().replace(day=1) - timedelta(days=1)
    period = {"period_start": last.replace(day=1).isoformat(), "period_end": last.isoformat()}
    draft = api.send("POST", f"{path}/invoices/from-time", period)
    issued = manager.send("POST", f"/v1/invoices/{draft['id']}/issue", {})
    if paid:
        payment = {
            "amount": issued["total"],
            "paid_on": now().date().isoformat(),
            "method": "bank transfer",
        }
        manager.send("POST", f"/v1/invoices/{draft['id']}/payments", payment)


def write_note(api: Api, path: str, number: int) -> None:
    """What somebody wants the others to know."""
    kind, text = _NOTES[number % len(_NOTES)]
    api.send("POST", f"{path}/notes", {"kind": kind, "text": text})


def correspond(api: Api, path: str) -> None:
    """A report of this quarter, a contact invited to the portal, and the newest invoice mailed."""
    api.send("POST", f"{path}/reports", {"quarter": _this_quarter()})
    for contact in api.get(f"{path}/contacts")["data"][:1]:
        api.send("POST", f"{path}/contacts/{contact['id']}/invite", {})
    issued = (each for each in api.get(f"{path}/invoices")["data"] if each["number"])
    if newest := next(issued, None):
        api.send("POST", f"/v1/invoices/{newest['id']}/send", {})


def _this_quarter() -> str:
    today = now().date()
    return f"{today.year}-Q{(today.month + 2) // 3}"


def upload_document(api: Api, path: str, company: str) -> None:
    """The agreement with a client, through the store as from a browser."""
    content = one_page(f"Service agreement with {company}")
    announced = {
        "file_name": "service-agreement.pdf",
        "size": len(content),
        "content_type": "application/pdf",
        "category": "agreement",
        "title": "Service agreement",
    }
    document = api.send("POST", f"{path}/documents", announced)
    if document["status"] == "pending":
        api.put_file(document["upload"], content)
        api.send("POST", f"{path}/documents/{document['id']}/complete", {})


def begin_drafts(people: Sequence[Api]) -> None:
    """Clients that each has begun to enter: one half done, one with a mistake."""
    for number, (api, steps) in enumerate(zip(people, _DRAFTS, strict=True)):
        draft = api.send("POST", "/v1/client-drafts", {}, place=f"draft {number}")
        for step, values in steps.items():
            api.send("PATCH", f"/v1/client-drafts/{draft['id']}/steps/{step}", values)


def import_referrals(api: Api) -> None:
    """A file of which two rows are taken and two are rejected; where reading it takes long, it
    is left for people to start."""
    if any(each["file_name"] == _IMPORT_NAME for each in api.get("/v1/imports")["data"]):
        return
    taken = api.send_file(f"/v1/imports?file_name={_IMPORT_NAME}", _IMPORT)
    path = f"/v1/imports/{taken['id']}"
    until = time.monotonic() + _IMPORT_SECONDS
    while (read := api.get(path))["state"] == "reading":
        if time.monotonic() > until:
            return
        time.sleep(0.2)
    api.send("POST", f"{path}/start", {"mapping": read["suggested"]})
