# SPDX-License-Identifier: Apache-2.0
"""Changes of the validator set: which are safe, and what the engine is told.

An engine stops for ever when it is told to add a key twice, to remove one it does not know, or to
leave no validator; and a network stops when a third of its power does not answer. Membership
therefore refuses what could lead there: docs/spec/governance.md, section 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tallystick.errors import (
    Duplicate,
    InvalidValue,
    LimitExceeded,
    Malformed,
    ValidatorsAtRisk,
    invariant,
)
from tallystick.membership.draft import Draft
from tallystick.membership.enrolment import check_possession, validator_message
from tallystick.membership.records import VALIDATORS, earlier_write, list_write
from tallystick.model import (
    FAULT_TOLERANT_COUNT,
    POWER_MAX,
    EarlierValidators,
    Validator,
    ValidatorKey,
    check_power,
    find_heavy_validator,
)
from tallystick.units import VALIDATORS_MAX

Validators = Mapping[str, Validator]
"""A validator set, by organisation."""


def validator_updates(before: Validators, after: Validators) -> list[tuple[bytes, int]]:
    """Return what an engine with the set `before` must be told to have the set `after`.

    Sorted by key, one entry for each key, power 0 removes; a rotated key is two entries.

    Raises:
        Halted: an engine would not survive it. Membership never makes such sets.
    """
    old, new = _power_by_key(before.values()), _power_by_key(after.values())
    invariant(len(new) == len(after), "two validators have one key")
    invariant(bool(new) or not old, "the validator set must not become empty")
    invariant(all(1 <= power <= POWER_MAX for power in new.values()), "a validator without power")
    invariant(len(new) <= VALIDATORS_MAX, "too many validators")
    gone = [(key, 0) for key in old if key not in new]
    changed = [(key, power) for key, power in new.items() if old.get(key) != power]
    return sorted(gone + changed)


def new_validator(
    draft: Draft, organization: str, public_key: bytes, power: int, proof: bytes
) -> Validator:
    """Return a validator with a key that never was one and that proves its possession.

    Raises:
        InvalidValue: the power, the key or the proof is not one.
        Duplicate: the key is or was a validator's.
    """
    try:
        check_power(power)
    except Malformed as error:
        raise InvalidValue(error.message, field=error.field, expected=error.expected) from error
    check_possession(public_key, validator_message(draft.network, organization, public_key), proof)
    if public_key in draft.register.validator_keys:
        raise Duplicate("the key is or was a validator's", field="public_key")
    return Validator(organization=organization, public_key=public_key, power=power)


def change_validator(draft: Draft, organization: str, validator: Validator | None) -> None:
    """Give an organisation this validator, or none, if the set bears the change.

    Raises:
        ValidatorsAtRisk: it does not, or not now.
        LimitExceeded: there are too many validators.
    """
    register, height = draft.register, draft.height
    before = register.validators
    after = {name: one for name, one in before.items() if name != organization}
    if validator is not None:
        after[organization] = validator
    voting = [register.validators_in_force(height), register.validators_in_force(height + 1)]
    check_change(voting, before, after)
    earlier = tuple(one for one in register.earlier_validators if one.height >= height - 1)
    if not earlier or earlier[-1].height != height:
        earlier = (*earlier, EarlierValidators(height=height, validators=_sorted(before)))
    draft.put(*_key_changes(draft, before.get(organization), validator))
    draft.write(dict((list_write(VALIDATORS, _sorted(after)), earlier_write(earlier))))


def check_change(voting: Sequence[Validators], before: Validators, after: Validators) -> None:
    """Raise unless the network bears it that `after` follows `before` in the present block.

    Args:
        voting: the sets that vote on the present block and on the next one.
        before: the set with all changes of earlier calls.
        after: the set with this change.

    Raises:
        ValidatorsAtRisk: no validator would be left, one would hold a third of the power among
            four or more, or a third of the power in force would change within two blocks.
        LimitExceeded: there are too many validators.
    """
    if before and not after:
        raise ValidatorsAtRisk("no validator would be left", field="validators", expected="1")
    if len(after) > VALIDATORS_MAX:
        raise LimitExceeded("too many validators", field="validators", found=str(len(after)))
    total = sum(one.power for one in after.values())
    heavy = find_heavy_validator(_sorted(after))
    if heavy is not None:
        raise ValidatorsAtRisk(
            "one organisation would hold a third of the power or more",
            field="power",
            expected=f"less than a third of {total}",
            found=f"{heavy.organization}: {heavy.power}",
        )
    # Compared with the present set alone, who came with the block before could leave unnoticed,
    # and another one come in its place: by the next block that is twice as much.
    for in_force in voting:
        # Where no validator is in force, no engine counts on one.
        if in_force:
            _check_pace(in_force, after)


def _check_pace(in_force: Validators, after: Validators) -> None:
    """Refuse to change a third of the power in force within two blocks.

    Below four validators any change is that large. They tolerate no fault anyway, so one
    organisation may change at a time, as long as nobody comes to outweigh the heaviest.
    """
    changed = {
        name: power
        for name in sorted({*in_force, *after})
        if (power := _changed_power(in_force.get(name), after.get(name)))
    }
    total = sum(one.power for one in in_force.values())
    if 3 * sum(changed.values()) < total:
        return
    heaviest = max(one.power for one in in_force.values())
    is_small = len(in_force) < FAULT_TOLERANT_COUNT
    if is_small and len(changed) == 1 and all(_power(after, name) <= heaviest for name in changed):
        return
    raise ValidatorsAtRisk(
        "too much power would change within two blocks",
        field="power",
        expected=f"one organisation, at most {heaviest}"
        if is_small
        else f"under a third of {total}",
        found=", ".join(f"{name}: {power}" for name, power in changed.items())[:200],
    )


def _changed_power(old: Validator | None, new: Validator | None) -> int:
    """Return how much power goes, comes or moves to another key."""
    old_power, new_power = old.power if old else 0, new.power if new else 0
    if old and new and old.public_key == new.public_key:
        return abs(new_power - old_power)
    return max(old_power, new_power)


def _power(validators: Validators, organization: str) -> int:
    return validators[organization].power if organization in validators else 0


def _key_changes(draft: Draft, old: Validator | None, new: Validator | None) -> list[ValidatorKey]:
    """Return the records that keep account of validator keys."""
    old_key = old.public_key if old else None
    new_key = new.public_key if new else None
    if old_key == new_key:
        return []
    changes = []
    if old_key is not None:
        known = draft.register.validator_keys[old_key]
        changes.append(msgspec.structs.replace(known, left=draft.height))
    if new is not None:
        changes.append(
            ValidatorKey(
                public_key=new.public_key, organization=new.organization, joined=draft.height
            )
        )
    return changes


def _sorted(validators: Validators) -> tuple[Validator, ...]:
    return tuple(validators[name] for name in sorted(validators))


def _power_by_key(validators: Iterable[Validator]) -> dict[bytes, int]:
    return {one.public_key: one.power for one in validators}
