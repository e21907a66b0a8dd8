"""The activity service, receivers on loopback, and a dispatcher whose clock the test moves."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
import pytest
from flask.testing import FlaskClient

from services.activity.service import ACTIVITY
from services.activity.settings import ActivitySettings
from services.activity.webhooks.operations.resolving import Resolve, addresses_of
from services.activity.webhooks.tasks.dispatcher import Dispatcher
from services.activity.webhooks.tasks.sending import Sender
from shared.contracts.catalogue import find
from shared.ids import uuid7
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import load
from tests.factories.callers import service_token
from tests.factories.envelopes import EPOCH
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Sink

_EVENT = """
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, data)
    VALUES (%(event_id)s, %(workspace)s, %(client)s, '/clients', %(epoch)s, %(pos)s, %(type)s,
            'client/x', 1, clock_timestamp(), %(actor)s, 'test', %(data)s)
"""
_PLACE = """
    INSERT INTO feed (pos, workspace_id, source, source_pos, event_id, client_id, type, parked,
                      payload_hash, seal, size, fed_at)
    VALUES (%(pos)s, %(workspace)s, '/clients', %(pos)s, %(event_id)s, %(client)s, %(type)s,
            %(parked)s, '', '', 0, coalesce(%(fed_at)s, clock_timestamp()))
"""
UPDATED = "clients.client.updated.v1"


@dataclass
class Clock:
    """A clock that the test moves."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


@dataclass
class Office:
    """A workspace whose events go to webhooks."""

    runtime: Runtime
    http: FlaskClient
    database: psycopg.Connection[Any]
    clock: Clock = field(default_factory=Clock)
    workspace_id: uuid.UUID = field(default_factory=uuid7)
    positions: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(
        self,
        method: str,
        path: str = "",
        body: Any = None,
        permissions: frozenset[str] = PERMISSIONS,
        **headers: str,
    ) -> Any:
        """One request, as the façade passes it on."""
        token = service_token(self.runtime.vault, "activity", self.workspace_id, *permissions)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(
            f"/v1/webhooks{path}",
            method=method,
            json=body,
            headers={**sent, "Authorization": f"Bearer {token}"},
        )

    def ok(self, method: str, path: str = "", body: Any = None, **more: Any) -> Any:
        """The JSON of a request that is accepted."""
        answer = self.call(method, path, body, **more)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    def add(self, url: str, *types: str, **more: Any) -> Any:
        """A webhook."""
        return self.ok("POST", "", {"url": url, "types": list(types) or ["*"], **more})

    def tell(
        self,
        client_id: uuid.UUID | None = None,
        event_type: str = UPDATED,
        *,
        parked: bool = False,
        fed_at: datetime | None = None,
        **data: Any,
    ) -> str:
        """An event with its place in the feed; its id."""
        told = {
            "event_id": uuid7(),
            "workspace": self.workspace_id,
            "client": client_id,
            "epoch": EPOCH,
            "pos": next(self.positions),
            "type": event_type,
            "parked": parked,
            "fed_at": fed_at,
            "actor": orjson.dumps({"kind": "user", "id": "1", "name": "Jo Park"}).decode(),
            "data": orjson.dumps(data or find(event_type).example()).decode(),
        }
        with self.database.transaction():
            if not parked:
                self.database.execute(_EVENT, told)
            self.database.execute(_PLACE, told)
        return str(told["event_id"])

    def dispatch(self, resolve: Resolve = addresses_of, **sender: Any) -> None:
        """Let a dispatcher do what is due now, to the end."""

        async def work() -> None:
            networks = self.runtime.settings.webhook_networks  # type: ignore[attr-defined]
            async with Sender(networks, resolve=resolve, clock=self.clock, **sender) as made:
                dispatcher = Dispatcher(self.runtime, made, clock=self.clock, chance=lambda: 0.5)
                await dispatcher.drain()

        asyncio.run(work())

    def deliveries(self, webhook: Any, **query: Any) -> list[Any]:
        """The newest part of a webhook's delivery log, oldest first."""
        page = self.ok("GET", f"/{webhook['id']}/deliveries?limit=200")
        return list(reversed(page["data"]))

    def states(self, webhook: Any) -> list[str]:
        """The states of its deliveries, oldest first."""
        return [each["state"] for each in self.deliveries(webhook)]

    def webhook(self, webhook: Any) -> Any:
        """The webhook as it is now."""
        return self.ok("GET", f"/{webhook['id']}")


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver."""
    with Sink().serving() as serving:
        yield serving


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(databases: Databases) -> Iterator[MakeOffice]:
    """`make_office(allow)` → a workspace on the emptied databases."""
    with psycopg.connect(databases.url("activity"), autocommit=True) as database:
        positions = itertools.count(1)

        def make(allow: str = "127.0.0.1/32") -> Office:
            environment = {**databases.environment, "CLIENTELE_WEBHOOK_ALLOW": allow}
            settings = load(ActivitySettings, environment)
            runtime = Runtime("activity", settings)
            http = create_app(ACTIVITY, settings).test_client()
            return Office(runtime, http, database, positions=positions)

        yield make


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    """A workspace that may send to loopback."""
    return make_office()
