"""A deletion reaches every service, is reported by each, and leaves no word of the client."""

from __future__ import annotations

import itertools
import random
import uuid
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cli.failing import failing
from cli.projections.commands import projections
from cli.services import SERVICES
from services.clients.deletion.operations import erasing
from services.clients.deletion.operations.client_data import CLIENT_DATA
from shared.contracts.tombstones import is_tombstone
from shared.db.engine import engine_for
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Origin
from shared.storage.minio_store import MinioStore
from shared.storage.store import StoreUnavailable
from shared.unit_of_work import UnitOfWork
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.deletion.conftest import Firm, put
from tests.integration.messaging.conftest import read_log

WORD = "Xylophant"


@pytest.fixture
def whole(firm: Firm) -> str:
    """A client with something of everything, the word in each of it; its id."""
    client_id = firm.client(
        f"{WORD} Works",
        client_code="XYL",
        website=f"https://{WORD.lower()}.example.com",
        current_systems=f"{WORD} 3000",
        address={"street": f"1 {WORD} Street"},
        contacts=[{"name": f"Ana {WORD}", "email": f"ana@{WORD.lower()}.example.com"}],
        rates=[{"position": f"{WORD} tuner", "regular_rate": "80.00"}],
    )
    path = f"/clients/{client_id}"
    firm.ok("PATCH", path, {"technical_requirements": f"{WORD} only"}, If_Match="*")
    firm.ok("POST", f"{path}/contacts", {"name": f"Bo {WORD}"}, Idempotency_Key="one")
    firm.call("POST", f"{path}/contacts", {"email": f"{WORD} is no address"}, Idempotency_Key="two")
    project = firm.ok("POST", f"{path}/projects", {"name": f"{WORD} line", "status": "active"})
    time = {"project_id": project["id"], "position": f"{WORD} tuner", "person": "Jo"}
    time |= {"date": "2026-11-23", "hours": "8", "note": f"At {WORD}"}
    firm.ok("POST", "/time-entries", time, Idempotency_Key="three")
    firm.ok("POST", f"{path}/notes", {"text": f"Met {WORD}", "kind": "meeting"})
    line = {"description": f"{WORD} draft", "quantity": "1", "unit_price": "5.00"}
    firm.ok("POST", f"{path}/invoices", {"lines": [line], "notes": f"For {WORD}"})
    firm.document(client_id, f"{WORD}.pdf")
    gone = firm.document(client_id, f"{WORD}-old.pdf")
    firm.ok("DELETE", f"{path}/documents/{gone['id']}")
    firm.deliver()
    return client_id


def test_the_word_is_everywhere_before(firm: Firm, whole: str) -> None:
    """Otherwise its absence afterwards would prove nothing."""
    found = firm.traces(WORD)
    for place in ("clients: clients.company_name", "clients: event_log.data",
                  "clients: contacts.name", "clients: notes.text", "clients: note_versions.text",
                  "clients: client_search.words", "clients: time_entries.note",
                  "clients: idempotency_keys.body (sealed)", "documents: documents.file_name",
                  "documents: event_log.data", "activity: events.data"):  # fmt: skip
        assert place in found


def test_a_deletion_leaves_no_word_in_any_database_and_no_object(firm: Firm, whole: str) -> None:
    deletion = firm.delete(whole)
    firm.settle()
    assert firm.traces(WORD) == []
    assert firm.objects() == []
    assert firm.receipt(deletion)["state"] == "done"


def test_the_receipt_says_what_each_service_erased(firm: Firm, whole: str) -> None:
    plan = firm.plan(whole)
    deletion = firm.delete(whole)
    assert (deletion["state"], deletion["services"]["documents"]["state"]) == ("running", "running")
    firm.settle()
    services = firm.receipt(deletion)["services"]
    assert {name: part["state"] for name, part in services.items()} == dict.fromkeys(
        SERVICES, "done"
    )
    assert all(part["at"] for part in services.values())
    goes = {entry["kind"]: entry for entry in plan["goes"]}
    assert goes["documents"]["count"] == services["documents"]["counts"]["documents"] == 1
    assert goes["documents"]["bytes"] == services["documents"]["counts"]["bytes"] > 0
    assert goes["timeline"]["count"] == services["activity"]["counts"]["entries"] > 5
    assert services["clients"]["counts"]["contacts"] == 2
    assert services["metrics"]["counts"] == {"projects": 1, "invoices": 1}
    assert firm.ok("GET", "/deletions")["data"][0]["deletion_id"] == deletion["deletion_id"]


