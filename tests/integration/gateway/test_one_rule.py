"""What belongs to a kind is told to nobody who may not view the kind, by whatever route."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from services.activity.events.consumers import apply as apply_to_activity
from services.metrics.totals.consumers import apply as apply_to_metrics
from shared.clock import now
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load
from tests.factories.documents import pdf
from tests.factories.events import batch
from tests.integration.access.test_permission_matrix import routes, shown
from tests.integration.gateway.conftest import Office
from tests.integration.gateway.test_archive import upload
from tests.integration.messaging.conftest import read_log

TAX_ID = "41-2345678"
#: What is told of nothing but one kind, and the permissions that any of it asks for.
SECRETS = {
    TAX_ID: {"clients.view_tax_id"},
    "7654.32": {"invoices.view"},
    "PO-4711-SECRET": {"invoices.view"},
    "WIRE-REFERENCE": {"invoices.view"},
    "98765.43": {"projects.view"},
    "Hidden project": {"projects.view"},
    "secret-plan.pdf": {"documents.view"},
    "ACM-2026-0001.pdf": {"documents.view", "invoices.view"},
    "A word in confidence": {"notes.view"},
    "hidden-hook": {"webhooks.manage"},
}
#: What routes ask for in their query.
_QUERIES = {
    "/v1/clients/{client_id}/diff": "?from=1",
    "/v1/clients/{client_id}/merge-preview": "?into={other_id}",
    "/v1/clients/{client_id}/activity/export": "?format=json",
    "/v1/search": "?q=sec",
    "/v1/client-codes/suggest": "?name=Acme",
    "/v1/events": "?limit=100",
    "/v1/time-entries/weeks/{week}": "",
}
_NOBODY = str(uuid.UUID(int=0))


@dataclass(frozen=True)
class Told:
    """A workspace with something of every kind; `ids` are what routes ask for, by name."""

    office: Office
    app: Flask
    ids: dict[str, str]
    workspace: uuid.UUID


@pytest.fixture
def told(office: Office, environment: dict[str, str]) -> Told:
    """Everything is there, and every service has heard of it."""
    return _fill(office, environment)


def _fill(office: Office, environment: dict[str, str]) -> Told:
    path = f"/clients/{office.client_id}"
    made: dict[str, str] = {"client_id": office.client_id}

    def post(where: str, body: Any, status: int = 201) -> Any:
        answer = office.call("POST", where, json=body)
        assert answer.status_code == status, f"{where}: {answer.text}"
        return answer.json

    etag = office.call("GET", path).headers["ETag"]
    client = {"client_code": "ACM", "tax_id": TAX_ID}
    changed = office.call("PATCH", path, json=client, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    made["project_id"] = post(
        f"{path}/projects",
        {"name": "Hidden project", "status": "active", "budget_amount": "98765.43"},
    )["id"]
    made["note_id"] = post(f"{path}/notes", {"text": "A word in confidence"})["id"]
    made["document_id"] = upload(office, "secret-plan.pdf", pdf())
    line = {"description": "Audit", "quantity": "1", "unit_price": "7654.32"}
    body = {"lines": [line], "purchase_order": "PO-4711-SECRET"}
    made["invoice_id"] = post(f"{path}/invoices", body)["id"]
    post(f"/invoices/{made['invoice_id']}/issue", {}, 200)
    payment = {
        "amount": "10.00",
        "paid_on": now().date().isoformat(),
        "reference": "WIRE-REFERENCE",
    }
    post(f"/invoices/{made['invoice_id']}/payments", payment, 200)
    made["webhook_id"] = post(
        "/webhooks", {"url": "https://93.184.216.34/hidden-hook", "types": ["clients.client.*"]}
    )["id"]
    other = {"company_name": "Acme Machines", "primary_contact": {"email": "x@b.example.com"}}
    other |= {"allow_duplicate": True, "tax_id": TAX_ID}
    made["other_id"] = post("/clients", other)["id"]
    _deliver(environment)
    workspace = uuid.UUID(office.call("GET", "/workspace").json["id"])
    return Told(office, office.http.application, made, workspace)


def _deliver(environment: dict[str, str]) -> None:
    """Number every event and apply it wherever it is heard."""
    settings = load(Settings, environment)
    runtimes = {name: Runtime(name, settings) for name in ("clients", "documents", "activity")}
    timeline = Inbox("activity", runtimes["activity"].pipe_engine, apply_to_activity)
    numbers = Inbox("metrics", Runtime("metrics", settings).pipe_engine, apply_to_metrics)
    for name, runtime in runtimes.items():
        said = {**batch(read_log(runtime)), "source": f"/{name}"}
        timeline.ingest(said)
        if name == "clients":
            numbers.ingest(said)


def test_a_permission_shows_what_it_is_for_and_nothing_else(
    told: Told, key_with: Callable[..., str]
) -> None:
    assert _seen_by_everyone(told) == set(SECRETS), "the test itself does not see them"
    for permission in sorted(PERMISSIONS):
        caller = replace(told.office, token=key_with(told.workspace, permission))
        _nothing_leaks(told, caller, {permission})
    for permission in ("clients.export", "clients.delete", "clients.create", "webhooks.manage"):
        held = {"clients.view", "clients.update", permission}
        caller = replace(told.office, token=key_with(told.workspace, *held))
        _nothing_leaks(told, caller, held)


def _nothing_leaks(told: Told, caller: Office, held: set[str]) -> None:
    for method, path in _asked(told, held):
        content = _contents(caller.call(method, path, **_sent(method)))
        for secret, rights in SECRETS.items():
            if not rights & held:
                assert secret.encode() not in content, f"{held}: {method} {path} tells {secret}"


def _seen_by_everyone(told: Told) -> set[str]:
    asked = [path for method, path in _asked(told, PERMISSIONS) if method == "GET"]
    content = b"".join(_contents(told.office.call("GET", path)) for path in asked)
    return {secret for secret in SECRETS if secret.encode() in content}


def _asked(told: Told, held: Collection[str]) -> list[tuple[str, str]]:
    """The routes that these permissions lead to: those that read, and changes of nothing."""
    found = []
    for method, rule, view in routes(told.app):
        permission = getattr(view, "permission", None)
        wanted = method in {"GET", "PATCH"} and "/v1/portal/" not in rule
        if wanted and permission in {None, *held} and not rule.endswith("/stream"):
            found.append((method, _path(told, rule)))
    return found


def _path(told: Told, rule: str) -> str:
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: told.ids.get(name[1], _NOBODY), rule)
    query = _QUERIES.get(shown(rule), "").format(**told.ids)
    return filled.removeprefix("/v1") + query


def _sent(method: str) -> dict[str, Any]:
    return {} if method == "GET" else {"json": {}, "headers": {"If-Match": "*"}}


def _contents(answer: Any) -> bytes:
    """What is answered, of an archive what is in it."""
    if answer.mimetype != "application/zip":
        return bytes(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return b"".join(
            [*map(str.encode, archive.namelist()), *map(archive.read, archive.namelist())]
        )
