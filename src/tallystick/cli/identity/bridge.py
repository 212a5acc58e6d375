# SPDX-License-Identifier: Apache-2.0
"""From a login to a word on the ledger: the person is compared first, and nothing is kept.

A person is known by one claim of the token. It becomes a commitment here and goes no further; who
is not the person of the record leaves no trace on the ledger.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.identity.desk import Desk, Vouching
from tallystick.contracts import digest_of, person_commitment
from tallystick.crypto import check_public_key
from tallystick.errors import (
    InvalidIdentityResponse,
    InvalidIdentityToken,
    Malformed,
    OtherPersonIdentified,
    Overloaded,
)
from tallystick.interchange.identity import IdentityProvider, Session

WAIT_S: Final = 10 * 60
"""How long a person may be away."""
_WAITING_MAX: Final = 10_000
_KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RECORD_CHARACTERS_MAX: Final = 120
_ID_CHARACTERS: Final = 32
_A_NUMBER: Final = "110101200801101009"
"""Of nobody; a secret that makes its commitment makes all."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """How a person is known: a claim of the token, and the secret that makes it a commitment."""

    claim: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret that is too short, before anybody has logged in; raises `Malformed`."""
        person_commitment(self.secret, _A_NUMBER)

    def commitment(self, number: str) -> str:
        """Return what stands for a person on the ledger.

        Raises:
            InvalidIdentityToken: it is no identity number.
        """
        try:
            return person_commitment(self.secret, number.upper())
        except Malformed as error:
            field = f"claims.{self.claim}"
            raise InvalidIdentityToken(say("identity.no_number"), field=field) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who was sent to the provider."""

    record: str
    public_key: str
    binding: bytes = field(repr=False)
    session: Session
    browser: str = field(repr=False)
    """What only the browser has that was sent away."""
    until: float


class Bridge:
    """One contract and one identity provider; serves several threads."""

    def __init__(
        self,
        desk: Desk,
        provider: IdentityProvider,
        knowing: Knowing,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Join them."""
        self._desk = desk
        self._provider = provider
        self._knowing = knowing
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}

    def begin(self, record: str, public_key: str, back: str) -> tuple[str, Waiting]:
        """Return where to send a person, and what waits for the return.

        Args:
            record: what the person is to be vouched for.
            public_key: the person's own, in hexadecimal.
            back: the door's address that the provider sends the person to.

        Raises:
            NotFound: there is no such record.
            InvalidSignature: it is no public key.
            Overloaded: too many are away.
            IdentityProviderUnreachable, InvalidIdentityProvider: as the provider has it.
        """
        if not 0 < len(record) <= _RECORD_CHARACTERS_MAX:
            raise Malformed(say("identity.record"), field="record")
        key = _check_key(public_key)
        self._desk.persons(record)
        binding = bytes.fromhex(digest_of("identity", self._desk.scope, record, key))
        away = self._provider.begin(binding, back)
        waiting = Waiting(
            record=record,
            public_key=key,
            binding=binding,
            session=away.session,
            browser=secrets.token_urlsafe(32),
            until=self._clock() + WAIT_S,
        )
        with self._lock:
            now = self._clock()
            self._waiting = {key: one for key, one in self._waiting.items() if one.until > now}
            if len(self._waiting) >= _WAITING_MAX:
                raise Overloaded(say("identity.busy"))
            self._waiting[away.session.state] = waiting
        return away.where, waiting

    def finish(self, state: str, browsers: frozenset[str], response: str) -> Vouching:
        """Vouch for the key of who has come back, once.

        Args:
            state: of the response.
            browsers: what the browser has from us.
            response: the query with which the provider sent it back.

        Raises:
            InvalidIdentityResponse: nobody waits for it: it was used, is late, or another
                browser's.
            OtherPersonIdentified: the person is not the one of the record.
            IdentityDenied, InvalidIdentityToken, IdentityProviderUnreachable,
                InvalidIdentityProvider: as the provider has it.
            Refused, NotFinal, Unavailable: the ledger did not take it.
        """
        waiting = self._take(state, browsers)
        found = self._provider.finish(waiting.session, waiting.binding, response)
        subject = self._knowing.commitment(found.claims[self._knowing.claim])
        if subject not in self._desk.persons(waiting.record):
            raise OtherPersonIdentified(say("identity.other_person", record=waiting.record))
        word = Vouching(
            # Follows from the nonce that the provider has signed: a second time is a duplicate.
            id=f"A-{found.reference[:_ID_CHARACTERS]}",
            record=waiting.record,
            subject=subject,
            public_key=waiting.public_key,
            level=found.level,
            # The ledger takes no time to come, and its own may be behind by the last block's age.
            issued_at=min(found.authenticated_ms, self._desk.now_ms()),
        )
        self._desk.vouch(word)
        return word

    def _take(self, state: str, browsers: frozenset[str]) -> Waiting:
        """Return who waits under a state, and let nobody wait there any more."""
        with self._lock:
            waiting = self._waiting.get(state)
            if waiting is None or waiting.browser not in browsers or waiting.until < self._clock():
                raise InvalidIdentityResponse(say("identity.nobody_waits"), field="state")
            return self._waiting.pop(state)


def _check_key(public_key: str) -> str:
    """Return a key that may be enrolled."""
    if _KEY.fullmatch(public_key) is None:
        raise Malformed(say("identity.key"), field="key", expected="64 digits 0-9, a-f")
    return check_public_key(bytes.fromhex(public_key)).hex()
