# SPDX-License-Identifier: Apache-2.0
"""Batches: one root for many records, any of which can be shown to be in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Integer,
    Label,
    Name,
    action,
    digest_of,
    query,
)
from tallystick.contracts.parts import Batch, Batches, BatchTree, NewBatch, NotInBatch, leaf_digest
from tallystick.encoding import Value
from tallystick.errors import InvalidValue, Malformed
from tallystick.merkle import LogTree, log_root
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

LABEL = Label(zh="做", en="Do")
PLANT = make_signer(member="plant")
COPYIST = make_signer(organization="911100001000000059", member="copyist")
READINGS = [digest_of("reading", "meter-7", hour, 40 + hour) for hour in range(7)]


class Meters(Contract, name="meters", version=1):
    """Every method of batches."""

    readings = Batches(label=Label(zh="读数", en="Readings"))

    @action(role=ANY_MEMBER, label=LABEL)
    def add(self, ctx: Context, batch: Name, new: NewBatch) -> None:
        """Add."""
        self.readings.add(ctx, batch, new)

    @action(role=ANY_MEMBER, label=LABEL)
    def bill(
        self, ctx: Context, batch: Name, hour: Integer, value: Integer, path: list[Name]
    ) -> None:
        """Use a reading that is in the batch."""
        leaf = digest_of("reading", "meter-7", hour, value)
        self.readings.check_member(batch, leaf, hour, path)

    @query
    def shown(self, batch: Name, leaf: Digest, index: Integer, path: list[Digest]) -> Integer:
        """Return the total of the batch that the record is in."""
        return self.readings.check_member(batch, leaf, index, path).total


class NoTiles:
    """For logs so small that all of them is in memory."""

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Have none."""
        raise AssertionError((level, index, width))


def new(tree: BatchTree, **changes: Value) -> dict[str, Value]:
    """Return a batch as its owner states it."""
    base: dict[str, Value] = {
        "kind": "reading",
        "root": tree.root,
        "count": tree.count,
        "total": 301,
        "first_at": 100,
        "last_at": 700,
    }
    return base | changes


def anchored(tree: BatchTree) -> LedgerHarness:
    """Return a ledger with the tree's root as B."""
    ledger = LedgerHarness(Meters)
    done = ledger.run("add", PLANT, batch="B", new=new(tree))
    assert done.code == "ok"
    return ledger


@given(
    st.lists(st.binary(max_size=9).map(leaf_digest), min_size=1, max_size=40, unique=True),
    st.data(),
)
def test_every_record_of_a_batch_can_be_shown_and_at_no_other_place(
    leaves: list[str], data: st.DataObject
) -> None:
    """Whatever the number of records; at another place, or another record, it is refused."""
    tree = BatchTree(leaves)
    ledger = anchored(tree)
    index = data.draw(st.integers(0, len(leaves) - 1))
    shown: dict[str, Value] = {"batch": "B", "leaf": leaves[index], "path": [*tree.path(index)]}
    assert ledger.query("shown", index=index, **shown) == 301
    other = data.draw(st.integers(-1, len(leaves)).filter(lambda place: place != index))
    with pytest.raises(NotInBatch):
        ledger.query("shown", index=other, **shown)
    with pytest.raises(NotInBatch):
        ledger.query("shown", index=index, **(shown | {"leaf": leaf_digest(b"0123456789")}))


@given(st.lists(st.binary(max_size=9).map(leaf_digest), max_size=70))
def test_root_and_paths_are_those_of_rfc_9162(leaves: list[str]) -> None:
    """As the log makes them, which is held against vectors of others."""
    tree, hashes = BatchTree(leaves), [bytes.fromhex(leaf) for leaf in leaves]
    log = LogTree(NoTiles())
    log.append(hashes)
    assert tree.root == log_root(hashes).hex()
    for index in range(len(leaves)):
        assert [*tree.path(index)] == [one.hex() for one in log.inclusion_proof(index)]


