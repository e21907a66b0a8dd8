"""How days and numbers are written elsewhere, by choice of whoever maps a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PLAIN: Final = "plain"
DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
POINT, COMMA = "point", "comma"
DATES: Final = (PLAIN, DAY_FIRST, MONTH_FIRST)
DECIMALS: Final = (PLAIN, POINT, COMMA)

_DAY = re.compile(r"(\d{1,2})[./\- ]\s*(\d{1,2})[./\- ]\s*(\d{4}|\d{2})\.?")
#: A year of two digits up to this is of this century.
_PIVOT = 69
# Thousands stand in groups, or nothing parts them.
_BLANKS = "['\u2019 \u00a0\u2009\u202f]"
_NUMBERS = {
    POINT: (re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"), ","),
    COMMA: (re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"), "."),
}


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes days and numbers. `shows_numbers`: its cells hold numbers as such, with
    a point, beside those that were typed as texts."""

    dates: str = PLAIN
    decimals: str = PLAIN
    shows_numbers: bool = False

    def read(self, kind: str | None, text: str) -> str:
        """The text of a `date` or a `number` as a body has it; what is none stays as it is."""
        if kind == "date" and self.dates != PLAIN:
            return _day(text.strip(), day_first=self.dates == DAY_FIRST)
        if kind == "number" and self.decimals != PLAIN:
            return self._number(text)
        return text

    def _number(self, text: str) -> str:
        form, grouping = _NUMBERS[self.decimals]
        bare = re.sub(rf"(?<=\d){_BLANKS}(?=\d{{3}})", "", text.strip())
        is_number_cell = self.shows_numbers and self.decimals == COMMA and "," not in bare
        if is_number_cell or not form.fullmatch(bare):
            return text
        return bare.replace(grouping, "").replace(",", ".")


AS_TYPED: Final = Notation()


def _day(text: str, *, day_first: bool) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    first, second, year = map(int, found.groups())
    day, month = (first, second) if day_first else (second, first)
    if len(found[3]) == 2:
        year += 2000 if year <= _PIVOT else 1900
    return f"{year:04}-{month:02}-{day:02}"
