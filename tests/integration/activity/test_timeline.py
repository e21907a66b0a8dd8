"""The timeline over HTTP: shape, order, filters, pages, and who may see it."""

from __future__ import annotations

import csv
import io
import random
import re
import uuid
from typing import Any

import orjson
import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from services.activity.events.operations.placing import Placer
from services.activity.events.queries import timeline as queries
from services.activity.events.routes.timeline import EXPORT_PAGE
from services.activity.events.rules import texts
from shared.http.paging import MAX_PAGE_BYTES, Page
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.security.permissions import ROLES
from shared.unit_of_work import UnitOfWork
from tests.factories.callers import service_caller, service_token
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.databases import Databases
from tests.integration.activity.conftest import Get
from tests.integration.messaging.conftest import read_log

UPDATED = "clients.client.updated.v1"
# Of an event, which may have 256,000 bytes.
LARGE = 240_000


@pytest.fixture
def client_id() -> uuid.UUID:
    """The client whose timeline is read."""
    return uuid7()


@pytest.fixture
def path(client_id: uuid.UUID) -> str:
    """The address of its timeline."""
    return f"/v1/clients/{client_id}/activity"


def _at(source: Source, client_id: uuid.UUID, *times: str) -> list[Envelope]:
    return [source.tell(UPDATED, client_id=client_id, time=time) for time in times]


def _days(source: Source, client_id: uuid.UUID, *days: int) -> list[Envelope]:
    return _at(source, client_id, *(f"2026-03-{day:02}T12:00:00Z" for day in days))


def _ids(page: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in page["data"]]


