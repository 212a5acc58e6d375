# SPDX-License-Identifier: Apache-2.0
"""Checks of a time-stamp token: its content, the authorities behind it, its nonce, its end.

The rules of certificates stand in `path_rules`, which is loaded with its library by the first check.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tallystick.crypto import read_certificates
from tallystick.errors import InvalidTimeStamp
from tallystick.interchange.timestamps.tokens import Token


@dataclass(frozen=True, slots=True)
class Roots:
    """Certificates that somebody pinned: authorities, and what leads to them."""

    certificates: tuple[bytes, ...]
    """DER."""

    def __bool__(self) -> bool:
        return bool(self.certificates)


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


def read_roots(*files: bytes) -> Roots:
    """Return the certificates in files, PEM or DER.

    Raises:
        InvalidCertificate: a file has none.
    """
    return Roots(tuple(one for data in files for one in read_certificates(data)))


def check_token(token: Token, roots: Roots, digests: Mapping[str, bytes]) -> CheckedToken:
    """Return whose token it is, if it is over this content and a pinned authority stands behind.

    Args:
        token: as `read_token` took it apart.
        roots: pinned certificates.
        digests: of the content, as `content_digests` gives them.

    Raises:
        InvalidTimeStamp: its `field` names the check: imprint, message_digest, signing_certificate,
            signature, purpose, path, validity.
    """
    from tallystick.interchange.timestamps.path_rules import check_signer

    check_imprint(token, digests)
    return check_signer(token, roots)


def check_imprint(token: Token, digests: Mapping[str, bytes]) -> None:
    """Check that a token is over this content.

    Raises:
        InvalidTimeStamp: it is over other bytes.
    """
    expected = digests.get(token.algorithm)
    if expected is None or not hmac.compare_digest(expected, token.digest):
        raise refuse(
            "the time-stamp is over other bytes",
            "imprint",
            f"{token.algorithm} {token.digest.hex()}",
            expected=None if expected is None else f"{token.algorithm} {expected.hex()}",
        )


def check_nonce(token: Token, nonce: int) -> None:
    """Check that a token answers the request that was sent.

    Raises:
        InvalidTimeStamp: it answers another one.
    """
    if token.nonce != nonce:
        raise refuse("the token answers another request", "nonce", str(token.nonce))


def check_valid_at(checked: CheckedToken, moment_ms: int) -> None:
    """Check that the certificates behind a token are still valid.

    Raises:
        InvalidTimeStamp: one has expired: from then on another time-stamp must vouch for this one.
    """
    if moment_ms > checked.valid_until_ms:
        ended = datetime.fromtimestamp(checked.valid_until_ms / 1000, UTC).isoformat()
        raise refuse("a certificate behind the time-stamp has expired", "expired", ended)


def refuse(
    why: str, field: str, found: str | None = None, *, expected: str | None = None
) -> InvalidTimeStamp:
    """Return the error of a check that failed."""
    return InvalidTimeStamp(why, field=field, found=found, expected=expected)
