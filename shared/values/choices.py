"""What may be chosen: from fixed lists, and yes or no."""

from __future__ import annotations

from typing import Any

from shared.values.findings import Check, Wrong


def one_of(choices: tuple[str, ...], *, required: bool = False) -> Check:
    """One of the choices as it is spelt here; an empty text is None unless required."""

    def check(value: Any) -> str | None:
        if value == "" and not required:
            return None
        if value not in choices:
            raise Wrong("not_a_choice", "Must be one of: " + ", ".join(choices) + ".")
        return str(value)

    return check


def some_of(choices: tuple[str, ...]) -> Check:
    """A list of choices, each once, in their own order."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise Wrong("wrong_type", "Must be a list.")
        if any(item not in choices for item in value):
            raise Wrong("not_a_choice", "May hold only: " + ", ".join(choices) + ".")
        return [choice for choice in choices if choice in value]

    return check


def flag(value: Any) -> bool:
    """True or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise Wrong("wrong_type", "Must be true or false.")
    return value