def test_documents_that_came_after_the_plan_ask_for_a_new_one(firm: Firm, whole: str) -> None:
    confirm = firm.plan(whole)["confirm"]
    firm.document(whole, "after.pdf")
    refused: Any = firm.call("DELETE", f"/clients/{whole}?confirm={confirm}")
    assert (refused.status_code, refused.json["code"]) == (409, "lifecycle.plan_outdated")
    goes = {entry["kind"]: entry["count"] for entry in refused.json["plan"]["goes"]}
    assert goes["documents"] == 2
    firm.ok("DELETE", f"/clients/{whole}?confirm={refused.json['plan']['confirm']}")


def test_an_answer_that_comes_after_the_erasure_is_not_kept(firm: Firm, whole: str) -> None:
    """A refusal is kept once its transaction is over: by then its client may be gone."""
    firm.delete(whole)
    firm.settle()
    path = f"/clients/{whole}/contacts"
    firm.call("POST", path, {"name": f"Cy {WORD}"}, Idempotency_Key="late")
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        query = text("SELECT count(*) FROM idempotency_keys WHERE key LIKE '%late'")
        assert uow.session.scalar(query) == 0


_FILES = (
    """
    INSERT INTO imports (id, workspace_id, file_name, format, size, state, columns, sample,
                         details, created_by, created_at)
    SELECT :file, :workspace, 'a.csv', 'csv', 1, 'ready', '[]',
           jsonb_build_array(jsonb_build_array(CAST(:word AS text))), '{}', '{}', now()
    """,
    """
    INSERT INTO jobs (id, workspace_id, kind, state, params, saved, result, origin,
                      permissions, import_id, created_at)
    SELECT :job, :workspace, 'import', 'running', '{}', '{}', '{}', '{}', '{}', :file, now()
    """,
    """
    INSERT INTO job_rows (job_id, row, workspace_id, state, client_id, errors)
    SELECT :job, 1, :workspace, 'created', :client, jsonb_build_array(CAST(:word AS text))
    """,
    """
    INSERT INTO transfer_pieces (owner_id, part, number, workspace_id, sealed)
    SELECT :file, 'file', 0, :workspace, convert_to(CAST(:word AS text), 'UTF8')
    """,
)


def test_the_files_through_which_a_client_came_go_with_it(firm: Firm, whole: str) -> None:
    """A job that works on the client is waited for: it may be about to write a word of it."""
    given = {"file": uuid7(), "job": uuid7(), "workspace": firm.workspace_id, "client": whole,
             "word": WORD}  # fmt: skip
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        for statement in _FILES:
            uow.session.execute(text(statement), given)
    deletion = firm.delete(whole)
    firm.settle()
    assert firm.receipt(deletion)["services"]["clients"]["state"] == "running"
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        uow.session.execute(text("UPDATE jobs SET state = 'done'"))
    firm.settle()
    assert firm.receipt(deletion)["state"] == "done"
    assert firm.traces(WORD) == []


def test_rows_that_came_to_nothing_keep_what_was_wrong_and_no_word(firm: Firm, whole: str) -> None:
    """Such a row names no client by its id, but may do so by its words, as its file does."""
    given = {"file": uuid7(), "job": uuid7(), "workspace": firm.workspace_id, "word": WORD,
             "client": None}  # fmt: skip
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        for statement in _FILES:
            uow.session.execute(text(statement), given)
        uow.session.execute(text("UPDATE jobs SET state = 'done'"))
        uow.session.execute(_FAILED, {"word": WORD})
    firm.delete(whole)
    firm.settle()
    assert firm.traces(WORD) == []
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        (kept,) = uow.session.scalar(text("SELECT errors FROM job_rows"))
    assert (kept["field"], kept["code"]) == ("company_name", "duplicate")


_FAILED = text(
    """
    UPDATE job_rows SET state = 'failed', errors = jsonb_build_array(jsonb_build_object(
        'field', 'company_name', 'code', 'duplicate', 'message', CAST(:word AS text)))
    """
)


