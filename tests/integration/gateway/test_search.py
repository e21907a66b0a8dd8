"""One search over everything: what it finds, for whom, in which order, and with a part away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.fixtures.databases import Databases
from tests.integration.gateway.conftest import Addresses, Facade, Office
from tests.integration.gateway.servers import dead_address, frozen

KINDS = ["client", "project", "invoice", "document"]


def _search(office: Office, q: str, **more: Any) -> Any:
    answer = office.call("GET", "/search", query_string={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json


def _titles(office: Office, q: str, **more: Any) -> list[tuple[str, str]]:
    return [(found["kind"], found["title"]) for found in _search(office, q, **more)["data"]]


def _client(office: Office, name: str, **more: Any) -> str:
    body = {
        "company_name": name,
        "primary_contact": {"email": "x@example.com"},
        "allow_duplicate": True,
        **more,
    }
    made = office.call("POST", "/clients", json=body)
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def _project(office: Office, name: str, **more: Any) -> Any:
    path = f"/clients/{office.client_id}/projects"
    made = office.call("POST", path, json={"name": name, "status": "active", **more})
    assert made.status_code == 201, made.text
    return made.json


def _document(office: Office, file_name: str, owner: str = "", **more: Any) -> Any:
    path = owner or f"/clients/{office.client_id}"
    body = {"file_name": file_name, "size": 5, **more}
    made = office.call("POST", f"{path}/documents", json=body)
    assert made.status_code == 201, made.text
    return made.json


def _invoice(office: Office, client_id: str, *, issue: bool = True) -> Any:
    line = {"description": "Work", "quantity": "1", "unit_price": "100"}
    body = {"currency": "USD", "lines": [line]}
    made = office.call("POST", f"/clients/{client_id}/invoices", json=body)
    assert made.status_code == 201, made.text
    if not issue:
        return made.json
    headers = {"If-Match": made.headers["ETag"]}
    path = f"/invoices/{made.json['id']}/issue"
    issued = office.call("POST", path, json={}, headers=headers)
    assert issued.status_code == 200, issued.text
    return issued.json


def test_each_kind_is_found_by_the_beginnings_of_its_words(office: Office) -> None:
    project = _project(office, "Harbour bridge", code="HB-7")
    document = _document(office, "harbour_plan-2026.pdf", title="Site survey")
    _client(office, "Harbour Works", client_code="HRB")
    found = _search(office, "HARB")
    assert [(one["kind"], one["title"]) for one in found["data"]] == [
        ("client", "Harbour Works"),
        ("project", "Harbour bridge"),
        ("document", "Site survey"),
    ]
    assert found["unavailable"] == []
    client, as_project, as_document = found["data"]
    assert (client["detail"], client["matched"]) == ("HRB", ["company_name"])
    assert as_project == {
        "kind": "project",
        "id": project["id"],
        "client_id": office.client_id,
        "client_name": "Acme Machines",
        "title": "Harbour bridge",
        "detail": "HB-7",
        "matched": ["name"],
    }
    assert as_document["id"] == document["id"]
    assert (as_document["detail"], as_document["matched"]) == (
        "harbour_plan-2026.pdf", ["file_name"],
    )  # fmt: skip
    assert _titles(office, "plan 2026") == [("document", "Site survey")]
    assert _titles(office, "arbour") == []


def test_invoices_are_found_by_number_and_by_their_client(office: Office) -> None:
    code = {"client_code": "ZEP", "primary_contact": {"email": "ap@zeppelin.example.com"}}
    client_id = _client(office, "Zeppelin Yards", **code)
    issued = _invoice(office, client_id)
    _invoice(office, client_id, issue=False)
    number = issued["number"]
    first, *rest = _search(office, number.lower())["data"]
    assert (first["kind"], first["title"], first["client_name"]) == (
        "invoice", number, "Zeppelin Yards",
    )  # fmt: skip
    assert first["matched"][0] == "number"
    assert [one for one in rest if one["title"] == number] == []
    for typed in ("zeppelin", "ZEP", "yards zepp"):
        titles = _titles(office, typed, kinds="invoice")
        assert titles == [("invoice", "Draft"), ("invoice", number)], typed
    # A client's address is no name that an invoice goes by.
    assert _titles(office, "ap@zeppelin.example.com", kinds="invoice") == []


def test_what_goes_by_the_very_code_comes_first(office: Office) -> None:
    _client(office, "Aaa Holdings", client_code="AHO")
    _client(office, "Zulu", client_code="AAA")
    _project(office, "Aaa", code="P1")
    coded = _project(office, "Last", code="AAA")
    found = _search(office, "aaa", limit=1)["data"]
    assert [one["title"] for one in found] == ["Zulu", "Last"]
    assert found[1]["id"] == coded["id"]
    titles = [one["title"] for one in _search(office, "aaa")["data"]]
    assert titles == ["Zulu", "Last", "Aaa Holdings", "Aaa"]


def test_only_the_kinds_that_are_asked_for_are_answered(office: Office) -> None:
    _project(office, "Acme tower")
    _document(office, "acme.pdf")
    for kind in ("client", "project", "document"):
        assert [found for found, _ in _titles(office, "acme", kinds=kind)] == [kind]
    both = _titles(office, "acme", kinds=" document, client,document ")
    assert [kind for kind, _ in both] == ["client", "document"]


def test_each_kind_is_for_those_who_may_view_it(
    office: Office, key_with: Callable[..., str]
) -> None:
    _project(office, "Acme tower")
    _document(office, "acme.pdf")
    _invoice(office, office.client_id, issue=False)
    workspace_id = uuid.UUID(office.call("GET", "/workspace").json["id"])
    rights = {kind: f"{kind}s.view" for kind in KINDS}
    for kind, right in rights.items():
        token = key_with(workspace_id, *{"clients.view", right})
        narrow = Office(office.http, token)
        assert {found for found, _ in _titles(narrow, "acme")} == {"client", kind}
        asked = {found for found, _ in _titles(narrow, "acme", kinds=",".join(KINDS[1:]))}
        assert asked == {kind} - {"client"}
    without = Office(office.http, key_with(workspace_id, "documents.view"))
    assert without.call("GET", "/search?q=acme").status_code == 403


def test_nothing_of_another_workspace_is_found(
    office: Office, facade: Facade, addresses: Addresses
) -> None:
    other = facade(addresses)
    _project(other, "Xylophone")
    _document(other, "xylophone.pdf")
    _client(other, "Xylophone", client_code="XYL")
    assert _titles(office, "xylophone") == _titles(office, "XYL") == []
    assert len(_titles(other, "xylophone")) == 3


def test_a_drafts_documents_and_deleted_ones_are_not_found(office: Office) -> None:
    draft = office.call("POST", "/client-drafts", json={}).json
    _document(office, "quarry one.pdf", f"/client-drafts/{draft['id']}")
    gone = _document(office, "quarry two.pdf")
    kept = _document(office, "quarry three.pdf")
    path = f"/clients/{office.client_id}/documents/{gone['id']}"
    assert office.call("DELETE", path).status_code == 204
    assert [found["id"] for found in _search(office, "quarry")["data"]] == [kept["id"]]


def test_a_search_follows_every_change(office: Office) -> None:
    project = _project(office, "Before")
    document = _document(office, "before.pdf")
    etag = {"If-Match": f'"{project["version"]}"'}
    office.call("PATCH", f"/projects/{project['id']}", json={"name": "After"}, headers=etag)
    path = f"/clients/{office.client_id}/documents/{document['id']}"
    office.call("PATCH", path, json={"title": "Afterwards"})
    assert [kind for kind, _ in _titles(office, "after")] == ["project", "document"]
    assert [kind for kind, _ in _titles(office, "before")] == ["document"]


NAMES = {
    "Łódź Überführung": ["lodz", "ÜBER", "uberfuhrung"],
    "Straße nach Ærø": ["strasse", "aero", "STRASSE"],
    "Δοκιμή σήμα": ["δοκιμη", "ΣΗΜΑ"],
    "Проект мост": ["ПРОЕ", "мост"],
    "東京タワー": ["東京"],
    "สวัสดี": ["สวัส"],
    "مشروع البرج": ["البرج"],
    "한국 프로젝트": ["한국"],
    "Rock'n'Roll \\ 100% \"real\"": ["rock'n'roll", '"real"', "100%", "\\ real"],
    "🚀 Launch": ["launch", "🚀"],
}


@pytest.mark.parametrize("name", NAMES)
def test_any_script_is_found(office: Office, name: str) -> None:
    _project(office, name)
    _document(office, "a.pdf", title=name)
    for typed in NAMES[name]:
        found = {kind for kind, title in _titles(office, typed) if title == name}
        assert found == {"project", "document"}, typed


@pytest.mark.parametrize(
    "typed",
    ["%", "_", "'", "''", '"', "\\", ":*", "a:*", "!a", "a & b |", "(", "<->", "-", "a", "%a%",
     "'; DROP TABLE clients; --", "\u202e", "\u0301", "\U0010ffff", "a" * 200, "é" * 200,
     "1 " * 100, "𝕬𝖈𝖒𝖊", "~", "ß" * 200],
)  # fmt: skip
def test_whatever_is_typed_is_answered(office: Office, typed: str) -> None:
    _project(office, "Anything")
    answer = _search(office, typed)
    assert answer["unavailable"] == []


def test_marks_alone_find_nothing(office: Office) -> None:
    _document(office, "a.pdf")
    _project(office, "100%")
    for typed in ("%", "'", "_", "\\", "~"):
        assert _titles(office, typed) == [], typed


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({}, "q", "required"),
        ({"q": ""}, "q", "required"),
        ({"q": " \t"}, "q", "required"),
        ({"q": "x" * 201}, "q", "too_long"),
        ({"q": "x" * 10_000}, "q", "too_long"),
        ({"q": "a\0b"}, "q", "nul_character"),
        ({"q": "a", "kinds": "client,users,x"}, "kinds", "not_a_choice"),
        ({"q": "a", "kinds": ","}, "kinds", "required"),
        ({"q": "a", "kinds": "x" * 10_000}, "kinds", "not_a_choice"),
        ({"q": "a", "limit": 0}, "limit", "too_small"),
        ({"q": "a", "limit": 51}, "limit", "too_small"),
        ({"q": "a", "limit": "ten"}, "limit", "wrong_type"),
        ({"q": "a", "page": 2}, "page", "unknown_field"),
    ],
)
def test_a_wrong_search_is_refused(
    office: Office, query: dict[str, Any], field: str, code: str
) -> None:
    answer = office.call("GET", "/search", query_string=query)
    assert answer.status_code == 422
    assert {(error["field"], error["code"]) for error in answer.json["errors"]} == {(field, code)}


def test_each_wrong_kind_is_told(office: Office) -> None:
    answer = office.call("GET", "/search", query_string={"q": "a", "kinds": "users,client,x"})
    messages = [error["message"] for error in answer.json["errors"]]
    assert [message.split(".")[0] for message in messages] == ["No kind users", "No kind x"]


@pytest.mark.parametrize("how", ["dead", "frozen"])
def test_without_documents_the_rest_is_found_and_it_is_said(
    facade: Facade, addresses: Addresses, how: str
) -> None:
    with frozen() as silent:
        address = silent if how == "frozen" else dead_address()
        office = facade({**addresses, "documents": address})
        found = _search(office, "acme")
        assert [one["title"] for one in found["data"]] == ["Acme Machines"]
        (away,) = found["unavailable"]
        assert (away["part"], away["service"]) == ("documents", "documents")
        assert _search(office, "acme", kinds="client,project")["unavailable"] == []


_ROWS = 5_000
_SOME = "gen_random_uuid(), %(workspace)s"
_FILLED = {
    "projects": f"""
        INSERT INTO projects (id, workspace_id, client_id, version, name, status, currency,
            created_at, updated_at)
        SELECT {_SOME}, %(client)s, 1, 'Alpha' || n, 'active', 'USD', now(), now()
        FROM generate_series(1, {_ROWS}) n
    """,
    "invoices": f"""
        INSERT INTO invoices (id, workspace_id, client_id, version, status, number, currency,
            subtotal, tax, total, issued_on, billing_copy, created_at, updated_at)
        SELECT {_SOME}, gen_random_uuid(), 1, 'issued', 'Alpha' || n, 'USD', 1, 0, 1,
            current_date, '{{}}', now(), now()
        FROM generate_series(1, {_ROWS}) n
    """,
    "documents": f"""
        INSERT INTO documents (id, workspace_id, client_id, status, version, event_version,
            file_name, category, portal_visible, size, marks, abandoned_at, attempts, copied,
            origin)
        SELECT {_SOME}, gen_random_uuid(), 'pending', 1, 1, 'Alpha' || n, 'other', false, 1, '[]',
            now(), 0, false, '{{}}'
        FROM generate_series(1, {_ROWS}) n
    """,
}
_CALLS = {
    "projects": "SELECT project_matches('alpha4999', 10)",
    "invoices": "SELECT invoice_matches('alpha4999', ARRAY[gen_random_uuid()], 10)",
    "documents": "SELECT document_matches('alpha4999', 10)",
}
_SCANS = """
    SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s
