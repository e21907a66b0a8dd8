"""The activity service with its inbox and its HTTP side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine

from services.activity.events.consumers import apply
from services.activity.service import ACTIVITY
from services.activity.settings import ActivitySettings
from shared.db.engine import role_url
from shared.messaging.inbox import Inbox
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import Settings, load
from tests.factories.callers import service_caller
from tests.factories.envelopes import Source

Get = Callable[..., Any]


@pytest.fixture
def runtime(environment: dict[str, str]) -> Runtime:
    """The service's process."""
    return Runtime("activity", load(ActivitySettings, environment))


@pytest.fixture
def inbox(runtime: Runtime) -> Inbox:
    """Its inbox with the real `apply`."""
    return Inbox("activity", runtime.pipe_engine, apply)


@pytest.fixture
def owner(settings: Settings) -> Engine:
    """The tools' view of its database: every workspace at once."""
    return create_engine(role_url(settings, "activity", "owner"))


@pytest.fixture
def source() -> Source:
    """The clients service as a source of events."""
    return Source()


@pytest.fixture
def http(runtime: Runtime) -> FlaskClient:
    """The service's HTTP side."""
    return create_app(ACTIVITY, cast(ActivitySettings, runtime.settings)).test_client()


@pytest.fixture
def get(runtime: Runtime, http: FlaskClient, source: Source) -> Get:
    """GET as the façade would for a caller of the source's workspace; checks the status."""
    return service_caller(http, runtime.vault, "activity", source.workspace_id)
