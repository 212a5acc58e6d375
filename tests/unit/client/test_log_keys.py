# SPDX-License-Identifier: Apache-2.0
"""A log key that genesis does not know is believed when the validators show it registered."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.client import CheckResult, Trust, Verification, verify
from tallystick.crypto import SecretKey
from tallystick.encoding import encode
from tallystick.model import (
    LOG_KEYS_PREFIX,
    GenesisDocument,
    LogKeyProof,
    Receipt,
    RegisteredLogKey,
    cosign_checkpoint,
    cosigner_name,
    encode_log_key,
    engine_chain_id,
)
from tallystick.units import TimeMs
from tests.engine_chain import Chain, Electorate, Roots, placed, shown_log_key
from tests.unit.client.world import (
    BANK,
    COURT,
    DOCUMENT,
    LOG_KEY,
    START,
    World,
    make_genesis,
    secret,
)

NEWCOMER = "91310000100000DD4T"
NEW_LOG, OTHER_LOG = secret(31), secret(32)
FOUNDERS = Electorate({COURT: secret(600), BANK: secret(601)})
CHANGED = Electorate({COURT: secret(604), BANK: secret(601)})


def registered(
    key: SecretKey = NEW_LOG, organization: str = NEWCOMER, revoked_at: int | None = None
) -> RegisteredLogKey:
    """Return a log key as the ledger records it."""
    return RegisteredLogKey(
        public_key=key.public_key,
        organization=organization,
        valid_from=TimeMs(START + 1),
        revoked_at=None if revoked_at is None else TimeMs(revoked_at),
    )


def founded(validators: Electorate | None = FOUNDERS) -> GenesisDocument:
    """Return the usual network with validators."""
    chosen = validators.validators if validators else ()
    return msgspec.structs.replace(make_genesis(), validators=chosen)


class Answer:
    """A network whose membership tree has a log key, and its receipt of a deposit."""

    def __init__(
        self, key: RegisteredLogKey | None = None, document: GenesisDocument | None = None
    ) -> None:
        """Deposit a few files, then let the validators agree."""
        self.world = World(document or founded())
        self.proof, self.world.membership_root = shown_log_key(key or registered())
        self.index = self.world.deposit()
        self.world.fill(3)
        self.chain = Chain(engine_chain_id(self.world.genesis.encode()))

    def receipt(self, signer: SecretKey = NEW_LOG, now: Electorate = FOUNDERS) -> Receipt:
        """Return the receipt, signed by some log key."""
        head = self.world.head()
        proof = self.chain.proof(Roots.of(head), now, height=head.height)
        plain = self.world.receipt(self.index, key=signer)
        return replace(plain, finality=proof.encode(), log_key=self.proof.encode())

    def verify(self, receipt: Receipt) -> Verification:
        """Check it with the genesis document alone."""
        return verify(DOCUMENT, receipt=receipt, trust=self.world.trust)


def line(found: Verification, name: str) -> tuple[CheckResult, str, str, str | None]:
    """Return a line of the checklist."""
    check = next(check for check in found.checks if check.name == name)
    return check.result, check.evidence.en, check.evidence.zh, check.code


def refused(found: Verification) -> str:
    """Return why the signer is not believed; nobody answers for such a receipt."""
    assert found.result == "no match"
    result, english, _, code = line(found, "receipt_signature")
    assert (result, code) == (CheckResult.FAILED, "E_TRUST")
    assert "answering" not in {one.role for one in found.standing}
    return english


def test_a_receipt_by_a_later_log_key_is_a_match_with_genesis_alone() -> None:
    """The checklist says how the key is known, in both languages, and whose it is."""
    answer = Answer()
    found = answer.verify(answer.receipt())
    assert found.ok, str(found)
    result, english, chinese, _ = line(found, "receipt_signature")
    assert result is CheckResult.PASSED
    assert english == (
        f"signed by {NEWCOMER}; the key is registered on the ledger, proven by the validators"
    )
    assert chinese == f"由{NEWCOMER}签名；该密钥已在账本登记，由验证者证明"
    assert NEWCOMER in line(found, "checkpoint")[1]
    assert [one.organization for one in found.standing if one.role == "answering"] == [NEWCOMER]
    again = verify(DOCUMENT, receipt=answer.receipt().to_json().encode(), trust=answer.world.trust)
    assert again == found


def test_a_rotated_key_of_a_founder_has_the_founders_name() -> None:
    """The organisation is known, only its key is new."""
    answer = Answer(registered(organization=BANK))
    found = answer.verify(answer.receipt())
    assert found.ok
    assert line(found, "receipt_signature")[1].startswith("signed by Example Bank;")


def test_a_genesis_key_says_nothing_of_the_ledger() -> None:
    """Without a proof as ever; with one it must hold all the same."""
    answer = Answer(registered(LOG_KEY, COURT))
    plain = answer.verify(replace(answer.receipt(LOG_KEY), log_key=None))
    assert plain.ok
    shown = answer.verify(answer.receipt(LOG_KEY))
    assert shown.ok
    expected = "signed by Hangzhou Internet Court"
    assert line(plain, "receipt_signature")[1] == expected
    assert line(shown, "receipt_signature")[1] == expected
    stale = Answer(registered(LOG_KEY, COURT, revoked_at=START + 9))
    assert "revoked" in refused(stale.verify(stale.receipt(LOG_KEY)))


def test_without_the_proof_a_later_key_is_not_trusted() -> None:
    """As ever: neither its checkpoint nor its receipt."""
    answer = Answer()
    found = answer.verify(replace(answer.receipt(), log_key=None))
    assert found.result == "no match"
    assert line(found, "checkpoint")[3] == "E_CHECKPOINT"
    own = answer.receipt(LOG_KEY)
    mixed = replace(own, log_receipt=answer.receipt().log_receipt, log_key=None)
    assert "no log key" in refused(answer.verify(mixed))


def test_without_finality_nothing_vouches_for_the_key() -> None:
    """The tree's root is the word of the very node in question."""
    answer = Answer()
    assert "without finality" in refused(answer.verify(replace(answer.receipt(), finality=None)))
    unreadable = replace(answer.receipt(), finality=b"\xa0")
    assert "without finality" in refused(answer.verify(unreadable))
    history = replace(answer.receipt(), validator_history=(b"\xa0",))
    assert "without finality" in refused(answer.verify(history))


