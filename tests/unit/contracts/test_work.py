# SPDX-License-Identifier: Apache-2.0
"""Tables, sessions and contexts: what a running call sees, and what it leaves."""

from __future__ import annotations

import pytest
from msgspec import ValidationError

from tallystick.contracts import Context, Frame, Record, Signer, Table, define, replace
from tallystick.contracts.checkers import checker, closed
from tallystick.encoding import decode, encode
from tallystick.errors import (
    Corrupted,
    Duplicate,
    InvalidContract,
    InvalidValue,
    LimitExceeded,
    StorageFailed,
    UnknownRecord,
)
from tallystick.model import Call, Invocation
from tallystick.units import STATE_VALUE_BYTES_MAX, TimeMs
from tests.unit.contracts.samples import Grade, Item, Part, Shop, Sold, Spot, Status, Stocked

SIGNER = Signer("91350100M000100Y43", "alice", ("clerk",), b"k" * 32)
CALL = Call("net", "shop", "sell", {}, 1, TimeMs(2))
ITEM = Item(id="a1", price=5)


def working(state: dict[bytes, bytes] | None = None, *, is_read_only: bool = False) -> Frame:
    """Return the shop at work on a state."""
    frame = define(Shop).open()
    frame.session.begin((state or {}).get, is_read_only=is_read_only)
    return frame


def shop(frame: Frame) -> Shop:
    """Return the contract of a frame."""
    assert isinstance(frame.contract, Shop)
    return frame.contract


def context(frame: Frame, *, time_ms: int = 1_790_000_000_000) -> Context:
    """Return a context of a call at that block time."""
    invocation = Invocation(CALL, SIGNER, b"t" * 32, 7, time_ms)
    return Context(invocation, frame.session, lambda _key, _message, _signature: False)


def test_a_record_is_kept_under_contract_table_and_key() -> None:
    """The value is the record's canonical map."""
    frame = working()
    assert shop(frame).items.add(ITEM) is ITEM
    (key, value) = frame.session.writes.popitem()
    assert key == b"shop/items/a1"
    assert value is not None
    assert decode(value) == {
        "id": "a1",
        "price": 5,
        "status": "new",
        "grade": 1,
        "shelf": None,
        "seal": b"\x00\xff",
        "parts": [],
        "tags": [],
        "notes": {},
        "expires": None,
        "colour": "red",
        "is_fragile": False,
    }


def test_a_call_reads_what_it_has_written() -> None:
    """And the state itself is not touched."""
    state: dict[bytes, bytes] = {}
    frame = working(state)
    items = shop(frame).items
    assert items.get("a1") is None
    items.add(ITEM)
    items.replace(replace(ITEM, status=Status.SOLD, tags=("x",), parts=[Part(name="wheel")]))
    found = items.require("a1")
    assert (found.status, found.tags, found.parts[0].name) == (Status.SOLD, ("x",), "wheel")
    assert items.contains("a1")
    assert not items.contains("a2")
    assert state == {}


def test_a_stored_record_is_read_back() -> None:
    """What one call leaves another finds."""
    first = working()
    shop(first).items.put(ITEM)
    state = {key: value for key, value in first.session.writes.items() if value is not None}
    second = working(state)
    assert shop(second).items.require("a1") == ITEM
    assert shop(second).items.get("a1") == ITEM
    shop(second).items.put(replace(ITEM, price=6))
    assert list(second.session.writes) == [b"shop/items/a1"]


def test_adding_twice_is_a_duplicate() -> None:
    """E_DUP names table and key."""
    items = shop(working()).items
    items.add(ITEM)
    with pytest.raises(Duplicate) as caught:
        items.add(ITEM)
    assert caught.value.facts() == {"field": "items", "found": "a1"}


def test_what_is_not_there_cannot_be_required_replaced_or_removed() -> None:
    """E_MISSING names table and key."""
    work = shop(working())
    with pytest.raises(UnknownRecord) as caught:
        work.items.require("a1")
    assert caught.value.facts() == {"field": "items", "found": "a1"}
    with pytest.raises(UnknownRecord):
        work.items.replace(ITEM)
    with pytest.raises(UnknownRecord, match="row / 7"):
        work.spots.remove("row", 7)
    with pytest.raises(UnknownRecord, match="row / 7"):
        work.spots.replace(Spot(row="row", number=7, item="a1"))


def test_removing_deletes_or_undoes() -> None:
    """A record that the call itself added leaves no trace."""
    before = working()
    shop(before).items.add(ITEM)
    state = {key: value for key, value in before.session.writes.items() if value is not None}
    frame = working(state)
    items = shop(frame).items
    items.remove("a1")
    assert not items.contains("a1")
    assert frame.session.writes == {b"shop/items/a1": None}
    items.add(ITEM)
    items.remove("a1")
    items.add(replace(ITEM, id="a2"))
    items.remove("a2")
    assert frame.session.writes == {b"shop/items/a1": None}


