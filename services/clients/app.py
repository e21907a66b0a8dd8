"""The HTTP side of the clients service, which is also the façade: the one public API."""

from __future__ import annotations

from flask import Flask

from services.clients.access.operations.authentication import authenticate
from services.clients.access.routes import blueprint as access
from services.clients.archive.routes import client as archive
from services.clients.archive.routes import workspace as workspace_archive
from services.clients.billing import routes as billing
from services.clients.client_merge.routes import blueprint as client_merge
from services.clients.custom_fields.routes import blueprint as custom_fields
from services.clients.deletion.routes import deletions
from services.clients.drafts.routes import documents as draft_documents
from services.clients.drafts.routes import drafts
from services.clients.forwarding.routes import blueprint as forwarding
from services.clients.gateway.documentation import MergedClients
from services.clients.listing.routes import blueprint as listing
from services.clients.lists.routes.lists import blueprint as lists
from services.clients.records.routes import clients, elements
from services.clients.search.routes import blueprint as search
from services.clients.settings import ClientsSettings
from services.clients.transfer.routes import bulk, exports, imports, jobs
from shared.http.app import create_api


def create_app(settings: ClientsSettings) -> Flask:
    """The Flask app; every feature's routes, the uppermost feature first."""
    blueprints = [
        forwarding,
        archive.blueprint,
        workspace_archive.blueprint,
        draft_documents.blueprint,
        search,
        jobs.blueprint,
        imports.blueprint,
        exports.blueprint,
        bulk.blueprint,
        deletions.blueprint,
        client_merge,
        billing.client_projects,
        billing.projects,
        billing.client_invoices,
        billing.invoices,
        listing,
        clients.blueprint,
        elements.blueprint,
        drafts.blueprint,
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
