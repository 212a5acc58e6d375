# SPDX-License-Identifier: Apache-2.0
"""What readers of the views are told: lists, filters, single rows, counts."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tallystick.crypto import sha256
from tallystick.errors import InvalidArguments, NotFound, Unavailable
from tallystick.model import Block, Event
from tallystick.views import (
    NEWEST,
    REFUSED,
    EventPlace,
    Projector,
    TimeRange,
    TransactionFilter,
    Views,
)
from tests.unit.views.chain import BANK, CLERK, COURT, GENESIS, T0, TELLER, Chain, Deed, deeds, sold


@pytest.fixture
def blocks(projector: Projector) -> list[Block]:
    """Project four blocks of sales, purchases and refusals."""
    chain = Chain()
    chain.add(*deeds(range(3)))
    chain.add(
        Deed(method="buy", signer=TELLER, organization=BANK, args={"what": "100%_合同"}),
        Deed(code="E_DUP", args={"what": "合同"}),
        Deed(contract="bank", method="open", signer=TELLER, organization=BANK, code="E_ROLE"),
    )
    chain.add(Deed(events=(sold(7), Event("bank.Opened", {"seal": b"\x01\xff"}), sold(8))))
    chain.add(*deeds([3]))
    projector.apply(chain.blocks)
    return chain.blocks


def leaves(views: Views, **wanted: Any) -> list[int]:
    """Return the log indexes that a filter of transactions lets through."""
    page = views.list_transactions(TransactionFilter(**wanted))
    assert page.cursor is None
    return [row.leaf_index for row in page.items]


def test_blocks_come_newest_first_with_their_commitments(views: Views, blocks: list[Block]) -> None:
    """A block in the list says what its header says."""
    page = views.list_blocks()
    assert [row.height for row in page.items] == [4, 3, 2, 1]
    assert page.height == 4
    second, header = page.items[2], blocks[1].header
    assert (second.hash, second.parent, second.time) == (blocks[1].hash, header.parent, header.time)
    assert (second.transaction_count, second.refused_count, second.log_size) == (3, 2, 6)
    assert (second.log_root, second.app_hash) == (header.log_root, header.app_hash)
    assert views.get_block(2) == second
    assert views.get_block(5) is None
    assert views.get_block(2**70) is None


def test_a_transaction_is_shown_with_everything_known(views: Views, blocks: list[Block]) -> None:
    """Place, signer, member, arguments and sentence."""
    row = views.list_transactions().items[-2]
    assert row.id == sha256(blocks[0].transactions[1])
    assert (row.height, row.index, row.leaf_index) == (1, 1, 1)
    assert (row.contract, row.method, row.code) == ("shop", "sell", "ok")
    assert (row.organization, row.member) == (COURT, "clerk")
    assert row.public_key == CLERK.public_key
    assert row.args == {"number": 1}
    assert row.event_count == 1
    assert row.time == blocks[0].header.time
    assert row.summary is not None
    assert row.summary.en.startswith("IT-0001 sold at ")
    assert views.get_transaction(row.id) == row
    assert views.get_transaction(b"\0" * 32) is None


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
        ({"contract": "shop"}, [7, 6, 4, 3, 2, 1, 0]),
        ({"contract": "bank"}, [5]),
        ({"contract": "shop", "method": "buy"}, [3]),
        ({"method": "open"}, [5]),
        ({"organization": BANK}, [5, 3]),
        ({"organization": BANK, "contract": "shop"}, [3]),
        ({"organization": "nobody"}, []),
        ({"code": "ok"}, [7, 6, 3, 2, 1, 0]),
        ({"code": "E_DUP"}, [4]),
        ({"code": REFUSED}, [5, 4]),
        ({"code": REFUSED, "organization": COURT}, [4]),
        ({"text": "合同"}, [4, 3]),
        ({"text": "100%_"}, [3]),
        ({"text": "%"}, [3]),
        ({"text": "WHAT", "code": "ok"}, [3]),
        ({"text": "nothing like it"}, []),
    ],
)
def test_transactions_are_filtered(
    views: Views, wanted: dict[str, str], expected: list[int]
) -> None:
    """Each field narrows the list; text is taken literally, Chinese of two characters too."""
    assert leaves(views, **wanted) == expected


@pytest.mark.usefixtures("blocks")
def test_times_select_whole_blocks(views: Views) -> None:
    """From is inclusive, to is exclusive."""
    second, third = T0 + 20_000, T0 + 30_000
    assert leaves(views, during=TimeRange(second, third)) == [5, 4, 3]
    assert leaves(views, during=TimeRange(second + 1)) == [7, 6]
    assert leaves(views, during=TimeRange(None, second)) == [2, 1, 0]
    assert leaves(views, during=TimeRange(0, 2**70)) == [7, 6, 5, 4, 3, 2, 1, 0]
    assert leaves(views, during=TimeRange(-(2**70), 0)) == []
    assert [row.height for row in views.list_blocks(during=TimeRange(second, third)).items] == [2]
    assert [row.height for row in views.list_blocks(during=TimeRange(third)).items] == [4, 3]


def test_a_text_that_is_not_unicode_is_refused(views: Views) -> None:
    """Half of a surrogate pair, as careless JSON has it, is the caller's fault."""
    for wanted in (TransactionFilter(organization="\ud800"), TransactionFilter(text="\udfff")):
        with pytest.raises(InvalidArguments):
            views.list_transactions(wanted)


