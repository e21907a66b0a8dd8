"""The record at any time: folding the events gives what was answered then."""

from __future__ import annotations

import tracemalloc
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.clients.records.queries.history import past_at
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import client_body, whole_client_body
from tests.factories.events import JO
from tests.fixtures.databases import Databases
from tests.integration.records.conftest import Answered, Caller

_TEXTS = st.sampled_from(["a", "Ünïcode ✓", "ש" * 1500, "line\nline", None])
_CONTACTS = st.fixed_dictionaries(
    {"name": st.sampled_from(["Ana", "Bo"]), "title": st.sampled_from(["CFO", None])}
)
_RATES = st.fixed_dictionaries(
    {
        "position": st.sampled_from(["Engineer", "Welder"]),
        "regular_rate": st.sampled_from(["10.00", "20.50"]),
    }
)
_PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "company_name": st.sampled_from(["Acme", "Łódź Works", "株式会社", "شركة"]),
        "status": st.sampled_from(["active", "inactive", "pending"]),
        "industry": st.sampled_from(["Energy", "Materials", None]),
        "website": st.sampled_from(["https://a.example.com", None]),
        "address": st.one_of(
            st.none(), st.fixed_dictionaries({}, optional={"city": st.sampled_from(["A", "B"])})
        ),
        "primary_contact": st.fixed_dictionaries({"name": st.sampled_from(["Jo", None])}),
        "current_systems": _TEXTS,
        "technical_requirements": _TEXTS,
        "compliance_requirements": st.lists(
            st.sampled_from(["OSHA", "EPA", "SOC 2"]), unique=True, max_size=3
        ),
        "tax_id": st.sampled_from(["12-3456789", "98-7654321", None]),
        "settings": st.fixed_dictionaries({"auto_invoicing": st.booleans()}),
        "tags": st.lists(st.sampled_from(["vip", "net 60"]), unique=True, max_size=2),
        "contacts": st.lists(_CONTACTS, max_size=3),
        "rates": st.lists(_RATES, max_size=2, unique_by=lambda rate: rate["position"]),
    },
)


class _Story:
    """A client that is changed, and everything that was answered about it."""

    def __init__(self, api: Caller, body: dict[str, Any]) -> None:
        self.api = api
        self.now = api.create(body)
        self.path = f"/v1/clients/{self.now['id']}"
        self.answers = {1: self.now}

    def patch(self, body: dict[str, Any]) -> None:
        """Change it; elements of lists keep the ids of those that stand in their places."""
        for name in ("contacts", "rates"):
            if name in body:
                known = [{"id": one["id"]} for one in self.now[name]]
                new: list[dict[str, Any]] = [{}] * len(body[name])
                places = zip([*known, *new], body[name], strict=False)
                body = {**body, name: [{**one, **sent} for one, sent in places]}
        answer = self.api.patch(self.now, body)
        assert answer.status == 200, answer.body
        self.now = answer.body
        self.answers[self.now["version"]] = self.now

    def as_of(self, moment: str) -> Answered:
        """The record as it was."""
        return self.api("GET", self.path, query={"as_of": moment})

    def diff(self, begin: Any, end: Any = None) -> dict[str, Any]:
        """What lies between."""
        query = {"from": begin} | ({} if end is None else {"to": end})
        found: dict[str, Any] = self.api("GET", f"{self.path}/diff", query=query, expect=200).body
        return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_PATCHES, min_size=1, max_size=6))
