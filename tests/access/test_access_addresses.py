"""Where a camera may be: a policy tested as a function, names resolved once."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.access import AddressPolicy, check_host, permit, refusal, resolve
from farola.base import Error, Kind
from farola.config import Network

DEFAULT = AddressPolicy.of(Network())
DEMO = AddressPolicy.of(Network(allow_loopback=True))
ANYWHERE = AddressPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.mark.parametrize(
    "ip", ["10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.64", "fd12:3456::1"]
)
def test_private_networks_are_permitted(ip: str) -> None:
    assert refusal(ip_address(ip), DEFAULT) is None


@pytest.mark.parametrize("ip", ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1"])
def test_other_networks_are_permitted_only_when_configured(ip: str) -> None:
    assert refusal(ip_address(ip), DEFAULT) is not None
    assert refusal(ip_address(ip), ANYWHERE) is None


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.255.1.2", "::1"])
def test_this_machine_is_its_own_decision(ip: str) -> None:
    assert refusal(ip_address(ip), DEFAULT) is not None
    assert refusal(ip_address(ip), ANYWHERE) is not None
    assert refusal(ip_address(ip), DEMO) is None


@pytest.mark.parametrize(
    "ip",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.1.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "::",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2001:0:1::1",
        "2002:7f00:1::",
        "fe80::1",
        "fe80::1%eth0",
        "fd12::1%eth0",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
    ],
)
def test_some_addresses_are_never_a_cameras(ip: str) -> None:
    everywhere = AddressPolicy(ANYWHERE.networks, allow_loopback=True)
    with pytest.raises(Error) as error:
        permit(ip_address(ip), everywhere)
    assert error.value.kind is Kind.ADDRESS_REFUSED


@given(st.ip_addresses())
def test_what_is_permitted_is_in_an_allowed_network_and_unicast(
    ip: IPv4Address | IPv6Address,
) -> None:
    for policy in (DEFAULT, DEMO, ANYWHERE):
        if refusal(ip, policy) is None:
            inside = any(ip in network for network in policy.networks)
            assert inside or (ip.is_loopback and policy.allow_loopback)
            assert not any((ip.is_multicast, ip.is_link_local, ip.is_unspecified))
            assert not (isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_gets_in_as_ipv6(ip: IPv4Address) -> None:
    everywhere = AddressPolicy(ANYWHERE.networks, allow_loopback=True)
    for base in ("::ffff:0:0", "64:ff9b::"):
        inside = IPv6Address(int(ip_address(base)) | int(ip))
        assert refusal(inside, everywhere) is not None
    assert refusal(IPv6Address((0x2002 << 112) | int(ip) << 80), everywhere) is not None


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "a..b",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "10.0.0.01",
        "[::1]",
        "a b",
        "a/b",
        "a@b",
        "user:pw@10.0.0.1",
        "a\x00b",
        "a\nb",
        "-a",
        "a-",
        "ñandú",
        "x" * 64,
        ".".join(["x" * 60] * 5),
    ],
)
def test_what_is_neither_a_name_nor_an_address_is_refused(host: str) -> None:
    with pytest.raises(Error) as error:
        check_host(host)
    assert error.value.kind is Kind.ADDRESS_REFUSED


@pytest.mark.parametrize("host", ["cam", "cam-1.plaza.example", "cam_1.local", "xn--and-6ma2c.ar"])
def test_names_are_names(host: str) -> None:
    assert check_host(host) is None


@given(st.text(max_size=40))
def test_any_text_is_an_address_a_name_or_refused(host: str) -> None:
    with suppress(Error):
        if check_host(host) is None:  # then no C library takes it for an address either
            with pytest.raises(OSError, match="illegal IP address"):
                socket.inet_aton(host)


def answering(*answers: str) -> "Answers":
    return Answers(answers)


class Answers:
    """A resolver that says what it is told to and counts how often it is asked."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = answers
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers


async def test_an_address_is_not_looked_up() -> None:
    lookup = answering("8.8.8.8")
    assert await resolve("10.0.0.7", 554, DEFAULT, lookup=lookup) == "10.0.0.7"
    assert lookup.asked == 0


async def test_a_name_is_looked_up_once_and_ipv4_comes_first() -> None:
    lookup = answering("fd00::7", "10.0.0.7", "10.0.0.8")
    assert await resolve("cam.example", 554, DEFAULT, lookup=lookup) == "10.0.0.7"
    assert lookup.asked == 1


@pytest.mark.parametrize(
    "bad", ["8.8.8.8", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1%2"]
)
@pytest.mark.parametrize("first", [True, False])
async def test_one_refused_answer_refuses_the_name(bad: str, first: bool) -> None:
    answers = [bad, "10.0.0.7"] if first else ["10.0.0.7", bad]
    with pytest.raises(Error) as error:
        await resolve("cam.example", 554, DEFAULT, lookup=answering(*answers))
    assert error.value.kind is Kind.ADDRESS_REFUSED


async def test_names_without_an_address_are_unresolved() -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def hangs(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    for lookup in (fails, hangs, answering(), answering("nonsense")):
        with pytest.raises(Error) as error:
            await resolve("cam.example", 554, DEFAULT, lookup=lookup, within_ms=20)
        assert error.value.kind is Kind.NAME_UNRESOLVED


async def test_the_systems_own_resolver_is_asked() -> None:
    assert await resolve("localhost", 554, DEMO) in {"127.0.0.1", "::1"}
    with pytest.raises(Error) as error:
        await resolve("localhost", 554, DEFAULT)
    assert error.value.kind is Kind.ADDRESS_REFUSED


@pytest.mark.parametrize("port", [0, -1, 65_536])
async def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(Error) as error:
        await resolve("10.0.0.7", port, DEFAULT)
    assert error.value.kind is Kind.ADDRESS_REFUSED
