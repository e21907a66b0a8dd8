"""A client much like another is refused, or listed: by name, tax id, web host, mail domain."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from services.clients.records.operations.creating import create_client
from shared.db.engine import engine_for
from shared.db.migrate import script_directory
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.clients import client_body
from tests.integration.records.conftest import Answered, Caller

Database = psycopg.Connection[dict[str, Any]]

ACME = client_body(website="https://www.acme.example.com/home", tax_id="12-3456789")
# Like nothing but what a test puts in.
OTHER = {"company_name": "Birch Instruments", "primary_contact": {"email": "jo@birch.example.com"}}
ALIKE = {
    "company_name": {"company_name": "The ÁCME Machines, Inc."},
    "website": {"website": "http://acme.example.com:8080"},
    "primary_contact.email": {"primary_contact": {"email": "ana@ACME.example.com"}},
    "tax_id": {"tax_id": "123456789"},
}


class GaveUp(Exception):
    """Something else went wrong after the client was made."""


def _post(api: Caller, body: dict[str, Any], expect: int) -> Any:
    return api("POST", "/v1/clients", body, expect=expect).body


def _matches(api: Caller, client: dict[str, Any]) -> dict[str, list[str]]:
    """What each candidate of a client has in common with it, by its name."""
    path = f"/v1/clients/{client['id']}/duplicates"
    found = api("GET", path, expect=200).body
    assert found["next"] is None
    return {each["company_name"]: each["matches"] for each in found["data"]}


@pytest.mark.parametrize("field", ALIKE)
def test_each_likeness_is_refused_by_itself(api: Caller, field: str) -> None:
    acme = api.create(ACME)
    told = _post(api, {**OTHER, **ALIKE[field]}, 409)
    assert told["code"] == "clients.duplicate"
    assert told["candidates"] == [
        {
            "id": acme["id"],
            "company_name": "Acme Machines",
            "client_code": "ACM",
            "status": "active",
            "matches": [field],
        }
    ]
    assert [(error["field"], error["code"]) for error in told["errors"]] == [(field, "duplicate")]


def test_a_refused_client_leaves_nothing_and_its_code_is_free(
    api: Caller, database: Database
) -> None:
    api.create(ACME)
    _post(api, client_body(client_code="XYZ"), 409)
    assert (
        len(database.execute("SELECT FROM event_log WHERE client_id IS NOT NULL").fetchall()) == 1
    )
    assert _post(api, {**OTHER, "client_code": "XYZ"}, 201)["client_code"] == "XYZ"


@pytest.mark.parametrize("code", [{}, {"client_code": "XYZ"}])
def test_who_insists_makes_it_all_the_same(api: Caller, code: dict[str, str]) -> None:
    api.create(ACME)
    _post(api, {**ACME, **code, "allow_duplicate": False}, 409)
    made = _post(api, {**ACME, **code, "allow_duplicate": True}, 201)
    assert "allow_duplicate" not in made
    answer = api("POST", "/v1/clients", {**OTHER, "allow_duplicate": "yes"})
    assert (answer.status, answer.errors) == (422, {"allow_duplicate": "wrong_type"})


def test_what_many_share_makes_no_duplicate(api: Caller) -> None:
    for place, host in enumerate(["gmail.com", "example.com", "gmail.com"]):
        body = {
            "company_name": f"Firm {place}",
            "primary_contact": {"email": f"firm{place}@{host}"},
            "website": f"https://facebook.com/firm{place}",
        }
        assert _matches(api, _post(api, body, 201)) == {}


def test_the_likest_comes_first_and_ten_are_told(api: Caller) -> None:
    for place in range(11):
        api.create(client_body(company_name=f"Acme {place}"))
    whole = api.create(ACME)
    told = _post(api, ACME, 409)["candidates"]
    assert len(told) == 10
    assert told[0]["id"] == whole["id"]
    assert told[0]["matches"] == list(ALIKE)
    assert len(_matches(api, whole)) == 11


def test_who_may_not_see_clients_learns_of_no_candidate(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    acme = api.create(ACME)
    clerk = caller("clients.create")
    answer = clerk("POST", "/v1/clients", ACME, expect=409)
    assert "candidates" not in answer.body
    assert set(answer.errors) == {*ALIKE} - {"tax_id"}
    assert all("Acme" not in error["message"] for error in answer.body["errors"])
    clerk("GET", f"/v1/clients/{acme['id']}/duplicates", expect=403)


def test_that_a_tax_id_matches_is_told_only_to_who_may_see_it(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    """Else any number could be found out by trying: a create, a list or a preview would say so."""
    api.create(ACME)
    clerk = caller("clients.create", "clients.view")
    body = {**OTHER, "tax_id": "12-3456789"}
    answer = api("POST", "/v1/clients", body, expect=409)
    assert answer.body["candidates"][0]["matches"] == ["tax_id"]
    assert "3456789" not in str(answer.body)
    same = _post(clerk, body, 201)
    assert "Acme Machines" in _matches(api, same)
    assert "Acme Machines" not in _matches(clerk, same)


def test_a_client_of_another_workspace_is_no_candidate(api: Caller, other: Caller) -> None:
    acme = api.create(ACME)
    theirs = _post(other, ACME, 201)
    assert _matches(api, acme) == _matches(other, theirs) == {}
    other("GET", f"/v1/clients/{acme['id']}/duplicates", expect=404)


def test_a_change_is_never_refused_and_counts_from_then_on(api: Caller) -> None:
    acme, birch = api.create(ACME), api.create(OTHER)
    for field, change in ALIKE.items():
        birch = api.patch(birch, change).body
        assert field in _matches(api, birch)["Acme Machines"]
    assert _matches(api, acme) == {birch["company_name"]: list(ALIKE)}
    api.patch(birch, {**OTHER, "website": None, "tax_id": None})
    assert _matches(api, acme) == {}
    assert _post(api, {**OTHER, "website": "https://new.example.com"}, 409)


def test_the_same_digits_in_two_countries_are_two_numbers(api: Caller) -> None:
    acme = api.create({**ACME, "tax_id": "136695976", "address": {"country": "DE"}})
    birch = api.create({**OTHER, "tax_id": "136695976", "address": {"country": "HK"}})
    assert _matches(api, acme) == {}
    birch = api.patch(birch, {"address": {"country": "DE"}}).body
    assert _matches(api, acme) == {birch["company_name"]: ["tax_id"]}


def test_a_contact_made_primary_brings_its_mail_domain(api: Caller) -> None:
    api.create(ACME)
    birch = api.create({**OTHER, "contacts": [{"email": "ana@acme.example.com"}]})
    assert _matches(api, birch) == {}
    path = f"/v1/clients/{birch['id']}/contacts/{birch['contacts'][0]['id']}/make-primary"
    api("POST", path, if_match=birch["version"], expect=200)
    assert _matches(api, birch) == {"Acme Machines": ["primary_contact.email"]}


def test_a_draft_is_refused_and_stays_until_one_insists(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    acme = api.create(ACME)
    draft = f"/v1/client-drafts/{api('POST', '/v1/client-drafts', {}, expect=201).body['id']}"
    api("PATCH", f"{draft}/steps/basic", client_body(), expect=200)
    refused = api("POST", f"{draft}/submit", {}, expect=409).body
    assert [each["id"] for each in refused["candidates"]] == [acme["id"]]
    clerk = caller("clients.create")
    assert "candidates" not in clerk("POST", f"{draft}/submit", {}, expect=409).body
    api("GET", f"{draft.rpartition('/')[0]}", expect=200)
    api("POST", f"{draft}/submit", {"allow_duplicate": True}, expect=201)


def _at_once(api: Caller, bodies: list[dict[str, Any]]) -> list[Answered]:
    barrier = Barrier(len(bodies))
    answers: list[Answered] = []

    def create(body: dict[str, Any]) -> None:
        barrier.wait()
        answers.append(api("POST", "/v1/clients", body))

    threads = [Thread(target=create, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("round_", range(3))
def test_of_many_who_make_one_company_at_once_one_does(api: Caller, round_: int) -> None:
    """Each has one thing in common with the others, and a code of its own."""
    body = {**ACME, "company_name": f"Acme {round_}"}
    answers = _at_once(api, [{**body, "client_code": f"AC{letter}"} for letter in "ABCDEFGH"])
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert {answer.body["code"] for answer in answers if answer.status == 409} == {
        "clients.duplicate"
    }


def test_a_create_waits_for_one_of_the_same_keys_and_for_no_other(
    api: Caller, runtime: Runtime, origin: Origin
) -> None:
    """The one that is waited for fails in the end, so the other is made."""
    answers: list[Answered] = []
    waiting = Thread(target=lambda: answers.append(api("POST", "/v1/clients", ACME)))

    def make_and_give_up() -> None:
        with runtime.unit_of_work(origin) as uow:
            create_client(uow, client_body(client_code="XYZ"))
            waiting.start()
            _post(api, OTHER, 201)
            waiting.join(0.5)
            assert waiting.is_alive()
            raise GaveUp

    with pytest.raises(GaveUp):
        make_and_give_up()
    waiting.join(10)
    assert [answer.status for answer in answers] == [201]


def test_a_create_asks_the_database_no_more_often_for_it(api: Caller, runtime: Runtime) -> None:
    said: list[str] = []
    api.create(OTHER)
    engine = api_engine(api)

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    api("POST", "/v1/clients", {**ACME, "client_code": "ACM"}, expect=201)
    event.remove(engine, "before_cursor_execute", note)
    asked = [each for each in said if "client_keys" in each or "clients_alike" in each]
    assert len(asked) == 1
    assert "INSERT INTO clients (" in asked[0]


def api_engine(api: Caller) -> Any:
    """The engine that the routes use."""
    return api._app.extensions["clientele"].app_engine


_SCANS = """
    SELECT seq_scan, idx_scan, idx_tup_fetch FROM pg_stat_xact_all_tables
    WHERE relname = 'client_keys'
