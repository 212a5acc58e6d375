# SPDX-License-Identifier: Apache-2.0
"""`tally key`: the keys of this user; only a list asks a node, and does without."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Dashed, Output
from tallystick.cli.secrets import read_passphrase
from tallystick.cli.talk import note
from tallystick.errors import FileProblem

if TYPE_CHECKING:
    from tallystick.client import KeyStore

_PRIVATE = 0o600
_PEM_SIZE_MAX = 64 * 1024
_SHOWN = ("name", "organization", "member", "public_key", "encrypted", "path")


def create(
    name: str,
    /,
    *,
    organization: str,
    member: str,
    encrypt: bool = False,
    passphrase_file: Dashed = None,
    _output: Output = OUTPUT,
) -> Answer:
    """Make a new key.

    Raises:
        UsageError: the name is not usable.
        Malformed: the organisation's code is not one.
        FileProblem: the name is taken.
    """
    from tallystick.cli.identities import own_store

    store = own_store()
    is_sealed = encrypt or passphrase_file is not None
    passphrase = read_passphrase(passphrase_file, confirm=True) if is_sealed else None
    store.create(name, organization, member, passphrase=passphrase)
    note(say("key.enrol", organization=organization))
    return Sheet(_described(store, name), _SHOWN)


def list_(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List the keys of this user, and those of a demonstration on this machine.

    If a node answers, it says until when they are enrolled.
    """
    from tallystick.cli.expiry import enrolled_until, warn_of_key
    from tallystick.cli.identities import demo_store, own_store
    from tallystick.cli.times import format_time

    rows = [_described(own_store(), name) for name in own_store().names()]
    demo = demo_store()
    if demo is not None:
        rows += [{**_described(demo, name), "demonstration": True} for name in demo.names()]
    ends = enrolled_until(address, (str(row["organization"]) for row in rows))
    for place, row in enumerate(rows):
        end = ends.get(str(row["public_key"]))
        if end is not None:
            rows[place] = {**row, "valid_until": format_time(end), "valid_until_ms": end}
            warn_of_key(str(row["name"]), end)
    columns = ("name", "organization", "member", "public_key", "encrypted", "valid_until")
    return Listing(tuple(rows), columns)


def import_(
    name: str,
    pem: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    organization: str,
    member: str,
    encrypt: bool = False,
    passphrase_file: Dashed = None,
    _output: Output = OUTPUT,
) -> Answer:
    """Take in a key from a PEM file.

    Raises:
        FileProblem: not a PEM key of the right kind, or the name is taken.
    """
    from tallystick.cli.identities import own_store
    from tallystick.client import Identity, parse_pem

    data = _read(pem)
    is_sealed = b"ENCRYPTED" in data
    passphrase = read_passphrase(passphrase_file) if is_sealed or encrypt else None
    secret = parse_pem(data, passphrase=passphrase if is_sealed else None)
    store = own_store()
    identity = Identity(organization, member, secret)
    store.save(name, identity, passphrase=passphrase if encrypt else None)
    return Sheet(_described(store, name), _SHOWN)


def export(
    name: str,
    /,
    *,
    out: Annotated[str, Parameter(name=("--out", "-o"), allow_leading_hyphen=True)],
    encrypt: bool = False,
    passphrase_file: Dashed = None,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Write a key to a PEM file that only this user can read.

    Raises:
        FileProblem: the file exists, or cannot be written.
    """
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.client import format_pem

    identity = open_key(choose_key(name, ""), passphrase_file)
    passphrase = read_passphrase(passphrase_file, confirm=True) if encrypt else None
    pem = format_pem(identity.secret, passphrase=passphrase)
    if out == "-":
        sys.stdout.write(pem.decode("ascii"))
        return None
    _write_private(Path(out), pem)
    note(say("key.written", path=out))
    return Sheet({"name": name, "path": out, "public_key": identity.public_key.hex()})


def _described(store: KeyStore, name: str) -> Row:
    key = store.describe(name)
    return {
        "name": name,
        "organization": key.organization,
        "member": key.member,
        "public_key": key.public_key.hex(),
        "encrypted": key.is_sealed,
        "path": str(store.folder / f"{name}.json"),
    }


def _read(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(_PEM_SIZE_MAX)
    with path.open("rb") as file:
        return file.read(_PEM_SIZE_MAX)


def _write_private(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except FileExistsError as error:
        raise FileProblem(say("usage.exists", path=path), field="--out") from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
