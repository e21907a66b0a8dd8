"""All invoices with what is open, and one of them as paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel.dates import format_interval
from flask import Blueprint, Response, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from web.shell import formats, pages
from web.shell.callers import api

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")
_PAGE: Final = 50
_NARROWED_BY: Final = ("status", "from", "to", "currency", "cursor")


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    env = state.app.jinja_env
    env.filters.update(period=period, days_ago=days_ago, lines=address_lines)


@blueprint.get("")
def list_invoices() -> Response:
    """Invoices of all clients, newest first, with sums of all that fit."""
    wanted = {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}
    late = {"overdue": "true"} if request.args.get("overdue") else {}
    found = api().all_invoices(limit=_PAGE, **wanted, **late)
    return pages.show("invoices/list.html", "invoices/results.html", page=found)


@blueprint.get("/<uuid:invoice_id>")
def show_invoice(invoice_id: Any) -> Response:
    """The invoice from the data that its PDF is made of."""
    invoice = api().invoice(str(invoice_id))
    client = api().client(invoice["client_id"])
    return pages.show("invoices/invoice.html", invoice=invoice, client=client)


@blueprint.get("/<uuid:invoice_id>/pdf")
def download(invoice_id: Any) -> Answer:
    """To the PDF in the store, by a link that is good for a short time."""
    return redirect(api().pdf_link(str(invoice_id)))


def period(invoice: Mapping[str, Any]) -> str:
    """`1 – 30 Sept 2026`, as far as it is known."""
    start, end = invoice["period_start"], invoice["period_end"]
    if not start or not end:
        return formats.short(start or end)
    days = (date.fromisoformat(start), date.fromisoformat(end))
    locale = "en_GB" if formats.is_english() else formats.locale()
    return format_interval(*days, "yMMMd", locale=locale)


def days_ago(day: str) -> int:
    """How many days a date is past."""
    return (formats.local_date() - date.fromisoformat(day)).days


def address_lines(address: Mapping[str, str | None] | None) -> list[str]:
    """An address as it is written on paper, line by line."""
    found = address or {}
    place = " ".join(filter(None, (found.get("state"), found.get("postal_code"))))
    city = ", ".join(filter(None, (found.get("city"), place)))
    return [line for line in (found.get("street"), city) if line]
