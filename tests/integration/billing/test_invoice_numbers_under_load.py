"""Invoice numbers have no duplicate and no gap, whatever runs at once, rolls back and is killed."""

from __future__ import annotations

import os
import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.clients.billing.operations.crediting import issue_credit_note
from services.clients.billing.operations.drafts import create_invoice
from services.clients.billing.operations.invoices import issue_invoice
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings
from tests.integration.billing.issuers import Issuer, issue_all

THREADS = 8
INVOICES = 160
ISSUERS = 50
EACH = 4
# A minute apart, and another year where the workspace is.
OLD_YEAR = datetime(2027, 1, 1, 5, 59, 30, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 6, 0, 30, tzinfo=UTC)
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


def _seed() -> int:
    seed = int(os.environ.get("CLIENTELE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CLIENTELE_TEST_SEED={seed}")  # noqa: T201  # shown where the test fails, to repeat it
    return seed


def test_numbers_have_no_gap_and_no_duplicate_under_threads_and_rollbacks(
    runtime: Runtime,
    origin: Origin,
    make_client: Callable[..., uuid.UUID],
    logged: Logged,
) -> None:
    seed = _seed()
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


def test_fifty_issuers_that_roll_back_and_are_killed_leave_no_gap_over_the_turn_of_the_year(
    runtime: Runtime,
    origin: Origin,
    settings: Settings,
    make_client: Callable[..., uuid.UUID],
    set_workspace: Callable[..., None],
    logged: Logged,
) -> None:
    set_workspace(time_zone="America/Chicago")
    clients = [make_client(), make_client(client_code="AMA", company_name="Amarillo")]
    waiting = [
        invoice_id
        for client_id in clients
        for invoice_id in drafts(runtime, origin, client_id, ISSUERS * EACH // 2)
    ]
    seed = _seed()
    random.Random(seed).shuffle(waiting)
    fates = issue_all(
        [
            Issuer(
                settings,
                origin,
                waiting[number::ISSUERS],
                NEW_YEAR if number % 2 else OLD_YEAR,
                seed + number,
            )
            for number in range(ISSUERS)
        ]
    )
    assert fates.deaths, "nobody was killed"
    issued = [event["data"]["invoice"] for event in logged("invoice/") if _is_issued(event)]
    assert len(issued) == len(waiting)
    series: dict[str, list[int]] = {}
    for invoice in issued:
        series.setdefault(invoice["number"][:-5], []).append(sequence_of(invoice["number"]))
        assert invoice["number"][4:8] == invoice["issued_on"][:4]
    assert sorted(series) == ["ACM-2026", "ACM-2027", "AMA-2026", "AMA-2027"]
    for numbers in series.values():
        assert numbers == list(range(1, len(numbers) + 1))


def _is_issued(event: dict[str, Any]) -> bool:
    return str(event["type"]) == "clients.invoice.issued.v1"


def test_credit_notes_have_a_series_of_their_own_without_a_gap(
    runtime: Runtime, origin: Origin, make_client: Callable[..., uuid.UUID], logged: Logged
) -> None:
    invoices = drafts(runtime, origin, make_client(), 20)
    for invoice_id in invoices:
        with runtime.unit_of_work(origin) as uow:
            issue_invoice(uow, invoice_id)
    dice = random.Random(_seed())

    def credit(invoice_id: uuid.UUID) -> None:
        with suppress(ChangedMyMind), runtime.unit_of_work(origin) as uow:
            issue_credit_note(uow, invoice_id, {"reason": "x", "amount": Decimal("0.10")})
            if dice.random() < CHANCE_OF_ROLLBACK:
                raise ChangedMyMind

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(credit, invoices * 3))
    told = [event["data"] for event in logged() if event["type"].endswith(".credited.v1")]
    year = told[0]["credit_note"]["issued_on"][:4]
    assert [each["credit_note"]["number"] for each in told] == [
        f"ACM-CN-{year}-{place:04d}" for place in range(1, len(told) + 1)
    ]
