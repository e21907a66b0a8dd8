"""What beat wakes: reminders of overdue invoices, and word of documents that expire."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from celery import Celery

from services.clients.access.queries import get_workspace, local_today
from services.clients.correspondence import queries
from services.clients.correspondence.errors import DocumentsAway
from services.clients.correspondence.operations.documents import Expiring, tell_expiring
from services.clients.correspondence.operations.invoices import remind_overdue
from services.clients.correspondence.rules.expiry import STEPS
from services.clients.correspondence.rules.kinds import DOCUMENT_EXPIRING, INVOICE_OVERDUE, Kind
from services.clients.jobs.operations.schedules import Last, Schedule
from shared.clock import now
from shared.housekeeping import each_by_itself, repeated
from shared.http.service_client import service_client
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import DOCUMENTS_VIEW
from shared.unit_of_work import UnitOfWork
from shared.worker import job

_EXPIRING = "/v1/documents/expiring"


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.remind_overdue")
    def remind() -> None:
        send_reminders(runtime, now())

    @job(app, "clients.tell_expiring")
    def tell() -> None:
        tell_of_expiring(runtime, now())


def send_reminders(runtime: Runtime, as_of: datetime) -> int:
    """Remind of every invoice that is due to be reminded of; returns of how many."""
    return repeated(
        lambda: each_by_itself(_due(runtime, as_of), lambda each: _remind(runtime, *each))
    )


def _due(runtime: Runtime, as_of: datetime) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    return runtime.across_workspaces(lambda session: queries.invoices_to_remind(session, as_of))


def _remind(runtime: Runtime, workspace_id: uuid.UUID, invoice_id: uuid.UUID, days: int) -> bool:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        remind_overdue(uow, invoice_id, days)
    return True


def _last(uow: UnitOfWork, kind: Kind) -> Last | None:
    """The last mail of a kind, and those of the day before it."""
    found = queries.last_written(uow.session, kind.name)
    return None if found is None else Last(found[0], f"{found[1]} mails within a day")


def _next_at(uow: UnitOfWork) -> datetime | None:
    return queries.next_reminder(uow.session, local_today(uow))


# --- documents that expire -------------------------------------------------------------


def tell_of_expiring(runtime: Runtime, as_of: datetime) -> int:
    """Tell of every document that has reached a step; returns how many mails that came to."""
    workspaces = runtime.across_workspaces(queries.workspaces_to_notify)
    return each_by_itself(workspaces, lambda each: _tell_in(runtime, each, as_of))


def _tell_in(runtime: Runtime, workspace_id: uuid.UUID, as_of: datetime) -> int:
    """In one workspace, page by page; what is asked over the network is asked outside of any
    transaction."""
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        today = as_of.astimezone(ZoneInfo(get_workspace(uow).time_zone)).date()
    pages = _expiring(runtime, workspace_id, today)
    return sum(each_by_itself(page, partial(_tell, runtime, workspace_id, today)) for page in pages)


def _tell(runtime: Runtime, workspace_id: uuid.UUID, today: date, document: Expiring) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return len(tell_expiring(uow, document, today))


def _expiring(runtime: Runtime, workspace_id: uuid.UUID, today: date) -> Iterator[list[Expiring]]:
    """The documents that may have reached a step. Raises `Unavailable`."""
    origin, last = runtime.own_origin(workspace_id), today + timedelta(days=max(STEPS))
    identity = Identity(workspace_id, origin.actor, frozenset({DOCUMENTS_VIEW}))
    days = {"first": today.isoformat(), "last": last.isoformat()}
    after: dict[str, str] = {}
    while True:
        answer = service_client(runtime, "documents").request(
            "GET", _EXPIRING, identity, params={**days, **after}
        )
        if answer.status_code != 200:
            raise DocumentsAway(f"It answered with status {answer.status_code}.")
        page = [_document(each) for each in orjson.loads(answer.content)["data"]]
        if not page:
            return
        yield page
        after = {"after": str(page[-1].id)}


def _document(found: dict[str, Any]) -> Expiring:
    name = found["title"] or found["file_name"]
    day = date.fromisoformat(found["expires_on"])
    return Expiring(uuid.UUID(found["id"]), uuid.UUID(found["client_id"]), name, day)


def _looks_at(uow: UnitOfWork) -> datetime:
    """Each day is looked at once it has begun in the workspace."""
    zone = ZoneInfo(get_workspace(uow).time_zone)
    return datetime.combine(local_today(uow) + timedelta(days=1), datetime.min.time(), zone)


SCHEDULE = Schedule(
    "overdue-reminders",
    "Reminds clients of invoices that are overdue for so many days as the workspace says.",
    _next_at,
    partial(_last, kind=INVOICE_OVERDUE),
    send_reminders,
)
EXPIRY_SCHEDULE = Schedule(
    "expiring-documents",
    "Tells clients of their documents that expire within 30 days, and again within 7.",
    _looks_at,
    partial(_last, kind=DOCUMENT_EXPIRING),
    tell_of_expiring,
)
