# SPDX-License-Identifier: Apache-2.0
"""For every history: a rebuild equals following, however the blocks are grouped."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given, settings

from tallystick.encoding import Value, encode
from tallystick.model import Event
from tallystick.views import Projector, Views
from tests.unit.views.chain import BANK, CLERK, COURT, GENESIS, SPECS, TELLER, Chain, Deed, item
from tests.unit.views.dump import dump

KEYS = st.integers(0, 4)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.lists(st.integers(0, 3), max_size=2),
    st.dictionaries(st.text("ab", min_size=1, max_size=2), st.binary(max_size=2), max_size=2),
)
FAULTS = st.dictionaries(
    st.sampled_from(["title", "size", "is_new", "seal", "origin", "tags", "unknown", "id"]),
    VALUES,
    max_size=2,
)


@st.composite
def records(draw: st.DrawFn) -> bytes | None:
    """Return a record's bytes, sometimes of the wrong form, or None to delete."""
    if draw(st.booleans()):
        return None
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=3))
    return encode(item(draw(KEYS), **draw(FAULTS)))


@st.composite
def any_deed(draw: st.DrawFn) -> Deed:
    """Return a transaction that does something to a few records."""
    writes = {
        f"shop/items/IT-{draw(KEYS):04}".encode(): draw(records())
        for _ in range(draw(st.integers(0, 3)))
    }
    signer, organization = draw(st.sampled_from([(CLERK, COURT), (TELLER, BANK)]))
    return Deed(
        args=draw(st.dictionaries(st.text("xy", max_size=2), VALUES, max_size=2)),
        method=draw(st.sampled_from(["sell", "buy"])),
        signer=signer,
        organization=organization,
        code=draw(st.sampled_from(["ok", "E_DUP"])),
        events=tuple(
            Event(name, {"id": draw(VALUES)})
            for name in draw(st.lists(st.sampled_from(["shop.Sold", "shop.Kept"]), max_size=2))
        ),
        writes=writes,
    )


HISTORIES = st.lists(st.lists(any_deed(), max_size=3), max_size=6)


@settings(max_examples=settings().max_examples // 3)
@given(history=HISTORIES, cuts=st.sets(st.integers(1, 5)))
def test_a_rebuild_equals_following(history: list[list[Deed]], cuts: set[int]) -> None:
    """Rows, numbers, counts: all the same, whether in groups, one by one, or anew."""
    chain = Chain()
    for block in history:
        chain.add(*block)
    with tempfile.TemporaryDirectory() as folder:
        grouped, single = (f"sqlite:///{Path(folder) / name}" for name in ("a", "b"))
        with Projector(grouped, GENESIS, SPECS) as projector:
            edges = [0, *sorted(cut for cut in cuts if cut < len(history)), len(history)]
            for first, last in pairwise(edges):
                projector.apply(chain.blocks[first:last])
        with Projector(single, GENESIS, SPECS) as projector:
            for one in chain.blocks:
                projector.apply([one])
        expected = dump(single)
        assert dump(grouped) == expected
        with Projector(grouped, GENESIS, SPECS) as projector:
            projector.reset()
            projector.apply(chain.blocks)
        assert dump(grouped) == expected
        _check_counts(grouped, expected)


def _check_counts(url: str, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Counts that are kept equal counts that are counted."""
    views = Views(url)
    counts = views.counts()
    views.close()
    assert counts.transactions == len(rows["log"]) == sum(one.count for one in counts.methods)
    assert counts.events == len(rows["events"])
    assert counts.records["shop.items"] == len(rows["shop__items"])
