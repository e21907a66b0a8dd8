"""A client put together in six steps: kept as typed, resumed, submitted as a whole, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from flask import Flask

from services.clients.drafts import operations
from services.clients.drafts.models import Draft
from services.clients.drafts.operations import MAX_BYTES
from services.clients.drafts.routes.documents import blueprint as facade_drafts
from services.clients.drafts.routes.drafts import blueprint as drafts
from services.clients.drafts.rules import STEPS
from services.clients.drafts.schemas import read_steps
from services.clients.drafts.tasks import sweep_drafts
from services.clients.forwarding.routes import blueprint as facade
from services.clients.records.routes.clients import blueprint as records
from services.clients.records.routes.elements import blueprint as elements
from shared.http.app import Api, create_api
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import PERMISSIONS, ROLES
from shared.settings import Settings
from tests.factories.clients import client_body, whole_client_body
from tests.factories.events import JO
from tests.integration.records.conftest import Answered, Caller
from tests.unit.records.test_steps import steps_of

Database = psycopg.Connection[dict[str, Any]]

BASIC = client_body()


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The record's routes and those of the façade that show a draft."""

    def authenticate(_runtime: Runtime, token: str) -> Identity:
        workspace_id, *permissions = token.split()
        return Identity(uuid.UUID(workspace_id), JO, frozenset(permissions))

    return create_api(
        "clients",
        settings,
        Api(
            blueprints=[facade, facade_drafts, records, elements, drafts], authenticate=authenticate
        ),
    )


@pytest.fixture
def raw(api: Caller, app: Flask) -> Callable[..., int]:
    """Sends these very characters to the first step; answers the status."""
    token = {"Authorization": " ".join(["Bearer", str(api.workspace_id), *PERMISSIONS])}

    def send(draft: dict[str, Any], body: str) -> int:
        path = f"/v1/client-drafts/{draft['id']}/steps/basic"
        http = app.test_client()
        answer = http.patch(path, data=body, content_type="application/json", headers=token)
        return answer.status_code

    return send


def begin(api: Caller, **steps: Any) -> dict[str, Any]:
    """A draft in which the steps were saved, as it was last answered."""
    draft: dict[str, Any] = api("POST", "/v1/client-drafts", {}, expect=201).body
    for step, body in steps.items():
        draft = save(api, draft, step, body, expect=200).body
    return draft


def save(api: Caller, draft: dict[str, Any], step: str, body: Any, **more: Any) -> Answered:
    """Save a step."""
    return api("PATCH", f"/v1/client-drafts/{draft['id']}/steps/{step}", body, **more)


def submit(api: Caller, draft: dict[str, Any], body: Any = None, **more: Any) -> Answered:
    """Submit a draft."""
    return api("POST", f"/v1/client-drafts/{draft['id']}/submit", body or {}, **more)


def read(api: Caller, draft: dict[str, Any], **more: Any) -> Answered:
    """The draft as it is now."""
    return api("GET", f"/v1/client-drafts/{draft['id']}", **more)


def age(database: Database, draft: dict[str, Any], days: int) -> None:
    """Let it be days since the draft was saved."""
    statement = "UPDATE client_drafts SET updated_at = updated_at - make_interval(days => %s)"
    database.execute(f"{statement} WHERE id = %s", [days, draft["id"]])


def discarded(database: Database) -> list[tuple[str, str, int]]:
    """Drafts of whose end there is an event: the id, why, and the event's number."""
    found = database.execute(
        "SELECT data, client_id::text, aggregate_version FROM event_log "
        "WHERE type = 'clients.draft.discarded.v1' ORDER BY id"
    ).fetchall()
    assert all(set(row["data"]) == {"draft", "reason"} for row in found), "nothing personal"
    return [(row["client_id"], row["data"]["reason"], row["aggregate_version"]) for row in found]


# Begun, saved, resumed


def test_a_draft_begins_empty(api: Caller) -> None:
    made = api("POST", "/v1/client-drafts", {}, expect=201)
    assert made.headers["Location"] == f"/v1/client-drafts/{made.body['id']}"
    assert made.version == made.body["version"] == 1
    assert made.body["steps"] == {step: {} for step in STEPS}
    assert (made.body["complete"], made.body["errors"]) == ([], [])


