# SPDX-License-Identifier: Apache-2.0
"""Grants: each use is recorded, and a use outside any bound is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import ANY_MEMBER, Context, Contract, Count, Label, Name, action
from tallystick.contracts.parts import Access, Grant, Grants, GrantTerms
from tallystick.encoding import Value
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

LABEL = Label(zh="做", en="Do")
OWNER = make_signer(member="owner")
BUREAU = make_signer(organization="911100001000000059", member="clerk")
FROM = 1_800_000_000_000
UNTIL = FROM + 60_000


class Catalogue(Contract, name="catalogue", version=1):
    """Every method of grants as an action."""

    grants = Grants(label=Label(zh="授权", en="Grants"))

    @action(role=ANY_MEMBER, label=LABEL)
    def give(self, ctx: Context, grant: Name, terms: GrantTerms) -> None:
        """Grant."""
        self.grants.give(ctx, grant, terms)

    @action(role=ANY_MEMBER, label=LABEL)
    def use(self, ctx: Context, grant: Name, fields: list[Name], purpose: Name) -> Count:
        """Use."""
        return self.grants.use(ctx, grant, fields, purpose).number

    @action(role=ANY_MEMBER, label=LABEL)
    def revoke(self, ctx: Context, grant: Name) -> None:
        """Revoke."""
        self.grants.revoke(ctx, grant)


def terms(**changes: Value) -> dict[str, Value]:
    """Return terms for the bureau: two fields, three uses."""
    base: dict[str, Value] = {
        "grantee": BUREAU.organization,
        "object": "households",
        "fields": ["name", "size"],
        "purpose": "benefit check",
        "valid_from": FROM,
        "valid_until": UNTIL,
        "max_uses": 3,
    }
    return base | changes


def given_grant(**changes: Value) -> LedgerHarness:
    """Return a ledger on which G is given, at its first moment."""
    ledger = LedgerHarness(Catalogue)
    ledger.run("give", OWNER, grant="G", terms=terms(**changes))
    return at(ledger, FROM)


def use(ledger: LedgerHarness, *fields: str, purpose: str = "benefit check") -> Execution:
    """Use G as the bureau."""
    return ledger.run("use", BUREAU, grant="G", fields=[*fields], purpose=purpose)


def test_each_use_writes_an_access_record_and_an_event() -> None:
    """Who, when, which fields, for what; numbered without gaps."""
    ledger = given_grant()
    assert use(ledger, "name").result == 1
    second = use(ledger, "name", "size")
    assert second.events[0].fields == {
        "grant": "G",
        "number": 2,
        "object": "households",
        "purpose": "benefit check",
        "fields": ["name", "size"],
        "organization": BUREAU.organization,
        "member": "clerk",
    }
    first, _ = kept(ledger, "grants_accesses", Access)
    assert first == Access(
        grant="G",
        number=1,
        organization=BUREAU.organization,
        member="clerk",
        fields=("name",),
        purpose="benefit check",
        at=FROM,
    )


def test_a_use_for_another_purpose_is_refused() -> None:
    """E_PURPOSE says what it is for."""
    refused = use(given_grant(), "name", purpose="marketing")
    assert (refused.code, refused.result) == (
        "E_PURPOSE",
        {"grant": "G", "purpose": "benefit check"},
    )


def test_a_use_of_other_fields_is_refused() -> None:
    """E_PURPOSE names those outside, even if others are inside; no field at all is E_VALUE."""
    ledger = given_grant()
    refused = use(ledger, "name", "income")
    assert (refused.code, refused.result) == ("E_PURPOSE", {"grant": "G", "outside": ["income"]})
    assert use(ledger).code == "E_VALUE"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(FROM - 1, "E_EARLY"), (FROM, "ok"), (UNTIL, "ok"), (UNTIL + 1, "E_EXPIRED")],
)
def test_a_use_outside_the_period_is_refused(moment: int, code: str) -> None:
    """The first and the last millisecond are inside."""
    assert use(at(given_grant(), moment), "name").code == code


def test_a_use_beyond_the_number_of_uses_is_refused() -> None:
    """E_LIMIT after the third; refused uses are not counted."""
    ledger = given_grant()
    use(ledger, "income")
    assert [use(ledger, "name").code for _ in range(4)] == ["ok", "ok", "ok", "E_LIMIT"]
    assert use(ledger, "name").result == {"grant": "G", "max_uses": 3}


def test_a_grant_without_a_number_of_uses_is_used_as_often_as_needed() -> None:
    """The count goes on."""
    ledger = given_grant(max_uses=None)
    assert [use(ledger, "name").result for _ in range(5)] == [1, 2, 3, 4, 5]


def test_a_use_by_anybody_but_the_grantee_is_refused() -> None:
    """E_ROLE, the grantor included."""
    ledger = given_grant()
    refused = ledger.run("use", OWNER, grant="G", fields=["name"], purpose="benefit check")
    assert (refused.code, refused.result) == (
        "E_ROLE",
        {"grant": "G", "grantee": BUREAU.organization},
    )


def test_only_the_grantor_revokes_and_nobody_uses_it_afterwards() -> None:
    """E_ROLE for another; afterwards E_EXPIRED with the moment, also for a second revocation."""
    ledger = given_grant()
    refused = ledger.run("revoke", BUREAU, grant="G")
    assert (refused.code, refused.result) == (
        "E_ROLE",
        {"grant": "G", "grantor": OWNER.organization},
    )
    at(ledger, FROM + 5).run("revoke", OWNER, grant="G")
    used = use(ledger, "name")
    assert (used.code, used.result) == ("E_EXPIRED", {"grant": "G", "revoked_at": FROM + 5})
    assert ledger.run("revoke", OWNER, grant="G").code == "E_EXPIRED"


def test_a_grant_is_given_once_for_a_period_that_can_be() -> None:
    """E_DUP, E_VALUE, and E_MISSING where there is none."""
    ledger = given_grant()
    assert ledger.run("give", OWNER, grant="G", terms=terms()).code == "E_DUP"
    wrong = terms(valid_until=FROM - 1)
    assert ledger.run("give", OWNER, grant="H", terms=wrong).code == "E_VALUE"
    assert ledger.run("revoke", OWNER, grant="H").code == "E_MISSING"


USES = st.tuples(
    st.sampled_from([OWNER, BUREAU]),
    st.lists(st.sampled_from(["name", "size", "income"]), max_size=3),
    st.sampled_from(["benefit check", "marketing"]),
    st.sampled_from([FROM - 1, FROM, FROM + 7, UNTIL, UNTIL + 1]),
)


@given(st.lists(USES, max_size=15), st.integers(1, 4))
def test_every_access_record_lies_within_all_bounds(
    uses: list[tuple[object, list[str], str, int]], limit: int
) -> None:
    """Whatever is tried, in whatever order."""
    ledger = given_grant(max_uses=limit)
    for who, fields, purpose, moment in sorted(uses, key=lambda one: one[3]):
        signer = OWNER if who is OWNER else BUREAU
        asked: list[Value] = [*fields]
        at(ledger, moment).run("use", signer, grant="G", fields=asked, purpose=purpose)
    accesses = kept(ledger, "grants_accesses", Access)
    (grant,) = kept(ledger, "grants_grants", Grant)
    assert grant.uses == len(accesses) <= limit
    for one in accesses:
        assert one.organization == BUREAU.organization
        assert one.fields
        assert set(one.fields) <= {"name", "size"}
        assert one.purpose == "benefit check"
        assert FROM <= one.at <= UNTIL
