"""Answers that need not be sent whole: what the caller has already, and what can be compressed."""

from __future__ import annotations

import gzip
from hashlib import blake2b
from typing import Final

from flask import Response, request

#: Below that, compressing saves nothing that anyone would notice.
LEAST_BYTES: Final = 1_024
_LEVEL: Final = 4
_JSON: Final = "application/json"
_COMPRESSED: Final = frozenset({_JSON, "application/problem+json", "text/csv"})


def shortened(response: Response) -> Response:
    """The answer without what its caller has: 304 where `If-None-Match` names its `ETag`; and
    compressed where that is accepted and worth it. What has no version has a weak tag of its
    content. A stream is left as it is."""
    if request.method == "GET" and response.status_code == 200:
        _tag(response)
        # `If-Match` is for changes: by it a weak tag would match nothing, not even `*`.
        if request.if_none_match and "ETag" in response.headers:
            response.make_conditional(request.environ)
    if response.is_streamed or response.mimetype not in _COMPRESSED:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers:
        _compress(response)
    return response


def _tag(response: Response) -> None:
    if response.mimetype == _JSON and not response.is_streamed and "ETag" not in response.headers:
        response.set_etag(blake2b(response.get_data(), digest_size=16).hexdigest(), weak=True)


def _compress(response: Response) -> None:
    whole = response.get_data()
    if len(whole) > LEAST_BYTES:
        response.set_data(gzip.compress(whole, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
