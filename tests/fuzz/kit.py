# SPDX-License-Identifier: Apache-2.0
"""What every fuzz target shares: the one rule, reading instructions out of bytes, edit programs.

The rule: whatever the input, a target accepts it or refuses it with a `TallystickError`. Any other
exception escapes and is a finding; so is a `Violation`, raised where an accepted input breaks a
property (round trip, two implementations agree, no false proof).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from tallystick.encoding import by_cbor2, canonical
from tallystick.errors import TallystickError


def _encoders() -> tuple[ModuleType, ModuleType]:
    """Return both encoders; without a compiler there is one, and nothing to compare."""
    try:
        return by_cbor2, importlib.import_module("tallystick.encoding.by_cbrrr")
    except ImportError:
        return by_cbor2, by_cbor2


Target = Callable[[bytes], bool]
"""Takes an input; says whether it was accepted; raises if something is wrong with us."""

ENCODERS = _encoders()
STEPS_MAX = 64


class Violation(AssertionError):
    """An accepted input broke a property; `rule` says which, whatever the input."""

    def __init__(self, rule: str, detail: object = "") -> None:
        """Keep the rule apart from the detail, so that a known finding can be passed by."""
        super().__init__(f"{rule}: {detail!r}"[:2000])
        self.rule = rule


def expect(holds: bool, rule: str, detail: object = "") -> None:
    """Raise `Violation` unless the property holds."""
    if not holds:
        raise Violation(rule, detail)


def attempt(decode: Callable[..., object], *arguments: object) -> object | None:
    """Return what `decode` makes of the arguments, None if it refuses with one of our errors."""
    try:
        return decode(*arguments)
    except TallystickError:
        return None


@contextmanager
def encoder(library: ModuleType) -> Iterator[None]:
    """Have canonical bytes read and written by this library, as on a machine that has only it."""
    chosen: Any = canonical
    before = chosen.decode_value, chosen.encode_value
    chosen.decode_value, chosen.encode_value = library.decode_value, library.encode_value
    try:
        yield
    finally:
        chosen.decode_value, chosen.encode_value = before


def same_by_every_encoder(decode: Callable[[bytes], object], data: bytes) -> object | None:
    """Return what `decode` makes of `data`, None if refused; both encoders must say the same.

    Two nodes of one network may have different encoders, so a difference would split it.
    """
    found = []
    for library in ENCODERS:
        with encoder(library):
            found.append(attempt(decode, data))
    expect(repr(found[0]) == repr(found[1]), "both encoders say the same", found)
    return found[1]


def text_of(data: bytes) -> str | None:
    """Return `data` as text, None if it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


class Instructions:
    """Reads numbers out of an input; an exhausted input reads as zeros."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte."""
        self._data = data
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether every byte was read."""
        return self._at >= len(self._data)

    def number(self, size: int = 1) -> int:
        """Return the next `size` bytes as a big-endian number."""
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part.ljust(size, b"\0"), "big")

    def choice(self, count: int) -> int:
        """Return a number below `count`."""
        return self.number() % count

    def rest(self) -> bytes:
        """Return the bytes that were not read."""
        part = self._data[self._at :]
        self._at = len(self._data)
        return part


def edit_bytes(data: bytes, steps: Instructions) -> bytes:
    """Return `data` after the one edit that the next instruction describes."""
    kind, place, value = steps.choice(5), steps.number(2), steps.number()
    at = place % (len(data) + 1)
    match kind:
        case 0:  # flip bits
            return data[:at] + bytes(byte ^ value for byte in data[at : at + 1]) + data[at + 1 :]
        case 1:  # insert
            return data[:at] + bytes((value,)) + data[at:]
        case 2:  # leave out
            return data[:at] + data[at + 1 + value % 40 :]
        case 3:  # cut off
            return data[:at]
        case _:  # repeat a part
            return data[:at] + data[max(at - value, 0) : at] + data[at:]


def edit_list(items: list[bytes], pool: list[bytes], steps: Instructions) -> list[bytes]:
    """Return a list of hashes after the edits that the remaining instructions describe."""
    edited = list(items)
    for _ in range(STEPS_MAX):
        if steps.is_done:
            break
        kind, at, value = steps.choice(6), steps.choice(len(edited) + 1), steps.number(2)
        other = pool[value % len(pool)]
        match kind:
            case 0:
                del edited[at : at + 1]
            case 1:
                edited.insert(at, other)
            case 2:
                edited[at : at + 1] = [other]
            case 3:
                edited[at:at] = edited[at : at + 1]
            case 4:
                edited[at : at + 1] = [edit_bytes(item, steps) for item in edited[at : at + 1]]
            case _:
                edited[at:] = edited[at:][::-1]
    return edited
