"""Which events count, and which of several is the newest word on a thing."""

from __future__ import annotations

from services.metrics.totals import rules
from shared.contracts.catalogue import types
from shared.contracts.tombstones import TOMBSTONE
from shared.ids import uuid7
from tests.factories.envelopes import Source


def test_only_projects_and_invoices_count() -> None:
    source = Source()
    for event_type in types():
        projects, invoices = rules.counted([source.tell(event_type)])
        assert bool(projects) == event_type.startswith("clients.project.")
        assert bool(invoices) == event_type.startswith("clients.invoice.")


def test_the_newest_version_wins_wherever_it_stands_in_the_batch() -> None:
    source, project, client = Source(), uuid7(), uuid7()
    told = [
        source.tell_project(project, client, version, status)
        for version, status in ((2, "active"), (3, "completed"), (1, "planned"))
    ]
    ((fact,), _) = rules.counted(told)
    assert (fact["version"], fact["status"]) == (3, "completed")


def test_fields_that_are_new_to_us_are_ignored() -> None:
    told = Source().tell_project(uuid7(), uuid7(), 1, "active")
    told["data"]["project"]["colour"] = "red"
    ((fact,), _) = rules.counted([told])
    assert "colour" not in fact


def test_a_tombstone_counts_for_nothing_but_for_what_stands_in_the_books() -> None:
    source, client = Source(), uuid7()
    project = source.tell_project(uuid7(), client, 2, "active")
    invoice = source.tell_invoice(uuid7(), client, 3, "paid")
    project["data"] = dict(TOMBSTONE)
    invoice["data"] = {**TOMBSTONE, "invoice": invoice["data"]["invoice"]}
    projects, invoices = rules.counted([project, invoice])
    assert (projects, [fact["booked"] for fact in invoices]) == ([], [True])