def test_an_entry_has_the_public_shape(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    told = source.tell("clients.client.status_changed.v1", client_id=client_id)
    inbox.ingest(batch([told]))
    page = get(path)
    (entry,) = page["data"]
    assert entry == {
        "id": told["id"],
        "type": "clients.client.status_changed.v1",
        "occurred_at": "2026-11-23T09:30:00.125000Z",
        "actor": {"kind": "user", "name": "Jo Park"},
        "summary": "Status changed from Pending to Active: Contract signed",
        "changes": [{"field": "status", "before": "pending", "after": "active"}],
        "data": {key: value for key, value in told["data"].items() if key != "changes"},
        "source": "/clients",
        "pos": told["pos"],
    }
    assert page["next"] is None


def test_an_event_without_changes_has_an_empty_list_of_them(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    inbox.ingest(batch([source.tell("clients.client.created.v1", client_id=client_id)]))
    assert get(path)["data"][0]["changes"] == []


def test_newest_comes_first_unless_asked_otherwise(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    told = _days(source, client_id, 1, 2, 3)
    inbox.ingest(batch(told))
    ids = [envelope["id"] for envelope in told]
    assert _ids(get(path)) == ids[::-1]
    assert _ids(get(path, order="oldest")) == ids


def test_one_source_is_in_order_of_position_even_within_one_moment(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    told = _days(source, client_id, *([1] * 20))
    shuffled = random.Random(3).sample(told, len(told))
    for envelope in shuffled:
        inbox.ingest(batch([envelope]))
    assert _ids(get(path, order="oldest")) == [envelope["id"] for envelope in told]


def test_one_source_is_in_order_of_position_whatever_the_clocks_say(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    """The clocks of two hosts, one of them ahead; another client has nothing to do with it."""
    told = _days(source, client_id, 1, 9, 2, 3, 10, 4)
    other = _days(source, uuid7(), 28)
    for envelope in (*told[3:], *other, *told[:3]):
        inbox.ingest(batch([envelope]))
    Placer(runtime.pipe_engine, runtime.vault).make_round()
    ids = [envelope["id"] for envelope in told]
    assert _ids(get(path, order="oldest")) == ids
    assert _ids(get(path)) == ids[::-1]
    page = get(path, limit=3)
    assert _ids(page) + _ids(get(path, limit=3, cursor=page["next"])) == ids[::-1]
    times = [entry["occurred_at"][8:10] for entry in get(path, order="oldest")["data"]]
    assert times == ["01", "09", "02", "03", "10", "04"]


def test_two_sources_are_merged_by_time(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    documents = Source("documents", source.workspace_id)
    told = _days(source, client_id, 1, 3)
    added = documents.tell(
        "documents.document.added.v1", client_id=client_id, time="2026-03-02T12:00:00Z"
    )
    inbox.ingest(batch(told))
    inbox.ingest({**batch([added]), "source": "/documents"})
    expected = [told[0]["id"], added["id"], told[1]["id"]]
    assert _ids(get(path, order="oldest")) == expected


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_hold_every_entry_once_while_new_ones_arrive(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get, order: str
) -> None:
    told = _days(source, client_id, *range(1, 26))
    inbox.ingest(batch(told))
    seen, cursor = [], None
    while True:
        page = get(path, order=order, limit=10, **({"cursor": cursor} if cursor else {}))
        seen += _ids(page)
        cursor = page["next"]
        if cursor is None:
            break
        if order == "newest":
            inbox.ingest(batch(_days(source, client_id, 28)))
    ids = [envelope["id"] for envelope in told]
    assert seen == (ids if order == "oldest" else ids[::-1])


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_page_ends_where_its_entries_are_large_and_no_entry_is_left_out(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get,
    http: FlaskClient, order: str,
) -> None:  # fmt: skip
    """Of events that take little where they are stored as well; an export is bounded by them."""

    def grow(data: dict[str, Any]) -> None:
        data["changes"][0]["after"] = "x" * LARGE

    told = [source.tell(UPDATED, client_id=client_id, change=grow) for _ in range(12)]
    inbox.ingest(batch(told))
    Placer(runtime.pipe_engine, runtime.vault).make_round()
    pages = [get(path, order=order, limit=200)]
    while cursor := pages[-1]["next"]:
        pages.append(get(path, order=order, limit=200, cursor=cursor))
    ids = [envelope["id"] for envelope in told]
    assert [each for page in pages for each in _ids(page)] == ids[:: 1 if order == "oldest" else -1]
    sizes = [len(orjson.dumps(page)) for page in pages]
    assert max(sizes) < MAX_PAGE_BYTES + 2 * LARGE
    lines = _export(http, runtime, source, path, format="jsonl", order="oldest").get_data()
    assert [orjson.loads(line)["id"] for line in lines.splitlines()] == ids


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("payment", ["clients.invoice.payment_recorded.v1"]),
        ("status,contact", ["clients.client.status_changed.v1", "clients.contact.added.v1"]),
    ],
)
def test_kinds_narrow_the_timeline(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get,
    kinds: str, expected: list[str],
) -> None:  # fmt: skip
    inbox.ingest(
        batch([source.tell(name, client_id=client_id) for name in texts.SENTENCES
               if name.startswith("clients.") and "deleted" not in name
               and name.split(".")[2] in ("added", "status_changed", "payment_recorded")
               and name.split(".")[1] in ("client", "contact", "invoice", "rate")])
    )  # fmt: skip
    found = get(path, kind=kinds, order="oldest")["data"]
    assert sorted(entry["type"] for entry in found) == expected


def test_a_person_is_found_by_name_or_id(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    by_ana = source.tell(UPDATED, client_id=client_id, actor=("contact", "Ana Ruiz"))
    inbox.ingest(batch([by_ana, *_days(source, client_id, 1, 2)]))
    assert _ids(get(path, person="ana ruiz")) == [by_ana["id"]]
    assert _ids(get(path, person="id of Ana Ruiz")) == [by_ana["id"]]
    assert _ids(get(path, person="Nobody")) == []


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2026-03-03"}, [3, 4, 5]),
        ({"to": "2026-03-03"}, [1, 2, 3]),
        ({"from": "2026-03-02", "to": "2026-03-04"}, [2, 3, 4]),
        ({"from": "2026-03-03T12:00:00Z"}, [3, 4, 5]),
        ({"to": "2026-03-03T12:00:00Z"}, [1, 2]),
        ({"from": "2026-03-03T14:00:00+02:00"}, [3, 4, 5]),
        ({"from": "2026-03-03T12:00:01"}, [4, 5]),
    ],
)
def test_dates_narrow_the_timeline(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get,
    query: dict[str, str], days: list[int],
) -> None:  # fmt: skip
    told = _days(source, client_id, 1, 2, 3, 4, 5)
    inbox.ingest(batch(told))
    assert _ids(get(path, order="oldest", **query)) == [told[day - 1]["id"] for day in days]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"kind": "gossip"}, "kind[0]", "not_a_choice"),
        ({"order": "sideways"}, "order", "not_a_choice"),
        ({"from": "yesterday"}, "from", "wrong_type"),
        ({"to": "2026-13-45"}, "to", "wrong_type"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "to", "wrong_type"),
        ({"limit": "0"}, "limit", "too_small"),
        ({"limit": "201"}, "limit", "too_large"),
        ({"cursor": "forged"}, "cursor", "invalid_cursor"),
        ({"cursor": "é\x01"}, "cursor", "invalid_cursor"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"person": "a\0b"}, "person", "nul_character"),
    ],
)
def test_a_wrong_query_is_refused_by_name(
    path: str, get: Get, query: dict[str, str], field: str, code: str
) -> None:
    problem = get(path, 422, **query)
    assert {"field": field, "code": code} in [
        {key: error[key] for key in ("field", "code")} for error in problem["errors"]
    ]


