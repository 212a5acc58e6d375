# SPDX-License-Identifier: Apache-2.0
"""What each action of a proposal does once it has passed.

An action is checked when it is proposed and again when it is executed: the register has moved on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from tallystick.errors import Duplicate, InvalidValue, Malformed, UnknownRecord, WrongState
from tallystick.membership.belongings import add_node, drop_node, revoke_log_key
from tallystick.membership.checks import check_member_id, check_name, check_period, check_roles
from tallystick.membership.draft import Draft
from tallystick.membership.enrolment import check_possession, enrolment_message
from tallystick.membership.network_actions import activate_contract, set_governance, set_parameters
from tallystick.membership.recognition import recognise_network
from tallystick.membership.validators import change_validator, new_validator
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    Action,
    ActivateContract,
    AdmitOrganization,
    FirstMember,
    Member,
    MemberKey,
    Organization,
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
    check_organization_id,
    check_power,
)


def perform(draft: Draft, action: Action) -> None:
    """Make the changes of an action on the draft.

    Raises:
        Rejected: a rule refuses them as things are now.
    """
    _ACTIONS[type(action)](draft, action)


def leave_network(draft: Draft, organization: Organization) -> None:
    """End an organisation's membership for good, with everything it had in the network."""
    register = draft.register
    if organization.id in register.validators:
        _remove_validator(draft, RemoveValidator(organization.id))
    for node in sorted(register.nodes.values(), key=lambda one: one.node_id):
        if node.organization == organization.id:
            drop_node(draft, node)
    for key in sorted(register.log_keys.values(), key=lambda one: one.public_key):
        if key.organization == organization.id and key.revoked_at is None:
            revoke_log_key(draft, key)
    draft.put(msgspec.structs.replace(organization, active=False, removed_at=draft.time))


def _admit_organization(draft: Draft, action: AdmitOrganization) -> None:
    try:
        check_organization_id(action.organization)
    except Malformed as error:
        raise InvalidValue(error.message, field="organization", found=error.found) from error
    if action.organization in draft.register.organizations:
        # Also one that left: its old keys must not come back to life.
        raise Duplicate("it is or was a member", field="organization", found=action.organization)
    check_name(action.name)
    member, key = _first_member(draft, action.organization, action.administrator)
    draft.put(Organization(id=action.organization, name=action.name), member, key)
    draft.announce("OrganizationAdmitted", organization=action.organization, member=member.id)
    if action.validator is not None:
        new = action.validator
        _put_validator(draft, action.organization, new.public_key, new.power, new.proof)


def _first_member(draft: Draft, organization: str, new: FirstMember) -> tuple[Member, MemberKey]:
    check_member_id(new.id)
    check_name(new.name)
    check_period(new.valid_from, new.valid_until)
    if new.public_key in draft.register.keys:
        raise Duplicate("the key was enrolled before", field="public_key")
    message = enrolment_message(draft.network, organization, new.id, new.public_key)
    check_possession(new.public_key, message, new.proof)
    roles = check_roles((*new.roles, ROLE_ADMINISTRATOR))
    member = Member(organization=organization, id=new.id, name=new.name, roles=roles)
    key = MemberKey(
        public_key=new.public_key,
        organization=organization,
        member=new.id,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )
    return member, key


def _suspend_organization(draft: Draft, action: SuspendOrganization) -> None:
    organization = _present(draft, action.organization)
    if not organization.active:
        raise WrongState("it is suspended already", field="organization")
    draft.put(msgspec.structs.replace(organization, active=False))
    draft.announce("OrganizationSuspended", organization=organization.id)


def _resume_organization(draft: Draft, action: ResumeOrganization) -> None:
    organization = _present(draft, action.organization)
    if organization.active:
        raise WrongState("it is not suspended", field="organization")
    draft.put(msgspec.structs.replace(organization, active=True))
    draft.announce("OrganizationResumed", organization=organization.id)


def _remove_organization(draft: Draft, action: RemoveOrganization) -> None:
    leave_network(draft, _present(draft, action.organization))
    draft.announce("OrganizationRemoved", organization=action.organization)


def _set_validator(draft: Draft, action: SetValidator) -> None:
    _present(draft, action.organization)
    _put_validator(draft, action.organization, action.public_key, action.power, action.proof)


def _put_validator(
    draft: Draft, organization: str, public_key: bytes, power: int, proof: bytes
) -> None:
    known = draft.register.validators.get(organization)
    if known is not None and known.public_key == public_key:
        if known.power == power:
            raise WrongState("the validator is so already", field="power")
        if proof:
            raise InvalidValue("the key is known: no proof is needed", field="proof")
        try:
            check_power(power)
        except Malformed as error:
            raise InvalidValue(error.message, field="power", expected=error.expected) from error
        validator = msgspec.structs.replace(known, power=power)
    else:
        validator = new_validator(draft, organization, public_key, power, proof)
    change_validator(draft, organization, validator)
    draft.announce("ValidatorSet", organization=organization, public_key=public_key, power=power)


def _remove_validator(draft: Draft, action: RemoveValidator) -> None:
    known = draft.register.validators.get(action.organization)
    if known is None:
        raise UnknownRecord(
            "the organisation has no validator",
            field="organization",
            found=action.organization[:60],
        )
    change_validator(draft, action.organization, None)
    draft.announce(
        "ValidatorRemoved", organization=action.organization, public_key=known.public_key
    )


def _register_node(draft: Draft, action: RegisterNode) -> None:
    _present(draft, action.organization)
    add_node(draft, action.organization, action.node_id)


def _remove_node(draft: Draft, action: RemoveNode) -> None:
    node = draft.register.nodes.get(action.node_id)
    if node is None:
        raise UnknownRecord("there is no such node", field="node_id", found=action.node_id[:60])
    drop_node(draft, node)


def _present(draft: Draft, organization: str) -> Organization:
    """Return an organisation that has not left."""
    found = draft.register.organizations.get(organization)
    if found is None:
        raise UnknownRecord(
            "there is no such organisation", field="organization", found=organization[:60]
        )
    if isinstance(found.removed_at, int):
        raise WrongState("the organisation has left", field="organization", found=organization)
    return found


_ACTIONS: Final[Mapping[type[Struct], Callable[[Draft, Any], None]]] = {
    AdmitOrganization: _admit_organization,
    SuspendOrganization: _suspend_organization,
    ResumeOrganization: _resume_organization,
    RemoveOrganization: _remove_organization,
    SetValidator: _set_validator,
    RemoveValidator: _remove_validator,
    SetParameters: set_parameters,
    SetGovernance: set_governance,
    ActivateContract: activate_contract,
    RegisterNode: _register_node,
    RemoveNode: _remove_node,
    RecogniseNetwork: recognise_network,
}
