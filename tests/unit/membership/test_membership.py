# SPDX-License-Identifier: Apache-2.0
"""Membership: who acts when, and what an administrator may change (docs/spec/membership.md)."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from tallystick.encoding import Value, encode
from tallystick.errors import Halted, NotAMember
from tallystick.membership import (
    Register,
    enrolment_message,
    execute_membership_call,
    genesis_writes,
)
from tallystick.membership.records import record_write
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    Call,
    Execution,
    Invocation,
    Member,
    Signer,
    to_value,
)
from tallystick.units import TimeMs
from tests.factories import (
    ADMINISTRATOR,
    BANK,
    CLERK,
    COURT,
    FOREVER,
    NETWORK,
    START,
    TELLER,
    make_genesis,
    member,
    member_key,
    secret,
)

NEW_KEY = secret(50)


def make_register() -> Register:
    """Return the register of the test network's genesis."""
    writes = genesis_writes(make_genesis())
    return Register([(key, value) for key, value in writes.items() if value is not None])


def call(
    register: Register,
    method: str,
    args: dict[str, object],
    *,
    organization: str = COURT,
    roles: tuple[str, ...] = (ROLE_ADMINISTRATOR,),
) -> Execution:
    """Run one membership call and apply it when it succeeds."""
    signer = Signer(organization, "head", roles, ADMINISTRATOR.public_key)
    plain = cast("dict[str, Value]", args)
    request = Call(NETWORK, "membership", method, plain, 1, TimeMs(FOREVER))
    execution = execute_membership_call(register, Invocation(request, signer, bytes(32), 1, START))
    register.apply(execution.writes)
    return execution


def enrol_args(
    *, member_id: str = "clerk", proof: bytes | None = None, valid_until: int = FOREVER
) -> dict[str, object]:
    """Return arguments that enrol the new key."""
    message = enrolment_message(NETWORK, COURT, member_id, NEW_KEY.public_key)
    return {
        "member": member_id,
        "public_key": NEW_KEY.public_key,
        "valid_from": START,
        "valid_until": valid_until,
        "proof": NEW_KEY.sign(message) if proof is None else proof,
    }


def test_an_enrolled_key_acts_for_its_member() -> None:
    """Organisation, member and roles come from the register, not from the transaction."""
    signer = make_register().resolve(CLERK.public_key, COURT, START)
    assert (signer.organization, signer.member, signer.roles) == (COURT, "clerk", ("depositor",))


@pytest.mark.parametrize(
    ("key", "organization", "time"),
    [
        (secret(99).public_key, COURT, START),
        (CLERK.public_key, BANK, START),
        (CLERK.public_key, COURT, FOREVER + 1),
        (CLERK.public_key, COURT, -1),
    ],
)
def test_a_key_that_does_not_act_is_refused(key: bytes, organization: str, time: int) -> None:
    """Unknown, of another organisation, expired, or not yet valid."""
    with pytest.raises(NotAMember):
        make_register().resolve(key, organization, time)


def test_a_revoked_key_never_acts_again() -> None:
    """Revocation is final, and says when."""
    register = make_register()
    assert call(register, "revoke_key", {"public_key": CLERK.public_key}).code == OK
    assert register.keys[CLERK.public_key].revoked_at == START
    with pytest.raises(NotAMember):
        register.resolve(CLERK.public_key, COURT, START)
    assert call(register, "revoke_key", {"public_key": CLERK.public_key}).code == "E_STATE"
    assert (
        call(register, "enrol_key", enrol_args() | {"public_key": CLERK.public_key}).code == "E_DUP"
    )


def test_a_suspended_member_does_not_act_until_readmitted() -> None:
    """`set_active` works at once, both ways."""
    register = make_register()
    register.resolve(CLERK.public_key, COURT, START)
    call(register, "set_active", {"member": "clerk", "active": False})
    with pytest.raises(NotAMember):
        register.resolve(CLERK.public_key, COURT, START)
    call(register, "set_active", {"member": "clerk", "active": True})
    assert register.resolve(CLERK.public_key, COURT, START).member == "clerk"


def test_a_member_of_an_inactive_organisation_does_not_act() -> None:
    """The organisation's state counts for all its keys."""
    register = make_register()
    organization = msgspec.structs.replace(register.organizations[COURT], active=False)
    key = b"membership/organizations/" + COURT.encode()
    register.apply({key: encode(to_value(organization))})
    with pytest.raises(NotAMember):
        register.resolve(CLERK.public_key, COURT, START)


def test_a_new_member_with_a_new_key_acts() -> None:
    """Enrolment: a member, then a key that proves its possession."""
    register = make_register()
    added = call(
        register,
        "add_member",
        {
            "id": "judge",
            "name": {"zh": "法官", "en": "Judge"},
            "roles": ["judge", "judge", "auditor"],
        },
    )
    assert added.code == OK
    assert added.events[0].name == "membership.MemberAdded"
    assert call(register, "enrol_key", enrol_args(member_id="judge")).code == OK
    signer = register.resolve(NEW_KEY.public_key, COURT, START)
    assert (signer.member, signer.roles) == ("judge", ("auditor", "judge"))


def test_roles_change_with_the_next_call() -> None:
    """A cached signer does not outlive a change."""
    register = make_register()
    register.resolve(CLERK.public_key, COURT, START)
    assert call(register, "set_roles", {"member": "clerk", "roles": []}).code == OK
    assert register.resolve(CLERK.public_key, COURT, START).roles == ()


