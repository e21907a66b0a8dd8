"""The ledger that metrics are held against counts what M1 says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from services.clients.billing.operations.removal import remove_client_billing
from services.clients.billing.queries.ledger import Books, LedgerEntry, count_books, ledger
from services.clients.projects.operations.removal import remove_client_projects
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.integration.billing.conftest import Call

Make = Callable[..., dict[str, Any]]


def pay(call: Call, invoice: dict[str, Any], amount: str) -> None:
    """Enter an amount against the invoice."""
    body = {"amount": amount, "paid_on": invoice["issued_on"]}
    call("POST", f"/v1/invoices/{invoice['id']}/payments", body)


def test_ledger_counts_active_projects_issued_and_paid_invoices_and_revenue(
    call: Call,
    runtime: Runtime,
    origin: Origin,
    client_id: uuid.UUID,
    make_client: Callable[..., uuid.UUID],
    draft: Make,
    issued: Make,
) -> None:
    idle = make_client(client_code="IDL", company_name="Idle")
    for status in ("active", "active", "planned", "completed"):
        body = {"name": status, "status": status}
        call("POST", f"/v1/clients/{client_id}/projects", body, expect=201)
    draft()
    paid, reopened, void, yen = issued(), issued(), issued(), issued(currency="JPY")
    issued()
    for invoice in (paid, reopened, yen):
        pay(call, invoice, "1296")
    pay(call, reopened, "-0.01")
    call("POST", f"/v1/invoices/{void['id']}/void", {"reason": "Wrong"})
    with runtime.unit_of_work(origin) as uow:
        found = ledger(uow.session)
        assert count_books(uow.session, client_id) == Books(4, 1, 5)
        assert count_books(uow.session, idle) == Books(0, 0, 0)
    assert found == {
        client_id: LedgerEntry(
            active_projects=2,
            invoices_issued=4,
            paid_invoices=2,
            total_revenue=[
                {"currency": "JPY", "amount": "1296"},
                {"currency": "USD", "amount": "1296.00"},
            ],
        ),
        idle: LedgerEntry(),
    }


def test_removing_a_client_leaves_its_numbered_invoices(
    call: Call, runtime: Runtime, origin: Origin, client_id: uuid.UUID, draft: Make, issued: Make
) -> None:
    body = {"name": "Retrofit", "status": "active"}
    project = call("POST", f"/v1/clients/{client_id}/projects", body, expect=201).body
    kept, open_draft, discarded = issued(), draft(), draft()
    call("POST", f"/v1/invoices/{discarded['id']}/void", {"reason": "Not needed"})
    with runtime.unit_of_work(origin) as uow:
        remove_client_billing(uow, client_id)
        remove_client_projects(uow, client_id)
    call("GET", f"/v1/projects/{project['id']}", expect=404)
    for gone in (open_draft, discarded):
        call("GET", f"/v1/invoices/{gone['id']}", expect=404)
    assert call("GET", f"/v1/invoices/{kept['id']}").body == kept
