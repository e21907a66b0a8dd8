"""Settings of the metrics service."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Settings


@dataclass(frozen=True)
class MetricsSettings(Settings):
    """Nothing of its own beyond what every process needs."""
