"""The projects that a row of hours can be of: those that take time, or so many as can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from web.shell.callers import api, together

_MOST_OFFERED: Final = 200
_MOST_CLIENTS: Final = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """Projects by id, in the order of their clients' names; `is_whole` where there are no others.

    `typed` is what the others were looked for by.
    """

    projects: dict[str, Any]
    is_whole: bool
    typed: str = ""


def choice(there: Iterable[str], typed: str = "") -> Choice:
    """What can be chosen, with the projects that are `there` already; where there are too many
    for a list, those of the clients that are named by what was `typed`, or whose project is."""
    page = api().work.project_page(open="true", limit=_MOST_OFFERED)
    is_whole = page["next"] is None
    offered = page["data"] if is_whole or not typed else list(_named(typed))
    found: dict[str, Any] = {each["id"]: each for each in offered}
    for project_id in {*there} - found.keys():
        found[project_id] = _project(project_id)
    order = sorted(found.items(), key=lambda it: (it[1]["client_name"] or "", it[1]["name"]))
    return Choice(dict(order), is_whole, typed)


def _named(typed: str) -> Iterator[Any]:
    caller = api()
    hits = caller.search(typed, kinds="client,project", limit=_MOST_CLIENTS)["data"]
    clients = list(dict.fromkeys(hit["client_id"] for hit in hits))[:_MOST_CLIENTS]
    ask = partial(caller.work.project_page, open="true", limit=_MOST_OFFERED)
    for page in together(*(partial(ask, client_id=client_id) for client_id in clients)):
        yield from page["data"]


def _project(project_id: str) -> Any:
    project = api().project(project_id)
    client = api().client(project["client_id"], fields="company_name")
    return {**project, "client_name": client["company_name"]}
