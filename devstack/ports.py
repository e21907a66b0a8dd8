"""Loopback ports for the parts of a stack."""

from __future__ import annotations

import errno
import random
import socket
import time
from socket import SOCK_DGRAM, SOCK_STREAM, SocketKind

from devstack.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the range that outgoing connections draw from: a server that restarts must not find
# its port taken by somebody's connection.
_FIRST, _LAST = 15_000, 32_000
_OTHER_KIND = {SOCK_STREAM: SOCK_DGRAM, SOCK_DGRAM: SOCK_STREAM}

_claims: dict[int, socket.socket] = {}


def is_free(port: int, kind: SocketKind = SOCK_STREAM) -> bool:
    """Whether a server of this kind could listen on the loopback port now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _bind(probe, port)


def _bind(sock: socket.socket, port: int) -> bool:
    try:
        sock.bind((LOOPBACK, port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return False
        raise
    return True


def claim(port: int, kind: SocketKind = SOCK_STREAM) -> bool:
    """Keep a free port for a server of this kind; False if somebody has it, or has claimed it.

    The server listens only seconds later, and another stack that starts meanwhile may draw the
    same number. What holds the claim until the process ends is a socket of the other kind on
    that number: in no server's way, and gone with the process however it ends.
    """
    if port not in _claims:
        holder = socket.socket(socket.AF_INET, _OTHER_KIND[kind])
        if not _bind(holder, port):
            holder.close()
            return False
        _claims[port] = holder
    return is_free(port, kind)


def free_port(kind: SocketKind = SOCK_STREAM) -> int:
    """A free loopback port, claimed: nobody who asks here is given it while this process lives."""
    for _ in range(500):
        port = random.randrange(_FIRST, _LAST)  # noqa: S311  # Not a secret.
        if port not in _claims and claim(port, kind):
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
