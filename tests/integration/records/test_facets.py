"""The list by tag, by owner and by the last four of a tax number; totals under its filters."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from services.clients.access.models import User
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import numbered_client_body
from tests.factories.events import JO
from tests.integration.records.conftest import Caller


def _ids(api: Caller, **query: Any) -> list[str]:
    found = api("GET", "/v1/clients", query=query, expect=200).body["data"]
    return [client["id"] for client in found]


@pytest.fixture
def me(runtime: Runtime, origin: Origin) -> str:
    """Who calls, as a user of the workspace."""
    assert JO.id is not None
    with runtime.unit_of_work(origin) as uow:
        email = f"{origin.workspace_id}@north.example.com"
        given = {"email": email, "email_key": email, "name": JO.name}
        uow.session.merge(
            User(
                id=uuid.UUID(JO.id),
                workspace_id=uow.workspace_id,
                role="owner",
                password_hash="none",
                **given,
            )
        )
    return JO.id


def test_tags_narrow_the_list_whatever_their_capitals(api: Caller) -> None:
    both = api.create(numbered_client_body(tags=["VIP", "Net 60"]))
    one = api.create(numbered_client_body(tags=["vip"]))
    api.create(numbered_client_body(tags=["vipers"]))
    assert set(_ids(api, tag="Vip")) == {both["id"], one["id"]}
    assert _ids(api, tag=["vip", "net 60"]) == [both["id"]]


def test_the_last_four_of_a_tax_number_are_for_those_who_may_see_it(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    client = api.create(numbered_client_body(tax_id="12-3456789"))
    assert _ids(api, q="6789") == [client["id"]]
    assert _ids(caller("clients.view"), q="6789") == []


def test_the_list_is_narrowed_to_an_owner(api: Caller, me: str) -> None:
    mine = api.create(numbered_client_body(owner_id=me))
    nobodys = api.create(numbered_client_body())
    assert _ids(api, owner="me") == _ids(api, owner=me) == [mine["id"]]
    assert _ids(api, owner="none") == [nobodys["id"]]
    assert _ids(api, owner=str(uuid.uuid4())) == []
    answer = api("GET", "/v1/clients", query={"owner": "you"}, expect=422)
    assert list(answer.errors) == ["owner"]


def test_totals_are_those_of_the_filtered_list(api: Caller, me: str) -> None:
    api.create(numbered_client_body(industry="Mining", owner_id=me, tags=["vip"]))
    api.create(numbered_client_body(industry="Mining", status="pending"))
    api.create(numbered_client_body(company_size="1-10"))
    totals = api("GET", "/v1/clients/facets", expect=200).body
    assert totals["status"] == [
        {"value": "active", "count": 2},
        {"value": "pending", "count": 1},
    ]
    assert totals["industry"] == [{"value": "Mining", "count": 2}, {"value": None, "count": 1}]
    assert totals["owner_id"] == [
        {"value": None, "count": 2, "name": None},
        {"value": me, "count": 1, "name": JO.name},
    ]
    tagged = api("GET", "/v1/clients/facets", query={"tag": "vip"}, expect=200).body
    assert tagged["status"] == [{"value": "active", "count": 1}]
    assert tagged["company_size"] == [{"value": None, "count": 1}]
