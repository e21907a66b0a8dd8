"""The records of a workspace: clients, what belongs to them, their documents and timelines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import httpx

from clientele_client.shapes import (
    Client,
    ClientBody,
    ClientChanges,
    ClientSummary,
    Contact,
    ContactBody,
    ContactChanges,
    Document,
    LogIn,
    Me,
    Metrics,
    NewDocument,
    NewDocumentBody,
    Plan,
    Rate,
    RateBody,
    RateChanges,
    TimelineEntry,
    Upload,
)
from clientele_client.transport import Transport, checked

_PAGE = 200


class Clientele:
    """The API as the holder of a token may use it; a context manager that gives back connections.

    Every call raises `Refused` (or one of its kinds) with all wrong fields, or `Unreachable`.
    What fails on the way or is answered 429 or 5xx is sent again for `patience` seconds; a write
    has one idempotency key over its attempts, so it is carried out once.
    """

    def __init__(
        self, url: str, token: str, *, patience: float | None = 60.0, timeout: float = 30.0
    ) -> None:
        self._transport = Transport(url, token, patience=patience, timeout=timeout)

    @classmethod
    def log_in(cls, url: str, email: str, password: str, **options: Any) -> Self:
        """The API as a person uses it, until the token expires."""
        with Transport(url, **options) as transport:
            body = {"email": email, "password": password}
            found: LogIn = transport.send("POST", "/v1/auth/token", body=body).json()
        return cls(url, found["access_token"], **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def me(self) -> Me:
        """Who the token belongs to, in which workspace, and what it may do."""
        return cast(Me, self._json("GET", "/v1/me"))

    # --- clients ---------------------------------------------------------------------------

    def clients(self, **filters: Any) -> Iterator[ClientSummary]:
        """Every client that fits: `q`, `status`, `tag`, `sort`, … as the API has them."""
        return self._each("/v1/clients", filters)

    def client(self, client_id: str, **query: Any) -> Client:
        """One client; `as_of` shows it as it was at a moment."""
        return cast(Client, self._json("GET", f"/v1/clients/{client_id}", params=query))

    def create_client(self, body: ClientBody) -> Client:
        """A new client; `Conflict` names those it may be a duplicate of."""
        return cast(Client, self._json("POST", "/v1/clients", body=body))

    def update_client(self, client_id: str, changes: ClientChanges, version: int) -> Client:
        """The client with these fields changed, as seen in this version of it.

        What others have changed since is merged; `StaleVersion` where that is the same fields.
        """
        headers = {"If-Match": f'"{version}"'}
        path = f"/v1/clients/{client_id}"
        return cast(Client, self._json("PATCH", path, body=changes, headers=headers))

    def set_status(self, client_id: str, status: str, reason: str | None = None) -> Client:
        """The client as active, inactive or pending."""
        body = {"status": status, "reason": reason}
        return cast(Client, self._json("PUT", f"/v1/clients/{client_id}/status", body=body))

    def deletion_plan(self, client_id: str) -> Plan:
        """What a deletion would take along and what would stay, with its confirmation."""
        return cast(Plan, self._json("GET", f"/v1/clients/{client_id}/deletion-plan"))

    def delete_client(self, client_id: str, confirm: str) -> str:
        """Begin a deletion by the `confirm` of its plan; answers its id."""
        path, params = f"/v1/clients/{client_id}", {"confirm": confirm}
        return str(self._json("DELETE", path, params=params)["deletion_id"])

    def metrics(self, client_id: str) -> Metrics:
        """The client's numbers, with up to where they are counted."""
        return cast(Metrics, self._json("GET", f"/v1/clients/{client_id}/metrics"))

    def timeline(self, client_id: str, **filters: Any) -> Iterator[TimelineEntry]:
        """What has happened to the client, newest first; `order`, `kind`, `actor`, `from`, `to`."""
        return self._each(f"/v1/clients/{client_id}/activity", filters)

    # --- contacts and rates ----------------------------------------------------------------

    def contacts(self, client_id: str) -> list[Contact]:
        """The client's further contacts."""
        return cast(list[Contact], self._json("GET", _contact(client_id))["data"])

    def add_contact(self, client_id: str, body: ContactBody) -> Contact:
        """A new contact of the client."""
        return cast(Contact, self._json("POST", _contact(client_id), body=body))

    def change_contact(self, client_id: str, contact_id: str, changes: ContactChanges) -> Contact:
        """The contact with these fields changed."""
        return cast(Contact, self._json("PATCH", _contact(client_id, contact_id), body=changes))

    def remove_contact(self, client_id: str, contact_id: str) -> None:
        """Take a contact away."""
        self._transport.send("DELETE", _contact(client_id, contact_id))

    def rates(self, client_id: str) -> list[Rate]:
        """The client's rates by position."""
        return cast(list[Rate], self._json("GET", _rate(client_id))["data"])

    def add_rate(self, client_id: str, body: RateBody) -> Rate:
        """A new rate of the client."""
        return cast(Rate, self._json("POST", _rate(client_id), body=body))

    def change_rate(self, client_id: str, rate_id: str, changes: RateChanges) -> Rate:
        """The rate with these fields changed."""
        return cast(Rate, self._json("PATCH", _rate(client_id, rate_id), body=changes))

    def remove_rate(self, client_id: str, rate_id: str) -> None:
        """Take a rate away."""
        self._transport.send("DELETE", _rate(client_id, rate_id))

    # --- documents -------------------------------------------------------------------------

    def documents(self, client_id: str, **filters: Any) -> Iterator[Document]:
        """The client's documents; `status`, `category`."""
        return self._each(_document(client_id), filters)

    def document(self, client_id: str, document_id: str) -> Document:
        """One document; `status` says whether it may be fetched yet."""
        return cast(Document, self._json("GET", _document(client_id, document_id)))

    def upload(self, client_id: str, file: str | Path, **details: Any) -> Document:
        """Put a file's bytes straight into the store and have them checked.

        `details` are `category`, `title`, `expires_on` and the like. Up to 16 MiB the document is
        `available` or refused (`Invalid`); above that it may be `checking` for a while.
        """
        path = Path(file)
        body = {"file_name": path.name, "size": path.stat().st_size, **details}
        announced = self._announce(client_id, cast(NewDocumentBody, body))
        with path.open("rb") as content:
            parts = self._put(announced["upload"], content)
        complete = f"{_document(client_id, announced['id'])}/complete"
        return cast(Document, self._json("POST", complete, body={"parts": parts} if parts else {}))

    def download(self, client_id: str, document_id: str) -> bytes:
        """The document's bytes."""
        path = f"{_document(client_id, document_id)}/download"
        return self._transport.send("GET", path).content

    def _announce(self, client_id: str, body: NewDocumentBody) -> NewDocument:
        return cast(NewDocument, self._json("POST", _document(client_id), body=body))

    def _put(self, upload: Upload, content: BinaryIO) -> list[dict[str, Any]]:
        if "parts" not in upload:
            self._put_one(upload["url"], content, upload["headers"])
            return []
        size = upload["part_size"]
        return [
            {"number": part["number"], "etag": self._put_one(part["url"], content.read(size))}
            for part in upload["parts"]
        ]

    def _put_one(
        self, url: str, content: BinaryIO | bytes, headers: dict[str, str] | None = None
    ) -> str:
        """The store's ETag. The link is the permission, so the token is not sent along."""
        answer: httpx.Response = self._transport.http.put(url, content=content, headers=headers)
        return str(checked(answer).headers.get("ETag", ""))

    # --- the way there ---------------------------------------------------------------------

    def _json(self, method: str, path: str, **request: Any) -> Any:
        return self._transport.send(method, path, **request).json()

    def _each(self, path: str, filters: dict[str, Any]) -> Iterator[Any]:
        params: dict[str, Any] = {"limit": _PAGE, **filters}
        while True:
            page = self._json("GET", path, params=params)
            yield from page["data"]
            if page["next"] is None:
                return
            params["cursor"] = page["next"]


def _contact(client_id: str, contact_id: str | None = None) -> str:
    return _path(client_id, "contacts", contact_id)


def _rate(client_id: str, rate_id: str | None = None) -> str:
    return _path(client_id, "rates", rate_id)


def _document(client_id: str, document_id: str | None = None) -> str:
    return _path(client_id, "documents", document_id)


def _path(client_id: str, kind: str, element: str | None) -> str:
    return f"/v1/clients/{client_id}/{kind}" + (f"/{element}" if element else "")
