"""A workspace's archive holds its settings, and of each client what its own archive holds."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from services.clients.archive.routes import workspace as workspace_archive_routes
from tests.fixtures.databases import Databases
from tests.integration.gateway.conftest import Addresses, Facade, Office
from tests.integration.gateway.servers import dead_address
from tests.integration.gateway.test_archive import opened, upload

PATH = "/workspace/archive"


def _more_clients(office: Office, count: int) -> list[str]:
    ids = []
    for n in range(count):
        body = {"company_name": f"Works {n}", "primary_contact": {"email": f"jo@w{n}.example.com"}}
        ids.append(office.call("POST", "/clients", json=body).json["id"])
    return ids


def test_it_holds_settings_and_every_client_as_in_its_own_archive(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_archive_routes, "PAGE", 2)
    upload(office, "terms.pdf")
    ids = {office.client_id, *_more_clients(office, 4)}
    archive = opened(office.call("GET", PATH))
    held = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(held["workspace.json"]) == office.call("GET", "/workspace").json
    industries = office.call("GET", "/workspace/industries").json
    assert json.loads(held["lists.json"])["industries"] == industries
    assert json.loads(held["users.json"]) == office.call("GET", "/users").json["data"]
    assert json.loads(held["custom_fields.json"]) == []
    assert json.loads(held["manifest.json"])["counts"] == {"clients": len(ids)}
    found = {json.loads(data)["id"] for name, data in held.items() if "client.json" in name}
    assert found == ids
    for client_id in ids:
        office.client_id = client_id
        own = opened(office.get("archive"))
        folder = next(name for name in held if name.endswith(f"{client_id}/client.json"))[:-11]
        for name in set(own.namelist()) - {"manifest.json", "activity.jsonl"}:
            assert held[folder + name] == own.read(name)


def test_a_workspace_without_clients_has_one_too(office: Office) -> None:
    path = f"/clients/{office.client_id}"
    confirm = office.call("GET", f"{path}/deletion-plan").json["confirm"]
    assert office.call("DELETE", f"{path}?confirm={confirm}").status_code == 202
    archive = opened(office.call("GET", PATH))
    assert json.loads(archive.read("manifest.json"))["counts"] == {"clients": 0}


def test_a_client_deleted_on_the_way_breaks_nothing(office: Office) -> None:
    """It was read with its page, and what the other services had of it is gone."""
    gone = _more_clients(office, 1)[0]
    pieces = office.call("GET", PATH, buffered=False).response
    sent = io.BytesIO(next(pieces))
    confirm = office.call("GET", f"/clients/{gone}/deletion-plan").json["confirm"]
    assert office.call("DELETE", f"/clients/{gone}?confirm={confirm}").status_code == 202
    sent.seek(0, io.SEEK_END)
    sent.writelines(pieces)
    assert zipfile.ZipFile(sent).testzip() is None


def test_it_needs_two_rights_and_says_what_others_leave_out(
    office: Office, key_with: Callable[..., str]
) -> None:
    workspace = uuid.UUID(office.call("GET", "/workspace").json["id"])
    for held in ("clients.export", "workspace.manage"):
        office.token = key_with(workspace, "clients.view", held)
        assert office.call("GET", PATH).status_code == 403
    office.token = key_with(workspace, "clients.view", "clients.export", "workspace.manage")
    archive = opened(office.call("GET", PATH))
    assert set(json.loads(archive.read("manifest.json"))["left_out"]) == {"users"}
    assert "users.json" not in archive.namelist()


@pytest.mark.parametrize("service", ["documents", "activity"])
def test_a_dead_service_is_named_before_anything_is_sent(
    facade: Facade, addresses: Addresses, service: str
) -> None:
    answer = facade({**addresses, service: dead_address()}).call("GET", PATH)
    assert (answer.status_code, answer.json["service"]) == (503, service)


def test_that_it_was_made_is_an_event_of_the_workspace(
    office: Office, databases: Databases
) -> None:
    opened(office.call("GET", PATH))
    query = "SELECT client_id, data FROM event_log WHERE type = 'clients.archive.requested.v1'"
    with psycopg.connect(databases.url("clients")) as connection:
        rows: list[Any] = connection.execute(query).fetchall()
    assert [(client_id, data["archive"]["left_out"]) for client_id, data in rows] == [(None, [])]
