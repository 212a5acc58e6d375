# SPDX-License-Identifier: Apache-2.0
"""Signatures of messages as in Standard Webhooks 1.0.0: HMAC-SHA-256 over id, time and body."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a fresh secret, in the form in which receivers take it."""
    return _PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def signature(secret: str, message: str, time_s: int, body: bytes) -> str:
    """Return the signature of one message by one secret."""
    key = b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message}.{time_s}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode("ascii")


def signed_headers(
    secrets_now: Iterable[str], message: str, time_s: int, body: bytes
) -> dict[str, str]:
    """Return the headers of a message; while a secret is changed there are two signatures."""
    signatures = (signature(one, message, time_s, body) for one in secrets_now)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(time_s),
        "webhook-signature": " ".join(signatures),
    }
