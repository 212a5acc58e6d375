# SPDX-License-Identifier: Apache-2.0
"""Commit and reveal: in time, once, by oneself, and nobody can know before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Label,
    Name,
    Timestamp,
    action,
    query,
)
from tallystick.contracts.parts import Acting, Commitment, Commitments, commitment_digest
from tallystick.errors import InvalidValue
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept
from tests.unit.contracts.parts.moments import at

LABEL = Label(zh="做", en="Do")
ANN = make_signer(member="ann")
AMY = make_signer(member="amy")
BO = make_signer(organization="911100001000000059", member="bo")
COMMIT_UNTIL = 1_800_000_000_000
REVEAL_UNTIL = COMMIT_UNTIL + 60_000
NONCE = bytes(range(32))


class Tender(Contract, name="tender", version=1):
    """Sealed bids of organisations, and sealed notes of persons."""

    bids = Commitments("bid", label=Label(zh="投标", en="Bids"))
    notes = Commitments("note", acting=Acting.PERSON)

    @action(role=ANY_MEMBER, label=LABEL)
    def open(
        self, ctx: Context, case: Name, commit_until: Timestamp, reveal_until: Timestamp
    ) -> None:
        """Open a case in both."""
        self.bids.open(ctx, case, commit_until=commit_until, reveal_until=reveal_until)
        self.notes.open(ctx, case, commit_until=commit_until, reveal_until=reveal_until)

    @action(role=ANY_MEMBER, label=LABEL)
    def commit(self, ctx: Context, case: Name, digest: Digest) -> None:
        """Commit."""
        self.bids.commit(ctx, case, digest)

    @action(role=ANY_MEMBER, label=LABEL)
    def note(self, ctx: Context, case: Name, digest: Digest) -> None:
        """Commit as a person."""
        self.notes.commit(ctx, case, digest)

    @action(role=ANY_MEMBER, label=LABEL)
    def reveal(self, ctx: Context, case: Name, payload: str, nonce: bytes) -> None:
        """Reveal."""
        self.bids.reveal(ctx, case, payload, nonce)

    @action(role=ANY_MEMBER, label=LABEL)
    def award(self, ctx: Context, case: Name, party: Name) -> Name:
        """Use a bid that counts."""
        return self.bids.require_revealed(case, party).party

    @query
    def bid(self, case: Name, party: Name) -> Commitment:
        """Show a commitment."""
        return self.bids.commitments.require(case, party)


def digest(payload: str = "100", nonce: bytes = NONCE, *, case: str = "T", party: str = "") -> str:
    """Return the digest of a bid, ann's by default."""
    return commitment_digest("bid", case, party or ANN.organization, payload, nonce)


def opened() -> LedgerHarness:
    """Return a tender with the case T."""
    ledger = LedgerHarness(Tender)
    ledger.run("open", ANN, case="T", commit_until=COMMIT_UNTIL, reveal_until=REVEAL_UNTIL)
    return ledger


def revealed(ledger: LedgerHarness, payload: str = "100", nonce: bytes = NONCE) -> Execution:
    """Return what ann's revealing in the first moment for it comes to."""
    return at(ledger, COMMIT_UNTIL + 1).run("reveal", ANN, case="T", payload=payload, nonce=nonce)


def test_what_was_committed_is_revealed() -> None:
    """Both steps are announced, and the record says when."""
    ledger = opened()
    committed = ledger.run("commit", ANN, case="T", digest=digest())
    assert committed.events[0].name == "tender.Committed"
    assert revealed(ledger).events[0].name == "tender.Revealed"
    (one,) = kept(ledger, "bids_commitments", Commitment)
    assert one.revealed_at == COMMIT_UNTIL + 1
    assert ledger.run("award", BO, case="T", party=ANN.organization).result == ANN.organization


def test_commits_are_taken_up_to_the_last_moment_and_not_one_later() -> None:
    """On the last millisecond accepted, on the next refused with E_LATE."""
    ledger = at(opened(), COMMIT_UNTIL)
    assert ledger.run("commit", ANN, case="T", digest=digest()).code == "ok"
    late = ledger.run("commit", BO, case="T", digest=digest())
    assert (late.code, late.result) == ("E_LATE", {"case": "T", "commit_until": COMMIT_UNTIL})


def test_nothing_is_revealed_before_the_last_commitment_could_be_made() -> None:
    """On the last millisecond for commitments E_EARLY, on the next accepted."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    early = at(ledger, COMMIT_UNTIL).run("reveal", ANN, case="T", payload="100", nonce=NONCE)
    assert (early.code, early.result) == ("E_EARLY", {"case": "T", "commit_until": COMMIT_UNTIL})
    assert ledger.run("reveal", ANN, case="T", payload="100", nonce=NONCE).code == "ok"


@pytest.mark.parametrize(("moment", "code"), [(REVEAL_UNTIL, "ok"), (REVEAL_UNTIL + 1, "E_LATE")])
def test_reveals_are_taken_up_to_the_last_moment_and_not_one_later(moment: int, code: str) -> None:
    """On the last millisecond accepted, on the next refused."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    done = at(ledger, moment).run("reveal", ANN, case="T", payload="100", nonce=NONCE)
    assert done.code == code


