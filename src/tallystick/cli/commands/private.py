# SPDX-License-Identifier: Apache-2.0
"""`tally private`: data for named organisations, sealed here, opened here; nodes see neither."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter
from msgspec.structs import asdict

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import (
    ADDRESS,
    OPENING,
    OUTPUT,
    READING,
    SIGNING,
    Address,
    Opening,
    Output,
    Reading,
    Signing,
)
from tallystick.cli.secrets import SEALING_KEY, read_passphrase
from tallystick.cli.talk import note, step
from tallystick.errors import FileProblem, UsageError

if TYPE_CHECKING:
    from tallystick.client import Identity, Net, PrivatePlace

_SIZE_MAX: Final = 16 * 1024 * 1024
"""What is read of a file; a private record is smaller, and says so itself."""
Dashable = Annotated[str, Parameter(allow_leading_hyphen=True)]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where the ledger keeps the record: a contract, and what it calls its part."""

    contract: str
    part: str

    def place(self, record: str) -> PrivatePlace:
        """Return the place of a record."""
        from tallystick.client import PrivatePlace

        return PrivatePlace(self.contract, self.part, record)


def keygen(
    *,
    organization: str,
    encrypt: bool = False,
    opening: Opening = OPENING,
    _output: Output = OUTPUT,
) -> Answer:
    """Make a sealing key of an organisation, and keep its secret half here.

    Raises:
        Malformed: the organisation's code is not one.
        UsageError: the passphrase is empty, or nobody can be asked for it.
        FileProblem: the folder cannot be written.
    """
    from tallystick.client import SealingKeyStore

    passphrase = _new_passphrase(opening) if encrypt else None
    key, path = SealingKeyStore().create(organization, passphrase=passphrase)
    note(say("private.keep", path=path))
    found = {"organization": organization, "public_key": key.public_key, "path": str(path)}
    return Sheet({**found, "encrypted": encrypt})


def protect(*, organization: str, opening: Opening = OPENING, _output: Output = OUTPUT) -> Answer:
    """Put the sealing keys of an organisation that are kept here under a passphrase.

    Raises:
        NotFound: there is none.
        UsageError: the passphrase is empty, or nobody can be asked for it.
        FileProblem: one is damaged, or others may read it.
    """
    from tallystick.client import SealingKeyStore

    changed = SealingKeyStore().protect(organization, _new_passphrase(opening))
    step(say("private.protected", count=len(changed)))
    return Sheet({"organization": organization, "paths": [str(path) for path in changed]})


def unprotect(*, organization: str, opening: Opening = OPENING, _output: Output = OUTPUT) -> Answer:
    """Take the passphrase off the sealing keys of an organisation.

    Raises:
        NotFound: there is none.
        WrongPassphrase: it is not the right one.
        UsageError: nobody can be asked for it.
        FileProblem: one is damaged, or others may read it.
    """
    from tallystick.client import SealingKeyStore

    passphrase = read_passphrase(opening.sealing_passphrase_file, secret=SEALING_KEY)
    changed = SealingKeyStore().unprotect(organization, passphrase)
    step(say("private.unprotected", count=len(changed)))
    return Sheet({"organization": organization, "paths": [str(path) for path in changed]})


