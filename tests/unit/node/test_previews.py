# SPDX-License-Identifier: Apache-2.0
"""Previews run beside the commits: on one state, for a bounded time, and leaving no trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tallystick.encoding import decode
from tallystick.errors import Overloaded, Unavailable
from tallystick.execution import ContractRunner
from tallystick.industries.evidence import Evidence
from tallystick.ledger import Tree
from tallystick.model import Call
from tallystick.node import Caller, Node, RegisterShown, previews
from tallystick.node.previews import AT_ONCE_MAX, PreviewDesk, PreviewParts, Reads
from tallystick.units import TimeMs
from tests.factories import CLERK, COURT, LIFETIME, START, MemoryStore
from tests.unit.api.fake_node import FakeNode, deposit_args, signed
from tests.unit.node import node_kit
from tests.unit.node.node_kit import (
    NETWORK,
    PERIOD,
    clock,
    commit,
    deposit,
    engine,
    folder,
    solo_only,
    start,
)

__all__ = ["clock", "engine", "folder", "start"]

SIGNATORY = Caller(COURT, CLERK.public_key)
COUNTER = b"evidence/_counters/EV-2023"


class MovingStore(MemoryStore):
    """A store that takes another block's changes while a call reads it."""

    def __init__(self, other: MemoryStore) -> None:
        """Hold what another one holds."""
        super().__init__(other.values, other.pages, other.tiles, other.header)
        self.on_read: Iterator[Callable[[], None]] = iter(())

    def get(self, tree: Tree, key: bytes, /) -> bytes | None:
        """Return a value, and let the next change happen."""
        found = super().get(tree, key)
        next(self.on_read, lambda: None)()
        return found


def call_of(node: FakeNode, number: int = 1) -> Call:
    """Return a deposit."""
    until = TimeMs(START + LIFETIME)
    return Call(node.network, "evidence", "deposit", deposit_args(number), 0, until)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node with one deposit."""
    node = FakeNode(tmp_path)
    node.submit([signed("deposit", deposit_args(1), nonce=1)])
    yield node
    node.close()


def desk_on(
    node: FakeNode, store: MemoryStore, register: Callable[[], RegisterShown] | None = None
) -> PreviewDesk:
    """Return a desk of a node that reads another store, or another register."""
    return PreviewDesk(
        PreviewParts(
            genesis=node.genesis,
            genesis_hash=bytes(32),
            runner=ContractRunner((Evidence,)),
            store=store,
            register=register or node.register,
            clock=lambda: node.now,
        )
    )


def test_a_call_whose_records_change_under_it_is_tried_again(node: FakeNode) -> None:
    """What it answers rests on the state after, not on a mixture of both."""
    store = MovingStore(node.store)
    desk = desk_on(node, store)

    def change() -> None:
        node.submit([signed("deposit", deposit_args(2), nonce=2)])

    for reads in range(1, 5):
        store.on_read = iter([lambda: None] * reads + [change])
        told = desk.preview(call_of(node, 2), SIGNATORY)
        alone = node.contract_desk.previews.preview(call_of(node, 2), SIGNATORY)
        assert told.execution == alone.execution
        assert told.execution.code == "E_DUP"


def test_changes_of_other_records_do_not_matter(node: FakeNode) -> None:
    """The call is tried once, however many blocks come meanwhile."""
    store = MovingStore(node.store)
    touched = (Tree.STATE, b"evidence/elsewhere/1")
    changes = [lambda: store.values.update({touched: b"\xf6"})] * 50
    store.on_read = iter(changes)
    told = desk_on(node, store).preview(call_of(node, 3), SIGNATORY)
    assert told.execution.code == "ok"


def test_a_call_whose_records_change_all_the_time_is_given_up(node: FakeNode) -> None:
    """The caller comes again later; the node does not try for ever."""
    store = MovingStore(node.store)
    key = (Tree.STATE, COUNTER)
    values = [b"\xa1dlast\x18" + bytes([number]) for number in range(100, 200)]
    store.on_read = iter([partial(store.values.__setitem__, key, value) for value in values])
    with pytest.raises(Overloaded, match="faster than it can be tried"):
        desk_on(node, store).preview(call_of(node, 3), SIGNATORY)


def test_members_and_records_are_of_one_block(node: FakeNode) -> None:
    """A register that is not that of the newest block is asked for again."""
    shown = node.register()
    other = RegisterShown(shown.height, shown.time, bytes(32), shown.register)
    answers = [other, shown]
    told = desk_on(node, node.store, lambda: answers.pop(0)).preview(call_of(node, 2), SIGNATORY)
    assert (told.execution.code, answers) == ("ok", [])
    with pytest.raises(Overloaded):
        desk_on(node, node.store, lambda: other).preview(call_of(node, 2), SIGNATORY)


def test_a_call_may_not_read_for_ever(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of this attempt, which no contract can catch, and no outcome."""
    monkeypatch.setattr(previews, "RUN_SECONDS", -1.0)
    with pytest.raises(Unavailable, match="too long"):
        node.contract_desk.previews.preview(call_of(node, 2), SIGNATORY)


