"""Very many clients of one workspace, by COPY: the rows that a create leaves, words and keys too.

Ten thousand have a code, the others none; no event tells of them. Some words stand in every
fiftieth name, some in one of thousands.

    python -m benchmarks.population URL WORKSPACE COUNT

URL is a superuser's, as COPY does not go into tables under row-level security.
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.mixture import word
from services.clients.lists.models import INDUSTRIES, SERVICE_TYPES
from services.clients.lists.rules.defaults import default_entries
from services.clients.records.models.json_rows import keys_of, words_of
from services.clients.records.models.record import COLUMNS, DEFAULTS, Client, Record, client_of
from services.clients.records.rules.choices import ANNUAL_REVENUES, COMPANY_SIZES, STATUSES
from services.clients.records.rules.search_text import sort_name
from shared.clock import now
from shared.ids import uuid7
from shared.values.folding import FOLDING

#: Clients of one transaction.
CHUNK = 20_000
CODED = 10_000
_PROCESSES = 2
_KINDS = (  # noqa: SIM905
    "Works Machines Partners Group Labs Foods Systems Tools Energy Marine Optics Paper Steel "
    "Glass Textiles Logistics Farms Press Health Motors Design Studio Shipping Boats Timber"
).split()
_EMPTY = dict.fromkeys(COLUMNS) | DEFAULTS
_TABLES = (
    *("clients", "client_search", "client_words", "client_keys", "client_codes"),
    "client_counts",
)
# Those of constraints stay.
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY(%s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
# Words are put at the end, all at once, and their key is made after that.
_KEY_OF_WORDS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'client_words'::regclass AND contype = 'p'
"""
_PUT_WORDS = """
    INSERT INTO client_words (workspace_id, word, sort_name, client_id, shared)
    SELECT s.workspace_id, w.word, s.sort_name, s.client_id, w.shared
    FROM client_search s, words_in_order(s.words) w WHERE s.workspace_id = ANY(%s)
"""
_KEYS = ("name_key", "website_host", "email_domain", "tax_id_hash")


@dataclass(frozen=True)
class Share:
    """Values of which the second is half as frequent as the first, the third a third."""

    values: Sequence[str]
    weights: Sequence[float]

    @classmethod
    def of(cls, values: Sequence[str]) -> Share:
        """With the weights of so many values."""
        return cls(values, list(accumulate(1 / place for place in range(1, len(values) + 1))))

    def draw(self, chance: random.Random) -> str:
        """One of them."""
        return chance.choices(self.values, cum_weights=self.weights)[0]


def _listed(name: str) -> Share:
    return Share.of([entry.name for entry in default_entries(name)])


_WORDS = Share.of(sorted({word(random.Random(n)) for n in range(20_000)}))
_INDUSTRY, _SERVICE = _listed(INDUSTRIES), _listed(SERVICE_TYPES)


def common_word(rank: int) -> str:
    """A word of the names: the one of rank 2 stands in half as many as the one of rank 1."""
    return _WORDS.values[min(rank, len(_WORDS.values)) - 1]


def clients(workspace_id: uuid.UUID, numbers: Sequence[int]) -> Iterator[Record]:
    """The clients of these numbers, the same each time but for their ids and times."""
    chance, at = random.Random(numbers[0]), now()
    for number in numbers:
        made = at - timedelta(minutes=number % 500_000)
        told = {"id": uuid7(), "workspace_id": workspace_id, "created_at": made}
        yield Record(_client(chance, number, {**told, "updated_at": made}), [], [])


def _client(chance: random.Random, number: int, told: dict[str, Any]) -> Client:
    name = _name(chance)
    host = f"{name.split()[0].lower()}{number}.com"
    values = {
        **_EMPTY,
        **told,
        "version": 1,
        "company_name": name,
        "sort_name": sort_name(name),
        "client_code": _code(number) if number < CODED else None,
        "status": chance.choices(STATUSES, [80, 15, 5])[0],
        "contact_name": f"{_WORDS.draw(chance)} {_WORDS.draw(chance)}",
        "contact_email": f"office@{host}",
        "website": f"https://www.{host}" if chance.random() < 0.5 else None,
        "street": f"{chance.randrange(2_000)} {_WORDS.draw(chance)} Street",
        "city": _WORDS.draw(chance),
        "state": "Minnesota",
        "postal_code": f"{chance.randrange(100_000):05d}",
        "country": "US",
        "industry": _INDUSTRY.draw(chance),
        "company_size": chance.choice(COMPANY_SIZES),
        "annual_revenue": chance.choice(ANNUAL_REVENUES),
        "primary_service_type": _SERVICE.draw(chance),
    }
    return client_of(values[column] for column in COLUMNS)


