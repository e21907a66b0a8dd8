"""What a dispatcher clears away once an hour."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from services.activity.webhooks import queries
from services.activity.webhooks.operations.purging import clear_removed, forget_deliveries
from shared.housekeeping import purge_idempotency_keys, repeated
from shared.runtime import Runtime


def purge(runtime: Runtime, before: datetime) -> None:
    """Delete deliveries that were finished before, those of removed webhooks, and stored answers
    by their own age."""
    find = partial(queries.workspaces_with_old_deliveries, before=before)
    for workspace_id in runtime.across_workspaces(find):
        repeated(partial(_forget_some, runtime, workspace_id, before))
    for workspace_id, webhook_id in runtime.across_workspaces(queries.removed_webhooks):
        repeated(partial(_clear_some, runtime, workspace_id, webhook_id))
    purge_idempotency_keys(runtime)


def _clear_some(runtime: Runtime, workspace_id: uuid.UUID, webhook_id: uuid.UUID) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return clear_removed(uow, webhook_id)


def _forget_some(runtime: Runtime, workspace_id: uuid.UUID, before: datetime) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return forget_deliveries(uow, before)
