"""Six steps over HTTP on the whole system, a file among them, and what is left when it is not."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.factories.clients import whole_client_body
from tests.factories.documents import pdf
from tests.fixtures.firm import Firm
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

_HOW_TO = Path(__file__).resolve().parents[2] / "docs/how-to/create-a-client-in-six-steps.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

PARTS = {
    "basic": ("company_name", "client_code", "primary_contact", "website", "address", "industry"),
    "business": (
        "company_size",
        "annual_revenue",
        "tax_id",
        "primary_service_type",
        "current_systems",
        "technical_requirements",
        "compliance_requirements",
    ),
    "rates": ("rates",),
    "contacts": ("contacts",),
    "documents": (),
    "settings": ("settings",),
}


def _patch(firm: Firm, draft: str, step: str, body: Any, etag: str) -> httpx.Response:
    headers = {"If-Match": etag}
    answer = firm.http.patch(f"/v1{draft}/steps/{step}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def _upload(firm: Firm, draft: str) -> Any:
    announced = firm.post(f"{draft}/documents", {"file_name": "Plan.pdf", "size": len(pdf())})
    upload = announced["upload"]
    sent = httpx.put(upload["url"], content=pdf(), headers=upload["headers"])
    assert sent.status_code == 200
    return firm.post(f"{draft}/documents/{announced['id']}/complete", {}, 200)


def test_a_client_comes_to_be_in_six_steps_with_a_document(firm: Firm) -> None:
    body = whole_client_body()
    begun = firm.http.post("/v1/client-drafts", json={})
    draft, etag = f"/client-drafts/{begun.json()['id']}", begun.headers["ETag"]
    document = _upload(firm, draft)
    for step, names in PARTS.items():
        saved = _patch(firm, draft, step, {name: body[name] for name in names}, etag)
        assert (saved.json()["errors"], saved.json()["complete"][-1]) == ([], step)
        etag = saved.headers["ETag"]
    shown = firm.get(draft)
    assert shown["complete"] == list(PARTS)
    assert shown["steps"]["documents"] == {"documents": [document]}
    made = firm.http.post(f"/v1{draft}/submit", json={}, headers={"If-Match": etag})
    assert made.status_code == 201, made.text
    client = made.json()
    assert made.headers["Location"] == f"/v1/clients/{client['id']}"
    assert firm.get(f"/clients/{client['id']}") == client
    assert {name: client[name] for name in PARTS["business"]} == {
        name: body[name] for name in PARTS["business"]
    }
    assert firm.get(f"/clients/{client['id']}/documents")["data"] == [document]
    firm.sees(client["id"], "clients.client.created.v1")
    firm.sees(client["id"], "documents.document.added.v1")


def test_a_draft_that_is_thrown_away_takes_its_documents_along(firm: Firm) -> None:
    begun = firm.post("/client-drafts", {})
    draft = f"/client-drafts/{begun['id']}"
    document = _upload(firm, draft)
    assert firm.http.delete(f"/v1{draft}").status_code == 204

    def is_gone() -> bool:
        with firm.system.connect("documents") as connection:
            query = "SELECT FROM documents WHERE id = %s"
            return connection.execute(query, [document["id"]]).fetchone() is None

    eventually("its documents are gone", is_gone, 60)


def test_drafts_are_saved_and_submitted_while_everything_else_is_down(
    system: System, firm: Firm
) -> None:
    services = ("documents", "activity", "metrics")
    others = [f"{name}-{part}" for name in services for part in ("api", "worker", "relay")]
    with system.frozen(*others, "s3"):
        begun = firm.http.post("/v1/client-drafts", json={})
        draft = f"/client-drafts/{begun.json()['id']}"
        body = {"company_name": "Acme", "primary_contact": {"email": "jo@acme.example.com"}}
        _patch(firm, draft, "basic", body, begun.headers["ETag"])
        shown = firm.get(draft)
        assert shown["steps"]["documents"] == {"documents": None}
        assert [part["part"] for part in shown["unavailable"]] == ["documents"]
        made = firm.post(f"{draft}/submit", {})
    firm.sees(made["id"], "clients.client.created.v1", 30)


@pytest.fixture
def folder(system: System, tmp_path: Path) -> Path:
    """A folder as it is where `make up` runs."""
    (tmp_path / ".clientele").mkdir()
    (tmp_path / ".clientele" / "stack.json").write_text(json.dumps(system.stack))
    return tmp_path


def test_the_commands_of_the_how_to_show_what_it_says(folder: Path) -> None:
    (_, steps), (_, later), (_, shown) = _BLOCK.findall(_HOW_TO.read_text(encoding="utf-8"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{steps}\necho LATER\n{later}"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    first, _, last = done.stdout.partition("LATER\n")
    assert '"field":"primary_contact.email"' in first, "what is wrong is told"
    assert last.splitlines() == shown.splitlines()
