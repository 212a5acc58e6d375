# SPDX-License-Identifier: Apache-2.0
"""Proposals that bring a file: an application, the proof of a validator's key, a trust file."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tallystick.client import (
    PROOF_FORMAT,
    FirstAdministrator,
    ProvenKey,
    Trust,
    ValidatorProof,
    parse_application,
    parse_validator_proof,
)
from tallystick.console.governing.proposing import (
    Action,
    Given,
    marked,
    number_in,
    text_in,
    unfit,
)
from tallystick.console.ledger import Json
from tallystick.errors import TallystickError
from tallystick.model import usual_quorum
from tallystick.units import DAY_MS

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
"""A trust file holds a whole founding document."""
_TRUST: Final = "trust.json"


def admission(application: bytes, network: str, given: Given) -> Action:
    """Return the action that admits the organisation of an application file.

    Raises:
        FileProblem: it is no application.
        WrongNetwork: it is one to another network.
        InvalidArguments: there is no number of votes for its validator.
    """
    found = parse_application(application, network)
    first, validator = found.administrator, found.validator
    return {
        "type": "admit_organization",
        "organization": found.organization,
        "name": msgspec.to_builtins(found.name),
        "administrator": {**msgspec.to_builtins(first), **_keys_of(first)},
        "validator": None
        if validator is None
        else {**_keys_of(validator), "power": number_in(given, "power")},
    }


def validator(proof: bytes, network: str, governance: Json, given: Given) -> Action:
    """Return the action that gives an organisation a validator, or its own other votes.

    Args:
        proof: the file of a new key, empty if it keeps the one that it has.
        network: this network's id.
        governance: who has a validator now.
        given: what was typed.

    Raises:
        FileProblem: no such file, or another organisation's.
        WrongNetwork: it was made for another network.
        InvalidArguments: a control cannot be read, or there is no key to keep.
    """
    organization, power = text_in(given, "organization"), number_in(given, "power")
    action = {"type": "set_validator", "organization": organization, "power": power}
    if proof:
        return {**action, **_keys_of(parse_validator_proof(proof, network, organization))}
    for one in governance["validators"]:
        if one["organization"] == organization:
            return {**action, "public_key": marked(bytes.fromhex(one["public_key"]))}
    raise unfit("proof", f"{PROOF_FORMAT}: {organization} has no validator yet", "")


def recognition(trust: bytes, given: Given) -> Action:
    """Return the action that believes the network of a trust file, by its log keys of now.

    Raises:
        InvalidArguments: it is no trust file, or a control cannot be read.
    """
    try:
        other = Trust.parse(trust)
    except TallystickError as error:
        raise unfit("trust", _TRUST, error.message) from error
    keys = sorted(other.log_keys)
    quorum = number_in(given, "quorum") if given.get("quorum", "").strip() else None
    kinds = [one.strip() for one in given.get("asset_kinds", "").replace("，", ",").split(",")]
    return {
        "type": "recognise_network",
        "network": {
            "id": other.network,
            "log_keys": [marked(key) for key in keys],
            "quorum": usual_quorum(len(keys)) if quorum is None else quorum,
            "proof_age_ms_max": number_in(given, "age_days") * DAY_MS,
            "asset_kinds": [one for one in kinds if one],
        },
    }


def _keys_of(part: FirstAdministrator | ProvenKey | ValidatorProof) -> dict[str, Any]:
    return {
        "public_key": marked(bytes.fromhex(part.public_key)),
        "proof": marked(bytes.fromhex(part.proof)),
    }
