# SPDX-License-Identifier: Apache-2.0
"""Proof of possession: a new key signs its own enrolment, so nobody enrols another's key."""

from __future__ import annotations

from tallystick.crypto import check_public_key, verify_signature
from tallystick.encoding import encode

_TAG = "tallystick/enrol-key/v1"


def enrolment_message(network: str, organization: str, member: str, public_key: bytes) -> bytes:
    """Return the bytes that the new key signs, bound to network, organisation and member."""
    return encode([_TAG, network, organization, member, public_key])


def verify_enrolment(
    network: str, organization: str, member: str, public_key: bytes, proof: bytes
) -> None:
    """Raise `InvalidSignature` unless the key may be enrolled and signed its enrolment."""
    check_public_key(public_key)
    message = enrolment_message(network, organization, member, public_key)
    verify_signature(public_key, message, proof)