def test_only_so_many_run_at_once(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share the interpreter with the commits; who comes too many is told to come again."""
    monkeypatch.setattr(previews, "TURN_SECONDS", 0.0)
    store, all_in, go_on = MovingStore(node.store), threading.Barrier(AT_ONCE_MAX + 1), []
    gate = threading.Event()

    def wait() -> None:
        all_in.wait(30)
        gate.wait(30)
        go_on.append(True)

    store.on_read = iter([wait] * AT_ONCE_MAX)
    desk = desk_on(node, store)
    with ThreadPoolExecutor(AT_ONCE_MAX) as pool:
        running = [
            pool.submit(desk.preview, call_of(node, 2), SIGNATORY) for _ in range(AT_ONCE_MAX)
        ]
        all_in.wait(30)
        with pytest.raises(Overloaded, match="too many"):
            desk.preview(call_of(node, 2), SIGNATORY)
        gate.set()
        assert {one.result(30).execution.code for one in running} == {"ok"}
    assert desk.preview(call_of(node, 2), SIGNATORY).execution.code == "ok"


def test_what_was_walked_through_holds_for_its_block_only() -> None:
    """A scan is not read again, so no block may have come; nor does it go on for ever."""
    store = MemoryStore({(Tree.STATE, b"a/b/1"): b"one", (Tree.STATE, b"a/b/2"): b"two"})
    reads = Reads(store, float("inf"))
    assert list(reads.scan(b"a/b/", b"a/b/1")) == [(b"a/b/2", b"two")]
    assert reads.holds(is_same_block=True)
    assert not reads.holds(is_same_block=False)
    assert reads.get(b"a/b/1") == b"one"
    store.values[Tree.STATE, b"a/b/1"] = b"three"
    assert not reads.holds(is_same_block=True)
    with pytest.raises(Unavailable):
        list(Reads(store, 0.0).scan(b"a/", b""))


@solo_only
def test_previews_beside_commits_change_nothing(start: Callable[..., Node], tmp_path: Path) -> None:
    """The blocks are those of a node that nobody asked; each preview rests on one state."""
    count = 25
    node = start()
    stop = threading.Event()

    def ask() -> int:
        asked = 0
        while not stop.is_set() or not asked:
            call = Call(*(NETWORK, "evidence", "deposit", deposit_args(900)), 0, TimeMs(PERIOD.end))
            told = node.contract_desk.previews.preview(call, SIGNATORY)
            before = told.before[COUNTER]
            last: Any = {"last": 0} if before is None else decode(before)
            result: Any = told.execution.result
            assert result["id"] == f"EV-2023-{last['last'] + 1:06d}"
            assert told.execution.writes[COUNTER] is not None
            asked += 1
        return asked

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        for number in range(count):
            commit(node, deposit(number))
        stop.set()
        assert all(one.result(60) for one in asking)
    asked, roots = node.status(), node.block(count).header
    node.stop()
    other = tmp_path / "other"
    node_kit.found(other, "solo")
    alone = start(data=other)
    for number in range(count):
        commit(alone, deposit(number))
    assert alone.block(count).header == roots
    assert alone.status().app_hash == asked.app_hash
