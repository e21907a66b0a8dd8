"""The words in the order of the list are those that each client has, whatever happens to it."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.clients.records.tasks import reindex_clients
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import client_body
from tests.integration.records.conftest import Caller

Database = psycopg.Connection[dict[str, Any]]

_KEPT = "SELECT client_id, word, sort_name, shared FROM client_words"
_OF_CLIENTS = """
    SELECT s.client_id, c.sort_name, tsvector_to_array(s.words) AS words
    FROM client_search s JOIN clients c ON c.id = s.client_id
"""


def _kept(database: Database) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in database.execute(_KEPT)}


def _expected(database: Database) -> set[tuple[Any, ...]]:
    """Each word with as many letters as it shares with the one before it."""
    found = set()
    for row in database.execute(_OF_CLIENTS):
        before = ""
        for word in sorted(row["words"]):
            shared = sum(1 for n in range(1, len(before) + 1) if word.startswith(before[:n]))
            found.add((row["client_id"], word, row["sort_name"], shared))
            before = word
    return found


def _name(chance: random.Random) -> str:
    return " ".join("".join(chance.choices("éλz", k=chance.randint(1, 4))) for _ in range(3))


def test_words_follow_every_change(api: Caller, database: Database) -> None:
    chance = random.Random(0)
    made = [api.create(client_body(company_name=_name(chance))) for _ in range(6)]
    for client in made * 4:
        api.patch(api.get(client), {"company_name": _name(chance)})
        api.patch(api.get(client), {"tags": [_name(chance)], "compliance_requirements": ["OSHA"]})
        assert _kept(database) == _expected(database)
    assert len(_kept(database)) > len(made)


def test_words_go_with_their_clients(api: Caller, database: Database) -> None:
    made = [api.create(client_body(company_name=f"Zenith {n}")) for n in range(3)]
    database.execute("DELETE FROM clients WHERE id = %s", [made[0]["id"]])
    assert _kept(database) == _expected(database)
    database.execute("DELETE FROM clients")
    assert _kept(database) == set()


def test_words_made_anew_are_those_of_the_new_folding(
    api: Caller, database: Database, runtime: Runtime
) -> None:
    api.create(client_body(company_name="Ärger"))
    whole = _kept(database)
    database.execute("UPDATE clients SET sort_name = 'old'")
    database.execute("UPDATE client_search SET words = 'old', sort_name = 'old', folding = 0")
    assert {row[1] for row in _kept(database)} == {"old"}
    assert reindex_clients(runtime) == 1
    assert _kept(database) == whole == _expected(database)


@pytest.mark.parametrize(
    "statement", ["UPDATE client_words SET shared = 1", "DELETE FROM client_words"]
)
def test_nobody_writes_them_otherwise(runtime: Runtime, origin: Origin, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="denied"), runtime.unit_of_work(origin) as uow:
        uow.session.execute(text(statement))
