"""The words of documents, folded as all other words are."""

from __future__ import annotations

from shared.db.schema.words import renew_words

revision = "0005"
down_revision = "0004"

_WRITTEN = {"documents": "coalesce(title, '') || ' ' || file_name || ' ' || category"}


def upgrade() -> None:
    """Make the words anew."""
    renew_words(_WRITTEN)


def downgrade() -> None:
    """The words stay: the release before reads them as well."""
