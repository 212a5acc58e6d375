# SPDX-License-Identifier: Apache-2.0
"""The port of stores: where the ciphertext of documents lies.

A store is not trusted. It keeps files under their content address and gives bytes back; whether
they are the right ones is checked by `Depot`, chunk for chunk, before anybody sees them. So a
store may be a folder, a program of others, or a service that somebody rents out. The suite that
every store passes is tests/conformance/test_document_store.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tallystick.encoding import Cid


class Store(Protocol):
    """Keeps files by content address. Every method may raise `StoreUnreachable`."""

    def put(self, cid: Cid, file: Path) -> None:
        """Keep the content of a file; it is durable when this returns, and again is no error.

        The file may be linked, but is neither moved nor changed.

        Raises:
            Corrupted: the store computes another address for the same bytes.
            StorageFailed: the system refused; the store has all of it or nothing.
        """

    def read(self, cid: Cid, start: int, size: int) -> bytes:
        """Return `size` bytes from `start` on, or fewer if there are no more: not checked.

        Raises:
            NotFound: the store has nothing under this address.
            StorageFailed: the system refused.
        """

    def remove(self, cid: Cid) -> bool:
        """Forget a file for good; return whether there was one.

        Raises:
            StorageFailed: the system refused; run it again.
        """

    def size(self, cid: Cid) -> int | None:
        """Return how many bytes are kept under an address, or None."""
