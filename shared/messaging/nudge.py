"""The nudge: tells every relay of a service, after commit, that there is something new.

A datagram that may be lost, since the relay looks by itself five times a second. It goes to
each address of the host name, as several relays may stand behind one and only one works.
"""

from __future__ import annotations

import socket
import threading
import time

# Relays come and go; one that is not known yet finds the event by its own poll.
REMEMBER_SECONDS = 5.0

#: What a datagram says: the service has written an event; it has applied events of others.
WRITTEN, APPLIED = b"", b"applied"

Address = tuple[str, int]


class Nudge:
    """Fire and forget, never an error, and never a wait: names are looked up aside."""

    def __init__(self, address: Address) -> None:
        self._name = address
        self._addresses: tuple[Address, ...] = (address,) if _is_number(address[0]) else ()
        self._fixed = bool(self._addresses)
        self._asked_at = float("-inf")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def __call__(self, said: bytes = WRITTEN) -> None:
        """Send one datagram to each; a lost one costs a poll interval, no more."""
        if not self._fixed and time.monotonic() - self._asked_at > REMEMBER_SECONDS:
            self._asked_at = time.monotonic()
            threading.Thread(target=self._look_up, daemon=True).start()
        for address in self._addresses:
            self._send(said, address)

    def _send(self, said: bytes, address: Address) -> None:
        try:
            self._socket.sendto(said, address)
        except OSError:
            return

    def _look_up(self) -> None:
        """A name server that does not answer must not hold up the request that asked."""
        try:
            found = socket.getaddrinfo(*self._name, socket.AF_INET, socket.SOCK_DGRAM)
        except OSError:
            return
        self._addresses = tuple({(str(entry[4][0]), int(entry[4][1])) for entry in found})


def _is_number(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
