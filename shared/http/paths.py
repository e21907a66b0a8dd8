"""What a log may tell of a request's address."""

from __future__ import annotations

from flask import request

#: The part of a route by which whoever was sent a link gets in.
_TOKEN = "token"  # noqa: S105  # The name of a parameter.


def told_path() -> str:
    """The path of the present request, without what lets somebody in."""
    token = (request.view_args or {}).get(_TOKEN)
    return request.path.replace(token, "…") if token else request.path
