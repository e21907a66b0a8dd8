"""A person's week, written at once, and all time entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, StaleVersion
from clientele_client.shapes import Week
from shared.security.permissions import PROJECTS_UPDATE, USERS_MANAGE
from web.shell import formats, forms, pages, reading, session, sheets
from web.shell.callers import access, api, may, me
from web.shell.sheets import Sheet
from web.shell.texts import gettext
from web.time import conflicts, grid, projects
from web.time.grid import Row

blueprint = Blueprint("time", __name__, url_prefix="/time")
_PAGE: Final = 50
_NARROWED_BY: Final = ("client_id", "project_id", "person", "from", "to", "billed", "cursor")
# A week is of few clients; the positions of so many are looked up.
_MOST_CLIENTS: Final = 8


@dataclass(frozen=True, slots=True)
class _Place:
    """Which week of whom a page is about."""

    week: str
    person: str

    def url(self, by: int = 0) -> str:
        """The page of this week, or of one before or after."""
        monday = _monday(self.week) + timedelta(weeks=by)
        return url_for("time.show_week", week=_name(monday), person=self._named())

    def _named(self) -> str | None:
        return None if self.person == _reader() else self.person


@blueprint.get("")
def show_week() -> Response:
    """The week of a person as a table; the reader's present one where none is named."""
    place = _place()
    week = api().work.week(place.week, place.person)
    rows: list[Row] = []
    grid.place(rows, week, week["entries"])
    return _show(place, week, rows, Sheet({}, week["version"]))


@blueprint.post("")
def save_week() -> Answer:
    """Write the whole week, or redraw the table as its button says."""
    place, action = _place(), request.form.get("do", "save")
    rows = grid.rows_typed(reading.typed(request.form, ["lines"]))
    if action != "save":
        return _redrawn(place, rows, action)
    days = grid.days_from(_monday(place.week))
    found = [*grid.sent(rows, days)]
    version = forms.version()
    entries = [entry for _, entry in found]
    try:
        key = forms.key_of({"entries": entries, "version": version})
        api().work.write_week(place.week, place.person, entries, version, key)
    except (Conflict, Invalid, StaleVersion) as error:
        return _refused(place, rows, [path for path, _ in found], error)
    session.notice("good", gettext("The week is saved."))
    return pages.go(place.url())


def _redrawn(place: _Place, rows: list[Row], action: str) -> Response:
    """Add a row, take one away, put in the rows of the week before, or offer other projects."""
    week = api().work.week(place.week, place.person)
    focus = "add-row"
    kind, _, number = action.partition(":")
    if kind == "remove" and (row := reading.whole(number)) is not None:
        del rows[row : row + 1]
    elif kind == "copy":
        _copy(place, rows)
    elif kind == "find":
        focus = "find"
    else:
        rows.append(Row())
        focus = f"lines[{len(rows) - 1}].project_id"
    version = forms.version()
    grid.place(rows, week, (each for each in week["entries"] if each["invoice_id"]))
    return _show(place, week, rows, Sheet({}, version, focus=focus))


def _copy(place: _Place, rows: list[Row]) -> None:
    """The rows of the week before that are not there yet, without their hours."""
    monday = _monday(place.week) - timedelta(weeks=1)
    before = api().work.week(_name(monday), place.person)
    copied: list[Row] = []
    grid.place(copied, before, before["entries"])
    there = {row.key for row in rows}
    for row in copied:
        if row.key not in there:
            there.add(row.key)
            rows.append(Row(*row.key[:3], overtime=row.overtime))


def _refused(
    place: _Place, rows: list[Row], places: list[str], error: Conflict | Invalid | StaleVersion
) -> Response:
    """The table with what was typed, and what is wrong at its cells."""
    week = api().work.week(place.week, place.person)
    if isinstance(error, StaleVersion):
        wrong = conflicts.merged(rows, week, request.form.get(conflicts.KNOWN, ""))
        sheet = Sheet({}, week["version"], wrong, is_stale=True)
    else:
        error.errors = [*grid.at_their_cells(error.errors, places)]
        version = forms.version()
        sheet = sheets.refused({}, error, lambda path: grid.label_of(week, path), version)
    grid.place(rows, week, (each for each in week["entries"] if _is_new(each, rows)))
    return _show(place, week, rows, sheet)


