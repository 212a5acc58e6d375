# SPDX-License-Identifier: Apache-2.0
"""Finality of blocks: which block is provably final, by whose signatures, and who may give them.

The engine's header after a block carries the app hash of that block. So a block is provably final
once the next one is decided; under an idle engine that is one empty block later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec
from msgspec import Struct

from tallystick.disk import write_file
from tallystick.errors import Corrupted, TallystickError
from tallystick.ledger import AppliedBlock
from tallystick.model import VALIDATORS_KEY, BlockHeader, EngineStart, LogKeyCertificate, Transition
from tallystick.node.published import Published

HISTORY_FILE: Final = "validators.json"
WAIT_SECONDS: Final = 3.0
"""How long a receipt waits for the block after its transaction's."""


class FinalitySource(Protocol):
    """The engine, as far as it proves blocks final."""

    def prove(self, header: BlockHeader) -> bytes:
        """Return the canonical bytes of the proof that the block of `header` is final.

        Raises:
            NotFound: the engine has no block after it, or keeps it no longer.
            Unavailable: the engine does not answer.
        """
        ...


class _Pending(Struct, frozen=True):
    """A change of validators whose certificate needs one more block."""

    height: int
    record: bytes
    state_proof: bytes


class _HistoryFile(Struct, frozen=True):
    format: Literal["tallystick.validators"] = "tallystick.validators"
    version: Literal[1] = 1
    certificates: tuple[bytes, ...] = ()
    pending: tuple[_Pending, ...] = ()


class ValidatorHistoryFile:
    """The certificates by which outsiders know today's validators, kept in the data folder.

    The engine forgets old headers, so each certificate is made when it can be and kept.
    """

    def __init__(self, data: Path) -> None:
        """Load what there is.

        Raises:
            Corrupted: the file cannot be read.
        """
        self._path = data / HISTORY_FILE
        self._lock = threading.Lock()
        try:
            self._content = msgspec.json.decode(self._path.read_bytes(), type=_HistoryFile)
        except FileNotFoundError:
            self._content = _HistoryFile()
        except (OSError, msgspec.MsgspecError) as error:
            raise Corrupted(
                f"{HISTORY_FILE} cannot be read: {error}",
                field=HISTORY_FILE,
                hint="Take the trust file of another organisation's node and join again with it.",
            ) from error

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """From genesis on, oldest first."""
        return self._content.certificates

    def begin(self, certificates: tuple[bytes, ...]) -> None:
        """Keep the history of a network that this node joins."""
        with self._lock:
            self._write(msgspec.structs.replace(self._content, certificates=certificates))

    def note(self, height: int, record: bytes, state_proof: bytes) -> None:
        """Keep a change that block `height` made, until it can be certified."""
        with self._lock:
            if any(one.height == height for one in self._content.pending):
                return
            pending = (*self._content.pending, _Pending(height, record, state_proof))
            self._write(msgspec.structs.replace(self._content, pending=pending))

    def certify(self, height: int, prove: Callable[[], bytes]) -> None:
        """Make the certificate of a change that block `height` made, if it made one."""
        with self._lock:
            for one in self._content.pending:
                if one.height == height:
                    made = Transition(
                        proof=prove(), record=one.record, state_proof=one.state_proof
                    ).encode()
                    rest = tuple(other for other in self._content.pending if other is not one)
                    certificates = (*self._content.certificates, made)
                    self._write(_HistoryFile(certificates=certificates, pending=rest))

    @property
    def pending_heights(self) -> tuple[int, ...]:
        """Blocks whose changes are not certified yet."""
        return tuple(one.height for one in self._content.pending)

    def _write(self, content: _HistoryFile) -> None:
        write_file(self._path, msgspec.json.format(msgspec.json.encode(content)) + b"\n")
        self._content = content


