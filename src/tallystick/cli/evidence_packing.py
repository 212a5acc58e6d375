# SPDX-License-Identifier: Apache-2.0
"""Gathers what an evidence package holds: deposits of the ledger, originals of this machine."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final

from tallystick.cli.catalogue import say
from tallystick.cli.deposit_clues import TIME_STAMP_SUFFIXES, warn_of_active
from tallystick.cli.linking import transaction_of_leaf
from tallystick.cli.plain import plain_row
from tallystick.cli.time_stamps import ask
from tallystick.client import (
    CERTIFICATE_SUFFIX,
    SEAL_RECORD,
    SIGNATURE_SUFFIXES,
    Net,
    VerifiedReceipt,
    digest_file,
    file_chunks,
    read_file,
    seal_file,
    seal_key,
)
from tallystick.crypto import OrganizationSeal, describe_seal, sha256
from tallystick.errors import FileProblem, NotFound
from tallystick.interchange.certificates import seal_content
from tallystick.interchange.custody_chain import Chain, Handling, write_chain
from tallystick.interchange.packages import (
    PROOF_BYTES_MAX,
    SIGNATURE,
    Exhibit,
    PackageFacts,
    Sealed,
    container_manifest,
    write_container,
    write_package,
)
from tallystick.interchange.timestamps import granted_token
from tallystick.model import LogProof

CUSTODY_FILE: Final = "evidence/custody.jsonld"
_SKIPPED: Final = (
    *(*TIME_STAMP_SUFFIXES, *SIGNATURE_SUFFIXES),
    *(".receipt.json", ".tlog-proof", CERTIFICATE_SUFFIX),
)


@dataclass(frozen=True, slots=True)
class Original:
    """An original of a package: a file of this machine, or one that stays with who has it."""

    name: str
    beside: Callable[[str], bytes]
    """What lies beside it under its name and a suffix: `.tsr`, `.p7s`; empty for nothing."""
    content: Iterable[bytes] | None
    sha512: str = ""
    """Of one that stays with who has it."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Deposits, oldest first, as the node lists them."""

    network: str
    matter: str
    rows: tuple[Mapping[str, Any], ...]


def gather(net: Net, deposits: Sequence[str], matter: str | None) -> Gathered:
    """Return the deposits that were named, or all of a matter.

    Raises:
        NotFound: there is no such deposit, or none in the matter.
    """
    if matter is None:
        rows = [net.evidence.show(one).to_dict() for one in deposits]
    else:
        rows = [one.to_dict() for one in net.evidence.list(case=matter)]
    if not rows:
        raise NotFound(say("package.no_deposits", case=matter), field="--matter", found=matter)
    # One transaction may make many deposits of a matter, which are counted in it.
    ordered = sorted(rows, key=lambda row: (int(row["_created_leaf"]), int(row["matter_number"])))
    return Gathered(net.trust.network, matter or "", tuple(ordered))


def chain_of(gathered: Gathered) -> bytes:
    """Return the chain of custody of deposits, as CASE JSON-LD."""
    known = {str(row["id"]) for row in gathered.rows}
    return write_chain(
        Chain(
            network=gathered.network,
            matter=gathered.matter or ", ".join(sorted(known)),
            handlings=tuple(_handling(row, known) for row in gathered.rows),
        )
    )


