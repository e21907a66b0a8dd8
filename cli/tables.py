"""How commands show what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click


def echo_json(value: Any) -> None:
    """As JSON on one line."""
    click.echo(json.dumps(value, default=str))


def echo_columns(rows: Sequence[Sequence[Any]]) -> None:
    """A table as wide as its contents; plain text, so that it can be piped."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
