"""B8: a report tells the sums of what was found, whatever that was, and can be printed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.printing.rules import render
from services.clients.projects.rules import Spent
from services.clients.reports.operations.contents import QuarterFacts, report_content
from services.clients.reports.queries import Worked
from services.clients.reports.rules import Quarter
from services.clients.values import formats

QUARTER = Quarter(2026, 3)
ADDRESS = {
    "street": "1 Main St", "city": "Saint Paul", "state": "Minnesota", "county": None,
    "postal_code": "55101", "country": "US",
}  # fmt: skip
ISSUER = {"name": "North Star", "address": ADDRESS, "tax_id": None, "email": None, "phone": None}

_names = st.text(min_size=1, max_size=80)
_hours = st.decimals(0, 5_000, places=2)
_amounts = st.decimals(-(10**9), 10**9, places=2)
_currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
_days = st.dates(QUARTER.first, QUARTER.last)
_of_nothing_too = st.one_of(st.none(), st.decimals(0, 10**6, places=2))

_positions = st.builds(
    SimpleNamespace,
    position=_names,
    hours=_hours,
    overtime=st.sampled_from([Decimal(0), Decimal(2)]),
)
_projects = st.builds(
    SimpleNamespace,
    id=st.uuids(),
    name=_names,
    status=st.sampled_from(["planned", "active", "on_hold", "completed", "cancelled"]),
    currency=_currencies,
    budget_amount=_of_nothing_too,
    budget_hours=_of_nothing_too,
)
_invoices = st.builds(
    SimpleNamespace,
    number=st.just("ACM-2026-0001"),
    currency=_currencies,
    total=_amounts,
    balance=_amounts,
    issued_on=_days,
    due_on=st.one_of(st.none(), _days),
)
_payments = st.tuples(
    st.builds(
        SimpleNamespace,
        paid_on=_days,
        amount=_amounts,
        reference=st.one_of(st.none(), _names),
        method=st.one_of(st.none(), _names),
    ),
    st.just("ACM-2026-0001"),
    _currencies,
)


def to(client: str) -> dict[str, Any]:
    return {"company_name": client, "contact": {"name": None}, "address": ADDRESS}


@st.composite
def _found(draw: st.DrawFn) -> Any:
    projects = draw(st.lists(_projects, max_size=4))
    ids = [each.id for each in projects]
    spent = defaultdict[uuid.UUID, Spent](Spent)
    for each in projects:
        spent[each.id].add(draw(_hours), each.currency, draw(st.decimals(0, 10**6, places=2)))
    worked_on = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    months = draw(st.lists(st.sampled_from(QUARTER.months), unique=True))
    positions: Any = draw(st.lists(_positions, max_size=4))
    worked = Worked(
        positions,
        {each: draw(_hours) for each in months},
        {each: draw(_hours) for each in worked_on},
    )
    invoices, payments = (
        draw(st.lists(_invoices, max_size=4)),
        draw(st.lists(_payments, max_size=4)),
    )
    return QuarterFacts(QUARTER, worked, projects, spent, invoices, payments)


@settings(max_examples=30)
@given(_found(), _names)
def test_its_sums_are_those_of_what_was_found(found: Any, client: str) -> None:
    content = report_content(ISSUER, to(client), found)
    orjson.dumps(content)
    tiles = {each["label"]: each["value"] for each in content["tiles"]}
    assert tiles["Hours worked"] == formats.quantity(
        sum(found.worked.by_month.values(), Decimal(0))
    )
    sums = defaultdict[str, Decimal](Decimal)
    for each in found.invoices:
        sums[each.currency] += each.total
    told = [formats.amount(sums[each], each) for each in sorted(sums)]
    assert tiles["Invoiced"] == ("\n".join(told) or "—")
    assert (len(content["invoices"]), len(content["payments"])) == (
        len(found.invoices),
        len(found.payments),
    )


@settings(max_examples=30)
@given(_found())
def test_its_bars_are_shares_of_the_longest(found: Any) -> None:
    content = report_content(ISSUER, to("Acme"), found)
    assert [each["label"] for each in content["months"]] == ["July", "August", "September"]
    for bars in (content["months"], content["positions"]):
        shares = [each["share"] for each in bars]
        assert all(0 <= share <= 1 for share in shares)
        assert not any(shares) or max(shares) == 1


@settings(max_examples=30)
@given(_found())
def test_it_names_every_project_that_was_worked_on_or_is_open(found: Any) -> None:
    content = report_content(ISSUER, to("Acme"), found)
    expected = [
        each.name
        for each in found.projects
        if each.id in found.worked.by_project or each.status in {"planned", "active"}
    ]
    assert [each["name"] for each in content["projects"]] == expected


@settings(max_examples=5)
@given(_found(), _names)
def test_it_is_printed_whatever_it_says(found: Any, client: str) -> None:
    content = report_content(ISSUER, to(client), found)
    more = {"documents": [], "milestones": []}
    pdf = render("report", {**content, **more}, datetime(2026, 10, 1, tzinfo=UTC))
    assert pdf.startswith(b"%PDF-")
