"""What the parts of the API have in common: how they are asked and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clientele_client.pages import Page
from clientele_client.transport import Params, Transport


class Calls:
    """A part of the API, called through one transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _json(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> Any:
        return self._transport.send(method, path, params=params, body=body, headers=headers).json()

    def _page(self, path: str, params: Params) -> Page[Any]:
        found = self._json("GET", path, params=params)
        return Page(found["data"], found["next"])
