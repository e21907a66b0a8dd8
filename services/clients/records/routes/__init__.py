"""The record over HTTP."""

from __future__ import annotations

from services.clients.records.routes.clients import blueprint as clients
from services.clients.records.routes.drafts import blueprint as drafts
from services.clients.records.routes.elements import blueprint as elements

BLUEPRINTS = (clients, elements, drafts)
