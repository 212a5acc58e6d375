# SPDX-License-Identifier: Apache-2.0
"""Tries calls on the newest durable state and keeps nothing: what would become of them.

A preview runs the ledger's own code beside the block under way. It takes no lock while a call runs
and reads the store as queries do; what it has read it reads again at the end, so that an answer
rests on one state and not on two. It is bounded in time and number, and it changes nothing: no
nonce is used, nothing is counted, nothing is written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec import Struct

from tallystick.crypto import sha256
from tallystick.errors import Overloaded, Rejected, TallystickError, Unavailable
from tallystick.execution import ContractRunner
from tallystick.ledger import Store, Tree, check_contract, check_period, execute_call
from tallystick.membership import BUILT_IN_CONTRACTS, genesis_writes
from tallystick.model import (
    Call,
    Execution,
    GenesisDocument,
    Invocation,
    Signer,
    decode_header,
)
from tallystick.node.history import tree_of
from tallystick.node.status import RegisterShown

AT_ONCE_MAX: Final = 4
"""Previews that run together; a fifth waits, because all share one interpreter with the commits."""
TURN_SECONDS: Final = 2.0
"""How long it waits for its turn."""
RUN_SECONDS: Final = 2.0
"""How long a call may go on reading the state."""
ATTEMPTS: Final = 5
"""How often a call is tried whose records are changed by blocks meanwhile."""
UNKNOWN_ID: Final = bytes(32)
"""Stands for the id of a transaction that nobody has signed yet."""


class SavedState(Store, Protocol):
    """The store, and which block it is at."""

    @property
    def header(self) -> bytes:
        """Header bytes of the last saved block; empty at the start."""
        ...


class Caller(Struct, frozen=True):
    """Who would sign."""

    organization: str
    public_key: bytes


class Previewed(Struct, frozen=True):
    """What a call would do in the next block."""

    height: int
    """Of the block on whose state it ran."""
    time: int
    """Block time that was assumed, unix milliseconds."""
    signer: Signer | None
    """None if it would not be admitted."""
    execution: Execution
    before: dict[bytes, bytes | None]
    """What stands now under the keys that it would write."""
    refusal: TallystickError | None
    """Why it would be refused before any contract saw it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewParts:
    """What is needed to try calls."""

    genesis: GenesisDocument
    runner: ContractRunner
    store: SavedState
    register: Callable[[], RegisterShown]
    """Members and rules as of the newest durable block."""
    genesis_hash: bytes
    """SHA-256 of the founding document, which the first block names as its parent."""
    clock: Callable[[], int]
    """Unix milliseconds."""


class PreviewDesk:
    """Tries calls. Any thread may ask."""

    def __init__(self, parts: PreviewParts) -> None:
        """Stand by."""
        self._parts = parts
        self._turns = threading.BoundedSemaphore(AT_ONCE_MAX)

    def preview(self, call: Call, caller: Caller) -> Previewed:
        """Return what a call would do if the next block held it; its nonce is not looked at.

        Raises:
            Overloaded: many others are being tried, or blocks change its records all the time.
            Unavailable: it read the state for too long, or the node has stopped for a fault.
        """
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise Overloaded("too many calls are being tried at once")
        try:
            for _ in range(ATTEMPTS):
                found = self._attempt(call, caller)
                if found is not None:
                    return found
        finally:
            self._turns.release()
        raise Overloaded("blocks change the records of this call faster than it can be tried")

    def _attempt(self, call: Call, caller: Caller) -> Previewed | None:
        """Return what one try gives; None if the state moved on under it."""
        parts = self._parts
        shown = parts.register()
        header = parts.store.header
        head = decode_header(header) if header else None
        if head is not None and head.membership_root != shown.membership_root:
            return None
        height = 0 if head is None else head.height
        block_time = max(parts.clock(), shown.time if head is None else head.time)
        state = Reads(parts.store, time.monotonic() + RUN_SECONDS)
        try:
            signer = self._signer(shown, call, caller, block_time)
        except Rejected as error:
            refused = Execution(error.code, None, (), {})
            return Previewed(height, block_time, None, refused, {}, error)
        invocation = Invocation(
            call,
            signer,
            UNKNOWN_ID,
            height + 1,
            block_time,
            shown.register.version_at(call.contract, height + 1),
            sha256(header) if header else parts.genesis_hash,
        )
        execution = execute_call(shown.register, parts.genesis, parts.runner, invocation, state)
        before = {key: self._value(state, key) for key in execution.writes}
        if not state.holds(is_same_block=parts.store.header is header):
            return None
        refusal = self._refusal(shown, call, height + 1)
        return Previewed(height, block_time, signer, execution, before, refusal)

    def _signer(self, shown: RegisterShown, call: Call, caller: Caller, block_time: int) -> Signer:
        """Return who would sign a call that may still execute at this time."""
        parameters = shown.register.effective_parameters(self._parts.genesis.parameters)
        check_period(call, block_time, parameters.transaction_lifetime_ms_max)
        return shown.register.resolve(caller.public_key, caller.organization, block_time)

    def _refusal(self, shown: RegisterShown, call: Call, height: int) -> TallystickError | None:
        """Return why the door would not let a call in (`LedgerApplication.check`), in words."""
        if call.contract in BUILT_IN_CONTRACTS:
            return None
        register = shown.register
        try:
            check_contract(register, self._parts.genesis.contracts, call, height)
        except Rejected as error:
            return error
        version = register.version_at(call.contract, height)
        return self._parts.runner.check_call(call, version)

    def _value(self, state: Reads, key: bytes) -> bytes | None:
        """Return what stands under a key that would be written."""
        tree = tree_of(key)
        if tree is Tree.STATE:
            return state.get(key)
        found = self._parts.store.get(tree, key)
        if found is None and not self._parts.store.header:
            return genesis_writes(self._parts.genesis).get(key)  # not in the store before block 1
        return found


class Reads:
    """The state as one try reads it: each value once, remembered, and not for ever."""

    def __init__(self, store: Store, until: float) -> None:
        """Read from `store` until this time of the monotonic clock."""
        self._store = store
        self._until = until
        self._seen: dict[bytes, bytes | None] = {}
        self._has_scanned = False

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value bytes of a state key, or None."""
        self._check_time()
        if key not in self._seen:
            self._seen[key] = self._store.get(Tree.STATE, key)
        return self._seen[key]

    def scan(self, prefix: bytes, after: bytes) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield keys after `after` that begin with `prefix`, and their values, in order."""
        self._has_scanned = True
        for item in self._store.items(Tree.STATE, prefix=prefix, after=after):
            self._check_time()
            yield item

    def holds(self, *, is_same_block: bool) -> bool:
        """Tell whether all that was read stood there at one time.

        Values read again and found the same stood beside each other when the last of them was
        read for the first time. What was walked through is not read again: no block may have come.
        """
        if self._has_scanned and not is_same_block:
            return False
        return all(self._store.get(Tree.STATE, key) == found for key, found in self._seen.items())

    def _check_time(self) -> None:
        if time.monotonic() > self._until:
            raise Unavailable(
                "the call reads the state for too long to be tried",
                expected=f"at most {RUN_SECONDS:.0f} seconds",
                hint="Submit it: a block waits for it as long as it takes.",
            )
