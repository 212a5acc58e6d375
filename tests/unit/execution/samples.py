# SPDX-License-Identifier: Apache-2.0
"""A contract whose methods go wrong in every way a contract's code can."""

from __future__ import annotations

from contextlib import suppress

from tallystick.contracts import (
    ANY_MEMBER,
    Arguments,
    BoundedText,
    Context,
    Contract,
    Count,
    Event,
    InvalidValue,
    Label,
    Record,
    Refusal,
    Table,
    WrongState,
    action,
    query,
)

DO = Label(zh="做", en="Do")


class Note(Record):
    """A note."""

    id: str
    text: str


class Noted(Event):
    """en: {id} says {text}.

    zh: {id} 说 {text}。
    """

    id: str
    text: str


class Tired(Refusal, code="E_STATE"):
    """en: Tired after {rounds}.

    zh: {rounds} 轮后疲惫。
    """

    rounds: Count
    marks: list[str]


class Wanted(Arguments):
    """Arguments of a query as a record."""

    id: str
    shout: bool = False


class Range(Arguments):
    """Arguments that must go together."""

    low: int
    high: int

    def __post_init__(self) -> None:
        """Check them when they are made."""
        if self.low == 7:
            raise Tired(rounds=7, marks=[])
        if self.high // self.low < 1:
            raise ValueError("low is above high")


class Trouble(Contract, name="trouble", version=1):
    """Goes wrong on demand."""

    notes = Table(Note, key="id")

    @action(role="writer", label=DO, emits=(Noted,))
    def write(
        self,
        ctx: Context,
        id: str,  # noqa: A002
        text: str = "hello",
        copies: int = 1,
    ) -> list[str]:
        """Write a note."""
        self.notes.add(Note(id=id, text=text))
        ctx.emit(Noted(id=id, text=text))
        return [text] * copies

    @action(role=ANY_MEMBER, label=DO)
    def forget(self, ctx: Context, id: str) -> None:  # noqa: A002
        """Remove a note."""
        self.notes.remove(id)

    @action(role=ANY_MEMBER, label=DO, refuses=(Tired,))
    def refuse(self, ctx: Context, how: str) -> None:
        """Write something, then refuse."""
        self.notes.put(Note(id="half", text="done"))
        if how == "own":
            raise Tired(rounds=3, marks=["a"])
        if how == "shared":
            raise WrongState("no", field="note", expected="another", found="this")
        if how == "value":
            raise InvalidValue("no")
        if how == "long":
            raise Tired(rounds=1, marks=["x" * 20_000])
        if how == "float":
            raise Tired(rounds=1, marks=[1.5])  # type: ignore[list-item]
        if how == "object":
            raise Tired(rounds=1, marks=[object()])  # type: ignore[list-item]

    @action(role=ANY_MEMBER, label=DO, emits=(Noted,))
    def fail(self, ctx: Context, how: str) -> int:
        """Write something, then fail."""
        self.notes.put(Note(id="half", text="done"))
        ctx.emit(Noted(id="half", text="done"))
        if how == "divide":
            return 1 // 0
        if how == "recurse":
            return self.fail(ctx, how)
        if how == "type":
            return "text"  # type: ignore[return-value]
        if how == "float":
            return 1.5  # type: ignore[return-value]
        if how == "large":
            return 2**64
        if how == "keep":
            self.kept = 1
        if how == "undeclared":
            ctx.emit(Note(id="a", text="b"))  # type: ignore[arg-type]
        if how == "memory":
            raise MemoryError
        if how == "exit":
            raise SystemExit
        return 1

    @action(role=ANY_MEMBER, label=DO)
    def swallow(self, ctx: Context, id: str) -> None:  # noqa: A002
        """Catch whatever reading raises and go on."""
        with suppress(Exception):
            self.notes.get(id)
        self.notes.put(Note(id="other", text="done"))

    @action(role=ANY_MEMBER, label=DO)
    def refuse_on_fault(self, ctx: Context, id: str) -> None:  # noqa: A002
        """Turn whatever reading raises into a refusal."""
        try:
            self.notes.get(id)
        except Exception:  # what a careless author does
            raise Tired(rounds=0, marks=[]) from None

    @action(role=ANY_MEMBER, label=DO)
    def between(self, ctx: Context, wanted: Range) -> None:
        """Do nothing with a range."""

    @action(role=ANY_MEMBER, label=DO)
    def grow(self, ctx: Context, id: str, size: Count) -> None:  # noqa: A002
        """Keep a text of that size."""
        self.notes.put(Note(id=id, text="x" * size))

    @query
    def read(self, id: str) -> Note:  # noqa: A002
        """Return a note."""
        return self.notes.require(id)

    @query
    def read_record(self, wanted: Wanted) -> str | None:
        """Return a note's text."""
        note = self.notes.get(wanted.id)
        if note is None:
            return None
        return note.text.upper() if wanted.shout else note.text

    @query
    def misread(self, how: BoundedText) -> str:
        """Go wrong while reading."""
        if how == "write":
            self.notes.put(Note(id="a", text="b"))
        if how == "refuse":
            raise WrongState("no")
        if how == "memory":
            raise MemoryError
        return 1 // 0  # type: ignore[return-value]


class Other(Contract, name="other", version=1):
    """Does nothing."""
