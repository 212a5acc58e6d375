# SPDX-License-Identifier: Apache-2.0
"""Packages of sealed bytes: they wait here until their transaction is done, then go to the node.

What a browser sealed is handed in before its transaction is signed, because the node takes it only
once the ledger declares it. Until then it lies in a folder beside the console's records, one file
a package, in no backup; nothing in it is in clear, and the console has no key to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tallystick.console.ledger import Json, at
from tallystick.console.visit import Vault, Visit
from tallystick.crypto import sha256
from tallystick.disk import make_private_folder, remove_files, write_file
from tallystick.encoding import format_base64url
from tallystick.errors import (
    Erased,
    LimitExceeded,
    NotFound,
    Rejected,
    TallystickError,
    UnknownRecord,
)
from tallystick.model import (
    REQUEST_LIFETIME_MS,
    PrivatePackage,
    PrivatePlace,
    Question,
    RequestSigner,
    sign_request,
)
from tallystick.units import DAY_MS

_LOG: Final = logging.getLogger("tallystick.console")
FIELDS: Final = ("ciphertext", "plaintext", "size")
"""Of what a contract declares about sealed bytes: its argument `SealedData`."""
PART_SUFFIX: Final = "_records"
"""What a contract's part of private records calls its table."""
WAITING_MAX: Final = 20
"""Packages of one account that may wait."""
WAITING_MS: Final = 7 * DAY_MS
"""What is not signed by then is forgotten."""
_FOLDER: Final = "sealed"
_BEHIND_PAUSES_S: Final = (0.1, 0.4, 1.6)
"""A node may be some blocks behind the one where a record was declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Sealed bytes that a transaction declares, and where they are now."""

    contract: str
    part: str
    record: str
    owner: str
    recipients: tuple[str, ...]
    ciphertext: str
    is_held: bool
    """By this node."""
    is_waiting: bool
    """Here, because the node did not take them yet."""
    problem: str = ""
    """Code of the reason."""


@dataclass(frozen=True, slots=True)
class _Signer:
    """The key of an account, in the vault."""

    vault: Vault
    account: int
    public_key: bytes

    def sign(self, message: bytes) -> bytes:
        signature = self.vault.sign(self.account, message)
        if signature is None:
            raise _no_key()
        return signature


def keep_waiting(visit: Visit, package: bytes) -> str:
    """Keep a package until its transaction is done; return the SHA-256 of its sealed bytes.

    Raises:
        Malformed: it is no package.
        Rejected: it has no sealed bytes.
        LimitExceeded: too many of the account's are waiting.
    """
    sealed = PrivatePackage.decode(package).sealed
    if not sealed:
        raise Rejected("nothing is sealed in this package", field="package")
    account, folder = visit.somebody().account, _folder(visit)
    make_private_folder(folder)
    forget_old(folder, visit.now_ms)
    if len(list(folder.glob(f"{account}-*"))) >= WAITING_MAX:
        raise LimitExceeded(
            "too many sealed packages are waiting",
            field="package",
            expected=f"at most {WAITING_MAX}",
            hint="Sign what was prepared, or wait: they are forgotten after seven days.",
        )
    digest = sha256(sealed).hex()
    write_file(_path(visit, digest), package, mode=0o600)
    return digest


def states_sealed(kind: Json) -> bool:
    """Tell whether a value of a type of a contract's schema declares sealed bytes, or may."""
    fields, items = kind.get("fields") or [], kind.get("items")
    inner = [*(one["type"] for one in fields), *([items] if items else [])]
    return {one["name"] for one in fields} == set(FIELDS) or any(map(states_sealed, inner))


def digests_in(value: Json) -> Iterator[str]:
    """Yield the digests of sealed bytes that arguments declare, wherever in them."""
    if isinstance(value, Mapping):
        if value.keys() == set(FIELDS):
            yield str(value["ciphertext"])
        for inner in value.values():
            yield from digests_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from digests_in(inner)


def declared_in(changes: Json, digest: str) -> Json | None:
    """Return the private record among changes that has these sealed bytes, if there is one."""
    for change in changes:
        after = change["after"] or {}
        if change["table"].endswith(PART_SUFFIX) and after.get("ciphertext") == digest:
            return {
                "contract": change["contract"],
                "part": change["table"].removesuffix(PART_SUFFIX),
                "record": after["id"],
                "owner": after["owner"],
                "recipients": after["recipients"],
            }
    return None


async def hand_over(visit: Visit, args: Json, transaction: str) -> list[Declared]:
    """Hand what waits for a transaction to the node; return all that it declares, and where it is.

    What the node does not take goes on waiting; the next look at the transaction tries again.

    Raises:
        TallystickError: the node does not know the transaction's changes.
    """
    digests = list(digests_in(args))
    if not digests:
        return []
    await asyncio.to_thread(forget_old, _folder(visit), visit.now_ms)
    found = await visit.ledger.get(at("transactions", transaction, "changes"))
    told = []
    for digest in digests:
        one = declared_in(found["changes"], digest)
        if one is not None:
            told.append(await _handed(visit, one, digest))
    return told


