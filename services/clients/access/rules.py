"""Invoice numbers: the workspace's pattern, and what a series counts by.

A pattern holds `{code}` and `{seq}` (`{seq:4}` pads with zeros), may hold `{YYYY}`, and
besides them letters, digits and `-_/. `. With `{YYYY}` a series starts again each year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

DEFAULT_PATTERN = "{code}-{YYYY}-{seq:4}"
MAX_LENGTH = 60

_PIECE = re.compile(
    r"\{(?P<name>code|YYYY|seq)(?::(?P<width>[1-9]))?\}|(?P<text>[A-Za-z0-9_/. -]+)"
)


class BadPattern(ValueError):
    """The pattern would not make numbers that are unique; the message says why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern: one of the names, or literal text where `name` is empty."""

    name: str
    text: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern."""

    pieces: tuple[Piece, ...]

    @property
    def yearly(self) -> bool:
        """Whether the series starts again each year."""
        return any(piece.name == "YYYY" for piece in self.pieces)

    def series_year(self, year: int) -> int:
        """The year the series is counted by, 0 where it runs on for ever."""
        return year if self.yearly else 0

    def number(self, code: str, year: int, seq: int) -> str:
        """The invoice number of a place in a series."""
        values = {"code": code, "YYYY": f"{year:04d}"}
        return "".join(
            f"{seq:0{piece.width}d}" if piece.name == "seq" else values.get(piece.name, piece.text)
            for piece in self.pieces
        )


def parse_pattern(pattern: str) -> Pattern:
    """The checked pattern; raises `BadPattern`."""
    if len(pattern) > MAX_LENGTH:
        raise BadPattern(f"At most {MAX_LENGTH} characters.")
    pieces = tuple(_pieces(pattern))
    names = [piece.name for piece in pieces if piece.name]
    for name in ("code", "seq"):
        if name not in names:
            raise BadPattern(f"Must hold {{{name}}}.")
    if len(names) != len(set(names)):
        raise BadPattern("Each of {code}, {YYYY} and {seq} may stand once.")
    _refuse_run_together(pieces)
    return Pattern(pieces)


def _pieces(pattern: str) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    while at < len(pattern):
        match = _PIECE.match(pattern, at)
        if match is None or (match["width"] and match["name"] != "seq"):
            raise BadPattern(f"Not understood from {pattern[at : at + 12]!r} on.")
        found.append(Piece(match["name"] or "", match["text"] or "", int(match["width"] or 0)))
        at = match.end()
    return found


def _refuse_run_together(pieces: tuple[Piece, ...]) -> None:
    """Digits beside the counter would make 1 and 11 of one series the same as 11 and 1."""
    for before, after in pairwise(pieces):
        if _ends_in_digit(before) and after.name == "seq":
            raise BadPattern("{seq} needs something between it and the digits before it.")
        if before.name == "seq" and _begins_with_digit(after):
            raise BadPattern("{seq} needs something between it and the digits after it.")


def _ends_in_digit(piece: Piece) -> bool:
    return piece.name == "YYYY" or piece.text[-1:].isdigit()


def _begins_with_digit(piece: Piece) -> bool:
    return piece.name == "YYYY" or piece.text[:1].isdigit()
