"""A Redis that is full, only reads or is replaced: what was accepted meanwhile is done once it is
well, by jobs, in mail and at webhooks too, and nobody has to start anything again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.fixtures.broker import Broker
from tests.fixtures.firm import LINE, Firm
from tests.fixtures.sink import Sink
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually


@contextlib.contextmanager
def _full(broker: Broker) -> Iterator[None]:
    broker.direct.config_set("maxmemory", "1mb")
    try:
        yield
    finally:
        broker.direct.config_set("maxmemory", "0")


@contextlib.contextmanager
def _only_reading(broker: Broker) -> Iterator[None]:
    broker.lose_its_master()
    try:
        yield
    finally:
        broker.become_master()


def _accept(firm: Firm, doomed: str, client: str) -> dict[str, str]:
    """Where what was accepted says how far it is."""
    path = f"/clients/{doomed}"
    confirm = firm.get(f"{path}/deletion-plan")["confirm"]
    deletion = firm.http.delete(f"/v1{path}", params={"confirm": confirm})
    assert deletion.status_code == 202, deletion.text
    rows = "Company,E-mail\nWorks 1,w1@example.com\nWorks 2,w2@example.com\n"
    imported = firm.http.post("/v1/imports", params={"file_name": "a.csv"}, content=rows)
    assert imported.status_code == 201, imported.text
    exported = firm.post("/exports", {"format": "csv"}, 202)
    made = firm.post(f"/clients/{client}/invoices", {"lines": [LINE]})
    issued = firm.post(f"/invoices/{made['id']}/issue", {}, 200)
    headers = {"If-Match": f'"{issued["version"]}"'}
    sent = firm.http.post(f"/v1/invoices/{made['id']}/send", json={}, headers=headers)
    assert sent.status_code == 202, sent.text
    return {
        f"/deletions/{deletion.json()['deletion_id']}": "done",
        f"/imports/{imported.json()['id']}": "ready",
        f"/jobs/{exported['id']}": "done",
        f"/mails/{sent.json()['mails'][0]}": "sent",
    }


def _states(firm: Firm, paths: dict[str, str]) -> dict[str, str]:
    return {path: firm.get(path)["state"] for path in paths}


@pytest.mark.parametrize("unwell", [_full, _only_reading, Broker.failing_over])
def test_what_was_accepted_is_done_once_redis_is_well(
    system: System, firm: Firm, unwell: Callable[[Broker], AbstractContextManager[None]]
) -> None:
    client, doomed = (firm.client(name)["id"] for name in ("Stays", "Goes"))
    with Sink().serving() as sink:
        firm.post("/webhooks", {"url": sink.url("/hook"), "types": ["clients.invoice.issued.v1"]})
        before = system.log().count("not sent")
        with unwell(system.broker):
            wanted = _accept(firm, doomed, client)
            eventually("a relay meets it", lambda: system.log().count("not sent") > before)
        eventually("all of it is done", lambda: _states(firm, wanted) == wanted, 30)
        eventually("the webhook is told", lambda: sink.at("/hook"), 20)
        firm.sees(client, "clients.invoice.issued.v1")
