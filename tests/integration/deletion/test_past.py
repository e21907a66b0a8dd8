"""Reading the past of clients that were merged, deleted, or brought back."""

from __future__ import annotations

from typing import Any

from tests.integration.deletion.conftest import Firm

CONTACTS = [{"name": "Ana", "email": "ana@example.com"}]
RATES = [{"position": "Fitter", "regular_rate": "90.00"}]


def _told(client: Any) -> Any:
    """A record without what only an answer of the past says, and its hidden tax number."""
    return {name: value for name, value in client.items() if name not in {"as_of", "tax_id"}}


def _as_of(firm: Firm, client: Any) -> Any:
    return firm.ok("GET", f"/clients/{client['id']}?as_of={client['updated_at']}")


def _merged(firm: Firm) -> tuple[Any, Any, Any]:
    """A client that went, and the one it is now, before and after."""
    gone = firm.client("Acme Ltd", website="https://a.example.com", contacts=CONTACTS, rates=RATES)
    kept = firm.client("Acme Machines", industry="Manufacturing", tax_id="12-3456789")
    before = firm.ok("GET", f"/clients/{kept}")
    return gone, before, firm.ok("POST", f"/clients/{gone}/merge", {"into": kept})


def test_a_survivor_is_told_as_it_was_before_and_after(firm: Firm) -> None:
    _, before, after = _merged(firm)
    assert _told(_as_of(firm, before)) == _told(before)
    assert _told(_as_of(firm, after)) == _told(firm.ok("GET", f"/clients/{before['id']}"))
    changed = firm.ok("GET", f"/clients/{before['id']}/diff?from={before['version']}")["changes"]
    assert {change["field"]: change["after"] for change in changed}["website"] == after["website"]
    assert len([change for change in changed if change["before"] is None]) > len(RATES)


def test_the_past_of_the_old_id_is_where_the_client_is(firm: Firm) -> None:
    gone, before, _ = _merged(firm)
    for part in ("?as_of=2999-01-01T00:00:00Z", "/diff?from=1"):
        answer: Any = firm.call("GET", f"/clients/{gone}{part}")
        assert (answer.status_code, answer.json["merged_into"]) == (301, before["id"])
        assert answer.headers["Location"] == f"/v1/clients/{before['id']}{part}"


def test_a_change_meant_for_before_the_merge_is_merged_or_refused(firm: Firm) -> None:
    _, before, after = _merged(firm)
    path, stale = f"/clients/{before['id']}", {"If_Match": f'"{before["version"]}"'}
    changed = firm.ok("PATCH", path, {"industry": "Energy"}, **stale)
    assert (changed["industry"], changed["website"]) == ("Energy", after["website"])
    answer: Any = firm.call("PATCH", path, {"website": "https://b.example.com"}, **stale)
    assert answer.status_code == 412
    assert answer.json["theirs"] == {"website": after["website"]}


def test_a_client_that_came_back_has_its_past_and_one_that_went_has_none(firm: Firm) -> None:
    firm.ok("PATCH", "/workspace", {"deletion_undo_days": 3})
    made = firm.ok("GET", f"/clients/{firm.client('Acme', contacts=CONTACTS)}")
    changed = firm.ok("PATCH", f"/clients/{made['id']}", {"industry": "Energy"}, If_Match='"1"')
    deletion = firm.delete(made["id"])
    assert firm.call("GET", f"/clients/{made['id']}?as_of={made['updated_at']}").status_code == 404
    firm.ok("POST", f"/deletions/{deletion['deletion_id']}/undo")
    for version in (made, changed, firm.ok("GET", f"/clients/{made['id']}")):
        assert _told(_as_of(firm, version)) == _told(version)
    late = firm.ok("PATCH", f"/clients/{made['id']}", {"website": None}, If_Match='"1"')
    assert late["industry"] == "Energy"
