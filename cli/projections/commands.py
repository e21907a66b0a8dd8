"""`clientele projections`: prove that timeline and metrics are right, or build them anew."""

from __future__ import annotations

import json
import sys

import click

from cli.projections.databases import Engines, owner_engines
from cli.projections.report import Report
from shared.settings import Settings, load

_SHOWN = 50


def _engines() -> Engines:
    return owner_engines(load(Settings))


@click.group()
def projections() -> None:
    """Timeline and metrics: verify them against their sources, rebuild them from the logs."""


@projections.command()
@click.argument("which", type=click.Choice(["all", "metrics", "sums", "activity"]), default="all")
@click.option(
    "--wait", "wait_seconds", default=30.0, show_default=True,
    help="seconds to wait for the consumers to catch up",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="print the whole report as JSON")
def verify(which: str, wait_seconds: float, as_json: bool) -> None:
    """Hold metrics against the ledger and kept sums against the invoices, to the cent, and the
    timeline against the logs.

    Exits with 1 if anything differs or has not been applied in time.
    """
    from cli.projections.verifying import CHECKS
    from cli.projections.verifying import verify as check

    wanted = list(CHECKS.values()) if which == "all" else [CHECKS[which]]
    reports = [check(_engines(), each, wait_seconds) for each in wanted]
    echo_json(reports) if as_json else echo_text(reports)
    sys.exit(0 if all(report.is_clean for report in reports) else 1)


@projections.command()
@click.argument("which", type=click.Choice(["metrics", "activity"]))
@click.option("--json", "as_json", is_flag=True)
def rebuild(which: str, as_json: bool) -> None:
    """Build a projection anew from the logs, in one transaction: readers never see halves."""
    from cli.projections.rebuilding import PROJECTIONS, CannotRebuild
    from cli.projections.rebuilding import rebuild as build

    def progress(source: str, position: int, head: int) -> None:
        if not as_json:
            click.echo(f"{source}: {position} of {head}")

    try:
        applied = build(_engines(), PROJECTIONS[which], progress)
    except CannotRebuild as error:
        raise click.ClickException(f"Nothing was changed: {error}") from error
    if as_json:
        click.echo(json.dumps({"projection": which, "applied": applied}))
    else:
        click.echo(f"{which} rebuilt from {applied} events")


def echo_json(reports: list[Report]) -> None:
    """Print reports for programs."""
    ok = all(report.is_clean for report in reports)
    click.echo(json.dumps({"ok": ok, "projections": [report.as_dict() for report in reports]}))


def echo_text(reports: list[Report]) -> None:
    """Print reports for people, the first differences of each."""
    for report in reports:
        verdict = "clean" if report.is_clean else f"{len(report.differences)} differences"
        click.echo(
            f"{report.projection:<9} against {report.against:<22} "
            f"{report.checked:>9} {report.unit:<8} {verdict}"
        )
        for line in report.behind:
            click.echo(f"  not applied in time: {line}")
        for each in report.differences[:_SHOWN]:
            click.echo(f"  {each.where}  {each.what}: expected {each.expected}, found {each.found}")
        if len(report.differences) > _SHOWN:
            click.echo(f"  and {len(report.differences) - _SHOWN} more; --json lists all")
