"""How the installation does, for those who run it and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from services.activity.service import ACTIVITY
from services.activity.settings import ActivitySettings
from shared.processes.api import create_app
from shared.settings import load
from tests.fixtures.api import Caller, serve
from tests.fixtures.databases import Databases
from tests.integration.gateway.servers import serving
from tests.integration.web.conftest import Browser, browser_at

_LETTER = """
    INSERT INTO dead_letters (source, pos, workspace_id, type, reason, detail, attempts, envelope)
    VALUES ('/clients', 7, gen_random_uuid(), 'clients.client.updated.v9', 'unknown_version',
            'of Secret & Sons', 5, '{"data": {"name": "Secret & Sons"}}')
"""


@pytest.fixture
def operator(databases: Databases) -> Iterator[Browser]:
    """The owner, who runs the installation too; documents and metrics are away."""
    activity = create_app(ACTIVITY, load(ActivitySettings, databases.environment))
    with serving(activity) as url:
        named = {"CLIENTELE_OPERATORS": "ops@example.com, Owner@Example.com"}
        api = serve(databases, CLIENTELE_ACTIVITY_URL=url, **named)
        with serving(api.app) as address:
            found = browser_at(api, address)
            found.sign_in()
            yield found


def signed_in(browser: Browser) -> Caller:
    """The owner as a person: a key of theirs runs nothing."""
    token = browser.api.sign_in("owner@example.com").token
    return Caller(browser.api.app.test_client(), token)


def test_an_operator_sees_every_service_and_what_it_could_not_apply(
    operator: Browser, databases: Databases
) -> None:
    with psycopg.connect(databases.url("activity"), autocommit=True) as database:
        database.execute(_LETTER)
    found: Any = signed_in(operator).call("GET", "/v1/installation").json
    assert [one["name"] for one in found["services"]] == ["clients", "activity"]
    assert {away["service"] for away in found["unavailable"]} == {"documents", "metrics"}
    [letter] = found["dead_letters"]
    assert (letter["service"], letter["pos"], letter["attempts"]) == ("activity", 7, 5)
    assert "Secret" not in str(found)
    page = operator.get("/operator").text
    assert "clientele dead-letters replay --service activity" in page
    assert "Metrics does not answer" in page
    assert 'href="/operator"' in page


def test_jobs_and_mail_of_all_workspaces_are_counted(operator: Browser) -> None:
    body = {"email": "jo@example.com", "role": "viewer"}
    for owner in (operator.api.owner, operator.api.other_workspace()):
        path = "/v1/users/invitations"
        sent = {**body, "email": f"{owner.token[-6:]}@example.com".lower()}
        assert owner.call("POST", path, sent).status_code == 201
    found: Any = signed_in(operator).call("GET", "/v1/installation").json
    mails = [(each["state"], each["count"]) for each in found["backlogs"] if each["kind"] == "mail"]
    assert mails == [("queued", 2)]
    assert "Mail on its way" in operator.get("/operator").text


def test_a_role_in_a_workspace_gives_no_right_to_it(operator: Browser) -> None:
    assert "installation.view" in signed_in(operator).call("GET", "/v1/me").json["permissions"]  # type: ignore[index]
    assert operator.api.owner.call("GET", "/v1/installation").status_code == 403
    assert operator.api.owner.call("GET", "/internal/standing").status_code == 404
    operator.become("owner")
    answer = operator.get("/operator")
    assert answer.status_code == 403
    assert 'href="/operator"' not in operator.get("/clients").text
