"""The metrics service: what projects and invoices add up to, per client and in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.service import Service
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.http.app import Api
    from shared.messaging.inbox import Apply


def _api(_: Settings) -> Api:
    from services.metrics.totals import routes
    from shared.http.app import Api

    return Api(blueprints=[routes.blueprint, routes.workspace])


def _consumers() -> list[Apply]:
    from services.metrics.totals import consumers

    return [consumers.apply]


METRICS = Service(
    name="metrics",
    settings=Settings,
    api=_api,
    consumers=_consumers,
    uses=(
        *("clients.project.", "clients.invoice."),
        *("clients.client.deleted.", "clients.client.merged.", "clients.draft.discarded."),
    ),
)
