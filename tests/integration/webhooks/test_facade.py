"""Webhooks through the public address, with a token, as a program of the firm meets them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.clients.access.operations import authentication, people
from services.clients.service import CLIENTS
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load
from tests.fixtures.api import Caller
from tests.fixtures.databases import Databases
from tests.fixtures.sink import Sink
from tests.integration.gateway.servers import serving
from tests.integration.webhooks.conftest import Office


@pytest.fixture
def owner(office: Office, databases: Databases) -> Iterator[Caller]:
    """Who owns the office's workspace, at the façade."""
    with serving(office.http.application) as url:
        environment = {**databases.environment, "CLIENTELE_ACTIVITY_URL": url}
        app = create_app(CLIENTS, load(Settings, environment))
        authentication.forget()
        founded = people.found_workspace(
            app.extensions["clientele"], "North", "owner@example.com", "p" * 12
        )
        office.workspace_id = founded.workspace_id
        yield Caller(app.test_client(), founded.token)


def _ok(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> Any:
    answer = caller.call(method, f"/v1/webhooks{path}", body, **headers)
    assert answer.status_code < 300, answer.text
    return answer.json if answer.data else None


def test_a_webhook_is_made_told_looked_at_and_removed_at_the_public_address(
    office: Office, owner: Caller, sink: Sink
) -> None:
    made = owner.call("POST", "/v1/webhooks", {"url": sink.url(), "types": ["clients.*"]})
    webhook: Any = made.json
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.headers["Location"] == f"/v1/webhooks/{webhook['id']}"
    told = office.tell(uuid7())
    office.dispatch()
    assert sink.ids() == [told]
    (delivery,) = _ok(owner, "GET", f"/{webhook['id']}/deliveries?state=delivered")["data"]
    assert delivery["event_id"] == told
    _ok(owner, "POST", f"/{webhook['id']}/deliveries/{delivery['id']}/resend")
    office.dispatch()
    assert sink.ids() == [told, told]
    stale = owner.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"ordered": False}, If_Match='"9"')
    assert stale.status_code == 412
    _ok(owner, "DELETE", f"/{webhook['id']}")
    assert owner.call("GET", f"/v1/webhooks/{webhook['id']}").status_code == 404


def test_a_wrong_body_and_a_missing_right_are_the_services_own_answers(
    office: Office, owner: Caller
) -> None:
    wrong: Any = owner.call("POST", "/v1/webhooks", {"url": "https://10.0.0.1/", "types": ["*"]})
    assert (wrong.status_code, wrong.json["code"]) == (422, "webhooks.address_refused")
    runtime: Runtime = owner.http.application.extensions["clientele"]
    origin = Origin(office.workspace_id, Actor("system", None, "test"), "test")
    with runtime.unit_of_work(origin) as uow:
        _, token = people.create_api_key(uow, "key", {"clients.view"}, held=PERMISSIONS)
    narrow = Caller(owner.http, token)
    assert narrow.call("GET", "/v1/webhooks").status_code == 403
