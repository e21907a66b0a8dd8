"""The activity service: every event of a client on one timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.service import Service
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.http.app import Api
    from shared.messaging.inbox import Apply


def _api(_: Settings) -> Api:
    from services.activity.events import routes
    from shared.http.app import Api

    return Api(blueprints=[routes.blueprint, routes.holdings])


def _consumers() -> list[Apply]:
    from services.activity.events import consumers

    return [consumers.apply]


ACTIVITY = Service(name="activity", settings=Settings, api=_api, consumers=_consumers)