def test_each_step_is_saved_alone_and_all_of_them_are_there_later(api: Caller) -> None:
    body = whole_client_body()
    draft = begin(api)
    for number, (step, part) in enumerate(steps_of(body).items(), 1):
        saved = save(api, draft, step, part, expect=200)
        assert saved.version == number + 1
        assert saved.body["errors"] == []
        assert saved.body["steps"][step] == part
        assert len(saved.body["complete"]) == number
    found = read(api, draft, expect=200)
    shown = {step: part for step, part in found.body["steps"].items() if step != "documents"}
    assert shown == steps_of(body)
    assert found.body["complete"] == ["basic", "business", "rates", "contacts", "settings"]
    assert found.version == found.body["version"] == 6


def test_a_step_is_merged_with_what_was_typed_before(api: Caller) -> None:
    draft = begin(api, basic={**BASIC, "website": "https://acme.example.com"})
    saved = save(api, draft, "basic", {"website": None, "primary_contact": {"name": "Jo"}}).body
    assert saved["steps"]["basic"] == {
        "company_name": "Acme Machines",
        "primary_contact": {"email": "jo@acme.example.com", "name": "Jo"},
    }


def test_an_empty_step_counts_as_saved_unless_something_must_be_there(api: Caller) -> None:
    draft = begin(api, **{step: {} for step in STEPS})
    assert draft["complete"] == ["business", "rates", "contacts", "documents", "settings"]
    assert {error["field"]: error["code"] for error in read(api, draft).body["errors"]} == {
        "company_name": "required",
        "primary_contact": "required",
    }


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "basic": (
        {
            "company_name": " ",
            "client_code": "ACME",
            "primary_contact": {"email": "jo(at)acme"},
            "website": "acme",
            "address": {"country": "Minnesota"},
            "colour": "red",
        },
        {
            "company_name",
            "client_code",
            "primary_contact.email",
            "website",
            "address.country",
            "colour",
        },
    ),
    "business": (
        {"company_size": "huge", "tax_id": "12-34", "compliance_requirements": "ISO 9001"},
        {"company_size", "tax_id", "compliance_requirements"},
    ),
    "rates": (
        {"rates": [{"position": "Engineer", "regular_rate": "x"}, {"regular_rate": "1"}]},
        {"rates[0].regular_rate", "rates[1].position"},
    ),
    "contacts": (
        {"contacts": [{"email": "ana@acme.example.com"}, {"email": "ANA@acme.example.com"}]},
        {"contacts[1].email"},
    ),
    "settings": ({"settings": {"internal": 1}, "status": "gone"}, {"settings.internal", "status"}),
}


@pytest.mark.parametrize("step", WRONG)
def test_a_wrong_step_is_kept_as_typed_and_answered_with_its_errors(api: Caller, step: str) -> None:
    typed, fields = WRONG[step]
    draft = begin(api, basic=BASIC) if step != "basic" else begin(api)
    saved = save(api, draft, step, typed, expect=200)
    assert saved.body["steps"][step] == typed
    assert set(saved.errors) == fields
    assert step not in saved.body["complete"]
    found = read(api, draft, expect=200).body
    assert (found["steps"][step], found["errors"]) == (typed, saved.body["errors"])


def test_a_saved_step_is_answered_with_its_own_errors_and_the_draft_with_all(api: Caller) -> None:
    draft = begin(api, rates=WRONG["rates"][0])
    saved = save(api, draft, "settings", {"status": "gone"}, expect=200)
    assert set(saved.errors) == {"status"}
    assert set(read(api, draft).errors) == {"status", *WRONG["rates"][1]}


def test_the_errors_are_those_of_a_create(api: Caller) -> None:
    typed = {name: value for part, _ in WRONG.values() for name, value in part.items()}
    draft = begin(api, **{step: part for step, (part, _) in WRONG.items()})
    created = api("POST", "/v1/clients", typed, expect=422)
    submitted = submit(api, draft, expect=422)
    assert submitted.errors == created.errors == read(api, draft).errors
    assert submitted.body["code"] == created.body["code"]


