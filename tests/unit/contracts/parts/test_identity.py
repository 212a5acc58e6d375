# SPDX-License-Identifier: Apache-2.0
"""Identity: bad check characters are refused, and four eyes are the eyes of two persons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Arguments,
    Context,
    Contract,
    Label,
    Name,
    OrganizationCode,
    Record,
    action,
    field,
    query,
)
from tallystick.contracts.parts import (
    FourEyes,
    InvalidOrganization,
    SameOrganization,
    check_organization,
    require_other,
    require_other_organization,
)
from tallystick.encoding import Value
from tallystick.errors import Malformed
from tallystick.execution import ContractRunner
from tallystick.testing import LedgerHarness, make_signer
from tallystick.testing.harness import make_invocation

LABEL = Label(zh="做", en="Do")
GOOD = "91350100M000100Y43"
BAD = "91350100M000100Y44"
ANN = make_signer(member="ann")
BO = make_signer(member="bo")
CY = make_signer(organization="911100001000000059", member="cy")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Payee(Record):
    """Somebody in a list."""

    bank: OrganizationCode | None
    share: int = 1


class Firms(Arguments):
    """Codes in all kinds of places."""

    one: OrganizationCode
    some: list[OrganizationCode] = field(default_factory=list)
    payees: list[Payee] = field(default_factory=list)
    by_name: dict[str, Payee] = field(default_factory=dict)
    note: Name = "-"


class Register(Contract, name="register", version=1):
    """Takes codes, and asks for other persons and organisations."""

    @action(role=ANY_MEMBER, label=LABEL)
    def enter(self, ctx: Context, firms: Firms) -> None:
        """Take codes as arguments."""

    @action(role=ANY_MEMBER, label=LABEL, refuses=(InvalidOrganization,))
    def enter_text(self, ctx: Context, code: Name) -> str:
        """Take a code that is a text."""
        return check_organization(code)

    @action(role=ANY_MEMBER, label=LABEL, refuses=(FourEyes, SameOrganization))
    def approve(self, ctx: Context, persons: list[Name], codes: list[Name]) -> None:
        """Need somebody else."""
        require_other(ctx, *persons)
        require_other_organization(ctx, *codes)

    @query
    def known(self, code: OrganizationCode) -> bool:
        """Take a code in a query."""
        return True


@pytest.mark.parametrize(
    ("args", "place"),
    [
        ({"one": BAD}, "one"),
        ({"one": GOOD, "some": [GOOD, BAD]}, "some[1]"),
        ({"one": GOOD, "payees": [{"bank": None}, {"bank": BAD}]}, "payees[1].bank"),
        ({"one": GOOD, "by_name": {"x": {"share": 2, "bank": BAD}}}, "by_name.x.bank"),
    ],
)
def test_a_bad_check_digit_in_an_argument_is_refused(args: dict[str, Value], place: str) -> None:
    """E_FORMAT says where, however deep the code stands, before the method runs."""
    refused = LedgerHarness(Register).run("enter", ANN, **args)
    assert (refused.code, refused.result) == ("E_FORMAT", {"field": place, "found": BAD})


def test_good_check_digits_pass_wherever_they_stand() -> None:
    """The same places."""
    payee: Value = {"bank": GOOD}
    args: dict[str, Value] = {
        "one": GOOD,
        "some": [GOOD],
        "payees": [payee, {"bank": None}],
        "by_name": {"x": payee},
    }
    assert LedgerHarness(Register).run("enter", ANN, **args).code == "ok"


def test_a_bad_check_digit_is_refused_at_the_door_and_in_queries_too() -> None:
    """Before a transaction is taken, and where nothing is written."""
    runner = ContractRunner([Register])
    call = make_invocation(Register, "enter", ANN, {"one": BAD}).call
    assert isinstance(runner.check_call(call), Malformed)
    with pytest.raises(Malformed, match=r"code: .* wrong check character"):
        LedgerHarness(Register).query("known", code=BAD)


@given(st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_changed_character_of_a_code_is_refused(place: int, character: str) -> None:
    """The check character finds every single one."""
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    done = LedgerHarness(Register).run("enter_text", ANN, code=changed)
    if changed == GOOD:
        assert (done.code, done.result) == ("ok", GOOD)
    else:
        assert (done.code, done.result) == ("E_FORMAT", {"code_given": changed})


def test_a_second_step_needs_another_person() -> None:
    """E_CONFLICT names the signer and everybody who may not."""
    ledger = LedgerHarness(Register)
    earlier = ["someone/else", f"{ANN.organization}/ann"]
    persons: list[Value] = [*earlier]
    refused = ledger.run("approve", ANN, persons=persons, codes=[])
    assert refused.code == "E_CONFLICT"
    assert refused.result == {"person": f"{ANN.organization}/ann", "earlier": earlier}
    assert ledger.run("approve", BO, persons=persons, codes=[]).code == "ok"


def test_a_member_of_the_same_name_elsewhere_is_another_person() -> None:
    """A person is organisation and member together."""
    ledger = LedgerHarness(Register)
    namesake = make_signer(organization=CY.organization, member="ann")
    done = ledger.run("approve", namesake, persons=[f"{ANN.organization}/ann"], codes=[])
    assert done.code == "ok"


def test_a_second_step_can_need_another_organisation() -> None:
    """E_CONFLICT for a colleague too."""
    ledger = LedgerHarness(Register)
    codes: list[Value] = [ANN.organization]
    refused = ledger.run("approve", BO, persons=[], codes=codes)
    assert refused.code == "E_CONFLICT"
    assert refused.result == {"organization": BO.organization, "earlier": codes}
    assert ledger.run("approve", CY, persons=[], codes=codes).code == "ok"
