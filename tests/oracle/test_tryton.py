"""Our books against those of a program that nobody here wrote: Tryton's invoices.

The same lines, taxes, credit notes, payments and refunds through both, and each side says what
every invoice comes to and what is still owed. Tryton is installed into an environment of its own,
so this is no part of `make test`: `make oracle`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.clients.access.operations.people import create_workspace
from services.clients.billing.models import PAID, Invoice
from services.clients.billing.operations import crediting, drafts, invoices
from services.clients.records.operations.creating import create_client
from services.clients.service import register_features
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork
from tests.factories.events import JO

HERE = Path(__file__).parent
INVOICES = int(os.environ.get("ORACLE_INVOICES", "1000"))
CURRENCIES = (("USD", 2), ("JPY", 0), ("KWD", 3))
RATES = ("0", "7.7", "8.25", "19")
SECONDS = 3_600

Line = dict[str, str]
Asked = dict[str, Any]

register_features()


class Sums(NamedTuple):
    """What an invoice or a credit note comes to."""

    lines: list[Decimal]
    tax: Decimal
    total: Decimal


@dataclass(frozen=True)
class Books:
    """An invoice in somebody's books: itself, its credit notes, what is owed after all of it."""

    invoice: Sums
    credits: list[Sums]
    open: Decimal

    @property
    def all(self) -> list[Sums]:
        """The invoice and its credit notes."""
        return [self.invoice, *self.credits]


@pytest.fixture
def dice() -> random.Random:
    """The same from the same seed."""
    seed = int(os.environ.get("CLIENTELE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CLIENTELE_TEST_SEED={seed}")  # noqa: T201  # shown where the test fails, to repeat it
    return random.Random(seed)


@dataclass
class Firm:
    """Keeps books with us, by the operations that the API calls, and notes what was done."""

    dice: random.Random
    uow: UnitOfWork
    client_id: uuid.UUID

    def bill(self) -> tuple[Asked, Books]:
        """An invoice with whatever becomes of it: what Tryton is to do too, and our books of it."""
        currency, digits = self.dice.choice(CURRENCIES)
        lines = [self._line() for _ in range(self.dice.randint(1, 6))]
        invoice = self._issued(currency, lines)
        notes = [*self._credited(invoice, lines)]
        payments = [*self._paid(invoice)]
        asked = {"currency": currency, "digits": digits, "lines": lines, "credits": notes,
                 "payments": payments}  # fmt: skip
        return asked, _ours(invoice)

    def _line(self) -> Line:
        dice = self.dice
        return {
            "quantity": f"{Decimal(dice.randint(1, 20_000)) / 100:.2f}",
            "unit_price": f"{Decimal(dice.randint(0, 60_000)) / dice.choice((1, 100)):.4f}",
            "tax_rate": dice.choice(RATES),
        }

    def _issued(self, currency: str, lines: Sequence[Line]) -> Invoice:
        named = [{"description": "Work", **{k: Decimal(v) for k, v in line.items()}}
                 for line in lines]  # fmt: skip
        body = {"currency": currency, "lines": named}
        made = drafts.create_invoice(self.uow, self.client_id, body)
        self.uow.flush()
        issued = invoices.issue_invoice(self.uow, made.id)
        self.uow.flush()
        return issued

    def _credited(self, invoice: Invoice, lines: Sequence[Line]) -> Iterable[list[Line]]:
        """Nothing, some lines or parts of them in one or two notes, or the whole invoice."""
        how = self.dice.choice(("nothing", "nothing", "lines", "all"))
        if how == "all" and invoice.total:
            self._credit(invoice, {})
            yield [dict(line) for line in lines]
        places = [place for place, line in enumerate(invoice.lines) if line.amount]
        self.dice.shuffle(places)
        half = (len(places) + 1) // 2
        for chosen in (places[:half], places[half : half + 1]) if how == "lines" else ():
            if chosen:
                yield self._credit_lines(invoice, lines, chosen)

    def _credit_lines(
        self, invoice: Invoice, lines: Sequence[Line], places: Sequence[int]
    ) -> list[Line]:
        taken = {place: self._part(invoice.lines[place].amount, invoice) for place in places}
        wanted = [{"line_id": invoice.lines[place].id, "amount": amount}
                  for place, amount in taken.items()]  # fmt: skip
        self._credit(invoice, {"lines": wanted})
        return [
            {"quantity": "1", "unit_price": f"{amount:.4f}", "tax_rate": lines[place]["tax_rate"]}
            for place, amount in taken.items()
        ]

    def _credit(self, invoice: Invoice, body: dict[str, Any]) -> None:
        crediting.issue_credit_note(self.uow, invoice.id, {"reason": "Agreed", **body})
        self.uow.flush()

    def _part(self, amount: Decimal, invoice: Invoice) -> Decimal:
        """All of an amount, or less, in units of the currency and never nothing."""
        unit = _unit(invoice.currency)
        share = self.dice.choice(("1", "0.5", "0.3333", "0.01"))
        return max((amount * Decimal(share)).quantize(unit, ROUND_DOWN), unit)

    def _paid(self, invoice: Invoice) -> Iterable[str | None]:
        """Parts of what is open, a refund of some of it, and the rest of it or not: None."""
        for _ in range(self.dice.randint(0, 2)):
            if invoice.balance > 0:
                yield self._pay(invoice, self._part(invoice.balance, invoice))
        if invoice.amount_paid and self.dice.random() < 0.5:
            yield self._pay(invoice, -self._part(invoice.amount_paid, invoice))
        if invoice.balance > 0 and self.dice.random() < 0.4:
            self._pay(invoice, invoice.balance)
            assert invoice.status == PAID
            yield None

    def _pay(self, invoice: Invoice, amount: Decimal) -> str:
        body = {"amount": amount, "paid_on": now().date()}
        invoices.record_payment(self.uow, invoice.id, body)
        self.uow.flush()
        return f"{amount:f}"


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-dict(CURRENCIES)[currency])


