# SPDX-License-Identifier: Apache-2.0
"""Which experiments there are, and how often each is done in the short and the long form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.faults import controls, cuts, deaths, liars, machines, peers, points, recovery
from tests.faults.scene import Act, Scene, play
from tests.faults.wiring import Namespaces, Relays
from tests.torture.kit import Row

FIRST_FOUR: Final = range(4)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to do."""

    is_short: bool
    scale: float = 1.0
    """How much of the long form to do."""

    def times(self, long: int) -> int:
        """Return how often to do something in the long form."""
        return max(1, round(long * self.scale))


Group = tuple[str, Callable[[], list[Row]]]


def experiments(plan: Plan) -> list[Group]:
    """Return all groups of experiments, by the word that selects them."""
    if plan.is_short:
        return [
            ("faults", _short_faults),
            ("points", _short_points),
            ("controls", lambda: [_control_places()]),
        ]
    return [
        ("kills", lambda: _each(plan, _KILLS)),
        ("pauses", lambda: _each(plan, _PAUSES)),
        ("cuts", lambda: _cuts(plan)),
        ("liars", lambda: _each(plan, _LIARS)),
        ("twin", lambda: [_twin(plan)]),
        ("peers", lambda: [_stranger()]),
        ("noise", lambda: _each(plan, _NOISE)),
        ("machines", lambda: _machines(plan)),
        ("recovery", lambda: _recovery(plan)),
        ("points", _points),
        ("crashes", lambda: _crashes(plan)),
        ("controls", _controls),
    ]


_KILLS: Final[list[tuple[str, Act, int]]] = [
    ("kill -9 of a node, its engine with it", deaths.kill_node, 30),
    ("kill -9 of an engine alone", deaths.kill_engine, 30),
    ("kill -9 of all four nodes at once", deaths.kill_all, 10),
    ("restart of every node in turn", deaths.restart_each, 5),
]
_PAUSES: Final[list[tuple[str, Act, int]]] = [
    ("pause of a node and its engine", deaths.pause_node, 10),
    ("pause of a node without its engine", deaths.pause_half, 10),
    ("pause of an engine without its node", deaths.pause_engine, 5),
    ("pause of three of four", deaths.pause_three, 3),
]
_LIARS: Final[list[tuple[str, Act, int]]] = [
    ("proposals no correct node makes, six kinds", liars.propose_badly, 5),
    ("proposals in another order", liars.propose_reversed, 5),
    ("proposals too large for a block", liars.propose_too_much, 3),
    ("two of four lie together", liars.two_accept_all, 5),
    ("three of four lie together (beyond what is promised)", liars.three_accept_all, 5),
    ("a wrong hash of the state on one node", liars.wrong_hash, 5),
]
_NOISE: Final[list[tuple[str, Act, int]]] = [
    ("garbage on the ABCI socket", deaths.garbage_to_engine_door, 5),
    ("too many lines to the ABCI socket", deaths.crowd_at_engine_door, 3),
    ("garbage and silent lines on the port for nodes", deaths.garbage_to_peers_door, 3),
    ("ten thousand lines to the port for nodes", deaths.ten_thousand_lines, 2),
]
_CUTS: Final[list[tuple[str, Act, int]]] = [
    ("3-1", cuts.cut_one, 10),
    ("2-2", cuts.cut_in_half, 10),
    ("all apart", cuts.cut_all, 3),
    ("3-1, and the one is killed", cuts.cut_and_kill, 5),
]
_ROWS: Final[list[tuple[str, Act, int]]] = [
    ("start with an empty ledger beside a full engine (A = 0)", recovery.ledger_of_nothing, 3),
    ("start with an older ledger (A < S)", recovery.ledger_older, 5),
    ("start with both equal (A = S)", recovery.both_equal, 3),
    ("start with an older engine (A > S)", recovery.engine_older, 3),
    ("start with no engine's home (A > S)", recovery.engine_gone, 3),
]


def _each(plan: Plan, acts: list[tuple[str, Act, int]]) -> list[Row]:
    return [play(Scene(name, (act,)), plan.times(times)) for name, act, times in acts]


def _cuts(plan: Plan) -> list[Row]:
    rows = []
    refusal = Namespaces.refusal()
    for name, act, times in _CUTS:
        scene = Scene(f"cut by relays, {name}", (act,), wiring=Relays)
        rows.append(play(scene, plan.times(times)))
        title = f"cut by network namespaces, {name}"
        if refusal:
            rows.append(Row(title, not_run=refusal))
            continue
        scene = replace(scene, name=title, wiring=lambda: Namespaces(4))
        rows.append(play(scene, plan.times(times)))
    return rows


