# SPDX-License-Identifier: Apache-2.0
"""Which experiments there are, and how often each is done in the short and the long form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.torture import damage, faults, images, kills, power, site_kills, twins
from tests.torture.kit import Row
from tests.torture.sites import has_strace

KILLS_A_SITE: Final = 20
"""How often a node is killed at each kind of call on each kind of file, in the long form."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to do."""

    is_short: bool
    processes: int
    scale: float = 1.0
    """How much of the long form to do."""

    def times(self, short: int, long: int) -> int:
        """Return how often to do something."""
        return short if self.is_short else max(short, int(long * self.scale))


Group = tuple[str, Callable[[], list[Row]]]


def experiments(plan: Plan) -> list[Group]:
    """Return all groups of experiments, by the word that selects them."""
    return [
        ("sites", lambda: _sites(plan)),
        ("kills", lambda: _kills(plan)),
        ("children", lambda: _children(plan)),
        ("controls", lambda: _controls(plan)),
        ("power", lambda: _power(plan)),
        ("faults", lambda: _faults(plan)),
        ("images", lambda: _images(plan)),
        ("twins", lambda: _twins(plan)),
        ("damage", lambda: _damage(plan)),
    ]


def _sites(plan: Plan) -> list[Row]:
    strikes = site_kills.list_strikes() if has_strace() else []
    if plan.is_short:
        strikes = [strike for strike in strikes if strike.is_core]
    return [site_kills.kill_at_sites(strikes, plan.times(1, KILLS_A_SITE), plan.processes)]


def _kills(plan: Plan) -> list[Row]:
    return [
        kills.kill_at_random(plan.times(5, 100), plan.processes),
        kills.kill_one_process_at_random(plan.times(10, 250), plan.processes),
    ]


def _children(plan: Plan) -> list[Row]:
    return [
        kills.kill_children(child, plan.times(1, 5), plan.processes) for child in kills.CHILDREN
    ]


def _controls(plan: Plan) -> list[Row]:
    times, processes = plan.times(6, 12), plan.processes
    return [
        kills.plant_and_kill("ack_before_write", times, must_catch=True, processes=processes),
        kills.plant_and_kill("store_ahead", times, must_catch=True, processes=processes),
        kills.plant_and_kill("no_data_sync", times, must_catch=False, processes=processes),
        kills.plant_no_replay_guard(),
    ]


def _power(plan: Plan) -> list[Row]:
    processes = plan.processes
    rows = [
        power.cut_often("ext4", plan.times(6, 120), processes),
        power.cut_often("xfs", plan.times(4, 80), processes),
    ]
    return [
        *rows,
        power.cut_often("ext4", plan.times(4, 10), processes, "no_data_sync"),
        power.cut_often("xfs", plan.times(2, 10), processes, "no_data_sync"),
    ]


def _faults(plan: Plan) -> list[Row]:
    strikes = site_kills.list_strikes() if has_strace() else []
    times, processes = plan.times(1, 3), plan.processes
    errors = ("EIO",) if plan.is_short else ("EIO", "ENOSPC", "EINTR")
    return [
        *(faults.fail_at_sites(strikes, error, times, processes) for error in errors),
        faults.fail_in_recovery(strikes, times, processes),
        faults.fill_disk(plan.times(3, 24), processes),
        faults.limit_file_size(plan.times(2, 12), processes),
        faults.plant_ignored_fault(strikes, processes),
    ]


def _twins(plan: Plan) -> list[Row]:
    processes = plan.processes
    return [
        twins.race(plan.times(1, 10), processes),
        twins.race(1, 1, "no_lock"),
        twins.jump_clocks(plan.times(2, 20), processes),
    ]


def _damage(plan: Plan) -> list[Row]:
    if plan.is_short:
        return damage.damage_everything(10, 10, 3, plan.processes)
    return damage.damage_everything(200, 200, 30, plan.processes)


def _images(plan: Plan) -> list[Row]:
    processes = plan.processes
    return [
        images.check_images(plan.times(30, 500), processes),
        images.check_images(plan.times(12, 40), processes, "no_folder_sync"),
        images.check_images(plan.times(8, 40), processes, "no_data_sync"),
    ]
