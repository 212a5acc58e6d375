# SPDX-License-Identifier: Apache-2.0
"""The short form of the simulation, and that its parts can fail."""

from __future__ import annotations

import pytest

from tests.call_order import CallOrder, OutOfOrder, check_calls
from tests.simulation.disk import Crashed, Disk, DiskLog
from tests.simulation.network import Counts, Simulation
from tests.simulation.plants import PLANTS, Plant, caught_by
from tests.simulation.runs import run_seed
from tests.simulation.votes import votes
from tests.unit.storage.chain import Chain

SEEDS = 60
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_no_seed_breaks_a_promise(part: int) -> None:
    """Nodes agree, nothing acknowledged is lost, nothing takes effect twice, all is answered."""
    counts = Counts()
    for seed in range(part, SEEDS, PARTS):
        counts.add(run_seed(seed))
    # A simulation in which nothing happens would prove nothing.
    assert min(vars(counts).values()) > 0


@pytest.mark.parametrize("plant", PLANTS, ids=lambda one: one.__name__)
@pytest.mark.slow
def test_a_planted_bug_is_noticed(plant: Plant) -> None:
    """Within few seeds."""
    assert caught_by(plant, range(200))


@pytest.mark.parametrize("plant", PLANTS[:4], ids=lambda one: one.__name__)
def test_an_easy_planted_bug_is_noticed_at_once(plant: Plant) -> None:
    """The short form of the same."""
    assert caught_by(plant, range(5))


def test_a_seed_repeats_itself() -> None:
    """Else a failure could not be looked into."""
    with votes():
        first, second = Simulation(7), Simulation(7)
        assert first.run() == second.run()
    assert first.agreed == second.agreed
    assert [one.calls for one in first.stations] == [one.calls for one in second.stations]


FRESH = [("info", 0), ("init_chain", 0)]
ONE_HEIGHT = [("prepare_proposal", 1), ("process_proposal", 1), ("finalize_block", 1)]


@pytest.mark.parametrize(
    "calls",
    [
        [*FRESH, *ONE_HEIGHT, ("commit", 1), ("finalize_block", 2), ("info", 0), ("commit", 2)],
        [*FRESH, ("check_txs", 0), ("process_proposal", 1), ("process_proposal", 1)],
        [("info", 0), ("finalize_block", 9), ("check_txs", 0), ("commit", 9)],
        [("info", 0), ("offer_snapshot", 5), ("apply_snapshot_chunk", 0), ("info", 0)],
        [("query", 0), ("info", 0), ("prepare_proposal", 4), ("prepare_proposal", 4)],
    ],
)
def test_legal_calls_pass(calls: list[tuple[str, int]]) -> None:
    """From the start, or after one."""
    check_calls(calls)


@pytest.mark.parametrize(
    "calls",
    [
        [("init_chain", 0)],
        [("finalize_block", 1)],
        [*FRESH, ("init_chain", 0)],
        [*FRESH, ("commit", 1)],
        [*FRESH, *ONE_HEIGHT, ("finalize_block", 2)],
        [*FRESH, *ONE_HEIGHT, ("process_proposal", 1)],
        [*FRESH, *ONE_HEIGHT, ("commit", 1), ("finalize_block", 1)],
        [*FRESH, *ONE_HEIGHT, ("commit", 1), ("finalize_block", 3)],
        [("info", 0), ("apply_snapshot_chunk", 0)],
        [("info", 0), ("unknown", 0)],
    ],
)
def test_calls_out_of_order_are_noticed(calls: list[tuple[str, int]]) -> None:
    """INV-I10: the oracle itself can fail."""
    with pytest.raises(OutOfOrder):
        check_calls(calls)


def test_the_oracle_follows_one_process() -> None:
    """The next process starts at the beginning."""
    order = CallOrder()
    order.feed("info")
    assert order.state == "asked"


@pytest.mark.parametrize(("where", "height"), [("before", 0), ("torn", 0), ("after", 1)])
def test_the_disk_keeps_whole_records_only(where: str, height: int) -> None:
    """As the real block log does: a torn last write is cut when it is opened."""
    block = Chain().grow(1)[0].block
    disk = Disk()
    log = DiskLog(disk)
    log.crash_at = where
    with pytest.raises(Crashed):
        log.append(block)
    again = DiskLog(disk)
    assert again.height == height
    assert [one.header.height for one in again.blocks(1)] == [1][:height]
