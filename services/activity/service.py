"""The activity service: every event of a client on one timeline."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from services.activity.settings import ActivitySettings
from shared.service import Service

if TYPE_CHECKING:
    from shared.http.app import Api
    from shared.messaging.inbox import Apply
    from shared.runtime import Runtime
    from shared.service import Round


def _api(_: ActivitySettings) -> Api:
    from services.activity.events.routes import audit, feed, timeline
    from services.activity.subscribers.routes import blueprint as subscribers
    from services.activity.webhooks.routes import blueprint as webhooks
    from shared.http.app import Api

    of_events = [timeline.blueprint, timeline.holdings, feed.blueprint, audit.blueprint]
    return Api(blueprints=[*of_events, webhooks, subscribers])


def _consumers() -> list[Apply]:
    from services.activity.events import consumers as events
    from services.activity.webhooks import consumers as webhooks

    return [webhooks.apply, events.apply]


def _beside(runtime: Runtime, settings: ActivitySettings) -> list[Round]:
    from services.activity.events.operations.placing import Placer, Retirement
    from services.activity.subscribers.tasks import Sender

    engine, vault = runtime.pipe_engine, runtime.vault
    sender = Sender(engine, vault, settings.broker_url, f"{socket.gethostname()}:{os.getpid()}")
    retirement = Retirement(engine, settings.feed_days)
    return [Placer(engine, vault).make_round, retirement.make_round, sender.make_round]


def _dispatch(runtime: Runtime) -> None:
    from services.activity.webhooks.tasks.dispatcher import dispatch

    dispatch(runtime)


ACTIVITY = Service(
    name="activity",
    settings=ActivitySettings,
    api=_api,
    consumers=_consumers,
    beside=_beside,
    dispatch=_dispatch,
)
