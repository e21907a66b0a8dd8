"""What can be done to many clients at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from web.shell.texts import noted


@dataclass(frozen=True, slots=True)
class Action:
    """A change of many clients: its name in the API, its question, and what is to be chosen.

    `choices_of` is `status`, `owners` or a list of the workspace; empty where a text is asked
    for, or, when `is_final`, nothing but the plan's confirmation.
    """

    name: str
    one: str
    many: str
    button: str
    choices_of: str = ""
    is_final: bool = False


ACTIONS: Final = {
    "set_status": Action(
        "set_status",
        noted("Set the status of %(num)s client"),
        noted("Set the status of %(num)s clients"),
        noted("Set status"),
        "status",
    ),
    "set_industry": Action(
        "set_industry",
        noted("Set the industry of %(num)s client"),
        noted("Set the industry of %(num)s clients"),
        noted("Set industry"),
        "industries",
    ),
    "add_tags": Action(
        "add_tags",
        noted("Tag %(num)s client"),
        noted("Tag %(num)s clients"),
        noted("Add tags"),
    ),
    "remove_tags": Action(
        "remove_tags",
        noted("Take tags from %(num)s client"),
        noted("Take tags from %(num)s clients"),
        noted("Take tags away"),
    ),
    "set_owner": Action(
        "set_owner",
        noted("Set the owner of %(num)s client"),
        noted("Set the owner of %(num)s clients"),
        noted("Set owner"),
        "owners",
    ),
    "delete": Action(
        "delete",
        noted("Delete %(num)s client"),
        noted("Delete %(num)s clients"),
        noted("Delete for good"),
        is_final=True,
    ),
}


_OF_TAGS: Final = frozenset({"add_tags", "remove_tags"})


def body(action: Action, form: MultiDict[str, str]) -> dict[str, Any]:
    """The request that begins it."""
    found: dict[str, Any] = {"action": action.name, "ids": form.getlist("id")}
    if reason := form.get("reason", "").strip():
        found["reason"] = reason
    if action.is_final:
        return {**found, "confirm": form.get("confirm")}
    value = form.get("value", "").strip()
    tags = [word.strip() for word in value.split(",") if word.strip()]
    return {**found, "value": tags if action.name in _OF_TAGS else value or None}
