# SPDX-License-Identifier: Apache-2.0
"""Proposals that bring a file: an application, the proof of a validator's key, a trust file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tallystick.client import Trust
from tallystick.console.governing.proposing import (
    DAY_MS,
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

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
"""A trust file holds a whole founding document."""
_APPLICATION: Final = "tallystick.application.v1"
_PROOF: Final = "tallystick.validator-proof.v1"
_TRUST: Final = "trust.json"


def admission(application: bytes, network: str, given: Given) -> Action:
    """Return the action that admits the organisation of an application file.

    Raises:
        InvalidArguments: it is no application, or one to another network.
    """
    found = _record(application, "application", _APPLICATION)
    if found.get("network") != network:
        raise unfit("application", f"an application to {network}", str(found.get("network")))
    try:
        first, validator = dict(found["administrator"]), found.get("validator")
        action = {
            "type": "admit_organization",
            "organization": found["organization"],
            "name": found["name"],
            "administrator": {**first, **_keys_of(first)},
            "validator": None,
        }
        if validator is not None:
            action["validator"] = {**_keys_of(validator), "power": number_in(given, "power")}
    except (KeyError, TypeError, ValueError) as error:
        raise unfit("application", _APPLICATION, str(error)) from error
    return action


def validator(proof: bytes, network: str, governance: Json, given: Given) -> Action:
    """Return the action that gives an organisation a validator, or its own other votes.

    Args:
        proof: the file of a new key, empty if it keeps the one that it has.
        network: this network's id.
        governance: who has a validator now.
        given: what was typed.

    Raises:
        InvalidArguments: no such file, another organisation's, or there is no key to keep.
    """
    organization, power = text_in(given, "organization"), number_in(given, "power")
    action = {"type": "set_validator", "organization": organization, "power": power}
    if proof:
        found = _record(proof, "proof", _PROOF)
        for name, wanted in (("network", network), ("organization", organization)):
            if found.get(name) != wanted:
                raise unfit("proof", f"{_PROOF}, {name} {wanted}", str(found.get(name)))
        try:
            return {**action, **_keys_of(found)}
        except (KeyError, TypeError, ValueError) as error:
            raise unfit("proof", _PROOF, str(error)) from error
    for one in governance["validators"]:
        if one["organization"] == organization:
            return {**action, "public_key": marked(bytes.fromhex(one["public_key"]))}
    raise unfit("proof", f"{_PROOF}: {organization} has no validator yet", "")


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


def _record(data: bytes, name: str, form: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unfit(name, form, "no JSON") from error
    if found.get("format") != form:
        raise unfit(name, form, str(found.get("format")))
    return found


def _keys_of(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: marked(bytes.fromhex(part[name])) for name in ("public_key", "proof")}
