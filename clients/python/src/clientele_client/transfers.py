"""Clients from files and into files, and the jobs that carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx

from clientele_client.pages import Page
from clientele_client.shapes import Import, Job, Row
from clientele_client.transport import Transport, keyed

_SILENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Transfers:
    """Imports, exports and archives of a workspace."""

    transport: Transport
    #: Where files are sent to: of clients, or of time.
    path: str = "/v1/imports"

    def send(self, content: Iterable[bytes], name: str, size: int) -> Import:
        """Send a CSV file or an .xlsx workbook of so many bytes; it is read in the background."""
        return cast(Import, self.transport.pass_on(self.path, content, size, file_name=name))

    def imports(self, **place: Any) -> Page[Import]:
        """The workspace's imports, the newest first, without their jobs."""
        return self._page("/v1/imports", place)

    def one(self, import_id: str) -> Import:
        """What the file holds, a suggested mapping, and the jobs of this import."""
        return cast(Import, self._json("GET", self._import(import_id)))

    def read(self, import_id: str, choice: Mapping[str, Any], key: str | None = None) -> Import:
        """Have the file read once more: `sheet`, `heading_row`, `encoding`, `delimiter`."""
        return cast(Import, self._json("POST", self._import(import_id, "/read"), choice, key))

    def preview(self, import_id: str, body: Mapping[str, Any], key: str | None = None) -> Job:
        """Find out what an import would do: nothing is changed, every row is reported."""
        return cast(Job, self._json("POST", self._import(import_id, "/preview"), body, key))

    def start(self, import_id: str, body: Mapping[str, Any], key: str | None = None) -> Job:
        """Carry the import out; right rows are taken although others are wrong."""
        return cast(Job, self._json("POST", self._import(import_id, "/start"), body, key))

    def undo(self, import_id: str, key: str | None = None) -> Job:
        """Delete what it made and put back what it changed, where nobody has since."""
        return cast(Job, self._json("POST", self._import(import_id, "/undo"), key=key))

    def export(self, body: Mapping[str, Any], key: str | None = None) -> Job:
        """Have clients written into a file; the job's result says until when it is kept."""
        return cast(Job, self._json("POST", "/v1/exports", body, key))

    def rows(self, job_id: str, **filters: Any) -> Page[Row]:
        """What became of the rows of a job; `state`."""
        return self._page(f"/v1/jobs/{job_id}/rows", filters)

    def cancel(self, job_id: str) -> Job:
        """Begin no further step of a job; what was done stays done."""
        return cast(Job, self._json("POST", f"/v1/jobs/{job_id}/cancel"))

    # --- files, read as they come ------------------------------------------------------------

    @contextmanager
    def rejected(self, import_id: str) -> Iterator[httpx.Response]:
        """A CSV of the rows that the last run refused, with a column of errors."""
        with self._open(self._import(import_id, "/rejected")) as answer:
            yield answer

    @contextmanager
    def exported(self, job_id: str) -> Iterator[httpx.Response]:
        """The file of an export that is done."""
        with self._open(f"/v1/exports/{job_id}/file") as answer:
            yield answer

    @contextmanager
    def archive(self, client_id: str | None = None) -> Iterator[httpx.Response]:
        """All of one client, or of the workspace, as a ZIP."""
        of = "workspace" if client_id is None else f"clients/{client_id}"
        with self._open(f"/v1/{of}/archive") as answer:
            yield answer

    # --- the way there -----------------------------------------------------------------------

    @contextmanager
    def _open(self, path: str) -> Iterator[httpx.Response]:
        with self.transport.open(path, {}, {}, _SILENCE_SECONDS) as answer:
            yield answer

    def _json(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        return self.transport.send(method, path, body=body, headers=keyed(key)).json()

    def _page(self, path: str, params: dict[str, Any]) -> Page[Any]:
        found = self.transport.send("GET", path, params=params).json()
        return Page(found["data"], found["next"])

    def _import(self, import_id: str, what: str = "") -> str:
        return f"{self.path}/{import_id}{what}"
