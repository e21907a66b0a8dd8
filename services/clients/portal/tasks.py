"""What the portal does by itself: it has links sent, tells of what expired, and deletes it."""

from __future__ import annotations

from celery import Celery

from services.clients.portal.operations import inviting, links, signing_in
from services.clients.portal.queries import access as queries
from shared.housekeeping import repeated
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.answer_portal_requests")
    def answer() -> None:
        answer_requests(runtime)

    @job(app, "clients.expire_portal_invitations")
    def expire() -> None:
        expire_invitations(runtime)

    @job(app, "clients.purge_portal")
    def purge() -> None:
        repeated(lambda: signing_in.purge_portal(runtime.app_engine))


def answer_requests(runtime: Runtime) -> None:
    """Have links sent to those who have asked for one."""
    for row in runtime.across_workspaces(queries.requests_due):
        if row.workspace_id is None:
            links.answer_nobody(runtime, row.request_id)
            continue
        with runtime.unit_of_work(runtime.own_origin(row.workspace_id)) as uow:
            links.answer(uow, row.request_id, row.id, runtime.settings.web_url, is_last=row.is_last)


def expire_invitations(runtime: Runtime) -> None:
    """Tell the log of invitations that nobody has accepted in time."""
    for workspace_id, access_id in runtime.across_workspaces(queries.lapsed_invitations):
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            inviting.expire(uow, access_id)
