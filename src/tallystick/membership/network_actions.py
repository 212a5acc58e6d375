# SPDX-License-Identifier: Apache-2.0
"""Actions that change the network as a whole: parameters, voting rules, contract versions."""

from __future__ import annotations

import re
from typing import Final

from tallystick.errors import InvalidValue, Malformed, WrongState
from tallystick.membership.draft import Draft
from tallystick.model import (
    ActivateContract,
    ContractActivation,
    SetGovernance,
    SetParameters,
    check_rules,
)
from tallystick.units import BLOCK_TRANSACTIONS_MAX

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
    is_name = len(name) <= _NAME_CHARACTERS_MAX and _CONTRACT.fullmatch(name) is not None
    if not is_name or name in _BUILT_IN:
        raise InvalidValue("not a contract's name", field="name", found=name[:64])
    if not 1 <= action.version <= VERSION_MAX:
        raise InvalidValue("not a version", field="version", expected=f"1 to {VERSION_MAX}")
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
    is_callable = known is not None and known.callable_from <= draft.height
    activation = ContractActivation(
        name=name,
        version=action.version,
        height=action.height,
        callable_from=known.callable_from if known is not None and is_callable else action.height,
        version_before=running,
    )
    draft.put(activation)
    draft.announce("ContractActivated", contract=name, version=action.version, height=action.height)
