# SPDX-License-Identifier: Apache-2.0
"""Typed records of what a node says about contracts; it is the node's word, not a proof."""

from __future__ import annotations

from msgspec import UNSET

from tallystick.client.records import Answered
from tallystick.model import ActivateContract


class ActiveContract(Answered, frozen=True, kw_only=True):
    """A contract as the next block runs it; the rest of its schema is left out here."""

    name: str
    version: int


class InstalledContract(Answered, frozen=True, kw_only=True):
    """A version of a contract that is installed on the node."""

    name: str
    version: int
    digest: str
    """SHA-256 over its sources, hexadecimal."""
    migrates_from: tuple[int, ...] = ()
    """Versions whose records it can move."""


class NeededContract(Answered, frozen=True, kw_only=True):
    """A version that the network voted for and the node has not installed."""

    name: str
    version: int
    digest: str | None = None
    height: int
    """First block that needs it: there the node stops."""
    found: str = ""
    """What is installed in its place."""


class NodeContracts(Answered, frozen=True, kw_only=True):
    """The contracts of a node."""

    items: tuple[ActiveContract, ...] = ()
    installed: tuple[InstalledContract, ...] = ()
    missing: tuple[NeededContract, ...] = ()

    def find(self, name: str, version: int) -> InstalledContract | None:
        """Return a version that is installed, or None."""
        for one in self.installed:
            if (one.name, one.version) == (name, version):
                return one
        return None

    def running(self, name: str) -> int | None:
        """Return the version that the next block runs, or None."""
        return next((one.version for one in self.items if one.name == name), None)

    def has(self, action: ActivateContract) -> bool:
        """Tell whether what an activation names is installed."""
        found = self.find(action.name, action.version)
        digests = (UNSET, bytes.fromhex(found.digest)) if found is not None else ()
        return action.digest in digests
