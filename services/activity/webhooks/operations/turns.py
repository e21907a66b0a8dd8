"""A dispatcher's turn at a webhook: one transaction between the posts it sends.

It notes what came of those that are over, reads the feed on, and hands out what may be sent
next. The webhook's row is locked meanwhile, and leased to the dispatcher until after the next
turn, so that one works for it at a time. A dispatcher that dies, or freezes, loses its lease;
what it had sent without noting it is sent again by another, under the same id.

In order means: per client, nothing is sent before what came earlier has arrived or was given
up. Among what is handed out the dispatcher sees to it; behind a failure, rows that are `held`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, select, text

from services.activity.webhooks import events
from services.activity.webhooks.models import (
    ACTIVE,
    DISABLED,
    FAILING,
    GONE,
    REMOVED,
    Webhook,
)
from services.activity.webhooks.operations.handing_out import (
    NO_ROOM,
    HandedOut,
    Room,
    hand_out,
    hand_out_early,
)
from services.activity.webhooks.operations.low_water import raise_low_water
from services.activity.webhooks.operations.managing import secrets_of
from services.activity.webhooks.operations.reading import read_on
from services.activity.webhooks.operations.recording import (
    Result,
    keep_order,
    record,
    retry_all,
)
from services.activity.webhooks.rules import retries, types
from services.activity.webhooks.rules.answers import Outcome
from services.activity.webhooks.rules.retries import Health
from shared.db.leases import is_over
from shared.logging import get_logger
from shared.unit_of_work import UnitOfWork

_log = get_logger(__name__)

#: A dispatcher that took no turn for so long is overtaken.
LEASE_SECONDS = 6.0

_IS_FREE = text(is_over("webhooks.lease_until", "interval '12 seconds'"))
_LEASE_END = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS)
_NEXT_AT = text(
    """
    SELECT min(next_at) FROM webhook_deliveries
    WHERE webhook_id = :webhook AND state = 'waiting' AND next_at IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a dispatcher brings to a turn.

    `handed_out` are the deliveries it has brought no result of yet; `room` is for how many more.
    `holds` says that it took the turn before, `leaves` that it takes none after.
    """

    holds: bool = False
    results: Sequence[Result] = ()
    handed_out: Collection[uuid.UUID] = ()
    room: Room = NO_ROOM
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a turn, and when; `chance` draws from 0 to 1."""

    owner: str
    moment: datetime
    chance: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a dispatcher takes from a turn.

    Unless `sends`, what was handed out before is not to be sent any more. `more` says that there
    is more to do at once; `released`, that there is nothing for now, and the webhook is anyone's.
    """

    url: str
    secrets: tuple[str, ...]
    ordered: bool
    deliveries: list[HandedOut]
    sends: bool
    more: bool
    released: bool


def take_turn(
    uow: UnitOfWork, webhook_id: uuid.UUID, taker: Taker, brought: Brought
) -> Turn | None:
    """Note, read on, hand out; None if another dispatcher is at it, or it is deleted.

    What came of deliveries is noted in any case: it has happened.
    """
    webhook = uow.session.scalar(_mine(webhook_id, taker, brought))
    if webhook is not None:
        _judge(uow, webhook, taker, brought.results)
    record(uow, brought.results, taker.moment, taker.chance)
    if webhook is None:
        return None
    if webhook.ordered:
        keep_order(uow, webhook, brought.results)
    if brought.results:
        raise_low_water(uow, webhook)
    sends = webhook.state == ACTIVE and not _health(webhook).rests(taker.moment)
    more = sends and not brought.leaves and read_on(uow, webhook, taker.moment)
    deliveries = _hand_out(uow, webhook, taker, brought, sends=sends)
    more = more or len(deliveries) == _room(webhook, brought).rows > 0
    is_released = not (more or deliveries or brought.handed_out)
    webhook.due_at = taker.moment
    if is_released and not brought.leaves:
        webhook.due_at = _due_at(uow, webhook, taker.moment)
    _keep_lease(webhook, None if is_released else taker.owner)
    uow.flush()
    secrets = secrets_of(webhook, uow.vault, taker.moment)
    return Turn(webhook.url, secrets, webhook.ordered, deliveries, sends, more, is_released)


def _mine(webhook_id: uuid.UUID, taker: Taker, brought: Brought) -> Select[Webhook]:
    """The webhook, locked, if this dispatcher has its lease or may take it."""
    statement = select(Webhook).where(Webhook.id == webhook_id, Webhook.state != REMOVED)
    if brought.holds:
        return statement.where(Webhook.lease_owner == taker.owner).with_for_update()
    return statement.where(_IS_FREE).with_for_update(skip_locked=True)


def _judge(uow: UnitOfWork, webhook: Webhook, taker: Taker, results: Sequence[Result]) -> None:
    """How it does after these results: well again, failing, resting, disabled."""
    before = health = _health(webhook)
    outcomes = set()
    for result in results:
        outcomes.add(result.attempt.outcome)
        if result.arrived:
            health = retries.after_success(health)
        elif result.delivery.type != types.PING:
            wait = result.attempt.wait
            health = retries.after_failure(health, taker.moment, taker.chance(), wait)
    webhook.failures, webhook.failing_since = health.failures, health.failing_since
    webhook.rest_until = health.rest_until
    if before.is_open and Outcome.ARRIVED in outcomes:
        retry_all(uow, webhook)
    if Outcome.GONE in outcomes:
        _disable(uow, webhook, GONE)
    elif health.is_given_up(taker.moment):
        _disable(uow, webhook, FAILING)


def _disable(uow: UnitOfWork, webhook: Webhook, because: str) -> None:
    if webhook.state == ACTIVE:
        webhook.state, webhook.disabled_because = DISABLED, because
        webhook.version += 1
        uow.publish(events.state_changed(webhook, ACTIVE))
        _log.warning("webhook disabled", webhook=str(webhook.id), because=because)


def _hand_out(
    uow: UnitOfWork, webhook: Webhook, taker: Taker, brought: Brought, *, sends: bool
) -> list[HandedOut]:
    room, but = _room(webhook, brought), brought.handed_out
    upto = webhook.read_pos if sends else None
    found = hand_out(uow, webhook, taker.moment, but, room, upto)
    if found or upto is None or room.rows <= 0 or not _health(webhook).is_open:
        return found
    return hand_out_early(uow, webhook.id, taker.moment, upto)


def _room(webhook: Webhook, brought: Brought) -> Room:
    """One that has failed too often is sent one delivery at a time."""
    if not _health(webhook).is_open:
        return brought.room
    return replace(brought.room, rows=min(brought.room.rows, 1 - len(brought.handed_out)))


def _keep_lease(webhook: Webhook, owner: str | None) -> None:
    """Until after the next turn, or free it for anyone."""
    webhook.lease_owner = owner
    webhook.lease_until = cast(Any, _LEASE_END) if owner else None


def _due_at(uow: UnitOfWork, webhook: Webhook, moment: datetime) -> datetime | None:
    """When there is something to do, if nothing new happens before."""
    if webhook.state != ACTIVE:
        return None
    if _health(webhook).rests(moment):
        return webhook.rest_until
    due: datetime | None = uow.connection.scalar(_NEXT_AT, {"webhook": webhook.id})
    return due


def _health(webhook: Webhook) -> Health:
    return Health(webhook.failures, webhook.failing_since, webhook.rest_until)
