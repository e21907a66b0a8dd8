"""Asking where a URL leads, before it is taken as a webhook's.

Asked again when a connection is made: names change what they mean.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from services.activity.webhooks.errors import AddressRefused
from services.activity.webhooks.rules.addresses import Network, is_allowed, may_be_sent_to
from services.activity.webhooks.rules.urls import Target, WrongUrl, parse_url
from shared.errors import FieldError

#: Addresses of a host and port.
Resolve = Callable[[str, int], Sequence[str]]

# The façade waits two seconds for the whole answer, and a name server may never say a word.
LOOK_UP_SECONDS = 1.5
_threads = ThreadPoolExecutor(4, thread_name_prefix="names")


def addresses_of(host: str, port: int) -> list[str]:
    """What the system says of a host, however long that takes; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def require_reachable(
    url: str, allowed: Sequence[Network], resolve: Resolve = addresses_of
) -> Target:
    """Where the URL leads, all of it fit to be sent to; raises `AddressRefused`.

    What cannot be found out is refused as well.
    """
    try:
        target = parse_url(url)
        found = _threads.submit(resolve, target.host, target.port).result(LOOK_UP_SECONDS)
    except WrongUrl as error:
        raise _refused("invalid_url", str(error)) from error
    except (OSError, UnicodeError, Late) as error:
        raise _refused("unresolvable", "The host of this URL is not known.") from error
    if not all(may_be_sent_to(each, allowed, plain=target.plain) for each in found):
        raise _refused(*_why(target, found, allowed))
    return target


def _why(target: Target, found: Sequence[str], allowed: Sequence[Network]) -> tuple[str, str]:
    if target.plain and all(may_be_sent_to(each, allowed, plain=False) for each in found):
        return "not_encrypted", "Use https: without it anyone on the way could read along."
    refused = [each for each in found if not is_allowed(each, allowed)]
    return "internal_address", f"This leads to {refused[0]}, which is not a public address."


def _refused(code: str, message: str) -> AddressRefused:
    return AddressRefused(message, errors=[FieldError("url", code, message)])
