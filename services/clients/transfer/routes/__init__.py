"""Transfer over HTTP."""

from __future__ import annotations

from services.clients.transfer.routes.bulk import blueprint as bulk
from services.clients.transfer.routes.exports import blueprint as exports
from services.clients.transfer.routes.imports import blueprint as imports
from services.clients.transfer.routes.jobs import blueprint as jobs

BLUEPRINTS = (jobs, imports, exports, bulk)
