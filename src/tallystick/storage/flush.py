# SPDX-License-Identifier: Apache-2.0
"""One flush: the changes of some whole blocks, written to the store in one synced transaction.

It travels as messages, so that a writer in another process can apply it: chunks of changes, then
what they amount to. Both writers end in `Gathered.apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import lmdb
import msgspec
from msgspec import Struct

from tallystick.errors import invariant
from tallystick.storage.databases import Database, seal
from tallystick.storage.environment import Environment, failed_write, read_head, write_head


class Chunk(Struct, frozen=True, tag="chunk", array_like=True):
    """Some changes of one database; in another chunk of the flush a key does not occur again."""

    database: int
    keys: tuple[bytes, ...]
    values: tuple[bytes | None, ...]
    """One for each key; None deletes it."""


class Finish(Struct, frozen=True, tag="finish", array_like=True):
    """The flush is complete; write it."""

    base_height: int
    """Height of the store before the flush."""
    height: int
    header: bytes
    """Header of the block at `height`."""


class Written(Struct, frozen=True, tag="written", array_like=True):
    """Answer: the store is at this height, on disk."""

    height: int


class Failed(Struct, frozen=True, tag="failed", array_like=True):
    """Answer: the writer failed and ends."""

    code: str
    message: str
    hint: str


Request = Chunk | Finish
Answer = Written | Failed
Messages = Iterator[Request]

decode_request: Final[Callable[[bytearray], Request]] = msgspec.msgpack.Decoder(Request).decode
decode_answer: Final[Callable[[bytearray], Answer]] = msgspec.msgpack.Decoder(Answer).decode


class Gathered:
    """The chunks of one flush as they come in."""

    def __init__(self) -> None:
        """Start empty."""
        self._pairs: dict[int, list[tuple[bytes, bytes]]] = {}
        self._deleted: dict[int, list[bytes]] = {}

    def add(self, chunk: Chunk) -> None:
        """Take one chunk."""
        database = Database(chunk.database)
        pairs = self._pairs.setdefault(database, [])
        deleted = self._deleted.setdefault(database, [])
        for key, value in zip(chunk.keys, chunk.values, strict=True):
            if value is None:
                deleted.append(key)
            else:
                pairs.append((key, seal(database, key, value)))

    def apply(self, environment: Environment, finish: Finish, network: str) -> None:
        """Write everything in one transaction, synced when this returns.

        Raises:
            StorageFailed: it was not written; the environment must not be used any more.
            Halted: the store is not at the height the flush begins from.
        """
        # Two nodes on one store would each overwrite the other's newer values.
        at, _ = read_head(environment, network)
        invariant(at == finish.base_height, "the store was changed by someone else")
        try:
            with environment.lmdb.begin(write=True) as transaction:
                # In the order of keys each page of the store is visited once.
                for database in sorted(self._pairs):
                    handle = environment.handles[database]
                    with transaction.cursor(handle) as cursor:
                        cursor.putmulti(sorted(self._pairs[database]))
                    for key in sorted(self._deleted[database]):
                        transaction.delete(key, db=handle)
                write_head(environment, transaction, finish.height, finish.header)
        except lmdb.Error as error:
            raise failed_write(f"writing block {finish.height} to the store", error) from error


def apply_messages(environment: Environment, messages: Messages, network: str) -> int:
    """Apply the messages of one flush and return the new height.

    Raises:
        StorageFailed: it was not written; the environment must not be used any more.
        Halted: the store is not at the height the flush begins from.
    """
    gathered = Gathered()
    for message in messages:
        if isinstance(message, Finish):
            gathered.apply(environment, message, network)
            return message.height
        gathered.add(message)
    invariant(False, "a flush ended without its end")  # noqa: FBT003
    return 0
