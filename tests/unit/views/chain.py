# SPDX-License-Identifier: Apache-2.0
"""Blocks made by hand, for tests of what is projected from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tallystick.contracts import FieldSchema, Label, ValueType
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value, encode
from tallystick.model import (
    NO_WRITES,
    OK,
    Block,
    BlockHeader,
    Call,
    Entry,
    Event,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    Organization,
    Outcome,
    encode_entry,
    encode_write_set,
    network_id,
    sign_transaction,
)
from tallystick.units import TimeMs
from tallystick.views import Field, TableSpec, ViewSpecs
from tallystick.views.specs import EventSpec

COURT: Final = "11110000000000001R"
BANK: Final = "91110000000000002L"
CLERK: Final = SecretKey(b"c" * 32)
TELLER: Final = SecretKey(b"t" * 32)
T0: Final = 1_790_000_000_000
ROOT: Final = b"\x07" * 32

ITEMS: Final = TableSpec(
    contract="shop",
    table="items",
    key=("id",),
    fields=(
        Field("id", "text"),
        Field("digest", "text", indexed=True, scattered=True),
        Field("title", "text", searched=True),
        Field("size", "integer", indexed=True),
        Field("is_new", "boolean"),
        Field("note", "text", optional=True, searched=True),
        Field("seal", "bytes", optional=True),
        Field("tags", "json", optional=True),
        Field(
            "origin",
            "record",
            optional=True,
            fields=(
                Field("device", "text", optional=True, indexed=True),
                Field("version", "integer", optional=True),
            ),
        ),
    ),
)
PAIRS: Final = TableSpec(
    "shop", "pairs", ("left", "right"), (Field("left", "text"), Field("right", "integer"))
)
_AT: Final = FieldSchema(
    name="at",
    type=ValueType(kind="integer", format="timestamp-ms"),
    label=Label(zh="时间", en="Time"),
)
SOLD: Final = EventSpec("shop.Sold", "{id} 于 {at} 售出", "{id} sold at {at}", fields=(_AT,))
SPECS: Final = ViewSpecs(tables=(ITEMS, PAIRS), events=(SOLD,))


def genesis() -> GenesisDocument:
    """Return two organisations with a member and a key each."""
    return GenesisDocument(
        name="views-test",
        created=TimeMs(T0),
        organizations=(
            Organization(id=COURT, name=Name("法院", "Court")),
            Organization(id=BANK, name=Name("银行", "Bank")),
        ),
        members=(
            Member(
                organization=COURT, id="clerk", name=Name("书记员", "Clerk"), roles=("depositor",)
            ),
            Member(organization=BANK, id="teller", name=Name("柜员", "Teller"), roles=()),
        ),
        keys=(
            _key(COURT, "clerk", CLERK),
            _key(BANK, "teller", TELLER),
        ),
        log_keys=(LogKey(organization=COURT, public_key=CLERK.public_key),),
    )


def _key(organization: str, member: str, secret: SecretKey) -> MemberKey:
    return MemberKey(
        public_key=secret.public_key,
        organization=organization,
        member=member,
        valid_from=TimeMs(0),
        valid_until=TimeMs(2 * T0),
    )


GENESIS: Final = genesis().encode()
NETWORK: Final = network_id("views-test", GENESIS)


@dataclass(frozen=True, slots=True)
class Deed:
    """One transaction of a test's history and what came of it."""

    args: dict[str, Value] = field(default_factory=dict)
    method: str = "sell"
    contract: str = "shop"
    signer: SecretKey = CLERK
    organization: str = COURT
    code: str = OK
    result: Value = None
    events: tuple[Event, ...] = ()
    writes: dict[bytes, bytes | None] = field(default_factory=dict)
    raw: bytes | None = None
    """Exact bytes in place of a signed transaction."""
    entry: bytes | None = None
    """Exact bytes in place of a log entry."""
    write_set: bytes | None = None
    """Exact bytes in place of a write set."""


@dataclass(slots=True)
class Chain:
    """Makes blocks that continue each other."""

    blocks: list[Block] = field(default_factory=list)
    nonce: int = 0
    genesis_hash: bytes = field(default_factory=lambda: sha256(GENESIS))

    def add(self, *deeds: Deed, time: int | None = None, skipped: int = 0) -> Block:
        """Append a block; its time is ten seconds after its parent's unless given.

        Skipped leaves stand for many transactions that are not made.
        """
        parent = self.blocks[-1] if self.blocks else None
        height = len(self.blocks) + 1
        block_time = T0 + 10_000 * height if time is None else time
        raws = [self._raw(deed) for deed in deeds]
        header = BlockHeader(
            height=height,
            parent=self.genesis_hash if parent is None else parent.hash,
            time=block_time,
            log_size=skipped + len(deeds) + (0 if parent is None else parent.header.log_size),
            log_root=ROOT,
            state_root=ROOT,
            membership_root=ROOT,
            app_hash=sha256(height.to_bytes(8, "big")),
        )
        block = Block(
            header,
            header.encode(),
            tuple(raws),
            tuple(
                _entry(deed, raw, height, block_time) for deed, raw in zip(deeds, raws, strict=True)
            ),
            tuple(
                encode_write_set(deed.writes) if deed.write_set is None else deed.write_set
                for deed in deeds
            ),
        )
        self.blocks.append(block)
        return block

    def _raw(self, deed: Deed) -> bytes:
        if deed.raw is not None:
            return deed.raw
        self.nonce += 1
        call = Call(NETWORK, deed.contract, deed.method, deed.args, self.nonce, TimeMs(2 * T0))
        return sign_transaction(call, deed.signer, deed.organization)


def _entry(deed: Deed, raw: bytes, height: int, time: int) -> bytes:
    if deed.entry is not None:
        return deed.entry
    outcome = Outcome(deed.code, deed.result, deed.events, NO_WRITES)
    return encode_entry(Entry(sha256(raw), height, time, outcome))


def item(number: int, **changed: Value) -> dict[str, Value]:
    """Return a whole record of `shop.items`."""
    return {
        "id": f"IT-{number:04}",
        "digest": sha256(str(number).encode()).hex(),
        "title": f"借款合同 {number}",
        "size": number,
        "is_new": number % 2 == 0,
        "note": None,
        "seal": None,
        "tags": None,
        "origin": {"device": f"dev-{number % 3}", "version": number},
        **changed,
    }


def put(*records: dict[str, Value]) -> dict[bytes, bytes | None]:
    """Return the writes that keep records of `shop.items`."""
    return {b"shop/items/" + str(record["id"]).encode(): encode(record) for record in records}


def remove(*keys: str) -> dict[bytes, bytes | None]:
    """Return the writes that delete records of `shop.items`."""
    return {f"shop/items/{key}".encode(): None for key in keys}


def sold(number: int, at: int = T0) -> Event:
    """Return an event with a sentence."""
    return Event("shop.Sold", {"id": f"IT-{number:04}", "at": at})


def deeds(numbers: Iterable[int]) -> Sequence[Deed]:
    """Return one sale for each number: a record and an event."""
    return [
        Deed(args={"number": n}, writes=put(item(n)), events=(sold(n),), result=n) for n in numbers
    ]
