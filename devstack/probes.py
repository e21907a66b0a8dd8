"""Asking a server whether it is there, without keeping anything open."""

from __future__ import annotations

import http.client
import socket


def takes_connections(host: str, port: int) -> bool:
    """Whether something accepts a TCP connection there now."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def says_ok(host: str, port: int, path: str) -> bool:
    """Whether a GET there is answered with 200 within two seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
