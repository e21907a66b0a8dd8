"""The records: clients with their contacts, rates, documents and timeline."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, cast

import httpx

from clientele_client.errors import Unreachable
from clientele_client.transport import Transport
from clientele_client.types import Client, ClientSummary, Contact, Document, Rate, TimelineEntry

Body = Mapping[str, Any]
#: How long the server may take to check a file before `upload` gives up waiting.
CHECK_SECONDS = 120.0


class Clientele:
    """The records of the workspace that the token belongs to.

    Every write may be repeated by this class while no answer comes, for `patience_seconds`, and
    is carried out once. What the server refuses is raised as a `Problem`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience_seconds: float | None = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = Transport(url, token, patience_seconds=patience_seconds, transport=transport)

    @classmethod
    def log_in(cls, url: str, email: str, password: str) -> Self:
        """As a user; for programs an API key is better, as it can be taken back alone."""
        with Transport(url) as server:
            body = {"email": email, "password": password}
            found = server.request("POST", "/v1/auth/token", json=body).json()
        return cls(url, found["access_token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    # --- any call of the API ---------------------------------------------------------

    def call(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, **params: Any
    ) -> Any:
        """The JSON that a call answers, None where it answers nothing: `call("GET", "/me")`.

        With `version` the call fails with `StaleVersion` if the record is at another by now.
        """
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        more = {} if body is None else {"json": body}
        answer = self._server.request(
            method, f"/v1{path}", headers=headers, params=params or None, **more
        )
        return answer.json() if answer.content else None

    def all(self, path: str, **params: Any) -> Iterator[Any]:
        """Everything that a list holds, page by page as it is asked for."""
        page = self.call("GET", path, **params)
        yield from page["data"]
        while page["next"]:
            page = self.call("GET", path, **{**params, "cursor": page["next"]})
            yield from page["data"]

    # --- clients ---------------------------------------------------------------------

    def clients(self, **filters: Any) -> Iterator[ClientSummary]:
        """The clients that fit the filters of `GET /v1/clients` (`q`, `status`, `sort` …)."""
        return self.all("/clients", **filters)

    def client(self, client_id: str) -> Client:
        """A client; raises `NotFound`."""
        return cast(Client, self.call("GET", f"/clients/{client_id}"))

    def create_client(self, body: Body) -> Client:
        """A new client; raises `Invalid` with every wrong field."""
        return cast(Client, self.call("POST", "/clients", body))

    def update_client(self, client_id: str, changes: Body, version: int) -> Client:
        """The client after a merge patch of the one that was read at `version`.

        What others have changed since is kept where it does not overlap; otherwise `StaleVersion`
        tells both sides.
        """
        path = f"/clients/{client_id}"
        return cast(Client, self.call("PATCH", path, changes, version=version))

    def set_status(self, client_id: str, status: str, version: int) -> Client:
        """The client once it is active, inactive or pending."""
        path = f"/clients/{client_id}/status"
        return cast(Client, self.call("PUT", path, {"status": status}, version=version))

    def timeline(self, client_id: str, **filters: Any) -> Iterator[TimelineEntry]:
        """What happened to the client, newest first unless `order="oldest"`."""
        return self.all(f"/clients/{client_id}/activity", **filters)

    # --- contacts and rates ----------------------------------------------------------

    def contacts(self, client_id: str) -> Iterator[Contact]:
        """The people at the client."""
        return self.all(f"/clients/{client_id}/contacts")

    def add_contact(self, client_id: str, body: Body) -> Contact:
        """One more."""
        return cast(Contact, self.call("POST", f"/clients/{client_id}/contacts", body))

    def update_contact(self, client_id: str, contact_id: str, changes: Body) -> Contact:
        """One of them after a merge patch."""
        path = f"/clients/{client_id}/contacts/{contact_id}"
        return cast(Contact, self.call("PATCH", path, changes))

    def remove_contact(self, client_id: str, contact_id: str) -> None:
        """One of them less."""
        self.call("DELETE", f"/clients/{client_id}/contacts/{contact_id}")

    def rates(self, client_id: str) -> Iterator[Rate]:
        """What the positions cost this client."""
        return self.all(f"/clients/{client_id}/rates")

    def add_rate(self, client_id: str, body: Body) -> Rate:
        """One more."""
        return cast(Rate, self.call("POST", f"/clients/{client_id}/rates", body))

    def update_rate(self, client_id: str, rate_id: str, changes: Body) -> Rate:
        """One of them after a merge patch."""
        return cast(Rate, self.call("PATCH", f"/clients/{client_id}/rates/{rate_id}", changes))

    def remove_rate(self, client_id: str, rate_id: str) -> None:
        """One of them less."""
        self.call("DELETE", f"/clients/{client_id}/rates/{rate_id}")

    # --- documents -------------------------------------------------------------------

    def documents(self, client_id: str, **filters: Any) -> Iterator[Document]:
        """The client's files."""
        return self.all(f"/clients/{client_id}/documents", **filters)

    def upload(self, client_id: str, path: str | Path, **details: Any) -> Document:
        """The file as a document, once it is checked; `details` are `title`, `category` and so on.

        Raises `Invalid` if it is not what it seems (`documents.type_mismatch` …), `Unreachable`
        if the check takes longer than `CHECK_SECONDS`.
        """
        file = Path(path)
        made = self.call("POST", f"/clients/{client_id}/documents", _announced(file, details))
        parts = _send(file, made["upload"])
        return self._completed(f"/clients/{client_id}/documents/{made['id']}", parts)

    def download(self, client_id: str, document_id: str) -> bytes:
        """The bytes of an available document."""
        path = f"/v1/clients/{client_id}/documents/{document_id}/download"
        return self._server.request("GET", path).content

    def _completed(self, path: str, parts: Body) -> Document:
        until = time.monotonic() + CHECK_SECONDS
        document = cast(Document, self.call("POST", f"{path}/complete", parts))
        while document["status"] in {"pending", "checking"}:
            if time.monotonic() > until:
                raise Unreachable(f"{path}: still {document['status']}")
            time.sleep(0.5)
            document = cast(Document, self.call("GET", path))
        return document


def _announced(file: Path, details: Body) -> dict[str, Any]:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"file_name": file.name, "size": file.stat().st_size, "sha256": digest, **details}


def _put(store: Transport, upload: Body, url: str, body: bytes) -> httpx.Response:
    return store.request(upload["method"], url, content=body, headers=upload["headers"])


def _send(file: Path, upload: Body) -> dict[str, Any]:
    """Put the file where the server said, past the server itself; returns what `complete` takes."""
    with Transport("") as store, file.open("rb") as opened:
        if "parts" not in upload:
            _put(store, upload, upload["url"], opened.read())
            return {}
        parts = []
        for part in upload["parts"]:
            answer = _put(store, upload, part["url"], opened.read(upload["part_size"]))
            parts.append({"number": part["number"], "etag": answer.headers["ETag"]})
        return {"parts": parts}
