# SPDX-License-Identifier: Apache-2.0
"""The projector: exactly once, all or nothing, and always the same result."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError

from tallystick.encoding import Value, build_sign1, encode, parse_sign1
from tallystick.errors import DataFolderProblem, InvalidBlock, Malformed, StorageFailed, UsageError
from tallystick.model import Member, Name, to_value
from tallystick.views import Projector, TransactionFilter, Views, ViewSpecs, group_blocks
from tallystick.views.database import Bulk
from tallystick.views.decoding import UNREADABLE
from tests.unit.views.chain import (
    BANK,
    COURT,
    GENESIS,
    ITEMS,
    SOLD,
    SPECS,
    T0,
    TELLER,
    Chain,
    Deed,
    deeds,
    genesis,
    item,
    put,
    remove,
    sold,
)
from tests.unit.views.dump import dump


def history() -> Chain:
    """Return a few blocks in which records come, change, go and come back."""
    chain = Chain()
    chain.add(*deeds(range(5)))
    chain.add(Deed(writes=remove("IT-0001")), Deed(writes=put(item(2, title="改名"))))
    chain.add(Deed(writes=put(item(1))), Deed(code="E_DUP", signer=TELLER, organization=BANK))
    chain.add(*deeds(range(5, 8)), Deed(writes={**remove("IT-0006"), **put(item(9))}))
    return chain


def test_genesis_alone_is_height_zero_with_its_register(views: Views) -> None:
    """The founders are there before the first block."""
    founded = genesis()
    assert views.height() == 0
    assert set(views.organizations()) == set(founded.organizations)
    assert set(views.members()) == set(founded.members)
    assert set(views.keys()) == set(founded.keys)


def test_applying_twice_is_applying_once(projector: Projector, url: str) -> None:
    """Blocks that the views have already are skipped."""
    blocks = history().blocks
    projector.apply(blocks)
    once = dump(url)
    projector.apply(blocks)
    projector.apply(blocks[2:])
    assert dump(url) == once


def test_a_rebuild_gives_identical_rows(projector: Projector, url: str) -> None:
    """Years of following and one rebuild end in the same tables, row by row."""
    blocks = history().blocks
    for block in blocks:
        projector.apply([block])
    followed = dump(url)
    projector.reset()
    projector.apply(blocks)
    assert dump(url) == followed
    assert projector.height == len(blocks)


def test_many_records_in_one_batch_are_found_and_replaced(
    projector: Projector, views: Views, url: str
) -> None:
    """More than one statement looks for: put, replaced and removed, once each, however grouped."""
    numbers, chain = range(600), Chain()
    chain.add(*(Deed(writes=put(item(n))) for n in numbers))
    chain.add(*(Deed(writes=put(item(n, note="again"))) for n in numbers))
    chain.add(*(Deed(writes=remove(f"IT-{n:04}")) for n in numbers[::3]))
    for block in chain.blocks:
        projector.apply([block])
    followed = dump(url)
    assert views.counts().records["shop.items"] == 400
    projector.reset()
    projector.apply(chain.blocks)
    assert dump(url) == followed


def test_a_reopened_projector_goes_on_where_it_was(url: str, tmp_path: Path) -> None:
    """Cursor and numbering live in the database, not in the process."""
    blocks = history().blocks
    for block in blocks:
        with Projector(url, GENESIS, SPECS) as projector:
            assert projector.height == block.header.height - 1
            projector.apply([block])
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    with Projector(other, GENESIS, SPECS) as projector:
        projector.apply(blocks)
    assert dump(url) == dump(other)


def test_a_change_of_the_specs_builds_the_views_anew(url: str) -> None:
    """Another form of the tables means height 0 again, and none of the old tables."""
    blocks = history().blocks
    with Projector(url, GENESIS, SPECS) as projector:
        projector.apply(blocks)
    with Projector(url, GENESIS, ViewSpecs(tables=(ITEMS,))) as projector:
        assert projector.height == 0
        projector.apply(blocks)
        assert projector.height == len(blocks)
    tables = dump(url)
    assert "shop__items" in tables
    assert "shop__pairs" not in tables


def test_views_of_another_network_are_not_touched(url: str) -> None:
    """A mistaken URL must not delete another network's views."""
    with Projector(url, GENESIS, SPECS) as projector:
        projector.apply(history().blocks)
    before = dump(url)
    other = replace(genesis(), name="another").encode()
    with pytest.raises(DataFolderProblem):
        Projector(url, other, SPECS)
    assert dump(url) == before


