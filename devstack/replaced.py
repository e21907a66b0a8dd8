"""Servers of your own in place of the embedded ones: which are named, and do they answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from devstack.errors import StackError
from devstack.probes import takes_connections

_DEFAULT_PORTS = {
    "postgresql": 5432, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671,
    "sentinel": 26379, "http": 80, "https": 443, "smtp": 25, "smtps": 465,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replacement:
    """One engine of the stack and the variable that puts another server in its place."""

    engine: str
    variable: str

    def url(self, environ: Mapping[str, str]) -> str | None:
        """The address of the replacing server, or None if the embedded one is wanted."""
        return environ.get(self.variable) or None


POSTGRES = Replacement("PostgreSQL", "CLIENTELE_DATABASE_URL")
BROKER = Replacement("broker", "CLIENTELE_BROKER_URL")
STORE = Replacement("object store", "CLIENTELE_S3_ENDPOINT")
MAIL = Replacement("mail server", "CLIENTELE_SMTP_URL")
ALL = (POSTGRES, BROKER, STORE, MAIL)


def require_reachable(environ: Mapping[str, str]) -> None:
    """Raise `StackError` for the first replacing server that takes no connection."""
    for replacement in ALL:
        url = replacement.url(environ)
        if url is not None and not takes_connections(*_address(url, replacement)):
            raise StackError(
                f"The {replacement.engine} named by {replacement.variable} "
                f"({_without_login(url)}) does not answer.",
                f"Start it, correct {replacement.variable}, or unset it to use the embedded one.",
            )


def _address(url: str, replacement: Replacement) -> tuple[str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port or _DEFAULT_PORTS[parts.scheme.partition("+")[0]]
    except (KeyError, ValueError):
        raise StackError(
            f"{replacement.variable} is not an address: {_without_login(url)}.",
            "Give it as scheme://host:port, or unset it to use the embedded server.",
        ) from None
    return parts.hostname or "127.0.0.1", port


def _without_login(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