def test_keys_of_several_fields_never_meet() -> None:
    """`a/b` + 1 and `a` + `b/1` would, without escaping."""
    frame = working()
    spots = shop(frame).spots
    for row in ("a/b", "a%2Fb", "", "京"):
        spots.put(Spot(row=row, number=-1, item="x"))
    assert sorted(frame.session.writes) == [
        b"shop/spots//-1",
        b"shop/spots/a%252Fb/-1",
        b"shop/spots/a%2Fb/-1",
        "shop/spots/京/-1".encode(),
    ]
    assert spots.get("京", -1) is not None


def test_a_key_has_its_number_of_parts_and_plain_kinds() -> None:
    """Anything else is a mistake of the author."""
    work = shop(working())
    with pytest.raises(TypeError, match="the key is row, number, but 1 values"):
        work.spots.get("row")
    with pytest.raises(TypeError, match="the key is id, but 2 values"):
        work.items.get("a", "b")
    with pytest.raises(TypeError, match="not bool"):
        work.items.get(True)  # the mistake
    with pytest.raises(TypeError, match="items keeps Item, not Spot"):
        work.items.add(Spot(row="a", number=1, item="b"))  # type: ignore[arg-type]
    assert work.items.get(7) is None
    assert work.items.get(Status.NEW) is None


def test_an_empty_key_is_refused() -> None:
    """It would be the prefix of every other."""
    with pytest.raises(InvalidValue, match="the key is empty"):
        shop(working()).items.get("")


def test_keys_and_values_have_limits() -> None:
    """The store takes no longer keys; one record cannot fill a block."""
    work = shop(working())
    with pytest.raises(LimitExceeded, match="primary key"):
        work.items.get("京" * 130)
    big = replace(ITEM, notes={"a": "x" * STATE_VALUE_BYTES_MAX})
    with pytest.raises(LimitExceeded, match="record is too large"):
        work.items.put(big)


@pytest.mark.parametrize(
    "changes",
    [
        {"price": -1},
        {"price": 2**63},
        {"price": "5"},
        {"price": True},
        {"price": 1.0},
        {"seal": "text"},
        {"seal": b"12345"},
        {"parts": [Part(name="x", mass=1000)]},
        {"parts": [Part(name="x", mass=2**64)]},
        {"notes": {"a": 1}},
        {"notes": {str(n): "x" for n in range(4)}},
        {"colour": "green"},
        {"status": "lost"},
    ],
)
def test_a_record_is_held_against_its_types_before_it_is_kept(changes: dict[str, object]) -> None:
    """Constructors check nothing, so the table does: the state is typed."""
    frame = working()
    with pytest.raises(ValidationError):
        shop(frame).items.put(replace(ITEM, **changes))
    assert frame.session.writes == {}


def test_integers_of_any_record_are_bounded_to_64_bits() -> None:
    """A bare `int` means one that every language can hold."""
    spots = shop(working()).spots
    spots.put(Spot(row="a", number=2**63 - 1, item="x"))
    with pytest.raises(ValidationError):
        spots.put(Spot(row="a", number=2**63, item="x"))
    assert closed(str) is str


@pytest.mark.parametrize("data", [b"\xff", b"\x1b\x00\x00\x00\x00\x00\x00\x00\x01"])
def test_damaged_bytes_are_a_fault_of_the_node(data: bytes) -> None:
    """Only this node has them, so they must never become an outcome."""
    frame = working({b"shop/items/a1": data})
    with pytest.raises(Corrupted):
        shop(frame).items.get("a1")
    assert isinstance(frame.session.fault, Corrupted)


def test_a_record_of_an_older_contract_is_no_fault_of_the_node() -> None:
    """Every node sees the same: the contract's author forgot the migration."""
    frame = working({b"shop/items/a1": encode({"id": "a1", "weight": 3})})
    with pytest.raises(ValidationError):
        shop(frame).items.get("a1")
    assert frame.session.fault is None


def test_a_failing_state_is_remembered() -> None:
    """A contract that catches everything cannot turn it into an outcome."""
    fault = StorageFailed("the disk is gone")

    def read(_: bytes) -> bytes | None:
        raise fault

    frame = define(Shop).open()
    frame.session.begin(read)
    with pytest.raises(StorageFailed):
        shop(frame).items.get("a1")
    assert frame.session.fault is fault


def test_each_key_is_read_from_the_state_once() -> None:
    """Reading again in the same call costs nothing."""
    asked: list[bytes] = []
    frame = define(Shop).open()
    frame.session.begin(asked.append)
    for _ in range(3):
        assert shop(frame).items.get("a1") is None
    assert asked == [b"shop/items/a1"]


