"""Files as bodies, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

from flask import request

from services.clients.transfer.operations.receiving import MAX_FILE_BYTES
from shared.http.bodies import long_body
from shared.http.identity import require

V = TypeVar("V", bound=Callable[..., Any])

_PIECE_BYTES = 1 << 20
#: A file as the body of a request, for the OpenAPI document.
FILE_BODY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def kept_file(view: V) -> V:
    """Have a view that writes take a file as its body, after all of it has arrived.

    So no transaction is open while the caller is still sending; who may not send one is refused
    before.
    """
    permission = cast(Any, view).permission

    @wraps(view)
    def endpoint(*args: Any, **kwargs: Any) -> Any:
        require(permission)
        with TemporaryFile() as file:
            copyfileobj(request.stream, file, _PIECE_BYTES)
            file.seek(0)
            request.stream = file
            return view(*args, **kwargs)

    return long_body(MAX_FILE_BYTES + 1)(cast(V, endpoint))


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
