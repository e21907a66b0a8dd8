"""What is done to an invoice: issued, paid, refunded, credited, declared void, deleted.

Each is a page of its own, the paper beside its form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import Response, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, StaleVersion
from clientele_client.shapes import Invoice
from shared.security.permissions import (
    INVOICES_DELETE,
    INVOICES_ISSUE,
    INVOICES_PAY,
    INVOICES_VOID,
)
from web.invoices import bodies
from web.shell import formats, forms, pages, session, sheets
from web.shell.callers import api, may, require
from web.shell.sheets import Sheet
from web.shell.texts import gettext, noted

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One of them: its name in the address, its button, who may, when, and the call it makes.

    `done` is what is said afterwards; `first` is what its form begins with.
    """

    name: str
    label: str
    icon: str
    permission: str
    is_open: Callable[[Invoice], bool]
    call: Callable[[str, Values, int], Any]
    done: str
    first: Callable[[Invoice], Values] = lambda _: {}
    is_final: bool = False

    def is_offered(self, invoice: Invoice) -> bool:
        """Whether the reader may do it, and the invoice is one to do it to."""
        return may(self.permission) and self.is_open(invoice)


def _is_draft(invoice: Invoice) -> bool:
    return invoice["status"] == "draft"


def _is_issued(invoice: Invoice) -> bool:
    return invoice["status"] in {"issued", "partially_paid", "paid"}


def _has(invoice: Invoice, amount: str) -> bool:
    return Decimal(str(invoice.get(amount))) > 0


def _is_creditable(invoice: Invoice) -> bool:
    return _is_issued(invoice) and Decimal(invoice["amount_credited"]) < Decimal(invoice["total"])


def _is_voidable(invoice: Invoice) -> bool:
    is_used = Decimal(invoice["amount_paid"]) or Decimal(invoice["amount_credited"])
    return invoice["status"] in {"issued", "paid"} and not is_used


def _today() -> str:
    return formats.local_date().isoformat()


def _refund(invoice: Invoice) -> Values:
    owed = Decimal(invoice["balance"])
    return {"amount": f"{-owed}" if owed < 0 else invoice["amount_paid"], "paid_on": _today()}


def _issue(invoice_id: str, values: Values, version: int) -> None:
    key = forms.key_of({**values, "version": version})
    api().billing.issue(invoice_id, values.get("issued_on"), version, key)


def _send(invoice_id: str, values: Values, version: int) -> None:
    key = forms.key_of({**values, "version": version})
    api().correspondence.send_invoice(invoice_id, key)


def _pay(invoice_id: str, values: Values, version: int) -> None:
    api().billing.pay(invoice_id, values, version, forms.key_of({**values, "version": version}))


def _give_back(invoice_id: str, values: Values, version: int) -> None:
    _pay(invoice_id, bodies.as_refund(values), version)


def _void(invoice_id: str, values: Values, version: int) -> None:
    reason = values.get("reason") or ""
    api().billing.void(invoice_id, reason, version, forms.key_of({**values, "version": version}))


def _credit(invoice_id: str, values: Values, version: int) -> None:
    body = bodies.of_credit(values)
    api().billing.credit(invoice_id, body, version, forms.key_of({**body, "version": version}))


def _delete(invoice_id: str, _: Values, version: int) -> None:
    api().billing.delete(invoice_id, version)


ACTS: Final = {
    act.name: act
    for act in (
        Act(
            "issue", noted("Issue"), "send", INVOICES_ISSUE, _is_draft, _issue,
            noted("The invoice is issued, and its PDF is being made."),
            lambda _: {"issued_on": _today()},
        ),
        Act(
            "pay", noted("Record a payment"), "banknote", INVOICES_PAY,
            lambda invoice: _is_issued(invoice) and _has(invoice, "balance"), _pay,
            noted("The payment is recorded."),
            lambda invoice: {"amount": invoice["balance"], "paid_on": _today()},
        ),
        Act(
            "send", noted("Send by mail"), "mail", INVOICES_ISSUE, _is_issued, _send,
            noted("It goes with its PDF to those who receive invoices; who has it is left out."),
        ),
        Act(
            "refund", noted("Record a refund"), "undo-2", INVOICES_PAY,
            lambda invoice: _is_issued(invoice) and _has(invoice, "amount_paid"), _give_back,
            noted("The refund is recorded."), _refund,
        ),
        Act(
            "credit", noted("Issue a credit note"), "receipt-text", INVOICES_ISSUE, _is_creditable,
            _credit, noted("The credit note is issued, and its PDF is being made."),
            lambda _: {"what": "rest"},
        ),
        Act(
            "void", noted("Declare void"), "ban", INVOICES_VOID, _is_voidable, _void,
            noted("The invoice is void. Its number stays taken, its time can be billed again."),
            is_final=True,
        ),
        Act(
            "delete", noted("Delete the draft"), "trash-2", INVOICES_DELETE, _is_draft, _delete,
            noted("The draft was deleted. Its time can be billed again."), is_final=True,
        ),
    )
}  # fmt: skip
#: An act's name in the address of a page.
ANY: Final = f"any({', '.join(ACTS)})"


def ask(invoice_id: Any, name: str) -> Answer:
    """The form of an act, the paper beside it."""
    act, invoice = ACTS[name], api().invoice(str(invoice_id))
    require(act.permission)
    if not act.is_open(invoice):
        session.notice("warn", gettext("That cannot be done to this invoice any more."))
        return pages.go(url_for("invoices.show_invoice", invoice_id=invoice_id))
    return _show(act, invoice, Sheet(act.first(invoice), invoice["version"]))


def carry_out(invoice_id: Any, name: str) -> Answer:
    """Do it; what is wrong stands at its field, with what was typed."""
    act, values = ACTS[name], bodies.typed()
    version = forms.version()
    try:
        act.call(str(invoice_id), bodies.given(values), version)
    except (Conflict, Invalid, StaleVersion) as error:
        error.errors = bodies.at_their_rows(error.errors, values)
        invoice = api().invoice(str(invoice_id))
        return _show(
            act, invoice, sheets.refused(values, error, bodies.label_of, invoice["version"])
        )
    session.notice("good", gettext(act.done))
    return pages.go(
        url_for("invoices.list_invoices")
        if name == "delete"
        else url_for("invoices.show_invoice", invoice_id=invoice_id)
    )


def _show(act: Act, invoice: Invoice, sheet: Sheet) -> Response:
    client = api().client(invoice["client_id"])
    return pages.show(
        "invoices/act.html",
        code=sheet.code,
        act=act,
        acts=[],
        invoice=invoice,
        client=client,
        paper=None,
        sheet=sheet,
    )
