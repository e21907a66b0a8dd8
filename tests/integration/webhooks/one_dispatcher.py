"""A dispatcher in a process of its own, so that a test can have it killed or frozen."""

from __future__ import annotations

from services.activity.settings import ActivitySettings
from services.activity.webhooks.tasks.dispatcher import dispatch
from shared.runtime import Runtime
from shared.settings import load


def main() -> None:
    """Dispatch on the environment's engines until SIGTERM."""
    dispatch(Runtime("activity", load(ActivitySettings)))


if __name__ == "__main__":
    main()
