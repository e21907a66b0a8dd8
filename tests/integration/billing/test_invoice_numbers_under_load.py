"""Invoice numbers have no duplicate and no gap, whatever runs at once and is rolled back."""

from __future__ import annotations

import os
import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from typing import Any

from services.clients.billing.operations.drafts import create_invoice
from services.clients.billing.operations.invoices import issue_invoice
from shared.messaging.outbox import Origin
from shared.runtime import Runtime

THREADS = 8
INVOICES = 160
CHANCE_OF_ROLLBACK = 0.4

Logged = Callable[..., list[dict[str, Any]]]


class ChangedMyMind(Exception):
    """Raised inside a unit of work, so that it is rolled back."""


def line() -> dict[str, Any]:
    """A line over one dollar."""
    return {"description": "Hour", "quantity": Decimal(1), "unit_price": Decimal(1)}


def drafts(runtime: Runtime, origin: Origin, client_id: uuid.UUID, count: int) -> list[uuid.UUID]:
    """So many drafts of the client."""
    with runtime.unit_of_work(origin) as uow:
        return [create_invoice(uow, client_id, {"lines": [line()]}).id for _ in range(count)]


def issue_sooner_or_later(
    runtime: Runtime, origin: Origin, invoice_id: uuid.UUID, dice: random.Random
) -> int:
    """Issue the invoice, after as many rolled-back attempts as the dice say."""
    attempts, issued = 0, False
    while not issued:
        attempts += 1
        with suppress(ChangedMyMind), runtime.unit_of_work(origin) as uow:
            issue_invoice(uow, invoice_id)
            if dice.random() < CHANCE_OF_ROLLBACK:
                raise ChangedMyMind
            issued = True
    return attempts


def sequence_of(number: str) -> int:
    """The place in the series."""
    found = re.fullmatch(r"[A-Z]{3}-\d{4}-(\d{4})", number)
    assert found is not None
    return int(found[1])


def test_numbers_have_no_gap_and_no_duplicate_under_threads_and_rollbacks(
    runtime: Runtime,
    origin: Origin,
    make_client: Callable[..., uuid.UUID],
    logged: Logged,
) -> None:
    seed = int(os.environ.get("CLIENTELE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CLIENTELE_TEST_SEED={seed}")  # noqa: T201  # shown where the test fails, to repeat it
    acme, other = make_client(), make_client(client_code="AMA", company_name="Amarillo")
    waiting = drafts(runtime, origin, acme, INVOICES) + drafts(
        runtime, origin, other, INVOICES // 4
    )
    dice = random.Random(seed)
    dice.shuffle(waiting)
    own_dice = [random.Random(dice.random()) for _ in waiting]
    with ThreadPoolExecutor(THREADS) as pool:
        attempts = list(
            pool.map(
                lambda work: issue_sooner_or_later(runtime, origin, *work),
                zip(waiting, own_dice, strict=True),
            )
        )
    assert sum(attempts) > len(waiting), "the dice rolled nothing back"
    events = [event for event in logged() if event["type"] == "clients.invoice.issued.v1"]
    numbers: dict[uuid.UUID, list[int]] = {acme: [], other: []}
    for event in events:
        numbers[event["client_id"]].append(sequence_of(event["data"]["invoice"]["number"]))
    # In the order of the log, so the events of a client also tell the numbers in order.
    assert numbers == {
        acme: list(range(1, INVOICES + 1)),
        other: list(range(1, INVOICES // 4 + 1)),
    }
