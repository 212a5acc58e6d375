# SPDX-License-Identifier: Apache-2.0
"""What a node does with the other organisations' nodes besides ordering: finality and witnesses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from tallystick.consensus import EngineCounts
from tallystick.crypto import SecretKey
from tallystick.errors import NotFound, NotWitnessed
from tallystick.membership import Register
from tallystick.model import (
    REQUEST_LIFETIME_MS,
    BlockHeader,
    LogKey,
    Question,
    Receipt,
    cosign_checkpoint,
    cosigner_name,
    sign_request,
)
from tallystick.node.application import LedgerApplication
from tallystick.node.figures import NodeFigures, take_figures
from tallystick.node.finality import FinalityDesk
from tallystick.node.ordering import Relay
from tallystick.node.published import Published, checkpoint_of
from tallystick.node.witnesses import WitnessDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsortiumParts:
    """What is needed to speak for an organisation among others."""

    network: str
    log_keys: Callable[[], list[LogKey]]
    """Those that sign checkpoints and receipts now."""
    secret: SecretKey
    """Signs checkpoints, receipts and cosignatures."""
    clock: Callable[[], int]
    """Unix milliseconds."""
    finality: FinalityDesk | None
    """Proves blocks final; None where one node decides alone."""
    witnesses: WitnessDesk
    relay: Relay | None
    """Asks the engine what others may know; None where there is none."""
    counts: EngineCounts
    """What the engine counts."""
    register: Callable[[], Register]
    """Members, keys, validators and nodes as of the newest block."""


class Consortium:
    """This node among those of other organisations. Any thread may call."""

    def __init__(self, parts: ConsortiumParts) -> None:
        """Join the parts."""
        self._parts = parts

    @property
    def organization(self) -> str:
        """Whose node this is, by the key that signs its checkpoints; empty if nobody's."""
        for key in self.log_keys():
            if key.public_key == self._parts.secret.public_key:
                return key.organization
        return ""

    def log_keys(self) -> tuple[LogKey, ...]:
        """Return the keys that sign checkpoints and receipts, revoked ones left out."""
        return tuple(self._parts.log_keys())

    def figures(self) -> NodeFigures:
        """Return what monitors ask for."""
        desk = self._parts.finality
        return take_figures(
            self._parts.register(),
            self.organization,
            now=self._parts.clock(),
            finality_lag=desk.lag if desk is not None else 0,
            counts=self._parts.counts,
        )

    def validator_history(self) -> tuple[bytes, ...]:
        """Return the certificates that lead from genesis to today's validators."""
        desk = self._parts.finality
        return desk.history.certificates if desk is not None else ()

    def log_key_certificates(self) -> tuple[bytes, ...]:
        """Return what outsiders need to know what became of log keys since genesis."""
        desk = self._parts.finality
        return desk.log_key_certificates() if desk is not None else ()

    def final(self, height: int, newest: Published) -> tuple[Published, bytes | None]:
        """Return a block at or after `height` and the proof that it is final.

        Where one node decides, or the proof does not come in time, the newest and no proof.
        """
        desk = self._parts.finality
        found = desk.final(height) if desk is not None else None
        return found if found is not None else (newest, None)

    def finality_of(self, header: BlockHeader) -> bytes | None:
        """Return the proof that a block is final; None where one node decides alone.

        Raises:
            NotFound: the block after it is not there yet, or the engine keeps it no longer.
            Unavailable: the engine does not answer.
        """
        desk = self._parts.finality
        return None if desk is None else desk.prove(header)

    def finished(self, receipt: Receipt, published: Published, proof: bytes | None) -> Receipt:
        """Return the receipt with the proof that its root is final, if there is one.

        Args:
            receipt: under the root of `published`.
            published: what it was made from.
            proof: that this block is final. It also vouches for a later log key.
        """
        if proof is None:
            return receipt
        own = published.own_log_key
        return dataclasses.replace(
            receipt,
            finality=proof,
            validator_history=self.validator_history(),
            log_key=own.encode() if own is not None else None,
        )

    def witnessed(self, receipt: Receipt, height: int, wanted: int) -> Receipt:
        """Return the receipt with cosignatures of its checkpoint, which is that of `height`.

        Raises:
            NotWitnessed: fewer organisations than wanted cosigned.
        """
        note, count = self._parts.witnesses.gather(receipt.checkpoint, height, self.organization)
        if count < wanted:
            raise NotWitnessed(
                "too few organisations cosigned the checkpoint",
                field="witnesses",
                expected=str(wanted),
                found=str(count),
            )
        return dataclasses.replace(receipt, checkpoint=note, level="witnessed")

    def cosign(self, header: BlockHeader) -> str:
        """Return this organisation's cosignature, a line, of the checkpoint of a block."""
        parts = self._parts
        return cosign_checkpoint(
            checkpoint_of(parts.network, header),
            parts.secret,
            name=cosigner_name(parts.network, self.organization),
            time=parts.clock() // 1000,
        )

    def sign_request(self, question: Question) -> bytes:
        """Return a request to another organisation's node, signed by this node's log key."""
        parts = self._parts
        until = parts.clock() + REQUEST_LIFETIME_MS
        return sign_request(question, parts.secret, self.organization, valid_until=until)

    def ask_engine(self, method: str, params: dict[str, str], number: int) -> bytes:
        """Return what the engine answers to one of its questions that others may ask, as JSON.

        Raises:
            NotFound: this node orders alone, or the question is not one of these.
            Unavailable: the engine does not answer.
        """
        relay = self._parts.relay
        if relay is None:
            raise NotFound("this node orders alone: there is no engine to ask", field="engine")
        return relay(method, params, number)


def current_log_keys(application: LedgerApplication) -> list[LogKey]:
    """Return the keys that sign checkpoints and receipts now."""
    return [
        LogKey(organization=one.organization, public_key=one.public_key)
        for one in list(application.ledger.register.log_keys.values())
        if one.revoked_at is None
    ]
