"""What words find here, and whose the documents are that they find elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.clients.billing.models import Invoice
from services.clients.billing.queries.invoices import search_invoices
from services.clients.listing.queries.clients import Filters, list_clients
from services.clients.projects.models import Project
from services.clients.projects.queries import search_projects
from services.clients.records.models.record import CLIENTS
from services.clients.records.rules.search_text import all_begin_in
from services.clients.search.rules import SearchHit
from shared.unit_of_work import UnitOfWork

#: Clients whose invoices are found by their name or code.
_MOST_CLIENTS = 200
_SHOWN = (
    "id", "company_name", "client_code", "contact_name", "contact_email", "contact_phone",
    "website", "city",
)  # fmt: skip


def find_here(
    uow: UnitOfWork, typed: str, kinds: Collection[str], most: int, *, see_tax_ids: bool
) -> list[SearchHit]:
    """What this service has of the kinds, at most so many of each."""
    hits: list[SearchHit] = []
    if "client" in kinds:
        hits += [_client(row) for row in _clients(uow, typed, most, see_tax_ids)]
    if "project" in kinds:
        hits += [_project(*row) for row in search_projects(uow.session, typed, most)]
    if "invoice" in kinds:
        hits += _invoices(uow, typed, most)
    return hits


def find_documents(
    session: Session, documents: Iterable[Mapping[str, Any]], most: int
) -> list[SearchHit]:
    """Of documents those that belong to a client that is there: a draft has some of its own."""
    listed = list(documents)
    ids = {uuid.UUID(document["client_id"]) for document in listed}
    rows = session.execute(
        select(CLIENTS.c.id, CLIENTS.c.company_name).where(CLIENTS.c.id.in_(ids))
    )
    names = {str(client_id): name for client_id, name in rows}
    kept = [document for document in listed if document["client_id"] in names][:most]
    return [_document(document, names[document["client_id"]]) for document in kept]


def _clients(uow: UnitOfWork, typed: str, most: int, see_tax_ids: bool) -> list[Any]:
    """Clients by their words, the one whose code was typed first."""
    by_code = select(*(CLIENTS.c[name] for name in _SHOWN)).where(
        CLIENTS.c.sort_code == typed.upper()
    )
    # `~` is how a client without a code is sorted, and nobody's code.
    rows: list[Any] = [row for row in uow.session.execute(by_code.limit(1)) if row.client_code]
    rows += list_clients(uow, Filters({}, typed, see_tax_ids=see_tax_ids), None, most, _SHOWN).rows
    return list({row.id: row for row in rows}.values())[:most]


def _invoices(uow: UnitOfWork, typed: str, most: int) -> list[SearchHit]:
    """Invoices by their numbers, and those of clients that go by what was typed."""
    rows = _clients(uow, typed, _MOST_CLIENTS, False)
    codes = {row.id: row.client_code for row in rows if _goes_by(row, typed)}
    found = search_invoices(uow.session, typed, list(codes), most)
    return [_invoice(invoice, name, codes.get(invoice.client_id)) for invoice, name in found]


def _goes_by(row: Any, typed: str) -> bool:
    return all_begin_in(typed, f"{row.company_name} {row.client_code or ''}")


def _client(row: Any) -> SearchHit:
    texts = {
        "company_name": row.company_name,
        "client_code": row.client_code,
        "primary_contact.name": row.contact_name,
        "primary_contact.email": row.contact_email,
        "primary_contact.phone": row.contact_phone,
        "website": row.website,
        "address.city": row.city,
    }
    names = (row.company_name, row.company_name, row.client_code, row.client_code)
    return SearchHit("client", str(row.id), str(row.id), *names, texts)


def _project(project: Project, client_name: str) -> SearchHit:
    texts = {"name": project.name, "code": project.code}
    where = (str(project.id), str(project.client_id), client_name)
    return SearchHit("project", *where, project.name, project.code, project.code, texts)


def _invoice(invoice: Invoice, client_name: str | None, client_code: str | None) -> SearchHit:
    texts = {"number": invoice.number, "client_name": client_name, "client_code": client_code}
    where = (str(invoice.id), str(invoice.client_id), client_name)
    title = invoice.number or "Draft"
    return SearchHit("invoice", *where, title, invoice.status, invoice.number, texts)


def _document(document: Mapping[str, Any], client_name: str) -> SearchHit:
    texts = {name: document[name] for name in ("title", "file_name", "category")}
    where = (document["id"], document["client_id"], client_name)
    title = document["title"] or document["file_name"]
    detail = document["file_name"] if document["title"] else document["category"]
    return SearchHit("document", *where, title, detail, texts=texts)
