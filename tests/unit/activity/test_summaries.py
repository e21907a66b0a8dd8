"""Every event type reads as one plain sentence, and so does one whose data is gone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.activity.events.rules import texts
from services.activity.events.rules.summaries import describe_changes, summarise
from shared.contracts.catalogue import find, types

TOLD = [event_type for event_type in types() if event_type not in texts.UNTOLD]


def _change(field: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": field, "before": before, "after": after}


@pytest.mark.parametrize("event_type", TOLD)
def test_every_type_of_the_contracts_has_a_sentence(event_type: str) -> None:
    assert event_type in texts.SENTENCES


@pytest.mark.parametrize("event_type", TOLD)
def test_the_example_of_every_type_fills_its_sentence(event_type: str) -> None:
    sentence = summarise(event_type, find(event_type).example())
    assert sentence != texts.SENTENCES[event_type].bare
    assert re.fullmatch(r"[A-Z][^{}\n]{3,200}", sentence)
    assert "None" not in sentence


@pytest.mark.parametrize("event_type", TOLD)
@pytest.mark.parametrize("data", [{}, {"client": None, "changes": []}, {"client": "gone"}])
def test_an_event_without_its_data_still_reads_plainly(
    event_type: str, data: dict[str, Any]
) -> None:
    assert summarise(event_type, data) == texts.SENTENCES[event_type].bare


def test_no_sentence_stands_for_a_type_that_does_not_exist() -> None:
    assert set(texts.SENTENCES) == set(types()) - set(texts.UNTOLD)


@pytest.mark.parametrize(
    ("event_type", "data", "sentence"),
    [
        (
            "clients.client.status_changed.v1",
            {"changes": [_change("status", "pending", "active")], "reason": "Contract signed"},
            "Status changed from Pending to Active: Contract signed",
        ),
        (
            "clients.note.added.v1",
            {"note": {"kind": "call", "author": {"name": "Ada"}, "text": "An offer,\nby Friday."}},
            "Ada noted a call: An offer, by Friday.",
        ),
        (
            "clients.note.removed.v1",
            {"note": {"kind": "meeting", "author": {"name": "Ada"}}},
            "A meeting noted by Ada removed",
        ),
        (
            "clients.invoice.issued.v1",
            {"invoice": {"number": "ACM-2026-0001", "total": "1296.00", "currency": "USD"}},
            "Invoice ACM-2026-0001 over 1296.00 USD issued",
        ),
        (
            "clients.invoice.credited.v1",
            {
                "invoice": {"number": "ACM-2026-0001", "total": "1296.00", "currency": "USD"},
                "credit_note": {
                    "number": "ACM-CN-2026-0001",
                    "total": "108.00",
                    "currency": "USD",
                },
                "reason": "Agreed",
            },
            "Credit note ACM-CN-2026-0001 over 108.00 USD issued for invoice ACM-2026-0001: Agreed",
        ),
        (
            "clients.invoice.deleted.v1",
            {"invoice": {"number": None, "total": "1296.00", "currency": "USD"}},
            "Invoice draft over 1296.00 USD deleted",
        ),
        (
            "clients.invoice.created.v1",
            {"invoice": {"total": "1296.00", "currency": "USD"}, "billed_hours": "8.00"},
            "Invoice draft over 1296.00 USD created, with 8.00 h",
        ),
        (
            "clients.invoice.voided.v1",
            {
                "invoice": {"number": "ACM-2026-0001", "total": "1296.00", "currency": "USD"},
                "reason": "Wrong month",
                "unbilled_hours": "8.00",
            },
            "Invoice ACM-2026-0001 over 1296.00 USD voided: Wrong month; 8.00 h to bill again",
        ),
        (
            "clients.invoice.payment_recorded.v1",
            {
                "payment": {"amount": "500.00"},
                "invoice": {"number": "ACM-2026-0001", "currency": "USD"},
            },
            "Payment of 500.00 USD recorded for invoice ACM-2026-0001",
        ),
        (
            "clients.invoice.payment_recorded.v1",
            {
                "payment": {"amount": "-500.00"},
                "invoice": {"number": "ACM-2026-0001", "currency": "USD"},
            },
            "Refund of 500.00 USD recorded for invoice ACM-2026-0001",
        ),
        (
            "clients.contact.updated.v1",
            {
                "contact": {"name": "Ana Ruiz"},
                "changes": [_change("contacts[0].email", "a@x.com", "b@x.com")],
            },
            "Contact Ana Ruiz: email changed from a@x.com to b@x.com",
        ),
        (
            "clients.project.status_changed.v1",
            {"project": {"name": "Line 4"}, "changes": [_change("status", "active", "on_hold")]},
            "Project Line 4: status changed from Active to On hold",
        ),
        (
            "documents.document.refused.v1",
            {"document": {"file_name": "a.pdf"}, "reason": "documents.type_mismatch"},
            "Document a.pdf refused: type mismatch",
        ),
        (
            "clients.archive.requested.v1",
            {"archive": {"left_out": ["documents", "invoices"]}},
            "Archive of all data taken, without documents and invoices",
        ),
        (
            "clients.tax_id.read.v1",
            {"read": {"through": "record", "client_id": None}},
            "Full tax ids shown in a client's record",
        ),
        (
            "clients.archive.requested.v1",
            {"archive": {"left_out": []}},
            "Archive of all data taken",
        ),
    ],
)
def test_sentences_say_what_happened(event_type: str, data: dict[str, Any], sentence: str) -> None:
    assert summarise(event_type, data) == sentence


def test_a_type_this_code_does_not_know_is_read_from_its_name() -> None:
    assert summarise("clients.quarterly_report.made.v2", {}) == "Quarterly report made"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ([_change("website", None, "https://a.example")], "website set to https://a.example"),
        ([_change("website", "https://a.example", None)], "website cleared"),
        ([_change("tax_id", "hidden", "hidden")], "tax ID changed"),
        ([_change("settings.auto_invoicing", False, True)],
         "auto invoicing changed from off to on"),
        ([_change("technical_requirements", {"sha256": "x", "length": 9}, "y" * 2000)],
         "technical requirements changed"),
        ([_change("compliance_requirements", ["OSHA"], ["ISO 9001", "OSHA"])],
         "compliance requirements changed from OSHA to ISO 9001, OSHA"),
        ([_change("address", {"city": "A"}, {"city": "B"})], "address changed"),
        ([_change("due_on", "2026-01-01", "2026-02-01"), _change("notes", "a", "b")],
         "due date and notes changed"),
        ([_change(name, 1, 2) for name in ("website", "industry", "company_size")],
         "website, industry and company size changed"),
        ([_change(name, 1, 2) for name in ("website", "industry", "company_size", "status")],
         "website, industry and 2 more fields changed"),
    ],
)  # fmt: skip
def test_changes_are_told_in_few_words(changes: list[dict[str, Any]], text: str) -> None:
    assert describe_changes(changes) == text


def test_a_name_with_braces_is_only_a_name() -> None:
    data = {"client": {"company_name": "{0} {secret} Ltd"}}
    assert summarise("clients.client.created.v1", data) == "Client {0} {secret} Ltd created"


def test_kinds_and_types_belong_together() -> None:
    assert texts.types_of(["payment"]) == ["clients.invoice.payment_recorded.v1"]
    assert sorted(texts.types_of(list(texts.kinds()))) == sorted(texts.SENTENCES)
