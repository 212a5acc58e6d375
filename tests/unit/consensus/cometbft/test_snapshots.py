# SPDX-License-Identifier: Apache-2.0
"""Snapshots in the engine's messages: equal everywhere, restored exactly, never believed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestApplySnapshotChunk,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    ResponseApplySnapshotChunk,
    ResponseOfferSnapshot,
)
from tallystick.consensus.cometbft.proto.abci_pb2 import Snapshot as OfferedSnapshot
from tallystick.consensus.cometbft.replica import APP_VERSION
from tallystick.consensus.cometbft.snapshots import NoSnapshots
from tallystick.crypto import sha256
from tallystick.errors import Halted, InvalidBlock
from tallystick.model import Block, Snapshot
from tallystick.node.restoring import CLOCK_ERROR_MS_MAX, stage_in
from tests.factories import LIFETIME, START, put, sign
from tests.unit.consensus.cometbft.snapshot_kit import (
    ACCEPT,
    CHUNK,
    INTERVAL,
    Bench,
    cut,
    offered,
    stream_of,
)

OFFER_ACCEPTED = ResponseOfferSnapshot.ACCEPT
RETRY = ResponseApplySnapshotChunk.RETRY
REFUSED = ResponseApplySnapshotChunk.REJECT_SNAPSHOT
HEIGHT = 2 * INTERVAL

Open = Callable[..., Bench]


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[Open]:
    """Return what opens nodes by name; all are closed at the end."""
    benches: list[Bench] = []

    def opened(name: str, *, segment_bytes: int = 2**20) -> Bench:
        benches.append(Bench(tmp_path / name, segment_bytes=segment_bytes))
        return benches[-1]

    yield opened
    for bench in benches:
        bench.close()


def history(seed: int = 1, height: int = HEIGHT + 2) -> list[list[bytes]]:
    """Return the transactions of some blocks: some empty, some with rubbish, one large."""
    chance = random.Random(seed)
    blocks: list[list[bytes]] = []
    for at in range(height):
        texts = ["x" * chance.randrange(60) for _ in range(chance.choice((0, 1, 3)))]
        raws = [put(f"n{at}", text, nonce=100 * at + n).raw for n, text in enumerate(texts)]
        blocks.append([*raws, *([b"rubbish %d" % at] if at % 3 == 0 else [])])
    blocks[1].append(put("large", "y" * 3 * CHUNK, nonce=99_999).raw)
    blocks[2].append(sign("delete", {"id": "large"}, nonce=99_998))
    return blocks


def grown(bench: Bench, blocks: list[list[bytes]] | None = None) -> Bench:
    """Let a node decide blocks."""
    for transactions in history() if blocks is None else blocks:
        bench.decide(*transactions)
    return bench


def app_hash_at(bench: Bench, height: int) -> bytes:
    """Return what the engine's light client would trust."""
    return bench.storage.log.block(height).header.app_hash


def test_snapshots_are_the_same_bytes_on_every_node(open_bench: Open, tmp_path: Path) -> None:
    """INV-I14: segments, restarts and when it was made do not show."""
    first = grown(open_bench("first"))
    for count in range(len(history())):
        second = Bench(tmp_path / "second", segment_bytes=1_000)
        second.decide(*history()[count])
        second.offers()
        second.close()
    second = open_bench("second", segment_bytes=1_000)
    assert len(list((tmp_path / "second" / "blocks").glob("*.log"))) > 2
    assert first.offers() == second.offers()
    assert [one.height for one in first.offers()] == [INTERVAL, HEIGHT]
    for offer in first.offers():
        assert first.chunks(offer) == second.chunks(offer)


def test_a_snapshot_is_the_records_of_the_blocks_cut_at_fixed_sizes(open_bench: Open) -> None:
    """What the specification says, done by hand; a block may span chunks."""
    bench = grown(open_bench("a"))
    for offer in bench.offers():
        blocks = [bench.storage.log.block(height) for height in range(1, offer.height + 1)]
        by_hand = cut(stream_of(blocks))
        assert bench.chunks(offer) == by_hand
        assert offer == offered(offer.height, by_hand)


