# SPDX-License-Identifier: Apache-2.0
"""Members enrolled by certificate: whose authority counts, whom the leaf names, when it ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value
from tallystick.errors import NotAMember
from tallystick.membership import Register, enrolment_message, execute_membership_call
from tallystick.membership.records import record_write
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    Call,
    Execution,
    Invocation,
    Member,
    Name,
    Organization,
    Signer,
)
from tallystick.units import TimeMs
from tests.certificate_authority import (
    LEAF,
    MEMBER,
    MIDDLE,
    NOW_MS,
    ORGANIZATION,
    ROOT,
    Made,
    make,
    name,
)

OTHER = "11330100MB0F0001X8"
NETWORK = "testnet." + "0" * 32
DAY_MS = 24 * 60 * 60 * 1000


class World:
    """A register of two organisations, and calls on it."""

    def __init__(self) -> None:
        """Begin without authorities."""
        people: list[Organization | Member] = [
            Member(organization=one, id=who, name=Name(zh="人", en=who), roles=("depositor",))
            for one in (ORGANIZATION, OTHER)
            for who in (MEMBER, "li-lei")
        ]
        people += [
            Organization(id=one, name=Name(zh="机构", en=one)) for one in (ORGANIZATION, OTHER)
        ]
        people.sort(key=lambda one: isinstance(one, Member))
        self.register = Register(record_write(one) for one in people)
        self.time = NOW_MS

    def call(
        self,
        method: str,
        args: Mapping[str, Value],
        *,
        organization: str = ORGANIZATION,
        role: str = ROLE_ADMINISTRATOR,
    ) -> Execution:
        """Run a call and keep what it writes."""
        signer = Signer(organization, "admin", (role,), bytes(32))
        call = Call(NETWORK, "membership", method, dict(args), 1, TimeMs(self.time))
        execution = execute_membership_call(
            self.register, Invocation(call, signer, bytes(32), 1, self.time)
        )
        self.register.apply(execution.writes)
        return execution

    def enrol(self, *chain: Made, member: str = MEMBER, **others: Value) -> Execution:
        """Enrol the leaf's key for a member."""
        return self.call("enrol_certificate", enrolment(*chain, member=member, **others))


def enrolment(*chain: Made, member: str = MEMBER, **others: Value) -> dict[str, Value]:
    """Return the arguments, with the proof that the leaf's key makes."""
    secret = SecretKey(chain[0].key.private_bytes_raw())  # type: ignore[union-attr]
    message = enrolment_message(NETWORK, ORGANIZATION, member, secret.public_key)
    return {
        "member": member,
        "chain": [one.der for one in chain],
        "proof": secret.sign(message),
        **others,
    }


@pytest.fixture
def world() -> World:
    """Return a new one."""
    return World()


def facts(execution: Execution) -> tuple[str, object]:
    """Return the code and the field of a refusal."""
    assert isinstance(execution.result, dict)
    return execution.code, execution.result.get("field")


def test_a_certified_key_acts_until_the_first_certificate_ends(world: World) -> None:
    """Registered, enrolled, used; its record names the certificate."""
    root = make(ROOT, ends=50)
    middle = make(MIDDLE, issuer=root)
    leaf = make(LEAF, issuer=middle)
    assert world.call("set_authority", {"certificate": root.der}).code == OK
    execution = world.enrol(leaf, middle)
    assert execution.code == OK, execution.result
    assert execution.events[0].name == "membership.CertificateEnrolled"
    key = world.register.keys[leaf.key.public_key().public_bytes_raw()]  # type: ignore[union-attr]
    assert key.certificate == sha256(leaf.der)
    assert key.valid_until == NOW_MS + 50 * DAY_MS + 999
    signer = world.register.resolve(key.public_key, ORGANIZATION, NOW_MS)
    assert signer.member == MEMBER
    with pytest.raises(NotAMember):
        world.register.resolve(key.public_key, ORGANIZATION, key.valid_until + 1)
    assert world.enrol(leaf, middle).code == "E_DUP"
    again = Register(tuple(execution.writes.items()))  # type: ignore[arg-type]
    assert again.keys == {key.public_key: key}


