"""Invoices through Tryton: lines, credit notes and payments as JSON in, what they come to as JSON
out.

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

#: What Tryton counts in: it is locked from the beginning of a transaction, or not at all.
NUMBERED = ["ir_sequence_strict", "ir_sequence", "account_journal_period"]

AT_ONCE = 100


def main() -> None:
    """One answer per invoice, in their order."""
    asked = json.load(sys.stdin)
    config = activate_modules("account_invoice", firm, create_chart)
    year = set_fiscalyear_invoice_sequences(create_fiscalyear())
    year.click("create_period")
    accounts = get_accounts()
    books = {
        "revenue": accounts["revenue"].id,
        "receivable": accounts["receivable"].id,
        "journal": journal("revenue").id,
        "cash": payment_method(accounts["cash"]),
        "taxes": {rate: tax(rate) for rate in rates(asked)},
        "currencies": {each: currency(*each) for each in currencies(asked)},
    }
    json.dump(totals(asked, books, config), sys.stdout)


def firm(config: Any) -> None:
    """A firm whose own books are kept to ten-thousandths, in which all currencies are exact."""
    create_company(currency=Model.get("currency.currency")(currency("XTS", 4)), config=config)


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


def journal(kind: str) -> Any:
    """Where moves of a kind are kept."""
    return Model.get("account.journal").find([("type", "=", kind)], limit=1)[0]


def payment_method(account: Any) -> int:
    """A way to pay, and to be paid back, in cash."""
    made = Model.get("account.invoice.payment.method")(name="Cash", journal=journal("cash"))
    made.credit_account = made.debit_account = account
    made.save()
    return int(made.id)


def totals(asked: Any, books: Any, config: Any) -> list[Any]:
    """All invoices posted with their credit notes, and paid: each as Tryton works it out."""
    begun = {"context": config.context, "_lock_tables": NUMBERED}
    with Transaction().start(config.database_name, 1, **begun):
        invoices, notes = [], []
        for each, party in zip(asked, parties(len(asked)), strict=True):
            invoices += [draft(each, each["lines"], party, books)]
            notes += [draft(each, note, party, books, -1) for note in each["credits"]]
        invoices, notes = posted(invoices), iter(posted(notes))
        return [
            account(each, invoice, [next(notes) for _ in each["credits"]], books)
            for each, invoice in zip(asked, invoices, strict=True)
        ]


def parties(how_many: int) -> Any:
    """Customers, one of an invoice each, so that what is owed of it is what the customer owes."""
    party_model = Pool().get("party.party")
    wanted = {"name": "Acme", "addresses": [("create", [{}])]}
    return party_model.create([wanted] * how_many)


def account(asked: Any, invoice: Any, credits: Any, books: Any) -> dict[str, Any]:
    """What an invoice and its credit notes come to, and what is owed once all is paid."""
    paid = Decimal(0)
    for told in asked["payments"]:
        amount = owed(invoice, books) if told is None else Decimal(told)
        if 0 < amount <= invoice.total_amount - paid:
            pay(invoice, amount, books)
            paid += amount
        elif amount:
            move_money(invoice, amount, books)
    notes = [sums(note) for note in credits]
    return {**sums(invoice), "credits": notes, "open": str(owed(invoice, books))}


def posted(wanted: Any) -> Any:
    """Invoices that count, made so many at once as the database takes."""
    invoice_model = Pool().get("account.invoice")
    made = []
    for start in range(0, len(wanted), AT_ONCE):
        some = invoice_model.create(wanted[start : start + AT_ONCE])
        invoice_model.update_taxes(some)
        invoice_model.post(some)
        made += some
    return made


def pay(invoice: Any, amount: Decimal, books: Any) -> None:
    """Enter a payment of an invoice."""
    pool = Pool()
    method = pool.get("account.invoice.payment.method")(books["cash"])
    paid = pool.get("account.invoice")(invoice.id)
    paid.pay_invoice(amount, method, invoice.invoice_date)


def move_money(invoice: Any, amount: Decimal, books: Any) -> None:
    """Move money from the customer to cash, or back below zero: Tryton's invoices themselves take
    no refund, nor what was given back once more."""
    pool = Pool()
    method = pool.get("account.invoice.payment.method")(books["cash"])
    move_model = pool.get("account.move")
    sides = (
        ({"account": books["receivable"], "party": invoice.party}, -amount),
        ({"account": method.debit_account}, amount),
    )
    lines = [
        {**side, "debit": max(each, 0), "credit": max(-each, 0), "amount_second_currency": each,
         "second_currency": invoice.currency}
        for side, each in sides
    ]  # fmt: skip
    move = {"journal": method.journal, "period": invoice.move.period, "date": invoice.invoice_date,
            "lines": [("create", lines)]}  # fmt: skip
    move_model.post(move_model.create([move]))


def owed(invoice: Any, books: Any) -> Decimal:
    """The customer's account in the currency of the invoice."""
    line_model = Pool().get("account.move.line")
    lines = line_model.search(
        [("account", "=", books["receivable"]), ("party", "=", invoice.party.id)]
    )
    return sum((line.amount_second_currency for line in lines), Decimal(0))


def sums(invoice: Any) -> dict[str, Any]:
    """What an invoice comes to, as texts."""
    return {
        "lines": [str(line.amount) for line in invoice.lines],
        "tax": str(invoice.tax_amount),
        "total": str(invoice.total_amount),
    }


def draft(invoice: Any, lines: Any, party: Any, books: Any, sign: int = 1) -> dict[str, Any]:
    """As Tryton takes it; a credit note is an invoice of less than nothing."""
    currency_id = books["currencies"][invoice["currency"], invoice["digits"]]
    return {
        "type": "out",
        "party": party.id,
        "invoice_address": party.addresses[0].id,
        "account": books["receivable"],
        "journal": books["journal"],
        "currency": currency_id,
        "lines": [("create", [draft_line(line, currency_id, books, sign) for line in lines])],
    }


def draft_line(line: Any, currency_id: int, books: Any, sign: int) -> dict[str, Any]:
    """A line of a free text, with the tax of its rate."""
    rate = line["tax_rate"]
    return {
        "type": "line",
        "currency": currency_id,
        "account": books["revenue"],
        "description": "Work",
        "quantity": sign * float(line["quantity"]),
        "unit_price": Decimal(line["unit_price"]),
        "taxes": [("add", [books["taxes"][rate]])] if rate != "0" else None,
    }


if __name__ == "__main__":
    main()
