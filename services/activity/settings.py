"""Settings of the activity service."""

from __future__ import annotations

from dataclasses import dataclass

from shared.settings import Settings, SettingsError, setting


@dataclass(frozen=True)
class ActivitySettings(Settings):
    """How long events are offered to those that follow the feed."""

    feed_days: int = setting(
        "CLIENTELE_FEED_DAYS",
        90,
        help="days for which the feed of events can be read back; the timeline keeps them for ever",
    )

    def __post_init__(self) -> None:
        """Refuse values that would fail later and further away."""
        super().__post_init__()
        if self.feed_days < 1:
            raise SettingsError("CLIENTELE_FEED_DAYS: at least 1")
