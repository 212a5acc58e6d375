# SPDX-License-Identifier: Apache-2.0
"""Parameters of a contract: numbers that its rules use and that somebody may change, by version.

Every version is kept. What a rule decided under one version stays decided; the next call reads the
version that counts then.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Identifier, OrganizationCode
from tallystick.errors import InvalidContract

_ID = "parameters"


class VersionedParameters(Record):
    """Base class of a contract's parameters; every field has a default."""

    version: Count = 0
    """0: the defaults, which nobody has changed."""


P = TypeVar("P", bound=VersionedParameters)


class NewestParameters(Record):
    """Which version counts now."""

    id: Identifier
    version: Count


class ParametersChanged(Event):
    """en: {organization} put version {version} of the parameters into force.

    zh: {organization} 发布了第 {version} 版参数。
    """

    version: Count
    organization: OrganizationCode


class Parameters(Part, Generic[P]):
    """`parameters = Parameters(LendingParameters(), label=...)`; rules read `parameters.now()`."""

    events = (ParametersChanged,)

    newest = Table(NewestParameters, key="id", label=Label(zh="现行版", en="In force"))
    versions: Table[P]

    def __init__(self, defaults: P, *, label: Label) -> None:
        """Take the values that count until somebody changes them.

        Raises:
            InvalidContract: the defaults are not version 0.
        """
        super().__init__(label=label)
        if defaults.version:
            raise InvalidContract("defaults are version 0", field=type(defaults).__name__)
        self.defaults = defaults

    def tables(self) -> dict[str, Table[Any]]:
        """Return the tables, that of the versions with this contract's own record."""
        versions: Table[Any] = Table(
            type(self.defaults), key="version", label=Label(zh="版本", en="Versions")
        )
        return super().tables() | {"versions": self._table("versions", versions)}

    def now(self) -> P:
        """Return the version that counts."""
        newest = self.newest.get(_ID)
        return self.defaults if newest is None else self.versions.require(newest.version)

    def at(self, version: int) -> P:
        """Return a version, for what keeps the one it began under.

        Raises:
            UnknownRecord: there is no such version.
        """
        return self.versions.require(version) if version else self.defaults

    def change(self, ctx: Context, values: P) -> P:
        """Put new values into force as the next version; the version in `values` is not read."""
        newest = self.newest.get(_ID)
        version = 1 if newest is None else newest.version + 1
        self.newest.put(NewestParameters(id=_ID, version=version))
        self.announce(ParametersChanged(version=version, organization=ctx.signer.organization))
        return self.versions.add(replace(values, version=version))
