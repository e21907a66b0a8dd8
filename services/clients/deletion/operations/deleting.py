"""Planning the deletion of a client, asking for it, and taking that back in time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.clients.access.queries import get_workspace
from services.clients.client_merge.queries import aliases_of
from services.clients.deletion import events
from services.clients.deletion.errors import CannotUndo, PlanOutdated
from services.clients.deletion.models import NOBODY_ASKED, PENDING, Deletion, Holdings, Plan
from services.clients.deletion.operations import hidden_copy
from services.clients.deletion.operations.client_data import remove_client
from services.clients.deletion.operations.confirmation import confirms, plan_note
from services.clients.deletion.operations.erasing import start
from services.clients.deletion.queries import lock_deletion, plan_of
from services.clients.records.models.record import Client
from services.clients.records.operations.removal import set_version
from services.clients.records.queries.clients import lock_client
from services.clients.values.confirmations import expiry
from shared.clock import now, rfc3339
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan with the note that confirms it."""

    plan: Plan
    confirm: str
    expires_at: datetime

    def as_dict(self) -> dict[str, object]:
        """As callers see it."""
        return {
            "confirm": self.confirm,
            "expires_at": rfc3339(self.expires_at),
            "goes": self.plan.goes,
            "stays": self.plan.stays,
        }


def plan_deletion(
    uow: UnitOfWork, client_id: uuid.UUID, holdings: Holdings = NOBODY_ASKED
) -> Offer:
    """What a deletion would do now; raises `ClientNotFound`."""
    return _offer(uow, plan_of(uow, lock_client(uow, client_id), holdings))


def _offer(uow: UnitOfWork, plan: Plan) -> Offer:
    expires_at = expiry()
    return Offer(plan, plan_note(uow.vault, plan, expires_at), expires_at)


def delete_client(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    confirm: str | None,
    holdings: Holdings = NOBODY_ASKED,
) -> Deletion:
    """Delete the client as planned; the other services follow by event.

    Raises `ClientNotFound`, `NotConfirmed`, or `PlanOutdated` if anything that the plan
    counted has changed since.
    """
    client = lock_client(uow, client_id)
    plan = plan_of(uow, client, holdings)
    if not confirms(uow.vault, plan, confirm):
        raise PlanOutdated(
            "It would take along more or less by now; look at the plan again.",
            plan=_offer(uow, plan).as_dict(),
        )
    return _delete(uow, client, plan)


def delete_now(uow: UnitOfWork, client_id: uuid.UUID) -> Deletion:
    """Delete a client whose deletion was confirmed in another way, such as with a selection."""
    client = lock_client(uow, client_id)
    return _delete(uow, client, plan_of(uow, client, NOBODY_ASKED))


def _delete(uow: UnitOfWork, client: Client, plan: Plan) -> Deletion:
    days = get_workspace(uow).deletion_undo_days
    deletion = _deletion(uow, client, plan, timedelta(days=days))
    if days:
        deletion.kept = hidden_copy.put_away(uow, client.id)
    remove_client(uow, client.id)
    uow.session.add(deletion)
    if days:
        uow.publish(events.deletion_scheduled(deletion))
    else:
        start(uow, deletion)
    return deletion


def _deletion(uow: UnitOfWork, client: Client, plan: Plan, wait: timedelta) -> Deletion:
    at = now()
    return Deletion(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client.id,
        version=client.version + 1,
        client_code=client.client_code,
        aliases=aliases_of(uow.session, client.id),
        actor=uow.actor.as_dict(),
        goes=plan.goes,
        stays=plan.stays,
        requested_at=at,
        starts_at=at + wait,
        parts=[],
    )


def undo_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Deletion:
    """Bring the client back as it was; raises `DeletionNotFound`, `CannotUndo`, and
    `InternalClientExists` where another client is the active internal one by now."""
    deletion = lock_deletion(uow.session, deletion_id)
    if deletion.state != PENDING or deletion.kept is None:
        raise CannotUndo(f"It is {deletion.state}.", state=deletion.state)
    hidden_copy.bring_back(uow, deletion.kept)
    deletion.kept = None
    deletion.undone_at = now()
    deletion.version += 1
    name = set_version(uow, deletion.client_id, deletion.version, deletion.undone_at)
    uow.publish(events.deletion_undone(deletion, name))
    return deletion
