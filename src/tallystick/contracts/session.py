# SPDX-License-Identifier: Apache-2.0
"""The state as one call sees it: what was there before, overlaid by what the call has written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from tallystick.contracts.hints import ToPlain
from tallystick.encoding import Value
from tallystick.errors import Corrupted, InvalidContract, LimitExceeded
from tallystick.units import STATE_KEY_BYTES_MAX, STATE_VALUE_BYTES_MAX

_UNREAD: Final = object()


def _read_nothing(_key: bytes) -> None:
    return None


class Session:
    """Reads through to the world state, keeps the writes and events of one call.

    The host prepares it before each call (`begin`) and takes `writes` and `events` afterwards. A
    session serves one call at a time and is used again for the next.
    """

    __slots__ = ("_event_kinds", "_is_read_only", "_read", "_seen", "events", "fault", "writes")

    writes: dict[bytes, bytes | None]
    """State key to new value bytes, or None for a deleted key."""
    events: list[tuple[str, dict[str, Value]]]
    """Full name and fields of each event, in order."""
    fault: Exception | None
    """What went wrong with the state itself, if anything did."""

    def __init__(self, event_kinds: Mapping[type[Struct], tuple[str, ToPlain]]) -> None:
        """Serve a contract that announces these kinds of events."""
        self._event_kinds = event_kinds
        self.begin(_read_nothing, is_read_only=True)

    def begin(self, read: Callable[[bytes], bytes | None], *, is_read_only: bool = False) -> None:
        """Start a call on the state that `read` answers for."""
        self._read = read
        self._is_read_only = is_read_only
        self._seen: dict[bytes, bytes | None] = {}
        self.writes = {}
        self.events = []
        self.fault = None

    def end(self) -> None:
        """Cut the connection to the state; `writes` and `events` stay until the next call."""
        self._read = _read_nothing
        self._is_read_only = True

    def read(self, key: bytes) -> bytes | None:
        """Return the value bytes of a state key as this call sees them.

        A failure of the state itself is a fault of this node. It is also remembered, because a
        contract that catches every exception must not turn it into an outcome.

        Raises:
            LimitExceeded: the key is too long.
        """
        value = self.writes.get(key, _UNREAD)
        if value is _UNREAD:
            value = self._seen.get(key, _UNREAD)
            if value is _UNREAD:
                return self._read_through(key)
        return value  # type: ignore[return-value]

    def _read_through(self, key: bytes) -> bytes | None:
        if len(key) > STATE_KEY_BYTES_MAX:
            raise LimitExceeded(
                "the primary key is too long",
                field="key",
                expected=f"a state key of at most {STATE_KEY_BYTES_MAX} bytes",
                found=f"{len(key)} bytes",
            )
        try:
            found = self._seen[key] = self._read(key)
        except Exception as fault:
            self.fault = fault
            raise
        return found

    def write(self, key: bytes, value: bytes | None) -> None:
        """Set, or with None delete, a key that this call has read before.

        Raises:
            LimitExceeded: the value is too large.
            InvalidContract: a query tried to write.
        """
        if self._is_read_only:
            raise InvalidContract("a query cannot write", expected="an action")
        if value is None and self._seen[key] is None:
            del self.writes[key]  # added and removed by the same call: nothing happened
            return
        if value is not None and len(value) > STATE_VALUE_BYTES_MAX:
            raise LimitExceeded(
                "the record is too large",
                field="record",
                expected=f"at most {STATE_VALUE_BYTES_MAX} bytes",
                found=f"{len(value)} bytes",
            )
        self.writes[key] = value

    def savepoint(self) -> tuple[dict[bytes, bytes | None], int]:
        """Return what `restore` needs to undo everything written and announced from here on."""
        return self.writes.copy(), len(self.events)

    def restore(self, point: tuple[dict[bytes, bytes | None], int]) -> None:
        """Undo what was written and announced since `savepoint`."""
        self.writes, count = point
        del self.events[count:]

    def damaged(self, key: bytes) -> Corrupted:
        """Return the fault of a stored value that cannot be what this platform wrote.

        As with `read`, it is also remembered.
        """
        fault = Corrupted("a stored record is damaged", field=key.decode(errors="replace")[:120])
        self.fault = fault
        return fault

    def announce(self, event: Struct) -> None:
        """Record an event that the contract declares.

        Raises:
            TypeError: no method of the contract declares this kind of event.
        """
        if self._is_read_only:
            raise InvalidContract("a query cannot announce events", expected="an action")
        kind = self._event_kinds.get(type(event))
        if kind is None:
            raise TypeError(f"{type(event).__name__} is not among the `emits` of this contract")
        name, to_plain = kind
        self.events.append((name, to_plain(event)))  # type: ignore[arg-type]  # a record is a map
