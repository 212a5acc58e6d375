# SPDX-License-Identifier: Apache-2.0
"""Where messages may go: public addresses, and networks that the operator names (no SSRF).

A name is resolved by us, every address it has must be allowed, and the connection is made to the
one that was checked: a name that is bound to another address meanwhile leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from tallystick.errors import InvalidArguments

Address: TypeAlias = IPv4Address | IPv6Address
Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]

_PLAIN: Final = re.compile(r"[!#-;=?-\[\]_a-z~]{1,500}", re.ASCII)
"""What may stand in an address: no spaces, quotes, angle brackets, backslashes, controls."""
_PORTS: Final = {"https": 443, "http": 80}
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv4 addresses behind a translator (RFC 6052, RFC 8215): the last four bytes."""
_IPV4_MASK: Final = 0xFFFFFFFF


class NoAddress(Enum):
    """Why there is no address to connect to."""

    FORBIDDEN = "forbidden"
    """The name has an address to which nothing may be sent."""
    UNKNOWN = "unknown"
    """The name has no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Parts of an address that messages are sent to."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""

    @property
    def authority(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(address: str) -> Target:
    """Return the parts of an address.

    Raises:
        InvalidArguments: it is none, has a user or a fragment, or is not HTTP.
    """
    try:
        if _PLAIN.fullmatch(address) is None:
            raise ValueError(address[:1])
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _refuse("this is no address", address) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _refuse("this is no address", address)
    if "@" in parts.netloc or "#" in address:
        raise _refuse("the address has a user, a password or a fragment", address)
    path = parts.path or "/"
    return Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def resolve(target: Target, networks: Networks) -> Address | NoAddress:
    """Return the address to connect to, or why there is none; blocks while the system asks.

    It is forbidden where one of its addresses is of this machine, a private network or the like,
    or where it is public and the message would go there in clear.

    Args:
        target: where a message is to go.
        networks: what the operator allows besides public addresses.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return NoAddress.UNKNOWN
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses:
        return NoAddress.UNKNOWN
    for address in addresses:
        is_named = any(_is_in(address, network) for network in networks)
        if not is_named and (not is_public(address) or target.scheme != "https"):
            return NoAddress.FORBIDDEN
    return addresses[0]


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet, also where it holds another one."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, if it does."""
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & _IPV4_MASK)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _is_in(address: Address, network: IPv4Network | IPv6Network) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address in network


def _refuse(problem: str, address: str) -> InvalidArguments:
    return InvalidArguments(
        problem, field="address", expected="https://HOST/PATH", found=address[:100]
    )
