"""The relay process of the activity service: it pulls what was missed."""

from __future__ import annotations

from services.activity.events.consumers import apply
from services.activity.settings import ActivitySettings
from shared.relay_process import run_relay
from shared.runtime import Runtime


def main(settings: ActivitySettings) -> None:
    """Run until SIGTERM."""
    run_relay(Runtime("activity", settings), apply)
