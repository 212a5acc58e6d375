# SPDX-License-Identifier: Apache-2.0
"""A contract whose tables are listed, and whose method has a word that a table would like."""

from __future__ import annotations

from datetime import date

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Context,
    Contract,
    Label,
    Record,
    Table,
    Timestamp,
    action,
    query,
)


class Maker(Record):
    """Who made it."""

    name: str
    city: str


class Thing(Record):
    """What is sold."""

    shelf: str
    place: int
    price: Amount
    maker: Maker
    seen_at: Timestamp
    tags: list[str]
    sold: date | None = None
    is_new: bool = True


class Shop(Contract, name="shop", version=1):
    """en: Sells things.

    zh: 出售物品。
    """

    things = Table(Thing, key=("shelf", "place"))

    @action(role=ANY_MEMBER, label=Label(zh="放置", en="Put"))
    def put(  # noqa: PLR0917  # every kind of column
        self,
        ctx: Context,
        shelf: str,
        place: int,
        price: Amount,
        city: str,
        sold: date | None = None,
    ) -> Thing:
        """Put a thing on a shelf, or put another price on it."""
        thing = Thing(
            shelf=shelf,
            place=place,
            price=price,
            maker=Maker(name="M", city=city),
            seen_at=ctx.block_time_ms,
            tags=["a"],
            sold=sold,
        )
        self.things.put(thing)
        return thing

    @query
    def list(self, shelf: str, place: int) -> Thing:
        """Return a thing: a word that the tables would have liked."""
        return self.things.require(shelf, place)


class NextShop(Contract, name="shop", version=2):
    """en: Sells things, and counts.

    zh: 出售并计数。
    """

    things = Table(Thing, key=("shelf", "place"))

    @query
    def count(self) -> int:
        """Return a number."""
        return 2
