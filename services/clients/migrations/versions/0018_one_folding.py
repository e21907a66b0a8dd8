"""The words of projects and invoices, folded as all other words are."""

from __future__ import annotations

from shared.db.schema.words import renew_words

revision = "0018"
down_revision = "0017"

_WRITTEN = {"projects": "name || ' ' || coalesce(code, '')", "invoices": "coalesce(number, '')"}


def upgrade() -> None:
    """Make the words anew."""
    renew_words(_WRITTEN)


def downgrade() -> None:
    """The words stay: the release before reads them as well."""
