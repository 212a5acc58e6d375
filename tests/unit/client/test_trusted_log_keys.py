# SPDX-License-Identifier: Apache-2.0
"""A trust file learns of log keys from the validators: registered later, or revoked (C7)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.client import CheckResult, Trust, TrustState, Verification, verify
from tallystick.crypto import SecretKey, sha256
from tallystick.errors import (
    InvalidCheckpoint,
    InvalidReceipt,
    Malformed,
    TallystickError,
    UntrustedSigner,
)
from tallystick.model import (
    LOG_KEYS_PREFIX,
    GenesisDocument,
    LogKeyCertificate,
    Receipt,
    RegisteredLogKey,
    cosign_checkpoint,
    cosigner_name,
    encode_log_key,
    engine_chain_id,
)
from tallystick.units import CERTIFICATES_MAX, TimeMs
from tests.engine_chain import SECONDS, Chain, Electorate, Roots, digest, placed, shown_log_key
from tests.unit.client.mock_node import URL, MockNode
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

FOUNDERS = Electorate({COURT: secret(600), BANK: secret(601)})
STRANGERS = Electorate({COURT: secret(700), BANK: secret(701)})
NEW_LOG = secret(31)
LONG_AFTER = SECONDS * 1000 + 1_000_000
"""A time after every header that the tests make."""
BETWEEN = START + 60_000
"""A time after every checkpoint that the tests make, and before every header."""


def registered(
    key: SecretKey = NEW_LOG, organization: str = BANK, revoked_at: int | None = None
) -> RegisteredLogKey:
    """Return a log key as the ledger records it."""
    moment = None if revoked_at is None else TimeMs(revoked_at)
    return RegisteredLogKey(
        public_key=key.public_key,
        organization=organization,
        valid_from=TimeMs(START + 1),
        revoked_at=moment,
    )


def founded() -> GenesisDocument:
    """Return the usual network with validators."""
    return msgspec.structs.replace(make_genesis(), validators=FOUNDERS.validators)


class Network(World):
    """A network whose validators certify log keys."""

    def __init__(self) -> None:
        """Found it, and deposit a few files."""
        super().__init__(founded())
        self.chain = Chain(engine_chain_id(self.genesis.encode()))
        self.index = self.deposit()
        self.fill(3)

    def certificate(
        self, key: RegisteredLogKey, *, height: int = 5, now: Electorate = FOUNDERS
    ) -> bytes:
        """Return what the validators of a height say of a log key."""
        shown, root = shown_log_key(key)
        roots = Roots(height, digest("log"), digest("state"), root)
        proof = self.chain.proof(roots, now, height=height)
        return LogKeyCertificate.of(shown, proof.encode()).encode()

    def trusting(self, *certificates: bytes) -> Trust:
        """Return the trust of somebody who was shown these."""
        return Trust.of_genesis(self.trust.genesis_bytes, log_keys=certificates)

    def final_receipt(self, signer: SecretKey = LOG_KEY) -> Receipt:
        """Return a receipt with finality; its header is of `SECONDS` and a little."""
        head = self.head()
        proof = self.chain.proof(Roots.of(head), FOUNDERS, height=head.height)
        return replace(self.receipt(self.index, key=signer), finality=proof.encode())


NETWORK = Network()
LATER = NETWORK.certificate(registered())
REVOKED = NETWORK.certificate(registered(LOG_KEY, COURT, LONG_AFTER), height=9)


def line(found: Verification, name: str) -> tuple[CheckResult, str, str | None]:
    """Return a line of the checklist."""
    check = next(check for check in found.checks if check.name == name)
    return check.result, check.evidence.en, check.code


def test_a_certified_key_signs_checkpoints_receipts_and_cosignatures() -> None:
    """As one of the genesis document does, also after the trust file was written and read."""
    trust = Trust.parse(NETWORK.trusting(LATER).to_json())
    assert trust.log_keys == {LOG_KEY.public_key: COURT, NEW_LOG.public_key: BANK}
    note = NETWORK.note(key=NEW_LOG)
    assert trust.open_checkpoint(note) == (NETWORK.head(), NEW_LOG.public_key)
    with pytest.raises(InvalidCheckpoint):
        NETWORK.trust.open_checkpoint(note)
    found = verify(DOCUMENT, receipt=NETWORK.final_receipt(NEW_LOG), trust=trust)
    assert found.ok, str(found)
    assert line(found, "receipt_signature")[1] == "signed by Example Bank"
    cosigned = cosign_checkpoint(
        NETWORK.head(), NEW_LOG, name=cosigner_name(NETWORK.network, BANK), time=5
    )
    plain = NETWORK.final_receipt()
    receipt = replace(plain, checkpoint=plain.checkpoint + cosigned, level="witnessed")
    assert verify(DOCUMENT, receipt=receipt, trust=trust).ok
    stranger = verify(DOCUMENT, receipt=receipt, trust=NETWORK.trust)
    assert [check.name for check in stranger.reasons] == ["level"]


def test_a_trust_file_without_news_is_spelled_as_ever() -> None:
    """An empty list is not a spelling of none."""
    assert "log_keys" not in NETWORK.trust.to_json()
    fields = msgspec.json.decode(NETWORK.trust.to_json())
    for wrong in ([], "x", [1]):
        with pytest.raises(Malformed):
            Trust.parse({**fields, "log_keys": wrong})


def test_a_revoked_key_signs_nothing_more() -> None:
    """A founder's too, and it stays known as what it was."""
    trust = NETWORK.trusting(REVOKED)
    assert trust.log_keys == {}
    assert trust.retired_log_keys == {LOG_KEY.public_key: registered(LOG_KEY, COURT, LONG_AFTER)}
    assert trust.known_log_keys == {LOG_KEY.public_key: COURT}
    with pytest.raises(TallystickError):
        trust.open_checkpoint(NETWORK.note())
    assert trust.log_keys_at(TimeMs(LONG_AFTER - 1)) == {LOG_KEY.public_key: COURT}
    assert trust.log_keys_at(TimeMs(LONG_AFTER)) == {}