def test_a_gap_is_refused_and_changes_nothing(projector: Projector, url: str) -> None:
    """A missing block would be missing for ever."""
    blocks = history().blocks
    before = dump(url)
    with pytest.raises(InvalidBlock):
        projector.apply([blocks[0], blocks[2]])
    with pytest.raises(InvalidBlock):
        projector.apply(blocks[1:])
    assert dump(url) == before


def test_blocks_of_another_history_are_refused(projector: Projector) -> None:
    """Views that are ahead of a restored ledger, or beside it, are noticed."""
    projector.apply(history().blocks)
    other = Chain()
    for _ in range(5):
        other.add(Deed(args={"other": True}))
    with pytest.raises(InvalidBlock):
        projector.apply(other.blocks[3:4])  # the same height as the newest, another block
    with pytest.raises(InvalidBlock):
        projector.apply(other.blocks[4:])  # does not follow from the newest
    assert projector.height == 4


def test_a_failed_write_changes_nothing_and_can_be_repeated(
    projector: Projector, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, counts and cursor change together; numbers given in vain are forgotten."""
    blocks = history().blocks
    projector.apply(blocks[:1])
    before = dump(url)
    run = Bulk.run

    def fail_late(self: Bulk, connection: object, rows: list[tuple[object, ...]]) -> int:
        if "shop__items" in self._sql and rows:
            raise OperationalError("disk", {}, Exception("database or disk is full"))
        return run(self, connection, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(Bulk, "run", fail_late)
    with pytest.raises(StorageFailed):
        projector.apply(blocks[1:])
    monkeypatch.undo()
    assert dump(url) == before
    projector.apply(blocks[1:])
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    with Projector(other, GENESIS, SPECS) as undisturbed:
        undisturbed.apply(blocks)
    assert dump(url) == dump(other)


def test_a_folder_that_is_not_there_is_a_storage_failure(tmp_path: Path) -> None:
    """The message names the views, not a line of SQL."""
    with pytest.raises(StorageFailed, match="views"):
        Projector(f"sqlite:///{tmp_path / 'nowhere' / 'views.sqlite'}", GENESIS, SPECS)


@pytest.mark.parametrize("url", ["not a url", "nosuchdatabase://host/name"])
def test_an_address_that_is_no_database_is_a_mistake_of_usage(url: str) -> None:
    """Operators give the address of the database."""
    with pytest.raises(UsageError):
        Projector(url, GENESIS, SPECS)


def test_what_cannot_be_read_is_listed_and_stops_nothing(
    projector: Projector, views: Views
) -> None:
    """Faulty or unknown bytes of any kind leave the rest as it is."""
    chain = Chain()
    good = deeds([1])[0]
    chain.add(
        Deed(raw=b"no transaction"),
        Deed(raw=b"\xd2\x84\x40\xa0\x40\x58\x40" + bytes(64)),
        Deed(entry=b"\xff"),
        Deed(entry=encode([1, b"short", 1])),
        Deed(entry=encode([1, b"i" * 32, 1, T0, "ok", None, [[1, {}]], b"d" * 32])),
        Deed(entry=encode([1, b"i" * 32, 1, T0, 7, None, [], b"d" * 32])),
        Deed(write_set=b"\x00\x00"),
        Deed(write_set=encode([1, [b"shop/items/x"], [b"shop/items/y", 5], ["k", b"v"]])),
        Deed(write_set=encode({"no": "list"})),
        Deed(contract="unknown", writes={b"unknown/table/1": b"\x00", b"noslash": None}),
        good,
    )
    projector.apply(chain.blocks)
    rows = views.list_transactions().items
    assert [row.leaf_index for row in rows] == list(range(10, -1, -1))
    codes = [row.code for row in reversed(rows)]
    assert codes == ["ok", "ok", *[UNREADABLE] * 4, *["ok"] * 5]
    assert rows[-1].contract is None
    assert rows[-1].args is None
    assert rows[-1].public_key is None
    assert rows[0].summary is not None
    assert [row.key for row in views.list_records("shop", "items").items] == ["IT-0001"]
    assert views.list_transactions(TransactionFilter(contract="unknown")).items[0].method == "sell"


def test_a_transaction_that_is_a_call_of_something_else_is_listed(
    projector: Projector, views: Views
) -> None:
    """A payload with the wrong types in it is not a reason to stop."""
    chain = Chain()
    block = chain.add(*deeds([1]))
    raw = block.transactions[0]
    payloads: list[Value] = [{"contract": 1, "method": 2, "args": {}}, {"contract": "a"}, [1]]
    again = Chain()
    again.add(*[Deed(raw=_with_payload(raw, encode(payload))) for payload in payloads])
    projector.apply(again.blocks)
    assert [row.contract for row in views.list_transactions().items] == [None] * 3


def _with_payload(raw: bytes, payload: bytes) -> bytes:
    message = parse_sign1(raw)
    return build_sign1(message.protected, payload, message.signature)


def test_the_register_follows_membership_writes(projector: Projector, views: Views) -> None:
    """A member enrolled by a transaction is listed, with the changes made later."""
    chain = Chain()
    auditor = Member(
        organization=BANK, id="auditor", name=Name("审计", "Auditor"), roles=("auditor",)
    )
    key = f"membership/members/{BANK}/auditor".encode()
    chain.add(Deed(contract="membership", method="enrol", writes={key: encode(to_value(auditor))}))
    projector.apply(chain.blocks)
    assert auditor in views.members(BANK)
    assert auditor not in views.members(COURT)
    assert views.counts().members == 3


def test_a_faulty_record_of_the_register_is_left_out(projector: Projector, views: Views) -> None:
    """Readers get whole members or none."""
    chain = Chain()
    faulty = {
        f"membership/members/{BANK}/x".encode(): encode({"id": "x"}),
        b"membership/organizations/x": encode([1]),
        b"membership/keys/" + b"k" * 32: encode({"member": "x"}),
    }
    chain.add(Deed(contract="membership", writes=dict(faulty)))
    projector.apply(chain.blocks)
    assert len(views.members()) == 2
    assert len(views.organizations()) == 2
    assert len(views.keys()) == 2


def test_genesis_that_is_none_is_refused(url: str) -> None:
    """The projector checks what it is given."""
    with pytest.raises(Malformed):
        Projector(url, b"\x00", SPECS)


def test_groups_hold_about_as_many_transactions_as_asked() -> None:
    """No block is split, none is lost, and the last group may be small."""
    chain = Chain()
    for count in (1, 4, 2, 0, 3):
        chain.add(*[Deed()] * count)
    groups = list(group_blocks(iter(chain.blocks), transactions=5))
    assert [len(group) for group in groups] == [2, 3]
    assert [block for group in groups for block in group] == chain.blocks
    assert list(group_blocks([], transactions=5)) == []


def test_an_empty_block_moves_the_height(projector: Projector, views: Views) -> None:
    """Engines that need them make blocks without transactions."""
    chain = Chain()
    chain.add()
    projector.apply(chain.blocks)
    assert views.height() == 1
    assert views.list_blocks().items[0].transaction_count == 0


def test_sentences_are_not_kept_but_made(projector: Projector, views: Views) -> None:
    """An event's sentence is in both languages, with times as people read them."""
    chain = Chain()
    chain.add(Deed(events=(sold(3, at=0),)))
    projector.apply(chain.blocks)
    summary = views.list_transactions().items[0].summary
    assert summary is not None
    assert summary.en == "IT-0003 sold at 1970-01-01 08:00:00 +08:00"
    assert "售出" in summary.zh
    assert SOLD.name == views.list_events().items[0].name


def test_views_that_are_ahead_of_the_ledger_begin_again(projector: Projector) -> None:
    """A ledger restored from a backup may have lost blocks that the views still show."""
    blocks = history().blocks
    projector.agree_with(None)
    projector.apply(blocks)
    projector.agree_with(blocks[-1])
    assert projector.height == len(blocks)
    projector.agree_with(blocks[-2])
    assert projector.height == 0
    projector.apply(blocks)
    projector.agree_with(None)
    assert projector.height == 0
