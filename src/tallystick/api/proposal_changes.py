# SPDX-License-Identifier: Apache-2.0
"""What a proposal's action would change: values before and after, from the register of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import UNSET, Struct

from tallystick.api.governance_records import ChangeRecord
from tallystick.membership import Register
from tallystick.model import (
    Action,
    ActivateContract,
    AdmitOrganization,
    Organization,
    Parameters,
    RecognisedNetwork,
    RecogniseNetwork,
    RegisterNode,
    RemoveNode,
    RemoveOrganization,
    RemoveValidator,
    ResumeOrganization,
    SetGovernance,
    SetParameters,
    SetValidator,
    SuspendOrganization,
    Validator,
)

Triple: TypeAlias = tuple[str, object, object]
"""What, before, after."""


def changes_of(register: Register, founding: Parameters, action: Action) -> list[ChangeRecord]:
    """Return what would change; values that stay are left out."""
    if isinstance(action, SetParameters):
        triples = _differences(
            "parameters", register.effective_parameters(founding), action.parameters
        )
    else:
        triples = _OTHERS[type(action)](register, action)
    return [ChangeRecord(what=what, before=old, after=new) for what, old, new in triples]


def subject_of(action: Action) -> str:
    """Return what the action is about, in a word."""
    if isinstance(action, RecogniseNetwork):
        return action.network.id
    for name in ("organization", "name", "node_id"):
        found = getattr(action, name, None)
        if isinstance(found, str):
            return found
    return ""


def organization_state(organization: Organization | None) -> str | None:
    """Return `active`, `suspended` or `removed`; None for one that never was a member."""
    if organization is None:
        return None
    if organization.removed_at is not UNSET:
        return "removed"
    return "active" if organization.active else "suspended"


def _admission(register: Register, action: AdmitOrganization) -> list[Triple]:
    code, first = action.organization, action.administrator
    found = [
        (f"organization {code}", organization_state(register.organizations.get(code)), "active"),
        (f"administrator of {code}", None, f"{first.id}, key {first.public_key.hex()}"),
    ]
    if action.validator is not None:
        new = action.validator
        found.append((f"validator of {code}", None, _validator(new.public_key, new.power)))
    return [*found, _votes(register, +1)]


def _suspension(register: Register, action: SuspendOrganization) -> list[Triple]:
    return [_organization(register, action.organization, "suspended"), _votes(register, -1)]


def _resumption(register: Register, action: ResumeOrganization) -> list[Triple]:
    return [_organization(register, action.organization, "active"), _votes(register, +1)]


def _removal(register: Register, action: RemoveOrganization) -> list[Triple]:
    code = action.organization
    found = [_organization(register, code, "removed")]
    organization = register.organizations.get(code)
    if organization is not None and organization.active:
        found.append(_votes(register, -1))
    if code in register.validators:
        found += _validator_change(register, code, None)
    nodes = sorted(one.node_id for one in register.nodes.values() if one.organization == code)
    found += [(f"node {node_id}", "may connect", "removed") for node_id in nodes]
    keys = sorted(
        key.public_key.hex()
        for key in register.log_keys.values()
        if key.organization == code and key.revoked_at is None
    )
    return [*found, *((f"log key {key}", "valid", "revoked") for key in keys)]


def _validator_setting(register: Register, action: SetValidator) -> list[Triple]:
    new = _validator(action.public_key, action.power)
    return _validator_change(register, action.organization, new, power=action.power)


def _validator_removal(register: Register, action: RemoveValidator) -> list[Triple]:
    return _validator_change(register, action.organization, None)


def _rules(register: Register, action: SetGovernance) -> list[Triple]:
    return _differences("rules", register.governance, action.rules)


def _contract(register: Register, action: ActivateContract) -> list[Triple]:
    known = register.contracts.get(action.name)
    before = None if known is None else f"version {known.version} from block {known.height}"
    after = f"version {action.version} from block {action.height}"
    changes: list[Triple] = [(f"contract {action.name}", before, after)]
    if action.digest is not UNSET:
        was = None if known is None or known.digest is UNSET else known.digest.hex()
        changes.append((f"sources of {action.name}", was, action.digest.hex()))
    if action.migrate_from is not UNSET:
        moved = f"moved from version {action.migrate_from}, not callable until then"
        changes.append((f"records of {action.name}", None, moved))
    return changes


def _node_registration(register: Register, action: RegisterNode) -> list[Triple]:
    before = "removed" if action.node_id in register.former_nodes else None
    return [(f"node {action.node_id}", before, f"of {action.organization}, may connect")]


def _node_removal(register: Register, action: RemoveNode) -> list[Triple]:
    before = "may connect" if action.node_id in register.nodes else "removed"
    return [(f"node {action.node_id}", before, "removed")]


def _recognition(register: Register, action: RecogniseNetwork) -> list[Triple]:
    new = action.network
    old = register.networks.get(new.id)
    before = {} if old is None else _recognised(old)
    return [
        (f"network {new.id}: {what}", before.get(what), after)
        for what, after in _recognised(new).items()
        if before.get(what) != after
    ]


def _recognised(network: RecognisedNetwork) -> dict[str, object]:
    return {
        "log keys": ", ".join(key.hex() for key in network.log_keys) or "none",
        "keys that must sign": network.quorum,
        "oldest checkpoint, ms": network.proof_age_ms_max,
        "assets it reserves": ", ".join(network.asset_kinds) or "none",
    }


def _organization(register: Register, code: str, after: str) -> Triple:
    return f"organization {code}", organization_state(register.organizations.get(code)), after


def _votes(register: Register, more: int) -> Triple:
    count = len(register.electorate())
    return "votes in the network", count, count + more


def _validator_change(
    register: Register, code: str, after: str | None, *, power: int = 0
) -> list[Triple]:
    known: Validator | None = register.validators.get(code)
    before = None if known is None else _validator(known.public_key, known.power)
    total = sum(one.power for one in register.validators.values())
    new_total = total - (known.power if known else 0) + power
    found: list[Triple] = [(f"validator of {code}", before, after)]
    if new_total != total:
        found.append(("power of all validators", total, new_total))
    return found


def _validator(public_key: bytes, power: int) -> str:
    return f"key {public_key.hex()}, power {power}"


def _differences(name: str, old: Struct, new: Struct) -> list[Triple]:
    before, after = (msgspec.to_builtins(one) for one in (old, new))
    return [
        (f"{name}.{key}", _plain(before[key]), _plain(after[key]))
        for key in after
        if before[key] != after[key]
    ]


def _plain(value: object) -> object:
    """Return a share as people write it."""
    if isinstance(value, dict) and set(value) == {"numerator", "denominator"}:
        return f"{value['numerator']}/{value['denominator']}"
    return value


_OTHERS: Final[Mapping[type[Struct], Callable[[Register, Any], list[Triple]]]] = {
    AdmitOrganization: _admission,
    SuspendOrganization: _suspension,
    ResumeOrganization: _resumption,
    RemoveOrganization: _removal,
    SetValidator: _validator_setting,
    RemoveValidator: _validator_removal,
    SetGovernance: _rules,
    ActivateContract: _contract,
    RegisterNode: _node_registration,
    RemoveNode: _node_removal,
    RecogniseNetwork: _recognition,
}
