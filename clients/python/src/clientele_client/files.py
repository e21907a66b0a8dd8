"""The files of a client or a draft: bytes go straight to the store, and are checked there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from clientele_client.shapes import Document, NewDocument, NewDocumentBody, Upload
from clientele_client.transport import Transport, checked, keyed

_PIECE_BYTES = 256 * 1024

#: Puts bytes to a link with these headers, their length among them; the answer's ETag.
Put = Callable[[str, Iterable[bytes], Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Files:
    """The documents under one address; `path` is that of their list."""

    transport: Transport
    path: str

    def announce(self, body: NewDocumentBody, key: str | None = None) -> NewDocument:
        """A document whose file is awaited; `upload` says where to put the bytes."""
        found = self.transport.send("POST", self.path, body=body, headers=keyed(key)).json()
        return cast(NewDocument, found)

    def one(self, document_id: str) -> Document:
        """One document; `status` says whether it may be fetched yet."""
        return cast(Document, self.transport.send("GET", f"{self.path}/{document_id}").json())

    def complete(self, document_id: str, parts: list[dict[str, Any]] | None = None) -> Document:
        """Have what was put to the links checked; raises `Invalid` where it is refused.

        Above 16 MiB it may be `checking` for a while. Without `parts`, those that have arrived
        are taken.
        """
        body = {"parts": parts} if parts else {}
        path = f"{self.path}/{document_id}/complete"
        return cast(Document, self.transport.send("POST", path, body=body).json())

    def change(self, document_id: str, changes: Mapping[str, Any]) -> Document:
        """The document with these details: `category`, `title`, `expires_on`, `portal_visible`."""
        path = f"{self.path}/{document_id}"
        return cast(Document, self.transport.send("PATCH", path, body=changes).json())

    def remove(self, document_id: str) -> None:
        """Delete a document and its bytes."""
        self.transport.send("DELETE", f"{self.path}/{document_id}")

    def download_link(self, document_id: str) -> str:
        """An address where the bytes can be fetched for a short time."""
        return self.transport.leads_to(f"{self.path}/{document_id}/download")

    def upload(self, file: str | Path, **details: Any) -> Document:
        """Put a file into the store and have it checked; `details` are as in `announce`."""
        path = Path(file)
        with path.open("rb") as content:
            return self.send(content, path.name, path.stat().st_size, **details)

    def send(
        self, content: BinaryIO, name: str, size: int, *, put: Put | None = None, **details: Any
    ) -> Document:
        """As `upload`, of bytes that are read piece by piece.

        `put` reaches the store where this machine knows it under another address than the links.
        """
        body = cast(NewDocumentBody, {"file_name": name, "size": size, **details})
        announced = self.announce(body)
        parts = _put_all(announced["upload"], content, size, put or self._put)
        return self.complete(announced["id"], parts)

    def _put(self, url: str, content: Iterable[bytes], headers: Mapping[str, str]) -> str:
        """The link is the permission, so the token is not sent along."""
        answer = self.transport.http.put(url, content=content, headers=dict(headers))
        return str(checked(answer).headers.get("ETag", ""))


def _put_all(upload: Upload, content: BinaryIO, size: int, put: Put) -> list[dict[str, Any]]:
    if "parts" not in upload:
        put(upload["url"], _pieces(content, size), {**upload["headers"], **_sized(size)})
        return []
    return [
        {"number": part["number"], "etag": _put_part(upload, part, content, size, put)}
        for part in upload["parts"]
    ]


def _put_part(upload: Upload, part: Any, content: BinaryIO, size: int, put: Put) -> str:
    length = min(upload["part_size"], size - (part["number"] - 1) * upload["part_size"])
    return put(part["url"], _pieces(content, length), _sized(length))


def _sized(length: int) -> dict[str, str]:
    return {"Content-Length": str(length)}


def _pieces(content: BinaryIO, length: int) -> Iterator[bytes]:
    """The next so many bytes; fewer where there are no more."""
    while length > 0 and (piece := content.read(min(length, _PIECE_BYTES))):
        length -= len(piece)
        yield piece
