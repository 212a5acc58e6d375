# SPDX-License-Identifier: Apache-2.0
"""The torture's checker must be able to fail: each invariant is broken here, and it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.client import Trust
from tallystick.consensus import Committed
from tallystick.crypto import sha256
from tallystick.merkle import leaf_hash, log_root
from tallystick.model import Checkpoint
from tallystick.node import NodeConfig
from tests.factories import START
from tests.serving import started_node
from tests.torture import world
from tests.torture.checker import (
    Logged,
    check_folder,
    find_bad_receipts,
    find_forks,
    find_missing,
    find_refused,
    find_repeated,
)
from tests.torture.shown import Ack, Shown, parse_shown


def logged(count: int) -> list[Logged]:
    """Return a log of so many transactions, one block each."""
    return [
        Logged(sha256(bytes([n])), b"signer", n, n + 1, n, "ok", bytes([n])) for n in range(count)
    ]


def ack(one: Logged, **changes: object) -> Ack:
    """Return the acknowledgement of a transaction, or a false one."""
    fields = {"height": one.height, "leaf": one.leaf, "code": one.code, **changes}
    return Ack(one.transaction_id, **fields)  # type: ignore[arg-type]


def checkpoint(size: int, root: bytes) -> Checkpoint:
    """Return a checkpoint of a log."""
    return Checkpoint("test.log", size, root, 1, START, bytes(32), bytes(32))


def test_acknowledgements_that_the_log_bears_out_are_accepted() -> None:
    """I1 holds for a whole log."""
    there = logged(3)
    assert find_missing([ack(one) for one in there], there) == []


@pytest.mark.parametrize("changes", [{"leaf": 9}, {"leaf": 1}, {"height": 7}, {"code": "E_DUP"}])
def test_an_acknowledgement_that_differs_from_the_log_is_found(changes: dict[str, object]) -> None:
    """I1: missing, elsewhere, at another height, with another outcome."""
    there = logged(3)
    assert len(find_missing([ack(there[0], **changes)], there)) == 1


def test_a_transaction_or_nonce_executed_twice_is_found() -> None:
    """I2, both for the same bytes and for the same nonce in other bytes."""
    there = logged(3)
    assert find_repeated(there) == []
    assert len(find_repeated([*there, there[0]])) == 2
    other = Logged(sha256(b"other"), b"signer", 0, 9, 3, "ok", b"other")
    assert len(find_repeated([*there, other])) == 1
    refused = Logged(sha256(b"other"), b"signer", 0, 9, 3, "E_REPLAY", b"other")
    assert find_repeated([*there, refused]) == []


def test_a_refused_transaction_in_the_log_is_found() -> None:
    """I3."""
    there = logged(2)
    assert find_refused([bytes(32)], there) == []
    assert len(find_refused([there[1].transaction_id], there)) == 1


def test_a_log_that_forks_or_shrinks_is_found() -> None:
    """I6: an earlier checkpoint larger than the log, or of another log."""
    leaves = [leaf_hash(bytes([n])) for n in range(2)]
    newest = checkpoint(2, log_root(leaves))

    def prove(size1: int, size2: int) -> list[bytes]:
        return [] if size1 == size2 else [leaves[1]]

    earlier = checkpoint(1, leaves[0])
    assert find_forks([checkpoint(0, bytes(32)), earlier, newest], newest, prove) == []
    assert len(find_forks([checkpoint(3, bytes(32))], newest, prove)) == 1
    assert len(find_forks([checkpoint(1, bytes(32))], newest, prove)) == 1
    assert len(find_forks([checkpoint(2, bytes(32))], newest, prove)) == 1


def test_a_receipt_that_does_not_verify_is_found() -> None:
    """I5: not a receipt at all."""
    trust = Trust.of_genesis(world.GENESIS.encode())
    assert len(find_bad_receipts([b"{}"], trust, [])) == 1


def test_lines_are_read_as_they_were_written_and_a_torn_one_is_not() -> None:
    """What was not written whole was never shown."""
    name = bytes(32).hex()
    text = f"ready 0\nack {name} 1 0 ok\nrefused {name} E_SIG\nhalt E_STORAGE\nlate E_X\nack {name}"
    shown = parse_shown(text.encode())
    assert (shown.ready, shown.halts, shown.late) == (1, ["E_STORAGE"], ["E_X"])
    assert shown.acks == [Ack(bytes(32), 1, 0, "ok")]
    assert shown.refused == {bytes(32): "E_SIG"}
    with pytest.raises(ValueError, match="nonsense"):
        parse_shown(b"nonsense\n")


@pytest.fixture
def lived(tmp_path: Path) -> tuple[Path, Shown]:
    """Return a folder whose node lived and stopped, and what it showed."""
    data = world.found(tmp_path / "data")
    shown = Shown(ready=1)
    with started_node(NodeConfig(data=data, workers=False)) as node:
        for batch in range(3):
            raw = [world.deposit(10 * batch + place) for place in range(4)]
            for answer in node.submit(raw).result(30):
                assert isinstance(answer, Committed)
                place = (answer.height, answer.leaf_index, answer.code)
                shown.acks.append(Ack(answer.transaction_id, *place))
            shown.checkpoints.append(node.checkpoint())
            shown.receipts.append(node.receipt(shown.acks[-1].transaction_id).to_json().encode())
    return data, shown


def test_a_folder_that_kept_its_promises_passes(lived: tuple[Path, Shown]) -> None:
    """The whole check, from the stored bytes to the receipts, finds nothing."""
    data, shown = lived
    verdict = check_folder(data, shown)
    assert verdict.violations == []
    assert (verdict.acknowledged, verdict.logged, verdict.receipts) == (12, 12, 3)


def test_an_acknowledged_block_cut_from_the_log_is_found(lived: tuple[Path, Shown]) -> None:
    """The file is shorter by a few bytes, and nothing else remembers: I1 and I6 do."""
    data, shown = lived
    (data / "blocks" / "committed").unlink()
    for path in (data / "state").iterdir():
        path.unlink()
    for path in data.glob("views.sqlite*"):
        path.unlink()
    (segment,) = (data / "blocks").glob("*.log")
    segment.write_bytes(segment.read_bytes()[:-5])
    found = check_folder(data, shown).violations
    assert {line[:2] for line in found} == {"I1", "I5", "I6"}


def test_a_damaged_store_is_found(lived: tuple[Path, Shown]) -> None:
    """I8: the store check sees what the node may not."""
    data, shown = lived
    store = data / "state" / "data.mdb"
    content = store.read_bytes()
    # In every page, since some are free and would not matter.
    store.write_bytes(content.replace(b"evidence/deposits", b"evidence/depositr"))
    assert any(line.startswith("I8") for line in check_folder(data, shown).violations)


def test_an_answer_that_was_never_true_is_found(lived: tuple[Path, Shown]) -> None:
    """I1 and I3 over a real folder."""
    data, shown = lived
    false = shown.acks[0]
    shown.acks.append(Ack(false.transaction_id, false.height, 5, "ok"))
    shown.refused[shown.acks[1].transaction_id] = "E_SIG"
    found = check_folder(data, shown).violations
    assert {line[:2] for line in found} == {"I1", "I3"}
