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


class Execution(Struct, frozen=True, gc=False):
    """What a call did: its outcome and, when ok, its writes."""

    code: str
    result: Value
    events: tuple[Event, ...]
    writes: dict[bytes, bytes | None]
    """State key to canonical value bytes, or None to delete; empty unless `code` is ok."""
