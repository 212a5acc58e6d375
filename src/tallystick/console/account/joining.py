# SPDX-License-Identifier: Apache-2.0
"""Opening an account by an invitation: a name, a password, and the key of a member.

Whoever holds a member's key proves to be that member by bringing the key file; it is kept sealed
in the vault from then on.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy.exc import IntegrityError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from tallystick.client import Identity, KeyStore
from tallystick.console.account.entrance import admitted
from tallystick.console.account.identities import tie
from tallystick.console.account.invitations import (
    Invitation,
    find_invitation,
    use_invitation,
)
from tallystick.console.account.passwords import CHARACTERS_MIN, check_new_password
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.proofs import proven_identity
from tallystick.console.audit import Kind
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, NotFound, TallystickError

_NAME_MAX: Final = 80
_KEY_FILE_MAX: Final = 64 * 1024
_UNPROCESSABLE: Final = 422


async def show_invitation(visit: Visit) -> Response:
    """Answer GET /invitation/{token}: the form of a new account."""
    invitation = _invitation(visit)
    return _page(visit, invitation, {}, None)


async def take_invitation(visit: Visit) -> Response:
    """Answer POST /invitation/{token}: open the account and sign in, or say what is wrong."""
    invitation = _invitation(visit)
    form = await visit.form()
    entered = {name: str(form.get(name, "")).strip() for name in ("login", "name")}
    try:
        account = await _open(visit, invitation, form, entered)
    except TallystickError as error:
        return _page(visit, invitation, entered, error)
    return await admitted(visit, account, "/", kind=Kind.ACCOUNT_OPENED)


def _invitation(visit: Visit) -> Invitation:
    found = find_invitation(visit.records, visit.part("token"), visit.now_ms)
    if found is None:
        raise NotFound("this invitation was used, or is too old", field="token")
    return found


async def _open(
    visit: Visit, invitation: Invitation, form: FormData, entered: dict[str, str]
) -> int:
    password = str(form.get("password", ""))
    for name, value in entered.items():
        if not value or len(value) > _NAME_MAX:
            raise InvalidArguments(
                "this must be filled in", field=name, expected="1 to 80 characters"
            )
    check_new_password(password, entered["login"])
    proven = proven_identity(visit, invitation)
    identity = await _identity(form)
    await _check_member(visit, identity)
    if not use_invitation(visit.records, invitation, visit.now_ms):
        raise NotFound("this invitation was used, or is too old", field="token")
    new = NewAccount(
        login=entered["login"],
        name=entered["name"],
        organization=identity.organization,
        member=identity.member,
        password=password,
        is_administrator=invitation.is_administrator,
    )
    try:
        account = await asyncio.to_thread(add_account, visit.records, new, visit.now_ms)
    except IntegrityError:
        raise InvalidArguments(
            "this name, or this member, has an account already", field="login"
        ) from None
    visit.keep_key(account, identity.secret)
    if proven is not None:
        tie(visit.records, account, proven.issuer, proven.subject)
    return account


async def _identity(form: FormData) -> Identity:
    """Return whose key the file is; raises as `KeyStore.load`."""
    sent = form.get("key")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise InvalidArguments("a key file is needed", field="key", expected="NAME.json")
    data = await sent.read(_KEY_FILE_MAX)
    passphrase = str(form.get("passphrase", "")) or None
    return await asyncio.to_thread(_read_key, data, passphrase)


def _read_key(data: bytes, passphrase: str | None) -> Identity:
    with tempfile.TemporaryDirectory(prefix="tally-key-") as folder:
        path = Path(folder) / "key.json"
        path.touch(mode=0o600)
        path.write_bytes(data)
        return KeyStore(Path(folder)).load("key", passphrase=passphrase)


async def _check_member(visit: Visit, identity: Identity) -> None:
    """Check that the ledger knows this key as an active member's."""
    if identity.organization in visit.names.organizations:
        for member in await visit.names.members(identity.organization):
            keys = {one["public_key"] for one in member["keys"] if one["revoked_at_ms"] is None}
            is_own = member["id"] == identity.member and member["active"]
            if is_own and identity.public_key.hex() in keys:
                return
    raise InvalidArguments(
        "the ledger knows no active member with this key",
        field="key",
        expected="a key that an organisation of this network has enrolled",
        found=f"{identity.organization}/{identity.member}",
    )


def _page(
    visit: Visit,
    invitation: Invitation,
    entered: dict[str, str],
    error: TallystickError | None,
) -> Response:
    return visit.page(
        "account/invitation.html",
        http_status=200 if error is None else _UNPROCESSABLE,
        is_administrator=invitation.is_administrator,
        entered=entered,
        flaw=None if error is None else {"field": error.field, "text": str(error)},
        characters_min=CHARACTERS_MIN,
        providers=[{"name": one.name, "label": one.label} for one in visit.settings.providers],
        is_identified=proven_identity(visit, invitation) is not None,
    )