class FinalityDesk:
    """Knows the newest block that can be proved final; readers may wait for one."""

    def __init__(
        self,
        source: FinalitySource,
        history: ValidatorHistoryFile,
        *,
        newest: Published,
        previous: Published | None,
        validators: bytes | None,
        header_of: Callable[[int], BlockHeader],
    ) -> None:
        """Begin with the newest block, the one before it, and the validators' record."""
        self._header_of = header_of
        self._source = source
        self.history = history
        self._newest = newest
        self._provable = previous
        self._validators = validators
        self._last: tuple[Published, Published] | None = None
        """The block that revoked the key that signs here, after the last that left it in force."""
        self._changed = threading.Condition()
        self._proof: tuple[int, bytes] | None = None
        self._certified: tuple[bytes | None, tuple[bytes, ...]] = (None, ())
        """Membership root, and the certificates of log keys under it."""

    def restart(
        self, newest: Published, previous: Published | None, validators: bytes | None
    ) -> None:
        """Go on from other blocks: those that another node gave."""
        self._validators = validators
        with self._changed:
            self._newest, self._provable = newest, previous
            self._changed.notify_all()

    def show(
        self, applied: AppliedBlock, published: Published, prove_key: Callable[[bytes], bytes]
    ) -> None:
        """Take note of a durable block; called by the commit thread, in order.

        Args:
            applied: the block.
            published: what is shown of it.
            prove_key: proves a key of the membership tree as this block left it.
        """
        record = applied.membership.get(VALIDATORS_KEY)
        if record is not None and record != self._validators:
            if self._validators is not None:
                height = applied.block.header.height
                self.history.note(height, record, prove_key(VALIDATORS_KEY))
            self._validators = record
        with self._changed:
            if published.is_key_revoked and not self._newest.is_key_revoked:
                self._last = (self._newest, published)
            self._provable, self._newest = self._newest, published
            self._changed.notify_all()

    def prove(self, header: BlockHeader) -> bytes:
        """Return the proof that one block is final, without waiting; raises as the source does."""
        return self._source.prove(header)

    def final(self, height: int) -> tuple[Published, bytes] | None:
        """Return a block at or after `height` and the proof that it is final.

        Waits a little for the block after it; None if that does not come, or the engine cannot
        prove it.
        """
        with self._changed:
            self._changed.wait_for(partial(self._is_ready, height), WAIT_SECONDS)
            return self._final_by_now(height)

    def log_key_certificates(self) -> tuple[bytes, ...]:
        """Return a certificate of each log key that genesis does not tell of.

        Waits a little for the block after the one that changed them last; if that does not come,
        they are as of the block before.
        """
        newest = self._newest
        if not newest.log_keys:
            return ()
        if self._certified[0] != newest.membership_root:
            found = self.final(newest.height) or self._final_by_now(0)
            if found is not None:
                published, proof = found
                made = (LogKeyCertificate.of(one, proof) for one in published.log_keys.values())
                self._certified = (published.membership_root, tuple(one.encode() for one in made))
        return self._certified[1]

    def _final_by_now(self, height: int) -> tuple[Published, bytes] | None:
        published = self._provable
        if published is None or published.height < height:
            return None
        if self._last is not None:
            # Nobody believes what this key signs of later blocks, but receipts of all up to the
            # one that revoked it remain good.
            in_force, revoking = self._last
            if height <= in_force.height:
                published = in_force
            elif height == revoking.height:
                published = revoking
        if published.header is None:
            return None
        try:
            return published, self._prove(published.header)
        except TallystickError:
            return None

    @property
    def lag(self) -> int:
        """How many of the newest blocks cannot be proved final yet."""
        with self._changed:
            newest = self._newest.header
            return newest.height - self._provable_height if newest else 0

    def certify(self) -> None:
        """Make the certificates that can be made by now; called now and then."""
        for height in self.history.pending_heights:
            if height <= self._provable_height:
                self.history.certify(height, partial(self._prove_height, height))

    def _is_ready(self, height: int) -> bool:
        """Say whether waiting for one more block would not give a better answer."""
        provable = self._provable
        if provable is None or provable.height < height:
            return False
        # The key that signs was registered in the newest block, or this node just started after
        # such a change: the next block, which follows every change, shows it.
        return provable.own_log_key is not None or self._newest.own_log_key is None

    @property
    def _provable_height(self) -> int:
        header = self._provable.header if self._provable else None
        return header.height if header else 0

    def _prove_height(self, height: int) -> bytes:
        return self._prove(self._header_of(height))

    def _prove(self, header: BlockHeader) -> bytes:
        known = self._proof
        if known is not None and known[0] == header.height:
            return known[1]
        proof = self._source.prove(header)
        self._proof = (header.height, proof)
        return proof


def engine_start(checkpoint: str, record: bytes, state_proof: bytes) -> bytes:
    """Return the certificate of the first validators of a network that began with one node."""
    return EngineStart(checkpoint=checkpoint, record=record, state_proof=state_proof).encode()
