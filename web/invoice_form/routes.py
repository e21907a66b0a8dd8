"""A draft invoice is made and edited: lines in their order, discount, days, texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, StaleVersion
from clientele_client.shapes import Client, Invoice
from shared.security.permissions import INVOICES_CREATE, INVOICES_UPDATE
from web.invoice_form import fields
from web.shell import forms, pages, reading, session, sheets
from web.shell.callers import api, me, require
from web.shell.sheets import Sheet
from web.shell.texts import gettext

blueprint = Blueprint("invoice_form", __name__)
_NEW: Final = "/clients/<uuid:client_id>/invoices/new"
_EDIT: Final = "/invoices/<uuid:invoice_id>/edit"


@blueprint.get(_NEW)
def begin(client_id: Any) -> Response:
    """A new draft with one empty line."""
    require(INVOICES_CREATE)
    client = api().client(str(client_id))
    return _show(Sheet({"currency": me()["workspace"]["currency"]}), client)


@blueprint.post(_NEW)
def create(client_id: Any) -> Answer:
    """Make the draft, or redraw the form as its button says."""
    values = reading.typed(request.form, fields.NAMES)
    focus = fields.carried_out(values)
    if focus is not None:
        return _show(Sheet(values, focus=focus), api().client(str(client_id)))
    try:
        body = fields.of_new(values)
        invoice = api().billing.create(str(client_id), body, forms.key_of(body))
    except (Conflict, Invalid) as error:
        sheet = sheets.refused(values, error, fields.label_of, 0)
        return _show(sheet, api().client(str(client_id)))
    return _made(invoice)


@blueprint.get(_EDIT)
def edit(invoice_id: Any) -> Answer:
    """A draft as it is."""
    require(INVOICES_UPDATE)
    invoice = api().invoice(str(invoice_id))
    if invoice["status"] != "draft":
        session.notice("warn", gettext("It was issued, and is never changed any more."))
        return pages.go(_url(invoice))
    return _edit(invoice, Sheet(invoice, invoice["version"]))


@blueprint.post(_EDIT)
def save(invoice_id: Any) -> Answer:
    """Save the draft, or redraw the form as its button says."""
    values = reading.typed(request.form, fields.NAMES)
    version = forms.version()
    focus = fields.carried_out(values)
    if focus is not None:
        return _edit(api().invoice(str(invoice_id)), Sheet(values, version, focus=focus))
    try:
        key = forms.key_of({**values, "version": version})
        invoice = api().billing.update(str(invoice_id), values, version, key)
    except (Conflict, Invalid, StaleVersion) as error:
        found = api().invoice(str(invoice_id))
        return _edit(found, sheets.refused(values, error, fields.label_of, found["version"]))
    session.notice("good", gettext("Saved."))
    return pages.go(_url(invoice))


def _made(invoice: Invoice) -> Answer:
    session.notice("good", gettext("The draft is made. Look it over, then issue it."))
    return pages.go(_url(invoice))


def _url(invoice: Invoice) -> str:
    return url_for("invoices.show_invoice", invoice_id=invoice["id"])


def _edit(invoice: Invoice, sheet: Sheet) -> Response:
    return _show(sheet, api().client(invoice["client_id"]), invoice)


def _show(sheet: Sheet, client: Client, invoice: Invoice | None = None) -> Response:
    """The form; lines of time keep their hours and their rate."""
    lines = invoice["lines"] if invoice else []
    return pages.show(
        "invoice_form/page.html",
        "invoice_form/form.html",
        code=sheet.code,
        sheet=sheet,
        client=client,
        invoice=invoice,
        of_time={line["id"]: line for line in lines if line["kind"] != "free"},
        url=request.path,
    )


# --- of time -----------------------------------------------------------------------------

_FROM_TIME: Final = "/clients/<uuid:client_id>/invoices/from-time"


@blueprint.get(_FROM_TIME)
def choose_period(client_id: Any) -> Response:
    """Up to which day time is billed, and which time that would be."""
    require(INVOICES_CREATE)
    client = api().client(str(client_id))
    values = {name: request.args.get(name, "") for name in fields.PERIOD}
    if any(values.values()):
        return _period(client, Sheet(values), _unbilled(client, values))
    return _period(client, *_usual(client))


@blueprint.post(_FROM_TIME)
def bill_time(client_id: Any) -> Answer:
    """Make a draft of all of it; what has no rate is named."""
    values = reading.typed(request.form, fields.PERIOD)
    body = {name: value for name, value in values.items() if value}
    try:
        invoice = api().billing.create_from_time(str(client_id), body, forms.key_of(body))
    except (Conflict, Invalid) as error:
        client = api().client(str(client_id))
        sheet = sheets.refused(values, error, fields.label_of, 0)
        return _period(client, sheet, _unbilled(client, values))
    return _made(invoice)


def _usual(client: Client) -> tuple[Sheet, fields.Unbilled | None]:
    """The last month; where there is nothing to bill up to its end, the present one."""
    last, present = fields.last_month(), fields.this_month()
    left = _unbilled(client, last)
    return (
        (Sheet(last), left) if left and left.rows else (Sheet(present), _unbilled(client, present))
    )


def _period(client: Client, sheet: Sheet, unbilled: fields.Unbilled | None) -> Response:
    return pages.show(
        "invoice_form/from_time.html",
        code=sheet.code,
        client=client,
        sheet=sheet,
        unbilled=unbilled,
    )


def _unbilled(client: Client, values: Mapping[str, Any]) -> fields.Unbilled | None:
    """What would be billed; None where the day makes no sense."""
    try:
        entries = api().work.entries(
            client_id=client["id"], to=values.get("period_end") or None, billed="false"
        )
        return fields.Unbilled.of(entries)
    except Invalid:
        return None
