# SPDX-License-Identifier: Apache-2.0
"""Which contracts the network runs, or will run, that are not installed on this node.

A node never runs other sources than those that were voted: before their height it warns, from
their height on it stops, and does not start.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec import Struct

from tallystick.contracts import ContractSchema
from tallystick.errors import ContractMissing
from tallystick.execution import ContractRunner, InstalledContract, load_contracts
from tallystick.membership import Register


class NeededContract(Struct, frozen=True, kw_only=True):
    """A contract in a version and with a digest that this node does not have."""

    name: str
    version: int
    digest: bytes | None
    """None if the vote named none: then any sources of the version will do."""
    height: int
    """First block that runs it."""
    found: str
    """What is installed in its place."""

    def error(self) -> ContractMissing:
        """Return the error with which a node stops, or does not start."""
        return ContractMissing(
            f"block {self.height} runs contract {self.name} in version {self.version}",
            field="contracts",
            expected=describe(self.version, self.digest),
            found=self.found,
        )


def find_installed_contracts() -> tuple[InstalledContract, ...]:
    """Return the contracts of all installed packages, sorted by name and version.

    Raises:
        InvalidContract: a package offers what is no contract, or cannot read older records.
    """
    return ContractRunner().installed()


def find_installed_schemas(names: Container[str]) -> tuple[ContractSchema, ...]:
    """Return what the log may hold of the installed contracts of these names, of any version.

    Raises:
        InvalidContract: as `find_installed_contracts`.
    """
    return ContractRunner(load_contracts(names=names)).schemas


def describe(version: int, digest: bytes | None) -> str:
    """Return a version and digest as messages say them."""
    return f"version {version}" + ("" if digest is None else f", digest {digest.hex()}")


def missing_at(
    register: Register, installed: Iterable[InstalledContract], height: int
) -> list[NeededContract]:
    """Return what the block at `height` runs and this node has not."""
    present = {(one.name, one.version): one.digest for one in installed}
    found: list[NeededContract] = []
    for name, activation in register.contracts.items():
        version, digest = activation.version_at(height), activation.digest_at(height)
        if version is None:
            continue
        own = present.get((name, version))
        if own is None or digest not in (None, own):
            found.append(
                NeededContract(
                    name=name,
                    version=version,
                    digest=digest,
                    height=height,
                    found=_found(present, name, version),
                )
            )
    return found


def missing_later(
    register: Register, installed: Iterable[InstalledContract], height: int
) -> list[NeededContract]:
    """Return what this node lacks for the block at `height` or for a later one, as voted so far."""
    known = tuple(installed)
    heights = {height, *(one.height for one in register.contracts.values() if one.height > height)}
    found = {
        (one.name, one.version): one
        for at in sorted(heights, reverse=True)
        for one in missing_at(register, known, at)
    }
    return sorted(found.values(), key=lambda one: (one.height, one.name))


def _found(present: dict[tuple[str, int], bytes], name: str, version: int) -> str:
    own = present.get((name, version))
    if own is not None:
        return describe(version, own)
    others = [str(found) for other, found in sorted(present) if other == name]
    return f"version {', '.join(others)}" if others else "not installed"
