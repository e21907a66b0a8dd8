"""The process `web`: its Flask app, and how it is served."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response

from shared.http.app import take_paths_as_they_are
from shared.http.bodies import allow_long_bodies
from shared.http.identity import note_request_ids
from shared.logging import configure_logging
from shared.processes.api import ServerSettings, serve
from shared.settings import load
from web.api_keys.routes import blueprint as api_keys
from web.audit.routes import blueprint as audit
from web.billing_runs.routes import blueprint as billing_runs
from web.client.routes import blueprint as client
from web.client_form.routes import blueprint as client_form
from web.clients.exports import blueprint as exports
from web.clients.routes import blueprint as clients
from web.deletion.routes import blueprint as deletion
from web.imports.contents import OF_TIME
from web.imports.routes import blueprint as imports
from web.invoice_form.routes import blueprint as invoice_form
from web.invoices.routes import blueprint as invoices
from web.jobs.routes import blueprint as jobs
from web.links.routes import blueprint as links
from web.lists.routes import blueprint as lists
from web.mails.routes import blueprint as mails
from web.merge.routes import blueprint as merge
from web.operator.routes import blueprint as operator
from web.own_fields.routes import blueprint as own_fields
from web.people.routes import blueprint as people
from web.portal.routes import blueprint as portal
from web.portal.signing_in import blueprint as portal_sign_in
from web.portal_access.routes import blueprint as portal_access
from web.profile.routes import blueprint as profile
from web.projects.routes import blueprint as projects
from web.reports.routes import blueprint as reports
from web.roles.routes import blueprint as roles
from web.search.routes import blueprint as search
from web.settings import WebSettings
from web.shell import assets, callers, errors, forms, headers, pages, passing_on, session, texts
from web.sign_in.routes import blueprint as sign_in
from web.statement.routes import blueprint as statement
from web.subscribers.routes import blueprint as subscribers
from web.time.routes import blueprint as time
from web.uploads.routes import blueprint as uploads
from web.webhooks.routes import blueprint as webhooks
from web.wordings.routes import blueprint as wordings
from web.workspace.routes import blueprint as workspace

#: A form holds text, files go to the store: more is refused before it is read.
MAX_FORM_BYTES = 2 * 1024 * 1024

#: The families of pages.
FAMILIES: Final = (
    sign_in, links, profile, workspace, lists, own_fields, people, roles, api_keys, audit,
    clients, client, client_form, uploads, imports, exports, search, portal,
    portal_sign_in, portal_access, reports, deletion, merge, projects, invoices,
    invoice_form, billing_runs, mails, wordings, time, statement, jobs, webhooks,
    subscribers, operator,
)  # fmt: skip


def run() -> None:
    """Serve the web interface until SIGTERM."""
    settings, server = load(WebSettings), load(ServerSettings)
    serve(lambda: create_app(settings), server, server.address(settings.web_url))


def create_app(settings: WebSettings) -> Flask:
    """The Flask app of the web interface; made in each worker process."""
    configure_logging("web", settings.log_level)
    app = Flask("web", static_folder=None, template_folder=None)
    app.jinja_environment = pages.Templates
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM_BYTES
    take_paths_as_they_are(app)
    app.extensions["clientele.web.settings"] = settings
    app.before_request(note_request_ids)
    allow_long_bodies(app)
    for part in (session, callers, forms, headers, texts, assets, pages, errors, passing_on):
        part.prepare(app, settings)
    for family in FAMILIES:
        app.register_blueprint(family)
    app.register_blueprint(imports, name=OF_TIME, url_prefix="/time/imports")
    app.add_url_rule("/healthz", view_func=_is_there)
    app.add_url_rule("/readyz", view_func=_is_there)
    return app


def _is_there() -> Response:
    """Without a database of its own it is ready as soon as it answers."""
    return Response(b'{"status":"ready"}', mimetype="application/json")
