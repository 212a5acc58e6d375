# SPDX-License-Identifier: Apache-2.0
"""A contract whose methods take every kind of argument, for the tests of generated verbs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    BoundedText,
    Context,
    Contract,
    Event,
    Help,
    Label,
    Name,
    Record,
    Refusal,
    Table,
    Timestamp,
    action,
    query,
)


class Line(Record):
    """One thing that is let."""

    title: Name
    price: Amount
    parts: tuple[str, ...] = ()
    since: Timestamp | None = None


class Terms(Record):
    """What was agreed."""

    deposit: Amount
    until: date


class Lease(Record):
    """A lease as it stands."""

    id: Annotated[str, Label(zh="编号", en="Number")]
    rent: Annotated[Amount, Label(zh="租金", en="Rent")]
    due: Timestamp
    until: date
    tags: list[str]
    lines: list[Line]
    mark: bytes
    is_open: bool


class Opened(Event):
    """en: {id} was opened.

    zh: {id} 已开立。
    """

    id: str


class TooDear(Refusal, code="RENT-1"):
    """en: {rent} is too much.

    zh: 租金 {rent} 过高。
    """

    rent: Amount


class Rental(Contract, name="demo.rental", version=3, label=Label(zh="租赁", en="Rental")):
    """en: Lets things.

    zh: 出租物品。
    """

    leases = Table(Lease, key="id")

    @action(
        role="depositor",
        label=Label(zh="开立", en="Open a lease"),
        emits=(Opened,),
        refuses=(TooDear,),
    )
    def open_lease(  # noqa: PLR0917  # every kind of argument
        self,
        ctx: Context,
        rent: Annotated[Amount, Label(zh="租金", en="Rent"), Help(zh="每月", en="A month.")],
        due: Timestamp,
        terms: Terms,
        kind: Literal["room", "car"] = "room",
        tags: list[str] | None = None,
        lines: list[Line] | None = None,
        mark: bytes = b"",
        is_open: bool = True,
        floor: int | None = None,
        names: dict[str, str] | None = None,
        url: BoundedText | None = None,
    ) -> Lease:
        """en: Opens a lease.

        zh: 开立租约。
        """
        if rent > 10_000_00:
            raise TooDear(rent=rent)
        lease = Lease(
            id=ctx.next_id("LE"),
            rent=rent,
            due=due,
            until=terms.until,
            tags=[*(tags or []), kind, f"floor {floor}", f"url {url}", *sorted(names or {})],
            lines=lines or [],
            mark=mark,
            is_open=is_open,
        )
        ctx.emit(Opened(id=lease.id))
        return self.leases.add(lease)

    @action(role=ANY_MEMBER, label=Label(zh="触碰", en="Touch"))
    def touch(self, ctx: Context) -> None:
        """Change nothing."""

    @action(role=ANY_MEMBER, label=Label(zh="计数", en="Count"))
    def count(self, ctx: Context, words: list[str]) -> int:
        """Count words."""
        return len(words)

    @query
    def show(self, id: str) -> Lease:  # noqa: A002
        """Return a lease."""
        return self.leases.require(id)

    @query
    def lines_of(self, id: str) -> list[Line]:  # noqa: A002
        """Return what is let."""
        return self.leases.require(id).lines

    @query
    def echo(
        self, words: list[str], mark: bytes | None = None, is_loud: bool = False, times: int = 1
    ) -> list[str]:
        """Return the words."""
        return [*words, "" if mark is None else mark.hex(), str(is_loud), str(times)]

    @query
    def half(self, rent: Amount) -> Amount:
        """Return half of it."""
        return rent // 2

    @query
    def nothing(self) -> Lease | None:
        """Return nothing."""
        return None
