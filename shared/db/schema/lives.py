"""What migrations add so that a log may have several lives, and its consumers follow it."""

from __future__ import annotations

from alembic import op

from shared.db.schema.tables import role_prefix

# A batch that was begun in one life of its log must not be kept in another, where its positions
# are those of other events. It is told as a failure to serialize, after which nothing has changed.
_HOLD_PROGRESS = """
CREATE FUNCTION hold_progress(of_source text, of_epoch uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM consumer_progress WHERE source = of_source AND epoch = of_epoch FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the log of % has begun another life', of_source USING ERRCODE = '40001';
    END IF;
END
$$
"""
_FUNCTIONS = {
    "forget_source": "(of_source text, erased uuid[]) RETURNS uuid[]",
    "settle_source": "(of_source text, concerned uuid[]) RETURNS void",
}


def follow_lives() -> None:
    """Let log, inbox and dead letters tell one life of a log from another."""
    op.execute("ALTER TABLE relay_state ADD COLUMN life text")
    op.execute("ALTER TABLE inbox ADD COLUMN event_id uuid")
    op.execute("ALTER TABLE consumer_progress ADD COLUMN doubted_pos bigint")
    op.execute("ALTER TABLE dead_letters ADD COLUMN epoch uuid")
    op.execute(
        "UPDATE dead_letters AS d SET epoch = p.epoch "
        "FROM consumer_progress AS p WHERE p.source = d.source"
    )
    op.execute(
        "ALTER TABLE dead_letters DROP CONSTRAINT uq_dead_letters_pos, ADD CONSTRAINT "
        "uq_dead_letters_pos UNIQUE NULLS NOT DISTINCT (source, epoch, pos)"
    )
    op.execute(_HOLD_PROGRESS)


def stop_following_lives() -> None:
    """Undo `follow_lives`."""
    op.execute("DROP FUNCTION hold_progress(text, uuid)")
    op.execute(
        "DELETE FROM dead_letters AS d USING consumer_progress AS p "
        "WHERE p.source = d.source AND p.epoch IS DISTINCT FROM d.epoch"
    )
    op.execute(
        "ALTER TABLE dead_letters DROP CONSTRAINT uq_dead_letters_pos, "
        "DROP COLUMN epoch, ADD CONSTRAINT uq_dead_letters_pos UNIQUE (source, pos)"
    )
    op.execute("ALTER TABLE consumer_progress DROP COLUMN doubted_pos")
    op.execute("ALTER TABLE inbox DROP COLUMN event_id")
    op.execute("ALTER TABLE relay_state DROP COLUMN life")


def forget_by(forgetting: str, settling: str) -> None:
    """Say how the service forgets what it knows by a source, and what is left to do once that
    source's log was applied anew.

    Bodies in PL/pgSQL that know `of_source`, the clients that stay `erased`, and the `concerned`
    that the first returns to the second. They are run for the pipe, which owns no tenant table.
    """
    bodies = {"forget_source": forgetting, "settle_source": settling}
    for name, signature in _FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}{signature} LANGUAGE plpgsql VOLATILE SECURITY DEFINER "
            f"SET search_path = public, pg_temp AS $$ BEGIN {bodies[name]} END $$"
        )
    for name, arguments in (("forget_source", "text, uuid[]"), ("settle_source", "text, uuid[]")):
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO {role_prefix()}_pipe")


def stop_forgetting() -> None:
    """Undo `forget_by`."""
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}(text, uuid[])")
