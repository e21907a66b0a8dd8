"""What the portal does by itself: it has links sent, tells of refusals and of what expired, and
deletes it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from celery import Celery
from sqlalchemy import Row

from services.clients.portal.operations import inviting, links, signing_in
from services.clients.portal.queries import access as queries
from shared.housekeeping import RUN_SECONDS, each_by_itself, repeated
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.answer_portal_requests")
    def answer() -> None:
        answer_requests(runtime)

    @job(app, "clients.expire_portal_invitations")
    def expire() -> None:
        expire_invitations(runtime)

    @job(app, "clients.tell_portal_refusals")
    def tell() -> None:
        tell_refusals(runtime)

    @job(app, "clients.purge_portal")
    def purge() -> None:
        deadline = time.monotonic() + RUN_SECONDS
        repeated(lambda: signing_in.purge_portal(runtime.app_engine), deadline)


def answer_requests(runtime: Runtime) -> None:
    """Have links sent to those who have asked for one; of a request its last access at the end."""
    due = runtime.across_workspaces(queries.requests_due)
    requests = [[*rows] for _, rows in groupby(due, lambda row: row.request_id)]
    each_by_itself(requests, lambda rows: sum(_answer(runtime, row) for row in rows))


def _answer(runtime: Runtime, row: Row[Any]) -> int:
    if row.workspace_id is None:
        links.answer_nobody(runtime, row.request_id)
        return 1
    with runtime.unit_of_work(runtime.own_origin(row.workspace_id)) as uow:
        links.answer(uow, row.request_id, row.id, runtime.settings.web_url, is_last=row.is_last)
    return 1


def expire_invitations(runtime: Runtime) -> None:
    """Tell the log of invitations that nobody has accepted in time."""
    lapsed = runtime.across_workspaces(queries.lapsed_invitations)
    _with_each(runtime, lapsed, inviting.expire)


def tell_refusals(runtime: Runtime) -> None:
    """Tell the log of refused sign-ins."""
    refused = runtime.across_workspaces(queries.refusals_to_tell)
    _with_each(runtime, refused, signing_in.tell_refusals)


def _with_each(
    runtime: Runtime,
    accesses: Iterable[tuple[uuid.UUID, uuid.UUID]],
    work: Callable[[UnitOfWork, uuid.UUID], None],
) -> None:
    """The work with each access, `(workspace_id, access_id)`, in a transaction of its own."""

    def once(workspace_id: uuid.UUID, access_id: uuid.UUID) -> int:
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            work(uow, access_id)
        return 1

    each_by_itself(accesses, lambda one: once(*one))
