# SPDX-License-Identifier: Apache-2.0
"""`tally document`: files that stay private, sealed and opened here; nodes see ciphertext only."""

from __future__ import annotations

import mimetypes
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    READING,
    SIGNING,
    Address,
    Output,
    Reading,
    Signing,
)
from tallystick.cli.talk import note, progress, step, warn
from tallystick.cli.times import format_time, parse_time
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Committed, DocumentFacts, ExportedDocument, Identity, Net


_LIST_COLUMNS = ("document", "owner", "version", "retain_until", "erased_at")
_ANY_MEDIA = "application/octet-stream"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What a file becomes."""

    document: str | None = None
    version: int = 1
    media_type: str | None = None
    retain_until: str | None = None
    as_evidence: bool = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is opened, and why it may be."""

    version: int | None = None
    grant: str | None = None
    purpose: str = "own use"
    sealed: bool = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is granted to whom."""

    to: str
    purpose: str
    until: str
    since: str | None = None
    max_uses: int | None = None
    grant: str | None = None


_NEW: Final = NewVersion()
_ANY: Final = Opening()


def put(
    file: Path,
    /,
    *,
    new: NewVersion = _NEW,
    receipt: Path | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Seal a file, register it and upload it; run again, an upload that broke off goes on.

    Raises:
        FileProblem: the file cannot be read.
        ActiveFile: it is a PDF with scripts, without `--as-evidence`.
        UnknownRecord: the organisation has no sealing key in force.
        LimitExceeded: it is too large, or the node has no room.
        HashMismatch: the node has other bytes than were registered.
        RoleMissing: the document belongs to another organisation.
    """
    from tallystick.cli.deposit_clues import warn_of_active
    from tallystick.client import AsEvidence, check_kept

    stated = new.retain_until
    until = None if stated is None else parse_time(stated, "--retain-until")
    check_kept(file, as_evidence=new.as_evidence)  # before a key is asked for
    warn_of_active(file)
    kind = new.media_type or (mimetypes.guess_type(file.name)[0] or _ANY_MEDIA).lower()
    with signed_net(signing, address) as (net, _), bar("document.uploading") as told:
        made = net.documents.put(
            AsEvidence(file) if new.as_evidence else file,
            document=new.document,
            version=new.version,
            media_type=kind,
            retain_until=until,
            progress=told,
        )
    step(say("document.put", document=made.document))
    if made.version > 1:
        note(say("document.new_version", document=made.document))
    found: Row = {
        "document": made.document,
        "version": made.version,
        "sha256": made.facts.sha256,
        "cid": made.facts.cid,
        "size": made.facts.size,
        "active_content": made.facts.active_content,
    }
    return _receipted(found, made.committed, receipt)


