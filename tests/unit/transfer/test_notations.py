"""Days and numbers as other countries write them, by choice."""

from __future__ import annotations

import pytest

from services.clients.transfer.rules.notations import Notation


@pytest.mark.parametrize(
    ("notation", "kind", "typed", "read"),
    [
        (Notation(dates="day_first"), "date", "03/04/2026", "2026-04-03"),
        (Notation(dates="month_first"), "date", "03/04/2026", "2026-03-04"),
        (Notation(dates="day_first"), "date", "3. 4. 26", "2026-04-03"),
        (Notation(dates="day_first"), "date", "31.12.99", "1999-12-31"),
        (Notation(dates="day_first"), "date", "2026-04-03", "2026-04-03"),
        (Notation(dates="day_first"), "date", "soon", "soon"),
        (Notation(), "date", "03/04/2026", "03/04/2026"),
        (Notation(decimals="comma"), "number", "1.234,50", "1234.50"),
        (Notation(decimals="comma"), "number", "1.234", "1234"),
        (Notation(decimals="comma"), "number", "1\u202f234,5", "1234.5"),
        (Notation(decimals="comma", shows_numbers=True), "number", "1.234", "1.234"),
        (Notation(decimals="comma", shows_numbers=True), "number", "1.234,5", "1234.5"),
        (Notation(decimals="point"), "number", "1,234.50", "1234.50"),
        (Notation(decimals="point"), "number", "1'234.50", "1234.50"),
        (Notation(decimals="point"), "number", "1,23", "1,23"),
        (Notation(), "number", "1,234.50", "1,234.50"),
        (Notation(decimals="comma", dates="day_first"), None, "1.2.26", "1.2.26"),
    ],
)
def test_it_is_read_as_was_chosen(
    notation: Notation, kind: str | None, typed: str, read: str
) -> None:
    assert notation.read(kind, typed) == read
