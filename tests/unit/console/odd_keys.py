# SPDX-License-Identifier: Apache-2.0
"""A contract whose records have keys of any signs; in a file of its own, as its digest covers."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    ANY_MEMBER,
    BoundedText,
    Context,
    Contract,
    Label,
    Record,
    Table,
    action,
)


class Shelf(Record):
    """A record with one key."""

    name: Annotated[BoundedText, Label(zh="名称", en="Name")]


class Place(Record):
    """A record with a key of two parts."""

    shelf: Annotated[BoundedText, Label(zh="架", en="Shelf")]
    spot: Annotated[BoundedText, Label(zh="位", en="Spot")]


class Store(Contract, name="store", version=1, label=Label(zh="库", en="Store")):
    """en: Things by names of any signs.

    zh: 以任意字符命名的物品。
    """

    shelves = Table(Shelf, key="name", label=Label(zh="货架", en="Shelves"))
    places = Table(Place, key=("shelf", "spot"), label=Label(zh="位置", en="Places"))

    @action(role=ANY_MEMBER, label=Label(zh="放置", en="Place"))
    def place(self, ctx: Context, shelf: BoundedText, spot: BoundedText) -> None:
        """en: Keeps a shelf and a place in it.

        zh: 记下货架与位置。
        """
        self.shelves.put(Shelf(name=shelf))
        self.places.put(Place(shelf=shelf, spot=spot))

    @action(role=ANY_MEMBER, label=Label(zh="清空", en="Clear"))
    def clear(self, ctx: Context, shelf: BoundedText, spot: BoundedText) -> None:
        """en: Removes a shelf and a place in it.

        zh: 移除货架与位置。
        """
        self.shelves.remove(shelf)
        self.places.remove(shelf, spot)
