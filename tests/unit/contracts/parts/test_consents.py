# SPDX-License-Identifier: Apache-2.0
"""Consents: given, required, withdrawn, expired."""

from __future__ import annotations

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Label,
    Name,
    Timestamp,
    action,
    digest_of,
)
from tallystick.contracts.parts import Consent, Consents
from tallystick.encoding import Value
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

LABEL = Label(zh="做", en="Do")
DESK = make_signer(member="desk")
EXPIRES = 1_800_000_000_000
THING: dict[str, Value] = {
    "subject": "person-1",
    "party": "bank",
    "what": digest_of("terms", "version 3"),
}


class Desk(Contract, name="desk", version=1):
    """Every method of consents as an action."""

    consents = Consents(label=Label(zh="同意", en="Consents"))

    @action(role=ANY_MEMBER, label=LABEL)
    def give(
        self, ctx: Context, subject: Name, party: Name, what: Digest, expires: Timestamp | None
    ) -> None:
        """Give."""
        self.consents.give(ctx, subject, party, what, expires=expires)

    @action(role=ANY_MEMBER, label=LABEL)
    def withdraw(self, ctx: Context, subject: Name, party: Name, what: Digest) -> None:
        """Withdraw."""
        self.consents.withdraw(ctx, subject, party, what)

    @action(role=ANY_MEMBER, label=LABEL)
    def rely(self, ctx: Context, subject: Name, party: Name, what: Digest) -> None:
        """Rely on it."""
        self.consents.require(ctx, subject, party, what)


def consented() -> LedgerHarness:
    """Return a desk with a consent until EXPIRES."""
    ledger = LedgerHarness(Desk)
    ledger.run("give", DESK, **THING, expires=EXPIRES)
    return ledger


@pytest.mark.parametrize("other", ["subject", "party", "what"])
def test_without_a_consent_nothing_can_rely_on_it(other: str) -> None:
    """E_CONSENT, also for another subject, party or text."""
    ledger = consented()
    thing = THING | {other: "0" * 64}
    refused = ledger.run("rely", DESK, **thing)
    assert (refused.code, refused.result) == ("E_CONSENT", thing)
    assert ledger.run("rely", DESK, **THING).code == "ok"


@pytest.mark.parametrize(("moment", "code"), [(EXPIRES, "ok"), (EXPIRES + 1, "E_EXPIRED")])
def test_a_consent_holds_up_to_its_last_moment_and_not_one_later(moment: int, code: str) -> None:
    """To the millisecond."""
    assert at(consented(), moment).run("rely", DESK, **THING).code == code


def test_a_withdrawn_consent_does_not_hold_from_then_on() -> None:
    """E_CONSENT with the moment; a second withdrawal is refused alike, and one of none."""
    ledger = consented()
    withdrawn = at(ledger, EXPIRES - 5).run("withdraw", DESK, **THING)
    assert withdrawn.events[0].fields["person"] == f"{DESK.organization}/desk"
    for method in ("rely", "withdraw"):
        refused = ledger.run(method, DESK, **THING)
        assert (refused.code, refused.result) == (
            "E_CONSENT",
            THING | {"withdrawn_at": EXPIRES - 5},
        )
    assert LedgerHarness(Desk).run("withdraw", DESK, **THING).code == "E_CONSENT"


def test_a_consent_can_be_given_again() -> None:
    """After withdrawal, and for longer; who recorded it is kept."""
    ledger = consented()
    ledger.run("withdraw", DESK, **THING)
    given = ledger.run("give", DESK, **THING, expires=None)
    assert given.events[0].name == "desk.ConsentGiven"
    assert at(ledger, EXPIRES + 1).run("rely", DESK, **THING).code == "ok"
    (consent,) = kept(ledger, "consents_consents", Consent)
    assert consent.given_by == f"{DESK.organization}/desk"


@pytest.mark.parametrize(("moment", "code"), [(EXPIRES, "ok"), (EXPIRES + 1, "E_VALUE")])
def test_a_consent_that_has_expired_already_is_not_given(moment: int, code: str) -> None:
    """It could never be relied on."""
    ledger = at(LedgerHarness(Desk), moment)
    assert ledger.run("give", DESK, **THING, expires=EXPIRES).code == code
