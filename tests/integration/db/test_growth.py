"""No table grows for ever but those that are meant to: a new one is decided on, not forgotten."""

from __future__ import annotations

import psycopg
import pytest

from cli.services import SERVICES
from shared.messaging.topology import SUBSCRIPTIONS
from tests.fixtures.databases import Databases

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

# What is kept as long as the workspace, its clients or its books are: it grows with what people
# enter, and each row is shown to somebody.
_RECORD = "kept with what people have entered"
# One row for each of something else that is bounded.
_FEW = "a row for each of what there are few"
# The log and what is made of it is what the product is for.
_LOG = "the history itself"
# Rows without words, that say for ever what must not come back or be given twice.
_REMEMBERED = "what must not come back"
# Deleted by whoever has done what it asks for.
_DONE = "goes when it is done"

_OF_EVERY_SERVICE = {
    "alembic_version": _FEW,
    "event_log": _LOG,
    "relay_state": _FEW,
    "relay_target": _FEW,
    "consumer_progress": _FEW,
    "dead_letters": "what an operator is to look at, and what was decided",
    "erased_clients": _REMEMBERED,
    "client_aliases": _REMEMBERED,
    "inbox": "an hour; the reconciler",
    "ingest_attempts": _DONE,
    "idempotency_keys": "a day; purge_idempotency_keys",
}
# How long the rows of a table stay, and which job deletes them; or why they stay.
KEPT = {
    "clients": {
        **dict.fromkeys(
            (
                "clients",
                "client_codes",
                "client_counts",
                "client_keys",
                "client_search",
                "client_words",
                "contacts",
                "rates",
                "projects",
                "time_entries",
                "time_weeks",
                "notes",
                "note_versions",
                "papers",
                "invoices",
                "invoice_lines",
                "invoice_sums",
                "invoice_series",
                "credit_notes",
                "credit_note_lines",
                "payments",
                "invoicing_schedules",
                "report_schedules",
                "billing_runs",
                "billing_run_items",
                "saved_views",
                "workspace_lists",
                "custom_fields",
                "mail_stops",
                "mail_wordings",
                "portal_access",
            ),
            _RECORD,
        ),
        **dict.fromkeys(("workspaces", "users", "roles", "api_keys", "invitations"), _FEW),
        **dict.fromkeys(("deletions", "deletion_parts"), _REMEMBERED),
        **dict.fromkeys(("password_resets", "reset_requests", "portal_link_requests"), _DONE),
        "portal_links": "minutes; purge_portal",
        "portal_sessions": "until they are idle; purge_portal",
        "sessions": "until they are idle; purge_access",
        "sign_in_limits": "minutes; purge_access",
        "sign_in_refusals": "seconds; tell_refusals",
        "portal_refusals": "seconds; tell_portal_refusals",
        "client_drafts": "30 days; sweep_drafts",
        "mails": "90 days; purge_mail",
        "jobs": "30 days; purge_jobs",
        "job_rows": "with their job; purge_jobs",
        "job_rows_before": "with their job; purge_jobs",
        "job_keys": "with their job; purge_jobs",
        "imports": "30 days; purge_transfers",
        "transfer_pieces": "7 days; purge_transfers",
    },
    "documents": {
        **dict.fromkeys(("documents", "client_refs"), _RECORD),
        "workspace_usage": _FEW,
        "open_links": "an hour; erase_clients",
    },
    "metrics": dict.fromkeys(("client_metrics", "invoice_facts", "project_facts"), _RECORD),
    "activity": {
        **dict.fromkeys(("events", "feed", "feed_lost"), _LOG),
        **dict.fromkeys(
            ("feed_chains", "feed_sources", "feed_state", "subscribers", "webhooks"), _FEW
        ),
        "webhook_deliveries": "30 days; the dispatcher",
    },
}
_WITHOUT_A_JOB = {"the reconciler", "the dispatcher"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_is_tidied_or_said_to_stay(databases: Databases, service: str) -> None:
    with psycopg.connect(databases.url(service)) as connection:
        found = {name for (name,) in connection.execute(_TABLES)}
    said = KEPT[service].keys() | _OF_EVERY_SERVICE.keys()
    assert found - said == set(), "decide how long its rows stay"
    assert KEPT[service].keys() - found == set()


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_is_to_tidy_does(service: str) -> None:
    declared = SERVICES[service]
    jobs = {job.name: job.every_seconds for job in declared.jobs}
    for kept in KEPT[service].values():
        _, _, who = kept.partition("; ")
        if who and who not in _WITHOUT_A_JOB:
            assert jobs[f"{service}.{who}"] is not None, f"beat does not wake {who}"
    assert declared.dispatch is not None or "the dispatcher" not in str(KEPT[service])
    assert SUBSCRIPTIONS[service], "its relay has no loop that tidies the inbox"
