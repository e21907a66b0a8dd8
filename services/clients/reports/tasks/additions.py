"""What a report tells that other services know: documents that are shared, and milestones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice, takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from services.clients.access.queries import get_workspace
from services.clients.printing.models import Paper
from services.clients.reports import rules
from services.clients.reports.errors import NotKnownYet
from services.clients.reports.rules import Quarter
from services.clients.values import formats
from shared.http.service_client import service_client
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_VIEW, DOCUMENTS_VIEW, PROJECTS_VIEW

_MOST: Final = 30
_MILESTONES: Final = (".project.created.v1", ".project.status_changed.v1")
_READER: Final = frozenset({CLIENTS_VIEW, DOCUMENTS_VIEW, PROJECTS_VIEW})


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose report it is, of which time; papers are told of apart, so they are not seen."""

    runtime: Runtime
    origin: Origin
    client: str
    zone: ZoneInfo
    first: datetime
    end: datetime

    def pages(self, service: str, part: str, **params: str) -> Iterator[Mapping[str, Any]]:
        """What a service lists of the client. Raises `Unavailable`."""
        identity = Identity(self.origin.workspace_id, self.origin.actor, _READER)
        path = f"{self.client}/{part}"
        cursor: dict[str, str] = {}
        while True:
            answer = service_client(self.runtime, service).request(
                "GET", path, identity, params={"limit": "200", **params, **cursor}
            )
            if answer.status_code != 200:
                raise NotKnownYet(f"The {service} service answered {answer.status_code}.")
            page = orjson.loads(answer.content)
            yield from page["data"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def moment(self, found: str) -> datetime:
        """A moment of the API on the clocks of the workspace."""
        return datetime.fromisoformat(found).astimezone(self.zone)


def tell_more(runtime: Runtime, origin: Origin, paper: Paper) -> dict[str, Any]:
    """Documents of the quarter that the client may see, and what became of projects; thirty of
    each at most. Raises `Unavailable`."""
    quarter = rules.quarter_named(paper.subject.rpartition("/")[2])
    assert quarter is not None, paper.subject
    asked = _asked(runtime, origin, paper, quarter)
    return {
        "documents": [*islice(_documents(asked), _MOST)],
        "milestones": [*islice(_milestones(asked), _MOST)],
    }


def _asked(runtime: Runtime, origin: Origin, paper: Paper, quarter: Quarter) -> _Asked:
    with runtime.unit_of_work(origin) as uow:
        zone = ZoneInfo(get_workspace(uow).time_zone)
    first, end = (
        datetime.combine(day, time(), zone) for day in (quarter.first, quarter.following.first)
    )
    return _Asked(runtime, origin, f"/v1/clients/{paper.client_id}", zone, first, end)


def _documents(asked: _Asked) -> Iterator[dict[str, str]]:
    listed = asked.pages("documents", "documents", status="available")
    newest = takewhile(lambda each: asked.moment(each["created_at"]) >= asked.first, listed)
    for each in newest:
        added = asked.moment(each["created_at"])
        if each["portal_visible"] and added < asked.end:
            yield {
                "day": formats.short_day(added.date()),
                "name": each["title"] or each["file_name"],
                "category": each["category"].replace("_", " "),
            }


def _milestones(asked: _Asked) -> Iterator[dict[str, str]]:
    between = {"from": asked.first.isoformat(), "to": asked.end.isoformat()}
    for each in asked.pages("activity", "activity", kind="project", order="oldest", **between):
        if each["type"].endswith(_MILESTONES):
            day = asked.moment(each["occurred_at"]).date()
            yield {"day": formats.short_day(day), "what": each["summary"]}
