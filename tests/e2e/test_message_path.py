"""A change through the API is on the timeline and in the numbers a moment later."""

from __future__ import annotations

import statistics
import time

from tests.fixtures.firm import LINE, Firm
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually


def test_a_client_created_and_changed_is_on_its_timeline_with_before_and_after(
    firm: Firm,
) -> None:
    made = firm.client(industry="Industrials")
    patched = firm.http.patch(
        f"/v1/clients/{made['id']}",
        json={"industry": "Utilities"},
        headers={"If-Match": f'"{made["version"]}"'},
    )
    assert patched.status_code == 200
    firm.sees(made["id"], "clients.client.updated.v1")
    entries = firm.get(f"/clients/{made['id']}/activity")["data"]
    assert [entry["type"] for entry in entries] == [
        "clients.client.updated.v1",
        "clients.client.created.v1",
    ]
    change = {"field": "industry", "before": "Industrials", "after": "Utilities"}
    assert change in entries[0]["changes"]
    assert entries[0]["actor"]["kind"] == "api_key"


def test_what_happened_to_a_client_is_in_the_feed_once_and_in_order(
    firm: Firm, system: System
) -> None:
    made = firm.client(industry="Industrials")
    for number, industry in enumerate(("Utilities", "Materials"), made["version"]):
        patched = firm.http.patch(
            f"/v1/clients/{made['id']}",
            json={"industry": industry},
            headers={"If-Match": f'"{number}"'},
        )
        assert patched.status_code == 200
    asked = {"client": made["id"], "types": "clients.client.*"}
    told = ["clients.client.created.v1", *["clients.client.updated.v1"] * 2]

    def followed() -> bool:
        return [event["type"] for event in firm.get("/events", **asked)["events"]] == told

    eventually("the feed to tell of it", followed, 10)
    first = firm.get("/events", **asked, limit=1)
    rest = firm.get("/events", **asked, after=first["next"])
    versions = [event["aggregateversion"] for event in first["events"] + rest["events"]]
    assert versions == sorted(versions)
    assert len(versions) == 3
    assert system.cli("timeline", "verify").returncode == 0


def test_the_four_numbers_follow_projects_invoices_and_payments(firm: Firm) -> None:
    made = firm.client()
    path = f"/clients/{made['id']}"
    firm.post(f"{path}/projects", {"name": "Plant", "status": "active"})
    for _ in range(2):
        draft = firm.post(f"{path}/invoices", {"lines": [LINE]})
        issued = firm.post(f"/invoices/{draft['id']}/issue", {}, 200)
    payment = {"amount": "200.00", "paid_on": issued["issued_on"]}
    firm.post(f"/invoices/{draft['id']}/payments", payment, 200)

    def counted() -> bool:
        found = firm.get(f"{path}/metrics")
        return (
            found["active_projects"] == 1
            and found["invoices_issued"] == 2
            and found["paid_invoices"] == 1
            and found["total_revenue"] == [{"currency": "USD", "amount": "200.00"}]
        )

    eventually("the four numbers", counted, 10)
    assert firm.get(f"{path}/metrics")["stale"] is False


def test_a_change_is_visible_in_a_moment_at_light_load(firm: Firm) -> None:
    made = firm.client()
    delays = []
    version = made["version"]
    for number in range(15):
        answer = firm.http.patch(
            f"/v1/clients/{made['id']}",
            json={"current_systems": f"System {number}"},
            headers={"If-Match": f'"{version}"'},
        )
        version = answer.json()["version"]
        started = time.monotonic()
        eventually(
            "the change is visible",
            lambda events=number + 2: len(firm.types(made["id"])) >= events,
            every=0.005,
        )
        delays.append(time.monotonic() - started)
        time.sleep(0.05)  # The load is light.
    # A second is far above what it takes and far below the pull that repairs a loss.
    assert statistics.median(delays) < 1.0


def test_a_deleted_client_leaves_timeline_numbers_and_documents(firm: Firm) -> None:
    made = firm.client()
    firm.sees(made["id"], "clients.client.created.v1")
    plan = firm.get(f"/clients/{made['id']}/deletion-plan")
    answer = firm.http.delete(f"/v1/clients/{made['id']}", params={"confirm": plan["confirm"]})
    assert answer.status_code == 202

    def gone() -> bool:
        with firm.system.connect("activity") as connection:
            row = connection.execute(
                "SELECT count(*) FROM events WHERE client_id = %s AND data::text LIKE '%%Acme%%'",
                [made["id"]],
            ).fetchone()
        return row == (0,)

    eventually("nothing of the client is left on the timeline", gone, 10)
    assert firm.http.get(f"/v1/clients/{made['id']}/activity").status_code == 404


def test_operators_see_no_lag_and_can_follow_an_event(firm: Firm) -> None:
    firm.client()
    eventually("no lag", lambda: all(entry["events"] == 0 for entry in firm.system.lag()))
    tail = firm.system.cli("events", "tail", "--last", "1", "--json")
    assert tail.returncode == 0
    event_id = tail.stdout.split('"event_id": "')[1][:36]
    traced = firm.system.cli("events", "trace", event_id)
    assert traced.returncode == 0, traced.stderr
    assert "applied by activity" in traced.stdout
    assert "waiting" not in traced.stdout


def test_projections_verify_and_rebuild_agree_with_the_ledger(system: System, firm: Firm) -> None:
    made = firm.client()
    draft = firm.post(f"/clients/{made['id']}/invoices", {"lines": [LINE]})
    firm.post(f"/invoices/{draft['id']}/issue", {}, 200)
    firm.sees(made["id"], "clients.invoice.issued.v1")
    assert system.cli("projections", "verify", "--wait", "20").returncode == 0
    with system.connect("metrics") as connection:
        connection.execute("UPDATE invoice_facts SET total = total + 0.01")
        connection.execute("UPDATE client_metrics SET invoices_issued = invoices_issued + 1")
    assert system.cli("projections", "verify").returncode == 1, "a wrong cent is found"
    for name in ("metrics", "activity"):
        rebuilt = system.cli("projections", "rebuild", name)
        assert rebuilt.returncode == 0, rebuilt.stderr
    verified = system.cli("projections", "verify", "--wait", "20")
    assert verified.returncode == 0, verified.stdout
