"""Real Redis 6.2 on a loopback port, appending to a file, never throwing a message away."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from devstack.binaries import redis_server
from devstack.process import ProcessSpec

MAX_MEMORY = "256mb"


@dataclass(frozen=True)
class Redis:
    """The embedded broker."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The broker address for Celery."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def spec(self) -> ProcessSpec:
        """How the supervisor runs it; SIGTERM makes it write its file and end."""
        return ProcessSpec("redis", self._run, ready=self.answers)

    def answers(self) -> bool:
        """Whether it answers PING with its password now."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2 and (data := connection.recv(256)):
                    answer += data
        except OSError:
            return False
        return b"+PONG" in answer

    def _run(self) -> NoReturn:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.folder / "redis.conf"
        file.touch(mode=0o600)
        file.write_text(self._configuration())
        program = str(redis_server())
        os.execv(program, [program, str(file)])

    def _configuration(self) -> str:
        return (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{self.folder}"\nappendonly yes\nappendfsync everysec\nsave ""\n'
            # Evicting a key would drop queued messages; a full Redis must refuse instead.
            f"maxmemory {MAX_MEMORY}\nmaxmemory-policy noeviction\n"
            'loglevel warning\nlogfile ""\nalways-show-logo no\n'
        )
