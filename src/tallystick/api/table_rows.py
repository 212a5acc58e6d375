# SPDX-License-Identifier: Apache-2.0
"""Tables of contracts as lists: every table of every contract, read from the views."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.records import RecordPage, RecordPlace, RecordPlaces, TransactionPage
from tallystick.api.represent import show_record
from tallystick.api.table_filters import RESERVED, read_filter, unknown_column
from tallystick.api.transaction_rows import list_answer, show_transaction_row
from tallystick.api.view_ports import RecordFilter, RecordRow, TimeRange
from tallystick.contracts import TableSchema
from tallystick.errors import NotFound

NEWEST: Final = "newest"


def list_table(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/tables/{table}."""
    contract = asked.required_text("contract")
    table = table_of(asked)
    given = {name: text for name, text in asked.extra.items() if name not in RESERVED}
    wanted, unknown = read_filter(table, given)
    if unknown:
        raise unknown_column(table, min(unknown))
    return rows_answer(asked, contract, table, wanted)


def show_row(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/tables/{table}/{key}."""
    return row_answer(asked, asked.required_text("contract"), table_of(asked), "key")


def list_row_changes(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/tables/{table}/{key}/history."""
    page = asked.server.node.views.list_changes(
        asked.required_text("contract"),
        table_of(asked).name,
        asked.required_text("key"),
        cursor=asked.text("cursor"),
        limit=asked.required_integer("limit"),
    )
    items = [show_transaction_row(row, asked.server.catalogue) for row in page.items]
    record = TransactionPage(items=items, next_cursor=page.cursor, height=page.height)
    return list_answer(record, page.height)


def list_places_of_key(asked: Asked) -> Answer:
    """Answer GET /v1/records/{key}."""
    views = asked.server.node.views
    height = views.height()  # before reading: what is shown is of this block or a newer one
    places = views.places_of_key(asked.required_text("key"))
    items = [RecordPlace(contract=contract, table=table) for contract, table in places]
    return list_answer(RecordPlaces(items=items, height=height), height)


def rows_answer(asked: Asked, contract: str, table: TableSchema, wanted: RecordFilter) -> Answer:
    """Return a page of a table, with what every list takes: text, time, order, cursor, limit."""
    page = asked.server.node.views.list_records(
        contract,
        table.name,
        replace(
            wanted,
            during=TimeRange(asked.integer("from"), asked.integer("to")),
            text=asked.text("q"),
        ),
        order=asked.text("order") or NEWEST,
        cursor=asked.text("cursor"),
        limit=asked.required_integer("limit"),
    )
    items = [_show(row, table) for row in page.items]
    record = RecordPage(items=items, next_cursor=page.cursor, height=page.height)
    return list_answer(record, page.height)


def row_answer(asked: Asked, contract: str, table: TableSchema, parameter: str) -> Answer:
    """Return one record by its primary key."""
    key, views = asked.required_text(parameter), asked.server.node.views
    height = views.height()  # before reading: what is shown is of this block or a newer one
    row = views.get_record(contract, table.name, key)
    if row is None:
        raise NotFound(
            f"{contract}.{table.name} has no such record", field=parameter, found=key[:80]
        )
    return list_answer(_show(row, table), height)


def table_of(asked: Asked) -> TableSchema:
    """Return the table that the path names; raises `UnknownContract` or `NotFound`."""
    contract, name = asked.required_text("contract"), asked.required_text("table")
    schema = asked.server.catalogue.contract(contract)
    table = asked.server.catalogue.table(contract, name)
    if table is None:
        raise NotFound(
            f"{contract} has no such table",
            field="table",
            expected=", ".join(one.name for one in schema.tables) or "no tables",
            found=name[:80],
        )
    return table


def _show(row: RecordRow, table: TableSchema) -> dict[str, object]:
    """Return a record of a list."""
    return {
        **show_record(row.fields, table.fields),
        "_key": row.key,
        "_created_leaf": row.created_leaf,
        "_changed_leaf": row.changed_leaf,
    }
