"""Settings of the web interface."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from shared.settings import Settings


@dataclass(frozen=True)
class WebSettings(Settings):
    """Where browsers reach the web interface; the API and the store are found as by services."""

    @cached_property
    def is_secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return urlsplit(self.web_url).scheme == "https"

    @cached_property
    def store_origin(self) -> str:
        """Scheme, host and port of the object store, as browsers reach it."""
        found = urlsplit(self.s3_public_endpoint or self.s3_endpoint)
        return f"{found.scheme}://{found.netloc}"