def test_a_query_can_neither_write_nor_announce() -> None:
    """It runs without a transaction, so nothing would record it."""
    frame = working(is_read_only=True)
    with pytest.raises(InvalidContract, match="cannot write"):
        shop(frame).items.add(ITEM)
    with pytest.raises(InvalidContract, match="cannot announce"):
        context(frame).emit(Stocked(id="a", organization="o", at=1, price=2))


def test_a_session_is_cut_off_after_its_call() -> None:
    """A contract that keeps a table for later gets nothing from it."""
    frame = working({b"shop/items/a1": b"\xff"})
    frame.session.end()
    assert shop(frame).items.get("a1") is None
    with pytest.raises(InvalidContract):
        shop(frame).items.add(ITEM)


def test_the_context_tells_who_and_when() -> None:
    """All that a contract may know of the outside."""
    ctx = context(working())
    assert ctx.signer is SIGNER
    assert (ctx.block_time_ms, ctx.height, ctx.transaction_id) == (
        1_790_000_000_000,
        7,
        b"t" * 32,
    )


def test_events_are_recorded_in_order_with_plain_fields() -> None:
    """A tuple becomes a list, bytes stay bytes."""
    frame = working()
    ctx = context(frame)
    ctx.emit(Stocked(id="a", organization="o", at=1, price=2))
    ctx.emit(Sold(id="a", is_fragile=True, seal=b"s", tags=("x",), notes={"n": 1}))
    assert frame.session.events == [
        ("shop.Stocked", {"id": "a", "organization": "o", "at": 1, "price": 2}),
        (
            "shop.Sold",
            {
                "id": "a",
                "is_fragile": True,
                "seal": b"s",
                "tags": ["x"],
                "notes": {"n": 1},
                "nobody": None,
            },
        ),
    ]


def test_an_undeclared_or_ill_typed_event_is_a_mistake_of_the_author() -> None:
    """The schema lists every event there can be, with its types."""
    ctx = context(working())
    with pytest.raises(TypeError, match="Part is not among the `emits`"):
        ctx.emit(Part(name="x"))  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        ctx.emit(Stocked(id="a", organization="o", at=-1, price=2))


def test_ids_count_by_prefix_and_year() -> None:
    """The year is the block's, in UTC."""
    frame = working()
    ctx = context(frame)
    assert [ctx.next_id("EV"), ctx.next_id("EV"), ctx.next_id("X")] == [
        *("EV-2026-000001", "EV-2026-000002", "X-2026-000001"),
    ]
    later = context(frame, time_ms=1_798_761_600_000)
    assert later.next_id("EV") == "EV-2027-000001"
    assert frame.session.writes[b"shop/_counters/EV-2026"] == encode({"last": 2})


def test_a_number_beyond_six_digits_grows() -> None:
    """Nothing wraps around."""
    frame = working({b"shop/_counters/EV-2026": encode({"last": 999_999})})
    assert context(frame).next_id("EV") == "EV-2026-1000000"


@pytest.mark.parametrize("value", [{"last": "x"}, {}, [1], {"last": True}])
def test_a_damaged_counter_is_a_fault_of_the_node(value: object) -> None:
    """An id must never be given twice."""
    frame = working({b"shop/_counters/EV-2026": encode(value)})  # type: ignore[arg-type]
    with pytest.raises(Corrupted):
        context(frame).next_id("EV")
    assert isinstance(frame.session.fault, Corrupted)


@pytest.mark.parametrize("prefix", ["", "ev", "EV-", "TOOLONGAA", "1A", "EV\n"])
def test_a_prefix_is_capital_letters_and_digits(prefix: str) -> None:
    """Ids are typed and read aloud."""
    with pytest.raises(ValueError, match="capital letters"):
        context(working()).next_id(prefix)


def test_a_member_of_an_enumeration_in_a_text_field_is_its_value() -> None:
    """It is a text to Python and to the type checker, so it must be one on the ledger."""

    class Told(Record):
        status: str
        grade: int

    to_plain = checker(Told)
    plain = to_plain(Told(status=Status.SOLD, grade=Grade.HIGH))
    assert plain == {"status": "sold", "grade": 2}
    assert isinstance(plain, dict)
    assert [type(value) for value in plain.values()] == [str, int]


def test_a_flat_record_with_bytes_is_checked_too() -> None:
    """Bytes stay bytes."""

    class Sealed(Record):
        seal: bytes
        note: str | None = None

    to_plain = checker(Sealed)
    assert to_plain(Sealed(seal=b"x")) == {"seal": b"x", "note": None}
    with pytest.raises(ValidationError):
        to_plain(Sealed(seal="x"))  # type: ignore[arg-type]


def test_an_unbound_table_does_nothing() -> None:
    """The class attribute is a declaration; it works only in a running call."""
    with pytest.raises(AttributeError):
        Table(Item, key="id").get("a1")
