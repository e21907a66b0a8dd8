"""`clientele up -d`: the stack in a process of its own that outlives the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

import orjson

from devstack.errors import StackError


def in_background(start: Callable[[Callable[[str], None]], None]) -> str:
    """Run `start` detached and return what it announces; raises its `StackError`.

    `start` is given the function to announce with, and then goes on serving.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _detach(start, writer)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader, "rb") as answers:
        # A line, not all there is: the stack's own processes hold the other end open too.
        answer = answers.readline()
    if not answer:
        raise StackError("The stack ended while it was starting.", "See `clientele logs`.")
    found = orjson.loads(answer)
    if "problem" in found:
        raise StackError(found["problem"], found["advice"])
    return str(found["text"])


def _detach(start: Callable[[Callable[[str], None]], None], writer: int) -> NoReturn:
    os.setsid()
    # The second fork makes it nobody's session leader: no terminal can ever be its own.
    if os.fork() > 0:
        os._exit(0)
    _leave_terminal()
    try:
        start(lambda text: _answer(writer, {"text": text}))
    except StackError as error:
        _answer(writer, {"problem": error.problem, "advice": error.advice})
    except BaseException:  # The last frame of this process: whoever waits must hear of it.
        with contextlib.suppress(OSError):
            _answer(writer, {"problem": traceback.format_exc(), "advice": "Please report this."})
    finally:
        sys.stdout.flush()
        os._exit(0)


def _answer(writer: int, answer: dict[str, str]) -> None:
    os.write(writer, orjson.dumps(answer) + b"\n")
    os.close(writer)


def _leave_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
