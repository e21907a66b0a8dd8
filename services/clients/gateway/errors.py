"""What can go wrong between the façade and a service behind it."""

from __future__ import annotations

from datetime import datetime

from shared.clock import rfc3339
from shared.errors import Unavailable


class PartUnavailable(Unavailable):
    """A service behind the façade does not answer; the rest of the API does.

    `service` names it, `since` is when it was first found so (RFC 3339), `why` is for people.
    """

    code = "facade.unavailable"
    title = "A part of the system does not answer at the moment"

    def __init__(self, service: str, since: datetime, why: str) -> None:
        self.service = service
        self.since = rfc3339(since)
        super().__init__(
            f"The {service} service does not answer ({why}). Nothing else is affected.",
            service=service,
            since=self.since,
        )
