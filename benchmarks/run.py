"""`python -m benchmarks.run [name…] [--quick]`: measure, show a table, keep the figures.

Every figure is a ratio of two things measured in turns on one stack, so that it means the
same on another machine. The figures of a quick run are shown and not kept.
"""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path

import click

from benchmarks.results import Figure, show, write
from benchmarks.stack import Stack, running_stack

SUITES = (
    "pipeline",
    "visible",
    "writes",
    "records",
    "pages",
    "timeline",
    "transfer",
    "webhooks",
    "streams",
    "snapshots",
    "ways",
    "server",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(SUITES))
@click.option("--quick", is_flag=True, help="Small and imprecise, to see that it works.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True),
    help="Use the stack that runs on this data folder instead of a fresh one.",
)
def main(names: tuple[str, ...], quick: bool, data: Path | None) -> None:
    """Measure the claims of the README; all of them without NAMES."""
    # Whoever ends it ends its stack too; without this a signal would leave that running.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("ended"))
    with running_stack(data) as stack:
        figures = [figure for name in names or SUITES for figure in _measure(name, stack, quick)]
    show(figures)
    if not quick:
        write(figures)
    sys.exit(0 if all(figure.holds for figure in figures) else 1)


def _measure(name: str, stack: Stack, quick: bool) -> list[Figure]:
    click.echo(name, err=True)
    found: list[Figure] = importlib.import_module(f"benchmarks.{name}").measure(stack, quick=quick)
    return found


if __name__ == "__main__":
    main()