def _name(chance: random.Random) -> str:
    kind = chance.choice(_KINDS) if chance.random() < 0.7 else _WORDS.draw(chance)
    middle = f" {_WORDS.draw(chance)}" if chance.random() < 0.4 else ""
    return f"{_WORDS.draw(chance)}{middle} {kind}"


def _code(number: int) -> str:
    return "".join(chr(ord("A") + number // 26**place % 26) for place in (2, 1, 0))


def populate(url: str, counts: Mapping[uuid.UUID, int]) -> None:
    """Bring so many clients into each workspace, and make the indexes of all anew."""
    chunks = [
        (url, workspace_id, start, min(start + CHUNK, count))
        for workspace_id, count in counts.items()
        for start in range(0, count, CHUNK)
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        with (
            _without_indexes(connection),
            _words_at_the_end(connection, list(counts)),
            ProcessPoolExecutor(_PROCESSES) as processes,
        ):
            list(processes.map(_bring_in, chunks))
        connection.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}")
        connection.execute("CHECKPOINT")


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Making an index of a million rows takes less time than a million entries into it."""
    found = connection.execute(_INDEXES, [list(_TABLES)]).fetchall()
    for name, _definition in found:
        connection.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        connection.execute("SET maintenance_work_mem = '256MB'")
        for _name, definition in found:
            connection.execute(definition)


@contextmanager
def _words_at_the_end(
    connection: psycopg.Connection, workspaces: Sequence[uuid.UUID]
) -> Iterator[None]:
    """The words in their order, as the trigger would have put them."""
    name, definition = connection.execute(_KEY_OF_WORDS).fetchone() or ("", "")
    connection.execute("ALTER TABLE client_search DISABLE TRIGGER put_client_words")
    try:
        yield
    finally:
        connection.execute("ALTER TABLE client_search ENABLE TRIGGER put_client_words")
    with connection.transaction():
        connection.execute(f"ALTER TABLE client_words DROP CONSTRAINT {name}")
        connection.execute(_PUT_WORDS, [workspaces])
        connection.execute(f"ALTER TABLE client_words ADD CONSTRAINT {name} {definition}")


def _bring_in(chunk: tuple[str, uuid.UUID, int, int]) -> None:
    url, workspace_id, start, end = chunk
    made = list(clients(workspace_id, range(start, end)))
    with psycopg.connect(url) as connection:
        _copy(connection, "clients", COLUMNS, (_row(record.client) for record in made))
        _copy(connection, "client_search", _SEARCH, (_words(record) for record in made))
        keys = ((each.id, workspace_id, *keys_of(each.client).values()) for each in made)
        _copy(connection, "client_keys", ("client_id", "workspace_id", *_KEYS), keys)
        coded = [record.client for record in made if record.client.client_code]
        codes = ((workspace_id, client.client_code, client.id) for client in coded)
        _copy(connection, "client_codes", ("workspace_id", "code", "client_id"), codes)


_SEARCH = ("client_id", "workspace_id", "folding", "sort_name", "words")


def _words(record: Record) -> tuple[Any, ...]:
    client = record.client
    return record.id, client.workspace_id, FOLDING, client.sort_name, words_of(record)


def _row(client: Client) -> Iterator[Any]:
    for column in COLUMNS:
        value = getattr(client, column)
        yield Jsonb(value) if isinstance(value, dict) else value


def _copy(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    given: Iterable[Iterable[Any]],
) -> None:
    copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy) as into:
        for values in given:
            into.write_row(tuple(values))


def main() -> None:
    """Fill a workspace that a stack or a test has made."""
    url, workspace, count = sys.argv[1:]
    begun = time.monotonic()
    populate(url, {uuid.UUID(workspace): int(count)})
    print(f"{int(count) / (time.monotonic() - begun):,.0f} clients/s")


if __name__ == "__main__":
    main()