def test_a_restored_node_is_the_original_and_goes_on_like_it(open_bench: Open) -> None:
    """Blocks, state, receipts, nonce memory, Info and the next blocks are the same."""
    source = grown(open_bench("source"))
    target = open_bench("target")
    offer = source.offers()[-1]
    assert target.offer(offer, app_hash_at(source, HEIGHT)) == OFFER_ACCEPTED
    chunks = source.chunks(offer)
    assert len(chunks) > 3
    for index, chunk in enumerate(chunks):
        assert (target.height, target.info().last_block_height, target.restored) == (0, 0, 0)
        assert target.apply(index, chunk).result == ACCEPT
    info = target.info()
    assert (info.last_block_height, info.app_version) == (HEIGHT, APP_VERSION)
    assert info.last_block_app_hash == app_hash_at(source, HEIGHT)
    assert target.restored == 1
    grown(target, history()[HEIGHT:])
    assert target.contents() == source.contents()
    again = put("large", "once more", nonce=99_999)
    assert target.application.admit(again, START) is not None
    assert target.offers() == source.offers()


def test_a_restored_node_survives_a_restart(open_bench: Open, tmp_path: Path) -> None:
    """What was put in its place is what is opened the next time."""
    source = grown(open_bench("source"))
    target = Bench(tmp_path / "target")
    offer = source.offers()[-1]
    target.offer(offer, app_hash_at(source, HEIGHT))
    assert target.take_all(source.chunks(offer)) == ACCEPT
    target.close()
    target = grown(open_bench("target"), history()[HEIGHT:])
    assert target.contents() == source.contents()
    assert sorted(path.name for path in (tmp_path / "target").iterdir()) == [
        "blocks",
        "format.json",
        "genesis.cbor",
        "keys",
        "lock",
        "state",
    ]


def test_interrupted_anywhere_nothing_is_left_and_the_next_start_can_restore(
    open_bench: Open, tmp_path: Path
) -> None:
    """A process that dies after any chunk: the folder opens empty and takes the snapshot again."""
    source = grown(open_bench("source"))
    offer = source.offers()[-1]
    chunks = source.chunks(offer)
    for count in range(len(chunks)):
        target = Bench(tmp_path / "target")
        assert target.height == 0
        assert not (tmp_path / "target" / "incoming").exists()
        assert target.offer(offer, app_hash_at(source, HEIGHT)) == OFFER_ACCEPTED
        target.take_all(chunks[:count])
        assert (tmp_path / "target" / "incoming").exists()
        target.close()  # what was being restored is not told
    target = open_bench("target")
    target.offer(offer, app_hash_at(source, HEIGHT))
    assert target.take_all(chunks) == ACCEPT
    assert target.height == HEIGHT


def test_every_changed_byte_of_a_chunk_is_refused(open_bench: Open) -> None:
    """A chunk that differs is asked for again, and its sender is not asked any more."""
    source, target = grown(open_bench("source")), open_bench("target")
    offer = source.offers()[0]
    chunks = source.chunks(offer)
    target.offer(offer, app_hash_at(source, INTERVAL))
    for index, chunk in enumerate(chunks):
        for at in range(len(chunk)):
            wrong = bytearray(chunk)
            wrong[at] ^= 1 << at % 8
            answer = target.apply(index, bytes(wrong), sender="liar")
            assert answer.result == RETRY
            assert list(answer.refetch_chunks) == [index]
            assert list(answer.reject_senders) == ["liar"]
        assert target.apply(index, b"").result == RETRY
        assert target.apply(index, chunk).result == ACCEPT
    assert target.height == INTERVAL


def _two_in_one(blocks: list[Block]) -> bytes:
    return stream_of(blocks[:2] + blocks[1:])


