"""Whom a request without a credential is counted for."""

from ipaddress import ip_network

import pytest

from gateway.limits.addresses import Addresses

PROXIES = Addresses([ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # nobody asked this peer whom it speaks for
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),  # the first is what the client wrote itself
        ("10.0.0.1", "203.0.113.66, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
        ("10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("10.0.0.1", "someone, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, someone", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7,", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "", "2001:db8:1:3::/64"),
        ("2001:db8:ffff::1", "2001:db8:7:7::7", "2001:db8:7:7::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),  # an IPv4 client of a socket for both
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("testclient", "198.51.100.7", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed_and_only_about_who_asked_them(
    peer: str, forwarded: str, expected: str
) -> None:
    assert PROXIES.of(peer, forwarded) == expected


def test_without_trusted_proxies_the_header_is_nothing() -> None:
    assert Addresses().of("10.0.0.1", "198.51.100.7") == "10.0.0.1"


def test_a_long_header_is_read_from_its_end() -> None:
    assert PROXIES.of("10.0.0.1", "203.0.113.1, " * 100_000 + "198.51.100.7") == "198.51.100.7"
