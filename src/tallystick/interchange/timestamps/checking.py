# SPDX-License-Identifier: Apache-2.0
"""Checks of a time-stamp token: its content, the authorities behind it, its nonce, its end.

The rules of certificates stand in `path_rules`, loaded with its library by the first check.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from tallystick.crypto import read_certificates
from tallystick.interchange.timestamps.records import CheckedToken, Roots, refuse
from tallystick.interchange.timestamps.tokens import Token


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
