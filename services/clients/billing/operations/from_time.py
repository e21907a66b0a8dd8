"""A draft from time: everything of a client that is not billed yet, in lines of hours at a rate."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.clients.access.queries import default_currency
from services.clients.billing.errors import NoRate, NothingToBill
from services.clients.billing.models import Invoice
from services.clients.billing.operations.context import refuse_internal
from services.clients.billing.operations.drafts import RatedLine, create_from_lines
from services.clients.billing.rules.totals import line_amount
from services.clients.records.queries.clients import get_children, lock_client
from services.clients.records.rules.pricing import OVERTIME, REGULAR, Price, Rate, price_of
from services.clients.time_entries.operations.billing import (
    Claim,
    DueTime,
    claim_time,
    due_time,
)
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork

#: Of one kind, project and rate: a line.
_Key = tuple[uuid.UUID, str, str]


@dataclass(frozen=True, slots=True)
class _Priced:
    """Hours that are due, with the prices of those that there are of either kind."""

    due: DueTime
    prices: Mapping[str, Price]

    def hours(self, kind: str) -> Decimal:
        return self.due.regular if kind == REGULAR else self.due.overtime

    def key(self, kind: str) -> _Key | None:
        price = self.prices.get(kind)
        if price is None or price.rate is None:
            return None
        return self.due.project_id, price.rate["id"], kind


@dataclass(slots=True)
class _Line:
    """A line while hours are put together in it."""

    kind: str
    project: str
    price: Price
    hours: Decimal = field(default=Decimal(0))


def invoice_from_time(
    uow: UnitOfWork, client_id: uuid.UUID, period: tuple[date, date], currency: str | None = None
) -> Invoice:
    """A draft over all time up to the period's end that is on no invoice, from before the period
    too: hours that were entered late are not lost. It is claimed in this transaction.

    Per project, position and rate there is a line of regular hours and one of overtime. A draft
    has one currency: the one named; else the workspace's, if any of the time is in it; else the
    first that there is. Time in others is left for drafts of their own.

    Raises `InternalClient`, `NothingToBill`, and `NoRate` where some of the time has no rate.
    """
    client = lock_client(uow, client_id)
    refuse_internal(client)
    rates = get_children(uow.session, client.id)["rates"]
    due = [_priced(each, rates) for each in due_time(uow, client.id, rates, period[1])]
    _refuse_unpriced(due)
    chosen = currency or _currency(uow, due)
    billed = [each for each in due if _currency_of(each) == chosen]
    if not billed:
        raise NothingToBill
    lines = _lines(billed)
    rated = [_rated(line) for line in lines.values()]
    invoice = create_from_lines(uow, client, chosen, rated, period)
    uow.flush()
    ids = dict(zip(lines, (line.id for line in invoice.lines), strict=True))
    claims = [_claim(each, ids) for each in billed]
    claim_time(uow, client.id, rates, period[1], invoice.id, claims)
    return invoice


@dataclass(frozen=True, slots=True)
class Expected:
    """What a draft in one currency would come to, before tax."""

    currency: str
    hours: Decimal
    amount: Decimal


def expected_from_time(
    uow: UnitOfWork, client_id: uuid.UUID, last: date
) -> tuple[list[Expected], list[FieldError]]:
    """What there would be to bill up to a day, and the time that has no rate."""
    rates = get_children(uow.session, client_id)["rates"]
    due = [_priced(each, rates) for each in due_time(uow, client_id, rates, last)]
    currencies = sorted({found for each in due if (found := _currency_of(each)) is not None})
    return [_expected(due, currency) for currency in currencies], _unpriced(due)


def _expected(due: Iterable[_Priced], currency: str) -> Expected:
    lines = _lines(each for each in due if _currency_of(each) == currency)
    rated = [_rated(line) for line in lines.values()]
    amounts = (line_amount(line.quantity, line.unit_price, currency) for line in rated)
    hours = sum((line.quantity for line in rated), Decimal(0))
    return Expected(currency, hours, sum(amounts, Decimal(0)))


def _priced(due: DueTime, rates: Sequence[Rate]) -> _Priced:
    hours = {REGULAR: due.regular, OVERTIME: due.overtime}
    prices = {
        kind: price_of(rates, due.position, due.first_day, overtime=kind == OVERTIME)
        for kind, amount in hours.items()
        if amount
    }
    return _Priced(due, prices)


def _refuse_unpriced(due: Iterable[_Priced]) -> None:
    """Nothing is billed before all of the time has a rate."""
    if wrong := _unpriced(due):
        raise NoRate("Add the rates, then bill.", errors=wrong)


def _unpriced(due: Iterable[_Priced]) -> list[FieldError]:
    """Name the time that no rate applies to."""
    return [
        FieldError("rates", price.rule, f"{price.explanation} {_hours_at(each.due)}")
        for each in due
        if (price := next(iter(each.prices.values()))).rate is None
    ]


def _hours_at(due: DueTime) -> str:
    hours = due.regular + due.overtime
    return f"{hours} h on {due.project_name}, {due.first_day} to {due.last_day}."


def _currency_of(priced: _Priced) -> str | None:
    """A rate has one currency for both kinds."""
    return next(iter(priced.prices.values())).currency


def _currency(uow: UnitOfWork, due: Iterable[_Priced]) -> str:
    found = sorted({currency for each in due if (currency := _currency_of(each)) is not None})
    default = default_currency(uow)
    return default if default in found or not found else found[0]


def _lines(billed: Iterable[_Priced]) -> dict[_Key, _Line]:
    lines: dict[_Key, _Line] = {}
    for each in billed:
        for kind, price in each.prices.items():
            key = each.key(kind)
            if key is not None:
                line = lines.setdefault(key, _Line(kind, each.due.project_name, price))
                line.hours += each.hours(kind)
    return lines


def _rated(line: _Line) -> RatedLine:
    rate, unit_price = line.price.rate, line.price.unit_price
    assert rate is not None
    assert unit_price is not None
    what = f"{line.project}: {rate['position']}"
    return RatedLine(
        kind=line.kind,
        description=f"{what}, overtime" if line.kind == OVERTIME else what,
        quantity=line.hours,
        unit_price=unit_price,
        rate_id=uuid.UUID(rate["id"]),
        rule=line.price.rule,
        explanation=line.price.explanation,
    )


def _claim(priced: _Priced, ids: Mapping[_Key, uuid.UUID]) -> Claim:
    regular, overtime = (
        None if key is None else ids[key] for key in (priced.key(REGULAR), priced.key(OVERTIME))
    )
    return Claim(priced.due, regular, overtime)
