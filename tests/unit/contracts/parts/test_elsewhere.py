# SPDX-License-Identifier: Apache-2.0
"""Records of another contract are read by a record of one's own, and never written."""

from __future__ import annotations

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Label,
    Name,
    Record,
    Table,
    action,
    schema_of,
)
from tallystick.contracts.parts import Elsewhere
from tallystick.errors import InvalidContract
from tallystick.testing import Net

LABEL = Label(zh="做", en="Do")


class Thing(Record):
    """What the shop keeps."""

    id: Name
    price: int
    colour: Name


class ThingSeen(Record, forbid_unknown_fields=False):
    """What the reader needs of it."""

    id: Name
    price: int


class Shop(Contract, name="shop", version=1):
    """Keeps things."""

    things = Table(Thing, key="id")

    @action(role=ANY_MEMBER, label=LABEL)
    def stock(self, ctx: Context, name: Name) -> None:
        """Keep a thing."""
        self.things.add(Thing(id=name, price=7, colour="red"))


class Reader(Contract, name="reader", version=1):
    """Looks things up."""

    things = Elsewhere("shop", "things", ThingSeen, key="id")

    @action(role=ANY_MEMBER, label=LABEL)
    def price(self, ctx: Context, name: Name) -> int:
        """Return a price, which must be there."""
        return self.things.require(name).price

    @action(role=ANY_MEMBER, label=LABEL)
    def is_there(self, ctx: Context, name: Name) -> bool:
        """Return whether there is one."""
        return self.things.get(name) is not None


def test_a_record_of_another_contract_is_read_with_the_fields_that_are_named() -> None:
    """Fields that are not named may be there; what is missing is E_MISSING, or None."""
    east = Net([Shop, Reader]).org("east")
    east.shop.stock("T-1")
    assert east.reader.price("T-1").result == 7
    assert east.reader.is_there("T-2").result is False
    with pytest.raises(Exception, match="no T-2"):
        east.reader.price("T-2")


def test_without_the_other_contract_there_is_no_record() -> None:
    """A reader alone finds nothing, and has no table of its own."""
    east = Net([Reader]).org("east")
    assert east.reader.is_there("T-1").result is False
    assert schema_of(Reader).tables == ()


@pytest.mark.parametrize(
    ("owner", "record", "key"),
    [("shop", Thing, "id"), ("shop", ThingSeen, "colour"), ("broken", ThingSeen, ("id",))],
    ids=["closed record", "no such key", "its own table"],
)
def test_what_could_not_be_read_is_refused(
    owner: str, record: type[Record], key: str | tuple[str, ...]
) -> None:
    """A closed record, a key that is no field, and a table of the contract itself."""

    class Broken(Contract, name="broken", version=1):
        """Reads what it cannot."""

        things = Elsewhere(owner, "things", record, key=key)

        @action(role=ANY_MEMBER, label=LABEL)
        def look(self, ctx: Context) -> None:
            """Do nothing."""

    broken: type[Contract] = Broken
    with pytest.raises(InvalidContract, match=r"Broken\.things cannot read"):
        schema_of(broken)
