"""Papers: printed once by a job, kept as documents, and the same bytes for ever (B7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text

from services.clients.printing import queries, tasks
from services.clients.printing.models import Paper
from services.clients.printing.rules import LAYOUTS, render
from shared.messaging.outbox import Origin
from tests.factories.callers import JO
from tests.factories.papers import invoice_content
from tests.integration.gateway.conftest import Addresses
from tests.integration.gateway.servers import dead_address
from tests.integration.printing.conftest import Press

At = Callable[[Addresses], Press]


def stored(press: Press, paper: Paper) -> Paper:
    """The paper as it is now."""
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        return uow.session.get_one(Paper, paper.id)


def fetched(press: Press, paper: Paper) -> bytes:
    """The bytes that whoever downloads it gets."""
    link = press.office.get(f"documents/{paper.id}/download")
    assert link.status_code == 302, link.text
    return httpx.get(link.headers["Location"]).content


def test_a_paper_is_printed_and_its_bytes_are_those_of_its_content(press: Press) -> None:
    paper = press.ask()
    assert press.job(paper)["state"] == "queued"
    press.work()
    assert press.job(paper)["state"] == "done"
    document = press.documents()[0]
    assert (document["id"], document["status"]) == (str(paper.id), "available")
    assert (document["file_name"], document["category"]) == ("ACM-2026-0001.pdf", "invoice")
    pdf = fetched(press, paper)
    assert pdf == render("invoice", invoice_content(), paper.created_at)
    now = stored(press, paper)
    assert now.sha256 == hashlib.sha256(pdf).hexdigest()
    assert (now.content, now.layout) == (None, f"invoice {LAYOUTS['invoice']}")
    assert str(now.engine).startswith("typst ")


def test_a_fresh_one_is_another_version_and_the_first_stays(press: Press) -> None:
    first = press.ask()
    press.work()
    second = press.ask(recipient="Acme Machines, renamed")
    press.work()
    assert (first.version, second.version) == (1, 2)
    assert len(press.documents()) == 2
    assert fetched(press, first) != fetched(press, second)
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        newest = queries.newest_paper(uow.session, "invoice/1")
    assert newest is not None
    assert newest.id == second.id


def test_the_newest_is_the_newest_that_is_printed(press: Press) -> None:
    first = press.ask()
    press.work()
    press.ask()
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        newest = queries.newest_paper(uow.session, "invoice/1")
    assert newest is not None
    assert newest.id == first.id


def test_while_documents_is_away_it_waits_and_nothing_is_counted_against_it(
    press_at: At, addresses: Addresses
) -> None:
    press = press_at({**addresses, "documents": dead_address()})
    paper = press.ask()
    for _ in range(8):
        _let_it_be_due(press)
        press.work()
    assert press.job(paper)["state"] == "running"
    _let_it_be_due(press)
    press_at(addresses).work()
    assert press.job(paper)["state"] == "done"


def test_one_that_was_killed_before_it_was_noted_is_the_same_document(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = press.ask()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "note_printed", killed)
    with pytest.raises(KeyboardInterrupt):
        press.work()
    monkeypatch.undo()
    assert len(press.documents()) == 1
    _let_it_be_due(press)
    press.work()
    assert press.job(paper)["state"] == "done"
    assert [document["id"] for document in press.documents()] == [str(paper.id)]


def test_what_the_documents_service_refuses_fails_with_its_reason(press: Press) -> None:
    paper = press.ask()
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        uow.session.execute(
            text("UPDATE papers SET file_name = 'a.exe' WHERE id = :id"), {"id": paper.id}
        )
    press.work()
    job = press.job(paper)
    assert (job["state"], job["problem"]["code"]) == ("failed", "documents.type_mismatch")


def test_a_paper_whose_client_is_gone_is_not_printed(press: Press) -> None:
    paper = press.ask()
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        uow.session.delete(uow.session.get_one(Paper, paper.id))
    press.work()
    job = press.job(paper)
    assert (job["state"], job["problem"]["code"]) == ("failed", "gone")


def test_no_other_workspace_sees_it(press: Press, press_at: At, addresses: Addresses) -> None:
    paper = press.ask()
    other = press_at(addresses)
    with other.runtime.unit_of_work(Origin(other.workspace_id, JO, "test")) as uow:
        assert uow.session.get(Paper, paper.id) is None


def _let_it_be_due(press: Press) -> None:
    """The pause between two tries is over."""
    with press.runtime.unit_of_work(Origin(press.workspace_id, JO, "test")) as uow:
        uow.session.execute(
            text("UPDATE jobs SET lease_until = now(), turn_at = now() - interval '1m'")
        )
