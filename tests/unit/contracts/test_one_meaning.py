# SPDX-License-Identifier: Apache-2.0
"""A name in a contract means one thing: a declaration that would be hidden is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any, Final

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Event,
    Label,
    Record,
    Statistic,
    Table,
    WarningRule,
    action,
    figure,
    query,
    schema_of,
)
from tallystick.contracts.parts import Outbox
from tallystick.errors import InvalidContract

LABEL: Final = Label(zh="数", en="A number")


class Sold(Event):
    """en: {id} sold.

    zh: {id} 售出。
    """

    id: str


class Lot(Record):
    """Something for sale."""

    id: str


def sell(self: object, ctx: Context) -> None:
    """Sell."""


def show(self: object) -> int:
    """Show."""
    return len(vars(self))


def ordinary(self: object) -> None:
    """Do something that nobody calls from outside."""


def warning() -> WarningRule:
    """Return a rule."""
    return WarningRule(
        id="many-sales",
        version=1,
        level="notice",
        label=LABEL,
        when=figure("sales") > 3,
        sentence=LABEL,
    )


def declared(kind: str) -> Any:
    """Return a declaration of a kind, or an ordinary method, none of them used before."""
    making: dict[str, Callable[[], Any]] = {
        "table": lambda: Table(Lot, key="id", label=LABEL),
        "part": lambda: Outbox(label=LABEL),
        "statistic": lambda: Statistic(label=LABEL, kind="count", event=Sold),
        "warning": warning,
        "action": lambda: action(role=ANY_MEMBER, label=LABEL, emits=(Sold,))(sell),
        "query": lambda: query(label=LABEL)(show),
        "ordinary": lambda: ordinary,
    }
    return making[kind]()


def chapter(name: str, *bases: type, **attributes: Any) -> type:
    """Return a chapter of a contract."""
    return type(name, bases, attributes)


def contract(*chapters: type, name: str = "shop", **attributes: Any) -> type[Contract]:
    """Return a contract of these chapters."""
    kind: Any = type(Contract)
    bases = (
        chapters if any(issubclass(one, Contract) for one in chapters) else (*chapters, Contract)
    )
    made: type[Contract] = kind(name.title(), bases, attributes, name=name, version=1)
    return made


KINDS: Final = ("table", "part", "statistic", "warning", "action", "ordinary")


@pytest.mark.parametrize(("first", "second"), list(permutations(KINDS, 2)))
def test_two_kinds_of_one_name_are_refused_whichever_chapter_has_which(
    first: str, second: str
) -> None:
    """A statistic with the name of a table was counted, and the table was gone without a word."""
    one, other = (chapter(f"C{kind}", lots=declared(kind)) for kind in (first, second))
    with pytest.raises(InvalidContract, match="lots is declared twice") as caught:
        schema_of(contract(one, other))
    error = caught.value
    assert (error.code, error.field) == ("E_DEFINITION", "Shop.lots")
    assert error.expected == "another name for one of them"
    assert f"C{first} and C{second}" in str(error)


@pytest.mark.parametrize("kind", ["table", "part", "statistic", "warning", "action"])
def test_two_chapters_do_not_declare_one_name(kind: str) -> None:
    """Of the same kind too: neither knows of the other, so neither can mean to replace it."""
    one, other = (chapter(name, lots=declared(kind)) for name in ("Selling", "Buying"))
    with pytest.raises(InvalidContract, match="by Selling and Buying: one would hide the other"):
        schema_of(contract(one, other))


def test_a_chapter_is_not_hidden_by_the_class_itself() -> None:
    """An attribute of the whole contract with the name of a chapter's statistic, and a label."""
    counting = chapter("Counting", lots=declared("statistic"))
    with pytest.raises(InvalidContract, match="by Shop and Counting"):
        schema_of(contract(counting, lots=declared("action")))
    with pytest.raises(InvalidContract, match=r"Shop\.label is declared twice"):
        schema_of(contract(chapter("Labels", label=declared("table"))))


def test_a_statistic_is_not_named_like_a_table_of_a_part() -> None:
    """Tables of parts have their part's name before theirs."""
    with pytest.raises(InvalidContract, match="payments_orders is declared twice"):
        schema_of(
            contract(
                payments=declared("part"),
                payments_orders=declared("statistic"),
                sell=declared("action"),
            )
        )


@pytest.mark.parametrize("kind", ["table", "action", "query"])
def test_what_is_declared_anew_over_what_is_inherited_is_meant(kind: str) -> None:
    """A new version of a contract changes what the earlier one had; so may a chapter."""
    old = contract(lots=declared(kind), name="old")
    new = contract(old, lots=declared(kind), name="new")
    tables = [one.name for one in schema_of(new).tables]
    assert [*tables, *(one.name for one in schema_of(new).methods)] == ["lots"]


def test_chapters_share_what_they_both_inherit() -> None:
    """One table, declared once, in the chapters' common base."""
    tables = chapter("Tables", lots=declared("table"))
    one, other = (chapter(name, tables) for name in ("Selling", "Buying"))
    assert [table.name for table in schema_of(contract(one, other)).tables] == ["lots"]


def test_ordinary_names_may_be_alike() -> None:
    """Constants and methods that nothing is derived from are the author's affair."""
    one, other = (chapter(name, LIMIT=1, work=ordinary) for name in ("Selling", "Buying"))
    assert schema_of(contract(one, other)).methods == ()
