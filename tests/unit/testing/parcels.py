# SPDX-License-Identifier: Apache-2.0
"""Contracts for the tests of the kit: parcels that organisations send, and a box with a flaw."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

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
    Identifier,
    Label,
    MediaType,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Refusal,
    Table,
    Timestamp,
    action,
    query,
    replace,
)

WEIGHT_MAX = 1_000


class State(StrEnum):
    """Where a parcel is."""

    SENT = "sent"
    LOST = "lost"


class Parcel(Record):
    """What is sent."""

    id: str
    sender: OrganizationCode
    receiver: OrganizationCode
    weight: Count
    due: date | None = None
    state: State = State.SENT
    labels: list[str] = []  # noqa: RUF012  # msgspec copies it


class Stop(Record):
    """Where a parcel was, by number of the stop."""

    parcel: str
    number: int
    place: str


class Sent(Event):
    """en: {sender} sent {id} to {receiver}.

    zh: {sender} 向 {receiver} 寄出 {id}。
    """

    id: str
    sender: OrganizationCode
    receiver: OrganizationCode


class TooHeavy(Refusal, code="POST-1"):
    """en: {weight} is more than {most}.

    zh: {weight} 超过 {most}。
    """

    weight: Count
    most: Count


class Gone(Refusal, code="E_STATE"):
    """en: {id} is lost.

    zh: {id} 已遗失。
    """

    id: str


class NewParcel(Arguments):
    """What is known when a parcel is sent."""

    to: OrganizationCode
    weight: Count
    due: date | None = None
    labels: list[str] = []  # noqa: RUF012  # msgspec copies it


class Parcels(Contract, name="post.parcels", version=1):
    """Parcels on their way."""

    parcels = Table(Parcel, key="id")
    stops = Table(Stop, key=("parcel", "number"))

    @action(
        role="clerk",
        label=Label(zh="寄", en="Send"),
        emits=(Sent,),
        refuses=(TooHeavy,),
    )
    def send(self, ctx: Context, new: NewParcel) -> Parcel:
        """Send a parcel."""
        if new.weight > WEIGHT_MAX:
            raise TooHeavy(weight=new.weight, most=WEIGHT_MAX)
        parcel = Parcel(
            id=ctx.next_id("PA"),
            sender=ctx.signer.organization,
            receiver=new.to,
            weight=new.weight,
            due=new.due,
            labels=new.labels,
        )
        ctx.emit(Sent(id=parcel.id, sender=parcel.sender, receiver=parcel.receiver))
        return self.parcels.add(parcel)

    @action(role=("clerk", "driver"), label=Label(zh="停", en="Stop"))
    def stop(self, ctx: Context, parcel: str, number: Count, place: Name) -> None:
        """Note where a parcel is."""
        self.parcels.require(parcel)
        self.stops.add(Stop(parcel=parcel, number=number, place=place))

    @action(role=ANY_MEMBER, label=Label(zh="遗失", en="Lose"), refuses=(Gone,))
    def lose(self, ctx: Context, parcel: str) -> int:
        """Lose a parcel; return its weight."""
        found = self.parcels.require(parcel)
        if found.state is State.LOST:
            raise Gone(id=parcel)
        self.parcels.replace(replace(found, state=State.LOST))
        return found.weight

    @action(role=ANY_MEMBER, label=Label(zh="忘记", en="Forget"))
    def forget(self, ctx: Context, parcel: str) -> None:
        """Remove a parcel."""
        self.parcels.remove(parcel)

    @query
    def show(self, parcel: str) -> Parcel:
        """Return a parcel."""
        return self.parcels.require(parcel)

    @query
    def weigh(self, ids: list[str]) -> int:
        """Return the weight of parcels."""
        return sum(self.parcels.require(parcel).weight for parcel in ids)


class Box(Contract, name="post-box", version=1):
    """A contract with flaws that only its tests find."""

    things = Table(Stop, key="parcel")

    @action(role=ANY_MEMBER, label=Label(zh="混", en="Mix"))
    def mix(self, ctx: Context, size: Count) -> list[str]:
        """Return texts in the order of a set."""
        return list({f"item {number}" for number in range(size)})

    @action(role=ANY_MEMBER, label=Label(zh="放", en="Put in"))
    def put_first(self, ctx: Context, size: Count) -> None:
        """Keep texts in the order of a set."""
        names = {f"item {number}" for number in range(size)}
        self.things.put(Stop(parcel="first", number=1, place=" ".join(names)))

    @action(role=ANY_MEMBER, label=Label(zh="看", en="Look"))
    def look(self, ctx: Context, size: Count) -> bool:
        """Read one key, whichever the order of a set makes the first; the answer is the same."""
        return any(not self.things.contains(f"item {n}") for n in {f"{n}" for n in range(size)})

    @action(role=ANY_MEMBER, label=Label(zh="坏", en="Break"))
    def break_down(self, ctx: Context, how: Identifier) -> None:
        """Fail."""
        raise ZeroDivisionError(how)


class Audit(Contract, name="audit", version=1, exclusive_roles=(("officer", "reviewer"),)):
    """Two roles that nobody may hold together."""

    @action(role="officer", label=Label(zh="办", en="File"))
    def file(self, ctx: Context) -> None:
        """File a report."""

    @action(role=("reviewer", "chief"), label=Label(zh="审", en="Review"))
    def review(self, ctx: Context) -> None:
        """Review it."""


class Wishes(Arguments):
    """One argument of each kind."""

    text: BoundedText
    code: Annotated[str, Meta(pattern="^[A-Z]{2}-[0-9]{1,4}$", max_length=7)]
    digest: Digest
    media: MediaType
    name: Identifier
    line: Name
    organization: OrganizationCode
    amount: Amount
    small: Annotated[int, Meta(ge=-3, lt=4)]
    when: Timestamp
    day: date
    state: State
    is_gift: bool
    data: Annotated[bytes, Meta(min_length=2, max_length=4)]
    stops: Annotated[list[Stop], Meta(max_length=2)]
    notes: dict[str, int]
    maybe: int | None
    usual: int = 7


class Wishing(Contract, name="wishing", version=1):
    """Takes values of every kind."""

    @action(role=ANY_MEMBER, label=Label(zh="愿", en="Wish"))
    def wish(self, ctx: Context, wishes: Wishes) -> Wishes:
        """Return what was wished."""
        return wishes
