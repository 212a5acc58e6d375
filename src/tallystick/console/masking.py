# SPDX-License-Identifier: Apache-2.0
"""Personal data stay covered on pages and in exports, for readers whom they do not concern.

What is personal says the format of a field's type. It concerns members with a role of the contract,
and organisations that the record or transaction names. Others who have signed in may uncover a page
for a while; that is written down. This is about pages: what the API tells, it tells to anybody who
reaches it, so personal data belong into private records, not on the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select
from starlette.responses import RedirectResponse, Response

from tallystick.console.access import Access, Page
from tallystick.console.audit import Kind, note
from tallystick.console.choices import safe_return
from tallystick.console.ledger import Json, at
from tallystick.console.records import METADATA
from tallystick.console.visit import Person, Visit


def _ends(first: int, last: int) -> Callable[[str], str]:
    """Return what leaves the first and last characters, and stars for the others."""

    def covered(text: str) -> str:
        if len(text) <= first + last:
            return "*" * len(text)
        return text[:first] + "*" * min(len(text) - first - last, 8) + text[len(text) - last :]

    return covered


PERSONAL: Final[dict[str, Callable[[str], str]]] = {
    "person-commitment": _ends(4, 0),
    "person-name": _ends(1, 0),
    "phone": _ends(3, 4),
    "id-number": _ends(3, 2),
    "bank-account": _ends(0, 4),
}
"""Format of a type -> how its values look when they are covered: 张*, 138****0000."""
REVEALS: Final = Table(
    "reveals",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("address", String(500), primary_key=True),
    Column("at", Integer, nullable=False),
)
_OPEN_MS: Final = 10 * 60 * 1000
"""How long a page stays uncovered."""
_ADDRESSES: Final = frozenset({"_key", "key", "id"})
"""Members that are parts of addresses; they stay as they are."""
_SEE_OTHER: Final = 303


def cover_rows(
    visit: Visit, contract: str, fields: list[Json], rows: list[Json]
) -> tuple[list[Json], bool]:
    """Return records as the reader may see them, and whether something is covered.

    Args:
        visit: of the reader.
        contract: whose table they are of.
        fields: of the table, as its schema says.
        rows: the records.
    """
    personal = [field for field in fields if _is_personal(field["type"])]
    if not personal or _sees_all(visit, contract):
        return rows, False
    shown = [
        row if _is_party(visit.person, row) else covered(row, _personal_in(row, personal))
        for row in rows
    ]
    return shown, shown != rows


def has_personal_data(contract: Json) -> bool:
    """Tell whether a contract's tables can have personal data in them."""
    tables = contract.get("tables", [])
    return any(_is_personal(field["type"]) for table in tables for field in table["fields"])


def cover_record(visit: Visit, contract: str, table: str, row: Json) -> Json:
    """Return one record of a table as the reader may see it."""
    (shown,), _ = cover_rows(visit, contract, _fields(visit, contract, table), [row])
    return shown


def cover_transaction(
    visit: Visit, transaction: Json, changes: list[Json]
) -> tuple[Json, list[Json], bool]:
    """Return a transaction and its changes as the reader may see them, and whether that covers."""
    contract = transaction.get("contract") or ""
    if _sees_all(visit, contract) or _is_party(visit.person, [transaction, changes]):
        return transaction, changes, False
    hidden = _personal_in(transaction.get("args") or {}, _arguments(visit, transaction))
    for event in transaction.get("events") or []:
        hidden |= _personal_in(event["fields"], _told_by(visit, event["name"]))
    for change in changes:
        hidden |= _personal_in_change(visit, change)
    return covered(transaction, hidden), covered(changes, hidden), bool(hidden)


async def listed_transactions(visit: Visit, **wanted: str | int | None) -> Json:
    """Return a page of the node's list of transactions, as the reader may see it.

    Raises:
        TallystickError: the node refused the filters.
    """
    page = await visit.ledger.get(at("transactions"), **wanted)
    return {**page, "items": await cover_listed(visit, page["items"])}


async def cover_listed(visit: Visit, items: list[Json]) -> list[Json]:
    """Return transactions of a list as the reader may see them: their sentences may name persons.

    A list has no arguments, so a transaction whose sentence could is asked for by itself.
    """
    return await asyncio.gather(*(_cover_listed(visit, one) for one in items))


async def _cover_listed(visit: Visit, item: Json) -> Json:
    contract = item.get("contract") or ""
    if not _names_persons(visit.names.contracts.get(contract, {})) or _sees_all(visit, contract):
        return item
    whole = await visit.ledger.find(at("transactions", item["id"]))
    if whole is None or _is_party(visit.person, whole):
        return item
    shown, _, _ = cover_transaction(visit, whole, [])
    return {**item, "sentence": shown["sentence"]}


def _names_persons(contract: Json) -> bool:
    """Tell whether sentences about a contract's transactions can have personal data in them."""
    return any(
        _is_personal(field["type"]) and f"{{{field['name']}" in template
        for told in (*contract.get("events", []), *contract.get("refusals", []))
        for template in told["template"].values()
        for field in told.get("fields", [])
    )


def cover_changes(visit: Visit, contract: str, changes: list[Json | None]) -> list[Json | None]:
    """Return what transactions changed in a record of a contract, as the reader may see it."""
    if _sees_all(visit, contract):
        return changes
    return [
        one
        if one is None or _is_party(visit.person, one)
        else covered(one, _personal_in_change(visit, one))
        for one in changes
    ]


