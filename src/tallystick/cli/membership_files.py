# SPDX-License-Identifier: Apache-2.0
"""Makes the files with which an organisation joins or votes, and the actions that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.client import (
    MEMBERSHIP_FILE_BYTES_MAX,
    Application,
    FirstAdministrator,
    ProvenKey,
    ValidatorProof,
    parse_application,
    parse_validator_proof,
)
from tallystick.crypto import SecretKey
from tallystick.model import (
    AdmitOrganization,
    FirstMember,
    Name,
    NewValidator,
    check_organization_id,
    enrolment_message,
    validator_message,
)
from tallystick.units import TimeMs

POWER_DEFAULT: Final = 1


class Applicant(Struct, frozen=True, kw_only=True):
    """Who applies, with the keys that sign."""

    organization: str
    name: Name
    member: str
    member_name: Name
    roles: tuple[str, ...]
    secret: SecretKey
    valid_from: int
    valid_until: int
    validator: SecretKey | None = None


def make_application(network: str, who: Applicant) -> Application:
    """Return the application, signed by its keys for this network; raises `Malformed`."""
    organization, key = check_organization_id(who.organization), who.secret
    message = enrolment_message(network, organization, who.member, key.public_key)
    return Application(
        network=network,
        organization=organization,
        name=who.name,
        administrator=FirstAdministrator(
            id=who.member,
            name=who.member_name,
            roles=who.roles,
            public_key=key.public_key.hex(),
            valid_from=who.valid_from,
            valid_until=who.valid_until,
            proof=key.sign(message).hex(),
        ),
        validator=None
        if who.validator is None
        else ProvenKey(**_proven(network, organization, who.validator)),
    )


def make_validator_proof(network: str, organization: str, key: SecretKey) -> ValidatorProof:
    """Return a key's proof for this network; raises `Malformed`."""
    organization = check_organization_id(organization)
    return ValidatorProof(
        network=network, organization=organization, **_proven(network, organization, key)
    )


def read_application(path: Path, network: str, power: int | None) -> AdmitOrganization:
    """Return the action that admits the organisation of an application file.

    Raises:
        FileProblem: not such a file.
        WrongNetwork: it was made for another network.
    """
    data = _content(path)
    found = parse_application(data, network, field=str(path)[:80])
    first, validator = found.administrator, found.validator
    return AdmitOrganization(
        found.organization,
        found.name,
        FirstMember(
            id=first.id,
            name=first.name,
            roles=first.roles,
            public_key=bytes.fromhex(first.public_key),
            valid_from=TimeMs(first.valid_from),
            valid_until=TimeMs(first.valid_until),
            proof=bytes.fromhex(first.proof),
        ),
        None
        if validator is None
        else NewValidator(
            public_key=bytes.fromhex(validator.public_key),
            power=POWER_DEFAULT if power is None else power,
            proof=bytes.fromhex(validator.proof),
        ),
    )


def read_validator_proof(path: Path, network: str, organization: str) -> tuple[bytes, bytes]:
    """Return the public key and proof in a file.

    Raises:
        FileProblem: not such a file, or another organisation's.
        WrongNetwork: it was made for another network.
    """
    data = _content(path)
    found = parse_validator_proof(data, network, organization, field=str(path)[:80])
    return bytes.fromhex(found.public_key), bytes.fromhex(found.proof)


def file_text(record: Struct) -> str:
    """Return the text of either file."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _proven(network: str, organization: str, key: SecretKey) -> dict[str, str]:
    message = validator_message(network, organization, key.public_key)
    return {"public_key": key.public_key.hex(), "proof": key.sign(message).hex()}


def _content(path: Path) -> bytes:
    """Return what is in a file; one byte too many of what is too long."""
    with path.open("rb") as file:
        return file.read(MEMBERSHIP_FILE_BYTES_MAX + 1)
