"""What the buttons of a step do besides saving: add a row, take one away, fill in a code."""

from __future__ import annotations

from typing import Any

from web.shell.reading import whole

ACTION = "do"


def carried_out(action: str, values: dict[str, Any]) -> str | None:
    """Do to what was typed what the button says; the field to go to, None if it does not say so.

    `add:rates` and `remove:rates:2` change a list, `code:ACM` fills in a code.
    """
    kind, _, rest = action.partition(":")
    if kind == "code" and rest:
        values["client_code"] = rest
        return "client_code"
    name, _, number = rest.partition(":")
    if kind not in {"add", "remove"} or not isinstance(values.get(name), list):
        return None
    return _added(values[name], name) if kind == "add" else _removed(values[name], name, number)


def _added(rows: list[Any], name: str) -> str:
    rows.append({})
    return f"{name}[{len(rows) - 1}].{'position' if name == 'rates' else 'name'}"


def _removed(rows: list[Any], name: str, number: str) -> str:
    place = whole(number)
    if place is not None and place < len(rows):
        del rows[place]
    return f"add-{name}"
