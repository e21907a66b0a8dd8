"""Projects over all clients, the time worked on them, and files of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from clientele_client.calls import Calls
from clientele_client.shapes import AllProjectsPage, Project, TimeEntry, TimeEntryPage, Week
from clientele_client.transfers import Transfers
from clientele_client.transport import Transport, keyed, matching

_ENTRIES = "/v1/time-entries"
_PAGE = 200


class Work(Calls):
    """The projects and the time of a workspace, as the holder of a token may use them.

    A `version` is that of what was read: `StaleVersion` where it is another now. The same `key`
    carries a call out once.
    """

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        #: Time from files, as `Clientele.transfers` has it for clients.
        self.transfers = Transfers(transport, f"{_ENTRIES}/import")

    # --- projects --------------------------------------------------------------------------

    def project_page(self, **filters: Any) -> AllProjectsPage:
        """A page of the projects of all clients, newest first; `status`, `client_id`, `open`."""
        return cast(AllProjectsPage, self._json("GET", "/v1/projects", params=filters))

    def create_project(
        self, client_id: str, body: Mapping[str, Any], key: str | None = None
    ) -> Project:
        """A new project of a client: `name`, `status`, and a budget where it has one."""
        path = f"/v1/clients/{client_id}/projects"
        return cast(Project, self._json("POST", path, body=body, headers=keyed(key)))

    def update_project(
        self, project_id: str, changes: Mapping[str, Any], version: int, key: str | None = None
    ) -> Project:
        """The project with these fields changed."""
        headers = {**matching(version), **keyed(key)}
        path = f"/v1/projects/{project_id}"
        return cast(Project, self._json("PATCH", path, body=changes, headers=headers))

    # --- time ------------------------------------------------------------------------------

    def entry_page(self, **filters: Any) -> TimeEntryPage:
        """A page of entries, the latest day first.

        By `client_id`, `project_id`, `person`, `week`, `from`, `to`, `billed`.
        """
        return cast(TimeEntryPage, self._json("GET", _ENTRIES, params=filters))

    def entries(self, **filters: Any) -> Iterator[TimeEntry]:
        """Every entry that fits, as `entry_page` has the filters."""
        params: dict[str, Any] = {"limit": _PAGE, **filters}
        while True:
            page = self.entry_page(**params)
            yield from page["data"]
            if page["next"] is None:
                return
            params["cursor"] = page["next"]

    def week(self, week: str, person: str) -> Week:
        """One person's week, such as `2026-W48`: every entry, and what they come to."""
        path = f"{_ENTRIES}/weeks/{week}"
        return cast(Week, self._json("GET", path, params={"person": person}))

    def write_week(
        self,
        week: str,
        person: str,
        entries: list[dict[str, Any]],
        version: int,
        key: str | None = None,
    ) -> Week:
        """Make these the person's whole week; what is left out is taken back, unless billed."""
        return cast(
            Week,
            self._json(
                "PUT",
                f"{_ENTRIES}/weeks/{week}",
                params={"person": person},
                body={"entries": entries},
                headers={**matching(version), **keyed(key)},
            ),
        )
