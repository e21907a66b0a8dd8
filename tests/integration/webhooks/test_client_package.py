"""What is posted, as the client package and its example take it."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from clientele_client.errors import BadSignature
from clientele_client.webhooks import verify
from devstack.ports import free_port
from shared.ids import uuid7
from tests.fixtures.elsewhere import Elsewhere
from tests.fixtures.sink import LOOPBACK, Sink
from tests.fixtures.waiting import eventually
from tests.integration.webhooks.conftest import Office


def _is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
        return True
    return False


def _taken(file: Path) -> list[str]:
    with sqlite3.connect(file) as store:
        return [row[0] for row in store.execute("SELECT id FROM taken")]


def test_the_receiver_of_the_page_takes_each_event_down_once(
    office: Office, elsewhere: Elsewhere
) -> None:
    elsewhere.take("subscribing.md")
    port, file = free_port(), elsewhere.folder / "taken.db"
    webhook = office.add(f"http://{LOOPBACK}:{port}/")
    with elsewhere.running("receive.py", str(port), file.name, webhook["secret"]):
        eventually("it listens", lambda: _is_open(port), 20)
        told = [office.tell(uuid7()) for _ in range(3)]
        office.dispatch()
        office.ok("POST", f"/{webhook['id']}/replay", {"after": told[0]})
        office.dispatch()
    assert sorted(_taken(file)) == sorted(told)


def test_old_and_new_secret_are_taken_while_one_is_rotated_and_nothing_forged(
    office: Office, sink: Sink
) -> None:
    webhook = office.add(sink.url())
    rotated = office.ok("POST", f"/{webhook['id']}/rotate-secret")
    told = office.tell(uuid7())
    office.dispatch()
    (got,) = sink.received
    for secret in (webhook["secret"], rotated["secret"]):
        assert verify(secret, got.headers, got.body)["id"] == told
        assert Webhook(secret).verify(got.body, got.headers)["id"] == told
    wrong = "whsec_" + "A" * 43 + "="
    assert verify([wrong, rotated["secret"]], got.headers, got.body)["id"] == told
    late = {**got.headers, "webhook-timestamp": "1"}
    for secret, headers, body in (
        (wrong, got.headers, got.body),
        (webhook["secret"], got.headers, got.body + b" "),
        (webhook["secret"], {**got.headers, "webhook-id": "other"}, got.body),
        (webhook["secret"], late, got.body),
        (webhook["secret"], {}, got.body),
    ):
        with pytest.raises(BadSignature):
            verify(secret, headers, body)