def test_finality_by_others_does_not_vouch_for_the_key() -> None:
    """Strangers, too few, retired ones, or a network without validators."""
    answer = Answer()
    strangers = Electorate({COURT: secret(700), BANK: secret(701)})
    assert "in force" in refused(answer.verify(answer.receipt(now=strangers)))
    head = answer.world.head()
    few = answer.chain.proof(Roots.of(head), FOUNDERS, height=head.height, signers=(0,))
    assert "two thirds" in refused(answer.verify(replace(answer.receipt(), finality=few.encode())))
    change = answer.chain.transition(FOUNDERS, CHANGED, height=1).encode()
    late = Trust.of_genesis(answer.world.trust.genesis_bytes, (change,))
    found = verify(DOCUMENT, receipt=answer.receipt(), trust=late)
    assert "in force" in refused(found)
    assert verify(DOCUMENT, receipt=answer.receipt(now=CHANGED), trust=late).ok
    alone = Answer(document=founded(None))
    assert "no validators" in refused(alone.verify(alone.receipt()))


def test_a_proof_under_another_root_is_refused() -> None:
    """It must be of the very block that the validators signed."""
    answer, other = Answer(), Answer(registered(organization=BANK))
    wrong = replace(answer.receipt(), log_key=other.proof.encode())
    assert "not shown to be registered" in refused(answer.verify(wrong))


def test_finality_of_another_block_vouches_for_a_key_but_not_for_the_receipt() -> None:
    """The roots of the checkpoint must be those that were signed."""
    answer = Answer()
    head = answer.world.head(3)
    proof = answer.chain.proof(Roots.of(head), FOUNDERS, height=head.height)
    found = answer.verify(replace(answer.receipt(), finality=proof.encode()))
    assert found.result == "no match"
    assert line(found, "finality")[0] is CheckResult.FAILED


