"""What access does by itself: it has links sent, tells of refusals, deletes what has expired."""

from __future__ import annotations

import uuid

from celery import Celery

from services.clients.access import queries
from services.clients.access.operations import resets, signing_in
from shared.housekeeping import each_by_itself, in_each_workspace, repeated
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.purge_access")
    def purge() -> None:
        purge_access(runtime)

    @job(app, "clients.answer_resets")
    def answer() -> None:
        answer_resets(runtime)

    @job(app, "clients.tell_refusals")
    def tell() -> None:
        tell_refusals(runtime)


def purge_access(runtime: Runtime) -> int:
    """Delete the expired sessions and turns of all workspaces; returns how many rows went."""
    return repeated(lambda: signing_in.purge_access(runtime.app_engine))


def answer_resets(runtime: Runtime) -> None:
    """Have links sent to those who have asked for a new password."""
    requests = runtime.across_workspaces(queries.reset_requests)
    each_by_itself(requests, lambda request: _answer(runtime, *request))


def _answer(
    runtime: Runtime, request_id: uuid.UUID, workspace_id: uuid.UUID | None, user_id: uuid.UUID
) -> int:
    if workspace_id is None:
        resets.answer_nobody(runtime, request_id)
        return 1
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        resets.answer(uow, request_id, user_id, runtime.settings.web_url)
    return 1


def tell_refusals(runtime: Runtime) -> None:
    """Tell the log of the refusals of all workspaces."""
    workspaces = runtime.across_workspaces(queries.workspaces_with_refusals)
    in_each_workspace(runtime, workspaces, signing_in.tell_refusals)