def test_a_cursor_of_one_timeline_opens_no_other(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    inbox.ingest(batch(_days(source, client_id, 1, 2, 3)))
    cursor = get(path, limit=1)["next"]
    get(f"/v1/clients/{uuid7()}/activity", 422, limit=1, cursor=cursor)
    get(path, 422, limit=1, cursor=cursor, kind="client")
    get(path, 200, limit=1, cursor=cursor)


def test_a_client_nothing_was_heard_of_has_an_empty_timeline(get: Get, path: str) -> None:
    assert get(path) == {"data": [], "next": None}


def test_a_deleted_client_has_no_timeline(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get
) -> None:
    inbox.ingest(batch([source.tell("clients.client.deleted.v1", client_id=client_id)]))
    assert get(path, 404)["code"] == "activity.client_erased"


def test_another_workspace_sees_nothing(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str,
    http: FlaskClient, runtime: Runtime,
) -> None:  # fmt: skip
    inbox.ingest(batch(_days(source, client_id, 1)))
    stranger = service_caller(http, runtime.vault, "activity", uuid7())
    assert stranger(path) == {"data": [], "next": None}


@pytest.mark.parametrize(
    ("audience", "permissions", "status"),
    [("activity", [], 403), ("metrics", ["clients.view"], 401), ("clients", ["clients.view"], 401)],
)
def test_a_token_for_something_else_opens_nothing(
    path: str, http: FlaskClient, runtime: Runtime,
    audience: str, permissions: list[str], status: int,
) -> None:  # fmt: skip
    token = service_token(runtime.vault, audience, uuid7(), *permissions)
    answer = http.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


OWNER = ROLES["owner"]
NOTE = "clients.note.added.v1"
INVOICE, PROJECT, DOCUMENT = (
    "clients.invoice.issued.v1", "clients.project.created.v1", "documents.document.added.v1",
)  # fmt: skip


@pytest.fixture
def mixed(inbox: Inbox, source: Source, client_id: uuid.UUID) -> list[str]:
    """Something of every kind that asks for a right of its own; its types, oldest first."""
    documents = Source("documents", source.workspace_id)
    told = [
        source.tell(name, client_id=client_id, time=f"2026-03-0{n}T12:00:00Z")
        for n, name in enumerate([UPDATED, INVOICE, PROJECT, NOTE], 1)
    ]
    inbox.ingest(batch(told))
    added = documents.tell(DOCUMENT, client_id=client_id, time="2026-03-05T12:00:00Z")
    inbox.ingest({**batch([added]), "source": "/documents"})
    return [UPDATED, INVOICE, PROJECT, NOTE, DOCUMENT]


@pytest.mark.parametrize(
    ("missing", "hidden"),
    [
        ("invoices.view", INVOICE),
        ("projects.view", PROJECT),
        ("documents.view", DOCUMENT),
        ("notes.view", NOTE),
    ],
)
def test_what_belongs_to_a_kind_is_shown_to_those_who_may_view_it(
    mixed: list[str], source: Source, path: str, http: FlaskClient, runtime: Runtime,
    missing: str, hidden: str,
) -> None:  # fmt: skip
    get = service_caller(http, runtime.vault, "activity", source.workspace_id, OWNER - {missing})
    expected = [name for name in mixed if name != hidden]
    assert [e["type"] for e in get(path, order="oldest")["data"]] == expected
    kind = texts.SENTENCES[hidden].kind
    assert get(path, kind=kind)["data"] == []
    assert get(path, person="Jo Park", kind=f"{kind},client")["data"][0]["type"] == UPDATED


def test_who_may_view_clients_alone_sees_no_amount(
    mixed: list[str], source: Source, path: str, http: FlaskClient, runtime: Runtime
) -> None:
    get = service_caller(http, runtime.vault, "activity", source.workspace_id, ["clients.view"])
    page = get(path, limit=1)
    assert [entry["type"] for entry in page["data"]] == [UPDATED]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("actors", "expected"), [("contact", 1), ("contact,system", 2), ("api_key", 0)]
)
def test_kinds_of_actors_narrow_the_timeline(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get,
    actors: str, expected: int,
) -> None:  # fmt: skip
    told = [
        source.tell(UPDATED, client_id=client_id, actor=actor)
        for actor in (("user", "Jo"), ("contact", "Ana"), ("system", "clients"))
    ]
    inbox.ingest(batch(told))
    assert len(get(path, actor=actors)["data"]) == expected


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("kind", ["", "client,contact"])
def test_pages_of_a_merged_client_hold_the_entries_of_both_in_one_order(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get, order: str, kind: str
) -> None:
    other = uuid7()
    told = []
    for day in range(1, 21):
        whose = client_id if day % 3 else other
        told += _days(source, whose, day)
    merged = source.tell(
        "clients.client.merged.v1", client_id=client_id, time="2026-03-21T00:00:00Z",
        change=lambda data: data.update(
            source={**data["source"], "id": str(other)},
            target={**data["target"], "id": str(client_id)}, aliases=[],
        ),
    )  # fmt: skip
    inbox.ingest(batch([*told, merged]))
    seen, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = get(path, order=order, limit=6, **more, **({"kind": kind} if kind else {}))
        seen += _ids(page)
        cursor = page["next"]
        if cursor is None:
            break
    ids = [envelope["id"] for envelope in [*told, merged]]
    assert seen == (ids if order == "oldest" else ids[::-1])


