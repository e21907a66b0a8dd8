"""The words of clients in the order of the list, so that a search reads only its first page."""

from __future__ import annotations

from alembic import op

from shared.db.schema.online import in_portions
from shared.db.schema.tables import allow, role_prefix, tenant_table

revision = "0015"
down_revision = "0014"

# One row for each word of each client. `shared`: how many of its first letters the client's
# word before it in the alphabet has as well. Of a client's words that begin with something of
# n letters, one alone has a `shared` below n: each client is found once. Index and visibility
# map answer alone, so the map is kept up more eagerly than usual.
_WORDS = """
CREATE TABLE IF NOT EXISTS client_words (
    workspace_id uuid NOT NULL,
    word text COLLATE "C" NOT NULL,
    sort_name text COLLATE "C" NOT NULL,
    client_id uuid NOT NULL,
    shared smallint NOT NULL,
    CONSTRAINT pk_client_words PRIMARY KEY (workspace_id, word, sort_name, client_id)
        INCLUDE (shared)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05)
"""

_SHARED_LENGTH = """
CREATE OR REPLACE FUNCTION shared_length(one text, other text) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    most int := least(length(one), length(other));
    n int := 0;
BEGIN
    WHILE n < most AND left(one, n + 1) = left(other, n + 1) LOOP
        n := n + 1;
    END LOOP;
    RETURN n;
END
$$
"""
_IN_ORDER = """
CREATE OR REPLACE FUNCTION words_in_order(words tsvector) RETURNS TABLE (word text, shared smallint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT each.word, coalesce(
        shared_length(lag(each.word) OVER (ORDER BY each.word COLLATE "C"), each.word), 0::smallint)
    FROM unnest(tsvector_to_array(words)) AS each (word)
$$
"""

# As the owner: whoever writes a client's words writes these by that alone, and in no other
# way. By the key only: a plan made for many rows must not read the table for one.
_TRIGGER = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS
$$
BEGIN
    {body}
    RETURN NULL;
END
$$
"""
_PUT = """
    INSERT INTO client_words (workspace_id, word, sort_name, client_id, shared)
    SELECT s.workspace_id, w.word, s.sort_name, s.client_id, w.shared
    FROM {source} AS s, words_in_order(s.words) AS w
"""
_DROP = """
    DELETE FROM client_words k USING {source} AS s, unnest(tsvector_to_array(s.words)) AS w (word)
    WHERE k.workspace_id = s.workspace_id AND k.word = w.word
      AND k.sort_name = s.sort_name AND k.client_id = s.client_id
"""
# Only what differs: most changes leave most words, and where they stand, alone.
_REPLACE = """
    DELETE FROM client_words k USING (
        SELECT w.word FROM words_in_order(OLD.words) AS w EXCEPT
        SELECT w.word FROM words_in_order(NEW.words) AS w
        JOIN words_in_order(OLD.words) AS o ON o.word = w.word AND o.shared = w.shared
        WHERE NEW.sort_name = OLD.sort_name
    ) AS gone
    WHERE k.workspace_id = OLD.workspace_id AND k.word = gone.word
      AND k.sort_name = OLD.sort_name AND k.client_id = OLD.client_id;
    INSERT INTO client_words (workspace_id, word, sort_name, client_id, shared)
    SELECT NEW.workspace_id, w.word, NEW.sort_name, NEW.client_id, w.shared
    FROM words_in_order(NEW.words) AS w
    ON CONFLICT (workspace_id, word, sort_name, client_id) DO NOTHING;
