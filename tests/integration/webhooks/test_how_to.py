"""The receiver that the how-to shows, as it is written there."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from shared.ids import uuid7
from tests.fixtures.sink import Received, Reply, Sink
from tests.integration.webhooks.conftest import Office

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "receive-webhooks.md"


def _example() -> Any:
    found = re.search(r"```python\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found.group(1), names)
    return names["receive"]


def test_the_receiver_takes_each_event_down_once_and_nothing_that_is_forged(
    office: Office, sink: Sink, tmp_path: Path
) -> None:
    receive, file = _example(), tmp_path / "taken.db"
    webhook = office.add(sink.url())

    def decide(got: Received) -> Reply:
        store = sqlite3.connect(file)
        try:
            return Reply(receive(webhook["secret"], store, got.headers, got.body))
        finally:
            store.close()

    sink.decide = decide
    told = [office.tell(uuid7()) for _ in range(3)]
    office.dispatch()
    office.ok("POST", f"/{webhook['id']}/replay", {"after": told[0]})
    office.dispatch()
    assert len(sink.received) == 5
    store = sqlite3.connect(file)
    assert {row[0] for row in store.execute("SELECT id FROM taken")} == set(told)
    got = sink.received[0]
    assert receive(webhook["secret"], store, got.headers, got.body + b" ") == 401
    store.close()