def test_blocks_of_the_same_time_stay_together(projector: Projector, views: Views) -> None:
    """Block times may repeat; a range takes all of them or none."""
    chain = Chain()
    for _ in range(3):
        chain.add(Deed(), time=T0 + 5)
    chain.add(Deed(), time=T0 + 6)
    projector.apply(chain.blocks)
    assert leaves(views, during=TimeRange(T0 + 5, T0 + 6)) == [2, 1, 0]
    assert leaves(views, during=TimeRange(T0 + 6)) == [3]


def test_a_transaction_is_found_by_its_id(views: Views, blocks: list[Block]) -> None:
    """The place says where its receipt can be made."""
    place = views.find_transaction(sha256(blocks[1].transactions[2]))
    assert place == (2, 2, 5, "E_ROLE")
    assert views.find_transaction(b"\x01" * 32) is None


def test_the_first_of_two_transactions_with_the_same_bytes_counts(
    projector: Projector, views: Views
) -> None:
    """A replay that was logged as refused does not hide the transaction that took effect."""
    chain = Chain()
    first = chain.add(Deed())
    chain.add(Deed(raw=first.transactions[0], code="E_REPLAY"))
    projector.apply(chain.blocks)
    transaction_id = sha256(first.transactions[0])
    place = views.find_transaction(transaction_id)
    assert place is not None
    assert (place.leaf_index, place.code) == (0, "ok")
    found = views.get_transaction(transaction_id)
    assert found is not None
    assert found.leaf_index == 0
    assert len(views.list_transactions().items) == 2


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, ["1.0.0", "1.1.0", "1.2.0", "3.0.0", "3.0.1", "3.0.2", "4.0.0"]),
        ("*", ["1.0.0", "1.1.0", "1.2.0", "3.0.0", "3.0.1", "3.0.2", "4.0.0"]),
        ("bank.Opened", ["3.0.1"]),
        ("bank.*", ["3.0.1"]),
        ("shop.*", ["1.0.0", "1.1.0", "1.2.0", "3.0.0", "3.0.2", "4.0.0"]),
        ("*.Sold", None),
        ("shop", []),
    ],
)
def test_events_are_filtered_by_name(
    views: Views, pattern: str | None, expected: list[str] | None
) -> None:
    """A pattern is a whole name, or a beginning with a star."""
    if expected is None:
        with pytest.raises(InvalidArguments):
            views.list_events(pattern)
        return
    assert [event.id for event in views.list_events(pattern).items] == expected
    newest = views.list_events(pattern, order=NEWEST).items
    assert [event.id for event in newest] == expected[::-1]


@pytest.mark.usefixtures("blocks")
def test_an_event_is_shown_with_everything_known(views: Views, blocks: list[Block]) -> None:
    """Byte strings are hexadecimal; an event without a template has no sentence."""
    event = views.list_events("bank.Opened").items[0]
    assert (event.height, event.index, event.position) == (3, 0, 1)
    assert event.transaction_id == sha256(blocks[2].transactions[0])
    assert event.time == blocks[2].header.time
    assert event.fields == {"seal": "01ff"}
    assert event.summary is None


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (EventPlace(0, 0, 0), "1.0.0"),
        (EventPlace(-1, 0, 0), "1.0.0"),
        (EventPlace(1, 0, -1), "1.0.0"),
        (EventPlace(1, 0, 0), "1.1.0"),
        (EventPlace(1, -5, -1), "1.0.0"),
        (EventPlace(1, 2, 2**40), "3.0.0"),
        (EventPlace(1, 99, 0), "3.0.0"),
        (EventPlace(2, 2**70, 2**70), "3.0.0"),
        (EventPlace(3, 0, 1), "3.0.2"),
        (EventPlace(4, 0, 0), None),
        (EventPlace(5, 0, 0), None),
        (EventPlace(2**70, 0, 0), None),
    ],
)
def test_events_after_a_place_begin_with_the_next_one(
    views: Views, after: EventPlace, expected: str | None
) -> None:
    """A stream resumes behind the last event it delivered, whether that exists or not."""
    items = views.list_events(after=after).items
    assert (items[0].id if items else None) == expected


