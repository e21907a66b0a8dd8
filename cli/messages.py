"""`clientele lag`, `events`, `dead-letters`: the message path, seen from outside."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import Engine, Row

from cli import failing, subscribers, webhooks
from cli.services import SERVICES
from cli.tables import echo_columns, echo_json
from shared.db.engine import engine_for
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.lag import Lag, measure_lag
from shared.messaging.tracing import events_after, find_event, last_position, trace
from shared.runtime import Runtime
from shared.settings import Settings, load

_CONSUMERS = [service.name for service in SERVICES.values() if service.consumers]


def _engine_of() -> Callable[[str], Engine]:
    settings = load(Settings)
    return lambda service: engine_for(settings, service, "pipe")


@click.command()
@click.option("--json", "as_json", is_flag=True)
def lag(as_json: bool) -> None:
    """How far each consumer is behind each source, and each subscriber and webhook behind the feed;
    then what of deletions, mails, jobs, runs and files fails and is tried again.

    As JSON the consumers alone; `clientele subscribers list --json` and `clientele webhooks --json`
    have the others.
    """
    settings = load(Settings)
    found = measure_lag(_engine_of())
    if as_json:
        echo_json([entry.as_dict() for entry in found])
        return
    head = ["source", "consumer", "head", "sent", "applied", "lag", "seconds", "dead", "relay"]
    echo_columns([head, *(_lag_row(entry) for entry in found)])
    if sent_to := subscribers.standing(Runtime("activity", settings)):
        click.echo()
        echo_columns(subscribers.columns(sent_to))
    if posted_to := webhooks.standing(settings):
        click.echo()
        echo_columns(webhooks.columns(posted_to))
    if in_trouble := failing.failing(_engine_of()):
        click.echo()
        echo_columns(failing.columns(in_trouble))


def _lag_row(entry: Lag) -> list[Any]:
    sent = f"{entry.sent} (paused)" if entry.paused else entry.sent
    relay = entry.relay or "none works"
    return [entry.source, entry.consumer, entry.head, sent, entry.contiguous, entry.events,
            entry.seconds, entry.dead_letters, relay]  # fmt: skip


@click.group()
def events() -> None:
    """Events as they stand in the logs."""


@events.command()
@click.option("--source", type=click.Choice(list(SERVICES)), default="clients", show_default=True)
@click.option("--last", default=10, show_default=True, help="how many to begin with")
@click.option("--follow/--no-follow", "-f", default=False, help="wait for more")
@click.option("--json", "as_json", is_flag=True)
def tail(source: str, last: int, follow: bool, as_json: bool) -> None:
    """The newest events of a source, in order."""
    engine_of = _engine_of()
    after = max(0, last_position(engine_of, source) - last)
    while True:
        for row in events_after(engine_of, source, after, 500):
            _echo_event(row, as_json)
            after = row.pos
        if not follow:
            return
        time.sleep(0.5)


def _echo_event(row: Row[Any], as_json: bool) -> None:
    if as_json:
        echo_json(dict(row._mapping))  # noqa: SLF001  # SQLAlchemy's public name for it
        return
    when = row.occurred_at.isoformat(timespec="milliseconds")
    who = row.actor.get("name") or row.actor.get("kind")
    click.echo(f"{row.pos:>8}  {when}  {row.event_id}  {row.type:<40} {row.subject}  by {who}")


@events.command("trace")
@click.argument("event_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True)
def trace_event(event_id: uuid.UUID, as_json: bool) -> None:
    """Where an event has got to, hop by hop."""
    engine_of = _engine_of()
    found = find_event(engine_of, event_id)
    if found is None:
        raise click.ClickException(f"No log holds the event {event_id}.")
    service, row = found
    hops = list(trace(engine_of, service, row))
    if as_json:
        steps = [{"step": hop.step, "state": hop.state, "detail": hop.detail} for hop in hops]
        echo_json({"event": dict(row._mapping), "hops": steps})  # noqa: SLF001
        return
    click.echo(f"{row.type}  {row.subject}  correlation {row.correlation_id}")
    echo_columns([[hop.state, hop.step, hop.detail] for hop in hops])


@click.group("dead-letters")
def dead_letters() -> None:
    """Envelopes that could not be applied."""


def _service_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--service", type=click.Choice(_CONSUMERS), required=True, help="whose dead letters"
    )(command)


def _letters_of(service: str) -> DeadLetters:
    return DeadLetters(service, _engine_of()(service), SERVICES[service].apply())


@dead_letters.command("list")
@click.option(
    "--state",
    type=click.Choice(["parked", "replayed", "discarded"]),
    default="parked",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True)
def list_letters(state: str, as_json: bool) -> None:
    """Dead letters of every service, oldest first."""
    rows = [(name, row) for name in _CONSUMERS for row in _letters_of(name).list(state)]
    if as_json:
        echo_json([{"service": name, **row._mapping} for name, row in rows])  # noqa: SLF001
        return
    if not rows:
        click.echo(f"No {state} dead letters.")
        return
    head = ["service", "id", "source", "pos", "type", "reason", "attempts", "parked at"]
    lines = [
        [name, r.id, r.source, r.pos, r.type, r.reason, r.attempts, r.parked_at.isoformat()]
        for name, r in rows
    ]
    echo_columns([head, *lines])


@dead_letters.command()
@_service_option
@click.argument("letter_id", type=int)
def show(service: str, letter_id: int) -> None:
    """One dead letter with its envelope, as JSON."""
    row = _letters_of(service).show(letter_id)
    if row is None:
        raise click.ClickException(f"{service} has no dead letter {letter_id}.")
    echo_json(dict(row._mapping))  # noqa: SLF001


@dead_letters.command()
@_service_option
@click.argument("letter_ids", type=int, nargs=-1, required=True)
def replay(service: str, letter_ids: tuple[int, ...]) -> None:
    """Apply dead letters again; one that still fails stays parked."""
    letters = _letters_of(service)
    failed = 0
    for letter_id in letter_ids:
        try:
            done = letters.replay(letter_id)
        except Exception as error:  # Whatever the handler raises is what the operator needs.
            failed += 1
            click.echo(f"{letter_id}: still fails: {error}", err=True)
        else:
            click.echo(f"{letter_id}: " + ("replayed" if done else "not parked"))
    if failed:
        raise SystemExit(1)


@dead_letters.command()
@_service_option
@click.argument("letter_ids", type=int, nargs=-1, required=True)
def discard(service: str, letter_ids: tuple[int, ...]) -> None:
    """Settle dead letters without applying them; they are kept as a record."""
    letters = _letters_of(service)
    for letter_id in letter_ids:
        click.echo(f"{letter_id}: " + ("discarded" if letters.discard(letter_id) else "not parked"))