LIES: dict[str, Callable[[list[Block]], bytes]] = {
    "one block too few": lambda blocks: stream_of(blocks[:-1]),
    "cut inside a block": lambda blocks: stream_of(blocks)[:-1],
    "a byte too many": lambda blocks: stream_of(blocks) + b"x",
    "a block twice": _two_in_one,
    "a block left out": lambda blocks: stream_of(blocks[:2] + blocks[3:]),
    "no first block": lambda blocks: stream_of(blocks[1:]),
    "other order": lambda blocks: stream_of([blocks[1], blocks[0], *blocks[2:]]),
    "no blocks at all": lambda _: b"not a block" * 100,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_snapshot_leaves_nothing_behind_and_the_true_one_follows(
    open_bench: Open, lie: str
) -> None:
    """Two sources, one lying: the first is refused, the second restored in the same process."""
    source, target = grown(open_bench("source")), open_bench("target")
    blocks = [source.storage.log.block(height) for height in range(1, INTERVAL + 1)]
    chunks = cut(LIES[lie](blocks))
    before = target.contents()
    assert target.offer(offered(INTERVAL, chunks), app_hash_at(source, INTERVAL)) == OFFER_ACCEPTED
    assert target.take_all(chunks) == REFUSED
    assert target.apply(0, chunks[0]).result == ResponseApplySnapshotChunk.ABORT
    assert target.contents() == before
    true = source.offers()[-1]
    assert target.offer(true, app_hash_at(source, HEIGHT)) == OFFER_ACCEPTED
    assert target.take_all(source.chunks(true)) == ACCEPT
    grown(target, history()[HEIGHT:])
    assert target.contents() == source.contents()


def test_another_ledgers_snapshot_is_refused_by_its_app_hash(open_bench: Open) -> None:
    """Everything in it fits together, and it is of this network: only the app hash tells."""
    source = grown(open_bench("source"))
    liar = grown(open_bench("liar"), history(seed=2))
    target = open_bench("target")
    offer = liar.offers()[-1]
    assert target.offer(offer, app_hash_at(source, HEIGHT)) == OFFER_ACCEPTED
    assert target.take_all(liar.chunks(offer)) == REFUSED
    assert target.height == 0
    target.decide(*history()[0])
    assert target.info().last_block_app_hash == app_hash_at(source, 1)


def test_a_block_from_the_future_is_refused(open_bench: Open) -> None:
    """The time of empty blocks is not in the app hash: a liar must not stop the node's clock."""
    source, target = grown(open_bench("source"), [[]] * INTERVAL), open_bench("target")
    offer, trusted = source.offers()[0], app_hash_at(source, INTERVAL)
    target.now = START - CLOCK_ERROR_MS_MAX
    assert target.offer(offer, trusted) == OFFER_ACCEPTED
    assert target.take_all(source.chunks(offer)) == REFUSED
    target.now = START
    assert target.offer(offer, trusted) == OFFER_ACCEPTED
    assert target.take_all(source.chunks(offer)) == ACCEPT


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"format": 2}, ResponseOfferSnapshot.REJECT_FORMAT),
        ({"height": 0}, ResponseOfferSnapshot.REJECT),
        ({"height": 2**63}, ResponseOfferSnapshot.REJECT),
        ({"height": INTERVAL + 1}, ResponseOfferSnapshot.REJECT),
        ({"chunks": 0}, ResponseOfferSnapshot.REJECT),
        ({"chunks": 1}, ResponseOfferSnapshot.REJECT),
        ({"chunks": 2**32 - 1}, ResponseOfferSnapshot.REJECT),
        ({"hash": bytes(32)}, ResponseOfferSnapshot.REJECT),
        ({"hash": b""}, ResponseOfferSnapshot.REJECT),
        ({"metadata": b""}, ResponseOfferSnapshot.REJECT),
        ({"metadata": bytes(33)}, ResponseOfferSnapshot.REJECT),
    ],
)
def test_an_offer_that_does_not_fit_together_is_refused(
    open_bench: Open, change: dict[str, object], result: int
) -> None:
    """Nothing is begun for it."""
    source, target = grown(open_bench("source")), open_bench("target")
    offer = OfferedSnapshot()
    offer.CopyFrom(source.offers()[0])
    for name, value in change.items():
        setattr(offer, name, value)
    assert target.offer(offer, app_hash_at(source, INTERVAL)) == result
    assert target.apply(0, b"").result == ResponseApplySnapshotChunk.ABORT


def test_a_node_with_blocks_takes_no_snapshot(open_bench: Open) -> None:
    """Its own blocks are the truth: the operator must say what became of the engine's."""
    source, target = grown(open_bench("source")), open_bench("target")
    target.decide()
    offer = source.offers()[0]
    trusted = app_hash_at(source, INTERVAL)
    assert target.offer(offer, trusted) == ResponseOfferSnapshot.ABORT
    assert target.apply(0, source.chunk(offer, 0)).result == ResponseApplySnapshotChunk.ABORT
    assert target.height == 1


def test_the_same_snapshot_again_is_taken_without_work(open_bench: Open) -> None:
    """The engine lost its state just after a restore: it must not be stuck for that."""
    source, target = grown(open_bench("source")), open_bench("target")
    offer, trusted = source.offers()[0], app_hash_at(source, INTERVAL)
    for _ in range(2):
        assert target.offer(offer, trusted) == OFFER_ACCEPTED
        assert target.take_all(source.chunks(offer)) == ACCEPT
    assert (target.height, target.restored) == (INTERVAL, 1)
    wrong = bytes(CHUNK)
    assert target.apply(0, wrong).result == RETRY


