"""The metrics service with its inbox and its HTTP side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, text

from services.metrics.service import METRICS
from services.metrics.totals.consumers import apply
from shared.db.engine import role_url
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.callers import service_caller
from tests.factories.envelopes import Source

Get = Callable[..., Any]


@pytest.fixture
def runtime(settings: Settings) -> Runtime:
    """The service's process."""
    return Runtime("metrics", settings)


@pytest.fixture
def inbox(runtime: Runtime) -> Inbox:
    """Its inbox with the real `apply`."""
    return Inbox("metrics", runtime.pipe_engine, apply)


@pytest.fixture
def owner(settings: Settings) -> Engine:
    """The tools' view of its database: every workspace at once."""
    return create_engine(role_url(settings, "metrics", "owner"))


@pytest.fixture
def source() -> Source:
    """The clients service as a source of events."""
    return Source()


@pytest.fixture
def http(runtime: Runtime) -> FlaskClient:
    """The service's HTTP side."""
    return create_app(METRICS, runtime.settings).test_client()


@pytest.fixture
def get(runtime: Runtime, http: FlaskClient, source: Source) -> Get:
    """GET as the façade would for a caller of the source's workspace; checks the status."""
    return service_caller(http, runtime.vault, "metrics", source.workspace_id)


@contextmanager
def as_app(runtime: Runtime, workspace_id: object) -> Iterator[Connection]:
    """A transaction as the inbox opens it around `apply`."""
    with runtime.app_engine.begin() as connection:
        connection.execute(
            text("SELECT set_config('app.workspace', :id, true)"), {"id": str(workspace_id)}
        )
        yield connection


def apply_now(runtime: Runtime, envelopes: Sequence[Envelope]) -> None:
    """Apply envelopes of one workspace in a transaction, with no inbox in front."""
    with as_app(runtime, envelopes[0]["workspace"]) as connection:
        apply(connection, envelopes)
