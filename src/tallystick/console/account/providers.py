# SPDX-License-Identifier: Apache-2.0
"""Signing in at an identity provider (OpenID Connect, authorization code with PKCE).

The browser is sent there and comes back once, within minutes. Whose account it is follows from
issuer and subject alone, which were tied when the account was opened.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Integer, LargeBinary, String, Table, delete, insert
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.entrance import admitted
from tallystick.console.account.identities import account_of
from tallystick.console.account.invitations import Invitation, find_invitation
from tallystick.console.account.proofs import Proven, keep_proof
from tallystick.console.audit import Kind, note
from tallystick.console.choices import safe_return
from tallystick.console.records import METADATA
from tallystick.console.settings import Provider
from tallystick.console.visit import Visit
from tallystick.crypto import sha256
from tallystick.disk import read_private
from tallystick.errors import NotFound, Rejected, TallystickError
from tallystick.interchange.identity import (
    Assertion,
    OpenIdProvider,
    OpenIdSettings,
    Session,
)

DEPARTURES: Final = Table(
    "departures",
    METADATA,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("session", LargeBinary, nullable=False),
    Column("back", String(500), nullable=False),
    Column("invitation", String(80)),
    Column("begun_at", Integer, nullable=False),
)
"""Who was sent away; the session's secrets are sealed to the vault."""
_SEE_OTHER: Final = 303
_LIFETIME_MS: Final = 15 * 60 * 1000
"""Longer than the provider's own session, which ends first."""


async def leave_to_sign_in(visit: Visit) -> Response:
    """Answer GET /sign-in/with/{provider}: to the provider, and back to `back` afterwards."""
    return await _leave(visit, safe_return(visit.query.get("back", "/")), None)


async def leave_to_join(visit: Visit) -> Response:
    """Answer GET /invitation/{token}/with/{provider}: to the provider, back to the invitation."""
    token = visit.part("token")
    _invitation(visit, token)
    return await _leave(visit, f"/invitation/{token}", token)


async def come_back(visit: Visit) -> Response:
    """Answer GET /sign-in/back: where the provider sends the browser.

    Raises:
        NotFound: nobody left from this browser lately, or the invitation was used.
        Rejected: the person has no account here, or one that is there already.
        TallystickError: the provider did not identify anybody, or cannot be reached.
    """
    departure = _departure(visit)
    provider = _provider(visit, departure["provider"])
    session = msgspec.json.decode(visit.vault.unseal(departure["session"]), type=Session)
    try:
        assertion = await asyncio.to_thread(_finish, visit, provider, session)
    except TallystickError:
        await note(visit, Kind.SIGN_IN_FAILED, provider.name)
        raise
    account = account_of(visit.records, assertion.issuer, assertion.subject)
    if departure["invitation"] is None:
        if account is None:
            await note(visit, Kind.SIGN_IN_FAILED, provider.name)
            raise Rejected(
                "nobody with this identity has an account here",
                hint="Ask an administrator of this console for an invitation.",
            )
        return await admitted(visit, account, departure["back"])
    if account is not None:
        raise Rejected("somebody with this identity has an account already", hint="/sign-in")
    invitation = _invitation(visit, departure["invitation"])
    keep_proof(visit, invitation, Proven(assertion.issuer, assertion.subject))
    return RedirectResponse(departure["back"], _SEE_OTHER)


async def _leave(visit: Visit, back: str, invitation: str | None) -> Response:
    provider = _provider(visit, visit.part("provider"))
    place = f"{visit.origin}/sign-in/back"
    departure = await asyncio.to_thread(lambda: _openid(provider).begin(_binding(visit), place))
    old = DEPARTURES.c.begun_at < visit.now_ms - _LIFETIME_MS
    with visit.records.write() as connection:
        connection.execute(delete(DEPARTURES).where(old))
        connection.execute(
            insert(DEPARTURES).values(
                state=_digest(departure.session.state),
                browser=_digest(visit.visitor),
                provider=provider.name,
                session=visit.vault.seal(msgspec.json.encode(departure.session)),
                back=back[:500],
                invitation=invitation,
                begun_at=visit.now_ms,
            )
        )
    return RedirectResponse(departure.where, _SEE_OTHER)


def _departure(visit: Visit) -> dict[str, Any]:
    """Return who left from this browser with the state that came back; it is used up."""
    state = _digest(visit.query.get("state", ""))
    with visit.records.write() as connection:
        row = (
            connection.execute(
                delete(DEPARTURES)
                .where(DEPARTURES.c.state == state, DEPARTURES.c.browser == _digest(visit.visitor))
                .returning(*DEPARTURES.c)
            )
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise NotFound("nobody left from this browser to sign in lately", field="state")
    return dict(row)


def _finish(visit: Visit, provider: Provider, session: Session) -> Assertion:
    return _openid(provider).finish(session, _binding(visit), visit.request.url.query)


def _openid(provider: Provider) -> OpenIdProvider:
    path = provider.client_secret_file
    secret = None if path is None else read_private(Path(path)).decode().strip()
    return OpenIdProvider(
        OpenIdSettings(
            issuer=provider.issuer,
            client_id=provider.client_id,
            client_secret=secret,
            levels=provider.levels,
            scopes=provider.scopes,
            hosts=frozenset(one.lower() for one in provider.hosts),
        )
    )


def _provider(visit: Visit, name: str) -> Provider:
    for one in visit.settings.providers:
        if one.name == name:
            return one
    raise NotFound("there is no such identity provider", field="provider", found=name[:40])


def _invitation(visit: Visit, token: str) -> Invitation:
    found = find_invitation(visit.records, token, visit.now_ms)
    if found is None:
        raise NotFound("this invitation was used, or is too old", field="token")
    return found


def _binding(visit: Visit) -> bytes:
    """Return what the identification is for: this browser."""
    return sha256(b"tallystick.console.sign-in" + visit.visitor.encode())


def _digest(text: str) -> str:
    return sha256(text.encode()).hex()
