# SPDX-License-Identifier: Apache-2.0
"""Warning rules: every rule that the systems ask for, and the edges of dedupe and cool-down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from msgspec.structs import replace

from tallystick.contracts import WarningSchema, count
from tallystick.model import Event
from tallystick.views import AlertFilter, Projector, TimeRange, Views, ViewSpecs, memories
from tallystick.views import alerts as alert_rules
from tallystick.views.conditions import holds_on
from tallystick.views.figure_events import Happening
from tests.unit.views.chain import GENESIS, T0
from tests.unit.views.figure_chain import (
    DAY,
    HOUR,
    MINUTE,
    SPECS,
    World,
    charity,
    donated,
    paid,
    stock,
    valued,
)
from tests.unit.views.supervised import Paid


@pytest.fixture
def world(url: str) -> World:
    """Return an empty history."""
    return World(url)


def ids(world: World) -> list[bytes]:
    """Return the ids of all transactions, in order."""
    with closing(Views(world.url)) as views:
        return [row.id for row in reversed(views.list_transactions(limit=500).items)]


def with_rules(change: Callable[[WarningSchema], tuple[WarningSchema, ...]]) -> ViewSpecs:
    """Return the specs with every rule replaced by some."""
    figures = tuple(
        replace(spec, warnings=tuple(one for rule in spec.warnings for one in change(rule)))
        for spec in SPECS.figures
    )
    return replace(SPECS, figures=figures)


def test_an_alert_cites_the_rule_version_and_the_input_transactions(world: World) -> None:
    """The fourth beneficiary of an account: the payout itself, and the first one counted."""
    world.block(paid("b0", account="x"), paid("other"))
    for number in range(1, 4):
        world.block(paid(f"b{number}", account="x"), at=number)
    world.project()
    (alert,) = world.alerts(rule="CHAR-W1")
    transactions = ids(world)
    assert (alert.version, alert.level, alert.about) == (1, "critical", {"account": "x"})
    assert (alert.first_transaction, alert.last_transaction) == (transactions[0], transactions[4])
    assert alert.transactions == (transactions[0], transactions[4])
    assert (alert.height, alert.time, alert.state) == (4, T0 + 3, "open")
    assert alert.sentence.zh == "x was paid for 4 beneficiaries"


def test_a_window_lists_all_it_counted_and_forgets_at_its_exact_edge(world: World) -> None:
    """The sixth claim of a device within the hour; one that is an hour old counts no more."""
    for number in range(5):
        world.block(paid(f"b{number}", device="d"), at=number)
    world.block(paid("b5", device="d"), at=HOUR)
    world.project()
    assert world.alerts(rule="CHAR-W2") == []
    world.block(paid("b6", device="d"), at=HOUR)
    world.project()
    (alert,) = world.alerts(rule="CHAR-W2")
    assert alert.transactions == tuple(ids(world)[1:])


def test_counts_of_other_events_with_and_without_a_window(world: World) -> None:
    """At a disclosure: gifts ever, and the donors of thirty days, each once."""
    world.block(charity("Disclosed", campaign="school", on_time=True))
    world.block(donated(1, "a"), donated(1, "b"))
    world.block(donated(1, "a"), at=DAY)
    world.block(charity("Disclosed", campaign="school", on_time=True), at=30 * DAY - 1)
    world.block(charity("Disclosed", campaign="school", on_time=True), at=30 * DAY)
    world.project()
    assert [one.sentence.en for one in world.alerts()] == [
        "school got 3 gifts",
        "school has 2 donors of late",
        "school got 3 gifts",
    ]


def test_a_condition_on_the_event_alone_knows_no_other() -> None:
    """One that asks for more, which no definition lets through, holds for nothing."""
    happening = Happening(0, "charity", "Paid", {"account": "x"})
    assert not holds_on((count(Paid, by="account") >= 0).node, happening)


def test_a_window_stops_counting_at_its_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no key grows without bound."""
    monkeypatch.setattr(memories, "WINDOW_EVENTS_MAX", 3)
    world.block(*(paid(f"b{number}", device="d") for number in range(9)))
    world.project()
    assert world.alerts(rule="CHAR-W2") == []