def get(
    document: str,
    /,
    *,
    out: Path,
    opening: Opening = _ANY,
    receipt: Path | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Record an opening, fetch a document, open it and check it against the ledger.

    With `--sealed` it stays sealed, and its wrap is written beside it, for any age tool.

    Raises:
        Refused: the grant does not allow it.
        Erased: it was erased, or that version sealed anew.
        NotFound: this node does not have it, or there is no sealing key here.
        WrongSealingKey: no key here opens it.
        InvalidProof: what arrived, or what was in it, is not what the ledger says.
        FileProblem: the file exists.
    """
    from tallystick.cli.sealing import own_sealing_keys
    from tallystick.client import Use

    use, version = Use(grant=opening.grant, purpose=opening.purpose), opening.version
    with signed_net(reading, address) as (net, identity), bar("document.downloading") as told:
        if opening.sealed:
            kept = net.documents.export(document, out, version=version, use=use, progress=told)
            return _exported(kept, receipt)
        keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
        got = net.documents.get(document, out, keys, version=version, use=use, progress=told)
    step(say("document.opened", path=got.path))
    found: Row = {
        "document": document,
        "version": got.facts.version,
        "name": got.name,
        "size": got.size,
        "path": str(got.path),
    }
    return _receipted(found, got.opening, receipt)


def _exported(kept: ExportedDocument, receipt: Path | None) -> Sheet:
    """Say where a document that stays sealed is, and how age opens it."""
    note(say("private.by_age", wrap=kept.key, path=kept.sealed))
    found: Row = {
        "document": kept.facts.id,
        "version": kept.facts.version,
        "size": kept.facts.size,
        "path": str(kept.sealed),
    }
    return _receipted(found, kept.opening, receipt)


def list_(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List the documents on the ledger: whose, which version, until when, erased or not.

    Raises:
        NotFound: the network does not run the register.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        rows = tuple(_row(one) for one in net.contract("documents").table("documents"))
    if not rows:
        note(say("document.none"))
    return Listing(rows, _LIST_COLUMNS)


def show(
    document: str,
    /,
    *,
    version: int | None = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Show what the ledger says of a document, proven: owner, hashes, retention, holds, erasure.

    Raises:
        UnknownRecord: there is no such document or version.
        InvalidProof: the node's proof does not hold.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        return _facts_sheet(net.documents.facts(document, version=version))


def verify(
    file: Path,
    document: str,
    /,
    *,
    version: int | None = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Compare a file at hand with what the ledger says of a document, erased or not.

    Raises:
        HashMismatch: it is another content.
        UnknownRecord: there is no such document or version.
        FileProblem: the file cannot be read.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        known = net.documents.verify(file, document, version=version)
    step(say("document.verified", document=document, version=known.version))
    return _facts_sheet(known)


def grant(
    documents: list[str],
    /,
    *,
    terms: Terms,
    receipt: Path | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Let another organisation open documents, for a purpose, until a time.

    Raises:
        UnknownRecord: it has no sealing key in force, or there is no such document.
        Refused: the documents are another organisation's, or erased.
        NotFound: there is no sealing key of the own organisation here.
    """
    from tallystick.cli.sealing import own_sealing_keys

    chosen, since = terms.grant or f"G-{secrets.token_hex(6)}", terms.since
    whole: dict[str, Any] = {
        "grantee": terms.to,
        "documents": list(documents),
        "purpose": terms.purpose,
        "valid_from": _now() if since is None else parse_time(since, "--since"),
        "valid_until": parse_time(terms.until, "--until"),
        "max_uses": terms.max_uses,
    }
    with signed_net(reading, address) as (net, identity):
        keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
        done = net.documents.grant(chosen, whole, keys)
    step(say("document.granted", grant=chosen))
    return _receipted({"grant": chosen, "grantee": terms.to, "documents": documents}, done, receipt)


def revoke(
    grant: str,
    /,
    *,
    other: list[str] | None = None,
    keep_key: bool = False,
    receipt: Path | None = None,
    reading: Reading = READING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Take a grant back, and seal its documents anew; what was opened cannot be taken back.

    Raises:
        Refused: it is another organisation's grant, or was taken back before.
        NotFound: the node does not hold a document, or there is no sealing key here.
    """
    from tallystick.cli.sealing import own_sealing_keys

    with signed_net(reading, address) as (net, identity):
        keys = own_sealing_keys(identity.organization, reading.sealing_passphrase_file)
        done = net.documents.revoke(grant, keys, others=other or (), is_rotated=not keep_key)
    warn(say("document.revoked"))
    rotated = [f"{document}/{version}" for document, version in done.rotated.items()]
    return _receipted({"grant": grant, "rotated": rotated}, done.committed, receipt)


def erase(
    document: str,
    /,
    *,
    receipt: Path | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Erase a document: nodes destroy its sealed copies; a tombstone and the hashes stay.

    Raises:
        Refused: it must still be kept, is under a hold, or was erased before.
        RoleMissing: it belongs to another organisation.
    """
    return _called(
        "erase",
        {"document": document},
        "document.erased",
        receipt=receipt,
        signing=signing,
        address=address,
    )


def extend(
    document: str,
    /,
    *,
    retain_until: str,
    receipt: Path | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Keep a document longer.

    Raises:
        Refused: it must be kept longer already, or was erased.
    """
    until = parse_time(retain_until, "--retain-until")
    args = {"document": document, "retain_until": until}
    return _called(
        "extend", args, "document.extended", receipt=receipt, signing=signing, address=address
    )


def hold(
    document: str,
    /,
    *,
    reason: str | None = None,
    lift: bool = False,
    receipt: Path | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Put a document on legal hold, or lift the own organisation's hold.

    Raises:
        UsageError: a hold has a reason.
        RoleMissing: the signer has not the role `documents.court`.
        Duplicate: the organisation holds it already.
    """
    if lift:
        args: dict[str, Any] = {"document": document}
        return _called(
            "unhold", args, "document.lifted", receipt=receipt, signing=signing, address=address
        )
    if reason is None:
        raise UsageError(say("usage.missing", name="--reason"), field="--reason")
    args = {"document": document, "reason": reason}
    return _called("hold", args, "document.held", receipt=receipt, signing=signing, address=address)


def _called(
    method: str,
    args: dict[str, Any],
    said: str,
    *,
    receipt: Path | None,
    signing: Signing,
    address: Address,
) -> Answer:
    with signed_net(signing, address) as (net, _):
        done = net.call("documents", method, **args)
    step(say(said))
    return _receipted({"document": args["document"]}, done, receipt)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _receipted(found: Row, done: Committed | None, receipt: Path | None) -> Sheet:
    """Return a sheet with the transaction; keep its receipt if a file is named."""
    whole = dict(found)
    if done is not None:
        whole["transaction"] = done.transaction.id
        if receipt is not None:
            whole["receipt"] = str(done.receipt.save(receipt))
    return Sheet(whole)


def _facts_sheet(known: DocumentFacts) -> Sheet:
    from msgspec.structs import asdict

    found = asdict(known)
    found["document"] = found.pop("id")
    for name in ("added_at", "retain_until", "withdrawn_at", "erased_at"):
        moment = found.pop(name)
        found[name] = None if moment is None else format_time(moment)
        found[f"{name}_ms"] = moment
    shown = tuple(name for name in found if found[name] is not None and name[-3:] != "_ms")
    return Sheet(found, shown)


def _row(one: Any) -> Row:  # noqa: ANN401  # a row of a table is typed by its schema
    times = {"retain_until": one["retain_until"], "erased_at": one["deleted_at"]}
    return {
        "document": one["id"],
        "owner": one["owner"],
        "version": one["version"],
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
    }


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress in bytes; the size is known with the first piece."""
    with progress(say(label), None, is_bytes=True) as advance:
        seen = 0

        def told(done: int, _total: int) -> None:
            nonlocal seen
            advance(done - seen)
            seen = done

        yield told


@contextmanager
def signed_net(signing: Signing, address: Address) -> Iterator[tuple[Net, Identity]]:
    """Connect as the key that was named."""
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url

    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    with open_net(address, identity=identity) as net:
        yield net, identity
