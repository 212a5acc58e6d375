# SPDX-License-Identifier: Apache-2.0
"""Passkeys (WebAuthn): registered by who has signed in, then sign in and confirm transactions.

An authenticator signs a challenge for one name of a server, after its owner's finger or number. For
a transaction the challenge is the digest of the very bytes that are to be signed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Visit
from tallystick.crypto import sha256
from tallystick.errors import InvalidSignature, Rejected

PASSKEYS: Final = Table(
    "passkeys",
    METADATA,
    Column("id", String(1400), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("used_at", Integer),
)
"""`uses` is the authenticator's own count: one that goes back was copied."""
CHALLENGES: Final = Table(
    "challenges",
    METADATA,
    Column("browser", String(64), primary_key=True),
    Column("purpose", String(10), primary_key=True),
    Column("challenge", LargeBinary, nullable=False),
    Column("made_at", Integer, nullable=False),
)
"""Asked of a browser, and used by its next answer."""
_REGISTER: Final = "register"
_ENTER: Final = "enter"
_LIFETIME_MS: Final = 5 * 60 * 1000
_CHALLENGE_BYTES: Final = 32
_ANSWER_MAX: Final = 16 * 1024
_NAME_MAX: Final = 80
_VERIFIED: Final = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account."""

    id: str
    """Base64url, as the browser states it."""
    account: int
    name: str
    public_key: bytes
    """COSE."""
    uses: int
    made_at: int
    used_at: int | None


def passkeys_of(records: Records, account: int) -> list[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    wanted = select(PASSKEYS).where(PASSKEYS.c.account == account).order_by(PASSKEYS.c.made_at)
    with records.read() as connection:
        return [Passkey(**row) for row in connection.execute(wanted).mappings()]


def ask_to_register(visit: Visit) -> str:
    """Return what the browser is asked for a new passkey, as JSON."""
    person = visit.somebody()
    options = webauthn.generate_registration_options(
        rp_id=_name_of(visit.origin),
        rp_name="Tallystick",
        user_id=secrets.token_bytes(_CHALLENGE_BYTES),
        user_name=person.name,
        challenge=_new_challenge(visit, _REGISTER),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=_described(passkeys_of(visit.records, person.account)),
    )
    return webauthn.options_to_json(options)


def register(visit: Visit, answer: str, name: str) -> None:
    """Keep a new passkey of who has signed in.

    Raises:
        Rejected: nothing was asked of this browser lately.
        InvalidSignature: the answer is not to what was asked.
    """
    challenge = _use_challenge(visit, _REGISTER)
    try:
        made = webauthn.verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=challenge,
            expected_rp_id=_name_of(visit.origin),
            expected_origin=visit.origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise _invalid() from error
    with visit.records.write() as connection:
        connection.execute(
            insert(PASSKEYS).values(
                id=bytes_to_base64url(made.credential_id),
                account=visit.somebody().account,
                name=name[:_NAME_MAX],
                public_key=made.credential_public_key,
                uses=made.sign_count,
                made_at=visit.now_ms,
                used_at=None,
            )
        )


def ask_to_enter(visit: Visit) -> str:
    """Return what the browser is asked for signing in by any passkey, as JSON."""
    return _question(visit, _new_challenge(visit, _ENTER), [])


def enter(visit: Visit, answer: str) -> Passkey:
    """Return the passkey that answers what this browser was asked.

    Raises:
        Rejected: nothing was asked of this browser lately.
        InvalidSignature: the answer is not to what was asked, or of no passkey known here.
    """
    return check_answer(visit, answer, _use_challenge(visit, _ENTER))


def ask_to_confirm(visit: Visit, challenge: bytes) -> str | None:
    """Return what the browser is asked for a transaction, as JSON; None for who has no passkey."""
    passkeys = passkeys_of(visit.records, visit.somebody().account)
    return _question(visit, challenge, passkeys) if passkeys else None


def check_answer(visit: Visit, answer: str, challenge: bytes) -> Passkey:
    """Return the passkey that signed a challenge for this server, after its owner's gesture.

    Raises:
        InvalidSignature: none of those known here did.
    """
    try:
        stated = parse_authentication_credential_json(_bounded(answer))
        passkey = _find(visit.records, bytes_to_base64url(stated.raw_id))
        checked = webauthn.verify_authentication_response(
            credential=stated,
            expected_challenge=challenge,
            expected_rp_id=_name_of(visit.origin),
            expected_origin=visit.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise _invalid() from error
    with visit.records.write() as connection:
        connection.execute(
            update(PASSKEYS)
            .where(PASSKEYS.c.id == passkey.id)
            .values(uses=checked.new_sign_count, used_at=visit.now_ms)
        )
    return passkey


def drop_passkeys(records: Records, account: int, name: str | None = None) -> None:
    """Take one passkey of an account away, by its id, or all of them."""
    wanted = delete(PASSKEYS).where(PASSKEYS.c.account == account)
    with records.write() as connection:
        connection.execute(wanted if name is None else wanted.where(PASSKEYS.c.id == name))


def _find(records: Records, name: str) -> Passkey:
    with records.read() as connection:
        wanted = select(PASSKEYS).where(PASSKEYS.c.id == name)
        row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise _invalid()
    return Passkey(**row)


def _question(visit: Visit, challenge: bytes, passkeys: list[Passkey]) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=_name_of(visit.origin),
        challenge=challenge,
        allow_credentials=_described(passkeys),
        user_verification=_VERIFIED,
    )
    return webauthn.options_to_json(options)


def _described(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in passkeys]


def _new_challenge(visit: Visit, purpose: str) -> bytes:
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    place = {"browser": _browser(visit), "purpose": purpose}
    old = CHALLENGES.c.made_at < visit.now_ms - _LIFETIME_MS
    with visit.records.write() as connection:
        connection.execute(delete(CHALLENGES).where(old))
        connection.execute(
            insert(CHALLENGES)
            .prefix_with("OR REPLACE")
            .values(**place, challenge=challenge, made_at=visit.now_ms)
        )
    return challenge


def _use_challenge(visit: Visit, purpose: str) -> bytes:
    """Return what the browser was asked, which is forgotten by it."""
    with visit.records.write() as connection:
        row = connection.execute(
            delete(CHALLENGES)
            .where(CHALLENGES.c.browser == _browser(visit), CHALLENGES.c.purpose == purpose)
            .returning(CHALLENGES.c.challenge, CHALLENGES.c.made_at)
        ).one_or_none()
    if row is None or row.made_at < visit.now_ms - _LIFETIME_MS:
        raise Rejected("this took too long", hint="Open the page again and repeat.")
    return bytes(row.challenge)


def _bounded(answer: str) -> str:
    if len(answer) > _ANSWER_MAX:
        raise _invalid()
    return answer


def _name_of(origin: str) -> str:
    """Return the server's name: a passkey is bound to it."""
    return urlsplit(origin).hostname or ""


def _browser(visit: Visit) -> str:
    return sha256(visit.visitor.encode()).hex()


def _invalid() -> InvalidSignature:
    return InvalidSignature("the passkey did not confirm this", field="answer")
