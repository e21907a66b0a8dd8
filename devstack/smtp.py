"""A mail server that keeps every message in a Maildir and delivers none."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from devstack.probes import takes_connections
from devstack.process import ProcessSpec


@dataclass(frozen=True)
class Smtp:
    """The embedded mail sink; `mailbox` can be read with `mailbox.Maildir`."""

    mailbox: Path
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"smtp://127.0.0.1:{self.port}"

    def spec(self) -> ProcessSpec:
        """How the supervisor runs it."""
        return ProcessSpec("smtp", self._run, ready=self.answers, grace_seconds=5.0)

    def answers(self) -> bool:
        """Whether it takes connections now."""
        return takes_connections("127.0.0.1", self.port)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        from aiosmtpd.handlers import Mailbox
        from aiosmtpd.smtp import SMTP

        loop = asyncio.get_running_loop()
        handler = Mailbox(self.mailbox)
        server = await loop.create_server(
            lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", self.port
        )
        stopped = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        async with server:
            await stopped.wait()
