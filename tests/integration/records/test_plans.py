"""No list reads a whole table: PostgreSQL's own plans, as the role that requests use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from benchmarks.population import common_word, populate
from services.clients.listing.queries.clients import Filters, list_clients
from services.clients.listing.queries.facets import count_by_facet
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from tests.fixtures.databases import Databases

MINE, THEIRS, OTHERS = 1_000, 100, 60
LISTED = ("FROM clients", "client_counts")

LISTS: list[dict[str, Any]] = [
    {},
    *({"sort": sort} for sort in ("client_code", "created_at", "updated_at", "-company_name")),
    {"status": ["pending"]},
    {"industry": ["Construction"]},
    {"status": ["pending", "inactive"], "industry": ["Construction", "Retail"]},
    {"company_size": ["1-10"]},
    {"primary_service_type": ["Design"]},
    {"owner": "none"},
    {"owner": str(uuid.uuid4())},
    {"q": common_word(1)[:-1]},
    {"q": common_word(1_000)[:-1]},
    {"q": f"{common_word(1)[:3]} works", "status": ["active"]},
    {"compliance": ["ISO 9001"]},
    {"tag": ["vip"]},
]

_WHO = text(
    """
    SELECT rolname, rolbypassrls, (SELECT count(DISTINCT workspace_id) FROM clients)
    FROM pg_roles WHERE rolname = current_user
    """
)


@pytest.fixture
def crowd(databases: Databases, origin: Origin) -> Origin:
    """A workspace of some thousands, among others."""
    sizes = {uuid.uuid4(): THEIRS for _ in range(OTHERS)}
    populate(databases.url("clients"), {origin.workspace_id: MINE, **sizes})
    return origin


@contextmanager
def _plans(uow: UnitOfWork) -> Iterator[list[str]]:
    """The plan of every statement about clients that is carried out meanwhile."""
    connection, plans = uow.session.connection(), []

    def explain(conn: Connection, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if any(part in statement for part in LISTED):
            rows = cursor.connection.execute(f"EXPLAIN {statement}", given).fetchall()
            plans.append("\n".join(row[0] for row in rows))

    event.listen(connection, "before_cursor_execute", explain)
    yield plans
    event.remove(connection, "before_cursor_execute", explain)


def _check(plans: list[str]) -> None:
    assert plans
    for plan in plans:
        assert "Seq Scan" not in plan, plan


@pytest.mark.usefixtures("way")
def test_no_page_of_any_list_reads_a_whole_table(crowd: Origin, runtime: Runtime) -> None:
    """The first page and the one after it."""
    for query in LISTS:
        with runtime.unit_of_work(crowd) as uow, _plans(uow) as plans:
            filters = Filters.of(query)
            first = list_clients(uow, filters, None, 20)
            if first.next is not None:
                assert list_clients(uow, filters, first.next, 20).rows
        _check(plans)


def test_no_totals_read_a_whole_table(crowd: Origin, runtime: Runtime) -> None:
    """As someone whom row-level security confines."""
    with runtime.unit_of_work(crowd) as uow:
        assert uow.session.execute(_WHO).one() == ("clients_app", False, 1)
    for query in ({}, {"status": ["pending"]}, {"industry": ["Construction"]}):
        with runtime.unit_of_work(crowd) as uow, _plans(uow) as plans:
            assert count_by_facet(uow, Filters.of(query))["status"]
        _check(plans)


def test_a_search_reads_the_words_in_their_order(crowd: Origin, runtime: Runtime) -> None:
    """Nothing but the index, so that a million clients have no more of them than they match."""
    filters = Filters.of({"q": common_word(1_000)[:-1]})
    with runtime.unit_of_work(crowd) as uow, _plans(uow) as plans:
        list_clients(uow, filters, None, 20)
    (plan,) = (plan for plan in plans if "client_words" in plan)
    assert "Index Only Scan using pk_client_words" in plan, plan
