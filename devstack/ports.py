"""Loopback ports for the parts of a stack."""

from __future__ import annotations

import errno
import random
import socket
import time

from devstack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range that outgoing connections draw from: a server that restarts must not find
# its port taken by somebody's connection.
_FIRST, _LAST = 15_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now, for streams and datagrams."""
    return all(_can_bind(port, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))


def _can_bind(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def free_port(avoid: set[int]) -> int:
    """A free loopback port that is not in `avoid`."""
    for _ in range(500):
        port = random.randrange(_FIRST, _LAST)  # noqa: S311  # Not a secret.
        if port not in avoid and is_free(port):
            return port
    raise StackError(
        f"No free port was found between {_FIRST} and {_LAST}.",
        "Stop some of the servers that run on this machine.",
    )


def require_free(port: int, patience_seconds: float = 2.0) -> None:
    """Refuse to start on a port that stays taken; a process that is just ending gets a moment."""
    deadline = time.monotonic() + patience_seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            raise StackError(
                f"Port {port} is taken by another program.",
                f"Stop it, or choose another port: clientele up --port {port + 1}",
            )
        time.sleep(0.1)
