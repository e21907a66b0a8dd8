"""What a migration adds so that an operator sees which rows of the periodic jobs fail."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import role_prefix

_FUNCTION = """
CREATE FUNCTION failing_rows() RETURNS TABLE (
    kind text, count bigint, oldest_at timestamptz, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT kind, count(*), min(since), max(why) FROM ({rows}) AS failing (kind, since, why)
    GROUP BY kind ORDER BY kind
$$
"""


def tell_failing(rows: str) -> None:
    """Count what fails of all workspaces together: `rows` selects a kind, since when it is there,
    and the kind of error or NULL; never a word of anyone's data."""
    op.execute(_FUNCTION.format(rows=rows))
    op.execute("REVOKE ALL ON FUNCTION failing_rows() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION failing_rows() TO {role_prefix()}_pipe")


def stop_telling_failing() -> None:
    """Undo `tell_failing`."""
    op.execute("DROP FUNCTION failing_rows()")
