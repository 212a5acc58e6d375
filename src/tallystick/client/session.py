# SPDX-License-Identifier: Apache-2.0
"""A user's relation to one node: its address, who signs, and what is trusted (C7)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from tallystick.client.exchange import Ask, Flow, fetch, fetch_json, not_a_node
from tallystick.client.keystore import Asker, Identity
from tallystick.client.trust import Trust
from tallystick.client.trust_state import TrustState, changed_network
from tallystick.encoding import Value, parse_hex
from tallystick.errors import InvalidCheckpoint, Malformed, NotFound, UsageError
from tallystick.model import REQUEST_LIFETIME_MS, Call, Checkpoint
from tallystick.units import HASH_SIZE, TimeMs

_VALIDITY_MS_MAX: Final = 60 * 60 * 1000
"""Long enough for a machine whose clock is off and for a queue that is full."""
_NONCE_BITS: Final = 63
_UNKNOWN_KEY: Final = (
    "The node may sign with a key that was not registered yet, or was a moment ago: "
    "try again, or use another organisation's node."
)


class _Consistency(Struct, frozen=True):
    path: list[str]


class _Lifetime(Struct, frozen=True):
    transaction_lifetime_ms_max: int = 0


class Session:
    """Address, identity, trust and pins; no network by itself."""

    def __init__(
        self,
        url: str,
        *,
        identity: Identity | Asker | None,
        trust: Trust | None,
        state: TrustState,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """Start without contact; `trust` is what the user named explicitly, if anything."""
        self.url = url
        self.identity = identity
        self.state = state
        self._explicit = trust
        self._trust: Trust | None = None
        self._clock_ms = clock_ms
        self._lifetime: int | None = None
        self.min_height = 0
        """Newest height this session wrote at; lists wait for it."""

    def contact(self) -> Flow[Trust]:
        """Return the trust in the node's network; on first contact pin it, later insist on it.

        An explicit trust file wins; otherwise the pinned one; otherwise what the node says, once.

        Raises:
            WrongNetwork: the address answers for another network than before, or than named.
            InvalidCheckpoint, InvalidProof: its log went backwards or was rewritten.
            InvalidReceipt: its validator-set history contradicts the one that is known.
            UntrustedSigner: it signs with a key that neither genesis nor the validators know.
            Unavailable: it cannot be reached.
        """
        if self._trust is None:
            trust = yield from self._learn()
            trust, _ = yield from self._follow(trust)
            self._keep(trust)
            return trust
        return self._trust

    def trust_for(self, note: str, trust: Trust) -> Flow[Trust]:
        """Return the trust with which a note of this node can be opened.

        The node's organisation may have replaced its log key since the first contact: then there
        is news to ask for.

        Raises:
            InvalidCheckpoint: none of the network's log keys signed it, as far as can be shown.
        """
        try:
            trust.open_checkpoint(note)
        except InvalidCheckpoint:
            trust = yield from self._learn()
            try:
                trust.open_checkpoint(note)
            except InvalidCheckpoint as error:
                if error.field == "signature":
                    error.hint = _UNKNOWN_KEY
                raise
            self._keep(trust)
        return trust

    def _keep(self, trust: Trust) -> None:
        self.state.pin(self.url, trust, is_explicit=self._explicit is not None)
        self._trust = trust

    def _learn(self) -> Flow[Trust]:
        """Return what is trusted with the news that the node has of it."""
        offered = yield from fetch_trust()
        known = self._explicit or self.state.trust_at(self.url)
        if known is not None and known.network != offered.network:
            raise changed_network(self.url, known.network, offered.network, self.state.folder)
        # Who was replaced or revoked since is not believed again, whatever is offered later.
        return offered if known is None else known.with_news(offered)

    def follow_log(self, trust: Trust) -> Flow[Checkpoint | None]:
        """Return the node's newest signed head, after proof that the log only grew since the last.

        Raises:
            InvalidCheckpoint, InvalidProof: the log went backwards, forked or was rewritten.
        """
        _, head = yield from self._follow(trust)
        return head

    def _follow(self, trust: Trust) -> Flow[tuple[Trust, Checkpoint | None]]:
        """Return the trust, renewed if the head needs it, and the head."""
        seen = self.state.newest(trust)
        try:
            answer = yield from fetch(Ask("GET", "/checkpoint", accept="text/plain"))
        except NotFound:
            if seen is not None:
                raise
            return trust, None  # a log without entries has no head yet
        note = answer.body.decode("utf-8", "replace")
        trust = yield from self.trust_for(note, trust)
        head, _ = trust.open_checkpoint(note)
        proof: list[bytes] = []
        if seen is not None and 0 < seen.size < head.size:
            proof = yield from fetch_consistency(seen.size, head.size)
        return trust, self.state.accept(trust, note, seen=seen, proof=proof)

    def signed(self, contract: str, method: str, args: Mapping[str, Value]) -> Flow[bytes]:
        """Return a call as a transaction signed by this session's identity, with a fresh nonce.

        Raises:
            UsageError: the session has no identity.
            Malformed: the arguments hold what the ledger cannot.
            TallystickError: what `contact` raises.
        """
        if not isinstance(self.identity, Identity):
            raise UsageError(
                "signing needs an identity",
                field="identity",
                hint="Create a key (`tally key create`) and name it: connect(identity=...).",
            )
        trust = yield from self.contact()
        lifetime = yield from self._lifetime_ms(trust)
        valid_until = self._clock_ms() + min(lifetime // 2, _VALIDITY_MS_MAX)
        nonce = secrets.randbits(_NONCE_BITS)
        call = Call(trust.network, contract, method, dict(args), nonce, TimeMs(valid_until))
        return self.identity.sign(call)

    def _lifetime_ms(self, trust: Trust) -> Flow[int]:
        """Return how long transactions may be valid; members may have voted for less than genesis.

        Asked once: a node that says too little only makes them end sooner.
        """
        if self._lifetime is None:
            now = yield from fetch_json(Ask("GET", "/v1/status"), _Lifetime)
            founding = trust.genesis.parameters.transaction_lifetime_ms_max
            self._lifetime = min(founding, now.transaction_lifetime_ms_max or founding)
        return self._lifetime

    def request_valid_until(self) -> int:
        """Return until when a request signed now is good, unix milliseconds."""
        return self._clock_ms() + REQUEST_LIFETIME_MS

    def wrote_at(self, height: int | None) -> None:
        """Remember a height, so that later lists show what was just written."""
        self.min_height = max(self.min_height, height or 0)


def fetch_trust() -> Flow[Trust]:
    """Return the trust file that the node offers; checked in itself, not yet believed."""
    answer = yield from fetch(Ask("GET", "/v1/trust"))
    try:
        return Trust.parse(answer.body)
    except Malformed as error:
        raise not_a_node("/v1/trust", error.message) from error


def fetch_consistency(size1: int, size2: int) -> Flow[list[bytes]]:
    """Return the hashes of the consistency proof between two log sizes; not yet verified."""
    query = (("from", str(size1)), ("to", str(size2)))
    ask = Ask("GET", "/v1/log/proof/consistency", query)
    found = yield from fetch_json(ask, _Consistency)
    return [parse_hex(text, size=HASH_SIZE, name="proof") for text in found.path]
