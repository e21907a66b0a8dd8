"""The record's commands. Each locks the client's row first, and none commits."""

from __future__ import annotations

from services.clients.records.operations.absorbing import absorb, count_version
from services.clients.records.operations.codes import freeze_code, release_codes
from services.clients.records.operations.contacts import (
    add_contact,
    make_primary,
    remove_contact,
    update_contact,
)
from services.clients.records.operations.creating import check_new_client, create_client
from services.clients.records.operations.drafts import (
    create_draft,
    discard_draft,
    expire_drafts,
    lock_draft,
    save_step,
    submit_draft,
)
from services.clients.records.operations.locking import lock_client
from services.clients.records.operations.rates import add_rate, remove_rate, update_rate
from services.clients.records.operations.reindexing import reindex_some
from services.clients.records.operations.updating import change_status, update_client

__all__ = [
    "absorb",
    "add_contact",
    "add_rate",
    "change_status",
    "check_new_client",
    "count_version",
    "create_client",
    "create_draft",
    "discard_draft",
    "expire_drafts",
    "freeze_code",
    "lock_client",
    "lock_draft",
    "make_primary",
    "reindex_some",
    "release_codes",
    "remove_contact",
    "remove_rate",
    "save_step",
    "submit_draft",
    "update_client",
    "update_contact",
    "update_rate",
]
