"""The audit over HTTP: what it tells of, to whom, filters and pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from services.activity.events.queries import timeline as queries
from services.activity.events.rules import audit
from shared.contracts import catalogue
from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.security.permissions import ROLES
from tests.factories.callers import JO, service_caller
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.activity.conftest import Get

AUDIT = "/v1/audit"


@pytest.fixture
def see(runtime: Runtime, http: FlaskClient, source: Source) -> Get:
    """GET for an owner of the source's workspace."""
    return service_caller(http, runtime.vault, "activity", source.workspace_id, ROLES["owner"])


@pytest.fixture
def all_told(inbox: Inbox, source: Source) -> None:
    """One event of each type of the clients service, those of clients under a client."""
    client_id = uuid7()
    of_nobody = {
        "workspace",
        "user",
        "role",
        "session",
        "sign_in",
        "invitation",
        "api_key",
        "export",
        "tax_id",
    }
    named = [name for name in catalogue.types() if name.startswith("clients.")]
    told = [
        source.tell(name, client_id=None if name.split(".")[1] in of_nobody else client_id)
        for name in named
    ]
    inbox.ingest(batch(told))


def _kinds(page: Any) -> set[str]:
    return {entry["kind"] for entry in page["data"]}


@pytest.mark.usefixtures("all_told")
def test_it_tells_of_access_and_of_nothing_that_clients_do(see: Get) -> None:
    page = see(AUDIT, limit=200)
    expected = {name for name in catalogue.types() if audit.kind_of(name)}
    expected = {name for name in expected if name.startswith("clients.")}
    assert {entry["type"] for entry in page["data"]} == expected
    assert {"sign_in", "sign_out", "refusal", "rights", "key", "export"} <= _kinds(page)


@pytest.mark.usefixtures("all_told")
def test_only_who_manages_users_reads_it(get: Get) -> None:
    get(AUDIT, status=403)


def test_an_entry_has_the_public_shape(inbox: Inbox, source: Source, see: Get) -> None:
    told = source.tell("clients.session.started.v1")
    inbox.ingest(batch([told]))
    (entry,) = see(AUDIT)["data"]
    assert entry == {
        "id": told["id"],
        "type": "clients.session.started.v1",
        "kind": "sign_in",
        "occurred_at": "2026-11-23T09:30:00.125000Z",
        "actor": {"kind": "user", "id": "id of Jo Park", "name": "Jo Park"},
        "summary": "Kim Lee signed in (Firefox on Linux, 203.0.113.7)",
        "changes": [],
        "data": told["data"],
        "client_id": None,
        "source": "/clients",
        "pos": told["pos"],
    }


@pytest.mark.usefixtures("all_told")
def test_it_is_filtered_by_kind(see: Get) -> None:
    assert _kinds(see(AUDIT, kind="refusal")) == {"refusal"}
    assert _kinds(see(AUDIT, kind="key,export")) == {"key", "export"}
    assert see(AUDIT, kind="client", status=422)["errors"][0]["code"] == "not_a_choice"


def test_a_person_is_who_did_it_and_who_it_was_done_to(
    inbox: Inbox, source: Source, see: Get
) -> None:
    machine = ("system", "clientele")
    inbox.ingest(
        batch(
            [
                source.tell("clients.sign_in.refused.v1", actor=machine),
                source.tell("clients.session.ended.v1", actor=machine),
                source.tell("clients.api_key.created.v1", actor=("user", "Kim Lee")),
                source.tell("clients.api_key.revoked.v1", actor=("user", JO.name)),
            ]
        )
    )
    assert _kinds(see(AUDIT, person="kim lee")) == {"refusal", "sign_out", "key"}
    refused = see(AUDIT, kind="refusal")["data"][0]["data"]["user"]["id"]
    assert _kinds(see(AUDIT, person=refused)) == {"refusal", "sign_out"}
    assert len(see(AUDIT, person=f"id of {JO.name}")["data"]) == 1
    assert len(see(AUDIT, actor="system")["data"]) == 2


def test_pages_join_without_hole_and_a_period_bounds_them(
    inbox: Inbox, source: Source, see: Get
) -> None:
    name = "clients.session.started.v1"
    days = [f"2026-03-{day:02}T12:00:00Z" for day in range(1, 8)]
    told = [source.tell(name, time=day) for day in days]
    inbox.ingest(batch(told))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = see(AUDIT, limit=3, **cursor)
        seen += [entry["id"] for entry in page["data"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == [each["id"] for each in reversed(told)]
    within = see(AUDIT, **{"from": "2026-03-03", "to": "2026-03-04", "order": "oldest"})
    assert [entry["id"] for entry in within["data"]] == [told[2]["id"], told[3]["id"]]
    assert see(AUDIT, kind="key", **cursor, status=422)["code"] == "invalid_cursor"


def test_what_asks_for_a_right_of_its_own_is_for_those_who_have_it(
    runtime: Runtime, http: FlaskClient, inbox: Inbox, source: Source, see: Get
) -> None:
    taken = "documents.document.downloaded.v1"
    inbox.ingest(batch([source.tell(taken, client_id=uuid7())]))
    assert _kinds(see(AUDIT)) == {"download"}
    held = ROLES["owner"] - {"documents.view"}
    other = service_caller(http, runtime.vault, "activity", source.workspace_id, held)
    assert other(AUDIT)["data"] == []


@pytest.mark.usefixtures("all_told")
def test_another_workspace_sees_nothing_of_it(runtime: Runtime, http: FlaskClient) -> None:
    stranger = service_caller(http, runtime.vault, "activity", uuid7(), ROLES["owner"])
    assert stranger(AUDIT)["data"] == []


def test_it_is_read_along_its_own_index(runtime: Runtime, source: Source) -> None:
    types = audit.types_of(None, ROLES["owner"])
    with runtime.unit_of_work(runtime.own_origin(source.workspace_id)) as uow:
        for way in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            uow.session.execute(text(f"SET LOCAL {way} = off"))
        asked: list[Any] = []
        event.listen(uow.connection, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
        queries.audit(
            uow.session, uow.vault, types, queries.Filter(),
            newest_first=True, scope="audit", cursor=None, limit=50,
        )  # fmt: skip
        statement, parameters = asked[-1]
        rows = uow.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in rows)
    assert re.search(r"Index Scan.* using ix_events_audit", plan), plan
