"""Addresses of contacts are compared as those of users are, the main contact's too."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection, text

from services.clients.values.addresses import email_key
from shared.db.schema.online import portions

revision = "0049"
down_revision = "0048"

# `lower` of the database knows no more than capitals; an access that was given to the main
# contact keeps the address as it stood there.
_HOLDS = """
    CREATE OR REPLACE FUNCTION portal_access_holds(whose uuid, key text) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT FROM clients AS c WHERE c.id = whose AND (
            lower(c.contact_email) = lower(key) {or_as_it_stood}
            OR EXISTS (SELECT FROM contacts AS k WHERE k.client_id = c.id AND k.email_key = key)))
    $$
"""
_AS_IT_STOOD = """OR EXISTS (
                SELECT FROM portal_access AS a
                WHERE a.client_id = c.id AND a.email_key = key AND a.email = c.contact_email)"""
# Two rows of a client that become alike are left as they are: neither address is lost.
_TABLES = ("contacts", "mail_stops", "portal_access")
_OTHERS = (
    "SELECT client_id, email, email_key FROM {} WHERE client_id = ANY (:keys) AND email !~ :ascii"
)
_FOLD = """
    UPDATE {0} AS t SET email_key = :key
    WHERE client_id = :client_id AND email = :email AND email_key = :email_key
      AND NOT EXISTS (SELECT FROM {0} WHERE client_id = :client_id AND email_key = :key)
"""


def upgrade() -> None:
    """Fold anew what is not plain ASCII: the rest has the same key as before."""
    op.execute(_HOLDS.format(or_as_it_stood=_AS_IT_STOOD))
    for connection, keys in portions("clients"):
        for table in _TABLES:
            _fold(connection, table, keys)


def _fold(connection: Connection, table: str, keys: list[object]) -> None:
    others = text(_OTHERS.format(table))
    given = {"keys": keys, "ascii": "^[[:ascii:]]*$"}
    for row in connection.execute(others, given).mappings().all():
        if (key := email_key(row["email"])) != row["email_key"]:
            connection.execute(text(_FOLD.format(table)), {**row, "key": key})


def downgrade() -> None:
    """The keys stay: they are among those that were possible before."""
    op.execute(_HOLDS.format(or_as_it_stood=""))
