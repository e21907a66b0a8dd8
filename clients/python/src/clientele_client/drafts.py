"""Clients that are being put together, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from clientele_client.files import Files
from clientele_client.shapes import Client, Draft, DraftSummary, DraftWithDocuments
from clientele_client.transport import Transport, keyed, matching

_DRAFTS = "/v1/client-drafts"


class Drafts:
    """The drafts of a workspace, as the holder of a token may use them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def begin(self, key: str | None = None) -> Draft:
        """An empty draft; the same `key` begins it once."""
        answer = self._transport.send("POST", _DRAFTS, body={}, headers=keyed(key))
        return cast(Draft, answer.json())

    def page(self, **filters: Any) -> tuple[list[DraftSummary], str | None]:
        """Those that are half done, the last saved first, and the cursor of the next page."""
        found = self._transport.send("GET", _DRAFTS, params=filters).json()
        return found["data"], found["next"]

    def one(self, draft_id: str) -> DraftWithDocuments:
        """What was typed, and what is wrong in the steps that were saved.

        Raises `Conflict` with `client_id` once a client was made of it.
        """
        path = f"{_DRAFTS}/{draft_id}"
        return cast(DraftWithDocuments, self._transport.send("GET", path).json())

    def save(
        self,
        draft_id: str,
        step: str,
        typed: Mapping[str, Any],
        version: int | None = None,
        key: str | None = None,
    ) -> Draft:
        """Merge into a step what was typed, right or wrong; `errors` are those of this step.

        With a `version`, `StaleVersion` where the draft was saved since.
        """
        headers = keyed(key) | matching(version)
        path = f"{_DRAFTS}/{draft_id}/steps/{step}"
        return cast(Draft, self._transport.send("PATCH", path, body=typed, headers=headers).json())

    def submit(
        self, draft_id: str, *, allow_duplicate: bool = False, key: str | None = None
    ) -> Client:
        """Make the client; `Invalid` with the errors of all steps, `Conflict` with candidates."""
        path, body = f"{_DRAFTS}/{draft_id}/submit", {"allow_duplicate": allow_duplicate}
        return cast(
            Client, self._transport.send("POST", path, body=body, headers=keyed(key)).json()
        )

    def discard(self, draft_id: str) -> None:
        """Throw a draft away, and its documents with it."""
        self._transport.send("DELETE", f"{_DRAFTS}/{draft_id}")

    def files(self, draft_id: str) -> Files:
        """The documents of a draft; they become the client's."""
        return Files(self._transport, f"{_DRAFTS}/{draft_id}/documents")
