# SPDX-License-Identifier: Apache-2.0
"""Flows that read: single records, pages of lists, queries, and proofs of state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from keyword import iskeyword
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from tallystick.client.exchange import Ask, Flow, fetch, fetch_json, not_a_node
from tallystick.client.proven_record import ProvenRecord
from tallystick.client.records import (
    BlockRecord,
    Item,
    OrganizationRecord,
    Page,
    Status,
    TransactionRecord,
)
from tallystick.client.session import Session
from tallystick.encoding import format_json, parse_base64, prepare
from tallystick.errors import InvalidCheckpoint, Malformed, UsageError
from tallystick.merkle import TILE_WIDTH
from tallystick.model import Checkpoint, Entry, decode_entry, parse_checkpoint

Row = TypeVar("Row")
Filter = str | int | datetime | None
"""A value to filter a list by; None means any."""
Argument = Filter | list[Any] | tuple[Any, ...] | Mapping[str, Any]
"""A value of a query's argument; what has parts goes as JSON."""
PAGE_ROWS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list on the node that is read page by page."""

    path: str
    filters: tuple[tuple[str, str], ...]
    read: Callable[[Any], Row]
    """Makes a row of an item's plain values; raises `msgspec.ValidationError`."""
    is_paged: bool = True
    """Whether the node takes a limit; a short list comes whole."""


class _Items(Struct, frozen=True):
    items: list[dict[str, Any]]
    next_cursor: str | None = None


class _Result(Struct, frozen=True):
    result: Any


class _StateProof(Struct, frozen=True, kw_only=True):
    value_base64: str | None = None
    proof: str
    checkpoint: str


def transactions(filters: Mapping[str, Filter]) -> Listing[TransactionRecord]:
    """Return the list of transactions, newest first."""
    return Listing("/v1/transactions", text_filters(filters), _as(TransactionRecord))


def blocks() -> Listing[BlockRecord]:
    """Return the list of blocks, newest first."""
    return Listing("/v1/blocks", (), _as(BlockRecord))


def organizations() -> Listing[OrganizationRecord]:
    """Return the list of organisations."""
    return Listing("/v1/organizations", (), _as(OrganizationRecord), is_paged=False)


def records(path: str, filters: Mapping[str, Filter]) -> Listing[Item]:
    """Return a list of a contract's records."""
    return Listing(path, text_filters(filters), Item)


def fetch_page(session: Session, listing: Listing[Row], cursor: str | None) -> Flow[Page[Row]]:
    """Return the page of a list at `cursor`, the first at None; what was written is in it."""
    query = list(listing.filters)
    if listing.is_paged:
        query.append(("limit", str(PAGE_ROWS)))
    if cursor is not None:
        query.append(("cursor", cursor))
    headers = (("Tally-Min-Height", str(session.min_height)),) if session.min_height else ()
    found = yield from fetch_json(Ask("GET", listing.path, tuple(query), headers=headers), _Items)
    try:
        rows = tuple(listing.read(item) for item in found.items)
    except msgspec.ValidationError as error:
        raise not_a_node(listing.path, str(error)) from error
    return Page(rows, found.next_cursor)


def fetch_status() -> Flow[Status]:
    """Return how the node stands."""
    return (yield from fetch_json(Ask("GET", "/v1/status"), Status))


def fetch_transaction(transaction_id: str) -> Flow[TransactionRecord]:
    """Return a committed transaction; raises `NotFound`."""
    ask = Ask("GET", f"/v1/transactions/{segment(transaction_id)}")
    return (yield from fetch_json(ask, TransactionRecord))


def fetch_block(height: int) -> Flow[BlockRecord]:
    """Return a block with its transactions; raises `NotFound`."""
    return (yield from fetch_json(Ask("GET", f"/v1/blocks/{int(height)}"), BlockRecord))


def fetch_organization(organization: str) -> Flow[OrganizationRecord]:
    """Return an organisation with members and keys; raises `NotFound`."""
    ask = Ask("GET", f"/v1/organizations/{segment(organization)}")
    return (yield from fetch_json(ask, OrganizationRecord))


def fetch_item(path: str) -> Flow[Item]:
    """Return one record of a contract's table; raises `NotFound`."""
    return Item((yield from fetch_json(Ask("GET", path), dict[str, Any])))


