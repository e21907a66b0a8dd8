"""What a webhook's URL may look like, before anyone asks where it leads."""

from __future__ import annotations

from dataclasses import dataclass

import yarl

MOST_CHARACTERS = 2000


class WrongUrl(ValueError):
    """It cannot be the address of a webhook; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: the name or address of a host, as the network knows it, and a port."""

    url: str
    host: str
    port: int
    plain: bool


def parse_url(text: str) -> Target:
    """Where the URL leads; raises `WrongUrl`."""
    try:
        url = yarl.URL(text)
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise WrongUrl("This is not a URL.") from error
    if len(text) > MOST_CHARACTERS:
        raise WrongUrl(f"At most {MOST_CHARACTERS} characters.")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise WrongUrl("Leave out blanks and control characters.")
    if url.scheme not in {"https", "http"} or not host or not port:
        raise WrongUrl("Use a URL that begins with https:// and names a host.")
    if url.user is not None or url.password is not None:
        raise WrongUrl("Leave out user and password: the signature says who is calling.")
    if url.fragment:
        raise WrongUrl("Leave out what follows the #: it is never sent.")
    return Target(str(url), host, port, plain=url.scheme == "http")


def without_query(url: str) -> str:
    """Where a URL leads, without what it asks for there, which may be a secret."""
    return url.partition("?")[0]
