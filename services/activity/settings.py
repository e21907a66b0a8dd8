"""Settings of the activity service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network

from shared.settings import Settings, SettingsError, setting


@dataclass(frozen=True)
class ActivitySettings(Settings):
    """How events are offered to those that follow the feed, and where webhooks may lead."""

    feed_days: int = setting(
        "CLIENTELE_FEED_DAYS",
        90,
        help="days for which the feed of events can be read back; the timeline keeps them for ever",
    )
    stream_heartbeat_seconds: float = setting(
        "CLIENTELE_STREAM_HEARTBEAT_SECONDS",
        15.0,
        help="seconds after which a silent stream of events says that it lives; 30 at most",
    )
    streams_per_workspace: int = setting(
        "CLIENTELE_STREAMS_PER_WORKSPACE",
        500,
        help="streams and long polls of a workspace that a process of the API holds at most",
    )
    streams_per_caller: int = setting(
        "CLIENTELE_STREAMS_PER_CALLER",
        100,
        help="streams and long polls of one user or key that a process of the API holds at most",
    )
    webhook_allow: str = setting(
        "CLIENTELE_WEBHOOK_ALLOW",
        "",
        help="networks (10.1.0.0/16, 127.0.0.0/8) that webhooks may be sent to although they are "
        "not public, and without TLS",
    )

    def __post_init__(self) -> None:
        """Refuse values that would fail later and further away."""
        super().__post_init__()
        if self.feed_days < 1:
            raise SettingsError("CLIENTELE_FEED_DAYS: at least 1")
        if not 0 < self.stream_heartbeat_seconds <= 30:
            raise SettingsError("CLIENTELE_STREAM_HEARTBEAT_SECONDS: more than 0, at most 30")
        try:
            _ = self.webhook_networks
        except ValueError as error:
            raise SettingsError(f"CLIENTELE_WEBHOOK_ALLOW: {error}") from error

    @cached_property
    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `CLIENTELE_WEBHOOK_ALLOW`."""
        named = self.webhook_allow.split(",")
        return tuple(ip_network(part.strip()) for part in named if part.strip())
