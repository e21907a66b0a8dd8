"""Files that the API writes while they are read, passed on to the browser piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import httpx
from flask import Response

_KEPT = ("Content-Type", "Content-Disposition", "Content-Length")


def passed_on(opened: AbstractContextManager[httpx.Response]) -> Response:
    """The API's file as an answer; raises what the API says instead of one."""
    stack = ExitStack()
    answer = stack.enter_context(opened)
    response = Response(_pieces(stack, answer))
    response.headers.update(
        {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    )
    response.call_on_close(stack.close)
    return response


def _pieces(stack: ExitStack, answer: httpx.Response) -> Iterator[bytes]:
    with stack:
        yield from answer.iter_bytes()