def test_role_changes_are_events() -> None:
    """Each says whose roles they are and what they are now."""
    register = make_register()
    changed = call(register, "set_roles", {"member": "clerk", "roles": ["judge"]})
    (event,) = changed.events
    assert event.name == "membership.RolesChanged"
    assert event.fields == {"organization": COURT, "member": "clerk", "roles": ["judge"]}


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("unknown", {}, "E_CONTRACT"),
        ("add_member", {"id": "x"}, "E_ARGUMENT"),
        ("add_member", {"id": "x", "name": {"zh": "a", "en": "b"}, "roles": [1]}, "E_ARGUMENT"),
        ("add_member", {"id": "X y", "name": {"zh": "a", "en": "b"}, "roles": []}, "E_VALUE"),
        ("add_member", {"id": "x", "name": {"zh": "", "en": "b"}, "roles": []}, "E_VALUE"),
        ("add_member", {"id": "x", "name": {"zh": "a", "en": "b"}, "roles": ["A B"]}, "E_VALUE"),
        (
            "set_roles",
            {"member": "clerk", "roles": ["governor", "operator"]},
            "E_VALUE",
        ),
        ("add_member", {"id": "clerk", "name": {"zh": "a", "en": "b"}, "roles": []}, "E_DUP"),
        ("set_roles", {"member": "nobody", "roles": []}, "E_MISSING"),
        ("set_roles", {"member": "head", "roles": ["auditor"]}, "E_STATE"),
        ("set_active", {"member": "head", "active": False}, "E_STATE"),
        ("enrol_key", enrol_args(proof=bytes(64)), "E_VALUE"),
        ("enrol_key", enrol_args(valid_until=START), "E_VALUE"),
        ("enrol_key", enrol_args() | {"public_key": b"\x01" + bytes(31)}, "E_VALUE"),
        ("enrol_key", enrol_args() | {"member": "nobody"}, "E_MISSING"),
        ("revoke_key", {"public_key": TELLER.public_key}, "E_MISSING"),
        ("revoke_key", {"public_key": bytes(32)}, "E_MISSING"),
    ],
)
def test_a_refused_change_has_a_code_and_no_writes(
    method: str, args: dict[str, object], code: str
) -> None:
    """Every refusal of docs/spec/membership.md; nothing is written."""
    execution = call(make_register(), method, args)
    assert (execution.code, execution.writes, execution.events) == (code, {}, ())


def test_only_an_administrator_changes_membership() -> None:
    """Other roles do not help."""
    execution = call(
        make_register(), "set_roles", {"member": "clerk", "roles": []}, roles=("auditor",)
    )
    assert execution.code == "E_ROLE"


def test_an_administrator_cannot_touch_another_organisation() -> None:
    """The own organisation only: another's member does not even exist for it."""
    register = make_register()
    assert call(register, "set_roles", {"member": "teller", "roles": []}).code == "E_MISSING"
    assert call(register, "enrol_key", enrol_args(member_id="teller")).code == "E_MISSING"


def test_an_enrolment_signed_for_another_member_is_refused() -> None:
    """The proof binds network, organisation and member."""
    args = enrol_args(member_id="clerk") | {"member": "head"}
    assert call(make_register(), "enrol_key", args).code == "E_VALUE"


def test_an_administrator_may_go_when_another_remains() -> None:
    """Only the last one is held."""
    register = make_register()
    args: dict[str, object] = {"member": "clerk", "roles": [ROLE_ADMINISTRATOR]}
    assert call(register, "set_roles", args).code == OK
    assert call(register, "set_active", {"member": "head", "active": False}).code == OK
    assert [a.id for a in register.administrators(COURT)] == ["clerk"]


@pytest.mark.parametrize("writes", [{b"membership/other": b"\xa0"}, {b"membership/keys/x": None}])
def test_a_register_refuses_what_is_no_membership_record(
    writes: dict[bytes, bytes | None],
) -> None:
    """Unknown keys and deletions cannot come from our own code: the node halts."""
    with pytest.raises(Halted):
        make_register().apply(writes)


def test_genesis_writes_hold_every_founding_record() -> None:
    """Organisations, members and keys, under the keys of the specification."""
    writes = genesis_writes(make_genesis())
    assert len(writes) == 2 + 3 + 3
    assert b"membership/members/" + f"{COURT}/clerk".encode() in writes
    assert b"membership/keys/" + CLERK.public_key in writes
    assert member(COURT, "x").active
    assert member_key(CLERK, COURT, "clerk").revoked_at is None


def test_a_check_at_the_door_cannot_bring_back_a_signer_that_a_block_suspends() -> None:
    """What another thread read before the change is not taken for the state after it (INV-I1)."""
    register = make_register()
    suspended = msgspec.structs.replace(register.members[COURT, "clerk"], active=False)

    class ChangedWhileRead(dict[tuple[str, str], Member]):
        """Hands out what it held when asked, and a block changes it before the answer is used."""

        def __getitem__(self, key: tuple[str, str]) -> Member:
            found = super().__getitem__(key)
            register.apply(dict([record_write(suspended)]))
            return found

    register.members = ChangedWhileRead(register.members)
    assert register.resolve(CLERK.public_key, COURT, START).member == "clerk"  # it was true
    register.members = dict(register.members)
    with pytest.raises(NotAMember):
        register.resolve(CLERK.public_key, COURT, START)