def test_chunks_in_any_order_end_well(open_bench: Open) -> None:
    """The engine keeps the order; one that did not would be asked for what is missing."""
    source, target = grown(open_bench("source")), open_bench("target")
    offer = source.offers()[0]
    chunks = source.chunks(offer)
    target.offer(offer, app_hash_at(source, INTERVAL))
    early = target.apply(2, chunks[2])
    assert early.result == RETRY
    assert list(early.refetch_chunks) == [0]
    assert target.apply(0, chunks[0]).result == ACCEPT
    assert target.apply(0, chunks[0]).result == ACCEPT
    assert [target.apply(at, chunks[at]).result for at in range(1, len(chunks))] == [ACCEPT] * (
        len(chunks) - 1
    )
    assert target.apply(len(chunks), chunks[0]).result == RETRY
    assert target.height == INTERVAL


def test_a_new_offer_forgets_the_one_before(open_bench: Open) -> None:
    """An engine that gave up on a snapshot may offer another one at any time."""
    source, target = grown(open_bench("source")), open_bench("target")
    older, newer = source.offers()
    target.offer(newer, app_hash_at(source, HEIGHT))
    target.apply(0, source.chunk(newer, 0))
    assert target.offer(older, app_hash_at(source, INTERVAL)) == OFFER_ACCEPTED
    assert target.take_all(source.chunks(older)) == ACCEPT
    assert target.height == INTERVAL


def test_what_is_not_there_is_answered_with_nothing(open_bench: Open) -> None:
    """Other formats, heights that nobody offered, chunks beyond the end."""
    bench = grown(open_bench("a"))
    offer = bench.offers()[-1]
    for height, form, chunk in (
        (offer.height, 2, 0),
        (offer.height, 1, offer.chunks),
        (offer.height + INTERVAL, 1, 0),
        (3, 1, 0),
        (0, 1, 0),
    ):
        request = RequestLoadSnapshotChunk(height=height, format=form, chunk=chunk)
        assert bench.replica.load_snapshot_chunk(request).chunk == b""


def test_an_old_snapshot_is_served_on_while_newer_ones_are_offered(open_bench: Open) -> None:
    """Who restores a long history is not outrun by the blocks that follow."""
    bench = grown(open_bench("a"))
    old = bench.offers()[0]
    chunks = bench.chunks(old)
    grown(bench, [[]] * (3 * INTERVAL))
    assert old.height not in [one.height for one in bench.offers()]
    assert bench.chunks(old) == chunks


def test_a_chunk_before_its_snapshot_is_a_fault(open_bench: Open) -> None:
    """The desk never does that."""
    bench = open_bench("a")
    with pytest.raises(Halted):
        bench.desk._restorer.take(b"")


def test_a_node_without_snapshots_gives_and_takes_none() -> None:
    """The desk for engines that are set up without them."""
    desk = NoSnapshots()
    assert not desk.list().snapshots
    assert desk.load(RequestLoadSnapshotChunk()).chunk == b""
    assert desk.offer(RequestOfferSnapshot()).result == ResponseOfferSnapshot.ABORT
    assert desk.apply(RequestApplySnapshotChunk()).result == ResponseApplySnapshotChunk.ABORT


def test_nonces_that_have_expired_are_forgotten_alike(open_bench: Open) -> None:
    """A restored node answers a repeated nonce as the others do, whatever the time."""
    source, target = open_bench("source"), open_bench("target")
    grown(source, history()[:INTERVAL])
    offer = source.offers()[-1]
    target.offer(offer, app_hash_at(source, INTERVAL))
    assert target.take_all(source.chunks(offer)) == ACCEPT
    raw = put("n1", "again", nonce=100).raw
    late = sign("put", {"id": "z", "text": ""}, nonce=100, valid_until=START + LIFETIME)
    assert source.decide(raw, late) == target.decide(raw, late)


def test_a_node_stages_whole_chunks_beside_its_blocks(open_bench: Open) -> None:
    """With the real size of chunks, and no block later than the clock allows."""
    source, target = grown(open_bench("source")), open_bench("target")
    blocks = [source.storage.log.block(height) for height in range(1, INTERVAL + 1)]
    stream = stream_of(blocks)
    snapshot = Snapshot(INTERVAL, (sha256(stream),))
    late = stage_in(target.folder, lambda: 0, in_process=True)(snapshot)
    with pytest.raises(InvalidBlock):
        late.take(stream)
    late.abandon()
    staged = stage_in(target.folder, lambda: START, in_process=True)(snapshot)
    staged.take(stream)
    staged.finish(app_hash_at(source, INTERVAL))
    assert (target.folder.path / "restored").is_dir()
