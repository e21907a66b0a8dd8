"""All invoices with what is open, one of them as paper, and what can be done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_interval
from flask import Blueprint, Response, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, NotFound
from clientele_client.shapes import Invoice, Job
from shared.security.permissions import INVOICES_ISSUE
from web.invoices import acts
from web.shell import formats, forms, pages, session, texts
from web.shell.callers import api, require
from web.shell.texts import gettext

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")
_PAGE: Final = 50
blueprint.add_url_rule(f"/<uuid:invoice_id>/<{acts.ANY}:name>", view_func=acts.ask)
blueprint.add_url_rule(
    f"/<uuid:invoice_id>/<{acts.ANY}:name>", view_func=acts.carry_out, methods=["POST"]
)
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
    """The invoice from the data that its PDF is made of, and how far the PDF is."""
    invoice = api().invoice(str(invoice_id))
    return pages.show(
        "invoices/invoice.html",
        "invoices/printed.html",
        invoice=invoice,
        client=api().client(invoice["client_id"]),
        acts=[act for act in acts.ACTS.values() if act.is_offered(invoice)],
        paper=_paper(invoice),
    )


@dataclass(frozen=True, slots=True)
class _Paper:
    """The newest PDF of an invoice; its job where it is not made yet."""

    printed_at: str | None
    version: int = 0
    job: Job | None = None


def _paper(invoice: Invoice) -> _Paper | None:
    """None of a draft, which is not printed."""
    if invoice["status"] == "draft":
        return None
    found = api().billing.papers(invoice["id"])
    if not found:
        return _Paper(None)
    printed, version = found[0]["printed_at"], found[0]["version"]
    return _Paper(printed, version, None if printed else _job(found[0]["job_id"]))


def _job(job_id: str) -> Job | None:
    """Jobs are kept for a while only."""
    try:
        return api().job(job_id)
    except NotFound:
        return None


@blueprint.get("/<uuid:invoice_id>/pdf")
def download(invoice_id: Any) -> Answer:
    """To the PDF in the store, by a link that is good for a short time."""
    return redirect(api().pdf_link(str(invoice_id)))


@blueprint.post("/<uuid:invoice_id>/pdf")
def print_again(invoice_id: Any) -> Answer:
    """Have the PDF made once more; the one before stays."""
    require(INVOICES_ISSUE)
    api().billing.print_again(str(invoice_id), forms.idempotency_key())
    return pages.go(url_for("invoices.show_invoice", invoice_id=invoice_id))


@blueprint.get("/<uuid:invoice_id>/credit-notes/<uuid:note_id>/pdf")
def download_credit_note(invoice_id: Any, note_id: Any) -> Answer:
    """To the PDF of a credit note, once it is made; until then the invoice says so."""
    try:
        return redirect(api().billing.credit_note_link(str(invoice_id), str(note_id)))
    except Conflict:
        session.notice("warn", gettext("The PDF is being made. Try again in a moment."))
        return pages.go(url_for("invoices.show_invoice", invoice_id=invoice_id))


def period(invoice: Mapping[str, Any]) -> str:
    """`1 – 30 Sept 2026`, as far as it is known."""
    start, end = invoice["period_start"], invoice["period_end"]
    if not start or not end:
        return formats.short(start or end)
    days = (date.fromisoformat(start), date.fromisoformat(end))
    locale = "en_GB" if formats.is_english() else texts.locale()
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
