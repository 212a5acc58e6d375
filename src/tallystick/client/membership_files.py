# SPDX-License-Identifier: Apache-2.0
"""Files that an organisation hands over: an application to join, a proof of a validator key.

Both hold public keys and signatures by them, bound to one network; no secret. The command line and
the console read them here, so that what one refuses the other refuses with the same words.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from tallystick.errors import FileProblem, WrongNetwork
from tallystick.model import Name

APPLICATION_FORMAT: Final = "tallystick.application.v1"
PROOF_FORMAT: Final = "tallystick.validator-proof.v1"
MEMBERSHIP_FILE_BYTES_MAX: Final = 64 * 1024

_Key: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
_Proof: TypeAlias = Annotated[str, Meta(pattern="^([0-9a-f]{2})+$", max_length=256)]
_Kind = TypeVar("_Kind", bound="Application | ValidatorProof")


class ProvenKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key and its signature that it belongs to the organisation, in hexadecimal."""

    public_key: _Key
    proof: _Proof


class FirstAdministrator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The member who will administer the organisation, with a key that signed the application."""

    id: str
    name: Name
    roles: tuple[str, ...]
    public_key: _Key
    valid_from: int
    valid_until: int
    proof: _Proof


class Application(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an organisation asks to be admitted with."""

    format: str = APPLICATION_FORMAT
    network: str
    organization: str
    name: Name
    administrator: FirstAdministrator
    validator: ProvenKey | None = None


class ValidatorProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that may become an organisation's validator's."""

    format: str = PROOF_FORMAT
    network: str
    organization: str
    public_key: _Key
    proof: _Proof


def parse_application(data: bytes, network: str, *, field: str = "application") -> Application:
    """Return the application in a file.

    Args:
        data: of the file.
        network: the id of the network that it must be made for.
        field: what an error calls the file: its path, or the control it was given in.

    Raises:
        FileProblem: not such a file.
        WrongNetwork: it was made for another network.
    """
    return _parse(data, Application, APPLICATION_FORMAT, network, field)


def parse_validator_proof(
    data: bytes, network: str, organization: str, *, field: str = "proof"
) -> ValidatorProof:
    """Return the proof of a key in a file; the arguments are as of `parse_application`.

    Raises:
        FileProblem: not such a file, or another organisation's.
        WrongNetwork: it was made for another network.
    """
    found = _parse(data, ValidatorProof, PROOF_FORMAT, network, field)
    if found.organization != organization:
        raise FileProblem(
            "the file is of another organisation",
            field=field,
            expected=organization,
            found=found.organization[:80],
        )
    return found


def _parse(data: bytes, kind: type[_Kind], form: str, network: str, field: str) -> _Kind:
    try:
        stated = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if len(data) > MEMBERSHIP_FILE_BYTES_MAX or stated != form:
            raise _not_a_file(field, form, str(stated))
        found = msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _not_a_file(field, form, str(error)) from error
    if found.network != network:
        raise WrongNetwork(
            "the file was made for another network",
            field=field,
            expected=network,
            found=found.network[:80],
        )
    return found


def _not_a_file(field: str, form: str, found: str) -> FileProblem:
    return FileProblem(
        "the file is not one of this kind", field=field, expected=form, found=found[:80]
    )
