"""Who is asking, a caller in a workspace, and whence."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from shared.messaging.envelope import Actor


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller in a workspace with its permissions."""

    workspace_id: uuid.UUID
    actor: Actor
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a caller is: an address, and a browser or program in a few words."""

    address: str
    device: str

    @property
    def network(self) -> str:
        """What one caller has of its own: an IPv4 address, or the first half of an IPv6 one."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return self.address
        if address.version == 4:
            return str(address)
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
