# SPDX-License-Identifier: Apache-2.0
"""The built-in contract `membership`: what an administrator of an organisation may change.

Each method is a function from the register, the caller and typed arguments to changed records.
An administrator changes the own organisation only; admitting organisations is governance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct

from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import (
    Duplicate,
    InvalidArguments,
    Rejected,
    RoleMissing,
    UnknownContract,
    UnknownRecord,
    WrongState,
)
from tallystick.membership.certified import (
    EnrolCertificate,
    RevokeAuthority,
    SetAuthority,
    certified_key,
    new_authority,
    revoked_authority,
)
from tallystick.membership.checks import check_member_id, check_name, check_period, check_roles
from tallystick.membership.enrolment import check_possession, enrolment_message
from tallystick.membership.records import record_write
from tallystick.membership.register import Register
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    Authority,
    Event,
    Execution,
    Invocation,
    Member,
    MemberKey,
    Name,
    Organization,
)
from tallystick.units import TimeMs

MEMBERSHIP_CONTRACT: Final = "membership"


class AddMember(Struct, frozen=True, forbid_unknown_fields=True):
    """A person or service joins the organisation."""

    id: str
    name: Name
    roles: list[str]


class SetRoles(Struct, frozen=True, forbid_unknown_fields=True):
    """A member's roles are replaced."""

    member: str
    roles: list[str]


class SetActive(Struct, frozen=True, forbid_unknown_fields=True):
    """A member is suspended or comes back."""

    member: str
    active: bool


class EnrolKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key starts to act for a member."""

    member: str
    public_key: bytes
    valid_from: TimeMs
    valid_until: TimeMs
    proof: bytes
    """Signature by the new key over `enrolment_message`."""


class RevokeKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key stops acting, at once and for good."""

    public_key: bytes


Changed = tuple[Organization | Member | MemberKey | Authority, Event]


def execute_membership_call(register: Register, invocation: Invocation) -> Execution:
    """Run one call of the membership contract; refusals are results, nothing is changed here.

    The caller applies the writes to the register (INV: a refused call changes nothing).
    """
    try:
        record, event = _run(register, invocation)
    except Rejected as refusal:
        facts: dict[str, Value] = dict(refusal.facts())
        return Execution(refusal.code, facts or None, (), {})
    key, value = record_write(record)
    return Execution(OK, None, (event,), {key: value})


def _run(register: Register, invocation: Invocation) -> Changed:
    entry = _METHODS.get(invocation.call.method)
    if entry is None:
        raise UnknownContract(
            "membership has no such method", field="method", found=invocation.call.method[:60]
        )
    if ROLE_ADMINISTRATOR not in invocation.signer.roles:
        raise RoleMissing("only an administrator may do this", expected=ROLE_ADMINISTRATOR)
    kind, method = entry
    try:
        arguments = msgspec.convert(invocation.call.args, kind, strict=True, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise InvalidArguments(str(error), field="args", expected=kind.__name__) from error
    return method(register, invocation, arguments)


def _add_member(register: Register, invocation: Invocation, new: AddMember) -> Changed:
    organization = invocation.signer.organization
    check_member_id(new.id)
    check_name(new.name)
    if (organization, new.id) in register.members:
        raise Duplicate("the member exists", field="id", found=new.id)
    member = Member(
        organization=organization, id=new.id, name=new.name, roles=check_roles(new.roles)
    )
    return member, _event("MemberAdded", organization, new.id, roles=list(member.roles))


def _set_roles(register: Register, invocation: Invocation, change: SetRoles) -> Changed:
    member = _member(register, invocation, change.member)
    roles = check_roles(change.roles)
    if ROLE_ADMINISTRATOR not in roles:
        _keep_an_administrator(register, member)
    changed = msgspec.structs.replace(member, roles=roles)
    return changed, _event("RolesChanged", member.organization, member.id, roles=list(roles))


def _set_active(register: Register, invocation: Invocation, change: SetActive) -> Changed:
    member = _member(register, invocation, change.member)
    if not change.active:
        _keep_an_administrator(register, member)
    changed = msgspec.structs.replace(member, active=change.active)
    return changed, _event("MemberActive", member.organization, member.id, active=change.active)


def _enrol_key(register: Register, invocation: Invocation, new: EnrolKey) -> Changed:
    member = _member(register, invocation, new.member)
    if new.public_key in register.keys:
        raise Duplicate("the key was enrolled before", field="public_key")
    check_period(new.valid_from, new.valid_until)
    message = enrolment_message(
        invocation.call.network, member.organization, member.id, new.public_key
    )
    check_possession(new.public_key, message, new.proof)
    key = MemberKey(
        public_key=new.public_key,
        organization=member.organization,
        member=member.id,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
    )
    return key, _event("KeyEnrolled", member.organization, member.id, public_key=new.public_key)


def _revoke_key(register: Register, invocation: Invocation, gone: RevokeKey) -> Changed:
    key = register.keys.get(gone.public_key)
    if key is None or key.organization != invocation.signer.organization:
        raise UnknownRecord("the organisation has no such key", field="public_key")
    if key.revoked_at is not None:
        raise WrongState("the key is revoked already", field="public_key")
    changed = msgspec.structs.replace(key, revoked_at=invocation.block_time)
    return changed, _event("KeyRevoked", key.organization, key.member, public_key=key.public_key)


def _set_authority(register: Register, invocation: Invocation, new: SetAuthority) -> Changed:
    authority = new_authority(register, invocation, new)
    return authority, _authority_event("AuthorityRegistered", authority)


def _revoke_authority(register: Register, invocation: Invocation, gone: RevokeAuthority) -> Changed:
    authority = revoked_authority(register, invocation, gone)
    return authority, _authority_event("AuthorityRevoked", authority)


def _enrol_certificate(
    register: Register, invocation: Invocation, new: EnrolCertificate
) -> Changed:
    _member(register, invocation, new.member)
    key = certified_key(register, invocation, new)
    return key, _event(
        "CertificateEnrolled",
        key.organization,
        key.member,
        public_key=key.public_key,
        valid_until=key.valid_until,
    )


_METHODS: Final[dict[str, tuple[type[Struct], Callable[[Register, Invocation, Any], Changed]]]] = {
    "add_member": (AddMember, _add_member),
    "set_roles": (SetRoles, _set_roles),
    "set_active": (SetActive, _set_active),
    "enrol_key": (EnrolKey, _enrol_key),
    "revoke_key": (RevokeKey, _revoke_key),
    "set_authority": (SetAuthority, _set_authority),
    "revoke_authority": (RevokeAuthority, _revoke_authority),
    "enrol_certificate": (EnrolCertificate, _enrol_certificate),
}


def _member(register: Register, invocation: Invocation, member_id: str) -> Member:
    member = register.members.get((invocation.signer.organization, member_id))
    if member is None:
        raise UnknownRecord(
            "the organisation has no such member", field="member", found=member_id[:60]
        )
    return member


def _keep_an_administrator(register: Register, member: Member) -> None:
    others = [a for a in register.administrators(member.organization) if a.id != member.id]
    if ROLE_ADMINISTRATOR in member.roles and not others:
        raise WrongState("the organisation would have no administrator", field="member")


def _event(name: str, organization: str, member: str, **fields: Value) -> Event:
    return Event(
        f"{MEMBERSHIP_CONTRACT}.{name}", {"organization": organization, "member": member, **fields}
    )


def _authority_event(name: str, authority: Authority) -> Event:
    return Event(
        f"{MEMBERSHIP_CONTRACT}.{name}",
        {"organization": authority.organization, "fingerprint": sha256(authority.certificate)},
    )
