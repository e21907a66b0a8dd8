"""A dispatcher in a process of its own, so that a test can have it killed or frozen."""

from __future__ import annotations

from services.activity.service import ACTIVITY
from shared.processes import dispatcher

if __name__ == "__main__":
    dispatcher.run(ACTIVITY)
