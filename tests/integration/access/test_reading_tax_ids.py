"""The audit is told who was shown full tax ids: once an hour for the same of them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from shared.security.permissions import (
    CLIENTS_CREATE,
    CLIENTS_UPDATE,
    CLIENTS_VIEW,
    CLIENTS_VIEW_TAX_ID,
)
from tests.factories.clients import client_body, whole_client_body
from tests.fixtures.api import Api, Caller
from tests.fixtures.databases import Databases


@pytest.fixture
def told(databases: Databases) -> Any:
    """What the log says of readings, as `(through, client_id)`."""

    def ask() -> list[tuple[str, str | None]]:
        with psycopg.connect(databases.url("clients")) as connection:
            found = connection.execute(
                "SELECT data -> 'read' ->> 'through', data -> 'read' ->> 'client_id' "
                "FROM event_log WHERE type = 'clients.tax_id.read.v1' ORDER BY id"
            )
            return [(through, client) for through, client in found]

    return ask


def _made(api: Api, body: dict[str, Any]) -> str:
    return str(api.owner.call("POST", "/v1/clients", body).headers["Location"])


def test_a_record_is_told_once_an_hour_of_whoever_sees_the_number(api: Api, told: Any) -> None:
    path = _made(api, whole_client_body())
    client_id = path.rpartition("/")[2]
    assert told() == [], "whoever sends it knows it"
    for caller in (api.owner, api.owner, api.with_permissions(frozenset({CLIENTS_VIEW}))):
        assert caller.call("GET", path).status_code == 200
    assert told() == [("record", client_id)]
    api.with_permissions(frozenset({CLIENTS_VIEW, CLIENTS_VIEW_TAX_ID})).call("GET", path)
    assert told() == [("record", client_id)] * 2


def test_what_shows_no_number_is_no_reading(api: Api, told: Any) -> None:
    path = _made(api, whole_client_body())
    assert api.owner.call("GET", f"{path}?fields=company_name").status_code == 200
    assert api.owner.call("GET", "/v1/clients?fields=company_name").status_code == 200
    assert api.owner.call("GET", _made(api, client_body(allow_duplicate=True))).status_code == 200
    assert told() == []


def test_lists_exports_and_the_past_are_told(api: Api, told: Any) -> None:
    path = _made(api, whole_client_body())
    owner: Caller = api.owner
    for _ in range(2):
        assert owner.call("GET", "/v1/clients").status_code == 200
    assert owner.call("GET", f"{path}?as_of=2999-01-01T00:00:00Z").status_code == 200
    assert told() == [("list", None), ("record", path.rpartition("/")[2])]


def test_the_answer_to_a_change_is_told_unless_the_number_was_sent(api: Api, told: Any) -> None:
    path = _made(api, whole_client_body())
    client_id, owner = path.rpartition("/")[2], api.owner
    sent = {"tax_id": "98-7654321"}
    assert owner.call("PATCH", path, sent, **{"If-Match": '"1"'}).status_code == 200
    assert told() == []
    assert owner.call("PUT", f"{path}/status", {"status": "inactive"}).status_code == 200
    assert told() == [("record", client_id)]
    changes = frozenset({CLIENTS_VIEW, CLIENTS_UPDATE, CLIENTS_VIEW_TAX_ID})
    other = api.with_permissions(changes)
    assert other.call("PATCH", path, {"tags": ["a"]}, **{"If-Match": "*"}).status_code == 200
    assert told() == [("record", client_id)] * 2


def test_drafts_are_told_unless_the_number_was_sent(api: Api, told: Any) -> None:
    path = str(api.owner.call("POST", "/v1/client-drafts", {}).headers["Location"])
    business = f"{path}/steps/business"
    assert api.owner.call("PATCH", business, {"tax_id": ["12-3456789"]}).status_code == 200
    assert told() == []
    assert api.owner.call("PATCH", business, {"company_size": "1-10"}).status_code == 200
    assert told() == [("drafts", None)]
    reader = api.with_permissions(frozenset({CLIENTS_CREATE, CLIENTS_VIEW_TAX_ID}))
    for _ in range(2):
        assert reader.call("GET", path).status_code == 200
    assert told() == [("drafts", None)] * 2