def _export(http: FlaskClient, runtime: Runtime, source: Source, path: str, **query: str) -> Any:
    token = service_token(runtime.vault, "activity", source.workspace_id, *OWNER)
    headers = {"Authorization": f"Bearer {token}"}
    return http.get(f"{path}/export", query_string=query, headers=headers)


def test_an_export_holds_every_entry_that_passes_the_filters(
    inbox: Inbox, source: Source, client_id: uuid.UUID, path: str, get: Get,
    http: FlaskClient, runtime: Runtime,
) -> None:  # fmt: skip
    told = [
        source.tell(UPDATED, client_id=client_id, actor=("contact", "=1+1"), version=n + 1)
        for n in range(EXPORT_PAGE + 20)
    ]
    for start in range(0, len(told), 100):
        inbox.ingest(batch(told[start : start + 100]))
    lines = _export(http, runtime, source, path, format="jsonl", order="oldest")
    assert lines.content_type.startswith("application/x-ndjson")
    entries = [orjson.loads(line) for line in lines.get_data().splitlines()]
    assert [entry["id"] for entry in entries] == [envelope["id"] for envelope in told]
    assert entries[0] == get(path, order="oldest", limit=1)["data"][0]
    table = _export(http, runtime, source, path, actor="contact").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["id"] for row in rows] == [envelope["id"] for envelope in told[::-1]]
    assert rows[0]["actor"] == "'=1+1"
    assert rows[0]["summary"] == entries[0]["summary"]
    empty = _export(http, runtime, source, path, kind="payment", format="jsonl")
    assert empty.get_data() == b""


