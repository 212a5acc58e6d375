# SPDX-License-Identifier: Apache-2.0
"""What the door of documents needs of a node."""

from __future__ import annotations

from typing import Protocol

from tallystick.contracts.parts import SealedCopy
from tallystick.model import DocumentPlace, ShownSlice, UploadState


class DocumentsFace(Protocol):
    """What a node holds of documents; it raises what `node.DocumentDesk` does."""

    def begin(self, asker: str, place: DocumentPlace, size: int) -> UploadState:
        """Begin an upload, or say how far the one that was begun is."""
        ...

    def upload(self, asker: str, place: DocumentPlace) -> UploadState:
        """Say how far an upload is."""
        ...

    def receive(self, asker: str, place: DocumentPlace, offset: int, piece: bytes) -> UploadState:
        """Keep the next piece of an upload."""
        ...

    def sealed(self, asker: str, place: DocumentPlace) -> SealedCopy:
        """Return what is known of a sealed copy that the asker may fetch."""
        ...

    def read(self, copy: SealedCopy, start: int, size: int) -> bytes:
        """Return checked bytes of a copy."""
        ...

    def put_wrap(self, asker: str, place: DocumentPlace, organization: str, wrap: bytes) -> None:
        """Keep the wrap of an organisation."""
        ...

    def check_wrap(self, asker: str, place: DocumentPlace, organization: str) -> None:
        """Say whether a wrap is here; raises `NotFound` if not."""
        ...

    def open(self, asker: str, place: DocumentPlace, number: int) -> bytes:
        """Return the asker's wrap, by a fresh opening."""
        ...


class CopiesFace(Protocol):
    """What a node gives to and gets from others of documents; it raises what `CopyDesk` does."""

    def chunk_hashes(self, asker: str, place: DocumentPlace) -> bytes:
        """Return the index of a copy that the asker may fetch."""
        ...

    def prove(self, asker: str, place: DocumentPlace, seed: bytes) -> ShownSlice:
        """Show the slice of a copy that a seed asks this node for."""
        ...

    def fetch(self, asker: str, place: DocumentPlace) -> UploadState:
        """Have the next piece of a copy from another node."""
        ...


class SealedNode(Protocol):
    """A node that holds documents."""

    @property
    def documents(self) -> DocumentsFace:
        """What it holds of documents."""
        ...

    @property
    def copies(self) -> CopiesFace:
        """What it gives to and gets from other nodes of them."""
        ...
