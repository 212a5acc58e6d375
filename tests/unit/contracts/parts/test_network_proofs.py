# SPDX-License-Identifier: Apache-2.0
"""A call of another network counts here once, and only as that network signed it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import pytest
from msgspec.structs import replace

from tallystick.contracts import ANY_MEMBER, Context, Contract, Label, Name, action
from tallystick.contracts.parts import NetworkProofBytes, NetworkProofs
from tallystick.contracts.refusals import Refusal
from tallystick.encoding import encode
from tallystick.model import CheckpointSignature, NetworkProof, network_proof
from tallystick.testing import make_signer
from tests.ledger_networks import DAY_MS, LedgerNetwork
from tests.unit.membership.governed import code

ANN = make_signer(member="ann")
LABEL = Label(zh="做", en="Do")


class NoThanks(Refusal, code="E_STATE"):
    """en: {word} is not said.

    zh: 不说 {word}。
    """

    word: Name


class Speaker(Contract, name="speaker", version=1):
    """Says a word on its network."""

    @action(role=ANY_MEMBER, label=LABEL, refuses=(NoThanks,))
    def say(self, ctx: Context, word: Name) -> Name:
        """Say."""
        if word == "no":
            raise NoThanks(word=word)
        return word.upper()

    @action(role=ANY_MEMBER, label=LABEL)
    def whisper(self, ctx: Context, word: Name) -> None:
        """Say nothing."""


class Listener(Contract, name="listener", version=1):
    """Hears what was said on another network."""

    proofs = NetworkProofs()

    @action(role=ANY_MEMBER, label=LABEL)
    def hear(self, ctx: Context, proof: NetworkProofBytes) -> dict[str, Name]:
        """Hear."""
        call = self.proofs.recognise(ctx, proof, contract="speaker", method="say")
        return {
            "network": call.network,
            "organization": call.organization,
            "word": str(call.args["word"]),
            "answer": str(call.result),
            "time": str(call.block_time_ms),
            "position": str(call.position),
        }


class Pair:
    """A network that speaks and one that listens."""

    def __init__(self, keys: int = 1, **terms: Any) -> None:
        people = [ANN, *(make_signer(organization=code(number)) for number in range(1, keys))]
        self.there = LedgerNetwork("there", (Speaker,), people, log_key_count=keys)
        self.here = LedgerNetwork("here", (Listener,), [ANN])
        self.here.recognises(self.there, **terms)
        self.there.ok(ANN, "say", contract="speaker", word="hello")

    def hear(self, proof: NetworkProof | bytes) -> tuple[str, object]:
        """Show a proof; return code and facts."""
        data = proof if isinstance(proof, bytes) else proof.encode()
        done = self.here.run(ANN, "listener", "hear", {"proof": data})
        return done.code, done.result


@pytest.fixture
def pair() -> Pair:
    """Return two networks, one recognised by the other."""
    return Pair()


def test_a_proven_call_is_taken_with_what_it_asked_and_answered(pair: Pair) -> None:
    """From bytes alone: who, what, when, and what came of it."""
    assert pair.hear(pair.there.proof()) == (
        "ok",
        {
            "network": pair.there.id,
            "organization": ANN.organization,
            "word": "hello",
            "answer": "HELLO",
            "time": str(pair.there.now_ms),
            "position": "0",
        },
    )


def test_of_two_calls_the_later_has_the_greater_position(pair: Pair) -> None:
    """Their place in that network's log, which the signed root binds, tells their order."""
    pair.there.ok(ANN, "say", contract="speaker", word="again")
    heard: list[Any] = [pair.hear(pair.there.proof(block))[1] for block in (1, 0)]
    assert [one["position"] for one in heard] == ["1", "0"]
    moved = replace(pair.there.shown(0), index=1)
    assert pair.hear(moved) == ("E_HASH", {"part": "path"})


def test_it_counts_once_also_under_a_later_checkpoint(pair: Pair) -> None:
    """E_REPLAY: the transaction is what counts, not the bytes of its proof."""
    assert pair.hear(pair.there.proof())[0] == "ok"
    pair.there.ok(ANN, "say", contract="speaker", word="again")
    code, facts = pair.hear(pair.there.proof(0))
    assert (code, facts) == (
        "E_REPLAY",
        {"network": pair.there.id, "transaction": pair.there.blocks[0].transaction_ids[0].hex()},
    )
    assert pair.hear(pair.there.proof(1))[0] == "ok"


def test_a_network_that_no_vote_recognised_is_not_believed(pair: Pair) -> None:
    """E_NETWORK, however well it signs; the same after a vote took all its keys away."""
    stranger = LedgerNetwork("stranger", (Speaker,), [ANN])
    stranger.ok(ANN, "say", contract="speaker", word="hello")
    assert pair.hear(stranger.proof()) == ("E_NETWORK", {"network": stranger.id})
    pair.here.recognises(pair.there, log_keys=(), quorum=1)
    assert pair.hear(pair.there.proof()) == ("E_NETWORK", {"network": pair.there.id})


def test_as_many_keys_must_sign_as_the_vote_asks_for() -> None:
    """E_SIG below it; one key counts once, however often it signs."""
    pair = Pair(4, quorum=3)
    keys = pair.there.log_keys
    for signers, count in ((keys[:2], 2), ([keys[0], keys[1], keys[1]], 2), (keys[:1], 1)):
        proof = network_proof(pair.there.receipt(signers=signers))
        facts = {"network": pair.there.id, "signed": count, "needed": 3}
        assert pair.hear(proof) == ("E_SIG", facts)
    assert pair.hear(network_proof(pair.there.receipt(signers=keys[1:])))[0] == "ok"