def pack(
    net: Net,
    gathered: Gathered,
    originals: Mapping[str, Path],
    target: Path,
    *,
    others: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Write a BagIt package of deposits with their originals and proofs, and other files.

    Raises:
        NotFound: an original is not at hand.
        HashMismatch: one changed meanwhile.
        FileProblem: a file cannot be read or written.
        Unverified: what the node sent does not check out.
    """
    here = [_file(_original(row, originals)) for row in gathered.rows]
    with _fresh(target) as file:
        pack_into(file, net, gathered, here, others=others)


def pack_into(
    target: IO[bytes],
    net: Net,
    gathered: Gathered,
    originals: Sequence[Original],
    *,
    others: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Write the same package into an open file; `originals` are in the order of the deposits.

    Raises:
        HashMismatch: an original changed meanwhile.
        Unverified: what the node sent does not check out.
    """
    pairs = zip(gathered.rows, originals, strict=True)
    exhibits = [_exhibit(net, row, original) for row, original in pairs]
    facts = PackageFacts(
        network=gathered.network,
        date=_today().isoformat(),
        organization=str(gathered.rows[0]["organization"]),
        matter=gathered.matter,
        others={CUSTODY_FILE: chain_of(gathered), **others},
    )
    write_package(target, exhibits, facts)


def pack_container(
    net: Net,
    gathered: Gathered,
    originals: Mapping[str, Path],
    target: Path,
    *,
    authority: str | None,
    seal: OrganizationSeal | None = None,
) -> None:
    """Write an ASiC-E container of originals and receipts, with a time-stamp and a seal over all.

    Raises:
        NotFound: an original is not at hand.
        TimeStampRefused: the authority gave no token.
    """
    files: dict[str, Iterable[bytes]] = {}
    digests: dict[str, bytes] = {}
    for row in gathered.rows:
        path = _original(row, originals)
        receipt = _receipt(net, row).record.to_json().encode()
        files[f"{row['id']}{path.suffix}"] = file_chunks(path)
        digests[f"{row['id']}{path.suffix}"] = bytes.fromhex(str(row["sha256"]))
        files[f"{row['id']}.receipt.json"] = [receipt]
        digests[f"{row['id']}.receipt.json"] = sha256(receipt)
    sealed = None
    if seal is not None:
        organization = describe_seal(seal.certificate).organization
        shown = net.query("seals", "show", organization=organization)
        record = seal_file(net.prove(*seal_key(organization, int(shown["version"]))), seal)
        files[SEAL_RECORD], digests[SEAL_RECORD] = [record], sha256(record)
        sealed_manifest = container_manifest(digests, SIGNATURE)
        sealed = Sealed(sealed_manifest, asyncio.run(seal_content(sealed_manifest, seal)))
    manifest = container_manifest(digests)
    token = granted_token(ask(sha256(manifest), authority))
    with _fresh(target) as file:
        write_container(file, files, manifest, token, sealed=sealed)


def originals_in(places: Sequence[Path]) -> dict[str, Path]:
    """Return the files that were named and those below the folders, by their SHA-256.

    Raises:
        FileProblem: one cannot be read.
    """
    found: dict[str, Path] = {}
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if (path.is_file() and not path.name.endswith(_SKIPPED)) or path == place:
                found.setdefault(digest_file(path).sha256.hex(), path)
    return found


def _original(row: Mapping[str, Any], originals: Mapping[str, Path]) -> Path:
    path = originals.get(str(row["sha256"]))
    if path is None:
        raise NotFound(
            say("package.no_original", id=row["id"]), field="--files", expected=str(row["sha256"])
        )
    warn_of_active(path)
    return path


def _file(path: Path) -> Original:
    return Original(path.name, partial(_beside, path), file_chunks(path))


def _exhibit(net: Net, row: Mapping[str, Any], original: Original) -> Exhibit:
    receipt = _receipt(net, row).record
    return Exhibit(
        id=str(row["id"]),
        name=str(row.get("file_name") or original.name),
        content=original.content,
        sha256=str(row["sha256"]),
        size=int(row["size"]),
        facts=plain_row(dict(row)),
        receipt=receipt.to_json().encode(),
        statement=receipt.statement(),
        log_proof=LogProof.of_receipt(receipt).to_text().encode(),
        token=_declared(row.get("token_sha256"), original, TIME_STAMP_SUFFIXES),
        certificate=original.beside(CERTIFICATE_SUFFIX),
        signature=_declared(row.get("signature_sha256"), original, SIGNATURE_SUFFIXES),
        sha512=original.sha512,
    )


def _receipt(net: Net, row: Mapping[str, Any]) -> VerifiedReceipt:
    return net.receipt(transaction_of_leaf(net, int(row["_created_leaf"])))


def _declared(digest: str | None, original: Original, suffixes: Iterable[str]) -> bytes:
    """Return the proof beside an original, if it is the one that was deposited."""
    for suffix in suffixes:
        data = original.beside(suffix)
        if data and digest == sha256(data).hex():
            return data
    return b""


def _beside(path: Path, suffix: str) -> bytes:
    beside = path.with_name(path.name + suffix)
    return read_file(beside, size_max=PROOF_BYTES_MAX) if beside.is_file() else b""


def _handling(row: Mapping[str, Any], known: set[str]) -> Handling:
    collector = row.get("collector") or {}
    tool = (collector.get("app"), collector.get("version"))
    previous = row.get("previous") or row.get("matter_previous")
    return Handling(
        exhibit=str(row["id"]),
        title=str(row["title"]),
        file_name=row.get("file_name"),
        media_type=str(row["media_type"]),
        size=int(row["size"]),
        sha256=str(row["sha256"]),
        organization=str(row["organization"]),
        member=str(row["member"]),
        method=str(row["method"]),
        deposited_at_ms=int(row["deposited_at"]),
        captured_at_ms=row.get("captured_at"),
        source=row.get("source"),
        tool=tool if all(tool) else None,  # type: ignore[arg-type]  # both are texts then
        previous=previous if previous in known else None,
    )


def _today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def _fresh(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes its name only when it is whole; otherwise nothing is left behind."""
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with fresh.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        raise FileProblem(f"{target}: it cannot be written", field="--out") from error
    finally:
        fresh.unlink(missing_ok=True)
