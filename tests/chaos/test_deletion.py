"""A deletion through kills at every hop: its receipt reaches done, and no word is left."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from minio import Minio

from shared.messaging.topology import SERVICES
from tests.factories import documents as files
from tests.fixtures.firm import found_workspace
from tests.fixtures.system import System
from tests.fixtures.traces import traces
from tests.fixtures.waiting import eventually

HOPS = (
    "uow.before_commit",
    "uow.after_commit",
    "relay.after_publish",
    "activity.before_progress",
    "activity.after_ingest",
    "metrics.before_progress",
    "documents.after_ingest",
    "documents.after_removal",
    "documents.while_erasing",
    "clients.while_erasing",
    "clients.before_progress",
)


@dataclass
class Office:
    """A workspace of the running system."""

    system: System
    http: httpx.Client
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request, sent again under one key until it is answered."""
        key = {"Idempotency-Key": uuid.uuid4().hex, "Authorization": f"Bearer {self.token}"}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                answer = self.http.request(
                    method, f"/v1{path}", json=body, headers={**key, **headers}
                )
                if answer.status_code < 300:
                    return answer.json()
                refused = answer.status_code < 500 and answer.status_code != 409
                assert not refused, f"{method} {path}: {answer.status_code} {answer.text}"
            time.sleep(0.2)  # A caller's pause before it tries again.
        raise AssertionError(f"{method} {path}: no answer")

    def client(self, word: str) -> str:
        """A client with something in every service, and the word in each; its id."""
        body = {
            "company_name": f"{word} Works",
            "primary_contact": {"email": f"{word}@example.com"},
            "contacts": [{"name": word}],
            "current_systems": word,
        }
        client_id = str(self.send("POST", "/clients", body)["id"])
        path, data = f"/clients/{client_id}/documents", files.pdf()
        document = self.send("POST", path, {"file_name": f"{word}.pdf", "size": len(data)})
        httpx.put(document["upload"]["url"], content=data).raise_for_status()
        self.send("POST", f"{path}/{document['id']}/complete", {})
        self.send("POST", f"/clients/{client_id}/projects", {"name": word, "status": "active"})
        return client_id

    def traces(self, word: str) -> list[str]:
        """Where the word stands in the four databases."""
        found = []
        for service in SERVICES:
            with self.system.connect(service) as connection:
                found += [f"{service}: {each}" for each in traces(connection, word)]
        return found

    def keys(self, client_id: str) -> set[str]:
        """Under which keys the client's documents stand in the bucket."""
        query = (
            "SELECT key FROM documents, unnest(ARRAY[staging_key, final_key]) AS key "
            "WHERE client_id = %s AND key IS NOT NULL"
        )
        with self.system.connect("documents") as connection:
            return {key for (key,) in connection.execute(query, (client_id,))}

    def objects(self) -> set[str]:
        """The keys of all that the bucket holds, other workspaces' too."""
        s3 = self.system.stack["s3"]
        address = s3["endpoint"].partition("://")[2]
        store = Minio(address, s3["access_key"], s3["secret_key"], secure=False, region="us-east-1")
        return {str(each.object_name) for each in store.list_objects(s3["bucket"], recursive=True)}


@pytest.fixture
def office(system: System) -> Iterator[Office]:
    """A fresh workspace; the system is whole again afterwards."""
    founded = found_workspace(system)
    with httpx.Client(base_url=system.stack["api"], timeout=5.0) as http:
        yield Office(system, http, founded["token"])
    system.disarm_all()


@pytest.mark.parametrize("hop", HOPS)
def test_a_deletion_survives_a_kill(system: System, office: Office, hop: str) -> None:
    word = f"w{uuid.uuid4().hex}"
    client_id = office.client(word)
    eventually("everyone has heard of the client", lambda: _is_everywhere(office, word))
    keys = office.keys(client_id)
    assert keys & office.objects()
    confirm = office.send("GET", f"/clients/{client_id}/deletion-plan")["confirm"]
    system.arm(hop)
    deletion = office.send("DELETE", f"/clients/{client_id}?confirm={confirm}")
    system.wait_fired(hop)
    path = f"/deletions/{deletion['deletion_id']}"
    eventually(
        "the receipt is done", lambda: office.send("GET", path)["state"] == "done", seconds=60
    )
    assert office.traces(word) == []
    assert not keys & office.objects()
    verified = system.cli("projections", "verify")
    assert verified.returncode == 0, verified.stdout


def _is_everywhere(office: Office, word: str) -> bool:
    found = {place.partition(":")[0] for place in office.traces(word)}
    return found >= {"clients", "documents", "activity"}
