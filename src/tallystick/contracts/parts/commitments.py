# SPDX-License-Identifier: Apache-2.0
"""Commit and reveal: everybody decides before anybody can know what the others decided.

- Until the case's `commit_until` a party leaves a digest; then, until `reveal_until`, what it
  stands for. Both moments are included: on that millisecond accepted, on the next refused.
- Case and party are inside the digest, so a digest copied from another party cannot be revealed.
- The nonce, 32 random bytes that the party keeps to itself, is what hides the payload. Who reveals
  nothing has decided nothing: the commitment is void.
- What is revealed stands in the log, where everybody reads it. Until then the ledger has the
  digest only; nobody, an operator included, can read what is not there.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.digests import digest_of
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.parts.identity import Acting
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Name,
    Timestamp,
    ValueDigest,
)
from tallystick.encoding import Value
from tallystick.errors import InvalidValue

NONCE_BYTES: Final = 32


class SealedCase(Record):
    """What parties commit themselves in: a tender, an auction, a blind review."""

    id: Name
    commit_until: Timestamp
    """Last moment for commitments."""
    reveal_until: Timestamp
    """Last moment for revealing; the first is the millisecond after `commit_until`."""


class Commitment(Record):
    """What a party decided, as a digest, and whether it has said what that was."""

    case: Name
    party: Name
    digest: ValueDigest
    committed_at: Timestamp
    revealed_at: Timestamp | None = None
    """Null: not revealed, and void if the time for it is over."""


class CaseOpened(Event):
    """en: {case} takes commitments until {commit_until}; they are revealed until {reveal_until}.

    zh: {case} 于 {commit_until} 前接受密封承诺，于 {reveal_until} 前揭示。
    """

    case: Name
    commit_until: Timestamp
    reveal_until: Timestamp


class Committed(Event):
    """en: {party} made a sealed commitment in {case}.

    zh: {party} 在 {case} 中提交密封承诺。
    """

    case: Name
    party: Name
    digest: ValueDigest


class Revealed(Event):
    """en: {party} revealed its commitment in {case}.

    zh: {party} 在 {case} 中揭示其承诺。
    """

    case: Name
    party: Name
    digest: ValueDigest


class CommitTooLate(Refusal, code="E_LATE"):
    """en: {case} took commitments until {commit_until}.

    zh: {case} 的承诺提交已于 {commit_until} 截止。
    """

    case: Name
    commit_until: Timestamp


class RevealTooLate(Refusal, code="E_LATE"):
    """en: Commitments in {case} were revealed until {reveal_until}; this one is void.

    zh: {case} 的揭示已于 {reveal_until} 截止，该承诺作废。
    """

    case: Name
    reveal_until: Timestamp


class RevealTooEarly(Refusal, code="E_EARLY"):
    """en: {case} takes commitments until {commit_until}; nothing is revealed before that is over.

    zh: {case} 在 {commit_until} 之前仍接受承诺，此前不得揭示。
    """

    case: Name
    commit_until: Timestamp


class AlreadyCommitted(Refusal, code="E_DUP"):
    """en: {party} has committed itself in {case} already.

    zh: {party} 已在 {case} 中提交承诺。
    """

    case: Name
    party: Name


class AlreadyRevealed(Refusal, code="E_DUP"):
    """en: {party} revealed its commitment in {case} already, at {revealed_at}.

    zh: {party} 已于 {revealed_at} 在 {case} 中揭示。
    """

    case: Name
    party: Name
    revealed_at: Timestamp


class CommitmentBroken(Refusal, code="E_HASH"):
    """en: This is not what {party} committed itself to in {case}.

    zh: 与 {party} 在 {case} 中的承诺不符。
    """

    case: Name
    party: Name


class NotRevealed(Refusal, code="E_STATE"):
    """en: {party} has not revealed its commitment in {case}.

    zh: {party} 尚未揭示其在 {case} 中的承诺。
    """

    case: Name
    party: Name


def commitment_digest(domain: str, case: str, party: str, payload: Value, nonce: bytes) -> str:
    """Return the digest to commit to: clients make it, `reveal` makes it again.

    Raises:
        InvalidValue: the nonce is not 32 bytes long.
    """
    if len(nonce) != NONCE_BYTES:
        raise InvalidValue(
            f"a nonce has {NONCE_BYTES} bytes", field="nonce", found=f"{len(nonce)} bytes"
        )
    return digest_of("commitment", domain, case, party, payload, nonce)


class Commitments(Part):
    """Sealed decisions: `bids = Commitments("bid", label=Label(zh="投标", en="Bids"))`.

    ```python
    self.bids.open(ctx, "T-1", commit_until=deadline, reveal_until=opening)
    self.bids.commit(ctx, "T-1", digest)  # of commitment_digest("bid", "T-1", party, price, nonce)
    self.bids.reveal(ctx, "T-1", price, nonce)
    ```
    """

    events = (CaseOpened, Committed, Revealed)
    refusals = (
        *(CommitTooLate, RevealTooLate, RevealTooEarly, AlreadyCommitted, AlreadyRevealed),
        *(CommitmentBroken, NotRevealed),
    )

    cases = Table(SealedCase, key="id", label=Label(zh="事项", en="Cases"))
    commitments = Table(
        Commitment, key=("case", "party"), label=Label(zh="密封承诺", en="Commitments")
    )

    def __init__(
        self, domain: str, *, acting: Acting = Acting.ORGANIZATION, label: Label | None = None
    ) -> None:
        """Take the kind of decision, which is inside every digest, and who is a party."""
        super().__init__(label=label)
        self.domain = domain
        self.acting = acting

    def open(self, ctx: Context, case: str, *, commit_until: int, reveal_until: int) -> SealedCase:
        """Let parties commit themselves in a new case.

        Raises:
            Duplicate: there is such a case already.
            InvalidValue: there would be no time to reveal.
            CommitTooLate: the time to commit is over already.
        """
        if reveal_until <= commit_until:
            raise InvalidValue(
                "nothing could be revealed", field="reveal_until", found=str(reveal_until)
            )
        if ctx.block_time_ms > commit_until:
            raise CommitTooLate(case=case, commit_until=commit_until)
        kept = self.cases.add(
            SealedCase(id=case, commit_until=commit_until, reveal_until=reveal_until)
        )
        self.announce(CaseOpened(case=case, commit_until=commit_until, reveal_until=reveal_until))
        return kept

    def commit(self, ctx: Context, case: str, digest: str) -> Commitment:
        """Keep the signer's digest.

        Raises:
            UnknownRecord: there is no such case.
            CommitTooLate: its `commit_until` is over.
            AlreadyCommitted: the party has committed itself.
        """
        kept = self.cases.require(case)
        if ctx.block_time_ms > kept.commit_until:
            raise CommitTooLate(case=case, commit_until=kept.commit_until)
        party = self.acting.party(ctx)
        if self.commitments.contains(case, party):
            raise AlreadyCommitted(case=case, party=party)
        self.announce(Committed(case=case, party=party, digest=digest))
        return self.commitments.add(
            Commitment(case=case, party=party, digest=digest, committed_at=ctx.block_time_ms)
        )

    def reveal(self, ctx: Context, case: str, payload: Value, nonce: bytes) -> Commitment:
        """Accept what the signer committed itself to; the contract keeps it where it needs it.

        Raises:
            UnknownRecord: there is no such case, or the signer has no commitment in it.
            RevealTooEarly: others may still commit themselves.
            RevealTooLate: its `reveal_until` is over.
            AlreadyRevealed: it was revealed before.
            CommitmentBroken: the digest is of something else, or of another party's making.
            InvalidValue: the nonce is not 32 bytes long.
        """
        kept = self.cases.require(case)
        if ctx.block_time_ms <= kept.commit_until:
            raise RevealTooEarly(case=case, commit_until=kept.commit_until)
        if ctx.block_time_ms > kept.reveal_until:
            raise RevealTooLate(case=case, reveal_until=kept.reveal_until)
        party = self.acting.party(ctx)
        found = self.commitments.require(case, party)
        if found.revealed_at is not None:
            raise AlreadyRevealed(case=case, party=party, revealed_at=found.revealed_at)
        if commitment_digest(self.domain, case, party, payload, nonce) != found.digest:
            raise CommitmentBroken(case=case, party=party)
        self.announce(Revealed(case=case, party=party, digest=found.digest))
        return self.commitments.replace(replace(found, revealed_at=ctx.block_time_ms))

    def require_revealed(self, case: str, party: str) -> Commitment:
        """Return a party's commitment if it counts.

        Raises:
            UnknownRecord: the party has none.
            NotRevealed: it was not revealed; once the time for it is over it is void.
        """
        found = self.commitments.require(case, party)
        if found.revealed_at is None:
            raise NotRevealed(case=case, party=party)
        return found
