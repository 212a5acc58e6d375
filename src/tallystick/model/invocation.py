# SPDX-License-Identifier: Apache-2.0
"""A call about to run and what it did: the records between ledger, membership and contracts."""

from __future__ import annotations

from msgspec import Struct

from tallystick.encoding import Value
from tallystick.model.event import Event
from tallystick.model.transaction import Call


class Signer(Struct, frozen=True, gc=False):
    """Who signed, as membership knows them at execution."""

    organization: str
    member: str
    roles: tuple[str, ...]
    public_key: bytes


class Invocation(Struct, frozen=True, gc=False):
    """One call, with all that a contract may know of the outside."""

    call: Call
    signer: Signer
    transaction_id: bytes
    height: int
    block_time: int
    """Unix milliseconds; the only clock there is."""
    version: int | None = None
    """Version of the contract that the network decided on; None: the one it was founded with."""
    parent: bytes = bytes(32)
    """Hash of the header before this block: no caller knows it before that block is decided."""


class MigrationStep(Struct, frozen=True, gc=False):
    """A bounded piece of work that brings records of an older version into the newer form."""

    contract: str
    version: int
    from_version: int
    after: bytes
    """State key after which to go on; empty at the beginning."""
    limit: int
    """Most records to move."""


class Migrated(Struct, frozen=True, gc=False):
    """What a step of a migration did."""

    code: str
    """`ok`, or how the contract's code failed: then nothing was moved."""
    writes: dict[bytes, bytes | None]
    after: bytes
    """State key of the record moved last."""
    moved: int
    is_finished: bool


class Execution(Struct, frozen=True, gc=False):
    """What a call did: its outcome and, when ok, its writes."""

    code: str
    result: Value
    events: tuple[Event, ...]
    writes: dict[bytes, bytes | None]
    """State key to canonical value bytes, or None to delete; empty unless `code` is ok."""
