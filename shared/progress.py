"""The sign of progress: a file that a process touches on each round it finishes.

A health check looks at its age. A process id says only that something has been started; a
loop that hangs, or cannot reach what it needs, stops touching.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CLIENTELE_PROGRESS_FILE"


def note_progress() -> None:
    """Touch the file that CLIENTELE_PROGRESS_FILE names; nothing where it is not set."""
    file = os.environ.get(VARIABLE)
    if file:
        Path(file).touch()
