"""Files as bodies, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from services.clients.transfer.operations.receiving import MAX_FILE_BYTES

_PIECE_BYTES = 1 << 20
#: A file as the body of a request, for the OpenAPI document.
FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def allow_file() -> None:
    """Before a request of a blueprint: the file that its `post_import` takes may be larger than
    any other body."""
    if (request.endpoint or "").endswith(".post_import"):
        request.max_content_length = MAX_FILE_BYTES + 1


def sent_pieces() -> Iterator[bytes]:
    """The body of the request."""
    # The fingerprint of an idempotency key is made from the whole body, which is kept then.
    if "Idempotency-Key" in request.headers:
        whole = request.get_data()
        yield from (
            whole[start : start + _PIECE_BYTES] for start in range(0, len(whole), _PIECE_BYTES)
        )
    while piece := request.stream.read(_PIECE_BYTES):
        yield piece
