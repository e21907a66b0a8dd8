"""Who acted is looked up: a timeline is read by person and by kind of actor along an index."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import build_index

revision = "0011"
down_revision = "0010"

# As `MOMENT` of the models.
_MOMENT = "(CASE WHEN not_before IS NULL THEN occurred_at ELSE not_before END)"
# Columns, as row-level security takes what is inside of JSON for leaky, and keeps it off an index.
_COLUMNS = {
    "actor_kind": "actor ->> 'kind'",
    "actor_id": "actor ->> 'id'",
    "actor_name": "lower(actor ->> 'name')",
}


def upgrade() -> None:
    """Write the table anew with the columns, once for all three, then their indexes."""
    added = (
        f'ADD IF NOT EXISTS {name} text COLLATE "C" GENERATED ALWAYS AS ({value}) STORED'
        for name, value in _COLUMNS.items()
    )
    op.execute(f"ALTER TABLE events {', '.join(added)}")
    for name in _COLUMNS:
        build_index(
            f"ix_events_{name}",
            f"events (workspace_id, client_id, {name}, {_MOMENT}, source, pos)",
        )


def downgrade() -> None:
    """Drop them."""
    op.execute(f"ALTER TABLE events {', '.join(f'DROP {name}' for name in _COLUMNS)}")