def publish(
    key: str | None = None,
    /,
    *,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Publish the public half of a sealing key, by default of the only one kept here.

    Raises:
        Malformed: it is no public half of a sealing key.
        UsageError: several are kept here, or none.
        RoleMissing: the signer is no administrator.
        Duplicate: it is published already.
    """
    from tallystick.cli.sealing import own_sealing_keys
    from tallystick.crypto import check_sealing_key

    with _net(reading, address) as (net, identity):
        if key is None:
            own = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
            kept = [one.public_key for one in own]
            if len(kept) > 1:
                raise UsageError(say("private.several"), field="KEY", expected=", ".join(kept))
            key = kept[0]
        done = net.call("sealing_keys", "publish", public_key=check_sealing_key(key))
    found = {"organization": identity.organization, "public_key": key}
    return Sheet({**found, "transaction": done.transaction.id})


def seal(
    file: Dashable,
    /,
    *,
    record: str,
    out: Path,
    to: list[str] | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Seal a file for the own organisation and recipients; says what the contract declares.

    Raises:
        FileProblem: the file cannot be read, or the package exists.
        UnknownRecord: one of the organisations has no sealing key in force.
        LimitExceeded: the file is too large for a private record.
    """
    from tallystick.client import write_file

    data = _read(file)
    with _net(signing, address) as (net, _):
        made = net.private.seal(record, data, to or [])
    write_file(out, made.package.encode(), private=True, exclusive=True)
    step(say("private.sealed", path=out, count=len(made.package.wraps)))
    return Sheet({"record": record, **made.declaration, "package": str(out)})


def put(
    package: Path,
    record: str,
    /,
    *,
    vault: Vault,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Hand a package to a node of the owner or of a recipient, once the record is declared.

    Raises:
        FileProblem, Malformed: the package cannot be read.
        UnknownRecord: the ledger does not know the record.
        HashMismatch: the ledger declares other bytes.
        RoleMissing: the signer, or the node's organisation, is no reader of it.
        Erased: it was erased.
    """
    from tallystick.model import PrivatePackage

    found = PrivatePackage.decode(_read(str(package)))
    with _net(signing, address) as (net, _):
        net.private.put(vault.place(record), found)
    return Sheet({"record": record, "wraps": sorted(found.wraps)})


def get(
    record: str,
    /,
    *,
    vault: Vault,
    out: Path,
    sealed: bool = False,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Fetch a private record, open it, and check it against the ledger.

    Raises:
        RoleMissing: the signer's organisation is no reader.
        NotFound: this node does not hold it, or there is no sealing key here.
        Erased: it was erased.
        WrongSealingKey: no key here opens it.
        InvalidProof: what arrived, or what was in it, is not what the ledger says.
        FileProblem: the file exists.
    """
    from tallystick.cli.sealing import own_sealing_keys
    from tallystick.client import write_file

    place = vault.place(record)
    with _net(reading, address) as (net, identity):
        if not sealed:
            keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
            data = net.private.get(place, keys)
            write_file(out, data, private=True, exclusive=True)
            step(say("private.opened", path=out))
            return Sheet({"record": record, "size": len(data), "path": str(out)})
        package = net.private.fetch_sealed(place)
    wrap = Path(f"{out}.wrap")
    write_file(out, package.sealed, private=True, exclusive=True)
    for data in package.wraps.values():
        write_file(wrap, data, private=True, exclusive=True)
    note(say("private.by_age", wrap=wrap, path=out))
    return Sheet({"record": record, "size": len(package.sealed), "path": str(out)})


def share(
    record: str,
    organization: str,
    /,
    *,
    vault: Vault,
    out: Path | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Wrap a record's key for a recipient that was added, or for a new key of one's own.

    Raises:
        UnknownRecord: the organisation has no sealing key in force.
        RoleMissing: the ledger does not name it as a reader, or the signer may not.
        WrongSealingKey: no key here opens it.
        Erased: it was erased.
    """
    from tallystick.cli.sealing import own_sealing_keys
    from tallystick.client import write_file

    with _net(reading, address) as (net, identity):
        keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
        package = net.private.share(vault.place(record), keys, organization)
    if out is not None:
        write_file(out, package.encode(), private=True, exclusive=True)
    return Sheet({"record": record, "wraps": sorted(package.wraps)})


def show(
    record: str,
    /,
    *,
    vault: Vault,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Show what the ledger says of a private record, proven: readers, digests, erasure.

    Raises:
        UnknownRecord: there is no such record.
        InvalidProof: the node's proof does not hold.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.times import format_time

    with open_net(address) as net:
        facts = net.private.facts(vault.place(record))
    found = asdict(facts)
    for name in ("declared_at", "erased_at"):
        moment = found.pop(name)
        found[name] = None if moment is None else format_time(moment)
        found[f"{name}_ms"] = moment
    shown = tuple(name for name in found if found[name] is not None and name[-3:] != "_ms")
    return Sheet({**found, "recipients": list(facts.recipients)}, shown)


def _new_passphrase(opening: Opening) -> str:
    return read_passphrase(opening.sealing_passphrase_file, confirm=True, secret=SEALING_KEY)


@contextmanager
def _net(signing: Signing, address: Address) -> Iterator[tuple[Net, Identity]]:
    """Connect as the key that was named."""
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url

    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    with open_net(address, identity=identity) as net:
        yield net, identity


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(_SIZE_MAX)
    try:
        with Path(source).open("rb") as file:
            return file.read(_SIZE_MAX)
    except OSError as error:
        raise FileProblem(f"{source}: {error.strerror}", field="FILE") from error
