# SPDX-License-Identifier: Apache-2.0
"""What the door of private data needs of a node."""

from __future__ import annotations

from typing import Protocol

from tallystick.model import PrivatePackage, PrivatePlace, Question


class PrivateFace(Protocol):
    """What a node holds of private records; it raises what `node.PrivateDesk` does."""

    def organization_of(self, signed: bytes, question: Question, *, is_for_nodes: bool) -> str:
        """Return the organisation of the active member, or of the node, that signed a request."""
        ...

    def put(self, asker: str, place: PrivatePlace, package: PrivatePackage) -> None:
        """Keep sealed bytes and wraps."""
        ...

    def get(self, asker: str, place: PrivatePlace, *, is_whole: bool = True) -> PrivatePackage:
        """Return the sealed bytes and the asker's own wrap, or that alone."""
        ...
