# SPDX-License-Identifier: Apache-2.0
"""The node: everything joined, on a real folder, shows only what is durable, and comes back.

What holds for a node holds whichever engine orders its transactions: alone, or with CometBFT.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.crypto import sha256
from tallystick.encoding import decode
from tallystick.errors import (
    DataFolderProblem,
    InvalidArguments,
    InvalidSignature,
    Malformed,
    NotFound,
    Replayed,
    UnknownContract,
)
from tallystick.merkle import (
    leaf_hash,
    log_root,
    verify_consistency,
    verify_inclusion,
    verify_value,
)
from tallystick.model import decode_entry, decode_log_receipt, open_checkpoint
from tallystick.node import NodeConfig, create_network, open_node
from tallystick.storage import BLOCKS_FOLDER
from tallystick.storage.committed import read_mark
from tests.factories import COURT, LIFETIME, LOG_KEY, secret, sign
from tests.unit.node.node_kit import (
    GENESIS,
    NETWORK,
    PERIOD,
    Clock,
    Open,
    commit,
    deposit,
    solo_only,
    submit,
)


def test_a_deposit_has_a_receipt_that_verifies_without_the_node(start: Open) -> None:
    """Entry, path, root, and both signatures hold (docs/spec/receipt.md)."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(5)))
    receipt = node.receipt(places[2].transaction_id)
    found = decode_log_receipt(receipt.log_receipt)
    checkpoint = open_checkpoint(receipt.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    assert (found.size, found.index) == (checkpoint.size, places[2].leaf_index)
    verify_inclusion(leaf_hash(receipt.entry), found.index, found.size, found.path, checkpoint.root)
    found.verify_root(checkpoint.root)
    assert decode_entry(receipt.entry).transaction_id == sha256(receipt.transaction)


def test_the_log_can_be_followed_from_outside(start: Open) -> None:
    """Tiles, entries and both kinds of proof agree with the signed root."""
    node = start()
    commit(node, *(deposit(n) for n in range(300)))
    first = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    commit(node, *(deposit(n) for n in range(300, 310)))
    second = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    leaves = [leaf_hash(entry) for entry in node.entries(0, second.size)]
    assert log_root(leaves) == second.root
    assert log_root(leaves[: first.size]) == first.root
    assert node.tile(0, 0, 256) == b"".join(leaves[:256])
    assert node.tile(0, 1, 54) == b"".join(leaves[256:310])
    path = node.consistency_proof(first.size, second.size)
    verify_consistency(first.size, second.size, path, first.root, second.root)
    verify_inclusion(leaves[7], 7, second.size, node.inclusion_proof(7, second.size), second.root)
    with pytest.raises(NotFound):
        node.tile(0, 1, 55)
    with pytest.raises(NotFound):
        node.tile(3, 0, 1)
    with pytest.raises(NotFound):
        node.entries(300, 11)
    with pytest.raises(NotFound):
        node.inclusion_proof(0, 311)


def test_state_is_proven_under_the_signed_checkpoint(start: Open) -> None:
    """The value of a key verifies against the state root that the checkpoint carries."""
    node = start()
    commit(node, deposit(1))
    result = decode_entry(node.entries(0, 1)[0]).outcome.result
    assert isinstance(result, dict)
    key = f"evidence/deposits/{result['id']!s}".encode()
    proved = node.prove_state(key)
    checkpoint = open_checkpoint(proved.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    assert proved.value is not None
    verify_value(checkpoint.state_root, key, proved.value, proved.proof)
    record = decode(proved.value)
    assert isinstance(record, dict)
    assert record["organization"] == COURT
    assert node.prove_state(b"evidence/deposits/none").value is None


def test_queries_read_the_newest_durable_state(start: Open) -> None:
    """And answer unknown ones with typed errors."""
    node = start()
    commit(node, deposit(1))
    result = decode_entry(node.entries(0, 1)[0]).outcome.result
    assert isinstance(result, dict)
    shown = node.query("evidence", "show", {"id": result["id"]})
    assert isinstance(shown, dict)
    assert shown["title"] == "文件 1"
    with pytest.raises(UnknownContract):
        node.query("evidence", "nothing", {})
    with pytest.raises(InvalidArguments):
        node.query("evidence", "show", {})
    with pytest.raises(NotFound):
        node.query("evidence", "show", {"id": "EV-1999-000001"})


def test_a_restarted_node_continues_where_it_stopped(start: Open, clock: Clock) -> None:
    """Same head, same answers to the same bytes, and the log goes on from the old checkpoint."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(40)))
    before = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    node.stop()
    clock.now += 5_000
    again = start()
    assert again.status().app_hash == node.status().app_hash
    assert submit(again, deposit(3)) == [places[3]]
    (refused,) = submit(again, deposit(99, nonce=3))
    assert isinstance(refused, Replayed)
    commit(again, deposit(41))
    after = open_checkpoint(again.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    path = again.consistency_proof(before.size, after.size)
    verify_consistency(before.size, after.size, path, before.root, after.root)
    assert again.receipt(places[0].transaction_id).transaction == deposit(0)


@solo_only
def test_a_node_that_synced_only_at_its_end_left_everything_on_disk(
    start: Open, folder: Path
) -> None:
    """All its blocks are committed, which a sync alone does; the next node has each deposit."""
    node = start(syncs_at_end=True)
    places = [commit(node, deposit(n))[0] for n in range(3)]
    assert read_mark(folder / BLOCKS_FOLDER) in {None, 0}
    node.stop()
    assert read_mark(folder / BLOCKS_FOLDER) == places[-1].height
    again = start()
    assert again.status().app_hash == node.status().app_hash
    assert [submit(again, deposit(n))[0] for n in range(3)] == places


def test_a_node_without_its_store_rebuilds_it_from_the_block_log(start: Open, folder: Path) -> None:
    """The block log is the truth: state and trees follow from it, with the same roots."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(30)))
    head = node.status()
    node.stop()
    for path in sorted((folder / "state").iterdir()):
        path.unlink()
    again = start()
    assert again.status().app_hash == head.app_hash
    assert again.status().height >= head.height  # an engine may add the block that proves it
    assert submit(again, deposit(3)) == [places[3]]


def test_refusals_at_the_door_are_typed_and_change_nothing(start: Open, clock: Clock) -> None:
    """Malformed, forged, of strangers, expired, too far ahead, unknown, wrong arguments."""
    node = start()
    good, end = deposit(1), PERIOD.end
    before = node.status().app_hash
    answers = submit(
        node,
        b"garbage",
        good[:-1] + bytes([good[-1] ^ 1]),
        deposit(2, key=secret(77)),
        deposit(3, valid_until=clock.now - 1),
        deposit(4, valid_until=clock.now + LIFETIME + 60_000),
        sign("deposit", {}, nonce=5, contract="evidence", network=NETWORK, valid_until=end),
        sign("put", {}, nonce=6, contract="nothing", network=NETWORK, valid_until=end),
        sign("put", {}, nonce=7, contract="evidence", valid_until=end),
    )
    codes = [answer.code for answer in answers]
    assert codes == [
        Malformed.code,
        InvalidSignature.code,
        "E_MEMBER",
        "E_EXPIRED",
        "E_EARLY",
        "E_ARGUMENT",
        "E_CONTRACT",
        "E_NETWORK",
    ]
    assert node.status().log_size == 0
    assert node.status().app_hash == before  # an engine may have made an empty block meanwhile


def test_a_genesis_node_shows_an_empty_log(start: Open) -> None:
    """Before the first block there is a checkpoint of size 0 and nothing else."""
    node = start()
    checkpoint = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    assert (checkpoint.size, checkpoint.height) == (0, 0)
    with pytest.raises(NotFound):
        node.block(1)
    with pytest.raises(NotFound):
        node.find(bytes(32))
    with pytest.raises(NotFound):
        node.tile(0, 0, 1)
    assert node.entries(0, 0) == []


@solo_only
def test_subscribers_hear_of_each_block_until_they_leave(start: Open) -> None:
    """In order, after it is durable."""
    node = start()
    heights: list[int] = []
    leave = node.subscribe(lambda block: heights.append(block.header.height))
    commit(node, deposit(1))
    commit(node, deposit(2))
    leave()
    leave()
    commit(node, deposit(3))
    assert heights == [1, 2]


def test_a_folder_in_use_is_refused(start: Open, folder: Path) -> None:
    """One node for one folder."""
    start()
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


@solo_only
def test_a_node_key_of_another_network_is_refused(folder: Path) -> None:
    """A node that orders alone never signs with a key that the trust file does not name."""
    (folder / "keys" / "log.key").write_text(secret(123).seed.hex())
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


def test_a_node_without_a_readable_key_is_refused(folder: Path) -> None:
    """It could not sign; under CometBFT the ledger knows later keys, so any key may be right."""
    key_file = folder / "keys" / "log.key"
    key_file.write_text("no key")
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))
    key_file.unlink()
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


def test_founding_with_a_key_that_genesis_does_not_name_is_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(DataFolderProblem):
        create_network(tmp_path / "x", GENESIS, secret(123))
    assert not (tmp_path / "x").exists()
