"""The way of a file from a form to the store, where this process may know it under another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx
from flask import Flask, current_app

from clientele_client.errors import Unreachable
from web.settings import WebSettings

#: What passes through here at most; how large a document may be is the API's to say.
MOST_BYTES: Final = 600 * 1024 * 1024
_EXTENSION = "clientele.web.store"
_TIMEOUT = httpx.Timeout(30.0, write=60.0)


class Store:
    """The object store: `endpoint` as this process reaches it, `public` as links name it."""

    def __init__(self, endpoint: str, public: str | None) -> None:
        self._inside = urlsplit(endpoint)
        self._outside = urlsplit(public or endpoint)
        self._http = httpx.Client(timeout=_TIMEOUT)

    def put(self, url: str, content: Iterable[bytes], headers: Mapping[str, str]) -> str:
        """Put bytes to a link, read piece by piece; the store's ETag. Raises `Unreachable`.

        The link's signature covers the host it names, so that is said in any case.
        """
        found = urlsplit(url)
        sent = {**headers, "Host": found.netloc}
        if found.netloc == self._outside.netloc:
            found = found._replace(scheme=self._inside.scheme, netloc=self._inside.netloc)
        try:
            answer = self._http.put(found.geturl(), content=content, headers=sent)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unreachable(f"PUT to the store: {error!r}") from error
        return str(answer.headers.get("ETag", ""))


def prepare(app: Flask, settings: WebSettings) -> None:
    """Open the way to the store."""
    app.extensions[_EXTENSION] = Store(settings.s3_endpoint, settings.s3_public_endpoint)


def store() -> Store:
    """How this process reaches the store."""
    found: Store = current_app.extensions[_EXTENSION]
    return found
