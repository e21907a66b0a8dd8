"""The words of a short text, made by PostgreSQL itself: a column of them is never out of date.

`search_words` folds accents and capitals away and gives each word the mark of its workspace,
so that one index serves all of them and a search reads its own part only. `search_prefixes`
asks for all words of what was typed, each by its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping

from alembic import op
from sqlalchemy import text

from shared.db.schema.online import build_index
from shared.db.schema.tables import allow
from shared.values.folding import SPELLED, combining_ranges, kept_by_lower

# Whatever is ASCII and no letter or digit parts words, and so do the blanks and marks of other
# scripts. The collation is named: a database's own may know the capitals of English only.
_WORDS = r"""
CREATE OR REPLACE FUNCTION search_words(workspace uuid, written text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS
$$
    SELECT coalesce(
        array_agg(DISTINCT right(workspace::text, 8) || left(word, 64)), CAST('{}' AS text[]))
    FROM regexp_split_to_table(
        %(folded)s,
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u3020\u302a-\u3030\u3036\u3037\u303d-\u303f]+'
    ) AS word
    WHERE word <> ''
$$
"""
_BARE = """lower(
            regexp_replace(normalize(written, NFKD), '[%s]', '', 'g') COLLATE pg_c_utf8)"""
# No word holds a quote or a backslash, as both part words.
_PREFIXES = """
CREATE OR REPLACE FUNCTION search_prefixes(workspace uuid, written text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_catalog, pg_temp AS
$$
    SELECT CAST(string_agg('''' || word || ''':*', ' & ') AS tsquery)
    FROM (SELECT unnest(search_words(workspace, written)) AS word LIMIT 10) AS typed
$$
"""
_OF_WORDS = ("search_prefixes(uuid, text)", "search_words(uuid, text)")


def _folded() -> str:
    """`shared.values.folding.fold` in SQL."""
    marks = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in combining_ranges())
    kept = kept_by_lower()
    folded = f"translate({_BARE % marks}, '{''.join(kept)}', '{''.join(kept.values())}')"
    for letter, plain in SPELLED.items():
        folded = f"replace({folded}, '{chr(letter)}', '{plain}')"
    return f"normalize({folded}, NFC)"


def _define_search_words() -> None:
    op.execute(_WORDS % {"folded": _folded()})


def renew_words(columns: Mapping[str, str]) -> None:
    """Make the words of the tables anew, where they were folded in another way than now."""
    before = _definition()
    _define_search_words()
    if _definition() == before:
        return
    drop_words(*columns)
    add_words(columns)


def _definition() -> str | None:
    made = "SELECT prosrc FROM pg_proc WHERE oid = to_regprocedure('search_words(uuid, text)')"
    found = op.get_bind().scalar(text(made))
    return None if found is None else str(found)


def create_search_words() -> None:
    """The two functions, once in each database that has such columns."""
    _define_search_words()
    op.execute(_PREFIXES)
    for signature in _OF_WORDS:
        # Whoever writes a row computes its columns.
        allow(signature)


def drop_search_words() -> None:
    """Drop them; the columns must be gone."""
    for signature in _OF_WORDS:
        op.execute(f"DROP FUNCTION IF EXISTS {signature}")


def add_words(columns: Mapping[str, str]) -> None:
    """Give each table the words of an expression over its columns, and an index of them.

    Those that have rows and no words are written anew for that.
    """
    add_words_unindexed(columns)
    for table in columns:
        build_index(f"ix_{table}_words", f"{table} USING gin (words)")


def add_words_unindexed(columns: Mapping[str, str]) -> None:
    """Give each table the words alone, as is done while it is empty."""
    for table, written in columns.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS words tsvector "
            f"GENERATED ALWAYS AS (array_to_tsvector(search_words(workspace_id, {written}))) STORED"
        )


def drop_words(*tables: str) -> None:
    """Take the words from the tables."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} DROP COLUMN words")
