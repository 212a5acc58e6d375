# SPDX-License-Identifier: Apache-2.0
"""`tally NAME list TABLE`, `show`, `history`: a contract's records from its schema, at a node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli import installed
from tallystick.cli.contract_verbs import nouns_among
from tallystick.cli.founding import found_demo
from tallystick.cli.installed import contract_names, importable_contracts, installed_schema
from tallystick.cli.table_commands import read_conditions
from tallystick.cli.table_verbs import table_verbs_of
from tallystick.contracts import schema_of
from tallystick.errors import UnknownContract, UsageError
from tallystick.industries.evidence import Evidence
from tallystick.node import NodeConfig
from tests.serving import served_node
from tests.unit.cli.conftest import Tally
from tests.unit.cli.installing import (
    BROKEN,
    EVIDENCE,
    RENTAL,
    SHOP,
    SHOP_NEXT,
    SHOP_OTHERWISE,
    installed_contracts,
)
from tests.unit.cli.shop import Shop

THINGS = schema_of(Shop).tables[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve a network that runs the shop; return the data folder."""
    place = tmp_path_factory.mktemp("shop") / "demo"
    contracts = (Evidence, Shop)
    with installed_contracts(EVIDENCE, SHOP):
        found_demo(place)
    with served_node(NodeConfig(data=place, workers=False, contracts=contracts)):
        yield place


@pytest.fixture(autouse=True)
def shop() -> Iterator[None]:
    """Let the contracts of the tests be installed."""
    with installed_contracts(EVIDENCE, RENTAL, SHOP):
        yield


@pytest.fixture
def node(folder: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    """Let that network's node be the one of this machine, with three things in the shop."""
    monkeypatch.setenv("TALLY_DATA", str(folder))
    for shelf, place, price, city in (
        ("a", 1, "2.50", "X"),
        ("a", 2, "9", "Y"),
        ("b", 1, "5", "Y"),
    ):
        words = ("--shelf", shelf, "--place", place, "--price", price, "--city", city)
        sold = ("--sold", "2026-12-31") if shelf == "b" else ()
        made = tally("shop", "put", *words, *sold)
        assert made.code == 0, made.err


def places(tally: Tally, *words: object) -> list[tuple[str, int]]:
    """Return the primary keys of the rows that a listing has."""
    found = tally("shop", "table", "things", *words, "--json")
    assert found.code == 0, found.out + found.err
    return [(row["shelf"], row["place"]) for row in found.json]


# --- what there is ------------------------------------------------------------------------------


def test_a_contract_s_own_word_wins_and_the_table_s_verb_has_another(tally: Tally) -> None:
    """The shop has a query `list`, the rental a query `show`, `tally evidence` both by hand."""
    shop = tally("shop").out
    assert "  table " in shop
    assert "Return a thing" in tally("shop", "list", "--help").out
    assert "  record " in tally("demo.rental").out
    evidence = tally("evidence").out
    for verb in ("table", "record", "history"):
        assert f"  {verb} " in evidence
    taken = {"shop list", "shop table", "shop history"}
    assert [one.path for one in table_verbs_of(schema_of(Shop), taken)] == [
        "shop show",
        "shop changes",
    ]


def test_the_page_names_tables_and_the_columns_to_filter_by(tally: Tally) -> None:
    """In both languages; lists are no columns, records inside are dotted."""
    page = tally("shop", "table", "--help").out
    assert (
        "things (things): shelf, place, price, maker.name, maker.city, seen_at, sold, is_new"
        in (" ".join(page.split()))
    )
    assert "tags" not in page
    assert "--where" in page
    assert "表中的记录" in tally("shop", "table", "--help", "--lang", "zh").out
    assert "tally shop show things SHELF PLACE" in tally("shop", "show", "--help").out
    assert "newest" in tally("shop", "table", "--help", "--lang", "zh").out


# --- what comes back ----------------------------------------------------------------------------


@pytest.mark.usefixtures("node")
def test_conditions_narrow_a_list_down_by_the_type_of_their_column(tally: Tally) -> None:
    """Amounts in major units, days, truths, records inside, what is absent."""
    everything = [("a", 1), ("a", 2), ("b", 1)]
    assert sorted(places(tally)) == everything
    cases: list[tuple[tuple[str, ...], list[tuple[str, int]]]] = [
        (("shelf=a",), [("a", 1), ("a", 2)]),
        (("shelf=a", "place=2"), [("a", 2)]),
        (("price>=5", "price<=8"), [("b", 1)]),
        (("price>5",), [("a", 2)]),
        (("price<5",), [("a", 1)]),
        (("maker.city=Y",), [("a", 2), ("b", 1)]),
        (("sold=2026-12-31",), [("b", 1)]),
        (("sold.null",), [("a", 1), ("a", 2)]),
        (("sold.null=false",), [("b", 1)]),
        (("is_new=true",), everything),
        (("seen_at<2020-01-01T00:00:00Z",), []),
    ]
    for conditions, expected in cases:
        words = [word for one in conditions for word in ("--where", one)]
        assert sorted(places(tally, *words)) == expected, conditions


@pytest.mark.usefixtures("node")
def test_a_list_has_an_order_and_an_end(tally: Tally) -> None:
    """A falling column begins with a hyphen; what is left out is said."""
    assert places(tally, "--order", "-sold")[0] == ("b", 1)
    assert places(tally, "--order", "oldest") == places(tally, "--order", "newest")[::-1]
    first = tally("shop", "table", "things", "--limit", 1)
    assert len(first.out.splitlines()) == 1
    assert "There is more" in first.err
    assert len(places(tally, "--all", "--limit", 1)) == 3
    assert tally("shop", "table", "things", "--limit", 0).code == 2
    assert tally("shop", "table", "things", "--order", "nothing").code == 2


@pytest.mark.usefixtures("node")
def test_a_record_and_its_history_are_found_by_the_key(tally: Tally) -> None:
    """People read major units, programs the ledger's own values; the node's additions stay out."""
    shown = dict(
        line.split("\t") for line in tally("shop", "show", "things", "a", 1).out.splitlines()
    )
    assert shown["price"] == "2.50"
    plain = tally("shop", "show", "things", "a", 1, "--json").json
    assert (plain["price"], plain["maker"]) == (250, {"name": "M", "city": "X"})
    assert not [name for name in plain if name.startswith("_")]
    changes = tally("shop", "history", "things", "a", 1, "--json").json
    assert {one["method"] for one in changes} == {"put"}
    assert tally("shop", "show", "things", "a", 9).code == 3


@pytest.mark.usefixtures("node", "terminal")
def test_a_terminal_shows_columns_with_labels(tally: Tally) -> None:
    """As many as fit; nested records stay for JSON."""
    table = tally("shop", "table", "things", "--no-progress", "--no-input").out
    assert "shelf" in table
    assert "maker" not in table


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("table",), "TABLE"),
        (("table", "thing"), "things"),
        (("show", "things"), "KEY"),
        (("history", "things", "a"), "shelf place"),
        (("table", "things", "--where", "shelf"), "no condition"),
        (("table", "things", "--where", "=a"), "no condition"),
        (("table", "things", "--where", "sold.null>1"), "no condition"),
        (("table", "things", "--where", "tags=a"), "no column tags"),
        (("table", "things", "--where", "place=x"), "123"),
    ],
)
def test_a_wrong_question_is_refused_before_anything_is_asked(
    words: tuple[str, ...], says: str, tally: Tally
) -> None:
    """Exit code 2, with what is expected; no node is needed to say so."""
    outcome = tally("shop", *words)
    assert outcome.code == 2
    assert says in outcome.err


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("shelf=a=b", "shelf__eq", "a=b"),
        ("shelf=", "shelf__eq", ""),
        ("price>=1.50", "price__ge", 150),
        ("maker.name=x\ny", "maker__name__eq", "x\ny"),
        ("sold.null", "sold__null", True),
    ],
)
def test_a_condition_is_read_as_the_sdk_takes_it(text: str, name: str, value: Any) -> None:
    """Only the first sign counts, whatever the value holds."""
    assert read_conditions([text], THINGS) == {name: value}


