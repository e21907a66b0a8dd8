"""Drafts of clients: kept as they were typed, until a client is made of them or they go.

What was typed is personal, and a tax number may stand anywhere in it, so all of it is sealed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.drafts.errors import DraftTooLarge, StaleDraft
from services.clients.drafts.events import draft_discarded
from services.clients.drafts.models import DRAFT_CONTEXT, DRAFT_LIFETIME, ClientDraft, Draft
from services.clients.drafts.queries import require_draft
from services.clients.drafts.rules import Steps, merged, shown_step, without_mask
from services.clients.records.models.record import Record
from services.clients.records.operations.creating import create_client
from services.clients.records.operations.reading_tax_ids import DRAFTS, note_shown
from shared.clock import now
from shared.errors import require_version
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

#: As much as the body of a whole client in one request may take.
MAX_BYTES = 1_048_576
_MAX_EXPIRED = 200

_EXPIRE = text(
    """
    DELETE FROM client_drafts WHERE id IN (
        SELECT id FROM client_drafts WHERE updated_at <= :before
        ORDER BY updated_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id
    """
)


def create_draft(uow: UnitOfWork) -> Draft:
    """An empty draft, at version 1."""
    at = now()
    row = ClientDraft(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        version=1,
        steps=_sealed(uow, {}),
        created_by=uow.actor.as_dict(),
        created_at=at,
        updated_at=at,
    )
    uow.session.add(row)
    return Draft(row, {})


def lock_draft(
    uow: UnitOfWork,
    draft_id: uuid.UUID,
    expected: int | None,
    yours: Steps = MappingProxyType({}),
) -> Draft:
    """The draft, held until the transaction ends.

    Raises `DraftNotFound`, `DraftSubmitted`, and `StaleDraft` unless it is at the expected
    version (None: any); `yours` are the steps that the caller wants to save.
    """
    draft = require_draft(uow, draft_id, for_update=True)
    require_version(
        expected,
        draft.version,
        lambda version: StaleDraft(version, _masked(draft.steps), _masked(yours)),
    )
    return draft


def _masked(steps: Steps) -> dict[str, Any]:
    return {step: shown_step(typed, see_tax_ids=False) for step, typed in steps.items()}


def save_step(uow: UnitOfWork, draft: Draft, step: str, sent: Mapping[str, Any]) -> Draft:
    """Merge what was sent into a step, right or wrong; the draft lives on from now.

    The other steps stay as they are. Without effect there is no new version. Raises
    `DraftTooLarge`.
    """
    before = draft.steps.get(step)
    after = merged(before, without_mask(before or {}, sent))
    draft.row.updated_at = now()
    if after != before:
        draft.steps[step] = after
        draft.row.steps = _sealed(uow, draft.steps)
        draft.row.version += 1
    return draft


def note_draft_shown(
    uow: UnitOfWork, permissions: Collection[str], shown: Mapping[str, Any]
) -> None:
    """Tell the audit where a full tax id stands in what is shown of a draft."""
    steps = ({"id": shown["id"], **typed} for typed in shown["steps"].values())
    note_shown(uow, permissions, DRAFTS, steps)


def _sealed(uow: UnitOfWork, steps: Mapping[str, Any]) -> bytes:
    written = orjson.dumps(steps)
    if len(written) > MAX_BYTES:
        raise DraftTooLarge(f"All steps together may take {MAX_BYTES} bytes.")
    return uow.vault.encrypt(written, DRAFT_CONTEXT)


def submit_draft(
    uow: UnitOfWork,
    draft: Draft,
    values: Mapping[str, Any],
    findings: Findings,
    *,
    names_duplicates: bool = False,
    sees_tax_ids: bool = False,
) -> Record:
    """Make the client of a draft that is held; it takes the draft's place and its id.

    Raises as `create_client`; then the draft stays.
    """
    uow.session.delete(draft.row)
    uow.flush()
    return create_client(
        uow,
        values,
        findings,
        draft.id,
        names_duplicates=names_duplicates,
        sees_tax_ids=sees_tax_ids,
    )


def discard_draft(uow: UnitOfWork, draft: Draft) -> None:
    """Throw away a draft that is held; the documents service removes its files."""
    uow.session.delete(draft.row)
    uow.publish(draft_discarded(draft.id, "discarded"))


def expire_drafts(uow: UnitOfWork) -> int:
    """Throw away the workspace's drafts that nobody saved for long; returns how many went.

    Those that are held at the moment are left for the next time, and so are more than 200.
    """
    given = {"before": now() - DRAFT_LIFETIME, "most": _MAX_EXPIRED}
    gone = uow.session.scalars(_EXPIRE, given).all()
    for draft_id in gone:
        uow.publish(draft_discarded(draft_id, "expired"))
    return len(gone)
