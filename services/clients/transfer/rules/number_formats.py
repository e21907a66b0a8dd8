"""A number as its cell shows it: codes with their zeros and signs, dates as ISO 8601.

What is a number to its reader stays one: it is rounded as it is shown, without grouping and signs
of currency, which no field of a number takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Final

#: ECMA-376, 18.8.30: formats that a workbook names by number alone.
BUILT_IN: Final[Mapping[int, str]] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yyyy h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys([*range(27, 32), *range(34, 37), *range(50, 59)], "yyyy/m/d"),
    **dict.fromkeys([32, 33], "h:mm:ss"),
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<digit>[0#?])|(?P<science>E[+-])|(?P<noon>AM/PM|A/P)|(?P<clock>[ymdhsbge])|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_ELAPSED = re.compile(r"[hms]+", re.IGNORECASE)
_HOLDS = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "<>": lambda a, b: a != b,
}  # fmt: skip
# The block of signs of currencies, and those outside of it.
_MONEY = re.compile("[$\u00a2-\u00a5\u0e3f\u20a0-\u20cf\uff04\uffe0\uffe1\uffe5]+")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
# As many digits as a workbook keeps.
_KEPT_DIGITS = 15
_LAST_DAY = 2_958_466
_LEAP_DAY = 60
_FIRST, _FIRST_OF_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")
_A_DAY = timedelta(days=1)

Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a format, for the numbers of which its condition holds."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None = None

    def has(self, *kinds: str) -> bool:
        """Whether there is a token of one of the kinds."""
        return any(kind in kinds for kind, _ in self.tokens)

    def has_sign(self, sign: str) -> bool:
        """Whether this sign stands in it and is no literal."""
        return ("sign", sign) in self.tokens


def shown(typed: str, code: str, *, from_1904: bool = False) -> str | None:
    """A cell's number by its format; None where it is none, or no day of the calendar."""
    if _WHOLE.fullmatch(typed) and code == "General":
        return typed
    number = _decimal(typed)
    if number is None:
        return None
    section = _section(code, number)
    if section.has("clock", "noon", "elapsed"):
        return _moment(float(number), section, from_1904=from_1904)
    return _number(number, section)


def _decimal(typed: str) -> Decimal | None:
    try:
        found = Decimal(format(float(typed), f".{_KEPT_DIGITS}g"))
    except ValueError:
        return None
    return found + 0 if found.is_finite() else None


def _section(code: str, number: Decimal) -> Section:
    """The part of a format that speaks of the number."""
    sections = _sections(code)
    for each in sections:
        if each.condition and _HOLDS[each.condition[0]](number, each.condition[1]):
            return each
    if any(each.condition for each in sections):
        return sections[-1]
    place = 1 if number < 0 else 2 if number == 0 else 0
    return sections[place if place < len(sections) else 0]


@lru_cache(maxsize=1_000)
def _sections(code: str) -> Sequence[Section]:
    return [*_cut(_tokens(code))]


def _cut(tokens: Iterator[Token]) -> Iterator[Section]:
    own: list[Token] = []
    condition = None
    for kind, text in tokens:
        if kind == "condition":
            sign, bound = text.split()
            condition = sign, Decimal(bound)
        elif (kind, text) == ("sign", ";"):
            yield Section(tuple(own), condition)
            own, condition = [], None
        else:
            own.append((kind, text))
    yield Section(tuple(own), condition)


def _tokens(code: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup
        if kind == "bracket":
            yield from _in_brackets(found["bracket"])
        elif kind in ("quoted", "escaped"):
            yield "literal", found[kind]
        elif kind is not None:
            yield kind, found[kind]


def _in_brackets(text: str) -> Iterator[Token]:
    """A condition or a time that runs on; colours, languages and currencies are looks."""
    condition = _CONDITION.fullmatch(text)
    if condition is not None:
        yield "condition", f"{condition[1]} {condition[2]}"
    elif _ELAPSED.fullmatch(text):
        yield "elapsed", text


def _moment(days: float, section: Section, *, from_1904: bool) -> str | None:
    """A day, a time of day or both; hours that run on as `26:30:00`."""
    if not 0 <= days < _LAST_DAY:
        return None
    if section.has("elapsed"):
        return _elapsed(timedelta(days=days))
    # There was no 29 February 1900, and it has a number.
    first = _FIRST_OF_1904 if from_1904 else _FIRST if days >= _LEAP_DAY else _FIRST + _A_DAY
    moment = first + timedelta(milliseconds=round(days * 86_400_000))
    if _has_no_day(section):
        return moment.time().isoformat()
    return moment.date().isoformat() if moment.time() == time.min else moment.isoformat()


def _has_no_day(section: Section) -> bool:
    letters = {text.lower() for kind, text in section.tokens if kind == "clock"}
    return bool(letters) and letters <= {"h", "m", "s"} and letters != {"m"}


def _elapsed(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _number(number: Decimal, section: Section) -> str:
    places = [place for place, (kind, _) in enumerate(section.tokens) if kind == "digit"]
    if not places or section.has("general", "science") or section.has_sign("/"):
        return f"{number:f}"
    if section.has_sign("%"):
        return f"{_rounded(number * 100, section)}%"
    if section.has_sign(".") or section.has_sign(","):
        is_scaled = section.tokens[places[-1] + 1 :][:1] == (("sign", ","),)
        return f"{number:f}" if is_scaled else _rounded(number, section)
    return _filled_in(number, section, places)


def _rounded(number: Decimal, section: Section) -> str:
    """As many digits behind the point as the format has, without those that it may leave out."""
    signs = [text for kind, text in section.tokens if kind == "digit" or (kind, text) == _POINT]
    behind = signs[signs.index(".") + 1 :] if "." in signs else []
    text = f"{_at(number, len(behind)):f}"
    for sign in reversed(behind):
        if sign == "0" or not text.endswith("0"):
            break
        text = text[:-1]
    return text.rstrip(".")


_POINT: Final = ("sign", ".")


def _at(number: Decimal, places: int) -> Decimal:
    with localcontext(prec=400):
        return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0


def _filled_in(number: Decimal, section: Section, places: Sequence[int]) -> str:
    """The digits of a code in their places, from the last to the first."""
    whole = _at(number, 0)
    digits = list(f"{abs(whole):f}" if whole else "")
    shown = []
    for place in range(len(section.tokens) - 1, -1, -1):
        kind, text = section.tokens[place]
        if kind == "digit":
            shown.append(digits.pop() if digits else "0" if text == "0" else "")
            if place == places[0]:
                shown.extend(reversed(digits))
        elif not _is_money(text):
            shown.append(text)
    return ("-" if whole < 0 else "") + "".join(reversed(shown)).strip()


def _is_money(text: str) -> bool:
    return _MONEY.fullmatch(text.strip()) is not None