def test_events_become_tombstones_in_their_places(firm: Firm, whole: str) -> None:
    before = [(e["pos"], e["id"], e["type"]) for e in read_log(firm.runtimes["clients"])]
    firm.delete(whole)
    firm.settle()
    after = read_log(firm.runtimes["clients"])
    assert [(e["pos"], e["id"], e["type"]) for e in after][: len(before)] == before
    mine = [e for e in after if e["client_id"] == whole]
    assert [e["type"] for e in mine if not is_tombstone(e["data"])] == ["clients.client.deleted.v1"]


def test_other_clients_lose_nothing(firm: Firm, whole: str) -> None:
    other = firm.client("Steady", client_code="STE", current_systems="Keeps running")
    firm.document(other)
    firm.deliver()
    timeline = firm.summaries(other)
    firm.delete(whole)
    firm.settle()
    assert firm.summaries(other) == timeline
    assert len(firm.ok("GET", f"/clients/{other}/documents")["data"]) == len(firm.objects()) == 1
    assert "clients: event_log.data" in firm.traces("Keeps running")


def test_an_issued_invoice_stays_and_can_still_be_paid(firm: Firm) -> None:
    client_id = firm.client("Paying", client_code="PAY")
    issued = firm.invoice(client_id)
    firm.deliver()
    firm.delete(client_id)
    firm.settle()
    payment = {"amount": issued["total"], "paid_on": issued["issued_on"]}
    paid = firm.ok("POST", f"/invoices/{issued['id']}/payments", payment)
    assert (paid["number"], paid["status"]) == (issued["number"], "paid")
    firm.settle()
    assert firm.ok("GET", f"/invoices/{issued['id']}")["status"] == "paid"
    assert _verified(firm).exit_code == 0


def _verified(firm: Firm) -> Any:
    arguments = ["verify", "--wait", "0"]
    return CliRunner().invoke(projections, arguments, env=firm.databases.environment)


def test_projections_verify_after_a_deletion_and_after_a_rebuild(firm: Firm, whole: str) -> None:
    firm.invoice(whole)
    firm.deliver()
    firm.delete(whole)
    firm.settle()
    assert _verified(firm).exit_code == 0, _verified(firm).output
    for which in ("metrics", "activity"):
        ran = CliRunner().invoke(projections, ["rebuild", which], env=firm.databases.environment)
        assert ran.exit_code == 0, ran.output
    assert _verified(firm).exit_code == 0, _verified(firm).output
    assert firm.traces(f"{WORD} tuner") == []


def test_what_arrives_late_resurrects_nothing(firm: Firm, whole: str) -> None:
    """Every event as it was before, again, to services that have forgotten having had it."""
    told = {source: read_log(firm.runtimes[source]) for source in ("clients", "documents")}
    firm.delete(whole)
    firm.settle()
    for service in SERVICES:
        with firm.runtimes[service].pipe_engine.begin() as connection:
            connection.execute(text("DELETE FROM inbox"))
            connection.execute(text("UPDATE consumer_progress SET contiguous_pos = 0"))
    for service, source in itertools.product(SERVICES, told):
        inbox = Inbox(service, firm.runtimes[service].pipe_engine, SERVICES[service].apply())
        late = random.Random(7).sample(told[source], len(told[source]))
        inbox.ingest({**batch(late), "source": f"/{source}"})
    assert firm.traces(WORD) == []


def test_a_letter_parked_before_or_after_is_no_hiding_place(firm: Firm, whole: str) -> None:
    (first, *_) = [e for e in read_log(firm.runtimes["clients"]) if e["client_id"] == whole]
    inbox = Inbox("activity", firm.runtimes["activity"].pipe_engine, SERVICES["activity"].apply())

    def park(pos: int, **broken: Any) -> None:
        letter: Any = {**first, "pos": pos, "type": "clients.client.unheard_of.v9", **broken}
        inbox.ingest(batch([letter]))

    park(9001)
    park(9002, client_id=7)
    assert "activity: dead_letters.envelope" in firm.traces(WORD)
    firm.delete(whole)
    firm.settle()
    park(9003)
    assert firm.traces(WORD) == []


def test_a_kept_answer_is_gone_and_its_change_is_not_made_again(firm: Firm, whole: str) -> None:
    path = f"/clients/{whole}/contacts"
    firm.delete(whole)
    firm.settle()
    again = firm.call("POST", path, {"name": f"Bo {WORD}"}, Idempotency_Key="one")
    assert (again.status_code, again.json["code"]) == (410, "idempotency.erased")  # type: ignore[index]