def test_what_validators_agreed_on_before_a_revocation_remains_a_match() -> None:
    """The header's time is theirs; the checklist says what became of the key."""
    found = verify(DOCUMENT, receipt=NETWORK.final_receipt(), trust=NETWORK.trusting(REVOKED))
    assert found.ok, str(found)
    assert "whose key was revoked later" in line(found, "receipt_signature")[1]
    assert [one.organization for one in found.standing if one.role == "answering"] == [COURT]


def test_a_revoked_keys_own_word_for_its_time_is_not_enough() -> None:
    """Without finality, or with one of after the revocation, it is partly checked at most."""
    early = NETWORK.certificate(registered(LOG_KEY, COURT, BETWEEN), height=9)
    trust = NETWORK.trusting(early)
    for receipt in (
        NETWORK.final_receipt(),
        NETWORK.receipt(NETWORK.index),
        replace(NETWORK.final_receipt(), finality=b"\xa0"),
    ):
        found = verify(DOCUMENT, receipt=receipt, trust=trust)
        result, english, _ = line(found, "receipt_signature")
        assert result is CheckResult.SKIPPED
        assert "ask a node for the receipt again" in english
        assert line(found, "checkpoint")[0] is CheckResult.SKIPPED
        assert not found.ok
        assert "answering" not in {one.role for one in found.standing}


def test_finality_by_strangers_says_nothing_of_a_revoked_keys_time() -> None:
    """Only the validators in force do."""
    head = NETWORK.head()
    strange = NETWORK.chain.proof(Roots.of(head), STRANGERS, height=head.height)
    receipt = replace(NETWORK.receipt(NETWORK.index), finality=strange.encode())
    found = verify(DOCUMENT, receipt=receipt, trust=NETWORK.trusting(REVOKED))
    assert line(found, "receipt_signature")[0] is CheckResult.SKIPPED
    assert line(found, "validators")[0] is CheckResult.FAILED


def test_what_a_key_signed_after_its_revocation_is_refused() -> None:
    """By its own word, which is the best that could be said for it."""
    at_once = NETWORK.certificate(registered(LOG_KEY, COURT, START + 1), height=9)
    receipt = NETWORK.receipt(NETWORK.index)
    found = verify(DOCUMENT, receipt=receipt, trust=NETWORK.trusting(at_once))
    assert found.result == "no match"
    for name in ("receipt_signature", "checkpoint"):
        result, english, code = line(found, name)
        assert (result, code) == (CheckResult.FAILED, "E_TRUST")
        assert f"was revoked by {COURT}" in english
    statement = verify(DOCUMENT, receipt=receipt.statement(), trust=NETWORK.trusting(at_once))
    assert line(statement, "receipt_signature")[0] is CheckResult.FAILED


def test_the_newest_word_on_a_key_counts_in_any_order() -> None:
    """What was revoked is not believed again, whatever is offered later."""
    old = NETWORK.certificate(registered(), height=5)
    again = NETWORK.certificate(registered(), height=7)
    revoked = NETWORK.certificate(registered(revoked_at=LONG_AFTER), height=9)
    for order in ((old, revoked), (revoked, old)):
        assert NEW_LOG.public_key not in NETWORK.trusting(*order).log_keys
    known = NETWORK.trusting(old)
    assert known.with_news(NETWORK.trusting(again)) == known
    late = known.with_news(NETWORK.trusting(revoked))
    assert late.log_key_certificates == (revoked,)
    assert late.with_news(known) == late


