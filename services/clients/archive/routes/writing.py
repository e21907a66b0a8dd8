"""An archive: a ZIP that is written while its parts are read, and stored nowhere.

Only a page or a chunk is in memory at a time. What fails on the way raises, so that the ZIP
ends without its central directory: no reader takes it for a whole one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from zipstream import ZipStream

from services.clients.gateway.errors import PartUnavailable
from services.clients.gateway.gateway import Call, Gateway
from services.clients.gateway.passing import body_of
from shared.clock import now, rfc3339
from shared.security.identity import Identity
from shared.values.file_names import portable

FORMAT = 1
PAGE = 100
_GONE = {404, 409, 410}
# Most file systems take 255 bytes in a name, of which the id has its share.
_NAME_BYTES = 200

#: A page of rows after a cursor, and the cursor of the next.
Pages = Callable[[str | None], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """The services behind the façade, asked about one client on behalf of one caller."""

    gateway: Gateway
    identity: Identity
    client_id: str
    headers: Mapping[str, str]

    def get(self, service: str, params: Mapping[str, Any] | None = None) -> Any:
        """The service's part of the client; raises `PartUnavailable`."""
        path = self._path(service)
        call = Call(service, "GET", path, self.identity, params, headers=self.headers)
        return body_of(service, self.gateway.start(call))

    def pages(self, service: str, **params: Any) -> Pages:
        """The pages of a list of the service."""
        return lambda cursor: self.get(
            service, {"limit": PAGE, **params, **({"cursor": cursor} if cursor else {})}
        )

    def chunks(self, answer: httpx.Response) -> Iterator[bytes]:
        """The bytes of a document as they come; raises `PartUnavailable` when they cease."""
        try:
            yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise PartUnavailable("documents", now(), type(error).__name__) from error

    def document(self, document_id: str) -> Any:
        """The open answer with a document's bytes, as a context."""
        path = f"{self._path('documents')}/{document_id}/bytes"
        return self.gateway.stream("documents", path, self.identity, self.headers)

    def _path(self, part: str) -> str:
        return f"/v1/clients/{self.client_id}/{part}"


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into an archive; a part that is None was left out, and `left_out` says why."""

    client: Mapping[str, Any]
    lists: Mapping[str, Pages]
    metrics: Any
    activity: Pages | None
    documents: Pages | None
    left_out: Mapping[str, str]
    made_by: Mapping[str, Any]


def new_zip() -> ZipStream:
    """A ZIP that is written as it is read."""
    return ZipStream(compress_type=zipfile.ZIP_DEFLATED)


def add(
    into: ZipStream, name: str, data: Iterable[bytes], kind: int = zipfile.ZIP_DEFLATED
) -> Iterator[bytes]:
    """One file of the ZIP, piece by piece."""
    into.add(data, name, compress_type=kind)
    yield from into.all_files()


def write_archive(source: Source, contents: Contents) -> Iterator[bytes]:
    """The ZIP of one client, piece by piece."""
    made = new_zip()
    yield from ClientFolder(source, contents, made).write()
    yield from made.finalize()


def safe_name(document_id: str, file_name: str) -> str:
    """A name that is a file's on any system, and no other document's."""
    plain = portable(file_name).encode()[-_NAME_BYTES:].decode(errors="ignore")
    return f"documents/{document_id}-{plain.rstrip(' .')}"


@dataclass
class ClientFolder:
    """What a ZIP has of one client, its names behind `path`."""

    source: Source
    contents: Contents
    zip: ZipStream
    path: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)

    def write(self) -> Iterator[bytes]:
        """All of it, the manifest last."""
        contents = self.contents
        yield from self._add("client.json", [orjson.dumps(contents.client)])
        for name, pages in contents.lists.items():
            yield from self._add(f"{name}.json", self._array(name, pages))
        if contents.metrics is not None:
            yield from self._add("metrics.json", [orjson.dumps(contents.metrics)])
        if contents.activity is not None:
            yield from self._add("activity.jsonl", self._lines("activity", contents.activity))
        if contents.documents is not None:
            yield from self._add("documents.json", self._array("documents", contents.documents))
            yield from self._documents()
        yield from self._add("manifest.json", [orjson.dumps(self._manifest())])

    def _add(
        self, name: str, data: Iterable[bytes], kind: int = zipfile.ZIP_DEFLATED
    ) -> Iterator[bytes]:
        return add(self.zip, self.path + name, data, kind)

    def _array(self, name: str, pages: Pages) -> Iterator[bytes]:
        before = b"["
        for row in self._counted(name, pages):
            yield before + orjson.dumps(row, default=str)
            before = b","
        yield b"[]" if before == b"[" else b"]"

    def _lines(self, name: str, pages: Pages) -> Iterator[bytes]:
        for row in self._counted(name, pages):
            yield orjson.dumps(row) + b"\n"

    def _counted(self, name: str, pages: Pages) -> Iterator[Any]:
        self.counts[name] = 0
        for row in rows_of(pages):
            self.counts[name] += 1
            yield row

    def _documents(self) -> Iterator[bytes]:
        for document in rows_of(self.source.pages("documents", status="available")):
            name = safe_name(document["id"], document["file_name"])
            with self.source.document(document["id"]) as answer:
                if answer.status_code in _GONE:
                    self.gone[name] = "It was deleted while the archive was made."
                    continue
                if answer.status_code != 200:
                    why = f"it answered with status {answer.status_code}"
                    raise PartUnavailable("documents", now(), why)
                # Documents are compressed already, most of them.
                yield from self._add(name, self.source.chunks(answer), zipfile.ZIP_STORED)
            self.files.append({"path": name, "sha256": document["sha256"]})

    def _manifest(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "made_at": rfc3339(now()),
            "made_by": self.contents.made_by,
            "client_id": self.source.client_id,
            "counts": self.counts,
            "left_out": {**self.contents.left_out, **self.gone},
            "documents": self.files,
        }


def rows_of(pages: Pages) -> Iterator[Any]:
    """The rows of all pages."""
    cursor = None
    while True:
        found = pages(cursor)
        yield from found["data"]
        cursor = found["next"]
        if cursor is None:
            return
