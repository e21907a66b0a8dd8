"""Numbers in bodies: what would become another one is named, whatever else there is."""

from __future__ import annotations

import pytest

from shared.http.numbers import inexact_numbers


@pytest.mark.parametrize(
    "number",
    [
        "1e3",
        "1E2",
        "-1.5e+1",
        "0.1000000000000000055511151231257827",
        "900000000000.00005",
        "123456789012.3456789",
    ],
)
def test_a_number_that_is_not_kept_as_it_is_written_is_named(number: str) -> None:
    raw = f'{{"lines":[{{"quantity":1}},{{"quantity": {number}}}],"day":[{number}, 2]}}'
    found = [(each.field, each.code) for each in inexact_numbers(raw.encode())]
    assert found == [("lines[1].quantity", "inexact_number"), ("day[0]", "inexact_number")]


@pytest.mark.parametrize(
    "value",
    [
        "150",
        "0.1",
        "-0.0001",
        "999999999.9999",
        "0.10000000000000000000",
        "123456789012345678",
        '"1e3"',
        '"at 12:3e5, 0.1000000000000000055511151231257827"',
        '"01a22377-19c3-71be-3e5f-dfaa8cf063e8"',
    ],
)
def test_others_and_texts_are_left_alone(value: str) -> None:
    assert inexact_numbers(f'{{"value":{value}}}'.encode()) == []
