"""The kernel ends connections whose peer takes nothing, those that came before as well."""

from __future__ import annotations

import contextlib
import select
import socket
import sys

import pytest

from shared.process import let_go_of_stalled


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the option")
@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
def test_a_peer_that_takes_nothing_is_let_go(is_late: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as peer:
        port = server.getsockname()[1]
        if is_late:
            let_go_of_stalled(port, 0.2)
        peer.connect(("127.0.0.1", port))
        accepted, _ = server.accept()
        if not is_late:
            let_go_of_stalled(port, 0.2)
        with accepted:
            accepted.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while accepted.send(bytes(65_536)):
                    pass
            waiting = select.poll()
            waiting.register(accepted, 0)
            assert waiting.poll(20_000), "it is still there"
