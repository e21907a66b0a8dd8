"""How far behind webhooks are, as an operator asks it."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from cli.messages import lag
from cli.webhooks import webhooks
from shared.ids import uuid7
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Reply, Sink
from tests.fixtures.waiting import eventually
from tests.integration.webhooks.conftest import MakeOffice, Office


def _backlogs(databases: Databases) -> dict[str, Any]:
    ran = CliRunner().invoke(webhooks, ["--json"], env=databases.environment)
    assert ran.exit_code == 0, ran.output
    return {each.pop("webhook"): each for each in json.loads(ran.output)}


def test_what_is_unread_waits_or_is_held_is_counted_with_its_age(
    make_office: MakeOffice, sink: Sink, databases: Databases
) -> None:
    office, other = make_office(), make_office()
    behind, level = office.add(sink.url("/down")), other.add(sink.url("/up"))
    sink.decide = lambda got: Reply(500 if got.path == "/down" else 204)
    client = uuid7()
    for _ in range(3):
        office.tell(client)
    other.tell(client)
    unread = _backlogs(databases)[behind["id"]]
    assert (unread["unread"], unread["waiting"], unread["held"]) == (3, 0, 0)
    office.dispatch()
    found = _backlogs(databases)
    assert {name: found[behind["id"]][name] for name in ("state", "unread", "waiting", "held")} == {
        "state": "active", "unread": 0, "waiting": 1, "held": 2,
    }  # fmt: skip
    eventually("it has an age", lambda: _backlogs(databases)[behind["id"]]["seconds"] > 0)
    assert found[behind["id"]]["workspace"] == str(office.workspace_id)
    assert (found[level["id"]]["waiting"], found[level["id"]]["seconds"]) == (0, 0.0)


def test_the_table_is_for_people_and_says_so_when_there_is_none(
    office: Office, sink: Sink, databases: Databases
) -> None:
    ran = CliRunner().invoke(webhooks, [], env=databases.environment)
    assert ran.output == "No workspace has a webhook.\n"
    webhook = office.add(sink.url())
    head, row = (
        CliRunner().invoke(webhooks, [], env=databases.environment).output.strip().splitlines()
    )
    assert head.split() == ["workspace", "webhook", "state", "unread", "waiting", "held", "seconds"]
    assert row.split()[1:] == [webhook["id"], "active", "0", "0", "0", "0.0"]
    told = CliRunner().invoke(lag, [], env=databases.environment).output.splitlines()
    assert told[-2:] == [head, row], "the lag of everything tells of webhooks too"
