"""Jobs of documents: checks that take longer, and everything that was left half done.

A message only wakes them; what there is to do, and whose it is, stands in the database. Each
run works for a few seconds and leaves the rest to the next.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import TypeVar
from uuid import UUID

from celery import Celery

from services.documents.files import queries
from services.documents.files.errors import UploadIncomplete
from services.documents.files.operations import checking
from services.documents.files.operations.checking import Claim
from services.documents.files.operations.deletion import Removal
from services.documents.files.operations.removals import Removals
from services.documents.files.operations.uploads import Begin, Uploads
from services.documents.files.rules import keys
from shared.clock import now
from shared.errors import NotFound, Unavailable
from shared.housekeeping import RUN_SECONDS, each_by_itself
from shared.logging import get_logger
from shared.runtime import Runtime
from shared.worker import job

SWEEP_SECONDS = 30

T = TypeVar("T")

_log = get_logger(__name__)


def register_tasks(app: Celery, runtime: Runtime, uploads: Callable[[], Uploads]) -> None:
    """Register the jobs; `uploads` gives the store of the process that asks."""

    @job(app, "documents.check_documents")
    def check() -> None:
        check_documents(runtime, uploads())

    @job(app, "documents.erase_clients")
    def erase() -> None:
        erase_clients(runtime, uploads())

    @job(app, "documents.sweep_documents")
    def sweep() -> None:
        sweep_documents(runtime, uploads(), int(now().timestamp()) // SWEEP_SECONDS)


def check_documents(runtime: Runtime, uploads: Uploads) -> int:
    """Carry out the checks that are due, interrupted ones too; returns how many it began."""
    deadline = time.monotonic() + RUN_SECONDS
    workspaces = runtime.across_workspaces(queries.workspaces_with_work)
    return each_by_itself(workspaces, partial(_check_due, runtime, uploads, deadline), deadline)


def erase_clients(runtime: Runtime, uploads: Uploads) -> int:
    """Carry on with the erasure of deleted clients; returns how many steps were taken.

    With the store away it waits, and is not reported as done.
    """
    deadline = time.monotonic() + RUN_SECONDS
    workspaces = runtime.across_workspaces(queries.workspaces_with_erasures)
    erase = partial(_erase, runtime, Removals(uploads.store), deadline)
    try:
        return each_by_itself(workspaces, erase, deadline)
    except Unavailable as error:
        _log.warning("erasure put off", reason=error.code)
        return 0


def sweep_documents(runtime: Runtime, uploads: Uploads, round_number: int) -> None:
    """Give up abandoned uploads, finish removals, and walk one share of the bucket."""
    removals = Removals(uploads.store)
    deadline = time.monotonic() + RUN_SECONDS
    try:
        uploads.store.check()
        workspaces = runtime.across_workspaces(queries.workspaces_with_work)
        each_by_itself(workspaces, partial(_sweep, runtime, removals, deadline), deadline)
        gone = removals.sweep_share(_known_keys(runtime), round_number % keys.SHARES)
    except Unavailable as error:
        _log.warning("sweep put off", reason=error.code)
        return
    if gone:
        _log.info("orphans removed", count=gone)


def _check_due(runtime: Runtime, uploads: Uploads, deadline: float, workspace_id: UUID) -> int:
    begun = 0
    for claim in _until(deadline, _claims(_begin(runtime, workspace_id))):
        _check(partial(runtime.unit_of_work, claim.origin), uploads, claim)
        begun += 1
    return begun


def _erase(runtime: Runtime, removals: Removals, deadline: float, workspace_id: UUID) -> int:
    begin = _begin(runtime, workspace_id)
    _remove_due(runtime, removals, begin, deadline)
    steps = removals.finish_erasures(begin)
    removals.close_links(begin)
    return steps


def _sweep(runtime: Runtime, removals: Removals, deadline: float, workspace_id: UUID) -> int:
    begin = _begin(runtime, workspace_id)
    return removals.abandon_expired(begin) + _remove_due(runtime, removals, begin, deadline)


def _remove_due(runtime: Runtime, removals: Removals, begin: Begin, deadline: float) -> int:
    """How many documents went; one that fails holds up none of the others."""

    def remove(removal: Removal) -> bool:
        return removals.carry_out_or_postpone(
            partial(runtime.unit_of_work, removal.origin), removal
        )

    return each_by_itself(removals.due(begin), remove, deadline)


def _check(begin: Begin, uploads: Uploads, claim: Claim) -> None:
    try:
        document = uploads.check_claimed(begin, claim)
        _log.info("document checked", document=str(document.id), status=document.status)
    except UploadIncomplete as error:
        _log.info("upload incomplete", document=str(claim.document_id), reason=error.code)
    except NotFound:
        _log.info("document gone while checked", document=str(claim.document_id))
    except Unavailable as error:
        _log.warning("check put off", document=str(claim.document_id), reason=error.code)
        with contextlib.suppress(NotFound), begin() as uow:
            checking.postpone_check(uow, claim)


def _claims(begin: Begin) -> Iterator[Claim]:
    """The workspace's due checks, claimed one by one as they are asked for."""
    while True:
        with begin() as uow:
            document = queries.next_due_check(uow.session)
            claim = checking.claim_check(uow, document) if document is not None else None
        if claim is None:
            return
        yield claim


def _until(deadline: float, items: Iterable[T]) -> Iterator[T]:
    """The items as long as there is time: none is taken that would not be worked on."""
    remaining = iter(items)
    with contextlib.suppress(StopIteration):
        while time.monotonic() < deadline:
            yield next(remaining)


def _begin(runtime: Runtime, workspace_id: UUID) -> Begin:
    return partial(runtime.unit_of_work, runtime.own_origin(workspace_id))


def _known_keys(runtime: Runtime) -> Callable[[Collection[str]], set[str]]:
    return lambda found: runtime.across_workspaces(
        lambda session: queries.known_keys(session, found)
    )
