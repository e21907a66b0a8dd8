"""Which of a client's rates an hour of work is billed at, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.clients.values.money import rounded
from shared.values.folding import fold

Rate = Mapping[str, Any]

#: The regular rate, for regular hours.
REGULAR = "regular"
#: The overtime rate, for overtime.
OVERTIME = "overtime"
#: The regular rate, for overtime: the position has no rate of its own for it.
OVERTIME_AT_REGULAR = "overtime_at_regular"
#: No rate: the client has none for the position.
NO_POSITION = "no_position"
#: No rate: those of the position hold on other days.
NO_DAY = "no_day"
RULES = (REGULAR, OVERTIME, OVERTIME_AT_REGULAR, NO_POSITION, NO_DAY)


@dataclass(frozen=True, slots=True)
class Price:
    """What an hour costs. `rule` is one of `RULES` and `explanation` says it as a sentence.

    Where no rate applies, the rate, its unit price and its currency are None.
    """

    rule: str
    explanation: str
    rate: Rate | None = None
    unit_price: Decimal | None = None

    @property
    def currency(self) -> str | None:
        """The currency of the rate."""
        return None if self.rate is None else self.rate["currency"]

    def amount(self, hours: Decimal) -> Decimal | None:
        """What so many hours come to, rounded half up to the currency."""
        if self.unit_price is None or self.currency is None:
            return None
        return rounded(hours * self.unit_price, self.currency)


def price_of(rates: Iterable[Rate], position: str, day: date, *, overtime: bool = False) -> Price:
    """What an hour of a position costs on a day.

    Positions are the same where a reader would take them for the same; of one position at most
    one rate holds on a day, first and last day included. Overtime costs the regular rate where
    the rate names none for it.
    """
    known = [rate for rate in rates if fold(rate["position"]) == fold(position)]
    if not known:
        return Price(NO_POSITION, f"The client has no rate for {position}.")
    found = next((rate for rate in known if _holds(rate, day)), None)
    if found is None:
        return Price(NO_DAY, f"No rate for {position} holds on {day.isoformat()}.")
    rule = _rule(found, overtime)
    amount = found["overtime_rate" if rule == OVERTIME else "regular_rate"]
    return Price(rule, _explain(rule, found), found, Decimal(amount))


def _holds(rate: Rate, day: date) -> bool:
    date_text = day.isoformat()
    first, last = rate["valid_from"], rate["valid_until"]
    return (first is None or first <= date_text) and (last is None or date_text <= last)


def _rule(rate: Rate, overtime: bool) -> str:
    if not overtime:
        return REGULAR
    return OVERTIME_AT_REGULAR if rate["overtime_rate"] is None else OVERTIME


def _explain(rule: str, rate: Rate) -> str:
    kind = OVERTIME if rule == OVERTIME else REGULAR
    sentence = f"The {kind} rate for {rate['position']}{_validity(rate)}"
    return (
        f"{sentence}, which names none for overtime."
        if rule == OVERTIME_AT_REGULAR
        else f"{sentence}."
    )


def _validity(rate: Rate) -> str:
    first, last = rate["valid_from"], rate["valid_until"]
    since = f" from {first}" if first else ""
    return f"{since} until {last}" if last else since
