"""The public API as the people of the seed call it: each request once, whatever is repeated."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import httpx

# Each request's key derives from its place here: a second run repeats answers, not effects.
_NAMESPACE = uuid.UUID("0190b1d0-5eed-7000-8000-000000000001")


class Refused(Exception):
    """The API did not take a request of the seed."""


class Api:
    """The public API with somebody's token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)

    def send(
        self,
        method: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        place: str = "",
    ) -> dict[str, Any]:
        """The JSON answer; raises `Refused` with the problem's own words.

        `place` tells requests apart that are alike.
        """
        key = str(uuid.uuid5(_NAMESPACE, f"{method} {path} {body}{place}"))
        found = self._http.request(
            method, path, json=body, headers={"Idempotency-Key": key, **(headers or {})}
        )
        return {"etag": found.headers.get("ETag", ""), **_json(found, method, path)}

    def send_file(self, path: str, content: bytes) -> dict[str, Any]:
        """As `send`, a file as it is."""
        key = str(uuid.uuid5(_NAMESPACE, f"{path} {content!r}"))
        found = self._http.post(path, content=content, headers={"Idempotency-Key": key})
        return _json(found, "POST", path)

    def get(self, path: str) -> dict[str, Any]:
        """The JSON of what is there."""
        return _json(self._http.get(path), "GET", path)

    def find(self, code: str) -> str | None:
        """The path of the client of that code; None where it is not there."""
        found = self.get(f"/v1/clients?q={code}&limit=50")["data"]
        return next(
            (f"/v1/clients/{each['id']}" for each in found if each["client_code"] == code), None
        )

    def signed_in(self, email: str, password: str) -> Api:
        """The API as somebody calls it who signs in."""
        found = self._http.post("/v1/auth/token", json={"email": email, "password": password})
        return Api(self.url, _json(found, "POST", "/v1/auth/token")["access_token"])

    def sign_out(self) -> None:
        """End the token with which somebody has signed in."""
        self._http.delete("/v1/auth/token")

    def put_file(self, upload: Mapping[str, Any], content: bytes) -> None:
        """Send bytes to where an upload link says."""
        headers = upload.get("headers") or {}
        found = httpx.request(
            upload["method"], upload["url"], content=content, headers=headers, trust_env=False
        )
        if found.is_error:
            raise Refused(f"the object store answered with {found.status_code}: {found.text}")


def _json(found: httpx.Response, method: str, path: str) -> dict[str, Any]:
    if found.is_error:
        raise Refused(f"{method} {path} was answered with {found.status_code}: {found.text}")
    answer: dict[str, Any] = found.json()
    return answer
