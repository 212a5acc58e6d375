# SPDX-License-Identifier: Apache-2.0
"""Statistics and warning rules as declared: what is refused, and what is plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    ContractSchema,
    Event,
    Label,
    RefusedCall,
    Statistic,
    Term,
    WarningRule,
    action,
    count,
    days,
    expression_text,
    figure,
    hour_of_day,
    hours,
    latest,
    minutes,
    overdue,
    query,
    ratio,
    schema_of,
    seconds,
    silent,
    since,
    value_of,
)
from tallystick.errors import InvalidContract
from tests.unit.contracts.samples import Grade, Part, Status

LABEL = Label(zh="数", en="A number")


class Sold(Event):
    """en: {id} sold.

    zh: {id} 售出。
    """

    id: str
    size: int
    is_new: bool
    seal: bytes
    status: Status
    grade: Grade
    part: Part


class Gone(Event):
    """en: {id} gone.

    zh: {id} 移除。
    """

    id: str
    size: str


class Never(Event):
    """en: {id} never.

    zh: {id} 从不。
    """

    id: str


def shop(**attributes: Any) -> ContractSchema:
    """Return the schema of a contract that announces `Sold` and `Gone`, with these attributes."""

    def sell(self: object, ctx: Context) -> None:
        """Sell."""

    sell = action(role=ANY_MEMBER, label=LABEL, emits=(Sold, Gone))(sell)
    kind: Any = type(Contract)
    made = kind("Shop", (Contract,), {"sell": sell, **attributes}, name="shop", version=1)
    return schema_of(made)


def nothing(self: object) -> None:
    """Answer nothing."""


def statistic(**settings: Any) -> Callable[[], ContractSchema]:
    """Return what declares a statistic, a count of sales unless said otherwise."""
    declared: dict[str, Any] = {"label": LABEL, "kind": "count", "event": Sold}
    declared |= settings
    return lambda: shop(sold=Statistic(**declared))


def parts(**settings: Any) -> Callable[[], ContractSchema]:
    """Return what declares a ratio of two sums, one of them with other settings."""

    def declare() -> ContractSchema:
        declared: dict[str, Any] = {"kind": "sum", "event": Sold, "value": "size"}
        above = Statistic(label=LABEL, **(declared | settings))
        below = Statistic(label=LABEL, kind="sum", event=Sold, value="size")
        share = Statistic(label=LABEL, kind="ratio", numerator="above", denominator="below")
        return shop(above=above, below=below, share=share)

    return declare


def rule(**settings: Any) -> WarningRule:
    """Return a rule, about large sales unless said otherwise."""
    declared: dict[str, Any] = {
        "id": "SHOP-W1",
        "version": 1,
        "level": "warning",
        "label": LABEL,
        "sentence": Label(zh="{id}", en="{id} {measured}"),
        "on": Sold,
        "when": value_of("size") > 9,
    }
    return WarningRule(**(declared | settings))


def declares(**settings: Any) -> Callable[[], ContractSchema]:
    """Return what declares a rule beside a statistic."""
    total = Statistic(label=LABEL, kind="sum", event=Sold, value="size", by="id")
    share = Statistic(label=LABEL, kind="ratio", numerator="total", denominator="total")
    return lambda: shop(total=total, share=share, large=rule(**settings))


STATISTICS = {
    "no such kind": statistic(kind="mean"),
    "no event": statistic(event=None),
    "an event that no action emits": statistic(event=Never),
    "a field that there is not": statistic(by="colour"),
    "a field twice": statistic(by=("id", "id")),
    "a record as a key": statistic(by="part"),
    "a subject that there is not": statistic(subject="person"),
    "a sum without a value": statistic(kind="sum"),
    "a count with a value": statistic(value="size"),
    "a sum of texts": statistic(kind="sum", value="id"),
    "different records": statistic(kind="distinct", value="part"),
    "a gauge without a key": statistic(kind="gauge", value="size"),
    "a count with a key": statistic(key="id"),
    "a histogram without bounds": statistic(kind="histogram", value="size"),
    "bounds that fall": statistic(kind="histogram", value="size", bounds=(2, 1)),
    "a percentile above all": statistic(kind="duration", until=Gone, key="id", percentiles=(1001,)),
    "a duration without an end": statistic(kind="duration", key="id"),
    "a duration of one event": statistic(kind="duration", until=Sold, key="id"),
    "a duration without a key": statistic(kind="duration", until=Gone),
    "a key that the start has not": statistic(kind="duration", event=Gone, until=Sold, key="grade"),
    "no subjects at all": statistic(subject="id", subjects_min=0),
    "a zone beyond the world": statistic(utc_offset_minutes=841),
    "a condition that is none": statistic(where=value_of("size")),
    "a condition on memory": statistic(where=count(Sold, by="id") > 1),
    "a clock as a condition": statistic(where=silent(Sold, by="id", for_=1)),
    "a ratio with an event": statistic(kind="ratio"),
    "a ratio of nothing": statistic(kind="ratio", event=None, numerator="a", denominator="b"),
    "a ratio of a duration": parts(kind="duration", value=None, until=Gone, key="id"),
    "a ratio of other cells": parts(by="id"),
    "a ratio of other periods": parts(period="day"),
    "a query under a door's name": lambda: shop(
        sold=Statistic(label=LABEL, kind="count", event=Sold),
        alerts=query(label=LABEL)(nothing),
    ),
}
RULES = {
    "an id in small letters": declares(id="shop-w1"),
    "a long id": declares(id="A" * 41),
    "no version": declares(version=0),
    "a cool-down before the alert": declares(cool_down=-1),
    "no such level": declares(level="loud"),
    "no event": declares(on=()),
    "an event that no action emits": declares(on=Never),
    "a field that there is not": declares(when=value_of("colour") > 1),
    "a field of two kinds": declares(on=(Sold, Gone)),
    "a field that is no single value": declares(when=value_of("part") == 1),
    "bytes in a comparison": declares(when=value_of("seal") == "00"),
    "texts in order": declares(when=value_of("id") > "a"),
    "a text and a number": declares(when=value_of("id") == 1),
    "numbers joined as conditions": declares(when=value_of("size") & value_of("size")),
    "conditions added": declares(when=(value_of("is_new") + 1) > 1),
    "a number alone": declares(when=value_of("size") + 1),
    "a ratio of texts": declares(when=ratio(value_of("id"), 1) > 1),
    "a dedupe field that there is not": declares(dedupe="colour"),
    "a place that is no field": declares(sentence=Label(zh="{colour}", en="")),
    "a count of what is never announced": declares(when=count(Never, by="id") > 1),
    "a count by what the event has not": declares(on=Gone, when=count(Sold, by="grade") > 1),
    "different values of a record": declares(when=count(Sold, by="id", distinct="part") > 1),
    "a window of no length": declares(when=count(Sold, by="id", within=0) > 1),
    "a threshold of texts": declares(when=value_of("size") > latest(Gone, "size", default=1)),
    "no such statistic": declares(when=figure("none") > 1),
    "a statistic without one value": declares(when=figure("share") > 1),
    "a statistic of other cells": declares(when=figure("total", by="size") > 1),
    "a cell that the event cannot name": declares(when=figure("total", by="colour") > 1),
    "a clock inside": declares(when=silent(Sold, by="id", for_=1) & value_of("is_new")),
    "a clock with events": declares(when=silent(Sold, by="id", for_=1)),
    "a clock about something else": declares(
        on=(), when=silent(Sold, by="id", for_=1), dedupe="size"
    ),
    "a clock of unknown keys": declares(on=(), when=silent(Sold, by="colour", for_=1)),
    "a clock that stands": declares(on=(), when=silent(Sold, by="id", for_=0)),
    "a late clock that stands": declares(on=(), when=overdue(Sold, until=Gone, by="id", after=0)),
    "an end without the key": declares(on=(), when=overdue(Sold, until=Gone, by="grade", after=1)),
}


@pytest.mark.parametrize("declare", STATISTICS.values(), ids=STATISTICS)
def test_a_statistic_that_cannot_be_counted_is_refused(
    declare: Callable[[], ContractSchema],
) -> None:
    """When the contract is defined, with the place and what to write instead."""
    with pytest.raises(InvalidContract) as caught:
        declare()
    assert caught.value.field is not None
    assert caught.value.field.startswith("Shop.")
    assert caught.value.expected


@pytest.mark.parametrize("declare", RULES.values(), ids=RULES)
def test_a_rule_that_cannot_be_judged_is_refused(declare: Callable[[], ContractSchema]) -> None:
    """In the same way."""
    with pytest.raises(InvalidContract) as caught:
        declare()
    assert caught.value.field == "Shop.large"
    assert caught.value.expected


def test_a_rule_is_in_force_in_one_version_at_a_time() -> None:
    """Versions that follow each other may both be declared; those that overlap may not."""
    first, second = rule(valid_until=10), rule(version=2, valid_from=10)
    assert [one.version for one in shop(old=first, new=second).warnings] == [1, 2]
    assert len(shop(one=rule(), other=rule(id="SHOP-W2")).warnings) == 2
    for other in (rule(version=2), rule(version=2, valid_from=9), rule(valid_from=10)):
        with pytest.raises(InvalidContract, match="in force twice"):
            shop(old=first, new=other)


def test_an_event_cannot_take_the_name_of_refused_calls() -> None:
    """The platform announces it, for statistics only."""

    def refuse(self: object, ctx: Context) -> None:
        """Refuse."""

    kind: Any = type(Event)
    own = kind("RefusedCall", (Event,), {"__doc__": "en: a\nzh: b", "__annotations__": {}})
    act = action(role=ANY_MEMBER, label=LABEL, emits=(own,))(refuse)
    total = Statistic(label=LABEL, kind="count", event=RefusedCall)
    with pytest.raises(InvalidContract, match="by the platform"):
        shop(refuse=act, total=total)
    assert len(shop(total=total).statistics) == 1


def test_a_schema_without_figures_is_what_it_was() -> None:
    """Nothing of them is written, so digests of older schemas stay."""
    written = msgspec.json.encode(shop())
    assert b"statistics" not in written
    assert b"warnings" not in written


def test_rules_are_plain_data_that_can_be_read_back() -> None:
    """Every kind of node, as JSON and back, is the same."""
    when = (
        (count(Sold, by="id", within=days(1)) >= 2)
        & (since(Gone, by="id") <= minutes(3))
        & (ratio(figure("total", by="id"), figure("total"), per=100) < 50)
        & ((value_of("size") - 1) * 2 + 1 > latest(Sold, "size", default=hours(1)))
        & ~(value_of("id") != "x")
        & (value_of("status") == "new")
        & (value_of("grade") < 2)
        | (hour_of_day(utc_offset_minutes=0) == seconds(0))
        | value_of("is_new")
        | (value_of("is_new") == False)  # noqa: E712
    )
    schema = declares(when=when, dedupe=("id",))()
    again = msgspec.json.decode(msgspec.json.encode(schema), type=ContractSchema)
    assert again == schema
    assert b'"node":"count"' in msgspec.json.encode(schema.warnings)


def test_a_clock_is_about_its_key() -> None:
    """There is nothing else that it could tell apart."""
    schema = declares(on=(), when=overdue(Sold, until=Gone, by="id", after=hours(2)))()
    assert schema.warnings[0].dedupe == ("id",)


def test_an_expression_has_no_truth_of_its_own() -> None:
    """`and`, `or` and `if` would silently mean something else."""
    with pytest.raises(TypeError, match="connect conditions with"):
        bool(value_of("size") > 1)
    with pytest.raises(TypeError, match="float"):
        Term(value_of("size").node) > 1.5  # type: ignore[operator]  # noqa: B015


def test_a_duration_shows_the_median_in_minutes_unless_said_otherwise() -> None:
    """So the shortest declaration is the usual one."""
    (described,) = statistic(kind="duration", until=Gone, key="id")().statistics
    assert (described.unit, described.percentiles) == ("minute", (500,))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ((value_of("size") > 9) & ~value_of("is_new"), "(size > 9) and (not is_new)"),
        (value_of("id") == "川", 'id == "川"'),
        (
            count(Sold, by="id", distinct="grade", within=days(30)) > 3,
            "count(Sold by id, different grade, within 30 d) > 3",
        ),
        (since(Sold, by=("id", "grade")) < seconds(90), "since(Sold by id, grade) < 90000"),
        (
            figure("total") - latest(Sold, "size", default=1),
            "figure(total) - latest(Sold.size, else 1)",
        ),
        (ratio(figure("total", by="id"), 2, per=100), "ratio(figure(total by id), 2, per 100)"),
        (ratio(1, 2), "ratio(1, 2)"),
        (hour_of_day(), "hour_of_day(+480 min)"),
        (silent(Sold, by="id", for_=hours(2)), "silent(Sold by id, for 2 h)"),
        (
            overdue(Sold, until=Gone, by="id", after=minutes(90)),
            "overdue(Sold by id, until Gone, after 90 min)",
        ),
        (count(Sold, by=(), within=1), "count(Sold, within 1 ms)"),
    ],
)
def test_an_expression_reads_as_one_line(term: Term, text: str) -> None:
    """The same for everyone who shows a rule."""
    assert expression_text(term.node) == text
