"""What a process does about its parent and its memory."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import socket
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_NEW_OBJECTS = 50_000


def die_with_parent(death: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Have the kernel send `death` to this process when its parent ends, however it ends.

    `parent` is the process id that the caller was forked from: a parent that died before this
    call is then noticed too. Where the system has no such call (anything but Linux) nothing
    happens. The kernel forgets the wish on a change of user, so change the user first.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), death)


def collect_less_often() -> None:
    """Leave what is loaded out of the search for cycles, and search less often; once started.

    A request or a batch makes thousands of objects and next to no cycles: looking through them
    every 700 was a sixth of a request's processor time.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)


def hold_many_connections() -> None:
    """Let this process have as many files and connections open as the system allows it.

    What is allowed without asking, 1,024 on most systems, is used up by some 500 streams.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def let_go_of_stalled(port: int, seconds: float) -> None:
    """Have the kernel end a port's connections of this process whose peer takes nothing so long.

    It goes for those that are there and, as they inherit it, for those that will be accepted:
    what a server holds in its own buffers is out of an application's reach. Where the system
    has no such option (anything but Linux) nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return
    for file in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError), _at(int(file.name)) as found:
            if found.type == socket.SOCK_STREAM and found.getsockname()[1:2] == (port,):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def _at(number: int) -> socket.socket:
    """A socket of its own for the file of this number; raises `OSError` where it is none."""
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