def test_a_condition_without_a_column_is_none() -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError, match="no condition"):
        read_conditions([">=3"], THINGS)


# --- which contract, and which version ----------------------------------------------------------


def test_several_versions_are_one_name_and_the_newest_counts_without_a_node(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entry points carry the version behind an `@`."""
    monkeypatch.setenv("TALLY_URL", "http://localhost:1")
    with installed_contracts(SHOP, SHOP_NEXT):
        assert contract_names() == ("shop",)
        assert installed_schema("shop").version == 2
        assert "count" in tally("shop").out


@pytest.mark.usefixtures("node")
def test_of_several_versions_the_verbs_are_those_that_the_node_runs(tally: Tally) -> None:
    """What is installed for a later vote has no verbs yet."""
    with installed_contracts(SHOP, SHOP_NEXT, RENTAL, EVIDENCE):
        assert installed_schema("shop").version == 1
        assert tally("shop", "put", "--help").code == 0


def test_one_version_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Help stays fast."""
    monkeypatch.setattr(installed, "_running_version", lambda _: pytest.fail("asked"))
    assert installed_schema("shop").version == 1


def test_an_entry_point_may_be_called_otherwise_than_its_contract() -> None:
    """The name is the contract's, as for the node; a broken neighbour disturbs nobody."""
    with installed_contracts(BROKEN, SHOP_OTHERWISE):
        assert nouns_among(["shop", "put"]) == ("shop",)
        assert installed_schema("shop").version == 1
        assert importable_contracts() == ()
        assert nouns_among(["shup"]) == nouns_among(["up"]) == nouns_among([]) == ()
        with pytest.raises(UnknownContract):
            installed_schema("corner-shop")
