# SPDX-License-Identifier: Apache-2.0
"""Proof of possession: a new key signs its own enrolment, so nobody enrols another's key."""

from __future__ import annotations

from tallystick.crypto import check_public_key, verify_signature
from tallystick.errors import InvalidSignature, InvalidValue
from tallystick.model import enrolment_message, log_key_message, validator_message

__all__ = ["check_possession", "enrolment_message", "log_key_message", "validator_message"]


def check_possession(public_key: bytes, message: bytes, proof: bytes) -> None:
    """Raise `InvalidValue` unless the key may be enrolled and signed `message`."""
    try:
        check_public_key(public_key)
        verify_signature(public_key, message, proof)
    except InvalidSignature as error:
        raise InvalidValue(error.message, field=error.field or "proof") from error