def _twin(plan: Plan) -> Row:
    scene = Scene(
        "two nodes vote with one key",
        (liars.twin,),
        others=1,
        before=liars.make_twin,
        judged=lambda _: FIRST_FOUR,
    )
    rows = [play(scene, 1, seed=seed) for seed in range(1, plan.times(3) + 1)]
    return _sum(rows)


def _stranger() -> Row:
    scene = Scene(
        "a node that nobody registered",
        (peers.stranger,),
        others=1,
        before=peers.make_stranger,
        judged=lambda _: FIRST_FOUR,
    )
    return play(scene, 1)


def _machines(plan: Plan) -> list[Row]:
    rows = [
        play(Scene("a slow disk: syncs take 200 ms more", (machines.slow_disk,)), plan.times(5))
    ]
    name = "a full disk on one node"
    if machines.may_mount():
        rows.append(play(Scene(name, (machines.full_disk,)), plan.times(3)))
    else:
        rows.append(Row(name, not_run="mounting a small file system needs root"))
    clocks = [
        ("the ledger's clock of one node 90 s off", machines.own_clock_wrong),
        ("the ledger's clocks of two nodes 90 s off", machines.two_own_clocks_wrong),
    ]
    rows += [play(Scene(name, (act,)), plan.times(4)) for name, act in clocks]
    engines = [
        ("clocks of one node and its engine 90 s ahead", machines.engine_ahead),
        ("clocks of one node and its engine 90 s behind", machines.engine_behind),
    ]
    for name, act in engines:
        if machines.build_shifted_engine() is None:
            rows.append(Row(name, not_run="an engine with another clock cannot be built here"))
        else:
            rows.append(play(Scene(name, (act,)), plan.times(4)))
    return rows


def _recovery(plan: Plan) -> list[Row]:
    rows = _each(plan, _ROWS)
    scene = Scene(
        "all die before their first block is durable",
        (recovery.crash_before_first_commit,),
        starts=False,
        is_loaded=False,
    )
    return [*rows, _sum([play(scene, 1, seed=seed) for seed in range(1, plan.times(3) + 1)])]


def _points() -> list[Row]:
    indices = range(points.FAIL_POINTS)
    return [
        points.fail_points("the engine at its own fail points, one node", indices, voters=1),
        points.fail_points("the engine at its own fail points, four nodes", indices, voters=4),
    ]


def _crashes(plan: Plan) -> list[Row]:
    places = points.list_places()
    name = "kill at every write of a block"
    return [
        points.crash_at_places(f"{name}, one node", places, plan.times(5), voters=1),
        points.crash_at_places(f"{name}, four nodes", places, plan.times(1), voters=4),
    ]


def _control_places() -> Row:
    scene = Scene(
        "control: answers with a wrong place",
        (controls.nothing,),
        options=("--plant", "wrong_place"),
        must_catch="LOST",
    )
    return play(scene, 1)


def _controls() -> list[Row]:
    check = Scene(
        "control: answers before anything is decided",
        (controls.nothing,),
        options=("--plant", "ack_on_check"),
        must_catch="LOST",
    )
    differs = Scene(
        "control: one node executes differently",
        (controls.one_differs,),
        must_catch="node 0 ended",
    )
    again = Scene(
        "control: nonces forgotten at a restart",
        (controls.submit_again_after_restart,),
        is_loaded=False,
        must_catch="TWICE",
    )
    return [_control_places(), *(play(scene, 1) for scene in (check, differs, again))]


def _short_faults() -> list[Row]:
    acts = (
        deaths.kill_node,
        cuts.cut_one,
        cuts.cut_in_half,
        liars.propose_badly,
        deaths.kill_engine,
        liars.wrong_hash,
    )
    return [play(Scene("six faults of one network", acts, wiring=Relays), 1)]


def _short_points() -> list[Row]:
    name = "the engine at its first fail points"
    return [points.fail_points(name, range(4), voters=1)]


def _sum(rows: list[Row]) -> Row:
    first = rows[0]
    for row in rows[1:]:
        first.trials += row.trials
        first.violations += row.violations
        for name, value in row.facts.items():
            known = first.facts.get(name, 0)
            if isinstance(known, int | float) and isinstance(value, int | float):
                first.facts[name] = known + value
    return first
