"""Links that take one `PUT` of exactly so many bytes (AWS Signature Version 4).

The client of the store signs only the host into a link, so whoever holds it could put as much as
they like; here the length is signed as well, and the store refuses any other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SIGNED: Final = "content-length;host"
# What is put is not known when its link is made; the check of the file reads it.
_PAYLOAD: Final = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one bucket at the address by which callers reach the store."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str

    def put_link(
        self, key: str, size: int, lifetime: timedelta, at: datetime, query: Mapping[str, str]
    ) -> str:
        """An address that takes one `PUT` of `size` bytes for so long from a moment on."""
        address, stamp = urlsplit(self.endpoint), f"{at:%Y%m%dT%H%M%SZ}"
        # Callers leave out a port that goes without saying.
        host = address.netloc.removesuffix(":443" if address.scheme == "https" else ":80")
        scope = f"{at:%Y%m%d}/{self.region}/s3/aws4_request"
        asked = {
            **query,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(int(lifetime.total_seconds())),
            "X-Amz-SignedHeaders": _SIGNED,
        }
        path = quote(f"{address.path}/{self.bucket}/{key}")
        encoded = urlencode(sorted(asked.items()), quote_via=quote, safe="~")
        headers = f"content-length:{size}\nhost:{host}\n"
        request = f"PUT\n{path}\n{encoded}\n{headers}\n{_SIGNED}\n{_PAYLOAD}"
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{_hash(request)}"
        signature = _hmac(self._signing_key(scope), to_sign).hex()
        return f"{address.scheme}://{host}{path}?{encoded}&X-Amz-Signature={signature}"

    def _signing_key(self, scope: str) -> bytes:
        return reduce(_hmac, scope.split("/"), f"AWS4{self.secret_key}".encode())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
