"""Notes over HTTP: written, corrected with every version kept, removed, and told of."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from services.clients.notes.rules import MAX_NOTES, MAX_VERSIONS
from shared.clock import now, rfc3339
from tests.factories.clients import client_body
from tests.fixtures.api import Api, Caller
from tests.fixtures.databases import Databases

CALL = {"kind": "call", "text": "Asked for a new offer.\nBy Friday."}


@pytest.fixture
def client(api: Api) -> dict[str, Any]:
    """A client with a contact beside the primary one."""
    contacts = [{"name": "Ana Ruiz", "email": "ana@acme.example.com"}]
    found: Any = api.owner.call("POST", "/v1/clients", client_body(contacts=contacts)).json
    return dict(found)


@pytest.fixture
def path(client: dict[str, Any]) -> str:
    """The client's notes."""
    return f"/v1/clients/{client['id']}/notes"


@pytest.fixture
def age(databases: Databases) -> Callable[[str, timedelta], None]:
    """Makes a note older than it is."""

    def run(note_id: str, by: timedelta) -> None:
        with psycopg.connect(databases.url("clients")) as connection:
            connection.execute(
                "UPDATE notes SET created_at = created_at - %s WHERE id = %s", [by, note_id]
            )

    return run


def _ok(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> Any:
    answer = caller.call(method, path, body, **headers)
    assert answer.status_code < 300, answer.text
    return answer.json if answer.data else None


def _events(databases: Databases, note_id: str) -> list[tuple[str, dict[str, Any]]]:
    with psycopg.connect(databases.url("clients")) as connection:
        rows = connection.execute(
            "SELECT type, data FROM event_log WHERE subject = %s ORDER BY id", [f"note/{note_id}"]
        )
        return list(rows)


def test_a_written_note_is_answered_whole_and_found_in_the_list(
    api: Api, client: dict[str, Any], path: str
) -> None:
    contact, document = client["contacts"][0]["id"], str(uuid.uuid4())
    body = {**CALL, "happened_at": "2026-03-01T10:00:00+02:00", "contact_id": contact,
            "document_id": document}  # fmt: skip
    answer = api.owner.call("POST", path, body)
    note: Any = answer.json
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"{path}/{note['id']}"
    assert (
        note["happened_at"]
        == "2026-03-01T08:00:00Z"
        == rfc3339(datetime.fromisoformat(body["happened_at"]))
    )
    assert (note["text"], note["kind"]) == (CALL["text"], "call")
    assert note["contact"] == {"id": contact, "name": "Ana Ruiz"}
    assert (note["document_id"], note["author"]["kind"]) == (document, "api_key")
    assert _ok(api.owner, "GET", f"{path}/{note['id']}") == note
    assert _ok(api.owner, "GET", path) == {"data": [note], "next": None}


def test_a_note_that_says_nothing_else_is_one_of_now(api: Api, path: str) -> None:
    note = _ok(api.owner, "POST", path, {"text": "Moved to the new hall."})
    assert (note["kind"], note["contact"], note["document_id"]) == ("note", None, None)
    assert note["happened_at"] == note["created_at"]


def test_pages_are_in_the_order_things_happened_and_of_one_kind(api: Api, path: str) -> None:
    for day in (2, 3, 1):
        kind = "meeting" if day == 2 else "note"
        moment = f"2026-03-0{day}T00:00:00Z"
        _ok(api.owner, "POST", path, {"text": str(day), "kind": kind, "happened_at": moment})
    first = _ok(api.owner, "GET", f"{path}?limit=2")
    rest = _ok(api.owner, "GET", f"{path}?limit=2&cursor={first['next']}")
    assert [note["text"] for note in first["data"] + rest["data"]] == ["3", "2", "1"]
    assert rest["next"] is None
    of_kind = _ok(api.owner, "GET", f"{path}?kind=meeting")["data"]
    assert [note["text"] for note in of_kind] == ["2"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"text"}),
        ({"text": " \u200b", "kind": "chat", "happened_at": "soon", "contact_id": "x",
          "document_id": 1, "mood": "good"},
         {"text", "kind", "happened_at", "contact_id", "document_id", "mood"}),
        ({"text": "x" * 10_001}, {"text"}),
        ({"text": "a\x07"}, {"text"}),
        ({"text": None, "kind": None, "happened_at": None}, {"text", "kind", "happened_at"}),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(
    api: Api, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    answer: Any = api.owner.call("POST", path, body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


def test_what_lies_ahead_cannot_be_noted_but_clocks_may_differ(api: Api, path: str) -> None:
    ahead = {**CALL, "happened_at": rfc3339(now() + timedelta(minutes=10))}
    answer: Any = api.owner.call("POST", path, ahead)
    assert [error["code"] for error in answer.json["errors"]] == ["in_future"]
    _ok(api.owner, "POST", path, {**CALL, "happened_at": rfc3339(now() + timedelta(minutes=3))})


def test_a_contact_must_be_the_clients(api: Api, path: str) -> None:
    answer: Any = api.owner.call("POST", path, {**CALL, "contact_id": str(uuid.uuid4())})
    errors = [(error["field"], error["code"]) for error in answer.json["errors"]]
    assert (answer.status_code, errors) == (422, [("contact_id", "unknown_contact")])


def test_a_contact_that_goes_leaves_its_name_on_the_note(
    api: Api, client: dict[str, Any], path: str
) -> None:
    contact = client["contacts"][0]["id"]
    note = _ok(api.owner, "POST", path, {**CALL, "contact_id": contact})
    _ok(api.owner, "DELETE", f"/v1/clients/{client['id']}/contacts/{contact}")
    assert _ok(api.owner, "GET", f"{path}/{note['id']}")["contact"]["name"] == "Ana Ruiz"


def test_both_versions_of_a_corrected_note_are_kept(
    api: Api, path: str, databases: Databases
) -> None:
    note = _ok(api.owner, "POST", path, CALL)
    one = f"{path}/{note['id']}"
    changed = _ok(api.owner, "PATCH", one, {"text": "Asked for two offers."}, If_Match='"1"')
    assert (changed["version"], changed["kind"]) == (2, "call")
    assert _ok(api.owner, "PATCH", one, {"text": "Asked for two offers."})["version"] == 2
    versions = _ok(api.owner, "GET", f"{one}/versions")["data"]
    assert [(each["version"], each["text"]) for each in versions] == [
        (2, "Asked for two offers."), (1, CALL["text"]),
    ]  # fmt: skip
    added, edited = _events(databases, note["id"])
    assert (added[0], edited[0]) == ("clients.note.added.v1", "clients.note.edited.v1")
    assert edited[1]["changes"] == [
        {"field": "text", "before": CALL["text"], "after": "Asked for two offers."}
    ]


def test_a_stale_correction_is_refused(api: Api, path: str) -> None:
    one = f"{path}/{_ok(api.owner, 'POST', path, CALL)['id']}"
    _ok(api.owner, "PATCH", one, {"kind": "meeting"})
    for method, body in (("PATCH", {"text": "x"}), ("DELETE", None)):
        answer: Any = api.owner.call(method, one, body, If_Match='"1"')
        assert (answer.status_code, answer.json["code"]) == (412, "notes.stale_version")


def test_the_same_key_writes_one_note(api: Api, path: str) -> None:
    first = api.owner.call("POST", path, CALL, Idempotency_Key="once")
    again = api.owner.call("POST", path, CALL, Idempotency_Key="once")
    assert first.json == again.json
    assert len(_ok(api.owner, "GET", path)["data"]) == 1


def test_an_author_corrects_for_seven_days_and_nobody_elses(
    api: Api, path: str, age: Callable[[str, timedelta], None]
) -> None:
    author, other = api.with_role("member"), api.with_role("member")
    note = _ok(author, "POST", path, CALL)
    one = f"{path}/{note['id']}"
    age(note["id"], timedelta(days=6, hours=23))
    _ok(author, "PATCH", one, {"text": "Corrected."})
    refused: Any = other.call("PATCH", one, {"text": "Mine."})
    assert (refused.status_code, refused.json["code"]) == (403, "notes.not_yours_to_change")
    assert other.call("DELETE", one).status_code == 403
    age(note["id"], timedelta(hours=2))
    assert author.call("PATCH", one, {"text": "Too late."}).status_code == 403
    assert author.call("DELETE", one).status_code == 403
    manager = api.with_role("manager")
    assert _ok(manager, "PATCH", one, {"text": "Settled."})["author"]["name"] == "member"
    _ok(manager, "DELETE", one)


def test_a_removed_note_goes_with_its_versions_and_its_event_does_not_repeat_it(
    api: Api, path: str, databases: Databases
) -> None:
    note = _ok(api.owner, "POST", path, CALL)
    one = f"{path}/{note['id']}"
    _ok(api.owner, "PATCH", one, {"text": "Asked again."})
    _ok(api.owner, "DELETE", one, If_Match='"2"')
    for gone in (one, f"{one}/versions"):
        answer: Any = api.owner.call("GET", gone)
        assert (answer.status_code, answer.json["code"]) == (404, "notes.not_found")
    assert api.owner.call("DELETE", one).status_code == 404
    name, data = _events(databases, note["id"])[-1]
    assert name == "clients.note.removed.v1"
    assert data["note"]["version"] == 3
    assert not {"text", "contact", "document_id"} & set(data["note"])
    with psycopg.connect(databases.url("clients")) as connection:
        assert connection.execute("SELECT count(*) FROM note_versions").fetchone() == (0,)


def test_a_note_is_one_clients_and_one_workspaces(api: Api, path: str) -> None:
    note = _ok(api.owner, "POST", path, CALL)
    other = _ok(
        api.owner,
        "POST",
        "/v1/clients",
        client_body(company_name="Other Works", allow_duplicate=True),
    )
    elsewhere = f"/v1/clients/{other['id']}/notes/{note['id']}"
    for method, body in (("GET", None), ("PATCH", {"text": "x"}), ("DELETE", None)):
        answer: Any = api.owner.call(method, elsewhere, body)
        assert (answer.status_code, answer.json["code"]) == (404, "notes.not_found")
    stranger = api.other_workspace()
    for method, body in (("GET", None), ("POST", CALL)):
        assert stranger.call(method, path, body).status_code == 404


def test_a_client_has_so_many_notes_and_a_note_so_many_versions(
    api: Api, client: dict[str, Any], path: str
) -> None:
    one = f"{path}/{_ok(api.owner, 'POST', path, CALL)['id']}"
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE notes SET version = :most"), {"most": MAX_VERSIONS})
    answer: Any = api.owner.call("PATCH", one, {"text": "Once more."})
    assert (answer.status_code, answer.json["code"]) == (409, "notes.too_many_versions")
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(
            text(
                "INSERT INTO notes SELECT gen_random_uuid(), workspace_id, client_id, version, "
                "kind, text, happened_at, document_id, contact_id, contact_name, author, "
                "created_at, updated_at FROM notes, generate_series(2, :most)"
            ),
            {"most": MAX_NOTES},
        )
    answer = api.owner.call("POST", path, CALL)
    assert (answer.status_code, answer.json["code"]) == (409, "notes.too_many")
