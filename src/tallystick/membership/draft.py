# SPDX-License-Identifier: Apache-2.0
"""The changes of one governance call, made on a copy of the register until the call succeeds."""

from __future__ import annotations

from tallystick.encoding import Value
from tallystick.membership.records import Record, record_write
from tallystick.membership.register import Register
from tallystick.model import Event, GenesisDocument, Invocation
from tallystick.units import TimeMs

GOVERNANCE_CONTRACT = "governance"


class Draft:
    """What the call sees, what it wrote and what it announced so far.

    A refused step is dropped with its draft, so it changes nothing.
    """

    def __init__(
        self, register: Register, invocation: Invocation, genesis: GenesisDocument
    ) -> None:
        """Begin with the register as it is."""
        self.register = register.copy()
        self.invocation = invocation
        self.genesis = genesis
        self.writes: dict[bytes, bytes | None] = {}
        self.events: list[Event] = []

    @property
    def network(self) -> str:
        """The network's id."""
        return self.invocation.call.network

    @property
    def height(self) -> int:
        """Height of the block that executes."""
        return self.invocation.height

    @property
    def time(self) -> TimeMs:
        """Time of the block that executes."""
        return TimeMs(self.invocation.block_time)

    @property
    def caller(self) -> str:
        """The organisation that signed."""
        return self.invocation.signer.organization

    def put(self, *records: Record) -> None:
        """Write records."""
        self.write(dict(record_write(record) for record in records))

    def write(self, writes: dict[bytes, bytes | None]) -> None:
        """Write values of the tree."""
        self.register.apply(writes)
        self.writes.update(writes)

    def publish(self, key: bytes, value: bytes) -> None:
        """Write to the state tree, where contracts can read it."""
        self.writes[key] = value

    def announce(self, name: str, **fields: Value) -> None:
        """Add an event."""
        self.events.append(Event(f"{GOVERNANCE_CONTRACT}.{name}", fields))

    def fork(self) -> Draft:
        """Return a draft that continues from here and can be dropped."""
        return Draft(self.register, self.invocation, self.genesis)

    def adopt(self, other: Draft) -> None:
        """Take over what a fork did."""
        self.register = other.register
        self.writes.update(other.writes)
        self.events.extend(other.events)
