"""The runs of auto-invoicing: what each did and did not do, and what comes next."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict
from web.billing_runs import findings
from web.shell import forms, pages, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("billing_runs", __name__, url_prefix="/invoices/runs")
_PAGE: Final = 50


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["findings"] = findings.sentences


@blueprint.get("")
def list_runs() -> Response:
    """Who is invoiced next, and the runs before, newest first."""
    runs = api().automation.run_page(**pages.place(_PAGE))
    preview = [] if request.args.get("cursor") else api().automation.preview()
    return pages.show("billing_runs/list.html", runs=runs, preview=preview)


@blueprint.post("")
def start() -> Answer:
    """Invoice now whoever is due."""
    try:
        run = api().automation.start(forms.idempotency_key())
    except Conflict:
        session.notice("warn", gettext("Nobody is due: no period is over that is not invoiced."))
        return pages.go(url_for("billing_runs.list_runs"))
    return pages.go(url_for("billing_runs.show_run", run_id=run["id"]))


@blueprint.get("/<uuid:run_id>")
def show_run(run_id: Any) -> Response:
    """What a run did for each client and period; it asks again by itself while it goes on."""
    automation = api().automation
    return pages.show(
        "billing_runs/run.html",
        "billing_runs/outcome.html",
        run=automation.run(str(run_id)),
        items=automation.item_page(str(run_id), **pages.place(_PAGE)),
    )
