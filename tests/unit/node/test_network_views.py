# SPDX-License-Identifier: Apache-2.0
"""Views know the contracts that their network runs, as its blocks say, and no others."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import ContractSchema, schema_of
from tallystick.encoding import encode
from tallystick.model import Block
from tallystick.node import NetworkViews, find_installed_schemas
from tallystick.node.network_views import SchemasOf
from tallystick.views import (
    TableSpec,
    Views,
    ViewSpecs,
    activated_contracts,
    contracts_in_views,
)
from tallystick.views.projector import Projector
from tests.factories import make_genesis
from tests.unit.execution.versions import NotesOne
from tests.unit.views.chain import GENESIS, ITEMS, Chain, Deed
from tests.unit.views.dump import dump

VOTE = Deed(method="decide", contract="governance", writes={b"membership/contracts/notes": b"\xa0"})
NOTHING = Deed(writes={b"membership/members/x": b"\xa0"})
BROKEN = Deed(write_set=b"membership/contracts/notes")
TABLE = "notes__notes"


def note(number: int) -> Deed:
    """Return the writing of a note."""
    name = f"n{number}"
    kept = encode({"id": name, "text": "x"})
    return Deed(contract="notes", method="write", writes={b"notes/notes/" + name.encode(): kept})


def of_notes(names: Iterable[str]) -> list[ContractSchema]:
    """Return the schema of notes if it is asked for."""
    return [schema_of(NotesOne)] if "notes" in names else []


def of_nothing(_: Iterable[str]) -> list[ContractSchema]:
    """Return nothing: no contract is installed."""
    return []


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database that is not there yet."""
    return f"sqlite:///{tmp_path / 'views.sqlite'}"


def opened(url: str, schemas_of: SchemasOf = of_notes) -> closing[NetworkViews]:
    """Open the views of the chain's network."""
    return closing(NetworkViews(url, GENESIS, schemas_of))


def bring(views: NetworkViews, blocks: Sequence[Block]) -> None:
    """Catch up with a log that holds these blocks."""

    def blocks_from(height: int) -> Iterator[Block]:
        yield from blocks[height - 1 :]

    views.catch_up(blocks_from)


def voted() -> Chain:
    """Return a chain whose second block activates the contract of notes."""
    chain = Chain()
    chain.add(NOTHING)
    chain.add(VOTE)
    chain.add(note(1), note(2))
    return chain


def test_an_installed_contract_that_the_network_does_not_run_has_no_tables(url: str) -> None:
    """It costs nothing, and its next version builds nothing anew."""
    with opened(url) as views:
        bring(views, voted().blocks[:1])
    assert TABLE not in dump(url)
    assert contracts_in_views(url) == frozenset()


def test_a_contract_that_is_voted_in_has_its_records_from_its_first(url: str) -> None:
    """What was projected before the vote stays."""
    with opened(url) as views:
        bring(views, voted().blocks)
        assert views.height == 3
    assert len(dump(url)[TABLE]) == 2
    assert contracts_in_views(url) == {"notes"}
    with closing(Views(url)) as read:
        assert [row.key for row in read.list_records("notes", "notes").items]


def test_reopened_views_go_on_with_what_was_voted(url: str) -> None:
    """The vote was long ago; nothing is built anew."""
    chain = voted()
    with opened(url) as views:
        bring(views, chain.blocks)
    chain.add(note(3))
    with opened(url) as views:
        assert views.height == 3
        bring(views, chain.blocks)
    assert len(dump(url)[TABLE]) == 3


def test_a_contract_that_is_installed_after_its_vote_is_projected_whole(url: str) -> None:
    """The node was told what it lacks, and got it in time."""
    chain = voted()
    with opened(url, of_nothing) as views:
        bring(views, chain.blocks[:2])
    assert TABLE not in dump(url)
    assert contracts_in_views(url) == {"notes"}
    with opened(url) as views:
        bring(views, chain.blocks)
    assert len(dump(url)[TABLE]) == 2


def test_after_a_restore_views_forget_what_was_voted_later(url: str, tmp_path: Path) -> None:
    """They begin again as those of a network in which nobody has voted."""
    with opened(url) as views:
        bring(views, voted().blocks)
        views.agree_with(None)
        assert views.height == 0
    fresh = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    with opened(fresh) as views:
        views.agree_with(None)
    assert dump(url) == dump(fresh)


def test_damaged_views_can_be_made_anew(url: str) -> None:
    """The command that mends them opens them first."""
    chain = voted()
    with opened(url) as views:
        bring(views, chain.blocks)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE meta SET specs = '{1:2}'")
        database.commit()
    with opened(url) as views:
        views.reset()
        bring(views, chain.blocks)
    assert len(dump(url)[TABLE]) == 2


def test_contracts_of_genesis_are_known_from_the_start(url: str) -> None:
    """Before there is a block, and without the other installed ones."""
    founding = make_genesis().encode()
    with closing(NetworkViews(url, founding, find_installed_schemas)):
        tables = {name.partition("__")[0] for name in dump(url) if "__" in name}
    assert "evidence" in tables
    assert "charity" not in tables
    assert contracts_in_views(url) == {"evidence", "notes"}


def test_only_writes_of_activations_count() -> None:
    """Not what has the same bytes within, nor what cannot be read."""
    chain = Chain()
    within = Deed(writes={b"shop/items/a": encode("membership/contracts/notes")})
    blocks = [chain.add(one) for one in (NOTHING, within, BROKEN, VOTE)]
    assert [activated_contracts(one) for one in blocks] == [set(), set(), set(), {"notes"}]


def test_a_table_that_would_be_renamed_lets_the_views_begin_again(url: str) -> None:
    """`shop__x.y` has the name in SQL that `shop.x__y` takes from it."""
    known = TableSpec("shop__x", "y", ("id",), ITEMS.fields)
    taking = TableSpec("shop", "x__y", ("id",), ITEMS.fields)
    chain = voted()
    with Projector(url, GENESIS, ViewSpecs(tables=(known,))) as projector:
        projector.apply(chain.blocks)
        projector.widen(ViewSpecs(tables=(known, ITEMS)))
        assert projector.height == 3
        projector.widen(ViewSpecs(tables=(ITEMS, taking, known)))
        assert projector.height == 0
        projector.apply(chain.blocks)
        assert projector.height == 3


DEEDS = st.lists(st.sampled_from([VOTE, NOTHING, BROKEN, note(1), note(2)]), max_size=2)


@given(history=st.lists(DEEDS, max_size=5), cuts=st.sets(st.integers(1, 4)))
def test_the_views_depend_on_the_blocks_alone(history: list[list[Deed]], cuts: set[int]) -> None:
    """In groups, one by one, or anew: the same tables and the same rows."""
    chain = Chain()
    for deeds in history:
        chain.add(*deeds)
    with tempfile.TemporaryDirectory() as folder:
        grouped, single = (f"sqlite:///{Path(folder) / name}" for name in ("a", "b"))
        for last in (*sorted(cut for cut in cuts if cut < len(history)), len(history)):
            with opened(grouped) as views:
                bring(views, chain.blocks[:last])
        with opened(single) as views:
            for number, block in enumerate(chain.blocks, 1):
                if not views.apply([block]):
                    bring(views, chain.blocks[:number])
        expected = dump(single)
        assert dump(grouped) == expected
        with opened(grouped) as views:
            views.reset()
            bring(views, chain.blocks)
        assert dump(grouped) == expected
