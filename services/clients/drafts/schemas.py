"""Drafts: what is taken as it was typed, how it reads as a client, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from marshmallow import Schema, fields, validate

from services.clients.drafts.errors import DraftTooLarge
from services.clients.drafts.models import Draft
from services.clients.drafts.rules import MAX_DEPTH, STEPS, Steps, is_too_deep, shown, step_of
from services.clients.gateway.schemas import UnavailableView
from services.clients.records.operations.creating import check_new_client
from services.clients.records.operations.stored_values import Defaults
from services.clients.records.schemas.bodies import ClientBody
from services.clients.records.schemas.views import WarningView
from shared.clock import rfc3339
from shared.errors import FieldError, Invalid
from shared.http.fields import Errors, flag
from shared.http.reading import ReadingSchema
from shared.http.schemas import MAX_ERRORS, StrictSchema, page_of
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

# What is said with a client and is no part of it.
_NOT_OF_A_STEP = frozenset({"allow_duplicate"})


class _AsTyped(ReadingSchema):
    """Taken whatever stands in it; what is wrong with it is for the answer to say."""

    def load(self, data: Any, **_: Any) -> Any:
        """The object itself; raises `Invalid` for anything else, and `DraftTooLarge`."""
        if not isinstance(data, dict):
            raise Invalid.at("", "wrong_type", "Must be an object.")
        if is_too_deep(data):
            raise DraftTooLarge(f"Objects and lists may stand {MAX_DEPTH} deep in one another.")
        return data


def _body_of(step: str) -> _AsTyped:
    """A step's part of the client body. None of it is required until the draft is submitted."""
    known = [name for name in ClientBody().fields if name not in _NOT_OF_A_STEP]
    names = [name for name in known if step_of(name) == step]
    meta = type("Meta", (StrictSchema.Meta,), {"fields": names})
    described = {"__doc__": f"The part of a client that the step takes: {', '.join(names)}."}
    made = type(
        f"Client{step.capitalize()}Step", (_AsTyped, ClientBody), {"Meta": meta, **described}
    )
    return cast(_AsTyped, made(partial=True))


class ClientDocumentsStep(_AsTyped):
    """Nothing: documents are uploaded to the draft by themselves."""

    def load(self, data: Any, **_: Any) -> Any:
        """As typed; the documents that the draft shows may come back, and mean nothing."""
        return {key: value for key, value in super().load(data).items() if key != "documents"}


#: What each step takes.
STEP_BODIES: dict[str, _AsTyped] = {
    step: ClientDocumentsStep() if step == "documents" else _body_of(step) for step in STEPS
}


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """All steps read as one client: values that are right, and what is wrong in each step."""

    values: dict[str, Any]
    findings: Findings
    errors: dict[str, Errors]

    def note_found(self) -> None:
        """Sort what was found since into the steps it belongs to."""
        known = sum(len(found) for found in self.errors.values())
        for error in self.findings.errors[known:]:
            self.errors[step_of(error.field)].append(error)


def read_steps(steps: Steps) -> CheckedDraft:
    """What was typed, read by the rules of a create; a step that was never saved is empty."""
    values: dict[str, Any] = {}
    errors: dict[str, Errors] = {}
    for step, schema in STEP_BODIES.items():
        found: Errors = []
        values |= schema.read(steps.get(step, {}), "", found)
        errors[step] = found[:MAX_ERRORS]
    return CheckedDraft(values, Findings([*chain(*errors.values())]), errors)


def check_draft(uow: UnitOfWork, draft: Draft, defaults: Defaults | None = None) -> CheckedDraft:
    """What was typed, held against every rule of a create that can be known beforehand."""
    typed = read_steps(draft.steps)
    check_new_client(uow, typed.values, typed.findings, defaults)
    typed.note_found()
    return typed


def present_draft(
    draft: Draft, typed: CheckedDraft, steps: Iterable[str], *, see_tax_ids: bool
) -> dict[str, Any]:
    """A draft as answered; `errors` are those of the steps in `steps` that were saved."""
    saved = [step for step in STEPS if step in draft.steps]
    warnings = [warning for warning in typed.findings.warnings if step_of(warning.field) in saved]
    answer = {
        "id": str(draft.id),
        "version": draft.version,
        "steps": shown(draft.steps, see_tax_ids=see_tax_ids),
        "complete": [step for step in saved if not typed.errors[step]],
        "errors": _listed(chain(*(typed.errors[step] for step in saved if step in steps))),
        **_times(draft),
    }
    return {**answer, "warnings": _listed(warnings)} if warnings else answer


def present_draft_summary(draft: Draft, typed: CheckedDraft) -> dict[str, Any]:
    """A draft in a list: how it will be called, and how far it is."""
    return {
        "id": str(draft.id),
        "version": draft.version,
        "company_name": typed.values.get("company_name"),
        "complete": [step for step in STEPS if step in draft.steps and not typed.errors[step]],
        **_times(draft),
    }


def _listed(findings: Iterable[FieldError]) -> list[Mapping[str, str]]:
    return [one.as_dict() for one in findings]


def _times(draft: Draft) -> dict[str, Any]:
    return {
        "created_by": draft.row.created_by,
        "created_at": rfc3339(draft.row.created_at),
        "updated_at": rfc3339(draft.row.updated_at),
        "expires_at": rfc3339(draft.expires_at),
    }


class NewDraftBody(StrictSchema):
    """A draft begins empty."""


class SubmitBody(StrictSchema):
    """`POST …/submit`: what is said with a client and is no part of it."""

    allow_duplicate = flag(description="Make the client although there is one much like it.")


class _DraftFields(Schema):
    id = fields.UUID()
    version = fields.Integer()
    complete = fields.List(fields.String(validate=validate.OneOf(STEPS)))
    created_by = fields.Dict(metadata={"description": "Who began it."})
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    expires_at = fields.DateTime(metadata={"description": "When it goes, unless it is saved."})


class DraftSummaryView(_DraftFields):
    """A draft in a list."""

    company_name = fields.String(allow_none=True)


class StepsView(Schema):
    """What was typed, step by step; a tax number is masked for those who may not see it."""

    basic = fields.Dict()
    business = fields.Dict()
    rates = fields.Dict()
    contacts = fields.Dict()
    documents = fields.Dict()
    settings = fields.Dict()


class DraftView(_DraftFields):
    """A draft. `complete` names the saved steps without errors."""

    steps = fields.Nested(StepsView)
    errors = fields.List(fields.Nested(WarningView))
    warnings = fields.List(fields.Nested(WarningView))


DraftPageView = page_of(DraftSummaryView, "DraftPageView")


class DraftWithDocumentsView(DraftView):
    """A draft; in the step `documents`, those uploaded to it (the first 200), null while the
    documents service does not answer."""

    unavailable = fields.List(fields.Nested(UnavailableView))
