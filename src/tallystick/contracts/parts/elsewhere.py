# SPDX-License-Identifier: Apache-2.0
"""Records of another contract, read and never written: `deposits = Elsewhere("evidence", ...)`.

Contracts stay apart: none calls another, and none imports another's classes. What one may do is
look a record up that another keeps. It declares the fields that it needs as a record of its own,
which lets other fields be; so the other contract can add fields and nothing here changes.
"""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar

from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Record
from tallystick.contracts.session import Session
from tallystick.contracts.tables import KeyPart, Table
from tallystick.errors import InvalidContract

V = TypeVar("V", bound=Record)


class Elsewhere(Part, Generic[V]):
    """A table of another contract, to read.

    ```python
    class DepositSeen(Record, forbid_unknown_fields=False):
        id: Identifier
        sha256: Digest


    deposits = Elsewhere("evidence", "deposits", DepositSeen, key="id")
    ...
    deposit = self.deposits.require("EV-2026-000001")
    ```

    Where the other contract is not installed, there is no record.
    """

    def __init__(
        self,
        contract: str,
        table: str,
        record: type[V],
        *,
        key: str | tuple[str, ...],
        label: Label | None = None,
    ) -> None:
        """Take whose table it is, its name, the fields that are read, and its key."""
        super().__init__(label=label)
        self.owner = contract
        self.table = table
        self.record = record
        self.key = key

    def check(self, contract: type) -> None:
        """Refuse a record that would not let fields be that it does not know, or cannot have a key.

        Raises:
            InvalidContract: it is closed, lacks a field of the key, or is of this very contract.
        """
        keys = (self.key,) if isinstance(self.key, str) else self.key
        is_open = not self.record.__struct_config__.forbid_unknown_fields
        has_key = set(keys) <= set(self.record.__struct_fields__)
        if not (is_open and has_key) or getattr(contract, "name", "") == self.owner:
            raise InvalidContract(
                f"{contract.__name__}.{self.name} cannot read {self.owner}.{self.table}",
                field=f"{contract.__name__}.{self.name}",
                expected="another contract's table, and a record with the fields of its key that "
                "is declared with forbid_unknown_fields=False",
            )

    def bind(self, contract: str, session: Session) -> Self:
        """Return this part at work on a session; for the host, not for authors."""
        table = Table(self.record, key=self.key)
        table.name = self.table
        bound = super().bind(contract, session)
        vars(bound)["_found"] = table.bind(self.owner, session)
        return bound

    def get(self, *key: KeyPart) -> V | None:
        """Return the record with this primary key, or None."""
        return self._rows.get(*key)

    def require(self, *key: KeyPart) -> V:
        """Return the record with this primary key.

        Raises:
            UnknownRecord: there is none.
        """
        found: V = self._rows.require(*key)
        return found

    @property
    def _rows(self) -> Table[Any]:
        found: Table[Any] = vars(self)["_found"]
        return found