def test_one_changed_unit_in_a_record_fails() -> None:
    """E_HASH: the leaf is made here of what the record is said to be."""
    tree = BatchTree(READINGS)
    ledger = anchored(tree)
    path: list[Value] = [*tree.path(3)]
    assert ledger.run("bill", PLANT, batch="B", hour=3, value=43, path=path).code == "ok"
    refused = ledger.run("bill", PLANT, batch="B", hour=3, value=44, path=path)
    assert (refused.code, refused.result) == ("E_HASH", {"batch": "B", "index": 3})


@pytest.mark.parametrize("path", [[], ["zz" * 32], ["00"], ["00" * 32] * 9])
def test_a_path_that_is_none_is_refused_like_a_wrong_one(path: list[Value]) -> None:
    """Too short, too long, no digests: E_HASH."""
    ledger = anchored(BatchTree(READINGS))
    assert ledger.run("bill", PLANT, batch="B", hour=3, value=43, path=path).code == "E_HASH"


def test_count_and_total_are_bound_by_the_record() -> None:
    """They stand beside the root, signed and announced; another count makes every path fail."""
    tree = BatchTree(READINGS)
    ledger = anchored(tree)
    (batch,) = kept(ledger, "readings_batches", Batch)
    assert (batch.count, batch.total, batch.organization) == (7, 301, PLANT.organization)
    lying = LedgerHarness(Meters)
    announced = lying.run("add", PLANT, batch="B", new=new(tree, count=4)).events[0].fields
    assert (announced["count"], announced["total"]) == (4, 301)
    path: list[Value] = [*tree.path(3)]
    assert lying.run("bill", PLANT, batch="B", hour=3, value=43, path=path).code == "E_HASH"


def test_the_same_records_are_not_anchored_twice() -> None:
    """E_DUP under the same id and under another, so that nothing is counted twice."""
    tree = BatchTree(READINGS)
    ledger = anchored(tree)
    again = ledger.run("add", PLANT, batch="B2", new=new(tree))
    assert (again.code, again.result) == ("E_DUP", {"kind": "reading", "batch": "B"})
    assert ledger.run("add", PLANT, batch="B", new=new(BatchTree(READINGS[:3]))).code == "E_DUP"
    assert ledger.run("add", PLANT, batch="C", new=new(tree, kind="copy")).code == "ok"


def test_nobody_can_anchor_anothers_records_first_and_shut_it_out() -> None:
    """A root is seen before its block: of who copies it, the batch is its own, and says so."""
    tree = BatchTree(READINGS)
    ledger = LedgerHarness(Meters)
    assert ledger.run("add", COPYIST, batch="A", new=new(tree)).code == "ok"
    assert ledger.run("add", PLANT, batch="B", new=new(tree)).code == "ok"
    again = ledger.run("add", PLANT, batch="B2", new=new(tree))
    assert (again.code, again.result) == ("E_DUP", {"kind": "reading", "batch": "B"})


def test_a_batch_has_records_and_a_period() -> None:
    """An empty one, and one that ends before it begins, are E_VALUE; an unknown one E_MISSING."""
    ledger = LedgerHarness(Meters)
    empty = new(BatchTree([]))
    assert ledger.run("add", PLANT, batch="B", new=empty).code == "E_VALUE"
    backwards = new(BatchTree(READINGS), last_at=99)
    assert ledger.run("add", PLANT, batch="B", new=backwards).code == "E_VALUE"
    assert ledger.run("bill", PLANT, batch="B", hour=0, value=0, path=[]).code == "E_MISSING"


def test_a_tree_is_built_of_digests_and_has_paths_for_its_records_only() -> None:
    """Anything else is refused before anything is signed."""
    with pytest.raises(Malformed, match="64 hexadecimal digits"):
        BatchTree(["00"])
    for index in (-1, 7):
        with pytest.raises(InvalidValue, match="no such place"):
            BatchTree(READINGS).path(index)
