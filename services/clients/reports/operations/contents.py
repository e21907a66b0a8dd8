"""What stands on a quarterly report."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from services.clients.billing.models import Invoice
from services.clients.billing.operations.invoice_contents import letterhead
from services.clients.projects.models import Project
from services.clients.projects.rules import Spent, budget_used
from services.clients.reports.queries import Worked
from services.clients.reports.rules import Quarter
from services.clients.values import formats

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuarterFacts:
    """What was found of a client and a quarter."""

    quarter: Quarter
    worked: Worked
    projects: Sequence[Project]
    spent: Mapping[uuid.UUID, Spent]
    invoices: Sequence[Invoice]
    payments: Sequence[Any]


def report_content(
    issuer: Mapping[str, Any], recipient: Mapping[str, Any], found: QuarterFacts
) -> dict[str, Any]:
    """A report for the layout `report`; bars are shares of the longest, from 0 to 1."""
    quarter = found.quarter
    title = f"Report {quarter.name}, {recipient['company_name']}"
    return {
        **letterhead(issuer, recipient),
        "title": title,
        "heading": "Quarterly report",
        "number": quarter.name,
        "foot": f"{issuer['name']} · {title}",
        "facts": [["From", formats.day(quarter.first)], ["To", formats.day(quarter.last)]],
        "tiles": _tiles(found),
        "months": _months(found),
        "projects": [_project(each, found) for each in found.projects if _is_told(each, found)],
        "positions": _positions(found.worked),
        "invoices": [_invoice(each) for each in found.invoices],
        "payments": [_payment(*each) for each in found.payments],
    }


def _tiles(found: QuarterFacts) -> list[dict[str, str]]:
    hours = sum(found.worked.by_month.values(), _NOTHING)
    invoiced = ((each.currency, each.total) for each in found.invoices)
    paid = ((currency, payment.amount) for payment, _, currency in found.payments)
    active = sum(each.status == "active" for each in found.projects)
    return [
        {"label": "Hours worked", "value": formats.quantity(hours)},
        {"label": "Invoiced", "value": _sums(invoiced)},
        {"label": "Paid", "value": _sums(paid)},
        {"label": "Active projects", "value": str(active)},
    ]


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> str:
    """The sum of each currency; a dash where there is none."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        found[currency] += amount
    return "\n".join(formats.amount(found[each], each) for each in sorted(found)) or "—"


def _months(found: QuarterFacts) -> list[dict[str, Any]]:
    hours = {month: found.worked.by_month.get(month, _NOTHING) for month in found.quarter.months}
    longest = max(hours.values())
    return [
        {
            "label": format_date(month, "MMMM", locale="en_US"),
            "value": f"{formats.quantity(worked)} h",
            "share": _share(worked, longest),
        }
        for month, worked in hours.items()
    ]


def _is_told(project: Project, found: QuarterFacts) -> bool:
    return project.id in found.worked.by_project or project.status in {"active", "planned"}


def _project(project: Project, found: QuarterFacts) -> dict[str, Any]:
    spent = found.spent[project.id]
    used = budget_used(spent, project.currency, project.budget_amount, project.budget_hours)
    return {
        "name": project.name,
        "status": project.status.replace("_", " "),
        "hours": formats.quantity(found.worked.by_project.get(project.id, _NOTHING)),
        "budget": _budget(project, spent),
        "share": None if used is None else float(used) / 100,
        "used": "" if used is None else f"{used:.0f} %",
    }


def _budget(project: Project, spent: Spent) -> str:
    if project.budget_amount is not None:
        so_far = formats.amount(spent.amount(project.currency), project.currency)
        return f"{so_far} of {formats.amount(project.budget_amount, project.currency)}"
    if project.budget_hours is not None:
        return f"{formats.quantity(spent.hours)} of {formats.quantity(project.budget_hours)} h"
    return f"{formats.quantity(spent.hours)} h"


def _positions(worked: Worked) -> list[dict[str, Any]]:
    longest = max((row.hours for row in worked.by_position), default=_NOTHING)
    return [
        {
            "name": row.position,
            "hours": formats.quantity(row.hours),
            "overtime": formats.quantity(row.overtime) if row.overtime else "",
            "share": _share(row.hours, longest),
        }
        for row in worked.by_position
    ]


def _share(part: Decimal, longest: Decimal) -> float:
    return float(part / longest) if longest else 0.0


def _invoice(invoice: Invoice) -> dict[str, str]:
    currency = invoice.currency
    return {
        "number": str(invoice.number),
        "issued": "" if invoice.issued_on is None else formats.short_day(invoice.issued_on),
        "due": "" if invoice.due_on is None else formats.short_day(invoice.due_on),
        "total": formats.amount(invoice.total, currency),
        "open": formats.amount(invoice.balance, currency),
    }


def _payment(payment: Any, number: str, currency: str) -> dict[str, str]:
    return {
        "day": formats.short_day(payment.paid_on),
        "number": number,
        "reference": payment.reference or payment.method or "",
        "amount": formats.amount(payment.amount, currency),
    }
