# SPDX-License-Identifier: Apache-2.0
"""What an action may know of the outside: who signed, the block's time, and ids from a counter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from tallystick.contracts.records import Event
from tallystick.contracts.session import Session
from tallystick.encoding import decode_structure, encode
from tallystick.model import Invocation, Signer

_PREFIX = re.compile("[A-Z][A-Z0-9]{0,7}")


SignatureCheck: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""Whether, under a public key, a message has this signature: (key, message, signature)."""


class Context:
    """The first argument of every action. There is no other clock and no randomness."""

    __slots__ = ("_invocation", "_is_signed", "_session")

    def __init__(self, invocation: Invocation, session: Session, is_signed: SignatureCheck) -> None:
        """Stand for one call; `is_signed` is the host's, so that contracts hold no keys."""
        self._invocation = invocation
        self._session = session
        self._is_signed = is_signed

    @property
    def signer(self) -> Signer:
        """Who signed: `organization`, `member`, `roles`, `public_key`."""
        return self._invocation.signer

    @property
    def person(self) -> str:
        """Who signed, as one text: `organization/member`. Two persons are the same if this is."""
        signer = self._invocation.signer
        return f"{signer.organization}/{signer.member}"

    @property
    def network(self) -> str:
        """Id of the network that this is; it holds the hash of its genesis document."""
        return self._invocation.call.network

    @property
    def block_time_ms(self) -> int:
        """Time of the block, Unix milliseconds; the same for all calls in it."""
        return self._invocation.block_time

    @property
    def height(self) -> int:
        """Height of the block."""
        return self._invocation.height

    @property
    def transaction_id(self) -> bytes:
        """SHA-256 of the transaction's bytes, 32 bytes."""
        return self._invocation.transaction_id

    @property
    def parent_hash(self) -> bytes:
        """Hash of the header before this block, 32 bytes; the same for all calls in the block.

        For draws: nobody knows it before that block is decided, and a caller cannot try out
        transactions until one suits. Who decides blocks has some influence on it, and a caller
        may wait for a later block, so a draw that may be repeated at will proves little.
        """
        return self._invocation.parent

    def has_signed(self, public_key: str, digest: str, signature: str) -> bool:
        """Return whether somebody who is no member signed a digest (Ed25519, ZIP 215).

        Args:
            public_key: 32 bytes as 64 hexadecimal digits, such as an identity provider vouched for.
            digest: what was signed, as `digest_of` gives it; the message is its 32 bytes.
            signature: 64 bytes as 128 hexadecimal digits.
        """
        return self._is_signed(
            bytes.fromhex(public_key), bytes.fromhex(digest), bytes.fromhex(signature)
        )

    def emit(self, event: Event) -> None:
        """Announce a fact; the method must name its class in `emits`."""
        self._session.announce(event)

    def next_id(self, prefix: str) -> str:
        """Return the next id with this prefix, for example `EV-2026-000001`.

        Each contract counts each prefix and year by itself, from 1, without gaps; the year is that
        of the block's time in UTC. Beyond 999,999 the number grows by a digit.
        """
        if _PREFIX.fullmatch(prefix) is None:
            raise ValueError("a prefix is 1 to 8 capital letters and digits")
        year = datetime.fromtimestamp(self._invocation.block_time // 1000, UTC).year
        series = f"{prefix}-{year}"
        place = f"{self._invocation.call.contract}/_counters/{series}".encode()
        data = self._session.read(place)
        number = 1 if data is None else self._last(place, data) + 1
        self._session.write(place, encode({"last": number}))
        return f"{series}-{number:06d}"

    def _last(self, place: bytes, data: bytes) -> int:
        """Return the number given last."""
        counter = decode_structure(data, name="counter")
        last = counter.get("last") if isinstance(counter, dict) else None
        if type(last) is not int:
            raise self._session.damaged(place)
        return last
