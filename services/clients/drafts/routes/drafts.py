"""The guided create: a draft with its six steps, and the client that is made of it.

Reading one draft is beside its documents, which are shown with it.
"""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.drafts import operations as records_drafts
from services.clients.drafts import schemas
from services.clients.drafts.models import Draft
from services.clients.drafts.operations import (
    create_draft,
    discard_draft,
    lock_draft,
    note_draft_shown,
    save_step,
)
from services.clients.drafts.queries import list_drafts
from services.clients.drafts.rules import STEPS
from services.clients.records.operations.reading_tax_ids import DRAFTS, note_shown
from services.clients.records.operations.stored_values import Defaults
from services.clients.records.schemas.views import ClientView, present
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.http.schemas import PageQuery
from shared.security.permissions import CLIENTS_CREATE, CLIENTS_VIEW, CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "client-drafts",
    __name__,
    url_prefix="/v1/client-drafts",
    description="The guided create in six steps",
)


@blueprint.route("", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(schemas.NewDraftBody)
@blueprint.response(201, schemas.DraftView)
def post_draft(uow: UnitOfWork, _body: dict[str, Any]) -> Answer:
    """Begin a draft."""
    draft = create_draft(uow)
    return _answer(uow, draft, STEPS, 201, f"/v1/client-drafts/{draft.id}")


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_CREATE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.DraftPageView)
def get_drafts(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's drafts, the last saved first."""
    found = list_drafts(uow, query.get("cursor"), query["limit"])
    defaults = Defaults(uow)

    def show(draft: Draft) -> dict[str, Any]:
        return schemas.present_draft_summary(draft, schemas.check_draft(uow, draft, defaults))

    return Answer(found.as_dict(show))


@blueprint.route("/<uuid:draft_id>", methods=["DELETE"])
@writes(CLIENTS_CREATE)
@blueprint.response(204)
def delete_draft(uow: UnitOfWork, draft_id: uuid.UUID) -> Answer:
    """Throw a draft away, and its documents with it."""
    discard_draft(uow, lock_draft(uow, draft_id, if_match()))
    return Answer(None, 204)


@blueprint.route("/<uuid:draft_id>/submit", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(schemas.SubmitBody)
@blueprint.response(201, ClientView)
def submit_draft(uow: UnitOfWork, body: dict[str, Any], draft_id: uuid.UUID) -> Answer:
    """Make the client; what is wrong in any of the steps is told at once."""
    draft = lock_draft(uow, draft_id, if_match())
    typed = schemas.read_steps(draft.steps)
    allowed = current_identity().permissions
    values = {**typed.values, **body}
    record = records_drafts.submit_draft(
        uow,
        draft,
        values,
        typed.findings,
        names_duplicates=CLIENTS_VIEW in allowed,
        sees_tax_ids=CLIENTS_VIEW_TAX_ID in allowed,
    )
    shown = present(record, uow.vault, allowed, typed.findings.warnings)
    note_shown(uow, allowed, DRAFTS, [shown])
    return Answer(shown, 201, etag=record.version, location=f"/v1/clients/{record.id}")


def _serve_step(step: str) -> None:
    """One route a step, as each has a body of its own."""

    @blueprint.route(
        f"/<uuid:draft_id>/steps/{step}", methods=["PATCH"], endpoint=f"patch_{step}_step"
    )
    @writes(CLIENTS_CREATE)
    @blueprint.arguments(schemas.STEP_BODIES[step])
    @blueprint.response(200, schemas.DraftView)
    @blueprint.doc(operationId=f"patch_{step}_step", summary=f"Save the step {step}")
    def patch_step(uow: UnitOfWork, sent: dict[str, Any], draft_id: uuid.UUID) -> Answer:
        """Merge a patch into what was typed. It is kept, right or wrong: `errors` tells what
        would keep this step from being submitted."""
        draft = lock_draft(uow, draft_id, if_match(), {step: sent})
        answer = _answer(uow, save_step(uow, draft, step, sent), (step,))
        if "tax_id" not in sent:
            note_draft_shown(uow, current_identity().permissions, answer.body)
        return answer


for _step in STEPS:
    _serve_step(_step)


def _answer(
    uow: UnitOfWork,
    draft: Draft,
    steps: tuple[str, ...],
    status: int = 200,
    location: str | None = None,
) -> Answer:
    see_tax_ids = CLIENTS_VIEW_TAX_ID in current_identity().permissions
    shown = schemas.present_draft(
        draft, schemas.check_draft(uow, draft), steps, see_tax_ids=see_tax_ids
    )
    return Answer(shown, status, etag=draft.version, location=location)
