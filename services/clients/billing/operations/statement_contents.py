"""What stands on the paper of a statement of account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_name

from services.clients.billing.operations.invoice_contents import letterhead
from services.clients.billing.queries.statements import (
    CREDIT_NOTE,
    INVOICE,
    PAYMENT,
    REFUND,
    Account,
    StatementLine,
)
from services.clients.values import formats

_COLUMNS = ["Date", "", "Charged", "Paid", "Balance"]
_WORDS = {INVOICE: "Invoice", CREDIT_NOTE: "Credit note", PAYMENT: "Payment", REFUND: "Refund"}


def statement_content(
    issuer: Mapping[str, Any],
    recipient: Mapping[str, Any],
    first: date,
    last: date,
    accounts: Sequence[Account],
) -> dict[str, Any]:
    """A statement for the layout `statement`, an account per currency."""
    number = recipient["client_code"]
    title = f"Statement {number or recipient['company_name']} to {formats.day(last)}"
    return {
        **letterhead(issuer, recipient),
        "title": title,
        "heading": "Statement of account",
        "number": number,
        "foot": f"{issuer['name']} · {title}",
        "facts": [["From", formats.day(first)], ["To", formats.day(last)]],
        "words": {"to": "For", "columns": _COLUMNS},
        "accounts": [_account(account, first) for account in accounts],
    }


def _account(account: Account, first: date) -> dict[str, Any]:
    currency = account.currency
    moved = [line.amount for line in account.lines]
    charged = sum((amount for amount in moved if amount > 0), Decimal(0))
    paid = -sum((amount for amount in moved if amount < 0), Decimal(0))
    return {
        "heading": f"{get_currency_name(currency, locale='en')} ({currency})",
        "lines": [_opening(account, first), *_lines(account)],
        "sums": [
            {"label": "Charged", "amount": formats.amount(charged, currency)},
            {"label": "Paid and credited", "amount": formats.amount(paid, currency)},
        ],
        "total": {
            "label": "Closing balance",
            "amount": formats.amount(account.closing, currency),
        },
    }


def _opening(account: Account, first: date) -> dict[str, str]:
    balance = formats.amount(account.opening, account.currency)
    return {
        "day": formats.short_day(first),
        "what": "Opening balance",
        "charge": "",
        "payment": "",
        "balance": balance,
    }


def _lines(account: Account) -> Iterator[dict[str, str]]:
    for line in account.lines:
        amount = formats.amount(abs(line.amount), account.currency)
        yield {
            "day": formats.short_day(line.day),
            "what": _what(line),
            "charge": amount if line.amount > 0 else "",
            "payment": amount if line.amount <= 0 else "",
            "balance": formats.amount(line.balance, account.currency),
        }


def _what(line: StatementLine) -> str:
    between = " for " if line.kind in (PAYMENT, REFUND) else " "
    said = f"{_WORDS[line.kind]}{between}{line.number}"
    return f"{said}, {line.reference}" if line.reference else said
