"""The records as a program elsewhere handles them by the client package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clientele_client.cursors import CursorFile
from clientele_client.errors import Invalid, NotFound, StaleVersion, Unauthenticated
from clientele_client.feed import Feed
from clientele_client.records import Clientele
from tests.fixtures.firm import Firm
from tests.fixtures.waiting import eventually


@pytest.fixture
def address(firm: Firm) -> tuple[str, str]:
    token = firm.http.headers["Authorization"].removeprefix("Bearer ")
    return firm.system.stack["api"], token


@pytest.fixture
def clientele(address: tuple[str, str]) -> Iterator[Clientele]:
    with Clientele(*address) as found:
        yield found


def _made(clientele: Clientele, name: str = "Acme Machines") -> str:
    contact = {"name": "Jo Park", "email": f"jo@{name.split(maxsplit=1)[0].lower()}.example.com"}
    return clientele.create_client({"company_name": name, "primary_contact": contact})["id"]


def test_a_person_logs_in_with_a_password(firm: Firm, address: tuple[str, str]) -> None:
    email, password = f"{firm.workspace}@example.com", "a long password"
    firm.post("/users", {"email": email, "name": "Jo", "role": "viewer", "password": password})
    with Clientele.log_in(address[0], email, password) as jo:
        assert "clients.view" in jo.me()["permissions"]
    with pytest.raises(Unauthenticated):
        Clientele.log_in(address[0], email, "another password")


def test_lists_go_over_every_page(clientele: Clientele) -> None:
    made = {_made(clientele, f"{name} Works") for name in ("Ash", "Birch", "Cedar")}
    assert {client["id"] for client in clientele.clients(limit=1)} == made
    assert [c["company_name"] for c in clientele.clients(q="birch")] == ["Birch Works"]


def test_late_changes_are_merged_or_refused_with_both_sides(clientele: Clientele) -> None:
    client = _made(clientele)
    clientele.update_client(client, {"website": "https://acme.example.com"}, 1)
    merged = clientele.update_client(client, {"current_systems": "paper"}, 1)
    assert (merged["website"], merged["current_systems"]) == ("https://acme.example.com", "paper")
    with pytest.raises(StaleVersion) as stale:
        clientele.update_client(client, {"website": "https://other.example.com"}, 1)
    assert stale.value.theirs["website"] == "https://acme.example.com"
    assert stale.value.yours["website"] == "https://other.example.com"
    assert stale.value.base["website"] is None


def test_every_wrong_field_is_named_at_once(clientele: Clientele) -> None:
    with pytest.raises(Invalid) as invalid:
        clientele.create_client({"company_name": "", "primary_contact": {"email": "no"}})
    assert {error.field for error in invalid.value.errors} >= {
        "company_name", "primary_contact.email",
    }  # fmt: skip


def test_contacts_rates_status_and_deletion(clientele: Clientele) -> None:
    client = _made(clientele)
    contact = clientele.add_contact(client, {"name": "Ana", "email": "ana@acme.example.com"})
    assert clientele.change_contact(client, contact["id"], {"title": "CFO"})["title"] == "CFO"
    rate = clientele.add_rate(client, {"position": "Engineer", "regular_rate": "150.00"})
    changed = clientele.change_rate(client, rate["id"], {"regular_rate": "160.00"})
    assert changed["regular_rate"] == "160.00"
    assert [each["id"] for each in clientele.contacts(client)] == [contact["id"]]
    clientele.remove_contact(client, contact["id"])
    clientele.remove_rate(client, rate["id"])
    assert clientele.contacts(client) == clientele.rates(client) == []
    assert clientele.set_status(client, "inactive", "Paused")["status"] == "inactive"
    assert clientele.metrics(client)["invoices_issued"] == 0
    assert clientele.delete_client(client, clientele.deletion_plan(client)["confirm"])
    with pytest.raises(NotFound):
        clientele.client(client)


def test_a_file_goes_into_the_store_and_comes_back(
    clientele: Clientele, firm: Firm, tmp_path: Path
) -> None:
    client, file = _made(clientele), tmp_path / "sow.txt"
    file.write_text("Statement of work\n")
    document = clientele.upload(client, file, category="contract")
    assert document["status"] == "available"
    assert clientele.download(client, document["id"]) == file.read_bytes()
    assert [each["id"] for each in clientele.documents(client)] == [document["id"]]
    firm.sees(client, "documents.document.added.v1")
    told = [entry["type"] for entry in clientele.timeline(client, order="oldest", limit=1)]
    assert told[:2] == ["clients.client.created.v1", "documents.document.added.v1"]


def test_a_large_file_goes_in_parts_and_comes_back_as_it_went(
    clientele: Clientele, tmp_path: Path
) -> None:
    client, file = _made(clientele), tmp_path / "long.txt"
    file.write_bytes(b"A line of a long text, and nothing else.\n" * (65 * 2**20 // 41))
    announced = clientele.files(client).announce(
        {"file_name": "a.txt", "size": file.stat().st_size}
    )
    assert len(announced["upload"]["parts"]) > 1, "it is too small for parts"
    document = clientele.upload(client, file)["id"]
    eventually(
        "it is checked",
        lambda: clientele.document(client, document)["status"] == "available",
        60,
    )
    assert clientele.download(client, document) == file.read_bytes()


def test_the_feed_is_read_to_its_end_and_then_from_the_kept_cursor(
    clientele: Clientele, firm: Firm, address: tuple[str, str], tmp_path: Path
) -> None:
    feed, cursor = Feed(*address), CursorFile(tmp_path / "cursor")

    def read() -> list[str]:
        wanted = feed.events(cursor=cursor, types="clients.client.*", limit=2, wait=0)
        return [str(event["client_id"]) for event in wanted]

    made = [_made(clientele, f"{name} Works") for name in ("Ash", "Birch", "Cedar")]
    told: list[str] = []
    # An event is on the timeline a moment before it has its place in the feed.
    eventually("all are told", lambda: told.extend(read()) or len(told) >= len(made), 20)
    assert sorted(told) == sorted(made)
    assert read() == []
    for message in feed.pages(cursor=cursor, types="clients.client.*", wait=5):
        if message.events:
            assert message.events[0]["client_id"] == made[-1]
            break
        made.append(_made(clientele, "Dogwood Works"))
    feed.close()
