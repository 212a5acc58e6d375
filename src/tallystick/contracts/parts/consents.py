# SPDX-License-Identifier: Apache-2.0
"""Consents: a subject allows a party one thing, known by its digest, until it expires or ends.

The subject is a code or a commitment (`person_commitment`), never a name or number. Who may speak
for a subject is the contract's rule: by the role of the method, or by a signature it verifies. The
part keeps who did, in the record and in the events.
"""

from __future__ import annotations

from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Digest, Name, Timestamp
from tallystick.errors import InvalidValue


class Consent(Record):
    """What was last said about one thing."""

    subject: Name
    """Who consents."""
    party: Name
    """Who may rely on it."""
    what: Digest
    """Digest of the text consented to."""
    given_at: Timestamp
    given_by: Name
    """The person who recorded it, as `organization/member`."""
    expires: Timestamp | None
    """Last moment at which it holds; null: until it is withdrawn."""
    withdrawn_at: Timestamp | None = None


class ConsentGiven(Event):
    """en: {subject} consented to {what} by {party} (recorded by {person}).

    zh: {subject} 同意 {party} 办理 {what}（登记人 {person}）。
    """

    subject: Name
    party: Name
    what: Digest
    expires: Timestamp | None
    person: Name


class ConsentEnded(Event):
    """en: {subject} withdrew the consent to {what} by {party} (recorded by {person}).

    zh: {subject} 撤回对 {party} 办理 {what} 的同意（登记人 {person}）。
    """

    subject: Name
    party: Name
    what: Digest
    person: Name


class NoConsent(Refusal, code="E_CONSENT"):
    """en: {subject} has not consented to {what} by {party}.

    zh: {subject} 未同意 {party} 办理 {what}。
    """

    subject: Name
    party: Name
    what: Digest


class ConsentWithdrawn(Refusal, code="E_CONSENT"):
    """en: {subject} withdrew the consent to {what} by {party} at {withdrawn_at}.

    zh: {subject} 已于 {withdrawn_at} 撤回对 {party} 办理 {what} 的同意。
    """

    subject: Name
    party: Name
    what: Digest
    withdrawn_at: Timestamp


class ConsentExpired(Refusal, code="E_EXPIRED"):
    """en: The consent of {subject} to {what} by {party} expired at {expires}.

    zh: {subject} 对 {party} 办理 {what} 的同意已于 {expires} 到期。
    """

    subject: Name
    party: Name
    what: Digest
    expires: Timestamp


class Consents(Part):
    """Consents of a contract: `consents = Consents(label=Label(zh="同意", en="Consents"))`.

    ```python
    self.consents.give(ctx, person, bank, digest_of("terms", text), expires=end)
    self.consents.require(ctx, person, bank, digest_of("terms", text))
    ```
    """

    events = (ConsentGiven, ConsentEnded)
    refusals = (NoConsent, ConsentWithdrawn, ConsentExpired)

    consents = Table(
        Consent, key=("subject", "party", "what"), label=Label(zh="同意", en="Consents")
    )

    def give(
        self, ctx: Context, subject: str, party: str, what: str, *, expires: int | None = None
    ) -> Consent:
        """Keep a consent, in place of an earlier one to the same thing.

        Raises:
            InvalidValue: it would have expired already.
        """
        if expires is not None and expires < ctx.block_time_ms:
            raise InvalidValue("it has expired already", field="expires", found=str(expires))
        self.announce(
            ConsentGiven(
                subject=subject, party=party, what=what, expires=expires, person=ctx.person
            )
        )
        return self.consents.put(
            Consent(
                subject=subject,
                party=party,
                what=what,
                given_at=ctx.block_time_ms,
                given_by=ctx.person,
                expires=expires,
            )
        )

    def withdraw(self, ctx: Context, subject: str, party: str, what: str) -> Consent:
        """End a consent from now on; what was done on it before stays done.

        Raises:
            NoConsent: there is none.
            ConsentWithdrawn: it was withdrawn before.
        """
        kept = self._standing(subject, party, what)
        self.announce(ConsentEnded(subject=subject, party=party, what=what, person=ctx.person))
        return self.consents.replace(replace(kept, withdrawn_at=ctx.block_time_ms))

    def require(self, ctx: Context, subject: str, party: str, what: str) -> Consent:
        """Return the consent if it holds now.

        Raises:
            NoConsent: it was never given.
            ConsentWithdrawn: it was withdrawn.
            ConsentExpired: its time is over.
        """
        kept = self._standing(subject, party, what)
        if kept.expires is not None and ctx.block_time_ms > kept.expires:
            raise ConsentExpired(subject=subject, party=party, what=what, expires=kept.expires)
        return kept

    def _standing(self, subject: str, party: str, what: str) -> Consent:
        kept = self.consents.get(subject, party, what)
        if kept is None:
            raise NoConsent(subject=subject, party=party, what=what)
        if kept.withdrawn_at is not None:
            raise ConsentWithdrawn(
                subject=subject, party=party, what=what, withdrawn_at=kept.withdrawn_at
            )
        return kept
