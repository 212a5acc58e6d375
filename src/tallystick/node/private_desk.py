# SPDX-License-Identifier: Apache-2.0
"""Private data at a node: takes, gives out and destroys sealed bytes, as the ledger says.

The ledger decides all of it: which bytes belong to a record, who its readers are, and whether it
was erased. The node has no key to any of them. It holds what its own organisation may read; where
one node orders alone, it is everybody's.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from tallystick.contracts import ContractSchema
from tallystick.contracts.parts import PrivateErased, PrivateRecord
from tallystick.crypto import sha256
from tallystick.documents import Holdings, Place
from tallystick.encoding import decode
from tallystick.errors import Erased, HashMismatch, NotFound, RoleMissing, UnknownRecord
from tallystick.membership import Register
from tallystick.model import (
    Block,
    PrivatePackage,
    PrivatePlace,
    Question,
    SignedBy,
    decode_entry,
    open_request,
)

_ERASED: Final = f".{PrivateErased.__name__}"
_ERASED_BYTES: Final = _ERASED.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateDeskParts:
    """What is needed to look after private data."""

    network: str
    clock: Callable[[], int]
    register: Callable[[], Register]
    """Members and keys as of the newest block."""
    read: Callable[[bytes], bytes | None]
    """The world state of the newest durable block."""
    schemas: Iterable[ContractSchema]
    """Of all installed contracts."""
    organization: Callable[[], str]
    """Whose node this is."""
    is_alone: bool
    """Whether there is no other node, so that this one holds everybody's."""
    holdings: Holdings


