"""`clientele timeline`: prove that nobody has touched the timeline."""

from __future__ import annotations

import sys

import click

from shared.settings import Settings, load


@click.group()
def timeline() -> None:
    """The timeline and its chains of seals."""


@timeline.command()
@click.option("--json", "as_json", is_flag=True, help="print the whole report as JSON")
def verify(as_json: bool) -> None:
    """Recompute every seal, and compare the chains with the timeline and the producers' logs.

    Names each row that was changed, removed or cut off, and then exits with 1.
    """
    from cli.projections.chains import compare_chains
    from cli.projections.commands import echo_json, echo_text
    from cli.projections.databases import owner_engines
    from cli.projections.report import Report
    from shared.security.crypto import Vault

    settings = load(Settings)
    checked, found = compare_chains(owner_engines(settings), Vault(settings.secret))
    report = Report("seals", "timeline and logs", checked, "entries", found)
    echo_json([report]) if as_json else echo_text([report])
    sys.exit(0 if report.is_clean else 1)
