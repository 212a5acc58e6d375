# SPDX-License-Identifier: Apache-2.0
"""Actions that change the network as a whole: parameters, voting rules, contract versions."""

from __future__ import annotations

import re
from typing import Final

from msgspec import UNSET, UnsetType

from tallystick.encoding import Value
from tallystick.errors import InvalidValue, Malformed, WrongState
from tallystick.membership.draft import Draft
from tallystick.model import (
    ActivateContract,
    ContractActivation,
    RecordMigration,
    SetGovernance,
    SetParameters,
    check_rules,
)
from tallystick.units import BLOCK_TRANSACTIONS_MAX, HASH_SIZE

LIFETIME_MS_MIN: Final = 10_000
"""A transaction needs time to be signed, sent and ordered."""
VERSION_MAX: Final = 1_000_000
_CONTRACT = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
_NAME_CHARACTERS_MAX: Final = 64
_BUILT_IN: Final = frozenset({"membership", "governance", "tallystick"})


def set_parameters(draft: Draft, action: SetParameters) -> None:
    """Replace the network's parameters from the next block on.

    Nonces are remembered for the lifetime in genesis, by every node and after every restart. So
    a vote may shorten the lifetime and bring it back, never exceed that of genesis.
    """
    new, founding = action.parameters, draft.genesis.parameters
    longest = founding.transaction_lifetime_ms_max
    if not min(LIFETIME_MS_MIN, longest) <= new.transaction_lifetime_ms_max <= longest:
        raise InvalidValue(
            "not a lifetime this network can have",
            field="transaction_lifetime_ms_max",
            expected=f"{min(LIFETIME_MS_MIN, longest)} to {longest}",
            found=str(new.transaction_lifetime_ms_max),
        )
    if not 1 <= new.block_transactions_max <= BLOCK_TRANSACTIONS_MAX:
        raise InvalidValue(
            "not a size of blocks",
            field="block_transactions_max",
            expected=f"1 to {BLOCK_TRANSACTIONS_MAX}",
            found=str(new.block_transactions_max),
        )
    if new.python != founding.python:
        raise InvalidValue(
            "nodes cannot change their Python while they run",
            field="python",
            expected=founding.python,
            found=new.python[:20],
        )
    if new == draft.register.effective_parameters(founding):
        raise WrongState("the parameters are so already", field="parameters")
    draft.put(new)
    draft.announce(
        "ParametersChanged",
        transaction_lifetime_ms_max=new.transaction_lifetime_ms_max,
        block_transactions_max=new.block_transactions_max,
    )


def set_governance(draft: Draft, action: SetGovernance) -> None:
    """Replace the voting rules; they hold for open proposals too."""
    rules = action.rules
    try:
        check_rules(rules)
    except Malformed as error:
        raise InvalidValue(error.message, field=error.field, expected=error.expected) from error
    if rules == draft.register.governance:
        raise WrongState("the rules are so already", field="rules")
    draft.put(rules)
    draft.announce(
        "RulesChanged",
        threshold=[rules.threshold.numerator, rules.threshold.denominator],
        qualified_threshold=[
            rules.qualified_threshold.numerator,
            rules.qualified_threshold.denominator,
        ],
        participation=[rules.participation.numerator, rules.participation.denominator],
        proposal_lifetime_ms=rules.proposal_lifetime_ms,
    )


def activate_contract(draft: Draft, action: ActivateContract) -> None:
    """Let a version of a contract run from a later block on."""
    name = action.name
    _check_activation(action)
    if action.height <= draft.height:
        raise WrongState(
            "the height has passed",
            field="height",
            expected=f"more than {draft.height}",
            found=str(action.height),
        )
    known = draft.register.contracts.get(name)
    running = None if known is None else known.version_at(draft.height)
    if running is not None and action.version <= running:
        raise WrongState(
            "this or a later version runs already",
            field="version",
            expected=f"more than {running}",
            found=str(action.version),
        )
    migration = _migration(draft, action, known)
    is_callable = known is not None and known.callable_from <= draft.height
    digest = known.digest_at(draft.height) if known is not None else None
    activation = ContractActivation(
        name=name,
        version=action.version,
        height=action.height,
        callable_from=known.callable_from if known is not None and is_callable else action.height,
        # What genesis founded has no number until a migration names it.
        version_before=running if migration is UNSET or running else migration.from_version,
        digest=action.digest,
        digest_before=UNSET if digest is None else digest,
        migration=migration,
    )
    draft.put(activation)
    fields: dict[str, Value] = {} if action.digest is UNSET else {"digest": action.digest}
    draft.announce(
        "ContractActivated", contract=name, version=action.version, height=action.height, **fields
    )


def _check_activation(action: ActivateContract) -> None:
    """Refuse what is wrong whatever the register says."""
    name = action.name
    is_name = len(name) <= _NAME_CHARACTERS_MAX and _CONTRACT.fullmatch(name) is not None
    if not is_name or name in _BUILT_IN:
        raise InvalidValue("not a contract's name", field="name", found=name[:64])
    if not 1 <= action.version <= VERSION_MAX:
        raise InvalidValue("not a version", field="version", expected=f"1 to {VERSION_MAX}")
    if action.digest is not UNSET and len(action.digest) != HASH_SIZE:
        raise InvalidValue("not a digest", field="digest", expected=f"{HASH_SIZE} bytes")
    if action.migrate_from is not UNSET and not 1 <= action.migrate_from < action.version:
        raise InvalidValue(
            "not an earlier version",
            field="migrate_from",
            expected="an earlier version",
            found=str(action.migrate_from),
        )


def _migration(
    draft: Draft, action: ActivateContract, known: ContractActivation | None
) -> RecordMigration | UnsetType:
    """Return the migration that an activation begins, or goes on with.

    Raises:
        WrongState: no such version runs, or its records are half moved and would stay so.
    """
    unfinished = known.migration_at(draft.height) if known is not None else None
    running = known.version_at(draft.height) if known is not None else None
    expected = unfinished.from_version if unfinished is not None else running
    if unfinished is not None and action.migrate_from != expected:
        # A faulty migration is repaired by the next version: it goes on where the other stopped.
        raise WrongState(
            "its records are being moved",
            field="migrate_from",
            expected=str(expected),
            found="" if action.migrate_from is UNSET else str(action.migrate_from),
        )
    if action.migrate_from is UNSET:
        return UNSET
    is_founded = running is None and action.name in draft.genesis.contracts
    if not is_founded and action.migrate_from != expected:
        raise WrongState(
            "this version does not run",
            field="migrate_from",
            expected="none" if expected is None else str(expected),
            found=str(action.migrate_from),
        )
    return unfinished or RecordMigration(from_version=action.migrate_from, since=action.height)
