"""The end of an erasure: no word of the client is left here, and that is told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, text, update

from services.documents.files import events, queries
from services.documents.files.models import ErasedClient, OpenLink
from shared.clock import now
from shared.failpoints import failpoint
from shared.messaging.envelope import Actor
from shared.messaging.erasure import erase_messages
from shared.messaging.outbox import Origin
from shared.stored_answers import erase_answers
from shared.unit_of_work import UnitOfWork

# Events that become tombstones in one transaction.
BATCH = 500

_SELF = Actor("system", None, "documents")

_NUMBER = text("SELECT count(*) + 1 FROM event_log WHERE subject = :subject")


def erase_next(uow: UnitOfWork) -> bool:
    """A step of an erasure whose objects and documents are gone; whether there was one.

    The log's words go batch by batch, then the stored answers; then it is reported.
    """
    erasure = queries.next_erasure(uow.session)
    if erasure is None:
        return False
    client_ids = [erasure.client_id, *erasure.aliases]
    if erase_messages(uow.session, client_ids, BATCH) < BATCH:
        erase_answers(uow, client_ids)
        _report(uow, erasure)
    failpoint("documents.while_erasing")
    return True


def forget_link(uow: UnitOfWork, staging_key: str) -> None:
    """Nothing can be put there any more, and nothing is left there."""
    uow.session.execute(delete(OpenLink).where(OpenLink.staging_key == staging_key))


def postpone_link(uow: UnitOfWork, staging_key: str, pause: timedelta) -> None:
    """The store refuses to remove what was put there: it is looked at again after the pause."""
    uow.session.execute(
        update(OpenLink)
        .where(OpenLink.staging_key == staging_key)
        .values(expires_at=func.clock_timestamp() + pause)
    )


def _report(uow: UnitOfWork, erasure: ErasedClient) -> None:
    erasure.reported_at = now()
    # The event belongs to the request that deleted the client, not to the job.
    uow.origin = Origin(uow.workspace_id, _SELF, erasure.correlation_id, erasure.causation_id)
    number = uow.session.scalar(_NUMBER, {"subject": f"client/{erasure.client_id}"})
    uow.publish(events.client_erased(erasure, int(number or 1)))
