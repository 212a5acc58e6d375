# SPDX-License-Identifier: Apache-2.0
"""The judge of the fault tests notices each broken promise, and nothing where none is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.model import BlockHeader
from tests.faults.judge import Row, _check_acks, _compare, read_calls
from tests.faults.load import Ack, Memory
from tests.torture.kit import Trial

IDS = [f"{number:064x}" for number in range(4)]


def block(height: int, size: int, ids: list[str], *, mark: int = 0) -> Row:
    """Return a row of a chain."""
    header = BlockHeader(
        height=height,
        parent=bytes(32),
        time=1_000 + height,
        log_size=size,
        log_root=bytes(32),
        state_root=bytes(32),
        membership_root=bytes(32),
        app_hash=bytes([mark]) * 32,
    )
    return header.encode(), ids, f"entries {mark}"


CHAIN = [block(1, 2, IDS[:2]), block(2, 2, []), block(3, 3, IDS[2:3])]


def memory(*acks: tuple[str, int, int, int]) -> Memory:
    """Return what clients remember: id, height, index, leaf of each answer."""
    return Memory(
        acks=[Ack(bytes.fromhex(name), (h, i, leaf, "ok"), 0) for name, h, i, leaf in acks]
    )


HONEST = ((IDS[0], 1, 0, 0), (IDS[1], 1, 1, 1), (IDS[2], 3, 0, 2))


def test_equal_chains_that_hold_every_answer_are_right() -> None:
    """No promise is broken."""
    trial = Trial()
    chains = {0: CHAIN, 1: list(CHAIN)}
    _compare(chains, trial)
    _check_acks(chains, memory(*HONEST), trial)
    assert trial.violations == []


@pytest.mark.parametrize("height", [1, 2, 3])
def test_a_fork_at_any_height_is_found(height: int) -> None:
    """Also where the rest is equal."""
    other = list(CHAIN)
    header, ids, entries = block(height, 2, CHAIN[height - 1][1], mark=9)
    other[height - 1] = (header, ids, entries)
    trial = Trial()
    _compare({0: CHAIN, 1: other}, trial)
    assert [one.partition(":")[0] for one in trial.violations] == [f"FORK at height {height}"]


@pytest.mark.parametrize(
    "ack",
    [
        (IDS[3], 1, 0, 0),  # another stands there
        (IDS[1], 1, 0, 0),  # another index
        (IDS[2], 3, 0, 1),  # another leaf
        (IDS[2], 2, 0, 2),  # an empty block
        (IDS[2], 4, 0, 2),  # no such block
        (IDS[2], 0, 0, 2),
    ],
)
def test_an_answer_that_is_not_where_it_was_said_is_found(ack: tuple[str, int, int, int]) -> None:
    """On each node."""
    trial = Trial()
    _check_acks({0: CHAIN, 1: CHAIN}, memory(ack), trial)
    assert len(trial.violations) == 2
    assert all(one.startswith("LOST") for one in trial.violations)


def test_a_transaction_that_stands_twice_is_found() -> None:
    """In one block or in two."""
    for chain in ([block(1, 2, [IDS[0]] * 2)], [block(1, 1, IDS[:1]), block(2, 2, IDS[:1])]):
        trial = Trial()
        _check_acks({0: chain}, memory(), trial)
        assert trial.violations == ["TWICE: a transaction stands twice on node 0"]


def test_half_a_line_of_a_killed_process_is_no_call(tmp_path: Path) -> None:
    """The end of the file may be anything."""
    path = tmp_path / "calls"
    path.write_text("info 0\nfinalize_block 7\nprocess_proposal 8 accepted\ncomm")
    assert read_calls(path) == [("info", 0), ("finalize_block", 7), ("process_proposal", 8)]
