"""Which addresses are public enough to be sent to."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.webhooks.rules.addresses import may_be_sent_to

_PRIVATE = (
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("0.0.0.0", "0.1.2.3", "100.64.0.1", "169.254.169.254", "192.0.0.8", "192.0.2.1"),
    *("192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.1.1", "239.1.1.1"),
    *("240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1"),
)
_PUBLIC = ("1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize("address", _PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not may_be_sent_to(address, (), plain=False)


@pytest.mark.parametrize("address", _PUBLIC)
def test_what_is_public_is_sent_to_by_tls_alone(address: str) -> None:
    assert may_be_sent_to(address, (), plain=False)
    assert not may_be_sent_to(address, (), plain=True)


@pytest.mark.parametrize("plain", [True, False])
def test_what_the_firm_allows_is_sent_to_in_any_spelling(plain: bool) -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd00::1"):
        assert may_be_sent_to(address, allowed, plain=plain)
    for address in ("10.2.0.1", "127.0.0.1", "fe80::1"):
        assert not may_be_sent_to(address, allowed, plain=plain)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "0x7f.1", "2130706433", "1.1.1.1/32"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not may_be_sent_to(text, (ip_network("0.0.0.0/0"), ip_network("::/0")), plain=False)


@given(st.ip_addresses(v=4))
def test_an_address_of_version_4_is_the_same_inside_one_of_version_6(address: object) -> None:
    alone = may_be_sent_to(str(address), (), plain=False)
    assert may_be_sent_to(f"::ffff:{address}", (), plain=False) == alone
    assert may_be_sent_to(f"64:ff9b::{address}", (), plain=False) == alone
