"""A form as it is shown: what its fields hold, what is wrong, and where one can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clientele_client.errors import Conflict, FieldError, Invalid, StaleVersion
from web.shell.texts import gettext


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer: its field, what the field is called, and what is wrong with it."""

    field: str
    label: str
    message: str


@dataclass(slots=True)
class Sheet:
    """What stands in a form; `focus` is the field to go to, where a button has added a row.

    `why` is the code of the error for which it was refused.
    """

    values: Mapping[str, Any]
    version: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    focus: str = ""
    is_stale: bool = False
    why: str = ""

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong by field, the first of each."""
        return {each.field: each.message for each in reversed(self.wrong)}

    @property
    def code(self) -> int:
        """The status of the page that shows it."""
        return 412 if self.is_stale else 422 if self.wrong else 200


Label = Callable[[str], str]


def refused(
    values: Mapping[str, Any],
    error: Conflict | Invalid | StaleVersion,
    label: Label,
    version: int,
) -> Sheet:
    """The form with what was typed, and why it was refused: at its fields, or above them."""
    if isinstance(error, StaleVersion):
        message = gettext(
            "Someone else has changed it since you opened it. What you typed is still here: "
            "look at it once more, then send it again."
        )
        return Sheet(values, version, [Wrong("", "", message)], is_stale=True, why=error.code)
    wrong = [*_at_fields(error.errors, label)] or [_above(error)]
    return Sheet(values, version, wrong, why=error.code)


def _at_fields(errors: Iterable[FieldError], label: Label) -> Iterable[Wrong]:
    return (Wrong(each.field, label(each.field), each.message) for each in errors)


def _above(error: Conflict | Invalid) -> Wrong:
    detail = str(error.problem.get("detail") or "")
    return Wrong("", "", f"{error.title}. {detail}" if detail else f"{error.title}.")
