"""The object store through the `minio` client: MinIO, S3, or the store of the embedded stack.

The region is always passed, or the client would ask the store for it before every first call.
Links are signed for the public endpoint; calls go to the internal one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio import datatypes as minio_types
from minio.commonconfig import CopySource
from minio.error import InvalidResponseError, MinioException, S3Error
from minio.helpers import DictType
from urllib3.exceptions import HTTPError

from shared.clock import now
from shared.logging import get_logger
from shared.settings import Settings
from shared.storage.presigning import Signer
from shared.storage.store import (
    Download,
    ObjectMissing,
    Part,
    PartsRefused,
    StoredObject,
    StoreUnavailable,
)

_log = get_logger(__name__)

CHUNK_BYTES = 1 << 20
_CONNECT_SECONDS = 2.0
# Calls about objects answer in milliseconds; a request thread is not held longer than this by
# a frozen store. Copying and joining half a gigabyte takes a store seconds.
_QUICK_READ_SECONDS = 3.0
_BULK_READ_SECONDS = 30.0

_CODE = re.compile(r"<Code>(\w+)</Code>")
_MISSING = {"NoSuchKey", "NoSuchBucket", "ResourceNotFound"}
_BAD_PARTS = {"NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "InvalidRequest"}


def store_for(settings: Settings) -> MinioStore:
    """The store of this process, made on first use."""
    return _store_of(settings, os.getpid())


@lru_cache(maxsize=8)
def _store_of(settings: Settings, _process: int) -> MinioStore:
    # A forked child may not write into its parent's sockets, hence one store per process.
    return MinioStore(settings)


def _client(settings: Settings, endpoint: str, read_seconds: float) -> Minio:
    address = urlsplit(endpoint)
    return Minio(
        address.netloc,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        secure=address.scheme == "https",
        region=settings.s3_region,
        http_client=urllib3.PoolManager(
            maxsize=8,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=read_seconds),
            # Once more on a connection the store has closed meanwhile; never on an answer.
            retries=urllib3.Retry(total=1, connect=1, read=1, redirect=0, status=0, other=0),
        ),
    )


class MinioStore:
    """Keeps the promises of `ObjectStore` with the bucket of the settings.

    The client has uploads in parts for its own use only, under names with an underscore;
    they are the calls of the S3 API, which does not change.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        internal, public = settings.s3_endpoint, settings.s3_public_endpoint
        self._bucket = settings.s3_bucket
        self._quick = _client(settings, internal, _QUICK_READ_SECONDS)
        self._bulk = _client(settings, internal, _BULK_READ_SECONDS)
        self._signer = _client(settings, public or internal, _QUICK_READ_SECONDS)
        self._sized = Signer(
            endpoint=public or internal,
            bucket=settings.s3_bucket,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
        )

    def check(self) -> None:
        """Return if the store answers now; makes the bucket if it is missing."""
        with _translated(self._bucket):
            if not self._quick.bucket_exists(self._bucket):
                self._make_bucket()

    def _make_bucket(self) -> None:
        try:
            self._quick.make_bucket(self._bucket)
        except MinioException as error:
            # Two processes that start together both find it missing.
            if _code_of(error) not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store a few bytes that are in memory already."""
        with _translated(key):
            self._bulk.put_object(self._bucket, key, BytesIO(data), len(data), content_type)

    def stat(self, key: str) -> StoredObject:
        """What is stored under a key; raises `ObjectMissing`."""
        with _translated(key):
            return _stored(self._quick.stat_object(self._bucket, key))

    @contextmanager
    def open(self, key: str, *, offset: int = 0, length: int = 0) -> Iterator[Iterator[bytes]]:
        """The bytes in chunks, all of them or `length` from `offset`; raises `ObjectMissing`."""
        with _translated(key):
            response = self._bulk.get_object(self._bucket, key, offset=offset, length=length)
        try:
            yield _chunks(response, key)
        finally:
            response.close()
            response.release_conn()

    def copy(self, source: str, target: str) -> None:
        """Copy inside the store, without the bytes passing here; raises `ObjectMissing`."""
        with _translated(source):
            self._bulk.copy_object(self._bucket, target, CopySource(self._bucket, source))

    def remove(self, key: str) -> None:
        """Remove an object; one that is gone already is no error."""
        try:
            with _translated(key):
                self._quick.remove_object(self._bucket, key)
        except ObjectMissing:
            return

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key begins so, in the order of keys, fetched page by page."""
        with _translated(prefix):
            for found in self._bulk.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield _stored(found)

    def upload_link(self, key: str, lifetime: timedelta, size: int) -> str:
        """An address that takes one `PUT` of the whole object, of that size, until it expires."""
        return self._sized.put_link(key, size, lifetime, now(), {})

    def download_link(self, key: str, lifetime: timedelta, download: Download) -> str:
        """An address that answers `GET` with the object and these headers until it expires."""
        headers: DictType = {
            "response-content-type": download.content_type,
            "response-content-disposition": download.content_disposition,
        }
        return self._signer.presigned_get_object(
            self._bucket, key, lifetime, response_headers=headers
        )

    def begin_multipart(self, key: str) -> str:
        """Begin an upload in parts; returns the id the other calls want."""
        with _translated(key):
            return self._quick._create_multipart_upload(self._bucket, key, {})  # noqa: SLF001

    def part_link(
        self, key: str, upload_id: str, number: int, lifetime: timedelta, size: int
    ) -> str:
        """An address that takes one `PUT` of part `number`, of that size, until it expires."""
        query = {"partNumber": str(number), "uploadId": upload_id}
        return self._sized.put_link(key, size, lifetime, now(), query)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """The parts that have arrived, in order; raises `PartsRefused` for an unknown upload."""
        with _translated(key):
            answer = self._quick._list_parts(self._bucket, key, upload_id)  # noqa: SLF001
            return [Part(part.part_number, part.etag) for part in answer.parts]

    def finish_multipart(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Make the object out of its parts; raises `PartsRefused`."""
        listed = [minio_types.Part(part.number, part.etag.strip('"')) for part in parts]
        with _translated(key):
            self._bulk._complete_multipart_upload(self._bucket, key, upload_id, listed)  # noqa: SLF001

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Throw the parts away; an upload that is gone already is no error."""
        try:
            with _translated(key):
                self._quick._abort_multipart_upload(self._bucket, key, upload_id)  # noqa: SLF001
        except (ObjectMissing, PartsRefused):
            return


def _stored(found: minio_types.Object) -> StoredObject:
    return StoredObject(
        key=cast(str, found.object_name),
        size=cast(int, found.size),
        modified_at=cast(datetime, found.last_modified),
    )


def _chunks(response: urllib3.BaseHTTPResponse, key: str) -> Iterator[bytes]:
    with _translated(key):
        yield from response.stream(CHUNK_BYTES)


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """The client's and the network's errors as ours; a bare refusal counts as unavailable."""
    try:
        yield
    except MinioException as error:
        raise _meaning(error, key) from error
    except (HTTPError, OSError) as error:
        _log.warning("object store does not answer", error=str(error).partition("\n")[0])
        raise StoreUnavailable("The file store does not answer; nothing was changed.") from error


def _meaning(error: MinioException, key: str) -> Exception:
    code = _code_of(error)
    if code in _MISSING:
        return ObjectMissing(key)
    if code in _BAD_PARTS:
        return PartsRefused(code)
    _log.error("object store refuses", code=code, error=str(error).partition("\n")[0])
    return StoreUnavailable("The file store refused the request; nothing was changed.")


def _code_of(error: MinioException) -> str:
    if isinstance(error, S3Error):
        return error.code or ""
    # rclone says `text/xml`, which the client does not take for S3's XML.
    if isinstance(error, InvalidResponseError) and (found := _CODE.search(str(error))):
        return found[1]
    return type(error).__name__