def test_a_tax_number_is_read_in_the_country_of_the_first_step(api: Caller) -> None:
    draft = begin(api, business={"tax_id": "DE136695976"})
    assert set(read(api, draft).errors) == {"tax_id"}
    moved = save(api, draft, "basic", {**BASIC, "address": {"country": "DE"}}).body
    assert moved["complete"] == ["basic", "business"]


def test_a_code_that_is_taken_is_told_in_the_draft(api: Caller) -> None:
    api.create(client_body(client_code="ACM"))
    draft = begin(api)
    saved = save(api, draft, "basic", {**BASIC, "client_code": "acm"})
    assert saved.errors == {"client_code": "taken"}


def test_what_is_not_in_the_workspaces_lists_is_told_in_its_step(api: Caller) -> None:
    draft = begin(api, basic={**BASIC, "industry": "Witchcraft"})
    business = {"primary_service_type": "Sorcery", "compliance_requirements": ["iso 9001"]}
    saved = save(api, draft, "business", business, expect=200)
    assert saved.errors == {"primary_service_type": "not_in_list"}
    assert read(api, draft).errors == {"industry": "not_in_list", **saved.errors}
    save(api, draft, "basic", {"industry": "manufacturing"}, expect=200)
    save(api, draft, "business", {"primary_service_type": None}, expect=200)
    made = submit(api, draft, expect=201).body
    assert (made["industry"], made["compliance_requirements"]) == ("Manufacturing", ["ISO 9001"])


def test_what_may_be_meant_otherwise_is_a_warning(api: Caller) -> None:
    contact = {"email": "jo@acme.example.com", "phone": "extension five"}
    draft = begin(api, basic={"company_name": "Acme", "primary_contact": contact})
    assert [warning["field"] for warning in draft["warnings"]] == ["primary_contact.phone"]
    assert draft["complete"] == ["basic"]


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 422), ('"text"', 422), ("7", 422), ("null", 422), ("{", 400)]
)
def test_only_what_is_no_object_is_refused(
    api: Caller, raw: Callable[..., int], body: str, status: int
) -> None:
    draft = begin(api)
    assert raw(draft, body) == status
    assert read(api, draft).body["version"] == 1


def test_there_are_six_steps_and_no_other(api: Caller) -> None:
    draft = begin(api)
    assert save(api, draft, "seventh", {}).status == 404
    assert save(api, {"id": str(uuid.uuid4())}, "basic", {}, expect=404).body["code"] == (
        "clients.draft_not_found"
    )


