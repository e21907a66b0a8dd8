"""The four numbers of a client follow its projects and invoices, whatever the deliveries."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from services.metrics.totals import operations, rules
from services.metrics.totals.consumers import apply
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.statements import noted_statements
from tests.integration.messaging.conftest import until_someone_waits_for_a_lock
from tests.integration.metrics.conftest import Get, apply_now, as_app

DELETED = "clients.client.deleted.v1"
TABLES = ("project_facts", "invoice_facts", "client_metrics")


@pytest.fixture
def client_id() -> uuid.UUID:
    """The client that is counted."""
    return uuid7()


@pytest.fixture
def totals(get: Get, client_id: uuid.UUID) -> Callable[[], dict[str, Any]]:
    """The client's four numbers as served."""

    def read() -> dict[str, Any]:
        found = get(f"/v1/clients/{client_id}/metrics")
        return {name: found[name] for name in NOTHING}

    return read


Totals = Callable[[], dict[str, Any]]
NOTHING: dict[str, Any] = {
    "active_projects": 0, "total_revenue": [], "invoices_issued": 0, "paid_invoices": 0,
}  # fmt: skip


def _revenue(**amounts: str) -> list[dict[str, str]]:
    return [{"currency": currency, "amount": amount} for currency, amount in amounts.items()]


def _rows(owner: Engine) -> dict[str, int]:
    with owner.connect() as connection:
        return {
            table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES
        }


def _life_of_an_invoice(source: Source, client_id: uuid.UUID, *states: str) -> list[Envelope]:
    invoice_id = uuid7()
    return [
        source.tell_invoice(invoice_id, client_id, version, status)
        for version, status in enumerate(states, 1)
    ]


def test_a_client_nothing_was_heard_of_has_zeros(totals: Totals) -> None:
    assert totals() == NOTHING


@pytest.mark.parametrize(
    ("states", "issued", "paid", "revenue"),
    [
        (["draft"], 0, 0, []),
        (["draft", "issued"], 1, 0, []),
        (["draft", "issued", "partially_paid"], 1, 0, []),
        (["draft", "issued", "paid"], 1, 1, _revenue(USD="100.00")),
        (["draft", "issued", "partially_paid", "paid"], 1, 1, _revenue(USD="100.00")),
        (["draft", "issued", "paid", "partially_paid"], 1, 0, []),
        (["draft", "issued", "paid", "issued"], 1, 0, []),
        (["draft", "issued", "void"], 0, 0, []),
    ],
)
def test_an_invoice_counts_by_its_state(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals,
    states: list[str], issued: int, paid: int, revenue: list[dict[str, str]],
) -> None:  # fmt: skip
    for envelope in _life_of_an_invoice(source, client_id, *states):
        inbox.ingest(batch([envelope]))
    assert totals() == {
        **NOTHING, "invoices_issued": issued, "paid_invoices": paid, "total_revenue": revenue,
    }  # fmt: skip