def test_a_copied_commit_by_another_party_fails_to_reveal() -> None:
    """The party is inside the hash: a copy is a commitment to nothing."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    assert ledger.run("commit", BO, case="T", digest=digest()).code == "ok"
    assert revealed(ledger).code == "ok"
    copied = ledger.run("reveal", BO, case="T", payload="100", nonce=NONCE)
    assert (copied.code, copied.result) == ("E_HASH", {"case": "T", "party": BO.organization})


def test_nobody_can_read_a_bid_before_opening() -> None:
    """Neither payload nor nonce is anywhere in state or events, the operator's copy included."""
    ledger = opened()
    payload = "one hundred and seven million"
    done = ledger.run("commit", ANN, case="T", digest=digest(payload))
    everything = b"".join(
        [*ledger.state.values.values(), *ledger.state.values, repr(done).encode()]
    )
    assert payload.encode() not in everything
    assert NONCE not in everything
    assert NONCE.hex().encode() not in everything


@given(
    st.text(max_size=20), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32)
)
def test_without_the_nonce_a_digest_does_not_tell_the_payload(
    payload: str, nonce: bytes, other: bytes
) -> None:
    """The same payload under two nonces has two digests, so guessing payloads finds nothing."""
    assert (digest(payload, nonce) == digest(payload, other)) is (nonce == other)


def test_what_is_not_revealed_is_void() -> None:
    """It stays unrevealed and cannot be used, E_STATE."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    at(ledger, REVEAL_UNTIL + 1).run("reveal", ANN, case="T", payload="100", nonce=NONCE)
    void = ledger.run("award", BO, case="T", party=ANN.organization)
    assert (void.code, void.result) == ("E_STATE", {"case": "T", "party": ANN.organization})
    found = ledger.query("bid", case="T", party=ANN.organization)
    assert isinstance(found, dict)
    assert found["revealed_at"] is None


def test_each_party_commits_and_reveals_once_in_a_case() -> None:
    """E_DUP, also by another person of the same organisation."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    again = ledger.run("commit", AMY, case="T", digest=digest("90"))
    assert (again.code, again.result) == ("E_DUP", {"case": "T", "party": ANN.organization})
    revealed(ledger)
    twice = ledger.run("reveal", ANN, case="T", payload="100", nonce=NONCE)
    assert twice.code == "E_DUP"
    assert twice.result == {
        "case": "T",
        "party": ANN.organization,
        "revealed_at": COMMIT_UNTIL + 1,
    }


def test_where_persons_act_each_person_is_a_party() -> None:
    """Two members of an organisation commit themselves; one of them not twice."""
    ledger = opened()
    codes = [ledger.run("note", who, case="T", digest=digest()).code for who in (ANN, AMY, ANN)]
    assert codes == ["ok", "ok", "E_DUP"]
    parties = {one.party for one in kept(ledger, "notes_commitments", Commitment)}
    assert parties == {f"{ANN.organization}/ann", f"{ANN.organization}/amy"}


@pytest.mark.parametrize(
    ("payload", "nonce"), [("101", NONCE), ("100", bytes(32)), ("", NONCE), ("100 ", NONCE)]
)
def test_anything_else_than_what_was_committed_is_refused(payload: str, nonce: bytes) -> None:
    """E_HASH, whatever differs."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    assert revealed(ledger, payload, nonce).code == "E_HASH"


def test_a_commitment_of_another_kind_or_case_is_none_here() -> None:
    """Domain and case are inside the hash."""
    for foreign in (
        commitment_digest("note", "T", ANN.organization, "100", NONCE),
        digest(case="other"),
    ):
        ledger = opened()
        ledger.run("commit", ANN, case="T", digest=foreign)
        assert revealed(ledger).code == "E_HASH"


def test_a_nonce_has_32_bytes() -> None:
    """A short one could be guessed; client and contract refuse it alike."""
    ledger = opened()
    ledger.run("commit", ANN, case="T", digest=digest())
    assert revealed(ledger, nonce=b"short").code == "E_VALUE"
    with pytest.raises(InvalidValue, match="32 bytes"):
        digest(nonce=bytes(33))


def test_only_a_case_that_is_open_takes_commitments_and_only_those_made_are_revealed() -> None:
    """E_MISSING for an unknown case and for a party without a commitment."""
    ledger = opened()
    assert ledger.run("commit", ANN, case="X", digest=digest()).code == "E_MISSING"
    assert revealed(ledger).code == "E_MISSING"


def test_a_case_is_opened_once_with_time_to_commit_and_to_reveal() -> None:
    """E_DUP, E_VALUE, E_LATE; on the last moment for commitments it may still be opened."""
    ledger = at(opened(), COMMIT_UNTIL)
    times = {"commit_until": COMMIT_UNTIL, "reveal_until": COMMIT_UNTIL + 1}
    assert ledger.run("open", ANN, case="U", **times).code == "ok"
    assert ledger.run("open", ANN, case="V", **times).code == "E_LATE"
    same = {"commit_until": REVEAL_UNTIL, "reveal_until": REVEAL_UNTIL}
    assert ledger.run("open", ANN, case="V", **same).code == "E_VALUE"
    later = {"commit_until": REVEAL_UNTIL, "reveal_until": REVEAL_UNTIL + 1}
    assert ledger.run("open", ANN, case="T", **later).code == "E_DUP"
