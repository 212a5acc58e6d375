# SPDX-License-Identifier: Apache-2.0
"""What a test process and its twin say to each other: frames of MessagePack over pipes."""

from __future__ import annotations

from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
from msgspec import Struct

_LENGTH_SIZE: Final = 4


class Place(Struct, frozen=True, array_like=True):
    """Where the twin finds a contract class."""

    module: str
    file: str
    """Source of the module, for one that cannot be imported by name."""
    name: str
    """Qualified name of the class."""


class Load(Struct, frozen=True, tag=True):
    """Find these contracts; answered by `Loaded`."""

    path: list[str]
    """Where modules are looked for, as in the test process."""
    contracts: tuple[Place, ...]


class Loaded(Struct, frozen=True, tag=True):
    """The contracts are there, or why not."""

    problem: str = ""


class Run(Struct, frozen=True, tag=True):
    """Execute a call of the contracts of the `Load` with this number; answered by `Ran`."""

    contracts: int
    call: tuple[str, str, str, Any, int, int]
    """Network, contract, method, arguments, nonce, valid_until."""
    signer: tuple[str, str, tuple[str, ...], bytes]
    block: tuple[bytes, int, int, int | None, bytes]
    """Transaction id, height, block time, version of the contract, hash of the header before."""
    reads: tuple[tuple[bytes, bytes | None], ...]
    """What the first run read."""


class Need(Struct, frozen=True, tag=True):
    """The second run reads a key that the first did not; answered by `Found`."""

    key: bytes


class Found(Struct, frozen=True, tag=True):
    """What is under the key."""

    value: bytes | None


class Ran(Struct, frozen=True, tag=True):
    """What the second run did."""

    outcome: bytes
    """Canonical bytes of code, result and events."""
    writes: bytes
    """Canonical bytes of the write set."""
    failure: str = ""
    """What the contract's code raised, if anything."""


ToTwin: TypeAlias = Load | Run | Found
FromTwin: TypeAlias = Loaded | Need | Ran

_ENCODER: Final = msgspec.msgpack.Encoder()


def send(stream: BinaryIO, message: ToTwin | FromTwin) -> None:
    """Write a message.

    Raises:
        OSError: the other side is gone.
        OverflowError: an integer beyond 64 bits, which no ledger takes.
    """
    data = _ENCODER.encode(message)
    stream.write(len(data).to_bytes(_LENGTH_SIZE, "big") + data)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Return the bytes of the next message; None at the end."""
    head = stream.read(_LENGTH_SIZE)
    if len(head) < _LENGTH_SIZE:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    return data if len(data) == size else None