def test_a_proof_of_another_key_is_refused() -> None:
    """Being registered is no quality that one key lends to another."""
    answer = Answer()
    refused(answer.verify(answer.receipt(OTHER_LOG)))
    # A record under the place of another key: no ledger writes one, but the verifier looks.
    swapped = Answer()
    record = encode_log_key(registered(OTHER_LOG))
    root, state_proof = placed(LOG_KEYS_PREFIX + NEW_LOG.public_key, record)
    swapped.world.membership_root = root
    swapped.proof = LogKeyProof(record=record, state_proof=state_proof)
    assert "another key" in refused(swapped.verify(swapped.receipt()))


def test_a_revoked_key_is_refused() -> None:
    """It was revoked before the block that the receipt is under."""
    answer = Answer(registered(revoked_at=START + 5))
    assert f"revoked by {NEWCOMER}" in refused(answer.verify(answer.receipt()))


def test_a_key_may_sign_for_the_very_block_that_revoked_it() -> None:
    """Who leaves through its own node has a receipt of it, and of nothing later."""
    world = World(founded())
    index = world.deposit()
    for moment, count, is_good in (
        (World.time(0), 1, True),
        (World.time(0) + 1, 1, False),
        (World.time(0), 2, False),
    ):
        answer = Answer(registered(revoked_at=moment))
        answer.world, answer.index = world, index
        answer.proof, world.membership_root = shown_log_key(registered(revoked_at=moment))
        world.fill(count - len(world.entries))
        found = answer.verify(answer.receipt())
        if is_good:
            assert found.ok, str(found)
            continue
        assert f"revoked by {NEWCOMER}" in refused(found)


def test_an_altered_record_is_refused() -> None:
    """Another organisation, or a revocation taken back: neither is what was signed."""
    for honest, altered in (
        (registered(), registered(organization=COURT)),
        (registered(revoked_at=START + 5), registered()),
    ):
        answer = Answer(honest)
        proof = msgspec.structs.replace(answer.proof, record=encode_log_key(altered))
        wrong = replace(answer.receipt(), log_key=proof.encode())
        assert "not shown to be registered" in refused(answer.verify(wrong))


@pytest.mark.parametrize(
    "data", [b"", b"\xa0", b"\xff", encode({"record": b"", "state_proof": b""})]
)
def test_a_proof_that_cannot_be_read_is_refused(data: bytes) -> None:
    """With a line of the checklist, not an exception."""
    answer = Answer()
    refused(answer.verify(replace(answer.receipt(), log_key=data)))


ANSWER = Answer()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_altered_byte_of_the_proof_is_believed(data: st.DataObject) -> None:
    """Every bit of it is bound to the root that the validators signed."""
    good = ANSWER.proof.encode()
    place = data.draw(st.integers(0, len(good) - 1))
    mask = data.draw(st.integers(1, 255))
    altered = good[:place] + bytes([good[place] ^ mask]) + good[place + 1 :]
    assert "log key" in refused(ANSWER.verify(replace(ANSWER.receipt(), log_key=altered)))


def test_the_receipt_needs_its_own_part_to_be_read() -> None:
    """An unreadable COSE receipt is what is reported."""
    answer = Answer()
    found = answer.verify(replace(answer.receipt(), log_receipt=b"\xa0"))
    assert line(found, "receipt")[0] is CheckResult.FAILED
    assert line(found, "receipt_signature")[0] is CheckResult.SKIPPED


def test_the_later_key_must_have_signed() -> None:
    """Being registered does not make a signature valid."""
    answer = Answer()
    good = answer.receipt()
    # The signature comes last in the message.
    forged = good.log_receipt[:-1] + bytes([good.log_receipt[-1] ^ 1])
    found = answer.verify(replace(good, log_receipt=forged))
    assert line(found, "receipt_signature")[3] == "E_SIG"


def test_an_own_cosignature_of_the_answering_organisation_does_not_count() -> None:
    """Also where it answered with a later key."""
    answer = Answer(registered(organization=COURT))
    cosigned = cosign_checkpoint(
        answer.world.head(), LOG_KEY, name=cosigner_name(answer.world.network, COURT), time=5
    )
    plain = answer.receipt()
    receipt = replace(plain, checkpoint=plain.checkpoint + cosigned, level="witnessed")
    found = answer.verify(receipt)
    assert found.result == "partly checked"
    assert line(found, "witnesses")[1] == "none"
