"""The activity service with its feed, brokers of the test's own, and what a relay has to send."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine

from cli.subscribers import subscribers
from services.activity.events.consumers import apply
from services.activity.events.operations.placing import Placer
from services.activity.subscribers import tasks
from services.activity.subscribers.queries import backlogs
from services.activity.subscribers.tasks import Sender
from shared.db.engine import role_url
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.broker import Broker

UPDATED = "clients.client.updated.v1"


@dataclass
class Firm:
    """Workspaces whose events are placed, and the command that an operator has."""

    runtime: Runtime
    owner: Engine
    environment: dict[str, str]
    source: Source = field(default_factory=Source)
    senders: list[Sender] = field(default_factory=list)

    def tell(self, *types: str, workspace: uuid.UUID | None = None) -> list[Envelope]:
        """Events of these types, applied and placed."""
        told = [self.source.tell(name, client_id=uuid7()) for name in types]
        for each in told:
            each["workspace"] = str(workspace or self.source.workspace_id)
        inbox = Inbox("activity", self.runtime.pipe_engine, apply)
        for start in range(0, len(told), 100):
            inbox.ingest(batch(told[start : start + 100]))
        placer = Placer(self.runtime.pipe_engine, self.runtime.vault)
        while placer.make_round():
            pass
        return told

    def run(self, *arguments: str, workspace: uuid.UUID | None = None) -> Result:
        """`clientele subscribers …` for a workspace."""
        whose = ["--workspace", str(workspace or self.source.workspace_id)]
        own = [] if arguments[0] == "list" else whose
        return CliRunner().invoke(subscribers, [*arguments, *own], env=self.environment)

    def add(self, broker: Broker, *more: str, name: str = "erp", **whose: Any) -> Any:
        """A subscriber with a broker of its own."""
        result = self.run("add", name, "--broker-url", broker.url, "--json", *more, **whose)
        assert result.exit_code == 0, result.output
        return orjson.loads(result.output)

    def standing(self, name: str = "erp") -> Any:
        """Where a subscriber stands."""
        # Not by the command: what a sender logs meanwhile would stand in its output.
        with self.runtime.pipe_engine.connect() as connection:
            return next(asdict(each) for each in backlogs(connection) if each.name == name)

    def sender(self, owner: str = "one") -> Sender:
        """What a relay process has."""
        url = self.runtime.settings.broker_url
        self.senders.append(Sender(self.runtime.pipe_engine, self.runtime.vault, url, owner))
        return self.senders[-1]


@pytest.fixture
def firm(
    settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Firm]:
    """The firm on emptied databases; no turn of its senders outlives the test."""
    monkeypatch.setattr(tasks, "_LINGER_SECONDS", 0.3)
    owner = create_engine(role_url(settings, "activity", "owner"))
    made = Firm(Runtime("activity", settings), owner, environment)
    yield made
    for turn in [turn for sender in made.senders for turn in sender._turns.values()]:
        turn.join(20)


MakeBroker = Callable[[], Broker]


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[MakeBroker]:
    """`make_broker()` → an empty Redis of the test's own."""
    made: list[Broker] = []

    def make() -> Broker:
        made.append(Broker(tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """The broker of the subscriber `erp`."""
    return make_broker()


def messages(broker: Broker, name: str = "erp") -> list[dict[str, Any]]:
    """What waits in a subscriber's queue, oldest first: the arguments of its task."""
    raw = reversed(broker.direct.lrange(f"{name}.ingest", 0, -1))
    return [_arguments(orjson.loads(each), name) for each in raw]


def _arguments(message: Any, name: str) -> dict[str, Any]:
    assert message["headers"]["task"] == f"{name}.ingest"
    positional, named, _ = orjson.loads(base64.b64decode(message["body"]))
    assert positional == []
    found: dict[str, Any] = named
    return found


def ids(told: list[dict[str, Any]]) -> list[str]:
    """The ids of the events in messages."""
    return [event["id"] for message in told for event in message["events"]]
