# SPDX-License-Identifier: Apache-2.0
"""The built-in contract `governance`: its methods, and who may call them.

Deciding about the network is for governors, one vote an organisation. What is an organisation's
own is for its operators and administrators; leaving is for administrators alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from tallystick.encoding import Value
from tallystick.errors import InvalidArguments, Rejected, RoleMissing, UnknownContract
from tallystick.membership import proposals, self_service
from tallystick.membership.draft import GOVERNANCE_CONTRACT, Draft
from tallystick.membership.methods import MEMBERSHIP_CONTRACT
from tallystick.membership.register import Register
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    Execution,
    GenesisDocument,
    Invocation,
)

BUILT_IN_CONTRACTS: Final = frozenset({MEMBERSHIP_CONTRACT, GOVERNANCE_CONTRACT})
"""Part of the ledger: they write to the membership tree, all others to the state tree.

What contracts must know of a vote is written to the state tree as well, under `governance/`.
"""

_GOVERNORS: Final = frozenset({ROLE_GOVERNOR})
_KEEPERS: Final = frozenset({ROLE_ADMINISTRATOR, ROLE_OPERATOR})
_ADMINISTRATORS: Final = frozenset({ROLE_ADMINISTRATOR})


class _Method(Struct, frozen=True):
    roles: frozenset[str]
    arguments: type[Struct]
    run: Callable[[Draft, Any], Value]


_METHODS: Final[Mapping[str, _Method]] = {
    "propose": _Method(_GOVERNORS, proposals.Propose, proposals.propose),
    "vote": _Method(_GOVERNORS, proposals.CastVote, proposals.vote),
    "withdraw": _Method(_GOVERNORS, proposals.Withdraw, proposals.withdraw),
    "execute": _Method(_GOVERNORS, proposals.Execute, proposals.execute),
    "rotate_validator_key": _Method(
        _KEEPERS, self_service.RotateValidatorKey, self_service.rotate_validator_key
    ),
    "resign_validator": _Method(
        _KEEPERS, self_service.ResignValidator, self_service.resign_validator
    ),
    "register_node": _Method(_KEEPERS, self_service.RegisterOwnNode, self_service.register_node),
    "remove_node": _Method(_KEEPERS, self_service.RemoveOwnNode, self_service.remove_node),
    "rotate_log_key": _Method(_KEEPERS, self_service.RotateLogKey, self_service.rotate_log_key),
    "revoke_log_key": _Method(_KEEPERS, self_service.RevokeLogKey, self_service.revoke_own_log_key),
    "leave": _Method(_ADMINISTRATORS, self_service.Leave, self_service.leave),
}


def execute_governance_call(
    register: Register, invocation: Invocation, genesis: GenesisDocument
) -> Execution:
    """Run one call of the governance contract; refusals are results, nothing is changed here.

    The caller applies the writes to the register (INV: a refused call changes nothing).
    """
    try:
        method, arguments = _read(invocation)
        draft = Draft(register, invocation, genesis)
        result = method.run(draft, arguments)
        proposals.settle(draft)
    except Rejected as refusal:
        facts: dict[str, Value] = dict(refusal.facts())
        return Execution(refusal.code, facts or None, (), {})
    return Execution(OK, result, tuple(draft.events), draft.writes)


def _read(invocation: Invocation) -> tuple[_Method, Struct]:
    method = _METHODS.get(invocation.call.method)
    if method is None:
        raise UnknownContract(
            "governance has no such method", field="method", found=invocation.call.method[:60]
        )
    if method.roles.isdisjoint(invocation.signer.roles):
        raise RoleMissing("the signer may not do this", expected=" or ".join(sorted(method.roles)))
    try:
        arguments = msgspec.convert(
            invocation.call.args, method.arguments, strict=True, builtin_types=(bytes,)
        )
    except msgspec.ValidationError as error:
        raise InvalidArguments(
            str(error), field="args", expected=method.arguments.__name__
        ) from error
    return method, arguments