def test_a_checkpoint_may_not_be_older_than_the_vote_allows() -> None:
    """E_EXPIRED one millisecond later; a receipt under a newer checkpoint is taken."""
    pair = Pair(proof_age_ms_max=DAY_MS)
    proof = pair.there.proof()
    pair.here.now_ms = pair.there.now_ms + DAY_MS
    facts = {"time": pair.there.now_ms, "oldest": pair.there.now_ms + 1}
    assert pair.hear(proof) == ("E_EXPIRED", facts)
    pair.there.now_ms += DAY_MS
    pair.there.ok(ANN, "say", contract="speaker", word="later")
    assert pair.hear(pair.there.proof(0))[0] == "ok"


def test_another_call_and_one_that_was_refused_prove_nothing(pair: Pair) -> None:
    """E_VALUE for another method, E_STATE for what that network refused."""
    pair.there.ok(ANN, "whisper", contract="speaker", word="hello")
    expected = {"shown": "speaker.whisper", "needed": "speaker.say"}
    assert pair.hear(pair.there.proof()) == ("E_VALUE", expected)
    pair.there.refused("E_STATE", ANN, "say", contract="speaker", word="no")
    assert pair.hear(pair.there.proof()) == ("E_STATE", {"outcome": "E_STATE"})


Change = Callable[[Pair, NetworkProof], NetworkProof]


def _other_entry(_: Pair, proof: NetworkProof) -> NetworkProof:
    """Promise another answer."""
    return replace(proof, entry=proof.entry.replace(b"HELLO", b"JELLO"))


def _other_transaction(pair: Pair, _: NetworkProof) -> NetworkProof:
    """Put a call in place of another."""
    pair.there.ok(ANN, "say", contract="speaker", word="other")
    return replace(pair.there.shown(0), transaction=pair.there.shown(1).transaction)


def _other_network(pair: Pair, _: NetworkProof) -> NetworkProof:
    """Enter a call that was signed for another network: as liars' ledgers could."""
    stranger = LedgerNetwork("stranger", (Speaker,), [ANN])
    stranger.ok(ANN, "say", contract="speaker", word="hello")
    shown = stranger.receipt()
    head = shown.checkpoint.replace(stranger.id, pair.there.id).partition("\n\n")[0] + "\n"
    signature = CheckpointSignature(pair.there.log_keys[0].sign(head.encode()))
    return replace(network_proof(shown), checkpoint=head, signatures=(signature,))


def _longer_path(_: Pair, proof: NetworkProof) -> NetworkProof:
    """Add a hash."""
    return replace(proof, path=(*proof.path, bytes(32)))


def _no_entry(_: Pair, proof: NetworkProof) -> NetworkProof:
    return replace(proof, entry=b"\x80")


def _no_transaction(_: Pair, proof: NetworkProof) -> NetworkProof:
    return replace(proof, transaction=b"")


def _no_checkpoint(_: Pair, proof: NetworkProof) -> NetworkProof:
    return replace(proof, checkpoint="there\n")


BROKEN: Final[dict[str, tuple[Change, str]]] = {
    "another entry": (_other_entry, "path"),
    "another transaction": (_other_transaction, "transaction"),
    "another network's call": (_other_network, "network"),
    "a longer path": (_longer_path, "path"),
    "no entry": (_no_entry, "entry"),
    "no transaction": (_no_transaction, "transaction"),
    "no checkpoint": (_no_checkpoint, "checkpoint"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_part_follows_from_the_signed_root(pair: Pair, case: str) -> None:
    """E_HASH with the part that does not."""
    change, part = BROKEN[case]
    assert pair.hear(change(pair, pair.there.shown())) == ("E_HASH", {"part": part})


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", encode({"transaction": b""}), encode([1])],
    ids=["empty", "no value", "fields missing", "a list"],
)
def test_bytes_that_are_no_proof_are_refused(pair: Pair, data: bytes) -> None:
    """E_HASH before anything is looked up."""
    assert pair.hear(data) == ("E_HASH", {"part": "proof"})


def test_a_changed_checkpoint_is_signed_by_nobody(pair: Pair) -> None:
    """The text is what is signed, to the last character."""
    proof = pair.there.shown()
    later = proof.checkpoint.replace("height 1\n", "height 2\n")
    facts = {"network": pair.there.id, "signed": 0, "needed": 1}
    assert pair.hear(replace(proof, checkpoint=later)) == ("E_SIG", facts)


def test_a_proof_names_no_signer_and_reads_back_as_it_was() -> None:
    """Only keys can check it; the receipt's names and finality are not in it (INV-10)."""
    pair = Pair(3, quorum=2)
    receipt = pair.there.receipt()
    proof = network_proof(receipt)
    assert len(proof.signatures) == 3
    assert [one.time is None for one in proof.signatures] == [True, False, False]
    strange = receipt.checkpoint + "— someone AAAAAAAAAAAA\n"
    told = f"{receipt.checkpoint.partition(chr(10) * 2)[0]}\n"
    assert proof.checkpoint == told
    receipt = dataclasses.replace(receipt, checkpoint=strange)
    assert network_proof(receipt) == proof
