"""Which addresses may be connected to."""

from ipaddress import IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import guard

PUBLIC = {
    "1.1.1.1": "a public resolver",
    "93.184.216.34": "an ordinary host",
    "100.63.255.255": "just below the shared address space",
    "100.128.0.0": "just above it",
    "172.15.255.255": "just below 172.16/12",
    "172.32.0.0": "just above it",
    "192.0.1.0": "just above the protocol assignments",
    "198.17.255.255": "just below the benchmark networks",
    "198.20.0.0": "just above them",
    "223.255.255.255": "just below multicast",
    "2001:200::1": "just above the IPv6 protocol assignments",
    "2003::1": "just above 6to4",
    "2606:4700:4700::1111": "a public IPv6 host",
    "2a00:1450:4001::5": "another",
    "::ffff:1.1.1.1": "a public IPv4 address, mapped",
}

NOT_PUBLIC = {
    "0.0.0.0": "this host (RFC 1122)",
    "0.1.2.3": "this network",
    "10.0.0.1": "private (RFC 1918)",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.1.5": "private",
    "100.64.0.1": "shared by carriers (RFC 6598)",
    "100.127.255.255": "shared by carriers",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback, the whole of it",
    "169.254.0.1": "link-local",
    "169.254.169.254": "the metadata of cloud machines",
    "192.0.0.8": "protocol assignments",
    "192.0.0.192": "metadata of another cloud",
    "192.0.2.1": "documentation",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "192.88.99.1": "6to4 relays",
    "198.18.0.1": "benchmarks",
    "198.19.255.255": "benchmarks",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "IPv4-compatible",
    "::ffff:127.0.0.1": "loopback, mapped",
    "::ffff:10.0.0.1": "private, mapped",
    "::ffff:a9fe:a9fe": "metadata, mapped",
    "::ffff:0:127.0.0.1": "translated (SIIT)",
    "64:ff9b::1.1.1.1": "NAT64: what it leads to is not ours to know",
    "64:ff9b::10.0.0.1": "NAT64 of a private address",
    "64:ff9b:1::1": "local NAT64 (RFC 8215)",
    "100::1": "discarded",
    "2001::1": "Teredo",
    "2001:0:7f00:1::": "Teredo with a loopback server",
    "2001:10::1": "ORCHID",
    "2001:20::1": "ORCHIDv2",
    "2001:3::1": "multicast tunnels (RFC 7450)",
    "2001:4:112::1": "name servers of last resort (RFC 7535)",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4 of loopback",
    "2002:c0a8:105::1": "6to4 of a private address",
    "3fff::1": "documentation (RFC 9637)",
    "4000::1": "not handed out",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd00:ec2::254": "metadata over IPv6",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with its zone",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "ff0e::1": "multicast of global scope",
}


@pytest.mark.parametrize("address", PUBLIC, ids=str)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert guard.allowed(address)


@pytest.mark.parametrize("address", NOT_PUBLIC, ids=str)
def test_no_other_address_may(address: str) -> None:
    assert not guard.allowed(address), NOT_PUBLIC[address]


@pytest.mark.parametrize(
    ("address", "network", "allowed"),
    [
        ("192.168.1.5", "192.168.1.5/32", True),
        ("192.168.1.6", "192.168.1.5/32", False),
        ("127.0.0.1", "127.0.0.0/8", True),
        ("::1", "127.0.0.0/8", False),
        ("::1", "::1/128", True),
        ("127.0.0.1", "::/0", False),
        ("::ffff:192.168.1.5", "192.168.1.5/32", True),  # the same host, mapped
        ("::ffff:192.168.1.6", "192.168.1.5/32", False),
        ("fd12::7", "fd12::/16", True),
        ("fe80::1%eth0", "fe80::/64", True),
        ("64:ff9b::7f00:1", "64:ff9b::/96", True),
    ],
)
def test_an_operator_names_the_networks_that_are_excepted(address: str, network: str, allowed: bool) -> None:
    assert guard.allowed(address, [ip_network("203.0.113.0/24"), ip_network(network)]) is allowed


def test_an_exception_takes_nothing_from_the_public() -> None:
    assert guard.allowed("1.1.1.1", [ip_network("10.0.0.0/8")])


@settings(max_examples=200)
@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_outside_2000_3_no_ipv6_address_is_public_but_a_mapped_one(address: IPv6Address) -> None:
    if address.ipv4_mapped is None and address not in ip_network("2000::/3"):
        assert not guard.allowed(str(address))


@settings(max_examples=200)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_when_it_is_mapped(address: object) -> None:
    assert guard.allowed(str(address)) is guard.allowed(f"::ffff:{address}")
