"""Processes that issue invoices, change their mind now and then, and die in between."""

from __future__ import annotations

import os
import random
import signal
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from sqlalchemy.exc import OperationalError

from services.clients.access import queries as access
from services.clients.billing.errors import NotDraft
from services.clients.billing.operations.invoices import issue_invoice
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings

CHANCE_OF_ROLLBACK = 0.3
CHANCE_OF_DEATH = 0.1
SECONDS = 120.0

# Forked from a parent that has everything imported, a process costs milliseconds.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


class ChangedMyMind(Exception):
    """Raised inside a unit of work, so that it is rolled back."""


@dataclass(frozen=True)
class Issuer:
    """What one process has to issue, at which moment of the clock."""

    settings: Settings
    origin: Origin
    invoices: Sequence[uuid.UUID]
    moment: datetime
    seed: int


@dataclass
class Fates:
    """How often somebody died between the draw and the commit."""

    deaths: int = 0


def issue_all(issuers: Sequence[Issuer]) -> Fates:
    """Let all issue at once, each as often as it dies, until everything is issued."""
    fates = Fates()
    running = {_start(issuer): issuer for issuer in issuers}
    while running:
        ended = wait([process.sentinel for process in running], SECONDS)
        assert ended, "nobody came to an end"
        for process in [each for each in running if each.sentinel in ended]:
            issuer = running.pop(process)
            process.join()
            assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
            if process.exitcode:
                fates.deaths += 1
                again = replace(issuer, seed=issuer.seed + 1_000)
                running[_start(again)] = again
    return fates


def _start(issuer: Issuer) -> BaseProcess:
    process = _PROCESSES.Process(target=issue, args=(issuer,), daemon=True)
    process.start()
    return process


def issue(issuer: Issuer) -> None:
    """Issue the invoices one by one; what an earlier life has issued is left."""
    access.now = lambda: issuer.moment  # type: ignore[attr-defined]
    runtime = Runtime("clients", issuer.settings)
    dice = random.Random(issuer.seed)
    for invoice_id in issuer.invoices:
        while not _issued(runtime, issuer.origin, invoice_id, dice):
            pass


def _issued(runtime: Runtime, origin: Origin, invoice_id: uuid.UUID, dice: random.Random) -> bool:
    try:
        with runtime.unit_of_work(origin) as uow:
            issue_invoice(uow, invoice_id)
            _meet_fate(dice.random())
    except ChangedMyMind:
        return False
    except OperationalError:
        # Whoever waits too long, for a connection or behind the others, comes again.
        return False
    except NotDraft:
        return True
    return True


def _meet_fate(fate: float) -> None:
    """Between the draw and the commit: nothing of either may be left."""
    if fate < CHANCE_OF_DEATH:
        os.kill(os.getpid(), signal.SIGKILL)
    if fate < CHANCE_OF_DEATH + CHANCE_OF_ROLLBACK:
        raise ChangedMyMind
