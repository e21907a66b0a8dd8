"""Our totals against those of a program that nobody here wrote: Tryton's invoices.

It is installed into an environment of its own, so this is no part of `make test`: `make oracle`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.clients.billing.rules.totals import line_amount, totals

HERE = Path(__file__).parent
INVOICES = 1_000
CURRENCIES = (("USD", 2), ("JPY", 0), ("KWD", 3))
RATES = ("0", "7.7", "8.25", "19")
SECONDS = 900

Invoice = dict[str, Any]


class Sums(NamedTuple):
    """What an invoice comes to."""

    lines: list[Decimal]
    tax: Decimal
    total: Decimal


@pytest.fixture(scope="module")
def invoices() -> list[Invoice]:
    """Random invoices of hours at rates, the same from the same seed."""
    seed = int(os.environ.get("CLIENTELE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CLIENTELE_TEST_SEED={seed}")  # noqa: T201  # shown where the test fails, to repeat it
    dice = random.Random(seed)
    return [_invoice(dice) for _ in range(INVOICES)]


def _invoice(dice: random.Random) -> Invoice:
    currency, digits = dice.choice(CURRENCIES)
    lines = [
        {
            "quantity": f"{Decimal(dice.randint(1, 20_000)) / 100:.2f}",
            "unit_price": f"{Decimal(dice.randint(0, 60_000)) / dice.choice((1, 100)):.4f}",
            "tax_rate": dice.choice(RATES),
        }
        for _ in range(dice.randint(1, 6))
    ]
    return {"currency": currency, "digits": digits, "lines": lines}


@pytest.fixture(scope="module")
def theirs(invoices: list[Invoice], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What Tryton makes of them."""
    python = tmp_path_factory.mktemp("tryton") / "venv" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    _run(uv, "venv", "--quiet", "--python", sys.executable, python.parent.parent)
    wanted = HERE / "requirements.txt"
    _run(uv, "pip", "install", "--quiet", "--python", python, "--requirement", wanted)
    told = _run(python, HERE / "tryton_books.py", given=json.dumps(invoices))
    found: list[Any] = json.loads(told)
    return found


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


def test_a_thousand_invoices_come_to_the_same_or_differ_by_a_rule(
    invoices: list[Invoice], theirs: list[Any]
) -> None:
    """Two rules of Tryton's are others than ours, and explain every difference there is.

    A half is rounded to the even unit, not up; and tax is taken on lines before they are rounded.
    """
    assert len(theirs) == INVOICES
    alike = 0
    for invoice, found in zip(invoices, map(_read, theirs), strict=True):
        ours = _ours(invoice)
        alike += ours == found
        assert found == _by_their_rules(invoice), (invoice, ours)
        assert abs(ours.total - found.total) <= _furthest_apart(invoice), (invoice, ours)
    print(f"{alike} of {INVOICES} alike, the others by these rules")  # noqa: T201
    assert alike > INVOICES / 2


def _read(found: Any) -> Sums:
    lines = [Decimal(amount) for amount in found["lines"]]
    return Sums(lines, Decimal(found["tax"]), Decimal(found["total"]))


def _ours(invoice: Invoice) -> Sums:
    currency = invoice["currency"]
    amounts = [
        line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"]), currency)
        for line in invoice["lines"]
    ]
    taxed = [Decimal(line["tax_rate"]) for line in invoice["lines"]]
    sums = totals(zip(amounts, taxed, strict=True), currency)
    return Sums(amounts, sums.tax, sums.total)


def _by_their_rules(invoice: Invoice) -> Sums:
    unit = Decimal(1).scaleb(-int(invoice["digits"]))
    exact = [Decimal(each["quantity"]) * Decimal(each["unit_price"]) for each in invoice["lines"]]
    lines = [amount.quantize(unit, ROUND_HALF_EVEN) for amount in exact]
    taxes: dict[str, Decimal] = {}
    for line, amount in zip(invoice["lines"], exact, strict=True):
        due = amount * Decimal(line["tax_rate"]) / 100
        taxes[line["tax_rate"]] = taxes.get(line["tax_rate"], Decimal(0)) + due
    tax = sum((each.quantize(unit, ROUND_HALF_EVEN) for each in taxes.values()), Decimal(0))
    return Sums(lines, tax, tax + sum(lines, Decimal(0)))


def _furthest_apart(invoice: Invoice) -> Decimal:
    """A unit per line and per rate at most, as each is rounded once."""
    rates = {line["tax_rate"] for line in invoice["lines"]}
    return Decimal(len(invoice["lines"]) + len(rates)).scaleb(-int(invoice["digits"]))
