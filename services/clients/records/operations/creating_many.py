"""Making many clients at once: one statement for all of them, an event for each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from services.clients.records import events
from services.clients.records.models.record import Record
from services.clients.records.operations.creating import complete, prepare_client
from services.clients.records.operations.insert_statements import (
    INSERT_MANY,
    execute,
    parameters_of_many,
)
from services.clients.records.operations.stored_values import Context, Defaults
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings


def prepare_many(
    uow: UnitOfWork, bodies: Sequence[tuple[Mapping[str, Any], Findings]]
) -> list[Record]:
    """Clients as they would be made, each with what is wrong in its findings.

    None is given a code that it was not sent with.
    """
    defaults = Defaults(uow)
    return [
        prepare_client(uow, Context(findings, uow.vault, defaults), values, uuid7())
        for values, findings in bodies
    ]


def create_clients(uow: UnitOfWork, records: Sequence[Record]) -> set[uuid.UUID]:
    """Make what `prepare_many` found nothing wrong with; returns the ids of those made.

    The others' codes were taken in between. Raises `InternalClientExists`, and whatever an
    event of one of them raises.
    """
    if not records:
        return set()
    made = execute(uow, INSERT_MANY, parameters_of_many(records))
    outcomes = {outcome.id: outcome for outcome in made}
    for record in records:
        if record.id in outcomes:
            complete(record, outcomes[record.id])
            uow.publish(events.client_created(record))
    return set(outcomes)
