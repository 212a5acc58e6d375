# SPDX-License-Identifier: Apache-2.0
"""Proof of possession: a new key signs its own enrolment, so nobody enrols another's key.

Each purpose has a tag of its own: a proof for one is none for another.
"""

from __future__ import annotations

from tallystick.crypto import check_public_key, verify_signature
from tallystick.encoding import encode
from tallystick.errors import InvalidSignature, InvalidValue

_MEMBER_KEY = "tallystick/enrol-key/v1"
_VALIDATOR_KEY = "tallystick/validator-key/v1"
_LOG_KEY = "tallystick/log-key/v1"


def enrolment_message(network: str, organization: str, member: str, public_key: bytes) -> bytes:
    """Return the bytes that the new key signs, bound to network, organisation and member."""
    return encode([_MEMBER_KEY, network, organization, member, public_key])


def validator_message(network: str, organization: str, public_key: bytes) -> bytes:
    """Return the bytes that a new validator key signs."""
    return encode([_VALIDATOR_KEY, network, organization, public_key])


def log_key_message(network: str, organization: str, public_key: bytes) -> bytes:
    """Return the bytes that a new log key signs."""
    return encode([_LOG_KEY, network, organization, public_key])


def check_possession(public_key: bytes, message: bytes, proof: bytes) -> None:
    """Raise `InvalidValue` unless the key may be enrolled and signed `message`."""
    try:
        check_public_key(public_key)
        verify_signature(public_key, message, proof)
    except InvalidSignature as error:
        raise InvalidValue(error.message, field=error.field or "proof") from error
