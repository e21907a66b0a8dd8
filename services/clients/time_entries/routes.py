"""Time over HTTP. An entry and a week each have a version, which the answer's `ETag` names."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.records.queries.missing import of_present_client
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.operations import weeks as week_writing
from services.clients.time_entries.operations import writing
from services.clients.time_entries.queries import entries
from services.clients.time_entries.rules.persons import key_of
from services.clients.time_entries.rules.weeks import Week, as_week
from services.clients.time_entries.schemas import (
    PersonQuery,
    TimeEntryBody,
    TimeEntryChanges,
    TimeEntryPage,
    TimeEntryQuery,
    TimeEntryView,
    WeekBody,
    WeekView,
    entry_json,
    week_json,
)
from shared.errors import Invalid
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, require_if_match, writes
from shared.http.paging import Sort, page
from shared.security.permissions import PROJECTS_UPDATE, PROJECTS_VIEW
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Wrong

blueprint = ApiBlueprint(
    "time_entries", __name__, url_prefix="/v1/time-entries", description="Time worked on projects"
)
_ONE, _WEEK = "/<uuid:entry_id>", "/weeks/<week>"


@blueprint.route("", methods=["GET"])
@reads(PROJECTS_VIEW)
@blueprint.arguments(TimeEntryQuery, location="query")
@blueprint.response(200, TimeEntryPage)
def get_time_entries(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Time by client, project, person, days, week, and whether it is billed; latest day first."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    query = of_present_client(uow.session, query)
    found = page(
        uow.session,
        uow.vault,
        entries.entries_like(query),
        [Sort(TimeEntry.date, descending=True), Sort(TimeEntry.id, descending=True)],
        scope=f"time-entries:{sorted((name, str(value)) for name, value in query.items())}",
        cursor=cursor,
        limit=limit,
    )
    return Answer(found.as_dict(entry_json))


@blueprint.route("", methods=["POST"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(TimeEntryBody)
@blueprint.response(201, TimeEntryView)
def post_time_entry(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Enter hours of a person on a project that is not over."""
    entry = writing.add_entry(uow, body)
    return _answer(entry, 201, f"/v1/time-entries/{entry.id}")


@blueprint.route(_ONE, methods=["GET"])
@reads(PROJECTS_VIEW)
@blueprint.response(200, TimeEntryView)
def get_time_entry(uow: UnitOfWork, entry_id: uuid.UUID) -> Answer:
    """One entry."""
    return _answer(entries.get_entry(uow.session, entry_id))


@blueprint.route(_ONE, methods=["PATCH"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(TimeEntryChanges)
@blueprint.response(200, TimeEntryView)
def patch_time_entry(uow: UnitOfWork, changes: dict[str, Any], entry_id: uuid.UUID) -> Answer:
    """Change an entry that is not billed; `If-Match` is required."""
    return _answer(writing.update_entry(uow, entry_id, changes, require_if_match()))


@blueprint.route(_ONE, methods=["DELETE"])
@writes(PROJECTS_UPDATE)
@blueprint.response(204)
def delete_time_entry(uow: UnitOfWork, entry_id: uuid.UUID) -> Answer:
    """Take back an entry that is not billed."""
    writing.remove_entry(uow, entry_id, if_match())
    return Answer(None, 204)


@blueprint.route(_WEEK, methods=["GET"])
@reads(PROJECTS_VIEW)
@blueprint.arguments(PersonQuery, location="query")
@blueprint.response(200, WeekView)
def get_week(uow: UnitOfWork, query: dict[str, Any], week: str) -> Answer:
    """One person's week, such as `2026-W48`: every entry, and what they come to."""
    return _week_answer(uow, _week(week), query["person"])


@blueprint.route(_WEEK, methods=["PUT"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(PersonQuery, location="query")
@blueprint.arguments(WeekBody)
@blueprint.response(200, WeekView)
def put_week(uow: UnitOfWork, query: dict[str, Any], body: dict[str, Any], week: str) -> Answer:
    """Write one person's whole week; what is left out is taken back, unless it is billed.

    `If-Match` is required, with the `ETag` of the week as it was read.
    """
    meant, expected = _week(week), require_if_match()
    week_writing.replace_week(uow, meant, query["person"], body["entries"], expected)
    uow.flush()
    return _week_answer(uow, meant, query["person"])


def _week(typed: str) -> Week:
    try:
        return as_week(typed)
    except Wrong as wrong:
        raise Invalid(errors=[wrong.at("week")]) from wrong


def _week_answer(uow: UnitOfWork, week: Week, person: str) -> Answer:
    key = key_of(person)
    found = entries.entries_of_week(uow.session, key, week)
    version = entries.version_of_week(uow.session, key, week)
    return Answer(week_json(week, person, found, version), etag=version)


def _answer(entry: TimeEntry, status: int = 200, location: str | None = None) -> Answer:
    return Answer(entry_json(entry), status, etag=entry.version, location=location)
