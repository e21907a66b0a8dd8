"""Two filters at once read no row that one of them drops."""

from __future__ import annotations

from shared.db.schema.online import replace_index

revision = "0016"
down_revision = "0015"

# The status stands behind the order of the list: what has another one is passed over in the
# index, where the row itself had to be read for it.
_COLUMNS = ("industry", "company_size", "primary_service_type")


def _make(column: str, *more: str) -> None:
    columns = ", ".join(["workspace_id", column, "sort_name", "id", *more])
    replace_index(f"ix_clients_{column}", f"clients ({columns})")


def upgrade() -> None:
    """Make the three indexes anew, with the status."""
    for column in _COLUMNS:
        _make(column, "status")


def downgrade() -> None:
    """Make them anew without it."""
    for column in _COLUMNS:
        _make(column)
