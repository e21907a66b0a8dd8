"""What a subscriber may be called and sent over; what its queue and its task are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from services.activity.webhooks.rules.types import unmatched
from shared.errors import FieldError
from shared.service_names import SERVICES

SEALED_FOR = "activity.subscriber_broker"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCHEMES = ("redis", "rediss", "sentinel", "amqp", "amqps")


def ingest_name(name: str) -> str:
    """The queue of a subscriber, and its task: both are `<name>.ingest`."""
    return f"{name}.ingest"


def mistakes(name: str, types: Sequence[str], broker_url: str | None) -> list[FieldError]:
    """Everything that is wrong with what an operator asks for."""
    return [FieldError(field, "invalid", said) for field, said in _said(name, types, broker_url)]


def _said(name: str, types: Sequence[str], url: str | None) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(name):
        yield "name", "Small letters, digits and _, a letter first, 40 characters at most."
    if name in SERVICES:
        yield "name", f"{name} is a service of Clientele, whose queue has this name."
    if unknown := unmatched(types):
        yield "types", f"No event is of the type {unknown[0]}."
    if url is not None and not (urlsplit(url).scheme in _SCHEMES and urlsplit(url).hostname):
        yield "broker_url", f"The address of a broker begins with one of {', '.join(_SCHEMES)}."


def without_secrets(said: str, broker_url: str) -> str:
    """What a broker's library says, on one line, without what lets anyone in."""
    secrets = (broker_url, urlsplit(broker_url).password)
    for secret in filter(None, secrets):
        said = said.replace(secret, "…")
    return " ".join(said.split())[:300]
