"""Where a camera may be: a pure policy of IP addresses, and resolving a name once.

A camera's address comes from a person and is connected to from inside the town's network. Whoever
could point it at the machine itself, a cloud's metadata service or a neighbour's router would use
the recorder as their hand (server-side request forgery). So a name is resolved once, every answer
must be permitted, and the connection goes to the address that was checked.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from farola.base import Error, Kind
from farola.config import Network

type IP = IPv4Address | IPv6Address
type Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

# Never a camera's, whatever networks are allowed (IANA special-purpose registries, RFC 6890).
_NEVER: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple(
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "is unspecified"),
        ("169.254.0.0/16", "is link-local"),  # holds 169.254.169.254, the clouds' metadata
        ("100.100.100.200/32", "is a metadata service"),  # Alibaba Cloud
        ("192.0.0.0/24", "is reserved"),  # holds 192.0.0.192, Oracle's metadata
        ("168.63.129.16/32", "is a metadata service"),  # Azure's wire server
        ("224.0.0.0/4", "is multicast"),
        ("240.0.0.0/4", "is reserved"),  # and 255.255.255.255, broadcast
        ("::/128", "is unspecified"),
        ("::ffff:0:0/96", "is IPv4 inside IPv6"),
        ("::/96", "is IPv4 inside IPv6"),
        ("64:ff9b::/96", "is IPv4 inside IPv6"),
        ("64:ff9b:1::/48", "is IPv4 inside IPv6"),
        ("2001::/32", "is IPv4 inside IPv6"),  # Teredo
        ("2002::/16", "is IPv4 inside IPv6"),  # 6to4
        ("fd00:ec2::/32", "is a metadata service"),  # Amazon
        ("fd20:ce::/32", "is a metadata service"),  # Google
        ("fe80::/10", "is link-local"),
        ("fec0::/10", "is reserved"),  # site-local, withdrawn by RFC 3879
        ("ff00::/8", "is multicast"),
    )
)
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """`networks` in which cameras may live; loopback is its own decision (demo, tests)."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    allow_loopback: bool = False

    @classmethod
    def of(cls, network: Network) -> "AddressPolicy":
        """The policy that an operator configured."""
        return cls(network.camera_networks, network.allow_loopback)


def refusal(ip: IP, policy: AddressPolicy) -> str | None:
    """Why the address may not be a camera's, None when it may. Pure."""
    if isinstance(ip, IPv6Address) and ip.scope_id is not None:
        return "names a network interface"
    if any(ip in network for network in _LOOPBACK):
        return None if policy.allow_loopback else "is this machine"
    for network, why in _NEVER:
        if ip in network:
            return why
    if not any(ip in network for network in policy.networks):
        return "lies outside the networks allowed for cameras"
    return None


def permit(ip: IP, policy: AddressPolicy) -> None:
    """`Error(ADDRESS_REFUSED)` unless the policy lets a camera have this address."""
    why = refusal(ip, policy)
    if why is not None:
        raise Error(Kind.ADDRESS_REFUSED, f"{ip} {why}", ip=str(ip))


def check_host(host: str) -> IP | None:
    """The address when `host` is one, None when it is a name that DNS may know.

    Raises `Error(ADDRESS_REFUSED)` for everything else, among it the forms that C libraries take
    for addresses and people do not: `127.1`, `2130706433`, `0x7f.0.0.1`.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    labels = host.removesuffix(".").split(".")
    if (
        len(host) > 253
        or not all(_LABEL.fullmatch(label) for label in labels)
        or _NUMBER.fullmatch(labels[-1])
    ):
        raise Error(Kind.ADDRESS_REFUSED, "this is neither a host name nor an IP address")
    return None


async def look_up(host: str, port: int) -> list[str]:
    """The system's answers in its order; scope ids are kept, for `refusal` to refuse."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


async def resolve(
    host: str,
    port: int,
    policy: AddressPolicy,
    *,
    lookup: Lookup = look_up,
    within_ms: int = 5_000,
) -> str:
    """The one address to connect to; it must not be resolved again.

    A name with any refused answer is refused whole: which answer a library takes is chance, and
    an attacker's to influence. IPv4 comes before IPv6, because cameras that announce IPv6 often
    do not serve on it. Raises `Error`: ADDRESS_REFUSED, NAME_UNRESOLVED.
    """
    if not 1 <= port <= 65_535:
        raise Error(Kind.ADDRESS_REFUSED, "a port is between 1 and 65535", port=port)
    literal = check_host(host)
    if literal is not None:
        permit(literal, policy)
        return str(literal)
    try:
        async with asyncio.timeout(within_ms / 1000):
            answers = await lookup(host, port)
        addresses = [ip_address(answer) for answer in answers]
    except (OSError, UnicodeError, ValueError) as error:  # TimeoutError is an OSError
        raise Error(Kind.NAME_UNRESOLVED, f"{host} has no address", host=host) from error
    if not addresses:
        raise Error(Kind.NAME_UNRESOLVED, f"{host} has no address", host=host)
    for address in addresses:
        permit(address, policy)
    return str(min(addresses, key=lambda address: address.version))