def test_an_export_asks_for_the_right_to_export(
    source: Source, path: str, http: FlaskClient, runtime: Runtime
) -> None:
    for permissions, status in ((OWNER, 200), (OWNER - {"clients.export"}, 403)):
        token = service_token(runtime.vault, "activity", source.workspace_id, *permissions)
        answer = http.get(f"{path}/export", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    gone = service_caller(http, runtime.vault, "activity", source.workspace_id, OWNER)
    assert gone(f"{path}/export", 422, format="pdf")["errors"][0]["field"] == "format"


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (queries.Filter(), "ix_events_timeline"),
        # Along either of two, as nearly all is of these types.
        (queries.Filter(types=["clients.contact.added.v1", UPDATED]), "ix_events_t"),
        (queries.Filter(person="Ana Ruiz"), "ix_events_actor_name"),
        (queries.Filter(person="id of Ana Ruiz"), "ix_events_actor_id"),
        (queries.Filter(actors=["contact", "system"]), "ix_events_actor_kind"),
    ],
)
def test_a_page_is_reached_by_the_index_and_not_by_walking_to_it(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, databases: Databases,
    order: str, wanted: queries.Filter, index: str,
) -> None:  # fmt: skip
    """What row-level security holds for leaky it keeps from the index: a page far down would
    then read all before it."""
    told = _days(source, client_id, *[day for day in range(1, 29) for _ in range(10)])
    told += [source.tell(UPDATED, client_id=client_id, actor=("contact", "Ana Ruiz"),
                         time=f"2026-03-{day:02}T13:00:00Z") for day in range(1, 21)]  # fmt: skip
    for start in range(0, len(told), 100):
        inbox.ingest(batch(told[start : start + 100]))
    with psycopg.connect(databases.url("activity"), autocommit=True) as superuser:
        superuser.execute("ANALYZE events")
    origin = runtime.own_origin(source.workspace_id)

    def read(uow: UnitOfWork, cursor: str | None) -> Page:
        return queries.timeline(
            uow.session, uow.vault, [client_id], wanted,
            newest_first=order == "newest", scope="here", cursor=cursor, limit=5,
        )  # fmt: skip

    with runtime.unit_of_work(origin) as uow:
        cursor = read(uow, None).next
        uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        asked: list[Any] = []
        event.listen(uow.connection, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
        read(uow, cursor)
        statement, parameters = asked[-1]
        rows = uow.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in rows)
    assert re.search(r"Index Cond: .*ROW\(CASE", plan), plan
    assert index in plan, plan
    assert "Filter: (ROW(" not in plan


def test_an_export_is_told_without_the_name_that_was_looked_for(
    source: Source, client_id: uuid.UUID, path: str, http: FlaskClient, runtime: Runtime
) -> None:
    _export(http, runtime, source, path, format="jsonl", kind="client", person="Jo Park",
            to="2026-03-01")  # fmt: skip
    (told,) = read_log(runtime)
    assert (told["type"], told["client_id"]) == ("activity.export.requested.v1", None)
    export = told["data"]["export"]
    assert (export["client_id"], export["format"]) == (str(client_id), "jsonl")
    assert export["filters"] == {
        "kind": ["client"], "person": "hidden", "to": "2026-03-02T00:00:00Z",
    }  # fmt: skip
    assert "Jo Park" not in str(told["data"])
    _export(http, runtime, source, path, format="pdf")
    assert len(read_log(runtime)) == 1, "what was refused was not taken out"