def test_an_alert_lists_at_most_so_many_transactions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones and the last; how often it happened is still counted."""
    monkeypatch.setattr(alert_rules, "INPUTS_MAX", 3)
    world.block(*(paid(f"b{number}", account="x") for number in range(9)))
    world.project()
    (alert,) = world.alerts(rule="CHAR-W1")
    transactions = ids(world)
    assert alert.count == 6
    assert alert.transactions == (transactions[0], transactions[3], transactions[8])


@pytest.mark.parametrize(("after", "is_hasty"), [(MINUTE - 1, True), (MINUTE, False)])
def test_hasty_approval(world: World, after: int, is_hasty: bool) -> None:
    """Under sixty seconds after the import is too fast, sixty is not."""
    world.block(charity("Approved", batch="B1"), charity("Imported", batch="B1", campaign="c"))
    world.block(charity("Approved", batch="B1"), at=after)
    world.project()
    assert bool(world.alerts(rule="CHAR-W3")) is is_hasty


def test_fees_above_a_limit_that_an_event_sets(world: World) -> None:
    """8 % by default and exactly 8 % is allowed; a later event lowers it for what follows."""
    world.block(paid(fee=800))
    world.project()
    assert world.alerts(rule="CHAR-W5") == []
    world.block(charity("LimitSet", fee_bp=799), at=1)
    world.block(paid(fee=800), at=2)
    world.project()
    (alert,) = world.alerts(rule="CHAR-W5")
    assert alert.sentence.en == "school takes 800 basis points"
    assert alert.transactions == tuple(ids(world))


def test_silence_is_noticed_by_the_first_block_that_reaches_its_end(world: World) -> None:
    """Before the events of that block; the next event closes the alert."""
    world.block(stock("Scanned", warehouse="w"))
    world.block(at=2 * HOUR - 1)
    world.project()
    assert world.alerts("inventory") == []
    world.block(stock("Scanned", warehouse="w"), at=2 * HOUR)
    world.project()
    (alert,) = world.alerts("inventory")
    assert (alert.rule, alert.state, alert.height, alert.closed_height) == (
        "INV-W6",
        "closed",
        3,
        3,
    )
    assert alert.transactions == (ids(world)[0],)
    assert alert.sentence.en == "w is silent"


def test_a_tick_is_enough_to_notice_silence_and_notices_it_once(world: World) -> None:
    """An empty block moves time; later ones find nothing more."""
    world.block(paid())
    for number in range(3):
        world.block(at=365 * DAY + number)
    world.project()
    (alert,) = world.alerts(rule="CHAR-W4")
    assert (alert.state, alert.count, alert.height) == ("open", 1, 2)
    assert alert.sentence.en == "school has been idle for 525600 minutes"


def test_an_event_in_time_starts_the_wait_anew(world: World) -> None:
    """What was waited for before is forgotten."""
    world.block(stock("Scanned", warehouse="w"))
    world.block(stock("Scanned", warehouse="w"), at=HOUR)
    world.block(at=3 * HOUR - 1)
    world.project()
    assert world.alerts("inventory") == []


def test_silence_again_within_the_cool_down_is_the_same_alert(world: World) -> None:
    """It opens again and counts; at the end of the cool-down there is a new one."""
    for hour in (0, 2, 4):
        world.block(stock("Scanned", warehouse="w"), at=hour * HOUR)
    world.block(at=6 * HOUR)
    world.project()
    (alert,) = world.alerts("inventory")
    assert (alert.state, alert.count, alert.closed_height) == ("open", 3, None)
    world.block(stock("Scanned", warehouse="w"), at=24 * HOUR)
    world.block(at=26 * HOUR)
    world.project()
    assert [one.state for one in world.alerts("inventory")] == ["closed", "open"]


def test_a_late_inspection_is_closed_when_it_comes(world: World) -> None:
    """One that comes before two hours are over is not late; a second draw waits no longer."""
    world.block(stock("Drawn", inspection="i1"), stock("Drawn", inspection="i2"))
    world.block(stock("Drawn", inspection="i1"), at=HOUR)
    world.block(stock("Inspected", inspection="i2", counted=1, booked=1), at=2 * HOUR - 1)
    world.block(at=2 * HOUR)
    world.project()
    (alert,) = world.alerts("inventory")
    assert (alert.rule, alert.about, alert.state) == ("INV-W3", {"inspection": "i1"}, "open")
    world.block(stock("Inspected", inspection="i1", counted=1, booked=1), at=3 * HOUR)
    world.project()
    assert world.alerts("inventory")[0].state == "closed"


@pytest.mark.parametrize(
    ("events", "rule", "sentence"),
    [
        ([stock("Inspected", inspection="i", counted=1, booked=2)], "INV-W1", "i: 1 of 2"),
        ([valued(ltv_bp=7000, value=0)], "INV-W2", "R1: 7000"),
        ([valued(pledged=True, value=0)], "INV-W9", "R1 is pledged"),
        (
            [valued("R1", sku="a", value=51), valued("R2", sku="b", value=51)],
            "INV-W5",
            "a is 10000 of 10,000",
        ),
        (
            [valued("R1", photo=b"\x01", value=0), valued("R2", photo=b"\x01", value=0)],
            "INV-W8",
            "01 shows 2 receipts",
        ),
    ],
    ids=["count mismatch", "loan to value", "a field alone", "one article", "same photo"],
)
def test_rules_of_stock_finance(
    world: World, events: list[Event], rule: str, sentence: str
) -> None:
    """Each at its threshold."""
    world.block(*events)
    world.project()
    assert [(one.rule, one.sentence.en) for one in world.alerts("inventory")] == [(rule, sentence)]


@pytest.mark.parametrize(("hour", "is_night"), [(22, True), (21, False), (5, True), (6, False)])
def test_releases_at_night(world: World, hour: int, is_night: bool) -> None:
    """From 22:00 until before 06:00 in China, by block time."""
    midnight = 1_793_462_400_000 - T0  # 2026-11-01 00:00 in China
    world.block(stock("Released", redemption="r", dealer="d"), at=midnight + hour * HOUR)
    world.project()
    found = world.alerts("inventory", "INV-W7")
    assert [one.sentence.en for one in found] == ([f"r at hour {hour}"] if is_night else [])


def test_dedupe_and_cool_down_at_their_exact_edges(world: World) -> None:
    """One alert for a receipt until 24 hours are over, a new one at 24 hours; others apart."""
    world.block(valued("R1", ltv_bp=7100, value=0), valued("R2", ltv_bp=7100, value=0))
    world.block(valued("R1", ltv_bp=7200, value=0), at=DAY - 1)
    world.block(valued("R1", ltv_bp=7300, value=0), at=DAY)
    world.project()
    found = world.alerts("inventory", "INV-W2")
    assert [(one.about["receipt"], one.count, one.sentence.en) for one in found] == [
        ("R1", 2, "R1: 7100"),
        ("R2", 1, "R2: 7100"),
        ("R1", 1, "R1: 7300"),
    ]
    assert found[0].last_transaction == ids(world)[2]


def test_without_a_cool_down_every_time_is_an_alert(world: World) -> None:
    """Also about the same thing, in the same block."""
    world.block(stock("Inspected", inspection="i", counted=1, booked=2))
    world.block(stock("Inspected", inspection="i", counted=1, booked=2))
    world.project()
    assert len(world.alerts("inventory", "INV-W1")) == 2


def test_an_alert_is_closed_when_its_rule_no_longer_holds(world: World) -> None:
    """And opens again, uncounted as a new one, within the cool-down."""
    world.block(valued(ltv_bp=7100, value=0))
    world.block(valued(ltv_bp=6900, value=0), at=1)
    world.block(valued(ltv_bp=6900, value=0), at=2)
    world.project()
    (alert,) = world.alerts("inventory", "INV-W2")
    assert (alert.state, alert.closed_height, alert.closed_time) == ("closed", 2, T0 + 1)
    world.block(valued(ltv_bp=7100, value=0), at=3)
    world.project()
    (alert,) = world.alerts("inventory", "INV-W2")
    assert (alert.state, alert.count, alert.closed_height) == ("open", 2, None)


def test_a_value_that_is_missing_makes_no_alert(world: World) -> None:
    """Null and fields of another type are neither above nor below."""
    world.block(valued(ltv_bp=None, value=0), valued(ltv_bp="7100", value=0))
    world.block(stock("Inspected", inspection="i", booked=2))
    world.project()
    assert world.alerts("inventory") == []


def test_what_has_no_key_is_not_counted_with_others(world: World) -> None:
    """Events of an older version without the field do not all become one account or warehouse."""
    world.block(*(charity("Paid", beneficiary=f"b{number}") for number in range(9)))
    world.block(charity("LimitSet", fee_bp="none"), stock("Scanned"), charity("Approved"))
    world.block(*(charity("Paid", batch=f"B{number}", account="x") for number in range(9)))
    world.block(at=400 * DAY)
    world.project()
    assert world.alerts() == world.alerts("inventory") == []


def test_versions_of_a_rule_are_in_force_one_after_the_other(world: World) -> None:
    """An old version that stays declared until its end gives the same alerts in a rebuild."""

    def two(rule: WarningSchema) -> tuple[WarningSchema, ...]:
        old = replace(rule, valid_until_ms=T0 + 10)
        return old, replace(rule, version=2, valid_from_ms=T0 + 10)

    world.block(valued(ltv_bp=7100, value=0), at=9)
    world.block(valued(ltv_bp=7100, value=0), stock("Scanned", warehouse="w"), at=10)
    world.block(at=10 + 2 * HOUR)
    with Projector(world.url, GENESIS, with_rules(two)) as projector:
        projector.apply(world.chain.blocks)
    assert [one.version for one in world.alerts("inventory", "INV-W2")] == [1, 2]
    assert [one.version for one in world.alerts("inventory", "INV-W6")] == [2]


def test_alerts_are_filtered_and_paged_newest_first(world: World) -> None:
    """By rule, level, state and time, each contract's own."""
    for number in range(5):
        world.block(valued(f"R{number}", ltv_bp=7100, value=0), at=number)
    world.block(stock("Inspected", inspection="i", counted=1, booked=2), at=5)
    world.project()
    with closing(Views(world.url)) as views:
        wanted = AlertFilter(rule="INV-W2", level="warning", state="open")
        first = views.list_alerts("inventory", wanted, limit=3)
        assert [one.about["receipt"] for one in first.items] == ["R4", "R3", "R2"]
        second = views.list_alerts("inventory", wanted, cursor=first.cursor, limit=3)
        assert [one.about["receipt"] for one in second.items] == ["R1", "R0"]
        during = AlertFilter(during=TimeRange(T0 + 1, T0 + 3))
        assert len(views.list_alerts("inventory", during).items) == 2
        assert views.list_alerts("charity").items == ()
        assert [one.name for one in views.statistics("inventory")][:2] == ["stock", "stock_by_sku"]


def test_a_batch_that_is_not_written_leaves_no_trace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What memory had counted is forgotten with it: the next try comes to the same numbers."""
    world.block(valued(ltv_bp=7100), stock("Scanned", warehouse="w"))
    with Projector(world.url, GENESIS, SPECS) as projector:
        with monkeypatch.context() as patch:
            patch.setattr("tallystick.views.figures.FigureStore.write", _fail)
            with pytest.raises(RuntimeError):
                projector.apply(world.chain.blocks)
        projector.apply(world.chain.blocks)
    assert world.total("inventory.stock") == 100
    assert [one.number for one in world.alerts("inventory")] == [1, 2]


def _fail(_: object) -> None:
    raise RuntimeError("the disk is full")
