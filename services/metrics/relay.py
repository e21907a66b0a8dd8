"""The relay process of the metrics service: it pulls what was missed."""

from __future__ import annotations

from services.metrics.consumers import apply
from services.metrics.settings import MetricsSettings
from shared.relay_process import run_relay
from shared.runtime import Runtime


def main(settings: MetricsSettings) -> None:
    """Run until SIGTERM."""
    run_relay(Runtime("metrics", settings), apply)