"""


def _fill(database: Database, origin: Origin, count: int) -> None:
    """Clients of one mail domain, some of them of one name, by statements of our own."""
    told = {"workspace": origin.workspace_id, "count": count}
    database.execute(
        """
        WITH made AS (
            INSERT INTO clients (id, workspace_id, version, company_name, status, contact_email,
                compliance_requirements, email_notifications, quarterly_reports, auto_invoicing,
                internal, created_at, updated_at, sort_name)
            SELECT gen_random_uuid(), %(workspace)s, 1, 'Firm ' || n, 'active',
                   'jo@shared.example', '{}', true, false, false, false, now(), now(), 'firm'
            FROM generate_series(1, %(count)s) n RETURNING *
        )
        INSERT INTO client_keys (client_id, workspace_id, name_key, email_domain)
        SELECT id, workspace_id, lower(company_name), 'shared.example' FROM made
        """,
        told,
    )


def _as_the_service(database: Database, origin: Origin) -> None:
    database.execute("SET ROLE clients_app")
    database.execute("SELECT set_config('app.workspace', %s, false)", [str(origin.workspace_id)])


def test_the_look_reads_by_an_index_and_no_more_than_it_tells(
    database: Database, origin: Origin
) -> None:
    """Under row-level security: a condition that is not leakproof would read all of them."""
    _fill(database, origin, 3_000)
    # Otherwise the plan depends on whether the server has looked at the table by itself.
    database.execute("ANALYZE client_keys")
    _as_the_service(database, origin)
    keys = (
        '[{"client_id": "0190a000-0000-7000-8000-000000000009", "name_key": "firm 77",'
        ' "email_domain": "shared.example"}]'
    )
    with database.transaction():
        query = "SELECT matches FROM clients_alike(%s, 10, true)"
        found = database.execute(query, [keys]).fetchall()
        scans = database.execute(_SCANS).fetchone()
    assert len(found) == 10
    assert found[0]["matches"][0] == "company_name"
    assert scans is not None
    assert scans["seq_scan"] == 0
    assert scans["idx_scan"] >= 2
    assert scans["idx_tup_fetch"] <= 40


@pytest.mark.parametrize("column", ["name_key", "website_host", "email_domain", "tax_id_hash"])
def test_workspace_and_key_are_both_conditions_of_the_index(
    database: Database, origin: Origin, column: str
) -> None:
    _as_the_service(database, origin)
    database.execute("SET enable_seqscan = off")
    database.execute("SET enable_bitmapscan = off")
    query = f"EXPLAIN SELECT client_id FROM client_keys WHERE {column} = 'x'"
    plan = "\n".join(str(row["QUERY PLAN"]) for row in database.execute(query))
    assert f"ix_client_keys_{column}" in plan
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "workspace_id" in condition
    assert column in condition


def test_clients_from_before_are_given_their_keys(
    api: Caller, database: Database, settings: Settings
) -> None:
    acme = api.create(ACME)
    api.create(OTHER)
    query = "SELECT * FROM client_keys ORDER BY client_id"
    before = database.execute(query).fetchall()
    database.execute("DELETE FROM client_keys")
    _post(api, {**ACME, "client_code": "XYZ"}, 201)
    made_since = [uuid.UUID(each["id"]) for each in _all(api) if each["client_code"] == "XYZ"]
    database.execute("DELETE FROM clients WHERE id = ANY(%s)", [made_since])
    migration = script_directory("clients").get_revision("0011").module
    engine = engine_for(settings, "clients", "owner")
    ids = [row["client_id"] for row in before]
    with engine.begin() as connection:
        for keys in migration._keys(connection.execute(migration._OF_CLIENTS, {"ids": ids}).all()):
            connection.execute(migration._FILL, keys)
    engine.dispose()
    assert database.execute(query).fetchall() == before
    assert _post(api, ACME, 409)["candidates"][0]["id"] == acme["id"]


def _all(api: Caller) -> list[dict[str, Any]]:
    return list(api("GET", "/v1/clients", expect=200).body["data"])
