"""The three letters of a client: unique whatever runs at once, suggested, frozen, given back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest

from services.clients.records.operations.codes import freeze_code, release_codes
from services.clients.records.operations.creating import create_client
from services.clients.records.queries.clients import lock_client
from services.clients.records.rules.codes import ALL_CODES, suggestions
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import client_body
from tests.integration.records.conftest import Answered, Caller

Database = psycopg.Connection[dict[str, Any]]


def test_a_code_is_upper_cased_and_unique_in_its_workspace(api: Caller, other: Caller) -> None:
    assert api.create(client_body(client_code=" acm "))["client_code"] == "ACM"
    assert api(
        "POST", "/v1/clients", client_body(client_code="ACM", allow_duplicate=True)
    ).errors == {"client_code": "taken"}
    assert other.create(client_body(client_code="ACM"))["client_code"] == "ACM"


def test_who_has_the_code_and_which_are_free_is_told(api: Caller) -> None:
    api.create(client_body(company_name="AES Corporation", client_code="ASM"))
    answer = api(
        "POST",
        "/v1/clients",
        client_body(company_name="A. O. Smith", client_code="asm", allow_duplicate=True),
    )
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert error["message"] == "Taken by AES Corporation. Free: AOS, AOM, AOI"


@pytest.mark.parametrize("code", ["AC", "ACME", "AC1", "ÄCM", "A C", "ıBM", 7, ["ACM"]])
def test_anything_but_three_letters_is_refused(api: Caller, code: Any) -> None:
    answer = api("POST", "/v1/clients", client_body(client_code=code), expect=422)
    assert set(answer.errors) == {"client_code"}


@pytest.mark.parametrize("code", [None, "", "  "])
def test_left_empty_the_first_free_suggestion_is_given(api: Caller, code: str | None) -> None:
    codes = [api.create(client_body(client_code=code))["client_code"] for _ in range(3)]
    assert codes == ["ACM", "AMA", "AEM"]


def test_suggestions_leave_out_what_is_taken(api: Caller) -> None:
    api.create(client_body(client_code="ACM"))
    path = "/v1/client-codes/suggest"
    found = api("GET", path, query={"name": "Acme Machines"}, expect=200).body
    assert found["data"][:2] == ["AMA", "AEM"]
    assert len(found["data"]) == 10
    assert api("GET", path, query={"name": "任天堂"}, expect=200).body["data"]
    assert api("GET", path, expect=422).errors == {"name": "required"}


def test_of_many_who_want_one_code_at_once_one_gets_it(api: Caller) -> None:
    answers = _at_once(api, [client_body(client_code="ACM")] * 8)
    assert sorted(answer.status for answer in answers) == [201] + [422] * 7


def test_of_many_who_leave_it_empty_at_once_each_gets_another(api: Caller) -> None:
    answers = _at_once(api, [client_body()] * 12)
    codes = {answer.body["client_code"] for answer in answers}
    assert [answer.status for answer in answers] == [201] * 12
    assert len(codes) == 12


def test_who_leaves_it_empty_never_waits_for_another_create(
    api: Caller, runtime: Runtime, origin: Origin
) -> None:
    with runtime.unit_of_work(origin) as uow:
        first = create_client(uow, client_body())
        other = {"primary_contact": {"email": "jo@amalgam.example.com"}}
        made = api.create(client_body(company_name="Acme Machine", **other))
        assert made["client_code"] == "AMA"
    assert first.client.client_code == "ACM"


def _at_once(api: Caller, bodies: list[dict[str, Any]]) -> list[Answered]:
    barrier = Barrier(len(bodies))
    answers: list[Answered] = []

    def create(body: dict[str, Any]) -> None:
        barrier.wait()
        answers.append(api("POST", "/v1/clients", {"allow_duplicate": True, **body}))

    threads = [Thread(target=create, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_changed_code_stays_reserved_for_its_client(api: Caller) -> None:
    made = api.create(client_body(client_code="ACM"))
    changed = api.patch(made, {"client_code": "acw"}).body
    assert changed["client_code"] == "ACW"
    assert (
        api("POST", "/v1/clients", client_body(client_code="ACM", allow_duplicate=True)).status
        == 422
    )
    assert (
        api("POST", "/v1/clients", client_body(client_code="ACW", allow_duplicate=True)).status
        == 422
    )
    emptied = api.patch(changed, {"client_code": None}).body
    assert emptied["client_code"] is None
    assert api.patch(emptied, {"client_code": "ACM"}).body["client_code"] == "ACM"


def test_a_code_on_an_issued_invoice_is_frozen(
    api: Caller, runtime: Runtime, origin: Origin
) -> None:
    made = api.create(client_body(client_code="ACM"))
    with runtime.unit_of_work(origin) as uow:
        freeze_code(uow, lock_client(uow, uuid.UUID(made["id"])))
    for code in ("ACW", None):
        answer = api.patch(made, {"client_code": code})
        assert answer.status == 409
        assert answer.body["code"] == "clients.code_frozen"
        assert answer.errors == {"client_code": "frozen"}
    assert api.patch(made, {"client_code": "acm", "industry": "Energy"}).status == 200


def test_a_deleted_client_gives_back_its_codes_but_the_frozen_ones(
    api: Caller, runtime: Runtime, origin: Origin
) -> None:
    made = api.create(client_body(client_code="ACM"))
    changed = api.patch(made, {"client_code": "ACW"}).body
    with runtime.unit_of_work(origin) as uow:
        client = lock_client(uow, uuid.UUID(changed["id"]))
        freeze_code(uow, client)
        release_codes(uow, client.id)
    assert (
        api("POST", "/v1/clients", client_body(client_code="ACM", allow_duplicate=True)).status
        == 201
    )
    assert (
        api("POST", "/v1/clients", client_body(client_code="ACW", allow_duplicate=True)).status
        == 422
    )


def test_a_code_is_claimed_only_with_its_client(api: Caller, database: Database) -> None:
    wrong = client_body(client_code="ACM", settings={"internal": True}, website="x")
    assert api("POST", "/v1/clients", wrong).status == 422
    assert database.execute("SELECT FROM client_codes").fetchall() == []
    api.create(client_body(client_code="ACM"))


@pytest.fixture
def take_all_but(database: Database, origin: Origin) -> Callable[[int], list[str]]:
    """Takes every code but the last `n` that would be suggested; answers those."""

    def take(n: int) -> list[str]:
        codes = list(suggestions("Acme Machines"))
        database.execute(
            "INSERT INTO client_codes SELECT %s, unnest(%s::text[]), %s",
            [origin.workspace_id, codes[: ALL_CODES - n], uuid.uuid4()],
        )
        return codes[ALL_CODES - n :]

    return take


def test_the_last_codes_are_found_and_after_them_a_client_has_none(
    api: Caller, take_all_but: Callable[[int], list[str]]
) -> None:
    left = take_all_but(2)
    assert [api.create(client_body())["client_code"] for _ in range(3)] == [*left, None]
    path = "/v1/client-codes/suggest"
    assert api("GET", path, query={"name": "Acme"}, expect=200).body["data"] == []
    answer = api(
        "POST", "/v1/clients", client_body(client_code="ACM", allow_duplicate=True), expect=422
    )
    assert answer.body["errors"][0]["message"] == "Taken by a client that was deleted. Free: none"
