"""A receiver that costs next to nothing: it counts posts, and answers a GET with the count.

Runs as a process of its own: `python -m benchmarks.sink PORT`.
"""

from __future__ import annotations

import asyncio
import sys

_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver(asyncio.Protocol):
    """One connection."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there as a whole."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            length = end + 4 + _body_length(self._read[:end].lower())
            if len(self._read) < length:
                return
            is_post = self._read.startswith(b"POST")
            self._read = self._read[length:]
            Receiver.count += is_post
            self._transport.write(_TAKEN if is_post else _counted())


def _body_length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n")[0]) if found else 0


def _counted() -> bytes:
    body = str(Receiver.count).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def main(port: int) -> None:
    """Receive until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
