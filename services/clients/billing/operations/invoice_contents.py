"""What stands on the papers of invoices and credit notes: their frozen contents in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.clients.billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from services.clients.values import formats

_COLUMNS = ["Description", "Quantity", "Price", "Tax", "Amount"]
_CREDITED_COLUMNS = ["Description", "Tax", "Amount"]


def invoice_content(invoice: Invoice, issuer: Mapping[str, Any]) -> dict[str, Any]:
    """An issued invoice for the layout `invoice`."""
    return {
        **_head(invoice, issuer, "Invoice", str(invoice.number), _COLUMNS),
        "facts": [*_facts(invoice)],
        "lines": [_line(line, invoice.currency) for line in invoice.lines],
        "sums": [*_sums(invoice)],
        "total": _total("Total", invoice.total, invoice.currency),
        "passages": [*_passages(Notes=invoice.notes, Terms=invoice.terms)],
        "payment": _payment(issuer),
    }


def credit_note_content(
    invoice: Invoice, note: CreditNote, issuer: Mapping[str, Any]
) -> dict[str, Any]:
    """A credit note for the same layout."""
    currency = invoice.currency
    return {
        **_head(invoice, issuer, "Credit note", note.number, _CREDITED_COLUMNS),
        "facts": [
            ["Date", formats.day(note.issued_on)],
            ["For invoice", str(invoice.number)],
        ],
        "lines": [_credited_line(line, currency) for line in note.lines],
        "sums": [
            {"label": "Subtotal", "amount": formats.amount(note.subtotal, currency)},
            {"label": "Tax", "amount": formats.amount(note.tax, currency)},
        ],
        "total": _total("Credit", note.total, currency),
        "passages": [*_passages(Reason=note.reason)],
        "payment": None,
    }


def letterhead(issuer: Mapping[str, Any], recipient: Mapping[str, Any]) -> dict[str, Any]:
    """What every paper begins with: who writes to whom, on which paper."""
    return {
        "paper": formats.paper_size(issuer["address"]["country"]),
        "lang": "en",
        "page": "Page",
        "issuer": {"name": issuer["name"], "lines": [*_issuer_lines(issuer)]},
        "recipient": {"name": recipient["company_name"], "lines": [*_recipient_lines(recipient)]},
    }


def _head(
    invoice: Invoice, issuer: Mapping[str, Any], heading: str, number: str, columns: Sequence[str]
) -> dict[str, Any]:
    title = f"{heading} {number}"
    return {
        **letterhead(issuer, invoice.billing_copy or {}),
        "title": title,
        "heading": heading,
        "number": number,
        "foot": f"{issuer['name']} · {title}",
        "words": {"to": "Bill to", "columns": [*columns]},
    }


def _issuer_lines(issuer: Mapping[str, Any]) -> Iterator[str]:
    yield from formats.address_lines(issuer["address"])
    if issuer["tax_id"]:
        yield f"Tax ID {issuer['tax_id']}"
    if issuer["email"]:
        yield issuer["email"]
    if issuer["phone"]:
        yield formats.phone(issuer["phone"])


def _recipient_lines(copy: Mapping[str, Any]) -> Iterator[str]:
    if copy["contact"]["name"]:
        yield copy["contact"]["name"]
    yield from formats.address_lines(copy["address"])


def _total(label: str, total: Decimal, currency: str) -> dict[str, str]:
    return {"label": f"{label} {currency}", "amount": formats.amount(total, currency)}


def _passages(**words: str | None) -> Iterator[dict[str, str]]:
    for label, passage in words.items():
        if passage:
            yield {"label": label, "words": passage}


def _facts(invoice: Invoice) -> Iterator[list[str]]:
    if invoice.issued_on:
        yield ["Invoice date", formats.day(invoice.issued_on)]
    if invoice.due_on:
        yield ["Due", formats.day(invoice.due_on)]
    if invoice.period_start and invoice.period_end:
        period = f"{formats.day(invoice.period_start)} to {formats.day(invoice.period_end)}"
        yield ["Period", period]
    if invoice.purchase_order:
        yield ["Your order", invoice.purchase_order]


def _line(line: InvoiceLine, currency: str) -> dict[str, Any]:
    return {
        "description": line.description,
        "explanation": line.explanation,
        "quantity": formats.quantity(line.quantity),
        "unit_price": formats.price(line.unit_price, currency),
        "tax": formats.percent(line.tax_rate),
        "amount": formats.amount(line.amount, currency),
    }


def _sums(invoice: Invoice) -> Iterator[dict[str, str]]:
    currency = invoice.currency
    yield {"label": "Subtotal", "amount": formats.amount(invoice.subtotal, currency)}
    if invoice.discount:
        percent = invoice.discount_percent
        label = "Discount" if percent is None else f"Discount {formats.percent(percent)}"
        yield {"label": label, "amount": formats.amount(-invoice.discount, currency)}
    for tax in invoice.taxes:
        label = f"Tax {formats.percent(tax.rate)} on {formats.amount(tax.base, currency)}"
        yield {"label": label, "amount": formats.amount(tax.amount, currency)}


def _payment(issuer: Mapping[str, Any]) -> dict[str, Any] | None:
    facts = [
        [label, issuer[name]]
        for label, name in (("How", "payment_instructions"), ("Account", "bank_details"))
        if issuer.get(name)
    ]
    return {"label": "Payment", "facts": facts} if facts else None


def _credited_line(line: CreditNoteLine, currency: str) -> dict[str, Any]:
    return {
        "description": line.description,
        "explanation": None,
        "tax": formats.percent(line.tax_rate),
        "amount": formats.amount(line.amount, currency),
    }
