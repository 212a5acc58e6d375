# SPDX-License-Identifier: Apache-2.0
"""What checks and authorities share: pinned certificates, a good token, an authority's files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.errors import InvalidTimeStamp
from tallystick.interchange.timestamps.tokens import Token

POLICY: Final = "1.3.6.1.4.1.32473.3161.1"
"""Under the arc for documentation (RFC 5612): the policy of docs/operator/timestamps.md."""


@dataclass(frozen=True, slots=True)
class AuthorityFiles:
    """What an authority consists of, as PEM."""

    root: bytes
    """Certificate that others pin."""
    certificate: bytes
    key: bytes
    """Secret."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Certificates that somebody pinned: authorities, and what leads to them."""

    certificates: tuple[bytes, ...]
    """DER."""
    published: tuple[bytes, ...] = ()
    """Certificates (DER) that are believed as they are, whoever issued them."""

    def __bool__(self) -> bool:
        return bool(self.certificates or self.published)


@dataclass(frozen=True, slots=True)
class CheckedToken:
    """A token that holds, and whose it is."""

    token: Token
    authority: str
    """Subject of the certificate that signed it."""
    anchor: str
    """Subject of the pinned certificate behind it."""
    valid_until_ms: int
    """When the first certificate of the path ends."""


def refuse(
    why: str, field: str, found: str | None = None, *, expected: str | None = None
) -> InvalidTimeStamp:
    """Return the error of a check that failed."""
    return InvalidTimeStamp(why, field=field, found=found, expected=expected)
