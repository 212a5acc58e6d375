# SPDX-License-Identifier: Apache-2.0
"""Proof of possession: the bytes that a new key signs before it may act for somebody.

Each purpose has a tag of its own: a proof for one is none for another.
"""

from __future__ import annotations

from typing import Final

from tallystick.encoding import encode

_MEMBER_KEY: Final = "tallystick/enrol-key/v1"
_VALIDATOR_KEY: Final = "tallystick/validator-key/v1"
_LOG_KEY: Final = "tallystick/log-key/v1"


def enrolment_message(network: str, organization: str, member: str, public_key: bytes) -> bytes:
    """Return the bytes that the new key signs, bound to network, organisation and member."""
    return encode([_MEMBER_KEY, network, organization, member, public_key])


def validator_message(network: str, organization: str, public_key: bytes) -> bytes:
    """Return the bytes that a new validator key signs."""
    return encode([_VALIDATOR_KEY, network, organization, public_key])


def log_key_message(network: str, organization: str, public_key: bytes) -> bytes:
    """Return the bytes that a new log key signs."""
    return encode([_LOG_KEY, network, organization, public_key])