def _ours(invoice: Invoice) -> Books:
    lines = [line.amount for line in invoice.lines]
    notes = [Sums([line.amount for line in note.lines], note.tax, note.total)
             for note in invoice.credit_notes]  # fmt: skip
    return Books(Sums(lines, invoice.tax, invoice.total), notes, invoice.balance)


@pytest.fixture
def told(dice: random.Random, settings: Settings) -> list[tuple[Asked, Books]]:
    """What was done, with our books of it."""
    runtime = Runtime("clients", settings)
    origin = Origin(uuid7(), JO, correlation_id="oracle")
    with runtime.unit_of_work(origin) as uow:
        create_workspace(uow, "North Star")
        body = {"company_name": "Acme", "client_code": "ACM",
                "primary_contact": {"email": "jo@acme.example.com"}}  # fmt: skip
        client_id = create_client(uow, body).client.id
    done = []
    for _ in range(INVOICES):
        with runtime.unit_of_work(origin) as uow:
            done.append(Firm(dice, uow, client_id).bill())
    return done


@pytest.fixture
def theirs(told: list[tuple[Asked, Books]], tmp_path: Path) -> list[Books]:
    """What Tryton makes of the same."""
    python = tmp_path / "venv" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    _run(uv, "venv", "--quiet", "--python", sys.executable, python.parent.parent)
    wanted = HERE / "requirements.txt"
    _run(uv, "pip", "install", "--quiet", "--python", python, "--requirement", wanted)
    given = json.dumps([asked for asked, _ in told])
    return [*map(_read, json.loads(_run(python, HERE / "tryton_books.py", given=given)))]


