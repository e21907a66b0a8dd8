"""What files are of: clients, or time. Each has addresses, words and a mapping of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from clientele_client.transfers import Transfers
from shared.security.permissions import CLIENTS_CREATE, PROJECTS_UPDATE
from web.imports import fields, mapping
from web.shell.callers import api
from web.shell.texts import noted

#: The name under which the pages are registered once more, for files of time.
OF_TIME: Final = "time_imports"


@dataclass(frozen=True, slots=True)
class Content:
    """`back` is the page that belongs to what is imported, `options` the template of how rows are
    taken."""

    title: str
    back: tuple[str, str]
    permission: str
    options: str
    transfers: Callable[[], Transfers]
    typed: Callable[[Sequence[str], Mapping[str, str]], mapping.Body]
    guessed: Callable[[Mapping[str, str]], mapping.Body]
    groups: Callable[[Sequence[str]], Iterator[fields.Group]]

    def of_job(self, job: Mapping[str, Any] | None) -> mapping.Body | None:
        """What a job was carried out with; None where there is no such job, or it does not say."""
        found = (job or {}).get("result") or {}
        return {**self.guessed({}), **self._known(found)} if "mapping" in found else None

    def _known(self, found: Mapping[str, Any]) -> mapping.Body:
        return {name: found[name] for name in self.guessed({}) if name in found}


def _of_clients(suggested: Sequence[str]) -> Iterator[fields.Group]:
    own = [(each["key"], each["label"]) for each in api().custom_fields() if not each["retired"]]
    return fields.groups(own, suggested)


CLIENTS: Final = Content(
    noted("Import clients"),
    (noted("Clients"), "clients.list_clients"),
    CLIENTS_CREATE,
    "imports/options.html",
    lambda: api().transfers,
    mapping.typed,
    mapping.guessed,
    _of_clients,
)
TIME: Final = Content(
    noted("Import time"),
    (noted("Time"), "time.show_week"),
    PROJECTS_UPDATE,
    "imports/time_options.html",
    lambda: api().work.transfers,
    mapping.typed_of_time,
    mapping.guessed_of_time,
    lambda _: fields.groups_of_time(),
)


def current() -> Content:
    """What the page of this request is about."""
    return TIME if request.blueprint == OF_TIME else CLIENTS
