"""What can be done to many clients at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from werkzeug.datastructures import MultiDict

from web.clients import filters
from web.clients.filters import Filters
from web.shell.texts import noted


@dataclass(frozen=True, slots=True)
class Action:
    """A change of many clients: its name in the API, its question, and what is to be chosen.

    `choices_of` is `status`, `owners` or a list of the workspace; empty where a text is asked
    for, or nothing: when it `is_final` the plan is confirmed, and an action that needs no more
    says what it is `about`.
    """

    name: str
    one: str
    many: str
    button: str
    choices_of: str = ""
    about: str = ""
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
    "give_code": Action(
        "give_code",
        noted("Give a code to %(num)s client"),
        noted("Give codes to %(num)s clients"),
        noted("Give codes"),
        about=noted(
            "Each one without a code gets three letters that suit its name and are free. "
            "The others keep theirs."
        ),
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


@dataclass(frozen=True, slots=True)
class Selection:
    """Which clients: those that are ticked, or all that the list's `filters` leave."""

    ids: list[str]
    filters: Filters | None

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        """As a form says it; *all* goes before what is ticked."""
        return cls([], filters.read(form)) if "all" in form else cls(form.getlist("id"), None)

    @property
    def count(self) -> int:
        """How many clients that is now."""
        return len(self.ids) if self.filters is None else filters.count(self.filters)

    def as_body(self) -> dict[str, Any]:
        """As the API takes it."""
        found = self.filters
        return {"ids": self.ids} if found is None else {"filter": filters.resolved(found)}


def body(action: Action, form: MultiDict[str, str]) -> dict[str, Any]:
    """The request that begins it."""
    found: dict[str, Any] = {"action": action.name, **Selection.read(form).as_body()}
    if reason := form.get("reason", "").strip():
        found["reason"] = reason
    if action.is_final:
        return {**found, "confirm": form.get("confirm")}
    if action.about:
        return found
    value = form.get("value", "").strip()
    tags = [word.strip() for word in value.split(",") if word.strip()]
    return {**found, "value": tags if action.name in _OF_TAGS else value or None}