def query(contract: str, method: str, args: Mapping[str, Argument]) -> Flow[Any]:
    """Return what a contract's query answers: the node's word, not a proof."""
    path = f"/v1/contracts/{segment(contract)}/{segment(method)}"
    return (yield from fetch_json(Ask("GET", path, _texts(args)), _Result)).result


def fetch_proven(
    session: Session, contract: str, table: str, key: str, height: int | None
) -> Flow[ProvenRecord]:
    """Return a record of the state with its proof, which has been checked.

    Raises:
        InvalidProof, InvalidCheckpoint: the node's proof does not hold, or is of another height.
    """
    trust = yield from session.contact()
    path = f"/v1/state/{segment(contract)}/{segment(table)}/{segment(key)}/proof"
    found = yield from fetch_json(Ask("GET", path, text_filters({"height": height})), _StateProof)
    proven = ProvenRecord(
        contract=contract,
        table=table,
        key=key,
        content=None if found.value_base64 is None else parse_base64(found.value_base64),
        proof=parse_base64(found.proof),
        checkpoint=found.checkpoint,
    )
    trust = yield from session.trust_for(found.checkpoint, trust)
    proven.check(trust)
    head = parse_checkpoint(found.checkpoint)
    if height is not None:
        _check_height(head, height)
    session.state.compare(trust, found.checkpoint, head)
    return proven


def _check_height(head: Checkpoint, height: int) -> None:
    if head.height != height:
        raise InvalidCheckpoint(
            "the node proves the state of another height than it was asked for",
            field="checkpoint.height",
            expected=str(height),
            found=str(head.height),
        )


def fetch_entry(leaf: int) -> Flow[Entry]:
    """Return the log entry at a place; the node's word until a receipt proves it.

    Raises:
        NotFound: the log is shorter.
        Unavailable: what arrives is not a bundle of entries.
    """
    number, place = divmod(leaf, TILE_WIDTH)
    part = "" if place == TILE_WIDTH - 1 else f".p/{place + 1}"
    path = f"/tile/entries/{_tile_index(number)}{part}"
    answer = yield from fetch(Ask("GET", path, accept="application/octet-stream"))
    try:
        return decode_entry(_unbundle(answer.body, place))
    except Malformed as error:
        raise not_a_node(path, error.message) from error


def _tile_index(number: int) -> str:
    """Return a tile's number as C2SP tlog-tiles spells it: `x001/x234/067`."""
    elements = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        elements.append(f"x{number % 1000:03}")
    return "/".join(reversed(elements))


def _unbundle(bundle: bytes, place: int) -> bytes:
    """Return one entry of a bundle: 16-bit lengths, each followed by its entry."""
    start = 0
    for _ in range(place):
        start += 2 + int.from_bytes(bundle[start : start + 2], "big")
    return bundle[start + 2 : start + 2 + int.from_bytes(bundle[start : start + 2], "big")]


def segment(text: str) -> str:
    """Return text as one segment of a path; raises `UsageError` for nothing."""
    if not text:
        raise UsageError("an identifier is empty", field="id")
    return quote(text, safe="")


def text_filters(filters: Mapping[str, Filter]) -> tuple[tuple[str, str], ...]:
    """Return filters for a query string; `from_` is spelled `from`, which Python reserves."""
    return _texts({_without_underscore(name): value for name, value in filters.items()})


def _without_underscore(name: str) -> str:
    return name[:-1] if name.endswith("_") and iskeyword(name[:-1]) else name


def _texts(values: Mapping[str, Argument]) -> tuple[tuple[str, str], ...]:
    """Return values for a query string under their own names, as a contract's arguments have."""
    return tuple((name, _text(value)) for name, value in values.items() if value is not None)


def _text(value: str | int | datetime | list[Any] | tuple[Any, ...] | Mapping[str, Any]) -> str:
    if isinstance(value, list | tuple):
        return format_json(list(value))
    if isinstance(value, Mapping):
        return format_json(dict(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError("a time needs its zone", field="time", found=value.isoformat())
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def time_ms(moment: datetime | int) -> int:
    """Return a time as unix milliseconds; raises `UsageError` for one without a zone."""
    if isinstance(moment, int):
        return moment
    if moment.tzinfo is None:
        raise UsageError("a time needs its zone", field="time", found=moment.isoformat())
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000


def _as(record: type[Row]) -> Callable[[Any], Row]:
    prepare(record)
    return lambda item: msgspec.convert(item, record)
