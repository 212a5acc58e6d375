# SPDX-License-Identifier: Apache-2.0
"""The membership tree: under which key each record stands, and what genesis puts there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from tallystick.crypto import sha256
from tallystick.encoding import decode, encode, prepare
from tallystick.model import (
    LOG_KEYS_PREFIX,
    Authority,
    ContractActivation,
    EarlierValidators,
    GenesisDocument,
    GovernanceRules,
    LogKey,
    Member,
    MemberKey,
    NodeIdentity,
    Organization,
    Parameters,
    Proposal,
    RecognisedNetwork,
    RegisteredLogKey,
    Validator,
    ValidatorKey,
    to_value,
)
from tallystick.units import TimeMs

MEMBERSHIP_PREFIX: Final = b"membership/"
ORGANIZATIONS: Final = b"membership/organizations/"
MEMBERS: Final = b"membership/members/"
KEYS: Final = b"membership/keys/"
VALIDATORS: Final = b"membership/validators"
EARLIER_VALIDATORS: Final = b"membership/earlier_validators"
VALIDATOR_KEYS: Final = b"membership/validator_keys/"
GOVERNANCE: Final = b"membership/governance"
PARAMETERS: Final = b"membership/parameters"
LOG_KEYS: Final = LOG_KEYS_PREFIX
NODES: Final = b"membership/nodes/"
CONTRACTS: Final = b"membership/contracts/"
PROPOSALS: Final = b"membership/proposals/"
AUTHORITIES: Final = b"membership/authorities/"
NETWORKS: Final = b"membership/networks/"

Record: TypeAlias = (
    Organization
    | Member
    | MemberKey
    | ValidatorKey
    | GovernanceRules
    | Parameters
    | RegisteredLogKey
    | NodeIdentity
    | ContractActivation
    | Proposal
    | Authority
    | RecognisedNetwork
)
Kind = TypeVar("Kind")


_PLACES: Final[Mapping[type[Struct], tuple[bytes, Callable[[Any], bytes]]]] = {
    Organization: (ORGANIZATIONS, lambda one: one.id.encode()),
    Member: (MEMBERS, lambda one: f"{one.organization}/{one.id}".encode()),
    MemberKey: (KEYS, lambda one: one.public_key),
    ValidatorKey: (VALIDATOR_KEYS, lambda one: one.public_key),
    GovernanceRules: (GOVERNANCE, lambda _: b""),
    Parameters: (PARAMETERS, lambda _: b""),
    RegisteredLogKey: (LOG_KEYS, lambda one: one.public_key),
    NodeIdentity: (NODES, lambda one: one.node_id.encode()),
    ContractActivation: (CONTRACTS, lambda one: one.name.encode()),
    Proposal: (PROPOSALS, lambda one: one.id.encode()),
    RecognisedNetwork: (NETWORKS, lambda one: one.id.encode()),
    Authority: (
        AUTHORITIES,
        lambda one: f"{one.organization}/{sha256(one.certificate).hex()}".encode(),
    ),
}


for _kind in _PLACES:
    prepare(_kind)


def record_key(record: Record) -> bytes:
    """Return the membership tree key of a record."""
    prefix, identity = _PLACES[type(record)]
    return prefix + identity(record)


def record_write(record: Record) -> tuple[bytes, bytes]:
    """Return the (key, value) that stores a record."""
    return record_key(record), encode(to_value(record))


def list_write(key: bytes, records: tuple[Struct, ...]) -> tuple[bytes, bytes]:
    """Return the (key, value) that stores several records as one list."""
    return key, encode([to_value(one) for one in records])


def load_record(value: bytes, kind: type[Kind]) -> Kind:
    """Return the record in a value of the tree."""
    return msgspec.convert(decode(value, name="membership record"), kind, builtin_types=(bytes,))


def founding_log_keys(genesis: GenesisDocument) -> tuple[RegisteredLogKey, ...]:
    """Return the log keys of genesis, valid since its creation."""
    return tuple(_registered(key, genesis.created) for key in genesis.log_keys)


def genesis_writes(genesis: GenesisDocument) -> dict[bytes, bytes | None]:
    """Return the membership tree as the genesis document founds it.

    Log keys are in the tree only when there are validators: networks founded without them keep
    the membership root they have always had.
    """
    records: list[Record] = [*genesis.organizations, *genesis.members, *genesis.keys]
    writes: dict[bytes, bytes | None] = {}
    if genesis.validators:
        key, value = list_write(VALIDATORS, genesis.validators)
        writes[key] = value
        records += [_founding_key(one) for one in genesis.validators]
        records += founding_log_keys(genesis)
    if genesis.validators or genesis.governance != GovernanceRules():
        records.append(genesis.governance)
    records += genesis.nodes
    return dict(record_write(record) for record in records) | writes


def earlier_write(earlier: tuple[EarlierValidators, ...]) -> tuple[bytes, bytes]:
    """Return the (key, value) that stores the validator sets before recent changes."""
    return list_write(EARLIER_VALIDATORS, earlier)


def _registered(key: LogKey, since: TimeMs) -> RegisteredLogKey:
    return RegisteredLogKey(
        public_key=key.public_key, organization=key.organization, valid_from=since
    )


def _founding_key(validator: Validator) -> ValidatorKey:
    return ValidatorKey(
        public_key=validator.public_key, organization=validator.organization, joined=0
    )
