# SPDX-License-Identifier: Apache-2.0
"""The state of an older block is proven from the recorded writes, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.errors import Corrupted, NotFound, Overloaded
from tallystick.membership import genesis_writes
from tallystick.merkle import EMPTY_LOG_ROOT, StateTree, verify_absence, verify_value
from tallystick.model import Block, BlockHeader, encode_write_set, open_checkpoint
from tallystick.node import Node, NodeConfig, StateProved, create_network, open_node
from tallystick.node.history import History, tree_of
from tallystick.node.published import Published
from tests.factories import COURT, LOG_KEY, START, MemoryStore, make_genesis
from tests.unit.node.node_kit import GENESIS, NETWORK, commit, deposit

KEYS = (b"evidence/a/1", b"evidence/a/2", b"evidence/a/3", b"membership/keys/x")
COURT_KEY = f"membership/organizations/{COURT}".encode()
Writes = dict[bytes, bytes | None]

blocks_of_writes = st.lists(
    st.lists(st.dictionaries(st.sampled_from(KEYS), st.none() | st.binary(max_size=3)), max_size=3),
    min_size=1,
    max_size=8,
)


class Shelf:
    """Storage under a tree that is never emptied."""

    def read_page(self, prefix: bytes) -> bytes | None:
        """Return nothing."""
        return None


class Chain:
    """Blocks with given writes, their true roots, and what every key was at every height."""

    def __init__(self, written: list[list[Writes]]) -> None:
        self.blocks: list[Block] = []
        self.values: list[dict[bytes, bytes]] = [{}]
        self.readings = 0
        founding = genesis_writes(make_genesis())
        state, membership = StateTree(Shelf()), StateTree(Shelf())
        membership.update(founding)
        values = {key: value for key, value in founding.items() if value is not None}
        for height, write_sets in enumerate(written, 1):
            for writes in write_sets:
                is_membership = [key for key in writes if key.startswith(b"membership/")]
                membership.update({key: writes[key] for key in is_membership})
                state.update({key: writes[key] for key in writes.keys() - is_membership})
                values.update({key: value for key, value in writes.items() if value is not None})
                values = {key: values[key] for key in values if writes.get(key, b"") is not None}
            header = BlockHeader(
                height, bytes(32), START, 0, EMPTY_LOG_ROOT, state.root, membership.root, bytes(32)
            )
            sets = tuple(encode_write_set(writes) for writes in write_sets)
            self.blocks.append(Block(header, header.encode(), (), (), sets))
            self.values.append(dict(values))

    def read(self, first: int) -> Iterator[Block]:
        """Yield blocks as the block log does."""
        self.readings += 1
        yield from self.blocks[first - 1 :]

    def history(self) -> History:
        """Return the history of these blocks."""
        return History(
            make_genesis(),
            self.read,
            lambda header: Published(NETWORK, header, MemoryStore(), LOG_KEY).checkpoint,
        )


def check(key: bytes, proved: StateProved, *, height: int) -> None:
    """Verify as a stranger would: from the signed checkpoint alone."""
    checkpoint = open_checkpoint(proved.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    assert checkpoint.height == height
    is_membership = key.startswith(b"membership/")
    root = checkpoint.membership_root if is_membership else checkpoint.state_root
    if proved.value is None:
        verify_absence(root, key, proved.proof)
    else:
        verify_value(root, key, proved.value, proved.proof)


@settings(max_examples=60, deadline=None)
@given(blocks_of_writes)
def test_every_key_is_proven_at_every_height(written: list[list[Writes]]) -> None:
    """Written, written again, deleted, never there; in both trees."""
    chain = Chain(written)
    history = chain.history()
    for height in range(len(written) + 1):
        for key in (*KEYS, COURT_KEY, b"evidence/never"):
            proved = history.prove(key, height)
            assert proved.value == chain.values[height].get(key)
            check(key, proved, height=height)


def test_several_keys_at_one_height_cost_it_once() -> None:
    """The trees made last are kept."""
    chain = Chain([[{KEYS[0]: b"1"}], [{KEYS[0]: b"2"}], []])
    history = chain.history()
    for key in KEYS:
        history.prove(key, 2)
    assert chain.readings == 1
    assert history.prove(KEYS[0], 1).value == b"1"
    assert history.prove(KEYS[0], 2).value == b"2"
    assert chain.readings == 3


def test_only_one_height_is_made_at_a_time() -> None:
    """Whoever comes meanwhile for another one is asked to come again."""
    chain = Chain([[{KEYS[0]: b"1"}], [{KEYS[0]: b"2"}]])
    history = chain.history()
    refused: list[Overloaded] = []
    read = chain.read

    def read_and_ask(first: int) -> Iterator[Block]:
        for block in read(first):
            with pytest.raises(Overloaded) as error:
                history.prove(KEYS[0], 1)
            refused.append(error.value)
            yield block

    history._blocks = read_and_ask
    assert history.prove(KEYS[0], 2).value == b"2"
    assert len(refused) == 2
    history._blocks = read
    assert history.prove(KEYS[0], 1).value == b"1"


@pytest.mark.parametrize("key", [KEYS[0], KEYS[3]])
def test_recorded_writes_that_do_not_lead_to_the_root_prove_nothing(key: bytes) -> None:
    """A write set that was altered, or a header of another chain."""
    chain = Chain([[{KEYS[0]: b"1"}], []])
    altered = encode_write_set({KEYS[0]: b"1", key: b"other"})
    chain.blocks[0] = replace(chain.blocks[0], write_sets=(altered,))
    history = chain.history()
    with pytest.raises(Corrupted, match="root"):
        history.prove(KEYS[1], 2)
    with pytest.raises(Corrupted, match="root"):
        history.prove(KEYS[1], 2)


def test_a_log_that_ends_too_early_proves_nothing() -> None:
    """Its last header is not the one asked for."""
    chain = Chain([[], []])
    chain.blocks.pop()
    with pytest.raises(Corrupted, match="ends"):
        chain.history().prove(KEYS[0], 2)
    chain.blocks.pop()
    with pytest.raises(Corrupted, match="ends"):
        chain.history().prove(KEYS[0], 2)


# --- a node ---------------------------------------------------------------------------------------


@pytest.fixture
def open_again(tmp_path: Path) -> Iterator[Callable[[], Node]]:
    """Return what opens a node on one new folder, again and again."""
    create_network(tmp_path / "node", GENESIS, LOG_KEY)
    opened: list[Node] = []

    def started() -> Node:
        for earlier in opened:
            earlier.stop()
        node = open_node(
            NodeConfig(data=tmp_path / "node", workers=False, clock=lambda: START + 1_000)
        )
        opened.append(node)
        node.start()
        return node

    yield started
    opened[-1].stop()


def test_a_node_proves_older_states_under_checkpoints_of_their_heights(
    open_again: Callable[[], Node],
) -> None:
    """Before a key existed, from then on, at genesis, and after a restart."""
    node = open_again()
    for number in range(3):
        commit(node, deposit(number))
    key = b"evidence/deposits/EV-2023-000002"
    for _ in range(2):
        values = [node.prove_state(key, height) for height in range(4)]
        for height, proved in enumerate(values):
            check(key, proved, height=height)
        assert [proved.value is not None for proved in values] == [False, False, True, True]
        assert node.prove_state(key) == values[3]
        node = open_again()


def test_the_members_of_an_older_height_are_proven_too(open_again: Callable[[], Node]) -> None:
    """They stand under the membership root; before the first block under no root at all."""
    node = open_again()
    assert node.prove_state(COURT_KEY).value is None
    check(COURT_KEY, node.prove_state(COURT_KEY), height=0)
    for number in range(2):
        commit(node, deposit(number))
    assert node.prove_state(COURT_KEY, 0).value is None
    for height in (1, 2, None):
        proved = node.prove_state(COURT_KEY, height)
        assert proved.value is not None
        check(COURT_KEY, proved, height=height or 2)


@pytest.mark.parametrize("height", [-1, 2, 10**9])
def test_heights_that_are_not_there_are_not_found(
    open_again: Callable[[], Node], height: int
) -> None:
    """The future proves nothing."""
    node = open_again()
    commit(node, deposit(1))
    with pytest.raises(NotFound, match=f"no block {height}"):
        node.prove_state(KEYS[0], height)


def test_a_key_stands_in_one_tree() -> None:
    """Only the prefix with its slash counts."""
    assert tree_of(b"membership/x") != tree_of(b"membershipx/x")
