# SPDX-License-Identifier: Apache-2.0
"""Whom an identity provider named to a browser that opens an account, until it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Integer, String, Table, delete, insert, select

from tallystick.console.account.invitations import LIFETIME_MS, Invitation
from tallystick.console.records import METADATA
from tallystick.console.visit import Visit
from tallystick.crypto import sha256

PROOFS: Final = Table(
    "identity_proofs",
    METADATA,
    Column("invitation", String(64), primary_key=True),
    Column("browser", String(64), primary_key=True),
    Column("issuer", String(200), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("made_at", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Proven:
    """A person of an identity provider."""

    issuer: str
    subject: str


def keep_proof(visit: Visit, invitation: Invitation, proven: Proven) -> None:
    """Keep whom the provider named, for this browser and this invitation."""
    with visit.records.write() as connection:
        connection.execute(delete(PROOFS).where(PROOFS.c.made_at < visit.now_ms - LIFETIME_MS))
        connection.execute(
            insert(PROOFS)
            .prefix_with("OR REPLACE")
            .values(
                invitation=invitation.digest,
                browser=_browser(visit),
                issuer=proven.issuer,
                subject=proven.subject,
                made_at=visit.now_ms,
            )
        )


def proven_identity(visit: Visit, invitation: Invitation) -> Proven | None:
    """Return whom a provider named to this browser for this invitation."""
    wanted = select(PROOFS.c.issuer, PROOFS.c.subject).where(
        PROOFS.c.invitation == invitation.digest, PROOFS.c.browser == _browser(visit)
    )
    with visit.records.read() as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else Proven(*row)


def _browser(visit: Visit) -> str:
    return sha256(visit.visitor.encode()).hex()
