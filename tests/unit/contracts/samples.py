# SPDX-License-Identifier: Apache-2.0
"""A contract that uses every kind of type and method once."""

from __future__ import annotations

from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated, Literal, NewType

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Arguments,
    BoundedText,
    Context,
    Contract,
    Count,
    Digest,
    Event,
    Help,
    Identifier,
    Label,
    Meta,
    Record,
    Refusal,
    Table,
    Timestamp,
    action,
    field,
    query,
    replace,
)

Shelf = NewType("Shelf", str)


class Status(StrEnum):
    """Where an item stands."""

    NEW = "new"
    SOLD = "sold"


class Grade(IntEnum):
    """How good an item is."""

    LOW = 1
    HIGH = 2


class Part(Record):
    """A part of an item."""

    name: str
    mass: Annotated[int, Meta(gt=0, lt=1000)] = 1


class Item(Record):
    """An item in stock."""

    id: Identifier
    price: Annotated[Amount, Label(zh="价格", en="Price"), Help(zh="以分计", en="In fen.")]
    status: Status = Status.NEW
    grade: Grade = Grade.LOW
    shelf: Shelf | None = None
    seal: Annotated[bytes, Meta(min_length=2, max_length=4)] = b"\x00\xff"
    parts: list[Part] = field(default_factory=list)
    tags: tuple[str, ...] = ()
    notes: Annotated[dict[str, str], Meta(max_length=3)] = field(default_factory=dict)
    expires: date | None = None
    colour: Literal["red", "blue"] = "red"
    is_fragile: bool = False


class Spot(Record):
    """A place by row and number."""

    row: str
    number: int
    item: Identifier


class Stocked(Event):
    """en: {organization} stocked {id} at {at} for {price}.

    zh: {organization} 于 {at} 以 {price} 入库 {id}。
    """

    id: Identifier
    organization: str
    at: Timestamp
    price: Amount


class Sold(Event):
    """en: {id} was sold, fragile: {is_fragile}, seal {seal}, tags {tags}, {nobody}.

    zh: {id} 已售出，易碎：{is_fragile}，封签 {seal}，标签 {tags}，{nobody}。
    """

    id: Identifier
    is_fragile: bool
    seal: bytes
    tags: tuple[str, ...]
    notes: dict[str, int]
    nobody: str | None = None


class TooCheap(Refusal, code="SHOP-12"):
    """en: The offer {offer} is below the price {price}.

    zh: 出价 {offer} 低于价格 {price}。
    """

    offer: Amount
    price: Amount
    advice: str | None = None


class NewItem(Arguments):
    """The arguments of `stock`."""

    id: Identifier
    price: Amount
    parts: list[Part] = field(default_factory=list)
    seal: bytes = b"\x00\xff"


class Shop(Contract, name="shop", version=3, label=Label(zh="商店", en="Shop")):
    """en: Sells things.

    zh: 出售物品。
    """

    items = Table(Item, key="id", label=Label(zh="物品", en="Items"))
    spots = Table(Spot, key=("row", "number"))
    LIMIT = (1, 2)

    @action(
        role=("clerk", "keeper"), label=Label(zh="入库", en="Stock"), emits=(Stocked,), refuses=()
    )
    def stock(self, ctx: Context, new: NewItem) -> Item:
        """Put an item on sale."""
        item = Item(id=new.id, price=new.price, parts=new.parts, seal=new.seal)
        ctx.emit(
            Stocked(
                id=item.id,
                organization=ctx.signer.organization,
                at=ctx.block_time_ms,
                price=item.price,
            )
        )
        return self.items.add(item)

    @action(
        role=ANY_MEMBER,
        label=Label(zh="出售", en="Sell"),
        emits=(Sold, Stocked),
        refuses=(TooCheap,),
    )
    def sell(
        self,
        ctx: Context,
        id: Identifier,  # noqa: A002
        offer: Amount = 1,
        memo: BoundedText = "",
    ) -> None:
        """Sell an item."""
        item = self.items.require(id)
        if offer < item.price:
            raise TooCheap(offer=offer, price=item.price)
        self.items.replace(replace(item, status=Status.SOLD))
        ctx.emit(
            Sold(
                id=id,
                is_fragile=item.is_fragile,
                seal=item.seal,
                tags=(memo, "b"),
                notes={"count": 1},
            )
        )

    @action(role=ANY_MEMBER, label=Label(zh="放置", en="Place"))
    def place(self, ctx: Context, row: str, number: int, item: Identifier) -> str:
        """Put an item in its spot and give the placement a number."""
        self.spots.put(Spot(row=row, number=number, item=item))
        return ctx.next_id("PL")

    @query(label=Label(zh="查询", en="Find"))
    def find(self, id: Identifier) -> Item:  # noqa: A002
        """Return an item."""
        return self.items.require(id)

    @query
    def spot(self, row: str, number: Count) -> Spot | None:
        """Return what is in a spot."""
        return self.spots.get(row, number)

    @query
    def by_digest(
        self,
        digest: Digest,
        flag: bool = False,
    ) -> dict[str, bool]:
        """Return what was asked."""
        return {digest: flag}
