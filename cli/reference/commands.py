"""`clientele reference …`: the pages that are made from the code, and frozen contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from cli.reference import env, forwarded, shapes
from cli.reference.events import events_markdown
from cli.reference.openapi import openapi_json
from shared.contracts.golden_files import freeze as freeze_contracts
from shared.messaging.asyncapi import asyncapi_json
from web.shell import texts

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"

# Each page is a function of the code alone, so that a test can say whether it is fresh.
PAGES: dict[str, Callable[[], str]] = {
    "events.md": events_markdown,
    "asyncapi.json": asyncapi_json,
    "openapi.json": openapi_json,
}
# What is made from the code but has its place elsewhere. The façade's own document holds what
# is forwarded, so that comes first.
FILES: dict[Path, Callable[[], str]] = {
    forwarded.FILE: forwarded.forwarded_json,
    env.FILE: env.env_text,
    shapes.FILE: shapes.shapes_text,
    texts.TEMPLATE: texts.template_text,
}


def write_pages(folder: Path = FOLDER) -> list[str]:
    """Write every page; returns the names of those that were not fresh."""
    folder.mkdir(parents=True, exist_ok=True)
    stale = stale_pages(folder)
    for name in stale:
        (folder / name).write_text(PAGES[name](), encoding="utf-8")
    return stale


def stale_pages(folder: Path = FOLDER) -> list[str]:
    """The pages whose file is missing or differs from what the code says now."""
    return [name for name, page in PAGES.items() if _content(folder / name) != page()]


def stale_files() -> Iterator[Path]:
    """The files of `FILES` that are missing or differ from what the code says now.

    One after the other: the later ones can only be made once the earlier are written.
    """
    for file, made in FILES.items():
        if _content(file) != made():
            yield file


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


@click.group
def reference() -> None:
    """Reference pages that are made from the code."""


@reference.command("events")
def events() -> None:
    """Print the event catalogue as Markdown."""
    click.echo(events_markdown(), nl=False)


@reference.command("asyncapi")
def asyncapi() -> None:
    """Print the AsyncAPI 3 document."""
    click.echo(asyncapi_json(), nl=False)


@reference.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document of the public API."""
    click.echo(openapi_json(), nl=False)


@reference.command("env")
def env_example() -> None:
    """Print what stands in .env.example."""
    click.echo(env.env_text(), nl=False)


@reference.command("write")
def write() -> None:
    """Write what is not fresh: docs/reference/, .env.example, shapes, texts, and the like."""
    for file in stale_files():
        file.write_text(FILES[file](), encoding="utf-8")
        click.echo(f"wrote {file}")
    for name in write_pages():
        click.echo(f"wrote {FOLDER / name}")


@reference.command("freeze")
def freeze() -> None:
    """Freeze the contracts of new event types; frozen ones are never touched."""
    for event_type in freeze_contracts():
        click.echo(f"froze {event_type}")
