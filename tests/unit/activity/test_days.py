"""A bare day is a day of the zone in which days are counted."""

from __future__ import annotations

from datetime import datetime

import pytest
from marshmallow import ValidationError

from services.activity.events.schemas import AuditQuery, TimelineQuery


@pytest.mark.parametrize("query", [TimelineQuery(), AuditQuery()])
def test_a_day_is_one_of_the_zone(query: TimelineQuery) -> None:
    day = {"from": "2026-11-27", "to": "2026-11-27", "time_zone": "America/New_York"}
    found = query.load(day)
    at = datetime.fromisoformat("2026-11-28T00:59:57+00:00")
    assert found["since"] <= at < found["until"]
    assert (found["until"] - found["since"]).total_seconds() == 86_400


def test_a_day_on_which_clocks_change_is_whole() -> None:
    found = TimelineQuery().load(
        {"from": "2026-03-29", "to": "2026-03-29", "time_zone": "Europe/Berlin"}
    )
    assert (found["until"] - found["since"]).total_seconds() == 23 * 3600


def test_a_moment_is_itself_in_any_zone() -> None:
    sent = {"from": "2026-11-27T12:00:00Z", "time_zone": "Asia/Tokyo"}
    assert TimelineQuery().load(sent)["since"] == datetime.fromisoformat("2026-11-27T12:00:00Z")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"to": "9999-12-31", "time_zone": "UTC"}, "to"),
        ({"from": "0001-01-01", "time_zone": "Asia/Tokyo"}, "from"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
    ],
)
def test_what_is_none_is_refused_where_it_stands(sent: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TimelineQuery().load(sent)
    assert [*raised.value.messages_dict] == [field]
