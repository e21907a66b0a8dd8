"""One person's week, read and written at once (B10), and its overtime (B2)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from tests.fixtures.api import Api
from tests.fixtures.databases import Databases
from tests.integration.time_entries.conftest import Ok, hours_of

WEEK = "/time-entries/weeks/2026-W48?person=Ana+Ruiz"


def row(project_id: str, hours: str, day: int = 23, **more: Any) -> dict[str, Any]:
    """A row of the week."""
    return {
        "project_id": project_id,
        "position": "Engineer",
        "date": f"2026-11-{day}",
        "hours": hours,
        **more,
    }


def week_of(*rows: dict[str, Any]) -> dict[str, Any]:
    """The body of a week."""
    return {"entries": list(rows)}


def kept(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A row as it was read, changed."""
    names = ("id", "project_id", "position", "date", "hours", "overtime", "note")
    return {**{name: entry[name] for name in names}, **changes}


def log_of(databases: Databases) -> list[str]:
    """What was told of time, oldest first."""
    with psycopg.connect(databases.url("clients")) as connection:
        rows = connection.execute(
            "SELECT split_part(type, '.', 3) FROM event_log WHERE type LIKE '%time_entry%' "
            "ORDER BY id"
        )
        return [kind for (kind,) in rows]


def test_an_empty_week_is_written_read_and_written_again(
    ok: Ok, project_id: str, databases: Databases
) -> None:
    empty = ok("GET", WEEK)
    assert (empty["entries"], empty["hours"], empty["version"]) == ([], "0.00", 0)
    assert (empty["starts_on"], empty["ends_on"]) == ("2026-11-23", "2026-11-29")
    body = week_of(row(project_id, "8"), row(project_id, "6.5", 24, note="Site"))
    first = ok("PUT", WEEK, body, If_Match='"0"')
    assert (first["hours"], first["version"]) == ("14.50", 1)
    monday, tuesday = first["entries"]
    again = week_of(kept(tuesday, hours="7"), row(project_id, "1", 29))
    second = ok("PUT", WEEK, again, If_Match='"1"')
    assert [(e["date"], e["hours"]) for e in second["entries"]] == [
        ("2026-11-24", "7.00"),
        ("2026-11-29", "1.00"),
    ]
    assert second["entries"][0]["id"] == tuesday["id"]
    assert ok("GET", WEEK) == second
    assert log_of(databases) == ["added", "added", "removed", "updated", "added"]
    assert ok("GET", "/time-entries?week=2026-W48")["next"] is None
    assert monday["id"] not in str(second)


def test_the_same_week_again_changes_and_tells_nothing(
    ok: Ok, project_id: str, databases: Databases
) -> None:
    first = ok("PUT", WEEK, week_of(row(project_id, "8")), If_Match='"0"')
    same = ok("PUT", WEEK, week_of(kept(first["entries"][0])), If_Match='"1"')
    assert same == first
    assert log_of(databases) == ["added"]


def test_of_two_tabs_one_is_told(ok: Ok, refused: Ok, project_id: str) -> None:
    ok("PUT", WEEK, week_of(row(project_id, "8")), If_Match='"0"')
    assert refused("PUT", WEEK, week_of(row(project_id, "3")), If_Match='"0"')[:2] == (
        412,
        "time_entries.stale_week",
    )
    assert refused("PUT", WEEK, week_of())[0] == 428
    ok("POST", "/time-entries", hours_of(project_id, "1"))
    assert refused("PUT", WEEK, week_of(), If_Match='"1"')[0] == 412
    assert ok("PUT", WEEK, week_of(), If_Match='"2"')["entries"] == []


def test_writers_of_one_week_at_once_leave_the_week_of_one(
    api: Api, ok: Ok, make_client: Any, make_project: Any
) -> None:
    projects = [make_project(make_client()) for _ in range(3)]
    rows = [week_of(*(row(p, str(n), d) for p in projects for d in (23, 25))) for n in (1, 2, 3)]

    def write(body: dict[str, Any]) -> int:
        return api.owner.call("PUT", f"/v1{WEEK}", body, If_Match='"0"').status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(write, rows)) == [200, 412, 412]
    found = ok("GET", WEEK)
    assert len(found["entries"]) == 6
    assert len({entry["hours"] for entry in found["entries"]}) == 1


