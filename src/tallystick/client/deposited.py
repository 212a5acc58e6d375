# SPDX-License-Identifier: Apache-2.0
"""Which files a transaction names: by their hashes in its arguments, wherever the method puts them.

A file is a map with a `sha256` (64 hex digits or 32 bytes), perhaps a `size` and an `sm3`: the
arguments themselves (`evidence.deposit`) or the items of a list in them (`deposit_many`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tallystick.client.files import FileFacts
from tallystick.encoding import Value, parse_hex
from tallystick.errors import Malformed
from tallystick.model import Call
from tallystick.units import HASH_SIZE


@dataclass(frozen=True, slots=True)
class Deposited:
    """A file named in the arguments of a call."""

    place: str
    """Where in the arguments, for example `sha256` or `deposits[3].sha256`."""
    facts: FileFacts

    def differences(self, found: FileFacts) -> list[str]:
        """Return the names of what differs in `found`; what one side does not say is left out."""
        pairs = (
            ("sha256", self.facts.sha256, found.sha256),
            ("size", self.facts.size, found.size),
            ("sm3", self.facts.sm3, found.sm3),
        )
        return [n for n, ours, other in pairs if None not in (ours, other) and ours != other]


def deposited_files(call: Call) -> list[Deposited]:
    """Return the files that the call's arguments name, in order; none for most methods."""
    return list(_files(call.args))


def stated_of(call: Call, sha256: bytes) -> dict[str, Value]:
    """Return what the call's arguments state of the file with this hash; nothing if not of it."""
    items = [one for rows in call.args.values() if isinstance(rows, list) for one in rows]
    for fields in (call.args, *items):
        if isinstance(fields, dict) and _digest(fields.get("sha256")) == sha256:
            return fields
    return {}


def _files(args: dict[str, Value]) -> Iterator[Deposited]:
    own = _facts(args)
    if own is not None:
        yield Deposited("sha256", own)
    for name, value in args.items():
        if isinstance(value, list):
            for index, item in enumerate(value):
                facts = _facts(item) if isinstance(item, dict) else None
                if facts is not None:
                    yield Deposited(f"{name}[{index}].sha256", facts)


def _facts(fields: dict[str, Value]) -> FileFacts | None:
    digest = _digest(fields.get("sha256"))
    if digest is None:
        return None
    size = fields.get("size")
    name = fields.get("file_name")
    return FileFacts(
        digest,
        size if type(size) is int else None,
        _digest(fields.get("sm3")),
        name if isinstance(name, str) else None,
    )


def _digest(value: Value) -> bytes | None:
    """Return the 32 bytes of a digest in either spelling, None for anything else."""
    if isinstance(value, bytes) and len(value) == HASH_SIZE:
        return value
    if not isinstance(value, str):
        return None
    try:
        return parse_hex(value, size=HASH_SIZE)
    except Malformed:
        return None
