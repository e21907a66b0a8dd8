"""Figures: what was measured, against what, and on which machine."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

LATEST = Path(__file__).parent / "results" / "latest.json"
MACHINE = LATEST.with_name("machine.json")
_LIBRARIES = ("celery", "flask", "granian", "gunicorn", "psycopg", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One claim: a value, what it is held against, and the bound that the README states.

    `at_least` bounds the ratio from below (more is better), `at_most` from above.
    """

    name: str
    value: float
    reference: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        """Value by reference."""
        return self.value / self.reference

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound; True without one."""
        above = self.at_least is None or self.ratio >= self.at_least
        return above and (self.at_most is None or self.ratio <= self.at_most)


def interleaved(systems: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each system once per round, the first one a different one each time.

    A noisy minute then falls on all of them alike.
    """
    names = list(systems)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(systems[name]())
            _say(f"  round {number + 1}: {name:<10} {found[name][-1]:,.1f}")
    return found


def median(values: Iterable[float]) -> float:
    """The middle one: a round that something else disturbed does not move it."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which the share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def write(figures: Sequence[Figure]) -> None:
    """Keep the figures, each with its day, in place of those of the same names; and the machine."""
    kept = orjson.loads(LATEST.read_bytes()) | {figure.name: _kept(figure) for figure in figures}
    LATEST.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2) + b"\n")
    MACHINE.write_bytes(orjson.dumps(machine(), option=orjson.OPT_INDENT_2) + b"\n")


def _kept(figure: Figure) -> dict[str, object]:
    numbers = {"value": figure.value, "reference": figure.reference, "ratio": figure.ratio}
    rounded = {name: _rounded(number) for name, number in numbers.items()}
    return {**rounded, "unit": figure.unit, "date": datetime.now(UTC).date().isoformat()}


def machine() -> dict[str, object]:
    """Where and when, and how busy the machine was with other things as well."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def show(figures: Sequence[Figure]) -> None:
    """The figures as a table."""
    table = Table()
    for heading in ("", "measured", "against", "unit", "ratio", "bound", ""):
        table.add_column(heading, justify="left" if heading in ("", "unit", "bound") else "right")
    for figure in figures:
        mark = "" if figure.holds else "[red]missed[/red]"
        numbers = f"{figure.value:,.1f}", f"{figure.reference:,.1f}"
        table.add_row(
            figure.name, *numbers, figure.unit, f"{figure.ratio:.2f}", _bound(figure), mark
        )
    Console().print(table)


def _bound(figure: Figure) -> str:
    if figure.at_least is not None:
        return f"≥ {figure.at_least:g}"
    return "" if figure.at_most is None else f"≤ {figure.at_most:g}"


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
