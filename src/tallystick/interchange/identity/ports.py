# SPDX-License-Identifier: Apache-2.0
"""What an identity provider does for us, whatever protocol it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tallystick.units import TimeMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is remembered of a person who was sent away: a secret, used once."""

    state: str = field(repr=False)
    """Comes back in the response, and finds this session."""
    salt: bytes = field(repr=False)
    verifier: str = field(repr=False)
    back: str
    """Address to which the person comes back."""
    begun_ms: TimeMs


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send a person, and what to remember meanwhile."""

    where: str = field(repr=False)
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Whom an identity provider has identified; personal data, for the moment only."""

    reference: str
    """Digest that names this identification and no other; says nothing about the person."""
    issuer: str
    subject: str = field(repr=False)
    acr: str
    """How the person was identified, in the provider's words."""
    level: int
    """The same as the number that was agreed for it."""
    authenticated_ms: TimeMs
    claims: Mapping[str, str] = field(repr=False)
    """What was asked for about the person."""


class IdentityProvider(Protocol):
    """Identifies persons. Who calls it keeps the session, and uses it once."""

    def begin(self, binding: bytes, back: str) -> Departure:
        """Prepare to send a person away.

        Args:
            binding: what the identification is for; the provider's own signature covers a digest
                of it, so that it cannot be used for anything else.
            back: where the person comes back to.

        Raises:
            IdentityProviderUnreachable: try again.
            InvalidIdentityProvider: its documents are not acceptable.
        """
        ...

    def finish(self, session: Session, binding: bytes, response: str) -> Assertion:
        """Return whom the provider identified.

        Args:
            session: of the departure.
            binding: the same as at the departure.
            response: the query with which the person came back.

        Raises:
            InvalidIdentityResponse: the response does not belong to this session.
            IdentityDenied: the provider did not identify the person.
            InvalidIdentityToken: what the provider is said to have signed does not hold.
            IdentityProviderUnreachable, InvalidIdentityProvider: as for `begin`.
        """
        ...