class PrivateDesk:
    """The sealed bytes at one node. Any thread may call."""

    def __init__(self, parts: PrivateDeskParts) -> None:
        """Look after the holdings; `reconcile` must follow before anybody asks."""
        self._parts = parts
        self._lock = threading.Lock()
        """Held from a look at the ledger to the end of what follows from it: a record that is
        being put is not erased in between."""
        self._destroying = threading.Lock()
        self._tables = frozenset(
            (schema.name, table.name)
            for schema in parts.schemas
            for table in schema.tables
            if table.record == PrivateRecord.__name__
        )
        self._to_destroy: deque[Place] = deque()

    def organization_of(self, signed: bytes, question: Question, *, is_for_nodes: bool) -> str:
        """Return the organisation of the active member who signed a request for a question.

        Args:
            signed: The request.
            question: What was asked.
            is_for_nodes: Whether an organisation's node may ask too, by its log key in force.

        Raises:
            Malformed, WrongNetwork, Expired, TooFarAhead, InvalidSignature: it is not good.
            NotAMember: its key is no active member's.
        """
        now = self._parts.clock()
        signer = open_request(signed, question, now=now)
        register = self._parts.register()
        if not (is_for_nodes and _is_a_nodes(register, signer)):
            register.resolve(signer.public_key, signer.organization, now)
        return signer.organization

    def put(self, asker: str, place: PrivatePlace, package: PrivatePackage) -> None:
        """Keep sealed bytes and wraps, or wraps alone; on disk when this returns.

        A package without sealed bytes brings wraps to what is held: of a new recipient, or of an
        organisation with a new sealing key.

        Raises:
            UnknownRecord: the ledger has no such record, or not yet.
            Erased: it was erased.
            RoleMissing: not for this node, this asker, or these wraps.
            HashMismatch: these are not the bytes that the ledger declares.
            NotFound: wraps alone, for what is not held.
            StorageFailed: the disk refused.
        """
        with self._lock:
            held_at = self._held_at(place)
            record = self._present(held_at)
            self._check_reader(record, asker)
            self._check_own(record)
            _check_wraps(record, asker, package)
            if package.sealed:
                _check_bytes(record, package.sealed)
                self._parts.holdings.keep(held_at, package.sealed, package.wraps)
            else:
                self._parts.holdings.add_wraps(held_at, package.wraps)

    def get(self, asker: str, place: PrivatePlace, *, is_whole: bool = True) -> PrivatePackage:
        """Return the sealed bytes and the asker's own wrap; the wrap alone if it need not be whole.

        Raises:
            UnknownRecord: the ledger has no such record.
            Erased: it was erased; nobody gets it any more.
            RoleMissing: the asker is no reader.
            NotFound: it is not held here.
            Corrupted: it is damaged here.
        """
        with self._lock:
            held_at = self._held_at(place)
            self._check_reader(self._present(held_at), asker)
            if is_whole:
                found = self._parts.holdings.get(held_at, asker)
                sealed, wrap = found.sealed, found.wrap
            else:
                sealed, wrap = b"", self._parts.holdings.wrap(held_at, asker)
        return PrivatePackage(sealed, {} if wrap is None else {asker: wrap})

    def note(self, block: Block) -> None:
        """Take note of what a durable block erased; quick, on the commit thread."""
        for entry in block.entries:
            if _ERASED_BYTES not in entry:  # decoding each entry would cost too much
                continue
            for event in decode_entry(entry).outcome.events:
                contract, _, _ = event.name.rpartition(".")
                if event.name.endswith(_ERASED):
                    self._note(contract, str(event.fields["record"]))

    def destroy_noted(self) -> None:
        """Destroy what was noted; when it returns all of that is gone. For the node's upkeep.

        Raises:
            StorageFailed: it could not be destroyed: then the node must not go on.
        """
        with self._destroying:
            while self._to_destroy:
                self._destroy_if_erased(self._to_destroy.popleft())

    def reconcile(self) -> None:
        """Destroy what was erased while nobody looked, and what a crash left half done.

        Raises:
            StorageFailed, Corrupted: it cannot be told or done.
        """
        self._parts.holdings.tidy()
        for place in list(self._parts.holdings.places()):
            self._destroy_if_erased(place)

    def _note(self, contract: str, record: str) -> None:
        tables = [table for owner, table in self._tables if owner == contract]
        self._to_destroy.extend(Place(contract, table, record) for table in tables)

    def _destroy_if_erased(self, place: Place) -> None:
        with self._lock:
            record = self._find(place)
            if record is not None and record.erased_at is not None:
                self._parts.holdings.destroy(place)

    def _held_at(self, place: PrivatePlace) -> Place:
        """Return where a record is held; raises `NotFound` if no contract has such a part."""
        if (place.contract, place.table) not in self._tables:
            raise NotFound(
                "there is no such part of private records",
                field="part",
                expected=", ".join(sorted(map(".".join, self._tables))),
                found=f"{place.contract}.{place.part}"[:80],
            )
        return Place(place.contract, place.table, place.record)

    def _find(self, place: Place) -> PrivateRecord | None:
        value = self._parts.read(place.state_key)
        return None if value is None else msgspec.convert(decode(value), PrivateRecord)

    def _present(self, place: Place) -> PrivateRecord:
        record = self._find(place)
        if record is None:
            raise UnknownRecord(
                "the ledger has no such private record", field="record", found=place.record[:80]
            )
        if record.erased_at is not None:
            raise Erased(
                f"the private record was erased at {record.erased_at}",
                field="record",
                found=place.record[:80],
            )
        return record

    def _check_reader(self, record: PrivateRecord, asker: str) -> None:
        if asker not in _readers(record):
            raise RoleMissing(
                "this organisation is not a reader of the private record",
                field="organization",
                found=asker,
                hint="Its owner can add it as a recipient.",
            )

    def _check_own(self, record: PrivateRecord) -> None:
        own = self._parts.organization()
        if not self._parts.is_alone and own not in _readers(record):
            raise RoleMissing(
                "this node's organisation is not a reader of the private record",
                field="record",
                found=own or "nobody's node",
                hint="Hand it to the nodes of its owner and recipients.",
            )


def _is_a_nodes(register: Register, signer: SignedBy) -> bool:
    key = register.log_keys.get(signer.public_key)
    organization = register.organizations.get(signer.organization)
    is_in_force = key is not None and key.revoked_at is None
    is_theirs = key is not None and key.organization == signer.organization
    return is_in_force and is_theirs and organization is not None and organization.active


def _readers(record: PrivateRecord) -> frozenset[str]:
    return frozenset((record.owner, *record.recipients))


def _check_wraps(record: PrivateRecord, asker: str, package: PrivatePackage) -> None:
    """Refuse wraps for others than readers, and of others by who is not the owner."""
    for organization in package.wraps:
        if organization not in _readers(record) or asker not in {record.owner, organization}:
            raise RoleMissing(
                "a wrap is handed over by the record's owner, or by the organisation it is for",
                field="wraps",
                found=organization,
            )


def _check_bytes(record: PrivateRecord, sealed: bytes) -> None:
    found = sha256(sealed).hex()
    if found != record.ciphertext or len(sealed) != record.size:
        raise HashMismatch(
            "these are not the sealed bytes that the ledger declares",
            field="sealed",
            expected=f"{record.ciphertext}, {record.size} bytes",
            found=f"{found}, {len(sealed)} bytes",
        )
