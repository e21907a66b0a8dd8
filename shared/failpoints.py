"""Named places where a test may kill or delay a process that really runs.

`failpoint("relay.after_publish")` does nothing unless `CLIENTELE_FAILPOINTS` names a folder.
There, a file of that name arms it: `kill` or `kill 3` (SIGKILL to itself at the third hit),
`sleep 2.5`. A firing failpoint removes its file first, so a restarted process runs on;
`kill-always` stays.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

_FOLDER = os.environ.get("CLIENTELE_FAILPOINTS")
# For call sites whose name costs something to make.
ENABLED = _FOLDER is not None
_hits: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Fire the failpoint of that name if a test has armed it."""
    if _FOLDER is None:
        return
    armed = Path(_FOLDER) / name
    with contextlib.suppress(FileNotFoundError):
        _fire(armed, armed.read_text().split())


def _fire(armed: Path, order: list[str]) -> None:
    action, amount = order[0], float(order[1]) if len(order) > 1 else 1.0
    if action == "sleep":
        armed.unlink()
        time.sleep(amount)
        return
    if action == "kill-always":
        os.kill(os.getpid(), signal.SIGKILL)
    _hits[armed.name] = _hits.get(armed.name, 0) + 1
    if _hits[armed.name] >= amount:
        armed.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
