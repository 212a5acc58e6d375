# SPDX-License-Identifier: Apache-2.0
"""The contracts of this node by name and version: several versions of one stand side by side.

Old blocks run the version of their time, so a node keeps the old package beside the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from tallystick.contracts import (
    Contract,
    ContractSchema,
    Definition,
    define,
    migrations_of,
    unreadable_tables,
)
from tallystick.errors import InvalidContract, UnknownContract
from tallystick.execution.digests import contract_digest, contract_sources


class InstalledContract(Struct, frozen=True):
    """One version of a contract that is installed here."""

    name: str
    version: int
    digest: bytes
    """SHA-256 over its sources (see `digests`)."""
    migrates_from: tuple[int, ...]
    """Earlier versions whose records it can move."""


class UnreadableContract(Struct, frozen=True):
    """One version that is installed here, and of whose sources there is no digest."""

    name: str
    version: int
    problem: str
    """Why."""


class Shelf:
    """Definitions by name and version."""

    def __init__(self, contracts: Iterable[type[Contract]]) -> None:
        """Put the contracts in order.

        Raises:
            InvalidContract: a class breaks a rule, two are the same version of one contract, or
                a version cannot read what the one before has kept and moves it not.
        """
        found: dict[tuple[str, int], Definition] = {}
        for contract in contracts:
            definition = define(contract)
            migrations_of(contract)
            other = found.setdefault((contract.name, contract.version), definition)
            if other is not definition:
                raise InvalidContract(
                    f"two contracts are called {contract.name!r} and have version "
                    f"{contract.version}: {_path(other.contract)} and {_path(contract)}",
                    field=contract.name,
                    expected="uninstall one of them, rename it, or give it another version",
                )
        self._definitions: dict[str, dict[int, Definition]] = {}
        for name, version in sorted(found):
            self._definitions.setdefault(name, {})[version] = found[name, version]
        for versions in self._definitions.values():
            for old, new in pairwise(versions.values()):
                check_succession(old.schema, new.contract)

    def names(self) -> tuple[str, ...]:
        """Return the contracts' names, sorted."""
        return tuple(self._definitions)

    def find(self, name: str, version: int | None = None) -> Definition | None:
        """Return a version of a contract; by default the one a network was founded with.

        That is the oldest: a later one runs by vote only, which then names the version.
        """
        versions = self._definitions.get(name)
        if versions is None or version is not None:
            return None if versions is None else versions.get(version or 0)
        return next(iter(versions.values()))

    def all(self) -> Iterator[Definition]:
        """Yield every definition, sorted by name and version."""
        for versions in self._definitions.values():
            yield from versions.values()

    def classes(self) -> tuple[type[Contract], ...]:
        """Return every contract class, sorted by name and version."""
        return tuple(definition.contract for definition in self.all())

    def installed(self) -> tuple[tuple[InstalledContract, ...], tuple[UnreadableContract, ...]]:
        """Return what is installed, with digests, and what has none: reads the sources.

        Who has no digest cannot be voted for, and hinders nobody who has one.
        """
        found: list[InstalledContract] = []
        unreadable: list[UnreadableContract] = []
        for definition in self.all():
            name, version = definition.schema.name, definition.schema.version
            try:
                digest = contract_digest(definition.contract)
            except InvalidContract as error:
                unreadable.append(UnreadableContract(name, version, str(error)))
                continue
            moved = {one.from_version for one in migrations_of(definition.contract)}
            found.append(InstalledContract(name, version, digest, tuple(sorted(moved))))
        return tuple(found), tuple(unreadable)

    def sources(self, name: str, version: int) -> dict[str, bytes]:
        """Return the files of a version by relative path, as its digest covers them.

        Raises:
            UnknownContract: it is not installed.
            InvalidContract: they cannot be read, or are others than those of the digest.
        """
        definition = self.find(name, version)
        if definition is None:
            raise UnknownContract(
                "this node has no such version", field="version", found=f"{name} {version}"[:80]
            )
        return contract_sources(definition.contract)

    def history(self, name: str) -> ContractSchema:
        """Return the newest version's schema with all that older ones had and it has no more.

        It describes everything that the log may hold: for views and for reading history.
        """
        newest, *older = reversed([one.schema for one in self._definitions[name].values()])
        for schema in older:
            newest = _with_older(newest, schema)
        return newest


def check_succession(old: ContractSchema, new: type[Contract]) -> None:
    """Refuse a version that could not read what an older one has kept.

    Raises:
        InvalidContract: a table's records changed their form, and nothing moves them.
    """
    moved = {one.table for one in migrations_of(new) if one.from_version == old.version}
    missing = [name for name in unreadable_tables(old, define(new).schema) if name not in moved]
    if missing:
        raise InvalidContract(
            f"{_path(new)}: version {new.version} cannot read the records of version "
            f"{old.version} in {', '.join(missing)}",
            field=f"{new.name}.{missing[0]}",
            expected=f"@migration(from_version={old.version}, table={missing[0]!r}), "
            "or a default for each new field",
        )


def _with_older(newest: ContractSchema, older: ContractSchema) -> ContractSchema:
    methods = {one.name for one in newest.methods}
    tables = {one.name for one in newest.tables}
    events = {one.name for one in newest.events}
    refusals = {(one.code, one.fact_names) for one in newest.refusals}
    return replace(
        newest,
        methods=(*newest.methods, *(one for one in older.methods if one.name not in methods)),
        tables=(*newest.tables, *(one for one in older.tables if one.name not in tables)),
        events=(*newest.events, *(one for one in older.events if one.name not in events)),
        refusals=(
            *newest.refusals,
            *(one for one in older.refusals if (one.code, one.fact_names) not in refusals),
        ),
    )


def _path(contract: type[Contract]) -> str:
    return f"{contract.__module__}.{contract.__qualname__}"
