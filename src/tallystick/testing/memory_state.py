# SPDX-License-Identifier: Apache-2.0
"""A world state in memory, for tests."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from tallystick.encoding import Value, decode


class MemoryState:
    """State keys and value bytes in a dict; implements `ledger.StateScanner`."""

    def __init__(self, values: Mapping[bytes, bytes] | None = None) -> None:
        """Start with these values, or empty."""
        self.values: dict[bytes, bytes] = dict(values or {})

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value bytes of a state key, or None."""
        return self.values.get(key)

    def scan(self, prefix: bytes, after: bytes) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys after `after` that begin with `prefix`, and their values, in order."""
        for key in sorted(self.values):
            if key > after and key.startswith(prefix):
                yield key, self.values[key]

    def apply(self, writes: Mapping[bytes, bytes | None]) -> None:
        """Make the writes of a call part of the state."""
        for key, value in writes.items():
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value

    def record(self, contract: str, table: str, key: str) -> Value:
        """Return one record as plain data, by its primary key; None if there is none."""
        data = self.values.get(f"{contract}/{table}/{key}".encode())
        return None if data is None else decode(data)

    def records(self, contract: str, table: str) -> dict[str, Value]:
        """Return the records of a table by primary key, sorted, as plain data."""
        prefix = f"{contract}/{table}/".encode()
        found = sorted(key for key in self.values if key.startswith(prefix))
        return {key[len(prefix) :].decode(): decode(self.values[key]) for key in found}
