"""One stack with the demo workspace, and readers who have signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.fixtures.stack import RunningStack, start_stack

PASSWORD = "a long enough password"
LONG_NAME = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Sons"
)


@dataclass
class Site:
    """The stack, and ids of what the tests look at."""

    stack: RunningStack
    http: httpx.Client
    client_id: str = ""
    invoice_id: str = ""
    project_id: str = ""
    long_id: str = ""
    entry_id: str = ""
    # Of a client that no test changes.
    quiet_id: str = ""
    quiet_invoice_id: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call of the API as the owner."""
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def reader(self, role: str) -> str:
        """A user of a role; the email to sign in with."""
        email = f"{role}@browser.example.com"
        found = [each for each in self.call("GET", "/v1/users")["data"] if each["email"] == email]
        if not found:
            body = {"email": email, "name": role.title(), "password": PASSWORD, "role": role}
            self.call("POST", "/v1/users", body)
        return email


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo workspace, and a client with a name longer than most screens."""
    folder: Path = tmp_path_factory.mktemp("browser") / "data"
    stack = start_stack(folder)
    try:
        with stack.client(timeout=20) as http:
            yield _furnished(Site(stack, http))
    finally:
        stack.stop()


def _furnished(site: Site) -> Site:
    body = {"company_name": LONG_NAME, "primary_contact": {"email": "a@long.example.com"}}
    site.long_id = site.call("POST", "/v1/clients", body)["id"]
    found = site.call("GET", "/v1/clients?q=alder")["data"]
    site.client_id = found[0]["id"]
    site.invoice_id = site.call("GET", f"/v1/clients/{site.client_id}/invoices")["data"][0]["id"]
    site.project_id = site.call("GET", f"/v1/clients/{site.client_id}/projects")["data"][0]["id"]
    site.quiet_id = site.call("GET", "/v1/clients?q=cassia")["data"][0]["id"]
    invoices = site.call("GET", f"/v1/clients/{site.quiet_id}/invoices")["data"]
    site.quiet_invoice_id = invoices[0]["id"]
    site.entry_id = site.call("GET", "/v1/workspace/industries")["data"][0]["id"]
    return site


@dataclass
class Reader:
    """Someone in front of a browser; `complaints` is what the browser had to say."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.base + path)
        return self.page


Readers = Callable[..., Reader]


@pytest.fixture
def readers(chromium: Browser, site: Site) -> Iterator[Readers]:
    """`readers(email, **options)`: a reader who has signed in; the owner where none is named."""
    contexts: list[BrowserContext] = []

    def make(email: str | None = None, **options: Any) -> Reader:
        context = chromium.new_context(base_url=site.stack.web, **options)
        contexts.append(context)
        reader = _listening(Reader(context.new_page(), site.stack.web))
        admin = site.stack.info["admin"]
        _sign_in(reader, email or admin["email"], PASSWORD if email else admin["password"])
        return reader

    yield make
    for context in contexts:
        context.close()


def _listening(reader: Reader) -> Reader:
    reader.page.on("pageerror", lambda error: reader.complaints.append(f"error: {error}"))
    reader.page.on(
        "console",
        lambda said: reader.complaints.append(said.text) if said.type == "error" else None,
    )
    return reader


def _sign_in(reader: Reader, email: str, password: str) -> None:
    page = reader.go("/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/clients**")


@pytest.fixture
def owner(readers: Readers) -> Reader:
    """The owner of the demo workspace, at a desk."""
    return readers(viewport={"width": 1280, "height": 900})
