# SPDX-License-Identifier: Apache-2.0
"""Members enrolled by their organisation's own certification authority (X.509).

The chain is checked once, at block time, when the key is enrolled. Afterwards the key lives by the
register alone: its period ends with the first certificate of the chain that ends, and it is
revoked like any other.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick.crypto import CertifiedKey, check_authority, check_chain, sha256
from tallystick.errors import (
    Duplicate,
    InvalidCertificate,
    InvalidValue,
    LimitExceeded,
    UnknownRecord,
    WrongState,
)
from tallystick.membership.enrolment import check_possession, enrolment_message
from tallystick.membership.register import Register
from tallystick.model import Authority, Invocation, MemberKey
from tallystick.units import TimeMs

AUTHORITIES_MAX: Final = 8
"""Of one organisation at a time, without those revoked."""


class SetAuthority(Struct, frozen=True, forbid_unknown_fields=True):
    """Certificates of this authority enrol members of the organisation from now on."""

    certificate: bytes
    """DER."""


class RevokeAuthority(Struct, frozen=True, forbid_unknown_fields=True):
    """The authority enrols nobody any more; keys that it enrolled stay until they are revoked."""

    fingerprint: bytes
    """SHA-256 of its certificate."""


class EnrolCertificate(Struct, frozen=True, forbid_unknown_fields=True):
    """A key starts to act for a member whom a certificate names."""

    member: str
    chain: tuple[bytes, ...]
    """DER; the leaf first, each issued by the next."""
    proof: bytes
    """Signature by the leaf's key over `enrolment_message`."""
    valid_until: TimeMs | None = None
    """Earlier end than the certificates' own."""


def new_authority(register: Register, invocation: Invocation, new: SetAuthority) -> Authority:
    """Return the record of an authority of the caller's organisation."""
    organization = invocation.signer.organization
    fingerprint = check_authority(new.certificate, invocation.block_time)
    if (organization, fingerprint) in register.authorities:
        raise Duplicate(
            "the authority is or was registered", field="certificate", found=fingerprint.hex()
        )
    if len(register.authorities_of(organization)) >= AUTHORITIES_MAX:
        raise LimitExceeded(
            "too many authorities", field="certificate", expected=f"at most {AUTHORITIES_MAX}"
        )
    return Authority(
        organization=organization,
        certificate=new.certificate,
        added_at=TimeMs(invocation.block_time),
    )


def revoked_authority(
    register: Register, invocation: Invocation, gone: RevokeAuthority
) -> Authority:
    """Return the record of an authority that enrols nobody any more."""
    known = register.authorities.get((invocation.signer.organization, gone.fingerprint))
    if known is None:
        raise UnknownRecord("the organisation has no such authority", field="fingerprint")
    if known.revoked_at is not None:
        raise WrongState("the authority is revoked already", field="fingerprint")
    return msgspec.structs.replace(known, revoked_at=TimeMs(invocation.block_time))


def certified_key(register: Register, invocation: Invocation, new: EnrolCertificate) -> MemberKey:
    """Return the record of a key that a chain certifies for a member of the organisation."""
    organization = invocation.signer.organization
    authorities = [one.certificate for one in register.authorities_of(organization)]
    found = check_chain(new.chain, authorities, invocation.block_time)
    _check_subject(found, organization, new.member)
    if found.public_key in register.keys:
        raise Duplicate("the key was enrolled before", field="chain.0")
    message = enrolment_message(invocation.call.network, organization, new.member, found.public_key)
    check_possession(found.public_key, message, new.proof)
    return MemberKey(
        public_key=found.public_key,
        organization=organization,
        member=new.member,
        valid_from=TimeMs(found.valid_from),
        valid_until=_end(found, new.valid_until, invocation.block_time),
        certificate=sha256(new.chain[0]),
    )


def _check_subject(found: CertifiedKey, organization: str, member: str) -> None:
    for name, expected, value in (
        ("organization", organization, found.organization),
        ("member", member, found.member),
    ):
        if value != expected:
            raise InvalidCertificate(
                f"the certificate names another {name}",
                field=f"chain.0.{name}",
                expected=expected[:120],
                found=value[:120],
            )


def _end(found: CertifiedKey, asked: TimeMs | None, block_time: int) -> TimeMs:
    if asked is None:
        return TimeMs(found.valid_until)
    if not block_time < asked <= found.valid_until:
        raise InvalidValue(
            "not a time to end at",
            field="valid_until",
            expected=f"{block_time + 1} to {found.valid_until}",
            found=str(asked),
        )
    return asked
