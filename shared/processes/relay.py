"""The relay process: the outgoing loop in front; numbering and the incoming loops behind it."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from shared.http.service_client import ServiceClient
from shared.logging import configure_logging, get_logger
from shared.messaging.celery_app import make_celery
from shared.messaging.envelope import MAX_BATCH_ENVELOPES
from shared.messaging.inbox import Inbox
from shared.messaging.nudge import APPLIED
from shared.messaging.pace import rest
from shared.messaging.publisher import Publisher
from shared.messaging.reconciler import Producer, Reconciler
from shared.messaging.relay import Relay, sequence
from shared.messaging.topology import SUBSCRIPTIONS, source_of
from shared.process import collect_less_often, die_with_parent
from shared.progress import note_progress
from shared.runtime import Runtime
from shared.service import S, Service
from shared.settings import load

if TYPE_CHECKING:
    from shared.service import Round

_log = get_logger(__name__)

# Only what nobody nudges for waits for this poll: what a consumer tells, and a nudge that is lost.
POLL_SECONDS = 0.2
LEASE_SECONDS = 3.0
LOOK_SECONDS = 1.0
# What is done beside rests after each time, so that it finds more at once: each of its rounds
# costs as much for one event as for ten.
GATHER_SECONDS = 0.1
OUTAGE_SECONDS = 1.0


def run(service: Service[S]) -> None:
    """Run both loops until SIGTERM, and what the service does beside them. A round in progress is
    finished first."""
    settings = load(service.settings)
    runtime = Runtime(service.name, settings)
    configure_logging(f"{runtime.service}-relay", runtime.settings.log_level)
    die_with_parent()
    collect_less_often()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _aside(partial(sequence, runtime.pipe_engine), "cannot number", stop)
    inbox = Inbox(service.name, runtime.pipe_engine, service.apply(), service.uses)
    for source in SUBSCRIPTIONS[runtime.service]:
        _aside(
            _reconciler(runtime, inbox, source).make_round,
            "cannot look for holes",
            stop,
            source=source,
        )
    applied = threading.Event()
    if service.beside:
        _beside(service.beside(runtime, settings), applied, stop)
    _outgoing(runtime, applied, stop)


def _outgoing(runtime: Runtime, applied: threading.Event, stop: threading.Event) -> None:
    hints = _listen(runtime.settings.nudge_address(runtime.service))
    publisher = Publisher(make_celery(runtime.service, runtime.settings))
    owner = f"{socket.gethostname()}:{os.getpid()}"
    relay = Relay(runtime.service, runtime.pipe_engine, publisher, owner)
    _persist(relay.prepare, stop)
    renew_at = 0.0
    works = hinted = False
    while not stop.is_set():
        try:
            if time.monotonic() >= renew_at:
                works = relay.hold_lease(LEASE_SECONDS)
                renew_at = time.monotonic() + LEASE_SECONDS / 3
                note_progress()
            moved = relay.make_round(hinted=hinted) if works else 0
            is_full = moved >= MAX_BATCH_ENVELOPES
            stop.wait(0.0 if is_full else rest(moved))
            # Hints of what came during the round have piled up: without one there is no more.
            hinted = _wait(hints, 0.0 if is_full else POLL_SECONDS, applied)
        except Exception as error:  # The log keeps everything; the next round tries again.
            _log.warning("relay round failed", error=str(error).partition("\n")[0])
            stop.wait(OUTAGE_SECONDS)


def _persist(action: Callable[[], None], stop: threading.Event) -> None:
    """Do it once, however long the database takes to come."""
    while not stop.is_set():
        try:
            action()
        except Exception as error:
            _log.warning("waiting for the database", error=str(error).partition("\n")[0])
            stop.wait(OUTAGE_SECONDS)
        else:
            return


def _listen(address: tuple[str, int]) -> socket.socket:
    """The socket that hints arrive on; without it the poll alone does the work."""
    hints = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hints.setblocking(False)
    try:
        hints.bind((address[0] if address[0].startswith("127.") else "0.0.0.0", address[1]))  # noqa: S104  # In a container network the hint comes from another address.
    except OSError as error:
        _log.warning("no hints", address=address, error=str(error))
    return hints


def _wait(hints: socket.socket, seconds: float, applied: threading.Event) -> bool:
    """Sleep until something was written or the poll; whether a hint of that came.

    All hints that have piled up are swallowed; one that events were applied is passed on.
    """
    until = time.monotonic() + seconds
    while select.select([hints], [], [], max(0.0, until - time.monotonic()))[0]:
        hinted = _swallow(hints)
        if APPLIED in hinted:
            applied.set()
        if hinted - {APPLIED}:
            return True
    return False


def _swallow(hints: socket.socket) -> set[bytes]:
    swallowed = set()
    while True:
        try:
            swallowed.add(hints.recv(16))
        except BlockingIOError:
            return swallowed


def _reconciler(runtime: Runtime, inbox: Inbox, source: str) -> Reconciler:
    client = ServiceClient(runtime, source)
    producer = Producer(source_of(source), client.head, client.page, client.begin_anew)
    return Reconciler(inbox, producer)


def _aside(
    make_round: Callable[[], object],
    trouble: str,
    stop: threading.Event,
    **context: str,
) -> None:
    """Make rounds again and again beside the outgoing loop, which may hang on a broker."""

    def run() -> None:
        while not stop.wait(LOOK_SECONDS):
            try:
                while make_round() and not stop.is_set():
                    pass
            except Exception as error:  # Producer or database away: look again in a second.
                _log.info(trouble, **context, error=str(error).partition("\n")[0])
                stop.wait(OUTAGE_SECONDS)

    threading.Thread(target=run, daemon=True).start()


def _beside(rounds: Sequence[Round], applied: threading.Event, stop: threading.Event) -> None:
    """Make them in turn, as one goes on with what another has done: when events were applied, and
    each second all the same."""

    def run() -> None:
        while not stop.wait(GATHER_SECONDS):
            applied.wait(LOOK_SECONDS)
            applied.clear()
            while sum(map(_attempt, rounds)) and not stop.is_set():
                pass

    threading.Thread(target=run, daemon=True).start()


def _attempt(make_round: Round) -> bool:
    try:
        return make_round()
    except Exception as error:  # The others go on; this one is tried again in a second.
        _log.info("cannot do what is done beside", error=str(error).partition("\n")[0])
        return False
