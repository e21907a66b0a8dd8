"""Who is gone is no duplicate of anybody: deleted, merged away, and back again."""

from __future__ import annotations

from tests.integration.deletion.conftest import Firm


def _alike(firm: Firm, client_id: str) -> list[str]:
    return [each["id"] for each in firm.ok("GET", f"/clients/{client_id}/duplicates")["data"]]


def _status(firm: Firm, name: str) -> int:
    body = {"company_name": name, "primary_contact": {"email": "jo@example.com"}}
    return firm.call("POST", "/clients", body).status_code


def test_a_deleted_client_is_no_candidate_until_the_deletion_is_undone(firm: Firm) -> None:
    firm.ok("PATCH", "/workspace", {"deletion_undo_days": 3})
    old, kept = firm.client("Acme"), firm.client("Acme Inc")
    assert _alike(firm, kept) == [old]
    deletion = firm.delete(old)
    assert _alike(firm, kept) == []
    firm.delete(kept)
    assert firm.call("GET", f"/clients/{kept}/duplicates").json["code"] == "clients.deleted"
    firm.ok("POST", f"/deletions/{deletion['deletion_id']}/undo", {})
    assert _status(firm, "ACME") == 409


def test_a_name_is_free_once_its_client_is_deleted(firm: Firm) -> None:
    firm.delete(firm.client("Acme"))
    assert _status(firm, "Acme") == 201


def test_who_was_merged_away_is_no_candidate_and_what_was_taken_over_counts(firm: Firm) -> None:
    old = firm.client("Zephyr", website="https://zephyr.example.com")
    kept = firm.client("Acme")
    third = firm.client("Birch", website="https://www.zephyr.example.com")
    assert _alike(firm, third) == [old]
    firm.ok("POST", f"/clients/{old}/merge", {"into": kept})
    assert _alike(firm, third) == [kept]
    moved = firm.call("GET", f"/clients/{old}/duplicates")
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        f"/v1/clients/{kept}/duplicates",
    )
    assert _status(firm, "Zephyr") == 201