def test_validators_who_came_later_can_certify() -> None:
    """Their history is in the same trust file, and comes first."""
    changed = Electorate({COURT: secret(604), BANK: secret(601)})
    change = NETWORK.chain.transition(FOUNDERS, changed, height=1).encode()
    certificate = NETWORK.certificate(registered(), now=changed)
    with pytest.raises(UntrustedSigner):
        NETWORK.trusting(certificate)
    offered = Trust.of_genesis(NETWORK.trust.genesis_bytes, (change,), (certificate,))
    assert NETWORK.trust.with_news(offered) == offered


def test_others_than_the_validators_certify_nothing() -> None:
    """Nor do too few of them, nor is a record believed under another root or place."""
    head = Roots(5, digest("log"), digest("state"), shown_log_key(registered())[1])
    few = NETWORK.chain.proof(head, FOUNDERS, height=5, signers=(0,)).encode()
    shown, _ = shown_log_key(registered())
    elsewhere = with_record(registered(organization=COURT))
    record = encode_log_key(registered())
    root, proof = placed(LOG_KEYS_PREFIX + LOG_KEY.public_key, record)
    final = NETWORK.chain.proof(Roots(5, digest("log"), digest("state"), root), FOUNDERS, height=5)
    misplaced = LogKeyCertificate(proof=final.encode(), record=record, state_proof=proof)
    for wrong in (
        NETWORK.certificate(registered(), now=STRANGERS),
        LogKeyCertificate.of(shown, few).encode(),
        elsewhere,
        misplaced.encode(),
    ):
        with pytest.raises((UntrustedSigner, InvalidReceipt)):
            NETWORK.trusting(wrong)


def with_record(other: RegisteredLogKey) -> bytes:
    """Return the certificate of a key with another record in it."""
    shown, root = shown_log_key(registered())
    roots = Roots(5, digest("log"), digest("state"), root)
    final = NETWORK.chain.proof(roots, FOUNDERS, height=5).encode()
    return LogKeyCertificate(
        proof=final, record=encode_log_key(other), state_proof=shown.state_proof
    ).encode()


def test_too_many_certificates_are_refused() -> None:
    """A file of a stranger must not keep a verifier busy for long."""
    with pytest.raises(InvalidReceipt, match="too many"):
        NETWORK.trusting(*(b"x",) * (CERTIFICATES_MAX + 1))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_altered_byte_of_a_certificate_is_believed(data: st.DataObject) -> None:
    """Every bit is bound to what the validators signed, or the file is refused."""
    place = data.draw(st.integers(0, len(LATER) - 1))
    mask = data.draw(st.integers(1, 255))
    altered = LATER[:place] + bytes([LATER[place] ^ mask]) + LATER[place + 1 :]
    with pytest.raises(TallystickError):
        NETWORK.trusting(altered)


def served(*certificates: bytes, key: SecretKey = NEW_LOG) -> MockNode:
    """Return a node that signs with a key, and offers a trust file with certificates."""
    world = Network()
    world.log_key = key
    world.trust = world.trusting(*certificates)
    return MockNode(world)


def test_first_contact_with_a_node_that_signs_with_a_later_key(home: Path) -> None:
    """Genesis does not know its key; the validators do, and the client remembers."""
    node = served(LATER)
    with node.net() as net:
        assert net.check_log() == node.world.head()
        first = sha256(node.world.transactions[0]).hex()
        assert net.receipt(first).record.checkpoint == node.world.note()
    pinned = TrustState(home).trust_at(URL)
    assert pinned is not None
    assert pinned.log_keys[NEW_LOG.public_key] == BANK


def test_an_unregistered_key_is_not_believed_and_nothing_is_pinned(home: Path) -> None:
    """The answer says what may be the matter."""
    with served().net() as net, pytest.raises(InvalidCheckpoint) as caught:
        net.block(1)
    assert "not registered yet" in caught.value.hint
    assert TrustState(home).trust_at(URL) is None


def test_a_key_that_is_replaced_while_a_client_is_connected(home: Path) -> None:
    """It asks for news when it sees a signature that it does not know, and goes on."""
    node = served(key=LOG_KEY)
    with node.net() as net:
        net.check_log()
        node.world.log_key = NEW_LOG
        node.world.trust = node.world.trusting(LATER, REVOKED)  # type: ignore[attr-defined]
        node.world.fill(1)
        assert net.check_log() == node.world.head()
        assert net.trust == node.world.trust
        # The head seen before was signed by a key that is revoked now: it still counts.
        node.world.fill(1)
        assert net.check_log() == node.world.head()
    with node.net() as net:
        node.world.fill(1)
        assert net.check_log() == TrustState(home).newest(node.world.trust)