def test_revenue_is_kept_apart_by_currency_and_to_the_cent(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    amounts = [("USD", "0.10"), ("USD", "0.20"), ("EUR", "99999999999.99"), ("JPY", "1200")]
    paid = [
        source.tell_invoice(uuid7(), client_id, 3, "paid", amount, currency)
        for currency, amount in amounts
    ]
    inbox.ingest(batch(paid))
    assert totals()["total_revenue"] == _revenue(EUR="99999999999.99", JPY="1200", USD="0.30")


def test_credit_notes_are_taken_off_the_revenue_of_paid_invoices(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    told = [
        source.tell_invoice(uuid7(), client_id, 3, "paid", "100.00", amount_credited="30.01"),
        source.tell_invoice(uuid7(), client_id, 3, "issued", "50.00", amount_credited="10.00"),
    ]
    # Written before there were credit notes.
    del told[1]["data"]["invoice"]["amount_credited"]
    inbox.ingest(batch(told))
    assert totals()["total_revenue"] == _revenue(USD="69.99")


def test_only_active_projects_are_counted(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    states = ["planned", "active", "active", "on_hold", "completed", "cancelled"]
    inbox.ingest(batch([source.tell_project(uuid7(), client_id, 1, each) for each in states]))
    assert totals() == {**NOTHING, "active_projects": 2}


def test_a_late_older_version_changes_nothing(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    project_id = uuid7()
    active = source.tell_project(project_id, client_id, 1, "active")
    done = source.tell_project(project_id, client_id, 2, "completed")
    inbox.ingest(batch([done]))
    inbox.ingest(batch([active]))
    assert totals() == NOTHING


def test_a_deleted_fact_is_not_revived_by_an_older_version(
    runtime: Runtime, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    project_id = uuid7()
    active = source.tell_project(project_id, client_id, 1, "active")
    deleted = source.tell_project(project_id, client_id, 2, "active")
    deleted["type"] = "clients.project.deleted.v1"
    apply_now(runtime, [deleted])
    apply_now(runtime, [active])
    assert totals() == NOTHING


def test_shuffled_and_repeated_deliveries_give_the_same_numbers(
    inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    told = [
        envelope
        for _ in range(10)
        for envelope in _life_of_an_invoice(source, client_id, "draft", "issued", "paid")
    ]
    deliveries = told * 3
    random.Random(11).shuffle(deliveries)
    for start in range(0, len(deliveries), 7):
        inbox.ingest(batch(deliveries[start : start + 7]))
    expected = {
        "invoices_issued": 10, "paid_invoices": 10, "total_revenue": _revenue(USD="1000.00"),
    }  # fmt: skip
    assert totals() == {**NOTHING, **expected}


def test_a_batch_in_which_nothing_counts_touches_no_table(
    runtime: Runtime, source: Source, client_id: uuid.UUID
) -> None:
    updates = [source.tell("clients.client.updated.v1", client_id=client_id) for _ in range(100)]
    with as_app(runtime, source.workspace_id) as connection, noted_statements() as statements:
        apply(connection, updates)
    assert statements == []


def test_a_batch_of_a_hundred_invoices_takes_two_statements(
    runtime: Runtime, source: Source
) -> None:
    invoices = [source.tell_invoice(uuid7(), uuid7(), 1, "draft") for _ in range(100)]
    with as_app(runtime, source.workspace_id) as connection, noted_statements() as statements:
        apply(connection, invoices)
    assert len(statements) == 2


@pytest.mark.parametrize("known", [0, 1])
def test_the_rows_of_a_client_are_locked_before_anything_is_counted(
    runtime: Runtime, source: Source, client_id: uuid.UUID, known: int
) -> None:
    for _ in range(known):
        apply_now(runtime, [source.tell_invoice(uuid7(), client_id, 3, "paid")])
    workspace = str(source.workspace_id)

    def take_over(connection: Connection) -> None:
        operations.take_over(
            connection, *rules.counted([source.tell_invoice(uuid7(), client_id, 3, "paid")])
        )

    def beside() -> None:
        with as_app(runtime, workspace) as connection:
            take_over(connection)

    other = threading.Thread(target=beside)
    with as_app(runtime, workspace) as connection:
        take_over(connection)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "the second one did not wait for the first"
    other.join(10)
    assert not other.is_alive()


@pytest.mark.parametrize("known", [0, 1])
def test_two_batches_of_one_client_at_once_both_count(
    runtime: Runtime, source: Source, client_id: uuid.UUID, totals: Totals, known: int
) -> None:
    for _ in range(known):
        apply_now(runtime, [source.tell_invoice(uuid7(), client_id, 3, "paid")])
    first = [source.tell_invoice(uuid7(), client_id, 3, "paid")]
    second = [source.tell_invoice(uuid7(), client_id, 3, "paid")]
    other = threading.Thread(target=apply_now, args=(runtime, second))
    with as_app(runtime, source.workspace_id) as connection:
        apply(connection, first)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "the second batch did not wait for the first"
    other.join(10)
    assert totals()["paid_invoices"] == known + 2


def test_many_batches_at_once_neither_lose_nor_block_one_another(
    runtime: Runtime, source: Source, owner: Engine
) -> None:
    clients = [uuid7() for _ in range(5)]
    projects = [uuid7() for _ in range(20)]
    told = [
        source.tell_project(project, random.Random(n).choice(clients), 1, "active")
        for n, project in enumerate(projects)
    ] + [source.tell_invoice(uuid7(), clients[n % 5], 3, "paid") for n in range(40)]
    shuffles = [random.Random(n).sample(told, len(told)) for n in range(6)]
    threads = [threading.Thread(target=_in_parts, args=(runtime, part)) for part in shuffles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    query = "SELECT sum(active_projects), sum(paid_invoices) FROM client_metrics"
    with owner.connect() as connection:
        assert tuple(connection.execute(text(query)).one()) == (20, 40)


def _in_parts(runtime: Runtime, envelopes: list[Envelope]) -> None:
    for start in range(0, len(envelopes), 8):
        apply_now(runtime, envelopes[start : start + 8])


def test_deleting_a_client_takes_its_facts_and_numbers_but_not_the_books(
    inbox: Inbox, source: Source, client_id: uuid.UUID, owner: Engine, get: Get
) -> None:
    stays = uuid7()
    for each in (client_id, stays):
        inbox.ingest(batch([source.tell_project(uuid7(), each, 1, "active"),
                            source.tell_invoice(uuid7(), each, 3, "paid")]))  # fmt: skip
    inbox.ingest(batch([_draft(source, client_id)]))
    inbox.ingest(batch([source.tell(DELETED, client_id=client_id)]))
    assert _rows(owner) == {"project_facts": 1, "invoice_facts": 2, "client_metrics": 1}
    assert get(f"/v1/clients/{client_id}/metrics", 404)["code"] == "metrics.client_erased"
    assert get(f"/v1/clients/{stays}/metrics")["paid_invoices"] == 1


def test_what_arrives_after_the_deletion_is_not_counted(
    inbox: Inbox, source: Source, client_id: uuid.UUID, owner: Engine
) -> None:
    late = [source.tell_project(uuid7(), client_id, 1, "active"), _draft(source, client_id)]
    inbox.ingest(batch([source.tell(DELETED, client_id=client_id)]))
    inbox.ingest(batch(late))
    assert _rows(owner) == dict.fromkeys(TABLES, 0)


def test_a_payment_after_the_deletion_is_entered_in_the_books_and_counts_for_nobody(
    inbox: Inbox, source: Source, client_id: uuid.UUID, owner: Engine
) -> None:
    inbox.ingest(batch([source.tell(DELETED, client_id=client_id)]))
    inbox.ingest(batch([source.tell_invoice(uuid7(), client_id, 3, "paid")]))
    assert _rows(owner) == {"project_facts": 0, "invoice_facts": 1, "client_metrics": 0}


def _draft(source: Source, client_id: uuid.UUID) -> Envelope:
    told = source.tell_invoice(uuid7(), client_id, 1, "draft")
    told["data"]["invoice"].update(number=None, issued_on=None)
    return told


def test_a_deletion_waits_for_facts_that_are_being_written_and_takes_them_too(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, owner: Engine
) -> None:
    facts = [source.tell_project(uuid7(), client_id, 1, "active")]
    deletion = batch([source.tell(DELETED, client_id=client_id)])
    deleting = threading.Thread(target=inbox.ingest, args=(deletion,))
    with as_app(runtime, source.workspace_id) as connection:
        apply(connection, facts)
        deleting.start()
        deleting.join(0.3)
        assert deleting.is_alive(), "the deletion did not wait for the writer"
    deleting.join(10)
    assert _rows(owner) == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize("prepared", [False, True])
def test_a_writer_waits_for_a_deletion_and_then_counts_nothing(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, owner: Engine,
    prepared: bool,
) -> None:  # fmt: skip
    """A prepared statement takes its locks and its snapshot another way."""
    for _ in range(8 if prepared else 0):
        inbox.ingest(batch([source.tell_project(uuid7(), uuid7(), 3, "active")]))
    before = _rows(owner)
    late = batch([source.tell_project(uuid7(), client_id, 3, "active")])
    writing = threading.Thread(target=inbox.ingest, args=(late,))
    with as_app(runtime, source.workspace_id) as connection:
        apply(connection, [source.tell(DELETED, client_id=client_id)])
        writing.start()
        writing.join(0.3)
        assert writing.is_alive(), "the writer did not wait for the deletion"
    writing.join(10)
    assert _rows(owner) == before


def test_a_merge_waits_for_facts_that_are_being_written_and_takes_them_too(
    runtime: Runtime, inbox: Inbox, source: Source, client_id: uuid.UUID, totals: Totals
) -> None:
    other = uuid7()
    facts = [source.tell_project(uuid7(), other, 1, "active")]
    merge = source.tell(
        "clients.client.merged.v1", client_id=client_id,
        change=lambda data: data.update(
            source={**data["source"], "id": str(other)},
            target={**data["target"], "id": str(client_id)}, aliases=[],
        ),
    )  # fmt: skip
    merging = threading.Thread(target=inbox.ingest, args=(batch([merge]),))
    with as_app(runtime, source.workspace_id) as connection:
        apply(connection, facts)
        merging.start()
        until_someone_waits_for_a_lock(runtime)
    merging.join(30)
    assert totals()["active_projects"] == 1