def test_every_wrong_field_of_every_row_is_named_and_nothing_is_written(
    ok: Ok, refused: Ok, project_id: str, make_client: Any, make_project: Any
) -> None:
    first = ok("PUT", WEEK, week_of(row(project_id, "8")), If_Match='"0"')
    closed = make_project(make_client(), status="completed")
    body = week_of(
        kept(first["entries"][0], hours="4"),
        row(closed, "1"),
        row(project_id, "1", 22),
        row(str(uuid.uuid4()), "1", id=str(uuid.uuid4())),
        kept(first["entries"][0]),
    )
    assert refused("PUT", WEEK, body, If_Match='"1"')[2] == {
        "entries[1].project_id": "project_closed",
        "entries[2].date": "outside_week",
        "entries[3].id": "unknown_entry",
        "entries[3].project_id": "unknown_project",
        "entries[4].id": "unknown_entry",
    }
    malformed = week_of(row(project_id, "NaN"), row(project_id, "-1", 24, position=""))
    assert refused("PUT", WEEK, malformed, If_Match='"1"')[2] == {
        "entries[0].hours": "wrong_type",
        "entries[1].hours": "too_small",
        "entries[1].position": "too_short",
    }
    long = week_of(row(project_id, "20"), row(project_id, "5"), row(project_id, "24", 24))
    assert refused("PUT", WEEK, long, If_Match='"1"')[2] == {
        "entries[0].hours": "too_many_hours",
        "entries[1].hours": "too_many_hours",
    }
    assert refused("PUT", "/time-entries/weeks/2026-W60?person=Ana", week_of())[0] == 422
    nobody = f"/time-entries/weeks/2026-W48?person={uuid.uuid4()}"
    assert refused("PUT", nobody, week_of(), If_Match='"0"')[2] == {"person": "unknown_user"}
    assert ok("GET", WEEK) == first


def test_billed_rows_stay_and_a_change_of_one_is_refused(
    ok: Ok, refused: Ok, project_id: str, databases: Databases
) -> None:
    body = week_of(row(project_id, "8"), row(project_id, "2", 24))
    billed, free = ok("PUT", WEEK, body, If_Match='"0"')["entries"]
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute(
            "UPDATE time_entries SET invoice_id = id, invoice_line_ids = '{}' WHERE id = %s",
            [billed["id"]],
        )
    changed = week_of(kept(free), kept(billed, hours="7"))
    assert refused("PUT", WEEK, changed, If_Match='"1"') == (
        409,
        "time_entries.billed",
        {"entries[1]": "billed"},
    )
    left_out = ok("PUT", WEEK, week_of(row(project_id, "1", 25)), If_Match='"1"')
    assert [entry["hours"] for entry in left_out["entries"]] == ["8.00", "1.00"]
    as_read = [kept(entry) for entry in left_out["entries"]]
    assert ok("PUT", WEEK, week_of(*as_read), If_Match='"2"')["version"] == 2


def test_overtime_past_eight_a_day_and_forty_a_week_splits_by_itself(
    ok: Ok, project_id: str, make_client: Any, make_project: Any
) -> None:
    assert ok("GET", "/workspace")["split_overtime"] is False
    before = ok("POST", "/time-entries", hours_of(project_id, "10", person="Bo"))
    ok("PATCH", "/workspace", {"split_overtime": True})
    other = make_project(make_client())
    rows = [row(project_id, "9", 23), *(row(other, "8", day) for day in (24, 25, 26, 27, 28))]
    week = ok("PUT", WEEK, week_of(*rows), If_Match='"0"')
    assert [entry["overtime_hours"] for entry in week["entries"]] == [
        "1.00", "0.00", "0.00", "0.00", "0.00", "8.00",
    ]  # fmt: skip
    assert week["overtime_hours"] == "9.00"
    assert ok("GET", f"/time-entries/{before['id']}")["overtime_hours"] == "0.00"
    # A shorter Monday gives its hours to the Saturday, whoever's project that is.
    shorter = f"/time-entries/{week['entries'][0]['id']}"
    ok("PATCH", shorter, {"hours": "5"}, If_Match='"1"')
    assert ok("GET", WEEK)["entries"][-1]["overtime_hours"] == "5.00"
    ok("DELETE", shorter)
    assert ok("GET", WEEK)["overtime_hours"] == "0.00"
