# SPDX-License-Identifier: Apache-2.0
"""The trace tells what happened in the contract's own words: calls, reads, writes, refusals."""

from __future__ import annotations

import pytest

from tallystick.encoding import encode
from tallystick.testing import Net, rejected, with_contracts
from tallystick.testing.trace import SHOWN_MAX, Step, tell
from tests.unit.testing.parcels import Box, Parcels, TooHeavy

pytestmark = with_contracts(Parcels, Box)


def test_a_call_shows_arguments_reads_writes_events_and_result(net: Net) -> None:
    """Keys and values are decoded; the counter of ids shows as what it is."""
    core = net.org("core")
    core.post.parcels.send(to=core, weight=1, labels=["x"])
    lines = net.trace().splitlines()
    parcel = (
        f"{{id='PA-2026-000001', sender='{core.code}', receiver='{core.code}', weight=1, due=None, "
    )
    assert lines[0] == (
        f"core/clerk post.parcels.send(to='{core.code}', weight=1, labels=['x'])  [block 1]"
    )
    assert lines[1:3] == [
        "  read   post.parcels._counters PA-2026: None",
        "  read   post.parcels.parcels PA-2026-000001: None",
    ]
    assert lines[3] == "  write  + post.parcels._counters PA-2026: {last=1}"
    assert lines[4].startswith(f"  write  + post.parcels.parcels PA-2026-000001: {parcel}")
    assert lines[5] == (
        f"  event  post.parcels.Sent: {core.code} sent PA-2026-000001 to {core.code}."
    )
    assert lines[6].startswith(f"  result {parcel}")
    assert lines[7] == "state, before and after:"


def test_a_refusal_shows_its_facts_and_the_line_that_refused(net: Net) -> None:
    """`file:line` is in the contract, not in the platform."""
    core = net.org("core")
    with rejected(TooHeavy):
        core.post.parcels.send(to=core, weight=2000)
    with rejected("E_MISSING"):
        core.post.parcels.lose("x")
    text = net.trace()
    assert "  refused TooHeavy (POST-1): 2000 is more than 1000.\n    weight: 2000" in text
    assert text.count("parcels.py:") == 2
    assert "tables.py" not in text
    assert text.endswith("  no change")


def test_changes_are_shown_field_by_field(net: Net) -> None:
    """What was, what is; a deleted record has a minus."""
    core = net.org("core")
    one = core.post.parcels.send(to=core, weight=1)
    two = core.post.parcels.send(to=core, weight=1)
    with net.snapshot():
        core.post.parcels.lose(one.id)
        text = net.trace()
    assert f"  write  ~ post.parcels.parcels {one.id} state: 'sent' -> 'lost'" in text
    core.post.parcels.forget(two.id)
    assert f"  write  - post.parcels.parcels {two.id}" in net.trace()


def test_a_query_is_shown_as_one(net: Net) -> None:
    """Its refusal too."""
    core = net.org("core")
    with rejected("E_NOT_FOUND"):
        core.post.parcels.show("x")
    assert net.trace().startswith(
        "query core/clerk post.parcels.show(parcel='x')\n  refused NotFound"
    )


def test_only_the_last_calls_are_shown(net: Net) -> None:
    """Of a long test the beginning is counted, and a long state is cut."""
    core = net.org("core")
    for number in range(SHOWN_MAX + 60):
        core.post.parcels.send(to=core, weight=number, labels=["a long label"] * 20)
    lines = net.trace().splitlines()
    assert lines[0] == "... 60 earlier calls ..."
    assert lines[-1] == "  ... 13 more lines ..."
    assert all(len(line) < 250 for line in lines)


def test_what_no_contract_declares_is_shown_as_it_is(net: Net) -> None:
    """Values of a table that is gone, or that are no records."""
    before = {b"gone/table/a": encode([1]), b"gone/table/b": encode({"x": 1, "y": 2})}
    after = {b"gone/table/a": encode([2]), b"gone/table/b": encode({"x": 1})}
    text = tell(net.definitions, [], before, after, count=0)
    assert text.splitlines()[1:] == [
        "  ~ gone.table a: [1] -> [2]",
        "  ~ gone.table b y: 2 -> None",
    ]


def test_a_step_that_nobody_finished_is_shown(net: Net) -> None:
    """A test may be interrupted inside a call."""
    step = Step(net.org("core"), "post-box", "look", {"size": 1})
    text = tell(net.definitions, [step], {}, {}, count=1)
    assert text.splitlines()[0] == "core/clerk post-box.look(size=1)"


@pytest.mark.parametrize("size", [0, 1])
def test_a_true_or_false_result_is_shown(net: Net, size: int) -> None:
    """False is a result; None is not."""
    net.org("core").post_box.look(size)
    assert f"  result {size > 0}" in net.trace()