def _is_new(entry: Mapping[str, Any], rows: list[Row]) -> bool:
    """Whether it is billed, and in no row yet: the form does not send it."""
    there = {cell.entry_id for row in rows for cell in row.cells}
    return bool(entry["invoice_id"]) and entry["id"] not in there


def _show(place: _Place, week: Week, rows: list[Row], sheet: Sheet) -> Response:
    typed = request.form.get("find", "").strip()
    chosen = projects.choice((row.project_id for row in rows if row.project_id), typed)
    days = grid.days_from(_monday(place.week))
    return pages.show(
        "time/week.html",
        "time/table.html",
        code=sheet.code,
        place=place,
        week=week,
        days=days,
        rows=rows or [Row()],
        sheet=sheet,
        known=request.form.get(conflicts.KNOWN) if not sheet.is_stale else None,
        known_now=conflicts.known(week),
        sums=[sum(row.cells[day].hours for row in rows) for day in range(len(days))],
        choice=chosen,
        projects=chosen.projects,
        positions=_positions(rows, chosen.projects),
        may_write=may(PROJECTS_UPDATE),
        is_own=place.person == _reader(),
        people=_people(),
        person_name=_named(place.person, week),
    )


def _positions(rows: list[Row], known: Mapping[str, Any]) -> list[str]:
    """The positions that have rates at the clients of the rows, and those that are there."""
    clients = {known[row.project_id]["client_id"] for row in rows if row.project_id in known}
    rated = {
        rate["position"]
        for client_id in sorted(clients)[:_MOST_CLIENTS]
        for rate in api().rates(client_id)
    }
    return sorted(rated | {row.position for row in rows if row.position})


# --- which week, whose -------------------------------------------------------------------


def _place() -> _Place:
    week = request.args.get("week", "")
    if not _is_shown(week):
        week = _name(formats.local_date())
    return _Place(week, _meant(request.args.get("person", "").strip()) or _reader())


def _is_shown(week: str) -> bool:
    """Whether it is a week, and has one before and one after that its page links to."""
    try:
        monday = _monday(week)
        return bool(monday - timedelta(weeks=1) and monday + timedelta(weeks=2))
    except (ValueError, OverflowError):
        return False


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _name(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"


def _reader() -> str:
    """The reader as a person of time entries: a user by id, an API key by its name."""
    actor = me()["actor"]
    return str(actor["id"]) if actor["kind"] == "user" else actor["name"]


def _people() -> list[tuple[str, str]]:
    """Ids and names of the users, for who may see them; else the reader's own."""
    actor = me()["actor"]
    if not may(USERS_MANAGE):
        return [(_reader(), actor["name"])]
    return [(user["id"], user["name"]) for user in access().users() if not user["disabled"]]


def _meant(typed: str) -> str:
    """Whoever is called so among the users; else the name that was typed."""
    wanted = typed.casefold()
    return next((id_ for id_, name in _people() if name.casefold() == wanted), typed)


def _named(person: str, week: Week) -> str:
    names = dict(_people())
    shown = (entry["person_name"] for entry in week["entries"])
    return names.get(person) or next(shown, person)


# --- the list ----------------------------------------------------------------------------


@blueprint.get("/entries")
def list_entries() -> Response:
    """All entries, the latest day first, narrowed by client, project, person, days, billed."""
    wanted = {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}
    typed = wanted.get("person")
    narrowed = {**wanted, "person": _meant(typed)} if typed else wanted
    page = api().work.entry_page(limit=_PAGE, **narrowed)
    ids = {entry["project_id"] for entry in page["data"]}
    return pages.show(
        "time/entries.html",
        "time/list.html",
        page=page,
        projects=projects.choice(ids).projects,
        weeks={entry["id"]: _name(date.fromisoformat(entry["date"])) for entry in page["data"]},
        people=_people(),
    )
