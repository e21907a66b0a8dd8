"""C2: a contact sees and sends the documents that the portal shows of their company's, and no
others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from itertools import product
from typing import Any

import urllib3

from services.clients.mail.tasks import send_mail
from shared.runtime import Runtime
from shared.settings import Settings, load
from tests.factories.documents import pdf
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to
from tests.integration.gateway.conftest import Office


def _put(made: Any) -> None:
    upload = made["upload"]
    assert (
        urllib3.request("PUT", upload["url"], body=pdf(), headers=upload["headers"]).status == 200
    )


def _added(office: Office, **details: Any) -> str:
    """A document of the firm's, checked."""
    path = f"/clients/{office.client_id}/documents"
    body = {"file_name": "contract.pdf", "size": len(pdf()), **details}
    made = office.call("POST", path, json=body).json
    _put(made)
    assert office.call("POST", f"{path}/{made['id']}/complete", json={}).status_code == 200
    return str(made["id"])


def _visitor(office: Office, engines: RunningEngines, environment: dict[str, str]) -> Office:
    email = f"{uuid.uuid4().hex}@acme.example.com"
    path = f"/clients/{office.client_id}/contacts"
    contact = office.call("POST", path, json={"name": "Ana", "email": email}).json
    office.call("POST", f"{path}/{contact['id']}/invite", json={})
    send_mail(Runtime("clients", load(Settings, environment)))
    token = link_in(mails_to(engines.mailbox, email)[-1]).rpartition("/")[2]
    accepted = office.call("POST", f"/portal/invitations/{token}", json={"name": "Ana"})
    return Office(office.http, accepted.json["token"], office.client_id)


def _another_company(office: Office) -> Office:
    other = Office(office.http, office.token)
    body = {"company_name": "Other Works", "primary_contact": {"email": "bo@other.example.com"}}
    other.client_id = office.call("POST", "/clients", json=body).json["id"]
    return other


def _objects(office: Office, code: str) -> dict[str, str]:
    """One of all that a portal's path may name, by the name that paths have for it."""
    client, any_version = f"/clients/{office.client_id}", {"If-Match": "*"}
    coded = office.call("PATCH", client, json={"client_code": code}, headers=any_version)
    assert coded.status_code == 200, coded.text
    project = office.call(
        "POST", f"{client}/projects", json={"name": "Line 4", "status": "active"}
    ).json
    line = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}
    invoice = office.call("POST", f"{client}/invoices", json={"lines": [line]}).json
    path = f"/invoices/{invoice['id']}"
    assert office.call("POST", f"{path}/issue", json={}).status_code == 200
    credit = {"reason": "Too much"}
    credited = office.call("POST", f"{path}/credit-notes", json=credit, headers=any_version)
    assert credited.status_code == 201, credited.text
    [note] = office.call("GET", path).json["credit_notes"]
    return {
        "project_id": project["id"],
        "invoice_id": invoice["id"],
        "credit_note_id": note["id"],
        "document_id": _added(office, portal_visible=True),
    }


def test_every_route_knows_no_object_of_another_company(
    office: Office, engines: RunningEngines, environment: dict[str, str]
) -> None:
    own, foreign = _objects(office, "ACM"), _objects(_another_company(office), "OTH")
    visitor = _visitor(office, engines, environment)
    walked = 0
    for path, methods in office.http.get("/openapi.json").json["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if not path.startswith("/v1/portal") or not names or names == ["token"]:
            continue
        for ids in _mixed(names, own, foreign):
            for method in {*methods} - {"parameters"}:
                asked = path.removeprefix("/v1").format(**ids)
                answer = visitor.call(method.upper(), asked, json={})
                assert (answer.status_code, method) == (404, method), (asked, answer.text)
                walked += 1
    assert walked >= 8


def _mixed(
    names: list[str], own: dict[str, str], foreign: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Ids for a path of which one at least is another company's."""
    for whose in product((own, foreign), repeat=len(names)):
        if foreign in whose:
            yield {name: ids[name] for name, ids in zip(names, whose, strict=True)}


def test_a_contact_sees_what_is_shared_and_sends_what_the_firm_sees(
    office: Office, engines: RunningEngines, environment: dict[str, str]
) -> None:
    hidden, shared = _added(office), _added(office, portal_visible=True)
    visitor = _visitor(office, engines, environment)
    other = _another_company(office)
    foreign = _added(other, portal_visible=True)

    sent = visitor.call(
        "POST", "/portal/documents", json={"file_name": "a.pdf", "size": len(pdf())}
    )
    assert sent.status_code == 201, sent.text
    _put(sent.json)
    done = visitor.call("POST", f"/portal/documents/{sent.json['id']}/complete", json={})
    assert (done.status_code, done.json["status"]) == (200, "available")

    found = visitor.call("GET", "/portal/documents").json["data"]
    assert [each["id"] for each in found] == [sent.json["id"], shared]
    assert visitor.call("GET", f"/portal/documents/{shared}/download").status_code == 302
    for document in (hidden, foreign):
        for path in ("", "/download"):
            for query in ("", "?reports=true"):
                answer = visitor.call("GET", f"/portal/documents/{document}{path}{query}")
                assert answer.status_code == 404
    assert visitor.call("POST", f"/portal/documents/{hidden}/complete", json={}).status_code == 404
    assert visitor.call("GET", "/portal/reports").json["data"] == []
    start = visitor.call("GET", "/portal/overview").json
    assert [each["id"] for each in start["documents"]["data"]] == [sent.json["id"], shared]
    assert start["unavailable"] == []

    seen = office.call("GET", f"/clients/{office.client_id}/documents/{sent.json['id']}").json
    assert (seen["portal_visible"], seen["category"]) == (True, "other")