def test_every_version_is_folded_to_what_was_answered_then(
    api: Caller, patches: list[dict[str, Any]]
) -> None:
    story = _Story(api, whole_client_body(client_code=None))
    for patch in patches:
        story.patch(patch)
    assert _told(story.as_of(story.now["updated_at"]).body) == _told(api.get(story.now))
    for version, answered in story.answers.items():
        found = story.as_of(answered["updated_at"])
        assert (found.status, found.version) == (200, version)
        assert _told(found.body) == _told(answered)
        assert found.body["tax_id"] in {answered["tax_id"], "hidden"}


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Everything but what the past does not know: a tax number that is another one by now."""
    left_out = {"tax_id", "as_of", "warnings"}
    return {name: value for name, value in answer.items() if name not in left_out}


def test_before_its_creation_there_was_no_client(api: Caller) -> None:
    story = _Story(api, client_body())
    answer = story.as_of("2001-01-01T00:00:00Z")
    assert (answer.status, answer.body["code"]) == (404, "clients.no_such_version")


def test_an_answer_of_the_past_says_of_when_it_is(api: Caller) -> None:
    story = _Story(api, client_body())
    created = story.now["updated_at"]
    story.patch({"industry": "Energy"})
    answer = story.as_of(created)
    assert (answer.body["version"], answer.body["as_of"]) == (1, created)
    assert (answer.body["industry"], answer.headers["ETag"]) == (None, '"1"')
    assert story.as_of("2999-01-01T00:00:00+00:00").body["industry"] == "Energy"


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "3"])
def test_a_moment_is_told_with_its_offset(api: Caller, moment: str) -> None:
    answer = _Story(api, client_body()).as_of(moment)
    assert (answer.status, answer.errors) == (422, {"as_of": "invalid_moment"})


def test_what_the_past_knows_of_a_tax_number(api: Caller) -> None:
    story = _Story(api, whole_client_body())
    first = story.now["updated_at"]
    story.patch({"industry": "Energy"})
    assert story.as_of(first).body["tax_id"] == "12-3456789"
    story.patch({"tax_id": "98-7654321"})
    assert story.as_of(first).body["tax_id"] == "hidden"
    hidden = {"field": "tax_id", "before": "hidden", "after": "hidden"}
    assert story.diff(2)["changes"] == [hidden]


def test_differences_are_told_by_field_and_by_element(api: Caller) -> None:
    story = _Story(api, whole_client_body(contacts=[{"name": "Ana"}, {"name": "Bo"}]))
    ana, bo = story.now["contacts"]
    created = story.now["updated_at"]
    story.patch({"industry": "Energy", "current_systems": "x" * 1500})
    story.patch({"address": {"city": "Paris"}, "contacts": [{"name": "Anna"}]})
    found = story.diff(created)
    assert (found["from"], found["to"]["version"]) == ({"version": 1, "at": created}, 5)
    assert {
        change["field"]: (change["before"], change["after"]) for change in found["changes"]
    } == {
        "address.city": ("Saint Paul", "Paris"),
        "industry": ("Industrials", "Energy"),
        "current_systems": ("SAP Business One", "x" * 1500),
        f"contacts[{ana['id']}].name": ("Ana", "Anna"),
        f"contacts[{bo['id']}]": (bo, None),
    }
    back = story.diff(5, 2)
    assert {change["field"]: change["after"] for change in back["changes"]} == {
        "address.city": "Saint Paul",
        f"contacts[{ana['id']}].name": "Ana",
        f"contacts[{bo['id']}]": bo,
    }
    assert story.diff(3, 3)["changes"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"from": "x"}, 422),
        ({"from": "1", "to": "-1"}, 422),
        ({"from": "7"}, 404),
        ({"from": "0"}, 404),
        ({"from": "2001-01-01T00:00:00Z"}, 404),
    ],
)
def test_a_difference_is_between_versions_that_were(
    api: Caller, query: dict[str, str], status: int
) -> None:
    story = _Story(api, client_body())
    api("GET", f"{story.path}/diff", query=query, expect=status)


def test_the_past_of_another_workspaces_client_is_not_found(api: Caller, other: Caller) -> None:
    story = _Story(api, client_body())
    other("GET", story.path, query={"as_of": story.now["updated_at"]}, expect=404)
    other("GET", f"{story.path}/diff", query={"from": 1}, expect=404)


def test_changes_that_come_fast_have_moments_of_their_own(
    api: Caller, logged: Callable[[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    story = _Story(api, client_body())
    for n in range(5):
        story.patch({"company_name": f"Acme {n}"})
    moments = [answer["updated_at"] for answer in story.answers.values()]
    assert len(set(moments)) == len(logged(story.now)) == 6


def test_the_past_of_a_client_of_many_versions_takes_little_memory(
    api: Caller, databases: Databases, runtime: Runtime
) -> None:
    story = _Story(api, client_body())
    story.patch({"current_systems": "x" * 900})
    filler, versions = "f" * 50_000, 400
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute(
            "INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, "
            "aggregate_version, occurred_at, actor, correlation_id, data) "
            "SELECT gen_random_uuid(), workspace_id, client_id, type, subject, n, occurred_at, "
            "actor, correlation_id, data || jsonb_build_object('filler', %s::text) "
            "FROM event_log, generate_series(3, %s) n WHERE aggregate_version = 2 AND subject = %s",
            [filler, versions, f"client/{story.now['id']}"],
        )
    where = Origin(api.workspace_id, JO, "test")
    with runtime.unit_of_work(where) as uow:
        tracemalloc.start()
        past = past_at(uow, uuid.UUID(story.now["id"]), versions)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert past.version == versions
    assert peak < versions * len(filler) / 4
