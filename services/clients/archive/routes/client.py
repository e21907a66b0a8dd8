"""One client's whole data as a ZIP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response, stream_with_context

from services.clients.access.queries import local_today
from services.clients.archive.events import archive_requested
from services.clients.archive.routes.writing import PAGE, Contents, Pages, Source, write_archive
from services.clients.billing.models import Invoice
from services.clients.billing.queries import invoices as billing
from services.clients.billing.schemas.views import present_invoice
from services.clients.gateway.passing import gateway, passes_on, request_headers
from services.clients.notes import queries as notes
from services.clients.notes.models import Note, NoteVersion
from services.clients.notes.schemas import note_json, version_json
from services.clients.projects.models import Project
from services.clients.projects.queries import projects_of, spent_on
from services.clients.projects.schemas import present_project
from services.clients.records.operations.reading_tax_ids import RECORD, note_shown
from services.clients.records.queries.clients import get_client
from services.clients.records.schemas.views import present
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.queries.entries import entries_like
from services.clients.time_entries.schemas import entry_json
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import runtime
from shared.http.identity import origin_of
from shared.http.paging import Sort, page
from shared.ids import uuid7
from shared.security.identity import Identity
from shared.security.permissions import (
    CLIENTS_EXPORT,
    CLIENTS_VIEW,
    DOCUMENTS_VIEW,
    INVOICES_VIEW,
    NOTES_VIEW,
    PROJECTS_VIEW,
)
from shared.unit_of_work import UnitOfWork

#: What of a client needs a permission besides.
_RIGHTS = {
    "projects": PROJECTS_VIEW,
    "time_entries": PROJECTS_VIEW,
    "invoices": INVOICES_VIEW,
    "notes": NOTES_VIEW,
    "note_versions": NOTES_VIEW,
    "metrics": CLIENTS_VIEW,
    "activity": CLIENTS_VIEW,
    "documents": DOCUMENTS_VIEW,
}

blueprint = ApiBlueprint("archive", __name__, url_prefix="/v1/clients/<uuid:client_id>/archive")


def _present(uow: UnitOfWork, identity: Identity, client_id: uuid.UUID) -> dict[str, Any]:
    shown = present(get_client(uow.session, client_id), uow.vault, identity.permissions)
    note_shown(uow, identity.permissions, RECORD, [shown])
    return shown


@blueprint.route("", methods=["GET"])
@passes_on(CLIENTS_EXPORT, look=_present)
@blueprint.response(200, description="The client's data and documents, as a ZIP.")
def get_archive(identity: Identity, client: dict[str, Any]) -> Response:
    """Everything of a client that the caller may view, with a manifest that says what is not in
    it. A ZIP without its end is incomplete: a service failed on the way."""
    source = Source(gateway(), identity, client["id"], request_headers())
    ask_services(source)
    contents = contents_of(source, client)
    tell(identity, uuid.UUID(client["id"]), contents.left_out)
    name = client["client_code"] or client["id"]
    return sent_as(write_archive(source, contents), f"client-{name}.zip")


def tell(identity: Identity, client_id: uuid.UUID | None, left_out: Iterable[str]) -> None:
    """Write to the log that an archive is taken, of a client or of the workspace."""
    with runtime().unit_of_work(origin_of(identity)) as uow:
        uow.publish(archive_requested(uuid7(), client_id, sorted(left_out)))


def sent_as(pieces: Iterator[bytes], name: str) -> Response:
    """The answer to a request for an archive; the request lasts until it is written."""
    response = Response(stream_with_context(pieces), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def ask_services(source: Source) -> None:
    """Ask each service once for what is read later, so that one that is away is a 503."""
    for service in sorted(_may_view(source) & {"activity", "documents"}):
        source.get(service, {"limit": 1})


def left_out_of(identity: Identity, rights: Mapping[str, str]) -> dict[str, str]:
    """The parts that the caller may not view, and why."""
    return {
        part: f"This needs the permission {right}."
        for part, right in rights.items()
        if right not in identity.permissions
    }


def _may_view(source: Source) -> set[str]:
    return {part for part, right in _RIGHTS.items() if right in source.identity.permissions}


def contents_of(source: Source, client: dict[str, Any]) -> Contents:
    """What will be in it of one client. Raises `PartUnavailable` where metrics are away."""
    may = _may_view(source)
    here = {
        "projects": _projects(source),
        "time_entries": _time(source),
        "invoices": _invoices(source),
        "notes": _notes(source),
        "note_versions": _note_versions(source),
    }
    oldest_first = source.pages("activity", order="oldest")
    return Contents(
        client=client,
        lists={name: pages for name, pages in here.items() if name in may},
        metrics=source.get("metrics") if "metrics" in may else None,
        activity=oldest_first if "activity" in may else None,
        documents=source.pages("documents") if "documents" in may else None,
        left_out=left_out_of(source.identity, _RIGHTS),
        made_by=source.identity.actor.as_dict(),
    )


def _projects(source: Source) -> Pages:
    def shown(uow: UnitOfWork, projects: Sequence[Project]) -> Callable[[Project], Any]:
        spent = spent_on(uow.session, projects)
        return lambda project: present_project(project, spent[project.id])

    statement = projects_of(uuid.UUID(source.client_id), None)
    return _paged(source, statement, Project.id, shown)


def _time(source: Source) -> Pages:
    statement = entries_like({"client_id": uuid.UUID(source.client_id)})
    return _paged(source, statement, TimeEntry.id, lambda *_: entry_json)


def _invoices(source: Source) -> Pages:
    def shown(uow: UnitOfWork, _: Sequence[Invoice]) -> Callable[[Invoice], Any]:
        today = local_today(uow)
        return lambda invoice: present_invoice(invoice, today)

    statement = billing.invoices_of(uuid.UUID(source.client_id), None)
    return _paged(source, statement, Invoice.id, shown)


def _notes(source: Source) -> Pages:
    statement = notes.notes_of(uuid.UUID(source.client_id))
    return _paged(source, statement, Note.id, lambda *_: note_json)


def _note_versions(source: Source) -> Pages:
    statement = notes.versions_of_client(uuid.UUID(source.client_id))
    return _paged(source, statement, NoteVersion.id, lambda *_: version_json)


def _paged(source: Source, statement: Any, column: Any, shown: Any) -> Pages:
    """Pages of this service's own, each a transaction of its own: none is open between them."""
    process, origin = runtime(), origin_of(source.identity)
    scope = f"archive:{column}:{source.client_id}"

    def read(cursor: str | None) -> dict[str, Any]:
        with process.unit_of_work(origin) as uow:
            sorts = [Sort(column)]
            found = page(
                uow.session, uow.vault, statement, sorts, scope=scope, cursor=cursor, limit=PAGE
            )
            return found.as_dict(shown(uow, found.rows))

    return read
