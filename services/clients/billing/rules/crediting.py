"""What a credit note takes off an invoice, so that net, tax and total of all of them together
never pass the invoice's, and end exactly there when everything is credited.

An invoice is an account per tax rate: what it charged net and as tax, and what credit notes
have taken off so far. The tax of a part is what is due on all that was credited of its rate
including the part, less the tax credited before; the last part of a rate takes what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.clients.billing.rules.totals import Tax, spread
from services.clients.values.money import rounded

NOTHING = Decimal(0)


@dataclass(slots=True)
class Account:
    """One tax rate of an invoice: charged, and credited so far."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    net_credited: Decimal = NOTHING
    tax_credited: Decimal = NOTHING

    @property
    def net_left(self) -> Decimal:
        """What can still be credited, without tax."""
        return self.net - self.net_credited

    @property
    def tax_left(self) -> Decimal:
        """The tax that can still be credited."""
        return self.tax - self.tax_credited

    @property
    def left(self) -> Decimal:
        """What can still be credited, tax included."""
        return self.net_left + self.tax_left

    def credit(self, net: Decimal, tax: Decimal) -> None:
        """Note what was taken off."""
        self.net_credited += net
        self.tax_credited += tax

    def tax_on(self, net: Decimal, currency: str) -> Decimal:
        """The tax that goes with so much net."""
        if net == self.net_left:
            return self.tax_left
        due = rounded((self.net_credited + net) * self.rate / 100, currency)
        return _within(due - self.tax_credited, NOTHING, self.tax_left)

    def tax_in(self, gross: Decimal, currency: str) -> Decimal:
        """The tax inside so much with tax."""
        if gross == self.left:
            return self.tax_left
        inside = rounded(gross * self.rate / (100 + self.rate), currency)
        return _within(inside, max(NOTHING, gross - self.net_left), min(gross, self.tax_left))


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken off at one tax rate; of which line, where it is one."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    line: int | None = None

    @property
    def gross(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


def accounts(taxes: Iterable[Tax], credited: Iterable[Part]) -> dict[Decimal, Account]:
    """The accounts of an invoice by tax rate, after the parts of earlier credit notes."""
    found = {tax.rate: Account(tax.rate, tax.base, tax.amount) for tax in taxes}
    for part in credited:
        found[part.rate].credit(part.net, part.tax)
    return found


def nets_of_lines(
    lines: Sequence[tuple[Decimal, Decimal]], taxes: Iterable[Tax], currency: str
) -> list[Decimal]:
    """What each line `(amount, tax rate)` is worth once its share of the discount is off."""
    nets = [amount for amount, _ in lines]
    for tax in taxes:
        own = {place: amount for place, (amount, rate) in enumerate(lines) if rate == tax.rate}
        off = sum(own.values(), NOTHING) - tax.base
        for place, share in spread(off, own, currency).items():
            nets[place] -= share
    return nets


def credit_rest(owed: Mapping[Decimal, Account]) -> list[Part]:
    """Everything that is left, rate by rate."""
    return [
        Part(account.rate, account.net_left, account.tax_left)
        for account in owed.values()
        if account.net_left or account.tax_left
    ]


def credit_amount(owed: Mapping[Decimal, Account], amount: Decimal, currency: str) -> list[Part]:
    """An amount with tax, spread over the rates in proportion to what is left of each."""
    if amount == sum((account.left for account in owed.values()), NOTHING):
        return credit_rest(owed)
    shares = spread(amount, {rate: account.left for rate, account in owed.items()}, currency)
    return [_gross_part(owed[rate], gross, currency) for rate, gross in shares.items() if gross]


def _gross_part(account: Account, gross: Decimal, currency: str) -> Part:
    tax = account.tax_in(gross, currency)
    return Part(account.rate, gross - tax, tax)


def credit_lines(
    owed: Mapping[Decimal, Account], wanted: Iterable[tuple[int, Decimal, Decimal]], currency: str
) -> Iterator[Part]:
    """Lines `(line, tax rate, net)` one by one, each with the tax that goes with it.

    The accounts are changed by it: the tax of a line depends on the lines before.
    """
    for line, rate, net in wanted:
        account = owed[rate]
        tax = account.tax_on(net, currency)
        account.credit(net, tax)
        yield Part(rate, net, tax, line)


def _within(value: Decimal, least: Decimal, most: Decimal) -> Decimal:
    return max(least, min(value, most))
