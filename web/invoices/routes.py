"""One invoice, as paper, with its payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_interval
from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from web.shell import formats, pages
from web.shell.callers import api

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters.update(period=period, days_ago=days_ago)


@blueprint.get("/<uuid:invoice_id>")
def show_invoice(invoice_id: Any) -> Response:
    """The invoice from the data that its PDF is made of."""
    invoice = api().invoice(str(invoice_id))
    client = api().client(invoice["client_id"])
    return pages.show("invoices/invoice.html", invoice=invoice, client=client)


def period(invoice: Any) -> str:
    """`1 – 30 Sept 2026`, as far as it is known."""
    start, end = invoice["period_start"], invoice["period_end"]
    if not start or not end:
        return formats.short(start or end)
    days = (date.fromisoformat(start), date.fromisoformat(end))
    return format_interval(
        *days, "yMMMd", locale="en_GB" if formats.is_english() else formats.locale()
    )


def days_ago(day: str) -> int:
    """How many days a date is past."""
    return (formats.local_date() - date.fromisoformat(day)).days
