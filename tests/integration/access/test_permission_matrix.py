"""Every route × every role: 403 exactly where the role lacks the permission."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask

from shared.security.permissions import INSTALLATION_VIEW, PERMISSIONS, ROLES
from tests.fixtures.api import Api

# Routes that need no permission, and why.
WITHOUT_PERMISSION = {
    "POST /v1/auth/token": "it is how one becomes known",
    "POST /v1/auth/sessions": "it is how one becomes known",
    "POST /v1/auth/sessions/current/rotate": "one's own",
    "DELETE /v1/auth/sessions/current": "one's own",
    "DELETE /v1/auth/token": "one's own",
    "GET /v1/me": "everyone may ask who they are",
    "GET /v1/me/sessions": "one's own",
    "DELETE /v1/me/sessions": "one's own",
    "DELETE /v1/me/sessions/{session_id}": "one's own",
    "PUT /v1/me/password": "one's own",
    "GET /v1/me/second-factor": "one's own",
    "POST /v1/me/second-factor": "one's own",
    "POST /v1/me/second-factor/confirm": "one's own",
    "POST /v1/me/second-factor/recovery-codes": "one's own",
    "POST /v1/me/second-factor/disable": "one's own",
    "POST /v1/auth/password-resets": "it is for who cannot sign in",
    "POST /v1/auth/password-resets/{token}": "whoever holds the link",
    "GET /v1/auth/invitations/{token}": "whoever holds the link",
    "POST /v1/auth/invitations/{token}": "whoever holds the link",
    "GET /v1/mail-stops/{token}": "whoever holds the link",
    "POST /v1/mail-stops": "whoever holds the link",
    "GET /v1/workspace": "its defaults are on every page",
    "GET /v1/portal/invitations/{token}": "whoever holds the link",
    "POST /v1/portal/invitations/{token}": "whoever holds the link",
    "POST /v1/portal/sessions": "it is how a contact becomes known",
    "POST /v1/portal/sign-in-links": "it is for who cannot sign in",
    "POST /v1/portal/sign-in-links/{token}": "whoever holds the link",
}


# What is asked before anyone is known.
OF_STRANGERS = {
    "POST /v1/auth/token",
    "POST /v1/auth/sessions",
    "POST /v1/auth/password-resets",
    "POST /v1/auth/password-resets/{token}",
    "GET /v1/auth/invitations/{token}",
    "POST /v1/auth/invitations/{token}",
    "GET /v1/mail-stops/{token}",
    "POST /v1/mail-stops",
    "GET /v1/portal/invitations/{token}",
    "POST /v1/portal/invitations/{token}",
    "POST /v1/portal/sessions",
    "POST /v1/portal/sign-in-links",
    "POST /v1/portal/sign-in-links/{token}",
}
# These end the session that all the others are tried with.
SIGNING_OUT = {"DELETE /v1/auth/token", "DELETE /v1/auth/sessions/current"}


def routes(app: Flask) -> list[tuple[str, str, Any]]:
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/"):
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        view = app.view_functions[rule.endpoint]
        for method in sorted(methods):
            handler = getattr(view, "view_class", None)
            target = getattr(handler, method.lower()) if handler else view
            found.append((method, rule.rule, target))
    return found


def _path(rule: str) -> str:
    parts = [str(uuid.uuid4()) if part.startswith("<") else part for part in rule.split("/")]
    return "/".join(parts)


def shown(rule: str) -> str:
    return re.sub(r"<\w+:(\w+)>", r"{\1}", rule)


def test_every_route_names_a_permission_that_exists(api: Api) -> None:
    for method, rule, view in routes(api.app):
        permission = getattr(view, "permission", None)
        if getattr(view, "of_portal", False):
            assert rule.startswith("/v1/portal/")
            assert permission is None
        elif permission is None:
            assert f"{method} {shown(rule)}" in WITHOUT_PERMISSION, f"{method} {rule} is open"
        else:
            assert permission in PERMISSIONS | {INSTALLATION_VIEW}, f"{method} {rule}: {permission}"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_is_refused_exactly_where_it_lacks_the_permission(api: Api, role: str) -> None:
    caller = api.with_role(role)
    for method, rule, view in routes(api.app):
        if f"{method} {shown(rule)}" in SIGNING_OUT:
            continue
        permission = getattr(view, "permission", None)
        answer = caller.call(method, _path(rule), None if method == "GET" else {})
        expected = permission is not None and permission not in ROLES[role]
        assert (answer.status_code == 403) == expected, (
            f"{role}: {method} {rule} needs {permission}, answered {answer.status_code}"
        )


def test_every_route_but_signing_in_refuses_an_unknown_caller(api: Api) -> None:
    http = api.app.test_client()
    for method, rule, _ in routes(api.app):
        if f"{method} {shown(rule)}" in OF_STRANGERS:
            continue
        answer = http.open(_path(rule), method=method)
        assert answer.status_code == 401, f"{method} {rule}"


def test_nothing_of_another_workspace_is_found(api: Api) -> None:
    """A 404, as for something that never was: an answer that differs would tell."""
    made: Any = api.owner.call("POST", "/v1/clients", _client()).json
    other = api.other_workspace()
    for method, rule, _ in routes(api.app):
        if "<uuid:client_id>" not in rule or rule.count("<") > 1:
            continue
        path = rule.replace("<uuid:client_id>", made["id"])
        answer = other.call(method, path, {} if method != "GET" else None, If_Match='"1"')
        assert answer.status_code in {404, 422}, f"{method} {rule}: {answer.status_code}"
    assert api.owner.call("GET", f"/v1/clients/{made['id']}").json == made


def _client() -> dict[str, Any]:
    return {"company_name": "Acme Machines", "primary_contact": {"email": "jo@acme.example.com"}}
