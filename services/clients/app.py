"""The HTTP side of the clients service, which is also the façade: the one public API."""

from __future__ import annotations

from flask import Flask

from services.clients.access.authentication import authenticate
from services.clients.access.routes import blueprint as access
from services.clients.billing import routes as billing
from services.clients.custom_fields.routes import blueprint as custom_fields
from services.clients.facade.archive_routes import blueprint as facade_archive
from services.clients.facade.documentation import MergedClients
from services.clients.facade.draft_routes import blueprint as facade_drafts
from services.clients.facade.routes import blueprint as facade
from services.clients.facade.search_routes import blueprint as search
from services.clients.facade.workspace_archive_routes import blueprint as workspace_archive
from services.clients.lifecycle import routes as lifecycle
from services.clients.lists.routes import blueprint as lists
from services.clients.records import routes as records
from services.clients.settings import ClientsSettings
from services.clients.transfer import routes as transfer
from services.clients.views.routes import blueprint as views
from shared.http.app import create_api


def create_app(settings: ClientsSettings) -> Flask:
    """The Flask app; every feature's routes, the uppermost feature first."""
    blueprints = [
        facade,
        facade_archive,
        workspace_archive,
        facade_drafts,
        search,
        *transfer.BLUEPRINTS,
        *lifecycle.BLUEPRINTS,
        billing.client_projects,
        billing.projects,
        billing.client_invoices,
        billing.invoices,
        views,
        *records.BLUEPRINTS,
        lists,
        custom_fields,
        access,
    ]
    return create_api(
        "clients",
        settings,
        blueprints,
        authenticate,
        title="Clientele",
        plugins=[MergedClients()],
    )