def test_a_deletion_goes_on_where_it_was_interrupted(
    firm: Firm, whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch by batch, each a transaction of its own."""
    monkeypatch.setattr(erasing, "BATCH", 3)
    deletion = firm.delete(whole)
    with firm.runtimes["clients"].unit_of_work(firm.origin()) as uow:
        assert erasing.erase_batch(uow, uuid.UUID(deletion["deletion_id"]))
    counts = firm.receipt(deletion)["services"]["clients"]
    assert (counts["state"], counts["counts"]["events"]) == ("running", 3)
    firm.settle()
    assert firm.receipt(deletion)["state"] == "done"
    assert firm.traces(WORD) == []


def test_a_part_that_fails_holds_up_no_other_and_says_so(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    guilty, *others = [firm.client(f"{WORD} {number}") for number in range(4)]
    forget = erasing.forget_clients

    def fails_for_one(uow: UnitOfWork, ids: list[uuid.UUID]) -> None:
        if uuid.UUID(guilty) in ids:
            raise ValueError(WORD)
        forget(uow, ids)

    monkeypatch.setattr(erasing, "forget_clients", fails_for_one)
    failing, *deletions = [firm.delete(each) for each in (guilty, *others)]
    firm.settle()
    assert [firm.receipt(each)["state"] for each in deletions] == ["done"] * 3
    problem = firm.receipt(failing)["services"]["clients"]["problem"]
    assert problem.startswith("It failed 1 times in a row (ValueError).")
    assert _failing(firm) == [("clients", "deletion", 1, "ValueError")]

    monkeypatch.setattr(erasing, "forget_clients", forget)
    firm.settle()
    assert firm.receipt(failing)["state"] == "running"
    _end_pauses(firm)
    firm.settle()
    assert firm.receipt(failing)["state"] == "done"
    assert firm.traces(WORD) == []


def test_an_object_that_the_store_refuses_holds_up_no_other_deletion(firm: Firm) -> None:
    guilty, other = firm.client("Guilty"), firm.client("Innocent")
    firm.document(guilty, "contract.pdf")
    (kept,) = firm.objects()
    firm.document(other, "contract.pdf")
    failing, deletion = firm.delete(guilty), firm.delete(other)
    firm.deliver()
    refusing = replace(firm, uploads=replace(firm.uploads, store=_Refusing(firm, kept)))
    refusing.settle()
    assert firm.receipt(deletion)["state"] == "done"
    receipt = firm.receipt(failing)
    assert receipt["state"] == "running"
    assert receipt["services"]["documents"]["problem"].startswith("The file store refuses")
    assert ("documents", "removal", 1, None) in _failing(firm)
    _end_pauses(firm)
    firm.settle()
    assert (firm.receipt(failing)["state"], firm.objects()) == ("done", [])


def _failing(firm: Firm) -> list[tuple[str, str, int, str | None]]:
    """What an operator sees of it."""
    found = failing(lambda service: engine_for(firm.databases.settings, service, "pipe"))
    return [(each.service, each.kind, each.count, each.why) for each in found]


class _Refusing(MinioStore):
    """The store, under a rule of its own that keeps one object."""

    def __init__(self, firm: Firm, kept: str) -> None:
        super().__init__(firm.uploads.settings)
        self._kept = kept

    def remove(self, key: str) -> None:
        """As the store does it, but for that object."""
        if key == self._kept:
            raise StoreUnavailable("AccessDenied")
        super().remove(key)


def _end_pauses(firm: Firm) -> None:
    for service, statement in (
        ("clients", "UPDATE deletion_parts SET retry_at = NULL"),
        ("documents", "UPDATE documents SET lease_until = NULL"),
    ):
        with psycopg.connect(firm.databases.url(service)) as connection:
            connection.execute(statement)


def test_a_run_of_invoices_names_no_client_that_was_deleted(firm: Firm) -> None:
    client_id = firm.client(f"{WORD} Works")
    with psycopg.connect(firm.databases.url("clients")) as connection:
        connection.execute(
            _RUN, {"workspace": firm.workspace_id, "client": client_id, "name": WORD}
        )
    firm.delete(client_id)
    firm.settle()
    assert firm.traces(WORD) == []


_RUN = """
    WITH run AS (
        INSERT INTO billing_runs VALUES (gen_random_uuid(), %(workspace)s, gen_random_uuid(),
            'done', now(), false, NULL, 1, 0, 1, now(), now())
        RETURNING id)
    INSERT INTO billing_run_items
    SELECT gen_random_uuid(), %(workspace)s, id, %(client)s, %(name)s, '2026-10-01', '2026-10-31',
        NULL, 'failed', NULL, NULL, NULL, jsonb_build_array(CAST(%(name)s AS text))
    FROM run
"""


def test_one_workspace_takes_no_word_out_of_anothers_log(firm: Firm, whole: str) -> None:
    stranger = Origin(uuid7(), Actor("system", None, "test"), "test")
    for service in ("clients", "documents"):
        before = read_log(firm.runtimes[service])
        with firm.runtimes[service].unit_of_work(stranger) as uow:
            query = text("SELECT erase_messages(ARRAY[CAST(:id AS uuid)], 1000)")
            assert uow.session.scalar(query, {"id": whole}) == 0
        assert read_log(firm.runtimes[service]) == before


@pytest.mark.parametrize("service", ["documents", "activity", "metrics"])
def test_a_deletion_is_reported_once_and_a_second_one_again(firm: Firm, service: str) -> None:
    """A client that came back from a backup may be deleted a second time."""
    source, client_id = Source(workspace_id=firm.workspace_id), uuid7()
    inbox = Inbox(service, firm.runtimes[service].pipe_engine, SERVICES[service].apply())
    first, second = (
        source.tell("clients.client.deleted.v1", client_id=client_id, version=version)
        for version in (2, 3)
    )
    reported = []
    for told in (first, {**first, "pos": 9001}, second):
        inbox.ingest(batch([told]))  # type: ignore[list-item]
        firm.work()
        log = read_log(firm.runtimes[service])
        reported.append([e["type"] for e in log].count(f"{service}.client.erased.v1"))
    assert reported == [1, 1, 2]


def test_a_file_put_to_its_link_after_the_deletion_does_not_stay(firm: Firm) -> None:
    client_id = firm.client("Late")
    made = firm.ok("POST", f"/clients/{client_id}/documents", {"file_name": "a.pdf", "size": 5})
    firm.deliver()
    firm.delete(client_id)
    firm.settle()
    put(made["upload"]["url"], b"12345")
    assert firm.objects() != []
    with firm.runtimes["documents"].unit_of_work(firm.origin()) as uow:
        uow.session.execute(text("UPDATE open_links SET expires_at = clock_timestamp()"))
    firm.work()
    assert firm.objects() == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_that_names_a_client_is_erased_or_said_to_stay(
    firm: Firm, service: str
) -> None:
    """A new table is decided on, not forgotten."""
    query = text(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE a.attname = 'client_id' AND c.relkind = 'r'"
    )
    with firm.runtimes[service].pipe_engine.connect() as connection:
        found = set(connection.scalars(query))
    assert found <= GONE[service] | REMEMBERED, found - GONE[service] - REMEMBERED


def test_every_table_that_refers_to_a_client_is_put_away_with_it_or_said_not_to_be(
    firm: Firm,
) -> None:
    """Its rows go with the client at once: only a copy of them brings them back."""
    query = text(
        "SELECT conrelid::regclass::text FROM pg_constraint "
        "WHERE confrelid = 'clients'::regclass AND contype = 'f'"
    )
    with firm.runtimes["clients"].pipe_engine.connect() as connection:
        found = set(connection.scalars(query))
    put_away = {table for each in CLIENT_DATA for table in each.tables}
    assert found - put_away == NOT_PUT_AWAY


# How an import found the client: once it was hidden, that import is not taken back any more. When
# it is invoiced and reported next follows from its record, with which it comes and goes.
NOT_PUT_AWAY = {"job_rows_before", "invoicing_schedules", "report_schedules"}
# Rows of no more than ids, places and numbers of the books.
REMEMBERED = {
    "erased_clients", "client_aliases", "client_refs", "deletions", "deletion_parts",
    "event_log", "dead_letters", "client_codes", "invoices", "invoice_facts", "job_rows", "feed",
    "webhook_deliveries",
}  # fmt: skip
GONE = {
    "clients": {
        "contacts",
        "rates",
        "client_search",
        "client_words",
        "client_keys",
        "projects",
        "time_entries",
        "papers",
        "notes",
        "job_rows_before",
        "invoicing_schedules",
        "report_schedules",
        "mails",
        "mail_stops",
        "portal_access",
        "billing_run_items",
    },
    "documents": {"documents"},
    "activity": {"events"},
    "metrics": {"project_facts", "client_metrics"},
}
