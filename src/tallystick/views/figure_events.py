# SPDX-License-Identifier: Apache-2.0
"""Events as counting sees them: by block, in order, with their fields as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Plain: TypeAlias = "str | int | bool | None"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a kind that something counts."""

    leaf: int
    """Log index of its transaction."""
    contract: str
    event: str
    """Class name."""
    fields: Mapping[str, object]

    def plain(self, name: str) -> Plain:
        """Return a field's value as text, integer or truth value; None for anything else."""
        value = self.fields.get(name)
        if type(value) is bytes:
            return value.hex()
        return value if isinstance(value, str | int) else None

    def integer(self, name: str) -> int | None:
        """Return a field's value if it is an integer."""
        value = self.fields.get(name)
        return value if type(value) is int else None

    def values(self, names: tuple[str, ...]) -> tuple[Plain, ...]:
        """Return several fields' values."""
        return tuple([self.plain(name) for name in names])


@dataclass(frozen=True, slots=True)
class Moment:
    """A block: its time, and what happened in it."""

    height: int
    time: int
    """Unix milliseconds."""
    happenings: tuple[Happening, ...]
