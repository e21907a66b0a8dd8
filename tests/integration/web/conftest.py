"""A browser without a script, before the pages of a real façade."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.settings import load
from tests.factories.clients import whole_client_body
from tests.fixtures.api import PASSWORD, Api
from tests.integration.gateway.servers import serving
from web.app import create_app
from web.settings import WebSettings

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Browser:
    """One browser: it keeps cookies and sends forms with the proof of the page before."""

    http: FlaskClient
    api: Api
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """A page; header names have underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._keep(self.http.get(path, headers=sent))

    def post(self, path: str, values: Any = (), **headers: str) -> TestResponse:
        """A form as the page before would send it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._keep(
            self.http.post(path, data={"form_token": self.token, **dict(values)}, headers=sent)
        )

    def _keep(self, answer: TestResponse) -> TestResponse:
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def sign_in(self, email: str = "owner@example.com", password: str = PASSWORD) -> TestResponse:
        """Signed in through the form."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"email": email, "password": password})
        self.get("/clients")
        return answer

    def become(self, role: str) -> None:
        """Signed in as a new user of a role."""
        email = f"{uuid.uuid4().hex}@example.com"
        body = {"email": email, "name": role.title(), "password": PASSWORD, "role": role}
        assert self.api.owner.call("POST", "/v1/users", body).status_code == 201
        self.post("/sign-out")
        self.sign_in(email)

    def client(self, **changes: Any) -> Any:
        """A client with everything a client can have, made through the API."""
        made = self.api.owner.call("POST", "/v1/clients", whole_client_body(**changes))
        assert made.status_code == 201, made.text
        return made.json


@pytest.fixture
def address(api: Api) -> Iterator[str]:
    """The façade on a port; the services behind it are not running."""
    with serving(api.app) as found:
        yield found


@pytest.fixture
def stranger(api: Api, address: str) -> Browser:
    """A browser in which nobody has signed in."""
    return browser_at(api, address)


def browser_at(api: Api, address: str) -> Browser:
    """A browser before the pages of a façade on a port."""
    secret = {"CLIENTELE_SECRET": api.runtime.settings.secret}
    settings = load(WebSettings, {**secret, "CLIENTELE_CLIENTS_URL": address})
    return Browser(create_app(settings).test_client(), api)


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """A browser in which the owner has signed in."""
    stranger.sign_in()
    return stranger
