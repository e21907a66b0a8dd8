"""Which network addresses a webhook may be sent to: public ones, and those the firm allows.

Whoever may name a URL could otherwise have this server ask its own neighbours: a database, a
cloud's metadata service, a printer. What is not known to be public is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# What `is_global` calls public, in this version of Python or an older one, and is not: what is
# shared or reserved, and what leads to an address of version 4 by a way of its own.
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.31.196.0/24"),
        *("192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"),
        *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_allowed(text: str, allowed: Sequence[Network]) -> bool:
    """Whether the firm has named the network that this address is in."""
    address = _parsed(text)
    return address is not None and _is_in(address, allowed)


def may_be_sent_to(text: str, allowed: Sequence[Network], *, plain: bool) -> bool:
    """Whether a webhook may go to this address, `plain` if without TLS.

    Without TLS only to where the firm allows it, as anyone on the way could read along.
    """
    address = _parsed(text)
    if address is None:
        return False
    return _is_in(address, allowed) or (not plain and _is_public(address))


def _parsed(text: str) -> Address | None:
    """The address itself: one of version 4 that is written as one of version 6 is of version 4.

    One with a zone (`fe80::1%eth0`) names a neighbour and is none.
    """
    if "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not _is_in(address, _NOT_PUBLIC)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
