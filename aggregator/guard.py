"""Which addresses may be connected to: public ones, and the exceptions that the operator names. Pure.

`ipaddress.is_global` is not enough: it lets through multicast and, before Python 3.13, the IPv6
forms that carry a private IPv4 address (IANA special-purpose registries; RFC 6052, 3056, 4380).
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")
NEVER_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relay anycast
        "2001::/23",  # Teredo, ORCHID and other protocol assignments; Python 3.13 lets some through
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def allowed(host: str, exceptions: Sequence[Network] = ()) -> bool:
    """Whether this IP address (text, as the system's resolver gave it) may be connected to."""
    address = _plain(host)
    return _within(address, exceptions) or _public(address)


def _plain(host: str) -> IPv4Address | IPv6Address:
    address = ip_address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not _within(address, NEVER_PUBLIC)


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
