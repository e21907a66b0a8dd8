"""Deleting clients and merging them: shown first, then done as it was shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from clientele_client.shapes import Client, Deletion, Plan, Preview
from clientele_client.transport import Transport, keyed


class Endings:
    """What ends a client's record, as the holder of a token may do it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def deletion_plan(self, client_id: str) -> Plan:
        """What a deletion would take along and what would stay, with its confirmation."""
        path = f"/v1/clients/{client_id}/deletion-plan"
        return cast(Plan, self._transport.send("GET", path).json())

    def delete(self, client_id: str, confirm: str, key: str | None = None) -> Deletion:
        """Begin a deletion by the `confirm` of its plan.

        Raises `Conflict` with the plan as it is now where something has changed since.
        """
        path, params = f"/v1/clients/{client_id}", {"confirm": confirm}
        answer = self._transport.send("DELETE", path, params=params, headers=keyed(key))
        return cast(Deletion, answer.json())

    def deletion(self, deletion_id: str) -> Deletion:
        """The receipt: what each service has erased, and when."""
        return cast(Deletion, self._transport.send("GET", f"/v1/deletions/{deletion_id}").json())

    def undo(self, deletion_id: str, key: str | None = None) -> Deletion:
        """Bring the client back, as long as the deletion is `pending`."""
        path = f"/v1/deletions/{deletion_id}/undo"
        return cast(Deletion, self._transport.send("POST", path, headers=keyed(key)).json())

    def merge_preview(
        self, client_id: str, into: str, choices: Mapping[str, str] | None = None
    ) -> Preview:
        """What merging this client into another would do; choices are `into` or `source`."""
        params = {"into": into, "choices": json.dumps(dict(choices or {}))}
        path = f"/v1/clients/{client_id}/merge-preview"
        return cast(Preview, self._transport.send("GET", path, params=params).json())

    def merge(
        self,
        client_id: str,
        into: str,
        choices: Mapping[str, str] | None = None,
        *,
        confirm: str | None = None,
        key: str | None = None,
    ) -> Client:
        """The client that stays, as it is then; with `confirm`, only what the preview showed."""
        body: dict[str, Any] = {"into": into, "choices": dict(choices or {}), "confirm": confirm}
        path = f"/v1/clients/{client_id}/merge"
        return cast(
            Client, self._transport.send("POST", path, body=body, headers=keyed(key)).json()
        )
