# SPDX-License-Identifier: Apache-2.0
"""What governance keeps: parameters, validators, voting rules, nodes, log keys, contract versions.

Also the rules these records meet on their own; those that need the register are `membership`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tallystick.crypto import check_public_key
from tallystick.encoding import decode, encode, prepare
from tallystick.errors import Malformed
from tallystick.model.plain import to_value
from tallystick.units import (
    DAY_MS,
    VALIDATORS_MAX,
    TimeMs,
)

ROLE_GOVERNOR: Final = "governor"
"""Proposes and votes for the own organisation; never together with `operator`."""
ROLE_OPERATOR: Final = "operator"
"""Looks after the own organisation's node and keys; never together with `governor`."""
ROLE_SUPERVISOR: Final = "supervisor"
"""Reads what governance did; decides nothing."""

VALIDATORS_KEY: Final = b"membership/validators"
"""Key of the membership tree under which the whole validator set is one record."""
LOG_KEYS_PREFIX: Final = b"membership/log_keys/"
"""Before a public key: where the membership tree has the key's record."""
POWER_MAX: Final = 1_000_000
FAULT_TOLERANT_COUNT: Final = 4
"""From four equal validators on, one of them may fail: 3f + 1."""
NODE_ID_CHARACTERS: Final = 40

_NODE_ID = re.compile(r"[0-9a-f]{40}")
_SHARE_PARTS_MAX = 1_000
_MINUTE_MS = 60 * 1000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings that every node of a network shares."""

    transaction_lifetime_ms_max: int = 60 * 60 * 1000
    """How far ahead of block time `valid_until` may lie; nonces are remembered that long."""
    block_transactions_max: int = 5_000
    python: str = "3.11"
    """Minor version of Python the contracts run on (results could differ between versions)."""


class Validator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The key with which an organisation's node votes on blocks, and how much its vote weighs."""

    organization: str
    public_key: bytes
    """Ed25519, 32 bytes."""
    power: int
    """1 to `POWER_MAX`."""


prepare(tuple[Validator, ...])


class ValidatorKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that is or was a validator's: it never becomes one a second time."""

    public_key: bytes
    organization: str
    joined: int
    """Height of the block that put it into the validator set; 0 for genesis."""
    left: int | None = None
    """Height of the block that took it out."""


