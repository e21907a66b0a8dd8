"""The six steps of a guided create: which part of a client each takes, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.clients.values.tax_ids import DOT, masked

STEPS = ("basic", "business", "rates", "contacts", "documents", "settings")

# What is typed wrong may be of any shape; this bounds it.
MAX_DEPTH = 16

Steps = Mapping[str, Mapping[str, Any]]

_BUSINESS = (
    "company_size",
    "annual_revenue",
    "tax_id",
    "primary_service_type",
    "current_systems",
    "technical_requirements",
    "compliance_requirements",
)
_SETTINGS = ("settings", "status", "tags", "custom_fields", "owner_id")

# A field of a client that is not named here belongs to the first step.
_STEP_OF = {
    "rates": "rates",
    "contacts": "contacts",
    **dict.fromkeys(_BUSINESS, "business"),
    **dict.fromkeys(_SETTINGS, "settings"),
}


def step_of(path: str) -> str:
    """The step that takes a field of a client: `rates[0].position` → `rates`."""
    return _STEP_OF.get(path.partition(".")[0].partition("[")[0], STEPS[0])


def is_too_deep(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Whether objects and lists stand in one another further than anything in a client does."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(is_too_deep(item, levels - 1) for item in inner)


def merged(typed: Any, sent: Any) -> Any:
    """What becomes of a value when a JSON Merge Patch (RFC 7396) is sent to it."""
    if not isinstance(sent, dict):
        return sent
    kept = dict(typed) if isinstance(typed, dict) else {}
    for key, value in sent.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept


def without_mask(typed: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent to a step, less a tax number that is no more than our own mask of it."""
    if "tax_id" in typed and sent.get("tax_id") == _hidden(typed["tax_id"]):
        return {key: value for key, value in sent.items() if key != "tax_id"}
    return dict(sent)


def shown(steps: Steps, *, see_tax_ids: bool) -> dict[str, dict[str, Any]]:
    """All steps as typed; a tax number is masked, in whichever step it stands."""
    return {step: shown_step(steps.get(step, {}), see_tax_ids=see_tax_ids) for step in STEPS}


def shown_step(typed: Mapping[str, Any], *, see_tax_ids: bool) -> dict[str, Any]:
    """One step as typed, the tax number masked likewise."""
    if see_tax_ids or "tax_id" not in typed:
        return dict(typed)
    return {**typed, "tax_id": _hidden(typed["tax_id"])}


def _hidden(value: Any) -> str:
    """Something that is not a text says too much about itself to be shown in part."""
    return masked(value) if isinstance(value, str) else DOT * 3
