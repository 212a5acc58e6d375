# SPDX-License-Identifier: Apache-2.0
"""How often values stand in the columns of a table, and how often a contract's methods are called.

Which columns are worth counting, the types say: choices, yes and no, organisations.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.table_filters import RESERVED, read_filter, unknown_column
from tallystick.api.table_rows import table_of
from tallystick.api.transaction_rows import list_answer
from tallystick.api.view_ports import TimeRange
from tallystick.api.wire_types import Count
from tallystick.contracts import TableSchema, ValueType

FACETS_MAX: Final = 6
VALUES_MAX: Final = 20
"""Most values told of one column, the most frequent ones."""


class ValueCount(Struct, frozen=True, kw_only=True):
    """A value and how often it stands in its column."""

    value: Annotated[str | int | bool | None, Meta(description="Null: not set.")]
    count: Count


class FacetRecord(Struct, frozen=True, kw_only=True):
    """One column and its values, the most frequent first."""

    column: str
    values: list[ValueCount]
    others: Annotated[int, Meta(ge=0, description="Records with values that are not listed.")]


class FacetPage(Struct, frozen=True, kw_only=True):
    """What a table can be narrowed down by, and ordered by."""

    items: list[FacetRecord]
    sortable: Annotated[list[str], Meta(description="Columns that `order` takes.")]
    rows_max: Annotated[
        int | None,
        Meta(description="Only so many records were looked at, the newest; null: all."),
    ]
    height: Count


class MethodUseRecord(Struct, frozen=True, kw_only=True):
    """How often a method was called."""

    method: str
    calls: Count
    refused: Annotated[int, Meta(ge=0, description="Calls among them that were refused.")]
    organizations: Annotated[int, Meta(ge=0, description="How many different ones called it.")]


class MethodUsePage(Struct, frozen=True, kw_only=True):
    """How often each method of a contract was called since the founding, by method."""

    items: list[MethodUseRecord]
    height: Count


def show_facets(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/facets/{table}."""
    contract, table = asked.required_text("contract"), table_of(asked)
    given = {name: text for name, text in asked.extra.items() if name not in RESERVED}
    wanted, unknown = read_filter(table, given)
    if unknown:
        raise unknown_column(table, min(unknown))
    found = asked.server.node.views.count_values(
        contract,
        table.name,
        replace(
            wanted,
            during=TimeRange(asked.integer("from"), asked.integer("to")),
            text=asked.text("q"),
        ),
        counted_columns(table),
    )
    items = [
        FacetRecord(
            column=one.name,
            values=[ValueCount(value=value, count=n) for value, n in one.values[:VALUES_MAX]],
            others=sum(n for _, n in one.values[VALUES_MAX:]),
        )
        for one in found.columns
    ]
    page = FacetPage(
        items=items, sortable=list(found.sortable), rows_max=found.rows_max, height=found.height
    )
    return list_answer(page, found.height)


def show_method_use(asked: Asked) -> Answer:
    """Answer GET /v1/activity/methods."""
    page = asked.server.node.views.method_use(asked.required_text("contract"))
    items = [
        MethodUseRecord(
            method=one.method, calls=one.calls, refused=one.refused, organizations=one.organizations
        )
        for one in page.items
    ]
    return list_answer(MethodUsePage(items=items, height=page.height), page.height)


def counted_columns(table: TableSchema) -> list[str]:
    """Return the columns of a table that have few values each, first those that come first."""
    counted = [one.name for one in table.fields if _has_few_values(one.type)]
    return [name for name in counted if (name,) != table.key][:FACETS_MAX]


def _has_few_values(value_type: ValueType) -> bool:
    return (
        bool(value_type.choices)
        or value_type.kind == "boolean"
        or value_type.format == "organization"
    )
