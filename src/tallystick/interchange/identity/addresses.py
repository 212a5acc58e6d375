# SPDX-License-Identifier: Apache-2.0
"""Addresses of a provider: HTTPS, or this machine; and only hosts that the operator named.

What a discovery document names is fetched by us, so it is held to the list of hosts: it cannot
point us at a host inside (SSRF). A name that is rebound to another address meets TLS.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tallystick.errors import InvalidIdentityProvider
from tallystick.units import LOOPBACK_NAMES

_PLAIN: Final = re.compile(r"[!#-;=?-\[\]_a-z~]{1,2000}", re.ASCII)
"""What may stand in an address: no spaces, quotes, angle brackets, backslashes, controls."""


def check_issuer(issuer: str) -> str:
    """Return the host of an issuer's address, with its port if one is given.

    Raises:
        InvalidIdentityProvider: it is not `https://...` (or this machine), or has more than a path.
    """
    parts = _split(issuer, "issuer")
    if parts.query:
        raise _refuse("issuer", "an issuer has no query")
    return parts.netloc.lower()


def check_endpoint(address: str, hosts: frozenset[str], field: str) -> str:
    """Return an address of a discovery document.

    Raises:
        InvalidIdentityProvider: it is not HTTPS (or this machine), or on a host nobody named.
    """
    host = _split(address, field).netloc.lower()
    if host not in hosts:
        raise InvalidIdentityProvider(
            "the discovery document names a host that is not allowed",
            field=field,
            expected=", ".join(sorted(hosts)),
            found=host[:100],
        )
    return address


def _split(address: str, field: str) -> SplitResult:
    if _PLAIN.fullmatch(address) is None:
        raise _refuse(field, "the address has characters that none has, or too many")
    try:
        parts = urlsplit(address)
        host = parts.hostname
        parts.port  # noqa: B018  # raises where it is none
    except ValueError as error:
        raise _refuse(field, "the address cannot be read") from error
    if not host or "@" in parts.netloc or parts.fragment or "#" in address:
        raise _refuse(field, "the address has no host, or a user or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_NAMES):
        raise _refuse(field, "the address is not HTTPS")
    return parts


def _refuse(field: str, problem: str) -> InvalidIdentityProvider:
    return InvalidIdentityProvider(
        problem, field=field, expected="https://HOST/..., or http:// on this machine"
    )
