"""Invented clients, projects, invoices and a document, sent as any API consumer would."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx

from cli.seed.clients import CLIENTS
from cli.seed.pdf import one_page
from shared.clock import now

# Each request's key derives from its place here: a second run repeats answers, not effects.
_NAMESPACE = uuid.UUID("0190b1d0-5eed-7000-8000-000000000001")


class Refused(Exception):
    """The API did not take a request of the seed."""


class Api:
    """The public API with the demo owner's token."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)

    def send(
        self, method: str, path: str, body: object, *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON answer; raises `Refused` with the problem's own words."""
        key = str(uuid.uuid5(_NAMESPACE, f"{method} {path} {body}"))
        found = self._http.request(
            method, path, json=body, headers={"Idempotency-Key": key, **(headers or {})}
        )
        if found.is_error:
            raise Refused(f"{method} {path} was answered with {found.status_code}: {found.text}")
        return {"etag": found.headers.get("ETag", ""), **found.json()}

    def exists(self, code: str) -> bool:
        """Whether a client of that code is there already."""
        found = self._http.get("/v1/clients", params={"q": code, "limit": 50})
        if found.is_error:
            raise Refused(f"GET /v1/clients was answered with {found.status_code}: {found.text}")
        return any(client["client_code"] == code for client in found.json()["data"])

    def put_file(self, upload: Mapping[str, Any], content: bytes) -> None:
        """Send bytes to where an upload link says."""
        found = httpx.request(
            upload["method"], upload["url"], content=content, headers=upload.get("headers") or {}
        )
        if found.is_error:
            raise Refused(f"the object store answered with {found.status_code}: {found.text}")


def make_records(url: str, token: str) -> None:
    """Create every invented client that is not there yet, with all that hangs on it."""
    api = Api(url, token)
    for number, plan in enumerate(CLIENTS):
        if not api.exists(plan["client"]["client_code"]):
            _make_client(api, number, plan)


def _make_client(api: Api, number: int, plan: Mapping[str, Any]) -> None:
    client = api.send("POST", "/v1/clients", plan["client"])
    path = f"/v1/clients/{client['id']}"
    for project in plan.get("projects", ()):
        api.send("POST", f"{path}/projects", project)
    for lines, days_ago, share_paid in plan.get("invoices", ()):
        _make_invoice(api, path, lines, days_ago, share_paid)
    if number == 0:
        _make_document(api, path, str(client["company_name"]))
    if "later" in plan:
        api.send("PATCH", path, plan["later"], headers={"If-Match": client["etag"]})
    if "status" in plan:
        api.send("PUT", f"{path}/status", plan["status"])


def _make_invoice(
    api: Api, path: str, lines: list[dict[str, str]], days_ago: int, share_paid: str
) -> None:
    due = _day(days_ago - 30)
    invoice = api.send("POST", f"{path}/invoices", {"lines": lines, "due_on": due})
    if days_ago == 0:
        return
    issued = api.send("POST", f"/v1/invoices/{invoice['id']}/issue", {})
    for amount in _payments(issued["total"], share_paid):
        payment = {"amount": amount, "paid_on": _day(0), "method": "bank transfer"}
        api.send("POST", f"/v1/invoices/{invoice['id']}/payments", payment)


def _payments(total: str, share_paid: str) -> Iterator[str]:
    if share_paid == "all":
        yield total
    elif share_paid == "part":
        yield "500.00"


def _make_document(api: Api, path: str, company: str) -> None:
    content = one_page(f"Service agreement with {company}")
    document = api.send(
        "POST",
        f"{path}/documents",
        {
            "file_name": "service-agreement.pdf",
            "size": len(content),
            "content_type": "application/pdf",
            "category": "agreement",
            "title": "Service agreement",
        },
    )
    if document["status"] != "pending":
        return
    api.put_file(document["upload"], content)
    api.send("POST", f"{path}/documents/{document['id']}/complete", {})


def _day(days_ago: int) -> str:
    return (now().date() - timedelta(days=days_ago)).isoformat()