def cover_value(visit: Visit, contract: str, described: Json, value: Json) -> tuple[Json, bool]:
    """Return an answer of a contract as the reader may see it, and whether something is covered.

    Args:
        visit: of the reader.
        contract: who answered.
        described: the answer's type, as the contract's schema says.
        value: the answer.
    """
    if _sees_all(visit, contract) or _is_party(visit.person, value):
        return value, False
    hidden = _personal_in({"value": value}, [{"name": "value", "type": described}])
    return covered(value, hidden), bool(hidden)


def cover_events(visit: Visit, events: list[Json]) -> tuple[list[Json], bool]:
    """Return events as the reader may see them, and whether something is covered."""
    shown = [_cover_event(visit, one) for one in events]
    return shown, shown != events


def _cover_event(visit: Visit, event: Json) -> Json:
    contract = event["name"].rpartition(".")[0]
    if _sees_all(visit, contract) or _is_party(visit.person, event):
        return event
    return covered(event, _personal_in(event["fields"], _told_by(visit, event["name"])))


def covered(document: Json, hidden: Mapping[str, str]) -> Json:
    """Return a JSON document in whose texts the hidden values are covered."""
    if isinstance(document, dict):
        return {
            name: value if name in _ADDRESSES else covered(value, hidden)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [covered(one, hidden) for one in document]
    if isinstance(document, str):
        for value, look in hidden.items():
            document = document.replace(value, look)
    return document


async def reveal(visit: Visit) -> Response:
    """Answer POST /reveal: uncover a page for who has signed in, and write it down."""
    form = await visit.form()
    address = safe_return(str(form.get("address", "")))[:500]
    place = {"account": visit.somebody().account, "address": address.partition("?")[0]}
    with visit.records.write() as connection:
        connection.execute(delete(REVEALS).where(REVEALS.c.at < visit.now_ms - _OPEN_MS))
        connection.execute(
            insert(REVEALS).prefix_with("OR REPLACE").values(**place, at=visit.now_ms)
        )
    await note(visit, Kind.REVEALED, address)
    return RedirectResponse(address, _SEE_OTHER)


def _sees_all(visit: Visit, contract: str) -> bool:
    person = visit.person
    if person is None:
        return False
    if any(role.startswith(f"{contract}.") for role in person.roles):
        return True
    wanted = select(REVEALS.c.at).where(
        REVEALS.c.account == person.account,
        REVEALS.c.address == visit.place,
        REVEALS.c.at >= visit.now_ms - _OPEN_MS,
    )
    with visit.records.read() as connection:
        return connection.execute(wanted).one_or_none() is not None


def _is_party(person: Person | None, document: Json) -> bool:
    """Tell whether a document names the reader's organisation anywhere."""
    if person is None:
        return False
    if isinstance(document, dict):
        return any(_is_party(person, one) for one in document.values())
    if isinstance(document, list):
        return any(_is_party(person, one) for one in document)
    return bool(document == person.organization)


def _personal_in(record: Json, fields: Iterable[Json]) -> dict[str, str]:
    """Return the personal values of a record, and how they look when they are covered."""
    return {
        text: PERSONAL[meaning](text)
        for field in fields
        for text, meaning in _texts(record.get(field["name"]), field["type"])
        if text and meaning in PERSONAL
    }


def _personal_in_change(visit: Visit, change: Json) -> dict[str, str]:
    fields = _fields(visit, change["contract"], change["table"])
    before, after = change.get("before") or {}, change.get("after") or {}
    return _personal_in(before, fields) | _personal_in(after, fields)


def _is_personal(described: Json) -> bool:
    """Tell whether values of a type can have personal data in them."""
    inner = [one["type"] for one in described.get("fields") or []]
    if described.get("items"):
        inner.append(described["items"])
    return described.get("format") in PERSONAL or any(_is_personal(one) for one in inner)


def _texts(value: Any, described: Json) -> Iterator[tuple[str, str]]:  # noqa: ANN401 # JSON
    """Give the texts of a value, each with the format of its type."""
    if isinstance(value, dict):
        inner = {one["name"]: one["type"] for one in described.get("fields") or []}
        for name, one in value.items():
            yield from _texts(one, inner.get(name) or described.get("items") or {})
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, described.get("items") or {})
    elif isinstance(value, str):
        yield value, described.get("format") or ""


def _arguments(visit: Visit, transaction: Json) -> list[Json]:
    return _part(visit, transaction["contract"], "methods", transaction["method"], "arguments")


def _told_by(visit: Visit, event: str) -> list[Json]:
    return _part(visit, event.rpartition(".")[0], "events", event, "fields")


def _fields(visit: Visit, contract: str, table: str) -> list[Json]:
    return _part(visit, contract, "tables", table, "fields")


def _part(visit: Visit, contract: str, kind: str, name: str, part: str) -> list[Json]:
    """Return a part of a contract's method or table; what no contract declares has none."""
    for one in visit.names.contracts.get(contract, {}).get(kind, []):
        if one["name"] == name:
            return list(one.get(part, []))
    return []


PAGES: Final = (
    Page(path="/reveal", name="reveal", access=Access.SIGNED_IN, handler=reveal, method="POST"),
)
