"""The object store as the rest of the code knows it; which product answers is not visible.

A key is written once and never again under the same name, so nothing here depends on how a
store orders two writes of one key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.errors import Unavailable


class StoreUnavailable(Unavailable):
    """The store does not answer, or refuses us; nothing was decided, so trying again is right."""

    code = "storage.unavailable"
    title = "File storage is not available at the moment"


class ObjectMissing(Exception):
    """There is no object of that key; the argument is the key."""


class PartsRefused(Exception):
    """The parts named do not make up what was uploaded, or the upload is unknown."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: `size` in bytes, `modified_at` by the store's clock (a copy may keep the
    time of its source)."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a large upload, counted from 1, and the tag the store answered it with."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True)
class Download:
    """How a file is to arrive: the headers the store adds to the answer of a link."""

    content_type: str
    content_disposition: str


class ObjectStore(Protocol):
    """One bucket. Every call may raise `StoreUnavailable`; links are made without a call."""

    def check(self) -> None:
        """Return if the store answers now; makes the bucket if it is missing."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store a few bytes that are in memory already."""

    def stat(self, key: str) -> StoredObject:
        """What is stored under a key; raises `ObjectMissing`."""

    def open(
        self, key: str, *, offset: int = 0, length: int = 0
    ) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes in chunks, all of them or `length` from `offset`; raises `ObjectMissing`."""

    def copy(self, source: str, target: str) -> None:
        """Copy inside the store, without the bytes passing here; raises `ObjectMissing`."""

    def remove(self, key: str) -> None:
        """Remove an object; one that is gone already is no error."""

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key begins so, in the order of keys, fetched page by page."""

    def upload_link(self, key: str, lifetime: timedelta, size: int) -> str:
        """An address that takes one `PUT` of the whole object, of that size, until it expires."""

    def download_link(self, key: str, lifetime: timedelta, download: Download) -> str:
        """An address that answers `GET` with the object and these headers until it expires."""

    def begin_multipart(self, key: str) -> str:
        """Begin an upload in parts; returns the id the other calls want."""

    def part_link(
        self, key: str, upload_id: str, number: int, lifetime: timedelta, size: int
    ) -> str:
        """An address that takes one `PUT` of part `number`, of that size, until it expires."""

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """The parts that have arrived, in order; raises `PartsRefused` for an unknown upload."""

    def finish_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Make the object out of its parts; raises `PartsRefused`."""

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Throw the parts away; an upload that is gone already is no error."""