def test_members_and_keys_of_one_organisation(views: Views) -> None:
    """The register can be asked for a part."""
    assert [one.id for one in views.members(BANK)] == ["teller"]
    assert [one.public_key for one in views.keys(BANK)] == [TELLER.public_key]
    assert [one.public_key for one in views.keys(member="clerk")] == [CLERK.public_key]
    assert views.keys(BANK, "clerk") == ()


@pytest.mark.usefixtures("blocks")
def test_counts_for_an_overview(views: Views) -> None:
    """How much there is of everything."""
    counts = views.counts()
    assert (counts.height, counts.transactions, counts.refused, counts.events) == (4, 8, 2, 7)
    assert (counts.organizations, counts.members, counts.keys) == (2, 2, 2)
    assert counts.block_time == T0 + 40_000
    assert counts.records == {"shop.items": 4, "shop.pairs": 0}
    assert counts.events_by_name == {"bank.Opened": 1, "shop.Sold": 6}
    methods = {(one.contract, one.method, one.code): one.count for one in counts.methods}
    assert methods == {
        ("shop", "sell", "ok"): 5,
        ("shop", "buy", "ok"): 1,
        ("shop", "sell", "E_DUP"): 1,
        ("bank", "open", "E_ROLE"): 1,
    }


def test_before_there_are_views_readers_are_told_to_wait(tmp_path: Path) -> None:
    """The node's API answers 503, and no file is made by asking."""
    path = tmp_path / "views #1?%.sqlite"
    with closing(Views(f"sqlite:///{path}")) as views:
        assert views.height() == 0
        assert not views.wait_for(0, timeout_s=0.02)
        with pytest.raises(Unavailable):
            views.list_blocks()
        assert not path.exists()
        path.touch()
        with pytest.raises(Unavailable):
            views.counts()


def test_waiting_ends_when_the_block_arrives(projector: Projector, views: Views) -> None:
    """Readers of their own writes wait for a height."""
    chain = Chain()
    chain.add(Deed())
    assert views.wait_for(0, timeout_s=0)
    assert not views.wait_for(1, timeout_s=0.02)
    thread = threading.Thread(target=projector.apply, args=(chain.blocks,))
    thread.start()
    assert views.wait_for(1, timeout_s=60)
    thread.join()


def test_readers_cannot_write(url: str, views: Views) -> None:
    """A fault in a door cannot change the views."""
    from tallystick.views.database import open_reader, reading

    engine = open_reader(url)
    with pytest.raises(Unavailable), reading(engine) as connection:
        connection.exec_driver_sql("DELETE FROM blocks")
    engine.dispose()
    assert views.height() == 0


def test_many_threads_read_while_blocks_arrive(projector: Projector, views: Views) -> None:
    """Every answer is of one state: the newest row always matches the height of the page."""
    chain = Chain()
    for number in range(30):
        chain.add(*deeds([number]))
    wrong: list[object] = []

    def read() -> None:
        while (page := views.list_blocks(limit=1)).height < 30:
            if page.items and page.items[0].height != page.height:
                wrong.append(page)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for block in chain.blocks:
        projector.apply([block])
    for thread in threads:
        thread.join(60)
    assert not wrong


def test_a_rebuild_with_other_tables_is_noticed_by_readers(url: str) -> None:
    """A reader that is open meanwhile uses the new tables from then on."""
    from tallystick.views import ViewSpecs
    from tests.unit.views.chain import ITEMS, PAIRS

    Projector(url, GENESIS, ViewSpecs(tables=(PAIRS,))).close()
    with closing(Views(url)) as views:
        with pytest.raises(NotFound):
            views.list_records("shop", "items")
        Projector(url, GENESIS, ViewSpecs(tables=(ITEMS,))).close()
        assert views.list_records("shop", "items").items == ()


@pytest.mark.usefixtures("blocks")
def test_people_can_ask_in_sql(url: str) -> None:
    """The SQL views have the columns that people expect."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        query = (
            "SELECT contract, method, organization, code, count(*) FROM transactions"
            " GROUP BY 1, 2, 3, 4"
        )
        assert ("shop", "sell", COURT, "ok", 5) in list(connection.execute(query))
        query = "SELECT height, position, place, name FROM event_list WHERE name LIKE 'bank.%'"
        assert list(connection.execute(query)) == [(3, 0, 1, "bank.Opened")]
