"""What fills a service's database at an early revision, and what goes on to be written to it.

Statements that were valid then and stay so, as those of the release before the one that is being
deployed are.
"""

from __future__ import annotations

from dataclasses import dataclass

#: More than one transaction of a migration may change, and more than it may read under a lock
#: that writers wait for.
ROWS = 1500

_WORKSPACE = "'0190a000-0000-7000-8000-00000000000a'::uuid"
_ID = "('0190a000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_NEW_ID = "gen_random_uuid()"


def _event(event_id: str, many: int) -> str:
    return f"""
    INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                           actor, correlation_id, data)
    SELECT {event_id}, {_WORKSPACE}, {_ID}, 'clients.client.updated.v1', 'client/' || {event_id}, 1,
           '{{}}', 'test', '{{}}' FROM generate_series(1, {many}) AS n
    """


def _client(client_id: str, many: int) -> str:
    return f"""
    INSERT INTO clients (id, workspace_id, version, company_name, status, contact_email, industry,
                         compliance_requirements, email_notifications, quarterly_reports,
                         auto_invoicing, internal, created_at, updated_at, sort_name)
    SELECT {client_id}, {_WORKSPACE}, 1, 'Client ' || n, (ARRAY['active', 'pending'])[1 + n % 2],
           'jo@client-' || n || '.example', 'tech', '{{}}', true, true, true, false, now(), now(),
           'client ' || n FROM generate_series(1, {many}) AS n
    """


def _invoice(invoice_id: str, many: int) -> str:
    return f"""
    INSERT INTO invoices (id, workspace_id, client_id, version, status, number, currency, issued_on,
                          due_on, subtotal, tax, total, amount_paid, billing_copy, created_at,
                          updated_at)
    SELECT {invoice_id}, {_WORKSPACE}, {_ID}, 1, (ARRAY['issued', 'paid'])[1 + n % 2],
           {invoice_id}::text, 'USD', '2026-01-01', '2026-02-01', n, 0, n, n * (n % 2), '{{}}',
           now(), now() FROM generate_series(1, {many}) AS n
    """


def _contact(contact_id: str, many: int) -> str:
    return f"""
    INSERT INTO contacts (client_id, id, workspace_id, name, email, email_key, roles)
    SELECT {_ID}, {contact_id}, {_WORKSPACE}, 'Jo', 'ℌ' || n || '@client.example',
           'ℌ' || n || '@client.example', '{{}}' FROM generate_series(1, {many}) AS n
    """


def _timeline_entry(event_id: str, many: int) -> str:
    return f"""
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, data)
    SELECT {event_id}, {_WORKSPACE}, {_ID}, '/clients', {_WORKSPACE}, n, 'clients.note.added.v1',
           'note/1', 1, now(), '{{"kind": "user", "id": "1", "name": "Jo"}}', 'test', '{{}}'
    FROM generate_series(1, {many}) AS n
    """


def _document(document_id: str, many: int) -> str:
    return f"""
    INSERT INTO documents (id, workspace_id, client_id, status, version, event_version, file_name,
                           category, portal_visible, size, marks, abandoned_at, attempts, copied,
                           origin)
    SELECT {document_id}, {_WORKSPACE}, {_ID}, 'pending', 1, 1, 'Paper ' || n, 'invoice', false, 1,
           '{{}}', now(), 0, false, '{{}}' FROM generate_series(1, {many}) AS n
    """


def _fact(invoice_id: str, many: int) -> str:
    return f"""
    INSERT INTO invoice_facts (invoice_id, workspace_id, client_id, version, status, currency,
                               total, amount_paid, deleted)
    SELECT {invoice_id}, {_WORKSPACE}, {_ID}, 1, 'issued', 'USD', 1, 0, false
    FROM generate_series(1, {many}) AS n
    """


@dataclass(frozen=True, slots=True)
class Filling:
    """`fills` are carried out at the revisions; of `writes`, one after another meanwhile."""

    fills: dict[str, tuple[str, ...]]
    tables: tuple[str, ...]
    writes: tuple[str, ...]


_INBOX = f"INSERT INTO inbox (source, pos) SELECT '/clients', n FROM generate_series(1, {ROWS}) n"
_PIPE = (_event(_ID, ROWS), _INBOX)
FILLINGS = {
    "clients": Filling(
        {
            "0001": _PIPE,
            "0004": (
                _client(_ID, ROWS),
                """
                INSERT INTO client_search
                SELECT id, workspace_id, array_to_tsvector(ARRAY['00000000client', '00000000inc'])
                FROM clients
                """,
                _contact(_ID, ROWS),
                _invoice(_ID, ROWS),
                f"""
                INSERT INTO projects (id, workspace_id, client_id, version, name, status, currency,
                                      created_at, updated_at)
                SELECT {_ID}, {_WORKSPACE}, {_ID}, 1, 'Project', 'active', 'USD', now(), now()
                FROM generate_series(1, {ROWS}) AS n
                """,
            ),
        },
        ("event_log", "inbox", "clients", "contacts", "client_search", "invoices", "projects"),
        (
            _event(_NEW_ID, 1),
            _client(_NEW_ID, 1),
            _invoice(_NEW_ID, 2),
            f"UPDATE clients SET status = 'inactive', version = version + 1 WHERE id = {_ID}",
            f"UPDATE clients SET industry = 'retail', version = version + 1 WHERE id = {_ID}",
            f"UPDATE invoices SET total = total + 1, subtotal = subtotal + 1 WHERE id = {_ID}",
            f"DELETE FROM invoices WHERE id = {_ID}",
        ),
    ),
    "documents": Filling(
        {"0001": _PIPE, "0002": (_document(_ID, ROWS),)},
        ("event_log", "inbox", "documents"),
        (
            _event(_NEW_ID, 1),
            _document(_NEW_ID, 1),
            f"UPDATE documents SET title = 'Paper', updated_at = now() WHERE id = {_ID}",
        ),
    ),
    "activity": Filling(
        {"0001": _PIPE, "0002": (_timeline_entry(_ID, ROWS),)},
        ("event_log", "inbox", "events"),
        (_event(_NEW_ID, 1), _timeline_entry(_NEW_ID, 1)),
    ),
    "metrics": Filling(
        {"0001": _PIPE, "0002": (_fact(_ID, ROWS),)},
        ("event_log", "inbox", "invoice_facts"),
        (
            _event(_NEW_ID, 1),
            _fact(_NEW_ID, 1),
            f"UPDATE invoice_facts SET total = total + 1 WHERE invoice_id = {_ID}",
        ),
    ),
}