"""
_TRIGGERS = {
    "put_client_words": (
        f"{_PUT.format(source='made')};",
        "AFTER INSERT ON client_search REFERENCING NEW TABLE AS made FOR EACH STATEMENT",
    ),
    "drop_client_words": (
        f"{_DROP.format(source='gone')};",
        "AFTER DELETE ON client_search REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
    ),
    "replace_client_words": (
        _REPLACE,
        """
        AFTER UPDATE ON client_search FOR EACH ROW
        WHEN ((OLD.words, OLD.sort_name) IS DISTINCT FROM (NEW.words, NEW.sort_name))
        """,
    ),
}

# The words had a mark of eight letters in front, that of their workspace. A row that has its
# `sort_name` is without them already, and its words are in order by the trigger.
_SORT_NAMES = """
ALTER TABLE client_search ADD COLUMN IF NOT EXISTS sort_name text COLLATE "C" NOT NULL DEFAULT ''
"""
_FILL = """
UPDATE client_search s SET sort_name = c.sort_name, words = array_to_tsvector(ARRAY(
    SELECT substr(marked, 9, 200) FROM unnest(tsvector_to_array(s.words)) AS each (marked)))
FROM clients c WHERE c.id = s.client_id AND s.client_id = ANY (:keys) AND s.sort_name = ''
"""
_NO_DEFAULT = "ALTER TABLE client_search ALTER COLUMN sort_name DROP DEFAULT"

# What the planner sees, without a policy in between that hides the workspace from it.
_ESTIMATE = """
CREATE FUNCTION client_words_estimate(first_word text, last_word text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE plan jsonb;
BEGIN
    EXECUTE format(
        'EXPLAIN (FORMAT JSON) SELECT FROM client_words '
        'WHERE workspace_id = %L AND word >= %L AND word <= %L',
        app_workspace(), first_word, last_word
    ) INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END
$$
"""

_OLD_FUNCTIONS = ("client_matches(tsquery)", "client_matches_estimate(tsquery)")
_OLD_INDEX = """
CREATE INDEX ix_client_search_words ON client_search USING gin (words)
WITH (fastupdate = on, gin_pending_list_limit = 512)
"""
_OLD_WORDS = """
UPDATE client_search SET words = array_to_tsvector(ARRAY(
    SELECT right(translate(workspace_id::text, '-', ''), 8) || word
    FROM unnest(tsvector_to_array(words)) AS each (word)))
"""
_OLD_MATCHES = """
CREATE FUNCTION client_matches(query tsquery) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT client_id FROM client_search WHERE workspace_id = app_workspace() AND words @@ query
$$
"""
_OLD_ESTIMATE = """
CREATE FUNCTION client_matches_estimate(query tsquery) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE plan jsonb;
BEGIN
    EXECUTE format(
        'EXPLAIN (FORMAT JSON) SELECT FROM client_search WHERE words @@ %L::tsquery', query
    ) INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
END
$$
"""


def upgrade() -> None:
    """Write the words of all clients in their order, and from now on with each change."""
    for statement in (_SORT_NAMES, _WORDS, _SHARED_LENGTH, _IN_ORDER):
        op.execute(statement)
    for name, (body, when) in _TRIGGERS.items():
        op.execute(_TRIGGER.format(name=name, body=body))
        op.execute(f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    in_portions("client_search", _FILL, key="client_id")
    for function in _OLD_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP INDEX ix_client_search_words")
    for statement in (_NO_DEFAULT, _ESTIMATE):
        op.execute(statement)
    tenant_table("client_words")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON client_words FROM {role_prefix()}_app")
    allow("client_words_estimate(text, text)")


def downgrade() -> None:
    """Mark the words again, and find them by an index of their own."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON client_search")
        op.execute(f"DROP FUNCTION {name}()")
    for function in ("client_words_estimate(text, text)", "words_in_order(tsvector)"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION shared_length(text, text)")
    op.execute("DROP TABLE client_words")
    op.execute(_OLD_WORDS)
    op.execute("ALTER TABLE client_search DROP COLUMN sort_name")
    for statement in (_OLD_INDEX, _OLD_MATCHES, _OLD_ESTIMATE):
        op.execute(statement)
    for function in _OLD_FUNCTIONS:
        allow(function)