"""


@pytest.mark.parametrize("table", _FILLED)
def test_a_look_up_reads_what_it_finds_and_no_more(
    office: Office, databases: Databases, table: str
) -> None:
    """Asked as requests do it, under row-level security, of one workspace that has all rows."""
    service = "documents" if table == "documents" else "clients"
    workspace_id = office.call("GET", "/workspace").json["id"]
    given = {"workspace": workspace_id, "client": office.client_id}
    with psycopg.connect(databases.url(service), autocommit=True) as connection:
        connection.execute(_FILLED[table], given)  # type: ignore[arg-type]
        connection.execute(f"ANALYZE {table}")  # type: ignore[arg-type]
        connection.execute(f"SET ROLE {service}_app")  # type: ignore[arg-type]
        connection.execute("SELECT set_config('app.workspace', %s, false)", [workspace_id])
        with connection.transaction():
            found = connection.execute(_CALLS[table]).fetchall()  # type: ignore[arg-type]
            scans = connection.execute(_SCANS, [table]).fetchone()
    assert len(found) == 1
    assert scans is not None
    assert scans[0] == 0
    assert scans[1] <= 5


def test_an_invoice_outlives_the_name_of_its_client(office: Office, databases: Databases) -> None:
    client_id = _client(office, "Quill Partners", client_code="QUI")
    number = _invoice(office, client_id)["number"]
    plan = office.call("GET", f"/clients/{client_id}/deletion-plan").json
    path = f"/clients/{client_id}?confirm={plan['confirm']}"
    assert office.call("DELETE", path).status_code == 202
    (found,) = _search(office, number, kinds="invoice")["data"]
    assert (found["title"], found["client_name"]) == (number, "Quill Partners")
    assert _titles(office, "Quill") == []