class EarlierValidators(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The validator set as it was before the changes of a recent block."""

    height: int
    """Of that block."""
    validators: tuple[Validator, ...]


class Share(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a whole, exactly: votes are never rounded."""

    numerator: int
    denominator: int

    def is_exceeded(self, part: int, whole: int) -> bool:
        """Tell whether `part` of `whole` is more than this share."""
        return part * self.denominator > self.numerator * whole

    def is_reached(self, part: int, whole: int) -> bool:
        """Tell whether `part` of `whole` is this share or more."""
        return part * self.denominator >= self.numerator * whole


class GovernanceRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a proposal passes. Shares are of all active organisations, one vote each."""

    threshold: Share = Share(1, 2)
    """Approvals must exceed it."""
    qualified_threshold: Share = Share(2, 3)
    """The same for changes of these rules and for the removal of an organisation."""
    participation: Share = Share(2, 3)
    """Votes cast, for or against, must reach it."""
    proposal_lifetime_ms: int = 7 * DAY_MS
    """How long a proposal may be voted on, at most."""


class NodeIdentity(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A node that may connect to the network, by the id of its peer-to-peer key."""

    node_id: str
    """40 hexadecimal digits: the first 20 bytes of SHA-256(node key)."""
    organization: str
    removed_at: TimeMs | UnsetType = UNSET
    """Block time since which it may not connect any more; left out while it may."""


class RegisteredLogKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that signs checkpoints and receipts for an organisation during a period."""

    public_key: bytes
    organization: str
    valid_from: TimeMs
    """Block time of the registration."""
    revoked_at: TimeMs | None = None
    """Block time of the revocation: what it signs later than this is not trusted."""


class RecordMigration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far the records of an older version have been brought into the form of the newer one."""

    from_version: int
    since: int
    """First block that must wait for it."""
    after: bytes = b""
    """State key of the record that was moved last; empty before the first."""
    moved: int = 0
    """How many records were moved so far."""
    finished_at: int | None = None
    """Height of the block that moved the last one; null until then nobody may call."""


class ContractActivation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which version of a contract runs, and since which block.

    What was decided without a digest or a migration has no such fields: its bytes are as ever.
    """

    name: str
    version: int
    height: int
    """First block that runs `version`."""
    callable_from: int
    """First block from which any voted version can be called; at most `height`."""
    version_before: int | None = None
    """The voted version that runs until `height`; null if there is none."""
    digest: bytes | UnsetType = UNSET
    """SHA-256 over the sources of `version`: no node runs other ones."""
    digest_before: bytes | UnsetType = UNSET
    """The same of `version_before`."""
    migration: RecordMigration | UnsetType = UNSET
    """There if records must be moved before `version` can be called."""

    def digest_at(self, height: int) -> bytes | None:
        """Return the digest of what runs in the block at `height`; None if none was voted."""
        digest = self.digest if height >= self.height else self.digest_before
        return None if digest is UNSET else digest

    def migration_at(self, height: int) -> RecordMigration | None:
        """Return the migration that keeps the block at `height` from calling, or None."""
        migration = self.migration
        if migration is UNSET or migration.finished_at is not None or height < migration.since:
            return None
        return migration

    def version_at(self, height: int) -> int | None:
        """Return the voted version that runs in the block at `height`, or None."""
        return self.version if height >= self.height else self.version_before


def check_power(power: int) -> None:
    """Raise `Malformed` unless a validator may have this power."""
    if not 1 <= power <= POWER_MAX:
        raise Malformed("not a validator's power", field="power", expected=f"1 to {POWER_MAX}")


def check_node_id(node_id: str) -> None:
    """Raise `Malformed` unless the text has the form of a node id."""
    if not _NODE_ID.fullmatch(node_id):
        raise Malformed(
            "not a node id",
            field="node_id",
            expected=f"{NODE_ID_CHARACTERS} lower-case hexadecimal digits",
            found=node_id[:NODE_ID_CHARACTERS],
        )


def check_rules(rules: GovernanceRules) -> None:
    """Raise `Malformed` unless a network can be governed by these rules.

    No threshold lies below one half, so a minority decides nothing and of two proposals that
    contradict each other at most one passes on the same votes.
    """
    half = Share(1, 2)
    for name in ("threshold", "qualified_threshold"):
        share: Share = getattr(rules, name)
        _check_share(share, name)
        if not half.is_reached(share.numerator, share.denominator):
            raise Malformed("less than one half", field=name, expected="at least 1/2")
        if share.numerator == share.denominator:
            raise Malformed("nothing exceeds the whole", field=name, expected="less than 1")
    if not rules.threshold.is_reached(
        rules.qualified_threshold.numerator, rules.qualified_threshold.denominator
    ):
        raise Malformed(
            "qualified decisions are not easier than others",
            field="qualified_threshold",
            expected="at least threshold",
        )
    _check_share(rules.participation, "participation")
    if not _MINUTE_MS <= rules.proposal_lifetime_ms <= 366 * DAY_MS:
        raise Malformed(
            "not a lifetime of proposals",
            field="proposal_lifetime_ms",
            expected=f"{_MINUTE_MS} to {366 * DAY_MS}",
        )


def check_validators(validators: tuple[Validator, ...]) -> None:
    """Raise `Malformed` or `InvalidSignature` unless these can be a validator set.

    Sorted by organisation, one for each; distinct keys; and from four validators on none holds a
    third of the power, because one organisation could then stop the network alone.
    """
    organizations = [one.organization for one in validators]
    if organizations != sorted(set(organizations)):
        raise Malformed(
            "validators are not sorted by organisation, or one has two", field="validators"
        )
    if len({one.public_key for one in validators}) != len(validators):
        raise Malformed("two validators have one key", field="validators")
    if len(validators) > VALIDATORS_MAX:
        raise Malformed(
            "too many validators", field="validators", expected=f"at most {VALIDATORS_MAX}"
        )
    for one in validators:
        check_public_key(one.public_key)
        check_power(one.power)
    heavy = find_heavy_validator(validators)
    if heavy is not None:
        raise Malformed(
            "one validator holds a third of the power or more",
            field=f"validators.{heavy.organization}",
            expected="less than one third",
        )


def encode_validators(validators: Iterable[Validator]) -> bytes:
    """Return the canonical bytes of a validator set: sorted by organisation."""
    ordered = sorted(validators, key=lambda one: one.organization)
    return encode(
        [
            {"organization": one.organization, "power": one.power, "public_key": one.public_key}
            for one in ordered
        ]
    )


def decode_validators(data: bytes) -> tuple[Validator, ...]:
    """Return the validator set in a record of the membership tree.

    Raises:
        Malformed: not canonical, not the fields, or no validator set (see `check_validators`).
        InvalidSignature: a key that must not be enrolled.
    """
    value = decode(data, name="validators")
    try:
        found = msgspec.convert(value, tuple[Validator, ...], builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Malformed(f"validators: {error}", field="validators") from error
    check_validators(found)
    return found


def encode_log_key(key: RegisteredLogKey) -> bytes:
    """Return the canonical bytes of a log key's record."""
    return encode(to_value(key))


def decode_log_key(data: bytes) -> RegisteredLogKey:
    """Return the log key in a record of the membership tree.

    Raises:
        Malformed: not canonical, or not exactly the fields.
        InvalidSignature: a key that must not be enrolled.
    """
    value = decode(data, name="log_key")
    try:
        found = msgspec.convert(value, RegisteredLogKey, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Malformed(f"log key: {error}", field="log_key") from error
    if encode_log_key(found) != data:
        raise Malformed("log key: not every field is there", field="log_key")
    check_public_key(found.public_key)
    return found


def find_heavy_validator(validators: tuple[Validator, ...]) -> Validator | None:
    """Return a validator that holds a third of the power or more; None below four of them."""
    if len(validators) < FAULT_TOLERANT_COUNT:
        return None
    total = sum(one.power for one in validators)
    return next((one for one in validators if 3 * one.power >= total), None)


def _check_share(share: Share, field: str) -> None:
    if not (0 <= share.numerator <= share.denominator and share.denominator >= 1):
        raise Malformed("not a share", field=field, expected="0 to 1")
    if share.denominator > _SHARE_PARTS_MAX:
        raise Malformed("too fine a share", field=field, expected=f"parts <= {_SHARE_PARTS_MAX}")
