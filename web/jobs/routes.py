"""Imports, exports and bulk changes: all of them, and how far one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.pages import Page
from clientele_client.records import Clientele
from clientele_client.shapes import Import, Job, Row
from shared.clock import now
from shared.security.permissions import CLIENTS_CREATE
from web.shell import pages, words
from web.shell.callers import api, may, together

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
_PAGE: Final = 50
_NARROWED_BY: Final = ("state", "kind", "cursor")
#: What may become of a row, by the kind of job; that of the others comes last.
_ENDS: Final = {
    "bulk": ("failed", "updated", "deleted", "unchanged"),
    "import_undo": ("failed", "deleted", "reverted"),
    "time_import_undo": ("failed", "deleted"),
    "": ("failed", "skipped", "created", "updated"),
}
#: Those whose rows are not told one by one.
_WITHOUT_ROWS: Final = frozenset({"import_read", "export", "print"})


@blueprint.get("")
def list_jobs() -> Response:
    """The jobs of the workspace, newest first; those of a kind and in a state where wanted."""
    asked = {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}
    caller = api()
    found, names = together(lambda: caller.job_page(limit=_PAGE, **asked), _files())
    return pages.show(
        "jobs/list.html",
        "jobs/results.html",
        jobs=found.data,
        next_cursor=found.next,
        files=names,
        states=words.WORDS["job.state"],
        kinds=sorted(words.WORDS["job.kind"], key=lambda kind: words.word("job.kind", kind)),
        is_narrowed=bool(asked),
    )


def _files() -> Callable[[], dict[str, str]]:
    """How to learn the names of the files of the latest imports, which only some may see."""
    caller, sees = api(), may(CLIENTS_CREATE)
    return lambda: {each["id"]: each["file_name"] for each in _latest(caller)} if sees else {}


def _file_name(job: Job) -> str | None:
    """The file of an import, or of the PDF; what is asked for each second is without it."""
    if pages.is_piece():
        return None
    import_id = job["import_id"]
    return _files()().get(import_id) if import_id else job["result"].get("file_name")


def _latest(caller: Clientele) -> list[Import]:
    return caller.transfers.imports(limit=200).data


@blueprint.get("/<uuid:job_id>")
def show_job(job_id: Any) -> Response:
    """One job; it asks again by itself while it is under way, then tells what became of rows."""
    job = api().job(str(job_id))
    which, ends = request.args.get("rows", "failed"), _ENDS.get(job["kind"], _ENDS[""])
    return pages.show(
        "jobs/job.html",
        "jobs/progress.html",
        job=job,
        is_kept=_is_kept(job),
        rows=_rows(job, which if which in ends else None),
        which=which,
        ends=ends,
        file_name=_file_name(job),
    )


def _rows(job: Job, state: str | None) -> Page[Row] | None:
    if job["finished_at"] is None or job["kind"] in _WITHOUT_ROWS:
        return None
    cursor = request.args.get("cursor") or None
    return api().transfers.rows(job["id"], state=state, cursor=cursor, limit=50)


def _is_kept(job: Job) -> bool:
    until = job["result"].get("expires_at")
    return until is not None and datetime.fromisoformat(until) > now()


@blueprint.post("/<uuid:job_id>/stop")
def stop(job_id: Any) -> Answer:
    """Begin no further step; what was done stays done."""
    api().transfers.cancel(str(job_id))
    return pages.go(url_for("jobs.show_job", job_id=job_id))
