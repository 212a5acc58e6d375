# SPDX-License-Identifier: Apache-2.0
"""What the bridge asks of a ledger, and the same through the SDK for any contract of the kind.

By convention such a contract has a table of records that are for persons, whose columns of the
format `person-commitment` say for whom, and the action
`assert_identity(id, entitlement, subject, public_key, level, issued_at)`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final, Protocol

from tallystick.cli.catalogue import say
from tallystick.client import Net
from tallystick.errors import UsageError

PERSON: Final = "person-commitment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """An identity provider's word about a key, as the ledger gets it."""

    id: str
    record: str
    subject: str
    """Commitment of the person."""
    public_key: str
    level: int
    issued_at: int


class Desk(Protocol):
    """A ledger with records that are for persons; used by several threads."""

    @property
    def scope(self) -> str:
        """The network and contract: what makes a record's id unique in the world."""
        ...

    def now_ms(self) -> int:
        """Return the time of the last block, which an idle ledger is behind with."""
        ...

    def persons(self, record: str) -> frozenset[str]:
        """Return the commitments of whom a record is for.

        Raises:
            NotFound: there is no such record.
        """
        ...

    def vouch(self, word: Vouching) -> None:
        """Put the word on the ledger; returns once it is committed.

        Raises:
            Refused: a rule of the contract said no.
            NotFinal, Unavailable: it may be there or not.
        """
        ...


class NetDesk:
    """A contract of a node."""

    def __init__(self, net: Net, contract: str, records: str) -> None:
        """Use a connection that signs, and the table of the records.

        Raises:
            UnknownContract: there is no such contract, or it vouches for nobody.
            UsageError: it has no such table of records for persons.
        """
        self._net = net
        self._lock = threading.Lock()
        self._contract = net.contract(contract)
        self._records = self._contract.table(records)
        self._assert = self._contract.method("assert_identity")
        table = self._contract.schema.table(records)
        fields = () if table is None else table.fields
        self._columns = [one.name for one in fields if one.type.format == PERSON]
        if not self._columns:
            message = say("identity.no_records", table=records, contract=contract)
            raise UsageError(message, field="--records")

    @property
    def scope(self) -> str:
        """See `Desk.scope`."""
        return f"{self._net.trust.network}/{self._contract.schema.name}"

    def now_ms(self) -> int:
        """See `Desk.now_ms`."""
        with self._lock:
            return self._net.status().block_time_ms

    def persons(self, record: str) -> frozenset[str]:
        """See `Desk.persons`."""
        with self._lock:
            row = self._records.get(record).to_dict()
        return frozenset(row[name] for name in self._columns if row[name] is not None)

    def vouch(self, word: Vouching) -> None:
        """See `Desk.vouch`."""
        with self._lock:
            self._assert(
                id=word.id,
                entitlement=word.record,
                subject=word.subject,
                public_key=word.public_key,
                level=word.level,
                issued_at=word.issued_at,
            )
