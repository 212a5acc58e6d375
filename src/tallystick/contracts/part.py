# SPDX-License-Identifier: Apache-2.0
"""Parts: pieces with tables, rules, events and refusals of their own that contracts are built from.

A part is a class attribute of a contract, like a table; its tables become tables of the contract,
named after both (`money = Accounts(...)` gives `money_accounts`). A part with a `home` keeps its
tables with the contract of that name instead, so that all contracts share one register.
"""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar, Self

from tallystick.contracts.label import Label
from tallystick.contracts.records import Event
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.session import Session
from tallystick.contracts.tables import Table


class Part:
    """A piece of a contract: `money = Accounts(label=Label(zh="资金", en="Money"))`.

    Its methods work only while a method of the contract runs.
    """

    home: ClassVar[str] = ""
    """Name of the contract that keeps the tables; empty: the one that the part belongs to."""
    events: ClassVar[tuple[type[Event], ...]] = ()
    """Events that it announces, for every contract that has it."""
    refusals: ClassVar[tuple[type[Refusal], ...]] = ()
    """Refusals of its rules, for every contract that has it."""

    name: str
    label: Label
    contract: str
    """Name of the contract at work."""
    _session: Session

    def __init__(self, *, label: Label | None = None) -> None:
        """Take the label that its tables are shown under; none: the attribute's name."""
        values = vars(self)
        values["name"] = ""
        values["label"] = label or Label(zh="", en="")

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name as the part's."""
        vars(self)["name"] = name
        if not self.label.en:
            vars(self)["label"] = Label(zh=name, en=name.replace("_", " "))

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse after the contract is at work: state belongs into tables."""
        if "_session" in vars(self):
            raise AttributeError(f"a part keeps its state in tables; {name!r} would be lost")
        vars(self)[name] = value

    @classmethod
    def own_tables(cls) -> dict[str, Table[Any]]:
        """Return the tables as declared in the class and its bases, by attribute."""
        found: dict[str, Table[Any]] = {}
        for owner in reversed(cls.__mro__):
            found |= {name: one for name, one in vars(owner).items() if isinstance(one, Table)}
        return found

    def check(self, contract: type) -> None:
        """Refuse a contract that lacks what this part needs of it; most parts need nothing.

        Raises:
            InvalidContract: something is missing.
        """

    def tables(self) -> dict[str, Table[Any]]:
        """Return the tables by attribute, each with the name and label it has in its contract."""
        return {name: self._table(name, table) for name, table in self.own_tables().items()}

    def bind(self, contract: str, session: Session) -> Self:
        """Return this part at work on a session; for the host, not for authors."""
        bound = copy(self)
        values = vars(bound)
        values["contract"] = contract
        for name, table in self.tables().items():
            values[name] = table.bind(self.home or contract, session)
        values["_session"] = session
        return bound

    def announce(self, event: Event) -> None:
        """Record an event of this part."""
        self._session.announce(event)

    def _table(self, name: str, table: Table[Any]) -> Table[Any]:
        if self.home:
            return table
        own = table.label or Label(zh=name, en=name.replace("_", " "))
        label = Label(zh=f"{self.label.zh}：{own.zh}", en=f"{self.label.en}: {own.en}")
        named = Table(table.record, key=table.key, label=label)
        named.name = f"{self.name}_{name}"
        return named
