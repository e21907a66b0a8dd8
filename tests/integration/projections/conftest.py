"""Producers, consumers and the tools between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cli.projections.databases import Engines, owner_engines
from services.activity.events.consumers import apply as apply_to_activity
from services.metrics.totals.consumers import apply as apply_to_metrics
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.events import batch
from tests.integration.messaging.conftest import read_log

Deliver = Callable[[], None]


@pytest.fixture
def owners(settings: Settings) -> Engines:
    """The owners' engines, as the command has them."""
    return owner_engines(settings)


@pytest.fixture
def clients(settings: Settings) -> Runtime:
    """The producing service."""
    return Runtime("clients", settings)


@pytest.fixture
def documents(settings: Settings) -> Runtime:
    """The other producing service."""
    return Runtime("documents", settings)


@pytest.fixture
def metrics(settings: Settings) -> Inbox:
    """The inbox of metrics."""
    return Inbox("metrics", Runtime("metrics", settings).pipe_engine, apply_to_metrics)


@pytest.fixture
def activity(settings: Settings) -> Inbox:
    """The inbox of the timeline."""
    return Inbox("activity", Runtime("activity", settings).pipe_engine, apply_to_activity)


@pytest.fixture
def timeline(settings: Settings) -> Runtime:
    """The service that listens to itself as well."""
    return Runtime("activity", settings)


@pytest.fixture
def deliver(
    clients: Runtime, documents: Runtime, timeline: Runtime, metrics: Inbox, activity: Inbox
) -> Deliver:
    """Number every event and apply it wherever it is subscribed to."""

    def run() -> None:
        _deliver(clients, metrics)
        _deliver(clients, activity)
        _deliver(documents, activity)
        _deliver(timeline, activity)

    return run


def _deliver(producer: Runtime, inbox: Inbox) -> None:
    envelopes = read_log(producer)
    for start in range(0, len(envelopes), 100):
        part = envelopes[start : start + 100]
        inbox.ingest({**batch(part), "source": f"/{producer.service}"})
