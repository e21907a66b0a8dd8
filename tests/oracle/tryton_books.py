"""Invoices through Tryton: lines as JSON in, what Tryton makes of them as JSON out.

Runs in an environment of its own, which has trytond, trytond-account-invoice and proteus; nothing
of ours is imported. Amounts travel as texts.
"""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from typing import Any

os.environ["TRYTOND_DATABASE_URI"] = "sqlite://"
os.environ["DB_NAME"] = ":memory:"

from proteus import Model
from trytond.modules.account.tests.tools import (
    create_chart,
    create_fiscalyear,
    create_tax,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction


def main() -> None:
    """One answer per invoice, in their order."""
    asked = json.load(sys.stdin)
    config = activate_modules("account_invoice", create_company, create_chart)
    year = set_fiscalyear_invoice_sequences(create_fiscalyear())
    year.click("create_period")
    party = Model.get("party.party")(name="Acme")
    if not party.addresses:
        party.addresses.new()
    party.save()
    accounts = get_accounts()
    books = {
        "party": party.id,
        "address": party.addresses[0].id,
        "revenue": accounts["revenue"].id,
        "receivable": accounts["receivable"].id,
        "taxes": {rate: tax(rate) for rate in rates(asked)},
        "currencies": {each: currency(*each) for each in currencies(asked)},
    }
    json.dump(totals(asked, books, config), sys.stdout)


def rates(asked: Any) -> set[str]:
    """The tax rates asked for, but for none."""
    return {line["tax_rate"] for invoice in asked for line in invoice["lines"]} - {"0"}


def currencies(asked: Any) -> set[tuple[str, int]]:
    """The currencies asked for, with their digits."""
    return {(invoice["currency"], invoice["digits"]) for invoice in asked}


def tax(rate: str) -> int:
    """A tax of a rate in percent."""
    made = create_tax(Decimal(rate) / 100)
    made.save()
    return int(made.id)


def currency(code: str, digits: int) -> int:
    """A currency that is rounded to its digits."""
    currency_model = Model.get("currency.currency")
    found = currency_model.find([("code", "=", code)])
    made = found[0] if found else currency_model(name=code, code=code, symbol=code)
    made.digits = digits
    made.rounding = Decimal(1).scaleb(-digits)
    if not made.rates:
        made.rates.new(rate=Decimal(1))
    made.save()
    return int(made.id)


def totals(asked: Any, books: Any, config: Any) -> list[Any]:
    """Drafts of all invoices, with the taxes that Tryton works out."""
    with Transaction().start(config.database_name, 1, context=config.context):
        invoice_model = Pool().get("account.invoice")
        made = invoice_model.create([draft(each, books) for each in asked])
        invoice_model.update_taxes(made)
        return [
            {
                "lines": [str(line.amount) for line in each.lines],
                "subtotal": str(each.untaxed_amount),
                "tax": str(each.tax_amount),
                "total": str(each.total_amount),
            }
            for each in made
        ]


def draft(invoice: Any, books: Any) -> dict[str, Any]:
    """As Tryton takes it."""
    return {
        "type": "out",
        "party": books["party"],
        "invoice_address": books["address"],
        "account": books["receivable"],
        "currency": books["currencies"][invoice["currency"], invoice["digits"]],
        "lines": [("create", [draft_line(line, invoice, books) for line in invoice["lines"]])],
    }


def draft_line(line: Any, invoice: Any, books: Any) -> dict[str, Any]:
    """A line of a free text, with the tax of its rate."""
    rate = line["tax_rate"]
    return {
        "type": "line",
        "currency": books["currencies"][invoice["currency"], invoice["digits"]],
        "account": books["revenue"],
        "description": "Work",
        "quantity": float(line["quantity"]),
        "unit_price": Decimal(line["unit_price"]),
        "taxes": [("add", [books["taxes"][rate]])] if rate != "0" else None,
    }


if __name__ == "__main__":
    main()
