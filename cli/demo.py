"""The first workspace of an embedded stack: how to log in to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

ADMIN_EMAIL = "admin@example.com"


@dataclass(frozen=True)
class Demo:
    """What was made on the first start; empty as long as nothing was."""

    email: str = ""
    password: str = ""
    token: str = ""
    seeded: bool = False

    def admin(self) -> dict[str, str]:
        """The log-in as `stack.json` names it."""
        return {"email": self.email, "password": self.password, "token": self.token}


def read_demo(file: Path) -> Demo:
    """The kept log-in, or an empty one."""
    if not file.exists():
        return Demo()
    return Demo(**orjson.loads(file.read_bytes()))