def test_a_draft_holds_no_more_than_a_client_can(api: Caller) -> None:
    half = "x" * (MAX_BYTES // 2)
    draft = begin(api, business={"current_systems": half})
    answer = save(api, draft, "basic", {"notes": half}, expect=413)
    assert answer.body["code"] == "clients.draft_too_large"
    assert read(api, draft).body["steps"]["basic"] == {}


@pytest.mark.parametrize(("levels", "status"), [(16, 200), (17, 413), (300, 413), (1000, 413)])
def test_what_is_typed_may_be_of_any_shape_but_not_of_any_depth(
    api: Caller, raw: Callable[..., int], levels: int, status: int
) -> None:
    draft = begin(api)
    assert raw(draft, '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)) == status
    assert raw(draft, '{"a":' + "[" * (levels - 1) + "]" * (levels - 1) + "}") == status
    assert read(api, draft, expect=200).body["version"] == (3 if status == 200 else 1)


# Two editors


def test_two_editors_of_one_draft_are_kept_apart(api: Caller) -> None:
    draft = begin(api)
    mine = save(api, draft, "basic", BASIC, if_match=1, expect=200)
    late = save(api, draft, "basic", {"company_name": "Other"}, if_match=1, expect=412).body
    assert late["code"] == "clients.stale_draft"
    assert late["theirs"] == {"version": 2, "steps": {"basic": BASIC}}
    assert late["yours"] == {"steps": {"basic": {"company_name": "Other"}}}
    assert read(api, draft).body["steps"]["basic"] == BASIC
    save(api, draft, "basic", {"company_name": "Other"}, if_match=mine.version, expect=200)


def test_the_tax_number_is_told_to_nobody_who_is_late(api: Caller) -> None:
    draft = begin(api, business={"tax_id": "12-3456789"})
    late = save(api, draft, "business", {"tax_id": "98-7654321"}, if_match=1, expect=412)
    assert late.body["theirs"]["steps"]["business"]["tax_id"] == "••-•••6789"
    assert late.body["yours"]["steps"]["business"]["tax_id"] == "••-•••4321"


def test_a_step_saved_by_one_does_not_undo_another_step_of_the_other(api: Caller) -> None:
    """Nor a field of the same step."""
    draft = begin(api)
    parts = {"basic": BASIC, "rates": {"rates": []}, "settings": {"status": "pending"}}
    sent = [
        *parts.items(),
        *(("business", {name: "x"}) for name in ("company_size", "annual_revenue")),
    ]
    answers = _at_once([partial(save, api, draft, step, part) for step, part in sent])
    assert [answer.status for answer in answers] == [200] * len(sent)
    found = read(api, draft).body
    assert {step: found["steps"][step] for step in parts} == parts
    assert found["steps"]["business"] == {"company_size": "x", "annual_revenue": "x"}
    assert found["version"] == 1 + len(sent)


def test_saving_the_same_again_makes_no_version(api: Caller) -> None:
    draft = begin(api, basic=BASIC)
    assert save(api, draft, "basic", BASIC).body["version"] == draft["version"]


def _at_once(calls: list[Callable[[], Answered]]) -> list[Answered]:
    barrier = Barrier(len(calls))
    answers: list[Answered] = []

    def run(call: Callable[[], Answered]) -> None:
        barrier.wait()
        answers.append(call())

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# Submitted


def test_the_client_of_a_draft_is_the_client_of_the_same_body(
    api: Caller, other: Caller, logged: Callable[[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    body = whole_client_body()
    draft = begin(api, **steps_of(body))
    made = submit(api, draft, expect=201)
    assert made.headers["Location"] == f"/v1/clients/{draft['id']}"
    assert (made.version, made.body["id"]) == (1, draft["id"])
    assert api.get(made.body) == made.body
    told = {"id", "created_at", "updated_at"}
    assert _without(made.body, told) == _without(other.create(body), told)
    assert [event["type"] for event in logged(made.body)] == ["clients.client.created.v1"]


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, names) for key, item in value.items() if key not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value


def test_a_code_that_was_left_empty_is_given(api: Caller) -> None:
    draft = begin(api, basic={**BASIC, "client_code": ""})
    assert submit(api, draft, expect=201).body["client_code"] == "ACM"


def test_what_is_wrong_in_any_step_is_told_at_once_and_the_draft_stays(api: Caller) -> None:
    """A step that was never saved is empty: what must be there is missing."""
    draft = begin(api, rates=WRONG["rates"][0], settings={"status": "gone"})
    refused = submit(api, draft, expect=422)
    assert set(refused.errors) == {
        "company_name",
        "primary_contact",
        "status",
        *WRONG["rates"][1],
    }
    begin_again = {"basic": BASIC, "rates": {"rates": []}, "settings": {"status": "pending"}}
    for step, part in begin_again.items():
        save(api, draft, step, part, expect=200)
    assert submit(api, draft, expect=201).body["status"] == "pending"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_submission_may_say_that_a_client_like_it_is_meant(api: Caller, allowed: bool) -> None:
    draft = begin(api, basic=BASIC)
    assert submit(api, draft, {"allow_duplicate": "perhaps"}).errors == {
        "allow_duplicate": "wrong_type"
    }
    assert submit(api, draft, {"allow_duplicate": allowed}).status == 201


def test_submitting_honours_the_version(api: Caller) -> None:
    draft = begin(api, basic=BASIC)
    stale = submit(api, draft, if_match=1, expect=412).body
    assert stale["theirs"]["version"] == 2
    assert submit(api, draft, if_match=2).status == 201


def test_a_draft_is_submitted_once(api: Caller) -> None:
    draft = begin(api, basic=BASIC)
    made = submit(api, draft, expect=201).body
    again = submit(api, draft, expect=409).body
    assert (again["code"], again["client_id"]) == ("clients.draft_submitted", made["id"])
    assert save(api, draft, "basic", {}).status == 409
    assert api("DELETE", f"/v1/client-drafts/{draft['id']}").status == 409
    assert read(api, draft).status == 404
    assert api("GET", "/v1/client-drafts").body["data"] == []


def test_submitted_again_with_its_key_it_is_the_same_client(api: Caller) -> None:
    draft = begin(api, basic=BASIC)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, second = (submit(api, draft, headers=key, expect=201) for _ in range(2))
    assert second.body == first.body
    assert second.headers["Location"] == first.headers["Location"]


def test_of_many_who_submit_at_once_one_makes_the_client(api: Caller, database: Database) -> None:
    draft = begin(api, basic=BASIC)
    answers = _at_once([lambda: submit(api, draft)] * 6)
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    named = {a.body["client_id"] for a in answers if a.status == 409}
    assert named == {draft["id"]}
    assert database.execute("SELECT count(*) AS n FROM clients").fetchone() == {"n": 1}
    assert database.execute("SELECT count(*) AS n FROM event_log WHERE client_id = %s",
                            [draft["id"]]).fetchone() == {"n": 1}  # fmt: skip


def test_submitted_and_discarded_at_once_it_is_one_or_the_other(
    api: Caller, database: Database
) -> None:
    draft = begin(api, basic=BASIC)
    path = f"/v1/client-drafts/{draft['id']}"
    answers = _at_once([lambda: submit(api, draft), lambda: api("DELETE", path)])
    statuses = {answer.status for answer in answers}
    assert statuses in ({201, 409}, {204, 404})
    assert len(discarded(database)) == (1 if 204 in statuses else 0)


def test_a_submission_that_does_not_commit_leaves_the_draft_and_nothing_else(
    api: Caller, runtime: Runtime, origin: Origin, database: Database
) -> None:
    """As after a kill: the draft's row, the client, its code and its event are one transaction."""
    draft = begin(api, basic=BASIC)

    def submit_and_die() -> None:
        with runtime.unit_of_work(origin) as uow:
            held = operations.lock_draft(uow, uuid.UUID(draft["id"]), None)
            _submitted(uow, held)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submit_and_die()
    for table in ("clients", "client_codes", "client_search"):
        assert database.execute(f"SELECT FROM {table}").fetchall() == []
    assert submit(api, draft, expect=201).body["client_code"] == "ACM"


def _submitted(uow: Any, draft: Draft) -> None:
    typed = read_steps(draft.steps)
    operations.submit_draft(uow, draft, typed.values, typed.findings)


# Listed, thrown away, expired


def test_drafts_are_listed_last_saved_first_page_by_page(api: Caller, other: Caller) -> None:
    first, second, third = (
        begin(api, basic=client_body(company_name=name)) for name in ("One", "Two", "Three")
    )
    save(api, first, "rates", {"rates": 7})
    begin(other)
    page = api("GET", "/v1/client-drafts", query={"limit": 2}, expect=200).body
    rest = api("GET", "/v1/client-drafts", query={"limit": 2, "cursor": page["next"]}).body
    listed = [*page["data"], *rest["data"]]
    assert [draft["id"] for draft in listed] == [first["id"], third["id"], second["id"]]
    assert [draft["company_name"] for draft in listed] == ["One", "Three", "Two"]
    assert [draft["complete"] for draft in listed] == [["basic"]] * 3
    assert rest["next"] is None
    assert listed[0]["created_by"]["name"] == JO.name
    assert "steps" not in listed[0]


def test_a_draft_that_is_discarded_is_gone_and_announced_without_a_word_of_it(
    api: Caller, database: Database
) -> None:
    draft = begin(api, basic=BASIC)
    path = f"/v1/client-drafts/{draft['id']}"
    assert api("DELETE", path, if_match=1).status == 412
    assert api("DELETE", path, if_match=2).status == 204
    assert api("DELETE", path, expect=404).body["code"] == "clients.draft_not_found"
    assert read(api, draft).status == submit(api, draft).status == 404
    assert discarded(database) == [(draft["id"], "discarded", 1)]
    assert database.execute("SELECT FROM client_drafts").fetchall() == []


def test_thirty_days_after_the_last_save_a_draft_is_gone(
    api: Caller, runtime: Runtime, database: Database
) -> None:
    old, kept = begin(api, basic=BASIC), begin(api, basic=BASIC)
    age(database, old, 29)
    save(api, old, "basic", BASIC)
    age(database, kept, 29)
    age(database, old, 31)
    assert read(api, old).status == save(api, old, "basic", {}).status == 404
    assert submit(api, old).status == 404
    assert [draft["id"] for draft in api("GET", "/v1/client-drafts").body["data"]] == [kept["id"]]
    assert sweep_drafts(runtime) == 1
    assert sweep_drafts(runtime) == 0
    assert discarded(database) == [(old["id"], "expired", 1)]
    assert submit(api, kept).status == 201


def test_the_sweep_reaches_every_workspace_and_leaves_what_is_held(
    api: Caller, other: Caller, runtime: Runtime, database: Database
) -> None:
    mine, theirs = begin(api), begin(other)
    for draft in (mine, theirs):
        age(database, draft, 31)
    with database.transaction():
        database.execute("SELECT FROM client_drafts WHERE id = %s FOR UPDATE", [mine["id"]])
        assert sweep_drafts(runtime) == 1
    assert sweep_drafts(runtime) == 1
    assert [draft_id for draft_id, _, _ in discarded(database)] == [theirs["id"], mine["id"]]


# Who may, and what stays hidden


def test_a_draft_is_its_workspaces_own(api: Caller, other: Caller) -> None:
    draft = begin(api, basic=BASIC)
    assert read(other, draft).status == 404
    assert save(other, draft, "basic", {}).status == 404
    assert submit(other, draft).status == 404
    assert other("DELETE", f"/v1/client-drafts/{draft['id']}").status == 404
    assert read(api, draft).body["steps"]["basic"] == BASIC


def test_who_may_not_create_clients_sees_no_drafts(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    draft = begin(api)
    viewer = caller(*ROLES["viewer"])
    answers = [
        viewer("POST", "/v1/client-drafts", {}),
        viewer("GET", "/v1/client-drafts"),
        read(viewer, draft),
        save(viewer, draft, "basic", {}),
        submit(viewer, draft),
        viewer("DELETE", f"/v1/client-drafts/{draft['id']}"),
        viewer("GET", f"/v1/client-drafts/{draft['id']}/documents"),
    ]
    assert [answer.status for answer in answers] == [403] * len(answers)


def test_the_tax_number_is_sealed_and_masked(
    api: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    draft = begin(api, basic=BASIC, business={"tax_id": "12-3456789"})
    row: Any = database.execute("SELECT * FROM client_drafts").fetchone()
    assert b"3456789" not in bytes(row["steps"])
    assert b"Acme" not in bytes(row["steps"]), "nor is anything else in the clear"
    member = caller(*ROLES["member"])
    assert read(member, draft).body["steps"]["business"] == {"tax_id": "••-•••6789"}
    sent_back = {"tax_id": "••-•••6789", "company_size": "1-10"}
    saved = save(member, draft, "business", sent_back, expect=200).body
    assert saved["steps"]["business"] == sent_back
    assert read(api, draft).body["steps"]["business"]["tax_id"] == "12-3456789"
    assert submit(member, draft, expect=201).body["tax_id"] == "••-•••6789"
    assert api.get(draft)["tax_id"] == "12-3456789"


# While the documents service is away


def test_without_the_documents_service_the_draft_says_so_and_works(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    draft = begin(api, basic=BASIC, documents={})
    found = read(api, draft, expect=200).body
    assert found["steps"]["documents"] == {"documents": None}
    assert [part["service"] for part in found["unavailable"]] == ["documents"]
    member = caller("clients.create")
    unseen = read(member, draft, expect=200).body
    assert (unseen["steps"]["documents"], unseen["unavailable"]) == ({"documents": None}, [])
    documents = f"/v1/client-drafts/{draft['id']}/documents"
    assert api("POST", documents, {"file_name": "a.pdf", "size": 1}).status == 503
    assert save(api, found, "documents", found["steps"]["documents"]).body["errors"] == []
    assert submit(api, draft).status == 201
