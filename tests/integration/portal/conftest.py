"""Two clients with contacts, and contacts who are signed in to the portal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.clients.mail.tasks import send_mail
from tests.factories.clients import client_body
from tests.fixtures.api import PASSWORD, Api, Caller
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to

LINE = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}


@dataclass
class Portal:
    """The firm's side and the contacts' side of one workspace."""

    api: Api
    engines: RunningEngines

    def stranger(self, method: str, path: str, body: Any = None) -> TestResponse:
        """A call by nobody."""
        return self.api.app.test_client().open(f"/v1/portal{path}", method=method, json=body)

    def firm(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The owner's call, its status checked."""
        answer = self.api.owner.call(method, f"/v1{path}", body)
        assert answer.status_code == status, answer.text
        return answer.get_json(silent=True)

    def client(self, email: str, **more: Any) -> Any:
        """A client with one contact of this address."""
        contact = {"name": "Ana Ruiz", "email": email}
        body = client_body(
            company_name=f"Acme {uuid.uuid4().hex[:6]}", allow_duplicate=True, contacts=[contact]
        )
        return self.firm("POST", "/clients", {**body, **more}, 201)

    def invite(self, client: Any, **body: Any) -> Any:
        """The client's first contact, invited."""
        contact = client["contacts"][0]["id"]
        return self.firm("POST", f"/clients/{client['id']}/contacts/{contact}/invite", body, 201)

    def mailed(self, email: str) -> str:
        """The token of the latest link that an address was sent."""
        send_mail(self.api.runtime)
        return link_in(mails_to(self.engines.mailbox, email)[-1]).rpartition("/")[2]

    def accept(self, token: str, password: str | None = PASSWORD) -> TestResponse:
        """An invitation accepted."""
        body = {"name": "Ana R.", "password": password}
        return self.stranger("POST", f"/invitations/{token}", body)

    def visitor(self, client: Any, **body: Any) -> Caller:
        """The client's first contact, signed in."""
        email = self.invite(client, **body)["email"]
        answer: Any = self.accept(self.mailed(email))
        assert answer.status_code == 201, answer.text
        return Caller(self.api.app.test_client(), answer.json["token"])

    def invoice(self, client: Any) -> Any:
        """An issued invoice over 200."""
        made = self.firm("POST", f"/clients/{client['id']}/invoices", {"lines": [LINE]}, 201)
        return self.firm("POST", f"/invoices/{made['id']}/issue", {})

    def project(self, client: Any) -> Any:
        """A project of 40 hours."""
        body = {"name": "Line 4", "status": "active", "budget_hours": "40.00"}
        return self.firm("POST", f"/clients/{client['id']}/projects", body, 201)


def an_address() -> str:
    """One that nobody has had before."""
    return f"{uuid.uuid4().hex}@acme.example.com"


def events_of(api: Api, client_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Type and actor's kind of the client's portal events, in their order."""
    with api.runtime.unit_of_work(api.origin()) as uow:
        rows = uow.session.execute(
            text(
                "SELECT type, actor FROM event_log WHERE client_id = :id "
                "AND type LIKE 'clients.portal%' ORDER BY id"
            ),
            {"id": client_id},
        )
        return [(kind.removeprefix("clients.").removesuffix(".v1"), actor) for kind, actor in rows]


def portal_data(api: Api, client_id: str, kind: str) -> list[Any]:
    """What the client's events of a type tell, in their order."""
    found = "SELECT data FROM event_log WHERE client_id = :id AND type = :type ORDER BY id"
    with api.runtime.unit_of_work(api.origin()) as uow:
        given = {"id": client_id, "type": f"clients.{kind}.v1"}
        return list(uow.session.scalars(text(found), given))


@pytest.fixture
def portal(api: Api, engines: RunningEngines) -> Portal:
    """The façade without the services behind it."""
    return Portal(api, engines)