def test_only_the_own_authorities_count(world: World) -> None:
    """Another organisation's CA certifies nobody here, and a revoked one nobody any more."""
    root = make(ROOT)
    leaf = make(LEAF, issuer=root)
    assert facts(world.enrol(leaf)) == ("E_CERTIFICATE", "chain.0.authority")
    assert world.call("set_authority", {"certificate": root.der}, organization=OTHER).code == OK
    assert facts(world.enrol(leaf)) == ("E_CERTIFICATE", "chain.0.authority")
    assert world.call("set_authority", {"certificate": root.der}).code == OK
    assert world.enrol(leaf).code == OK
    gone: dict[str, Value] = {"fingerprint": sha256(root.der)}
    assert world.call("revoke_authority", gone).code == OK
    second = make(LEAF, issuer=root)
    assert facts(world.enrol(second)) == ("E_CERTIFICATE", "chain.0.authority")
    # What it certified before stays until it is revoked itself.
    key = leaf.key.public_key().public_bytes_raw()  # type: ignore[union-attr]
    assert world.register.resolve(key, ORGANIZATION, NOW_MS).member == MEMBER
    assert world.call("revoke_authority", gone).code == "E_STATE"
    assert world.call("set_authority", {"certificate": root.der}).code == "E_DUP"
    unknown: dict[str, Value] = {"fingerprint": bytes(32)}
    assert world.call("revoke_authority", unknown).code == "E_MISSING"


def test_the_leaf_names_member_and_organisation(world: World) -> None:
    """A good certificate of somebody else is none."""
    root = make(ROOT)
    assert world.call("set_authority", {"certificate": root.der}).code == OK
    leaf = make(LEAF, issuer=root)
    assert facts(world.enrol(leaf, member="li-lei")) == ("E_CERTIFICATE", "chain.0.member")
    other = make(LEAF, issuer=root, subject=name(MEMBER, organization=OTHER))
    assert facts(world.enrol(other)) == ("E_CERTIFICATE", "chain.0.organization")
    assert facts(world.enrol(leaf, member="nobody")) == ("E_MISSING", "member")


def test_the_key_proves_itself_and_the_period_only_shrinks(world: World) -> None:
    """A certificate is public: whoever has it does not have its key."""
    root = make(ROOT)
    assert world.call("set_authority", {"certificate": root.der}).code == OK
    leaf = make(LEAF, issuer=root)
    stranger = {**enrolment(leaf), "proof": bytes(64)}
    assert world.call("enrol_certificate", stranger).code == "E_VALUE"
    late = NOW_MS + 9_999 * DAY_MS
    assert facts(world.enrol(leaf, valid_until=late)) == ("E_VALUE", "valid_until")
    assert facts(world.enrol(leaf, valid_until=NOW_MS)) == ("E_VALUE", "valid_until")
    assert world.enrol(leaf, valid_until=NOW_MS + DAY_MS).code == OK


def test_authorities_are_few_and_set_by_administrators(world: World) -> None:
    """Eight at a time; a clerk sets none; what is no CA is refused."""
    root = make(ROOT)
    refused = world.call("set_authority", {"certificate": root.der}, role="depositor")
    assert refused.code == "E_ROLE"
    leaf = make(LEAF, issuer=root)
    assert facts(world.call("set_authority", {"certificate": leaf.der})) == (
        "E_CERTIFICATE",
        "certificate.basic_constraints",
    )
    roots = [make(ROOT) for _ in range(9)]
    codes = [world.call("set_authority", {"certificate": one.der}).code for one in roots]
    assert codes == [OK] * 8 + ["E_LIMIT"]
    assert world.call("revoke_authority", {"fingerprint": sha256(roots[0].der)}).code == OK
    assert world.call("set_authority", {"certificate": roots[8].der}).code == OK
