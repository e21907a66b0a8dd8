"""A workspace of its own for each end-to-end test, on one running stack."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.fixtures.system import System, eventually

LINE = {"description": "Work", "quantity": "2.00", "unit_price": "100.00"}


@dataclass(frozen=True)
class Firm:
    """A workspace with its owner's key."""

    system: System
    workspace: str
    http: httpx.Client

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a path that must answer 200."""
        answer = self.http.get(f"/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        """The JSON of a write that must answer so."""
        answer = self.http.post(f"/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def client(self, name: str = "Acme Machines", **more: Any) -> Any:
        """A new client, whatever is like it."""
        body = {"company_name": name, "primary_contact": {"email": "jo@acme.example.com"}, **more}
        return self.post("/clients", {"allow_duplicate": True, **body})

    def types(self, client_id: str) -> list[str]:
        """The kinds of the client's timeline, newest first."""
        entries = self.get(f"/clients/{client_id}/activity", limit=100)["data"]
        return [entry["type"] for entry in entries]

    def sees(self, client_id: str, event_type: str, seconds: float = 10.0) -> None:
        """Wait until the timeline shows a kind of event."""
        eventually(
            f"{event_type} on the timeline",
            lambda: event_type in self.types(client_id),
            seconds,
        )


@pytest.fixture
def firm(system: System) -> Iterator[Firm]:
    """A fresh workspace."""
    made = system.cli(
        "workspaces", "create", "Works", "--admin-email", f"{uuid.uuid4().hex}@example.com",
        "--admin-password", "a long password", "--json",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    founded = json.loads(made.stdout)
    headers = {"Authorization": f"Bearer {founded['token']}"}
    with httpx.Client(base_url=system.stack["api"], headers=headers, timeout=10) as http:
        yield Firm(system, founded["workspace"], http)