async def _handed(visit: Visit, one: Json, digest: str) -> Declared:
    place = PrivatePlace(one["contract"], one["part"], one["record"])
    path, problem, is_held = _path(visit, digest), "", False
    package = await asyncio.to_thread(_read, path)
    try:
        if package is not None:
            await _put(visit, place, package)
            await asyncio.to_thread(_forget, path)
            package = None
        await fetch_sealed(visit, place)
        is_held = True
    except TallystickError as error:
        problem = error.code
        if isinstance(error, Erased):  # of what was erased, nothing may stay
            await asyncio.to_thread(_forget, path)
            package = None
        _LOG.info("sealed bytes of %s are not at the node: %s", ascii(place.path), error.code)
    return Declared(
        **one, ciphertext=digest, is_held=is_held, is_waiting=package is not None, problem=problem
    )


async def fetch_sealed(visit: Visit, place: PrivatePlace) -> PrivatePackage:
    """Return sealed bytes and the wrap of the reader's organisation, asked for in its name.

    Raises:
        Rejected: the account has no key here.
        RoleMissing: its organisation is no reader of the record.
        UnknownRecord, NotFound, Erased: there is none, not here, or no more.
    """
    return PrivatePackage.decode(await _asked(visit, "GET", place, b""))


async def fetch_wrap(visit: Visit, place: PrivatePlace) -> bytes | None:
    """Return the wrap of the reader's organisation; None if the sealed bytes came without one.

    Raises as `fetch_sealed`.
    """
    organization = visit.somebody().organization
    answer = await ask_signed(
        visit, "GET", place.path, at("private", *place), query={"only": "wraps"}
    )
    return PrivatePackage.decode(answer).wraps.get(organization)


async def _put(visit: Visit, place: PrivatePlace, package: bytes) -> None:
    pauses = iter(_BEHIND_PAUSES_S)
    while True:
        try:
            await _asked(visit, "PUT", place, package)
        except UnknownRecord:
            pause_s = next(pauses, None)
            if pause_s is None:
                raise
            await asyncio.sleep(pause_s)
        else:
            return


async def _asked(visit: Visit, method: str, place: PrivatePlace, body: bytes) -> bytes:
    return await ask_signed(visit, method, place.path, at("private", *place), body=body)


async def ask_signed(
    visit: Visit,
    method: str,
    path: str,
    address: str,
    *,
    body: bytes = b"",
    about: Mapping[str, str] = MappingProxyType({}),
    query: Mapping[str, str] | None = None,
) -> bytes:
    """Return what the node answers to a request that the reader's key signed.

    Args:
        visit: The reader's.
        method: As `PUT`.
        path: What is signed, as it reads.
        address: The same, quoted.
        body: What is sent.
        about: Further headers.
        query: Fields of the query string; they are not signed.

    Raises:
        Rejected: the account has no key here.
        TallystickError: as the node says.
    """
    person = visit.somebody()
    network = (await visit.ledger.get(at("status")))["network"]
    signed = await asyncio.to_thread(
        sign_request,
        Question(network, method, path, body),
        vault_signer(visit),
        person.organization,
        valid_until=visit.now_ms + REQUEST_LIFETIME_MS,
    )
    request = format_base64url(signed)
    return await visit.ledger.signed(
        method, address, request=request, body=body, about=about, query=query
    )


def vault_signer(visit: Visit) -> RequestSigner:
    """Return what signs requests by the reader's key; raises `Rejected` where it is not here."""
    person = visit.somebody()
    public_key = visit.vault.public_key(person.account)
    if public_key is None:
        raise _no_key()
    return _Signer(visit.vault, person.account, bytes.fromhex(public_key))


def _no_key() -> Rejected:
    return Rejected(
        "this account keeps no key here",
        hint="Ask an administrator of this console for an invitation.",
    )


def _folder(visit: Visit) -> Path:
    return visit.records.folder / _FOLDER


def _path(visit: Visit, digest: str) -> Path:
    if len(digest) != 64 or not digest.isalnum():
        raise NotFound("there is no such package", field="package", found=digest[:80])
    return _folder(visit) / f"{visit.somebody().account}-{digest}"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _forget(path: Path) -> None:
    if path.parent.is_dir():
        remove_files(path.parent, [path])


def forget_old(folder: Path, now_ms: int, *, kept_ms: int = WAITING_MS) -> None:
    """Remove what has lain here too long: by default what nobody signed for within seven days."""
    if not folder.is_dir():
        return
    old = [path for path in folder.iterdir() if path.stat().st_mtime * 1000 < now_ms - kept_ms]
    remove_files(folder, old)
