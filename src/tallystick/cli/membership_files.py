# SPDX-License-Identifier: Apache-2.0
"""Files that an organisation hands over: an application to join, a proof of a validator key.

Both hold public keys and signatures by them, bound to one network; no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from tallystick.cli.catalogue import say
from tallystick.crypto import SecretKey
from tallystick.errors import FileProblem, WrongNetwork
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

APPLICATION_FORMAT: Final = "tallystick.application.v1"
PROOF_FORMAT: Final = "tallystick.validator-proof.v1"
POWER_DEFAULT: Final = 1
_SIZE_MAX: Final = 64 * 1024


class _Proof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key and its signature that it belongs to the organisation."""

    public_key: str
    proof: str


class _Member(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    name: Name
    roles: tuple[str, ...]
    public_key: str
    valid_from: int
    valid_until: int
    proof: str


class Application(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an organisation asks to be admitted with."""

    format: str = APPLICATION_FORMAT
    network: str
    organization: str
    name: Name
    administrator: _Member
    validator: _Proof | None = None


class ValidatorProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that may become an organisation's validator's."""

    format: str = PROOF_FORMAT
    network: str
    organization: str
    public_key: str
    proof: str


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
        administrator=_Member(
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
        else _Proof(**_proven(network, organization, who.validator)),
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
    found = _read(path, Application, APPLICATION_FORMAT)
    _check_network(found.network, network)
    first, validator = found.administrator, found.validator
    return AdmitOrganization(
        found.organization,
        found.name,
        FirstMember(
            id=first.id,
            name=first.name,
            roles=first.roles,
            public_key=_bytes(path, first.public_key),
            valid_from=TimeMs(first.valid_from),
            valid_until=TimeMs(first.valid_until),
            proof=_bytes(path, first.proof),
        ),
        None
        if validator is None
        else NewValidator(
            public_key=_bytes(path, validator.public_key),
            power=POWER_DEFAULT if power is None else power,
            proof=_bytes(path, validator.proof),
        ),
    )


def read_validator_proof(path: Path, network: str, organization: str) -> tuple[bytes, bytes]:
    """Return the public key and proof in a file.

    Raises:
        FileProblem: not such a file, or another organisation's.
        WrongNetwork: it was made for another network.
    """
    found = _read(path, ValidatorProof, PROOF_FORMAT)
    _check_network(found.network, network)
    if found.organization != organization:
        raise FileProblem(
            say("governance.other_organization", path=path),
            field="--key",
            expected=organization,
            found=found.organization,
        )
    return _bytes(path, found.public_key), _bytes(path, found.proof)


def file_text(record: Struct) -> str:
    """Return the text of either file."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _proven(network: str, organization: str, key: SecretKey) -> dict[str, str]:
    message = validator_message(network, organization, key.public_key)
    return {"public_key": key.public_key.hex(), "proof": key.sign(message).hex()}


def _read(path: Path, kind: type[Any], expected: str) -> Any:  # noqa: ANN401  # of `kind`
    with path.open("rb") as file:
        data = file.read(_SIZE_MAX)
    try:
        found: Mapping[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
        if found.get("format") != expected:
            raise _not_a(path, expected)
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _not_a(path, expected) from error


def _check_network(found: str, network: str) -> None:
    if found != network:
        raise WrongNetwork(
            say("governance.other_network"), field="network", expected=network, found=found[:80]
        )


def _bytes(path: Path, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise FileProblem(say("governance.no_key_in", path=path), field="path") from error


def _not_a(path: Path, expected: str) -> FileProblem:
    return FileProblem(
        say("governance.not_a_file", path=path), field=str(path)[:80], expected=expected
    )