def _run(*command: Any, given: str | None = None) -> str:
    made = subprocess.run(
        [str(each) for each in command],
        input=given,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    return made.stdout


def _read(found: Any) -> Books:
    notes = [_sums(note, sign=-1) for note in found["credits"]]
    return Books(_sums(found), notes, Decimal(found["open"]))


def _sums(found: Any, sign: int = 1) -> Sums:
    """A credit note of Tryton's is an invoice of less than nothing."""
    lines = [sign * Decimal(amount) for amount in found["lines"]]
    return Sums(lines, sign * Decimal(found["tax"]), sign * Decimal(found["total"]))


def test_a_thousand_invoices_come_to_the_same_or_differ_by_a_rule(
    told: list[tuple[Asked, Books]], theirs: list[Books]
) -> None:
    """Two rules of Tryton's are others than ours, and explain every difference there is.

    A half is rounded to the even unit, not up; and tax is taken on lines before they are rounded.
    What is owed differs by what totals and credit notes differ by, and by nothing else.
    """
    assert len(theirs) == INVOICES
    for (asked, ours), found in zip(told, theirs, strict=True):
        assert found.all == [*_by_their_rules(asked)], asked
        for mine, other, lines in zip(ours.all, found.all, _documents(asked), strict=True):
            assert abs(mine.total - other.total) <= _furthest_apart(asked, lines), asked
        assert found.open == _owed_by_their_totals(asked, found), asked
        settled = None in asked["payments"]
        assert ours.open - found.open == (0 if settled else _net(ours) - _net(found)), asked
    alike = sum(_documented(ours) == _documented(found)
                for (_, ours), found in zip(told, theirs, strict=True))  # fmt: skip
    _tell(told, alike)
    assert alike > INVOICES / 2


def _documents(asked: Asked) -> list[list[Line]]:
    return [asked["lines"], *asked["credits"]]


def _documented(books: Books) -> tuple[list[tuple[Decimal, Decimal]], Decimal]:
    """Tax and total of each document, and what is owed: a note over a whole invoice has a line
    per tax rate with us, and one per line there."""
    return [(each.tax, each.total) for each in books.all], books.open


def _net(books: Books) -> Decimal:
    """An invoice less its credit notes."""
    return books.invoice.total - sum((note.total for note in books.credits), Decimal(0))


def _owed_by_their_totals(asked: Asked, found: Books) -> Decimal:
    if None in asked["payments"]:
        return Decimal(0)
    return _net(found) - sum(map(Decimal, asked["payments"]), Decimal(0))


def _by_their_rules(asked: Asked) -> Iterable[Sums]:
    for lines in _documents(asked):
        yield _sum_up(lines, Decimal(1).scaleb(-int(asked["digits"])))


def _sum_up(lines: Sequence[Line], unit: Decimal) -> Sums:
    exact = [Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in lines]
    amounts = [amount.quantize(unit, ROUND_HALF_EVEN) for amount in exact]
    taxes: dict[str, Decimal] = {}
    for line, amount in zip(lines, exact, strict=True):
        due = amount * Decimal(line["tax_rate"]) / 100
        taxes[line["tax_rate"]] = taxes.get(line["tax_rate"], Decimal(0)) + due
    tax = sum((each.quantize(unit, ROUND_HALF_EVEN) for each in taxes.values()), Decimal(0))
    return Sums(amounts, tax, tax + sum(amounts, Decimal(0)))


def _furthest_apart(asked: Asked, lines: Sequence[Line]) -> Decimal:
    """A unit per line and per rate at most, as each is rounded once."""
    rates = {line["tax_rate"] for line in lines}
    return Decimal(len(lines) + len(rates)).scaleb(-int(asked["digits"]))


def _tell(told: Sequence[tuple[Asked, Books]], alike: int) -> None:
    done = [asked for asked, _ in told]
    notes = sum(len(asked["credits"]) for asked in done)
    paid = [each for asked in done for each in asked["payments"]]
    refunds = sum(each is not None and each.startswith("-") for each in paid)
    print(  # noqa: T201  # the figures of a proof that is run by hand
        f"{alike} of {len(done)} alike with {notes} credit notes, {len(paid) - refunds} payments "
        f"and {refunds} refunds; the others by these rules"
    )
