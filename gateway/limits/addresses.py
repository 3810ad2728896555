"""Who a request without a credential comes from: an address, as far as it can be trusted."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

__all__ = ["Addresses"]

_LONGEST = 1024
"""Characters of an ``X-Forwarded-For`` that are read, from its end: what comes before is the client's own say."""

_SITE = 64
"""Bits of an IPv6 address that make the network of one customer."""


class Addresses:
    """Reads addresses; ``trusted`` are the networks of the proxies whose ``X-Forwarded-For`` counts.

    >>> from ipaddress import ip_network
    >>> addresses = Addresses([ip_network("10.0.0.0/8")])
    >>> addresses.of("10.1.2.3", "198.51.100.7, 203.0.113.9, 10.4.4.4")
    '203.0.113.9'
    >>> addresses.of("192.0.2.1", "198.51.100.7")
    '192.0.2.1'
    >>> addresses.of("2001:db8:1:2:3:4:5:6", "")
    '2001:db8:1:2::/64'
    """

    def __init__(self, trusted: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._trusted = tuple(trusted)
        self._remembered = lru_cache(4096)(self._of)

    def of(self, peer: str, forwarded: str) -> str:
        """Whom to count a request for: the last address that no trusted proxy speaks for; of IPv6, its /64."""
        return self._remembered(peer, forwarded[-_LONGEST:] if self._trusted else "")

    def _of(self, peer: str, forwarded: str) -> str:
        found = _read(peer)
        if found is None:
            return "unknown"
        for named in reversed(forwarded.split(",")) if forwarded else ():
            if not self._is_trusted(found):
                break
            before = _read(named)
            if before is None:
                break
            found = before
        return str(found) if isinstance(found, IPv4Address) else f"{IPv6Network((int(found) >> _SITE << _SITE, _SITE))}"

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without its port; None for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
