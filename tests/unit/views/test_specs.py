# SPDX-License-Identifier: Apache-2.0
"""From a contract's schema to SQL columns: names, kinds, indexes."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Event,
    Label,
    Name,
    OrganizationCode,
    Record,
    Table,
    Timestamp,
    action,
    schema_of,
)
from tallystick.views import Field, TableSpec, ViewSpecs, specs_of
from tallystick.views.adapter import INDEXES_MAX
from tallystick.views.names import NAME_BYTES_MAX, distinct_name, index_name, table_name
from tallystick.views.specs import columns_of, decode_specs, sql_table_names


class Colour(StrEnum):
    RED = "red"


class Grade(IntEnum):
    ONE = 1


class Inner(Record):
    device: Name | None = None
    grade: Grade


class Outer(Record):
    inner: Inner


class Thing(Record):
    id: str
    digest: Digest
    owner: OrganizationCode
    status: Colour
    title: Name
    grade: Grade
    is_good: bool
    seal: bytes
    made_at: Timestamp
    tags: list[str]
    names: dict[str, int]
    outer: Outer | None


class Pair(Record):
    left_id: str
    right_number: int
    other_number: int


class Many(Record):
    id: str
    a_number: int
    b_number: int
    c_number: int
    d_number: int
    e_number: int
    f_number: int
    g_number: int


class Made(Event):
    """en: {id} was made at {made_at}.

    zh: {id} 于 {made_at} 制成。
    """

    id: str
    made_at: Timestamp


class Factory(Contract, name="factory", version=1):
    """en: Makes things."""

    things = Table(Thing, key="id", label=Label(zh="物", en="Things"))
    pairs = Table(Pair, key=("left_id", "right_number"))
    many = Table(Many, key="id")

    @action(role=ANY_MEMBER, label=Label(zh="制造", en="Make"), emits=(Made,))
    def make(self, ctx: Context, id: str) -> str:  # noqa: A002
        """Make a thing."""
        ctx.emit(Made(id=id, made_at=ctx.block_time_ms))
        return id


SPECS = specs_of([schema_of(Factory)])


def test_columns_come_from_the_fields_of_the_record() -> None:
    """Nested records become columns of their own; lists and maps become JSON."""
    columns = {column.name: column for column in columns_of(SPECS.table("factory", "things"))}
    kinds = {name: column.kind for name, column in columns.items()}
    assert kinds == {
        "digest": "text",
        "owner": "text",
        "status": "text",
        "title": "text",
        "grade": "integer",
        "is_good": "boolean",
        "seal": "bytes",
        "made_at": "integer",
        "tags": "json",
        "names": "json",
        "outer_inner_device": "text",
        "outer_inner_grade": "integer",
    }
    assert columns["outer_inner_device"].path == ("outer", "inner", "device")
    assert columns["outer_inner_grade"].optional
    assert {name for name, column in columns.items() if column.searched} == {
        "title",
        "outer_inner_device",
    }


def test_indexes_are_for_what_people_look_up() -> None:
    """Hashes, organisations, numbers, devices, states: at most a few for each table."""
    things = columns_of(SPECS.table("factory", "things"))
    assert [column.name for column in things if column.indexed] == [
        *("digest", "owner", "status", "outer_inner_device")
    ]
    many = columns_of(SPECS.table("factory", "many"))
    assert sum(column.indexed for column in many) == INDEXES_MAX
    pairs = columns_of(SPECS.table("factory", "pairs"))
    assert [column.name for column in pairs if column.indexed] == ["other_number"]


def test_a_record_deeper_than_three_levels_is_json() -> None:
    """Columns of the fourth level would have names that nobody reads."""
    from tallystick.contracts import ContractSchema, FieldSchema, TableSchema, ValueType

    label = Label(zh="", en="")
    deep = ValueType(kind="text")
    for _ in range(4):
        deep = ValueType(kind="record", fields=(FieldSchema(name="x", type=deep, label=label),))
    table = TableSchema(
        name="t",
        label=label,
        record="T",
        key=("id",),
        fields=(FieldSchema(name="y", type=deep, label=label),),
    )
    schema = ContractSchema(name="c", version=1, label=label, description=label, tables=(table,))
    columns = columns_of(specs_of([schema]).table("c", "t"))
    assert [(column.name, column.kind) for column in columns] == [("y_x_x", "json")]


def test_events_keep_their_sentences() -> None:
    """And what their fields mean, among them the times."""
    (event,) = SPECS.events
    assert event.name == "factory.Made"
    meanings = {one.name: one.type.format for one in event.fields}
    assert meanings["made_at"] == "timestamp-ms"
    assert event.en == "{id} was made at {made_at}."


def test_specs_describe_themselves_and_their_version() -> None:
    """The views keep them, and are rebuilt when they change."""
    assert decode_specs(SPECS.encode()) == SPECS
    assert SPECS.digest == specs_of([schema_of(Factory)]).digest
    assert SPECS.digest != ViewSpecs(tables=SPECS.tables).digest


def test_names_that_would_meet_are_kept_apart() -> None:
    """SQL ignores the case of letters, and an underline may be part of a name."""
    spec = TableSpec(
        "c",
        "t",
        ("id",),
        (
            Field("a_b", "text"),
            Field("A_B", "text"),
            Field("_created", "integer"),
            Field("a", "record", fields=(Field("b", "text"),)),
        ),
    )
    names = [column.name for column in columns_of(spec)]
    assert names == ["a_b", "A_B_2", "_created_2", "a_b_3"]
    one, other = (TableSpec(c, t, ("id",), ()) for c, t in (("a__b", "c"), ("a", "b__c")))
    tables = sql_table_names(ViewSpecs(tables=(one, other)))
    assert len(set(tables.values())) == len(tables)


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_names_fit_into_every_database(one: str, other: str) -> None:
    """PostgreSQL cuts names after 63 bytes."""
    taken: set[str] = set()
    names = [
        table_name(one, other, taken),
        table_name(one, other, taken),
        distinct_name(one, taken),
    ]
    assert len({name.casefold() for name in names}) == 3
    assert all(len(name.encode()) <= NAME_BYTES_MAX for name in (*names, index_name(one, other)))


def test_a_key_of_one_text_needs_no_column_of_its_own() -> None:
    """The state's key says the same."""
    assert SPECS.table("factory", "things").text_key == "id"
    assert SPECS.table("factory", "pairs").text_key is None
