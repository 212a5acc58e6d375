# SPDX-License-Identifier: Apache-2.0
"""Offline verification of evidence packages: the bag whole, then every original by its proofs.

First the form, then every byte against the manifests, then, for each original, its receipt and its
time-stamp by the same steps as if they had been given alone. A bag of others, without proofs of a
ledger, is at most partly checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from tallystick.client.active_files import active_in_chunks, with_active_note
from tallystick.client.container_seals import container_seal
from tallystick.client.package_exhibits import ExhibitProofs, exhibit_verifications
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, Verification
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.verify_signatures import SignatureMeans
from tallystick.client.verify_time_stamps import time_stamp_verification
from tallystick.encoding import parse_json
from tallystick.errors import HashMismatch, InvalidPackage, Malformed, TallystickError
from tallystick.interchange.archives import Archive, Members
from tallystick.interchange.packages import (
    INDEX,
    INDEX_FORMAT,
    PROOF_BYTES_MAX,
    Bag,
    check_bag,
    read_bag,
    read_container,
)
from tallystick.interchange.timestamps import Roots, content_digests
from tallystick.model import parse_log_proof, parse_receipt, split_transparent_statement

Checklists = list[tuple[str, Verification]]
_NAMES: Final = ("archive", "manifest", "listed", "exhibits")


@dataclass(frozen=True, slots=True)
class PackageMeans:
    """What a package is checked with."""

    trust_of: Callable[[str | None], Trust]
    roots: Roots
    now_ms: int
    signatures: SignatureMeans | None = None
    """Whose electronic signatures are believed; None: nobody's."""


class _Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    file: str
    sha256: str
    size: int
    proofs: list[str]


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    network: str
    exhibits: list[_Exhibit]


def package_verification(name: str, members: Members, means: PackageMeans) -> Checklists:
    """Return the checklists of a package: its own first, then those of what is in it.

    Raises:
        UsageError: a trust file is needed, and there is none.
    """
    done: list[Check] = []
    try:
        bag = read_bag(members)
        done.append(_form(bag))
        check_bag(members, bag)
        done.append(_hashes(bag))
        done.append(_all_listed(members, bag))
        index = _index(members, bag)
        if index is None:
            done.append(
                skipped(
                    "exhibits",
                    "the bag holds no proofs of a ledger",
                    "该证据包不含账本证明",
                )
            )
            return [(name, Verification(tuple(done)))]
        done.append(_exhibits(members, bag, index))
    except TallystickError as error:
        return [(name, _stopped(done, error))]
    return [(name, Verification(tuple(done))), *_inside(members, bag, index, means)]


def container_verification(name: str, archive: Archive, means: PackageMeans) -> Checklists:
    """Return the checklists of an ASiC-E container: its own, then that of its time-stamp."""
    try:
        container = read_container(archive)
    except TallystickError as error:
        return [(name, Verification((failed("archive", error), not_reached("manifest"))))]
    count = len(container.digests)
    own = Verification(
        (
            passed("archive", "ASiC-E with a time-stamp", "ASiC-E，含时间戳"),
            passed("manifest", f"{count} files, SHA-256", f"{count} 个文件，SHA-256 一致"),
            *container_seal(archive, container, means.trust_of),
        )
    )
    for one in container.digests:
        active = active_in_chunks(archive.chunks(one), one, archive.sizes[one])
        own = with_active_note(own, active)
    content = content_digests([container.manifest])
    stamp = time_stamp_verification(container.token, content, means.roots, means.now_ms)
    return [(name, own), (f"{name}: META-INF/timestamp.tst", stamp)]


def _form(bag: Bag) -> Check:
    count = len(bag.payload)
    return passed(
        "archive", f"BagIt {bag.version}, {count} files", f"BagIt {bag.version}，{count} 个文件"
    )


def _hashes(bag: Bag) -> Check:
    names = ", ".join(sorted(bag.algorithms))
    if not bag.is_strong:
        return skipped(
            "manifest",
            f"as listed, but only by {names}, which can be imitated",
            f"与清单一致，但仅有可伪造的 {names}",
        )
    return passed("manifest", f"as listed, by {names}", f"与清单一致（{names}）")


def _all_listed(members: Members, bag: Bag) -> Check:
    """Say whether the tag files, proofs among them, are held by a strong hash too."""
    strong = {one.name for one in bag.tags if one.digests.keys() & {"sha256", "sha512"}}
    others = [
        name.removeprefix(bag.root)
        for name in members.sizes
        if not name.removeprefix(bag.root).startswith(("data/", "tagmanifest-"))
    ]
    loose = sorted(set(others) - strong)
    if loose:
        return skipped(
            "listed",
            f"no hash holds {loose[0][:80]}" + (f" and {len(loose) - 1} more" * (len(loose) > 1)),
            f"{loose[0][:80]} 等 {len(loose)} 个文件未列入哈希清单",
        )
    return passed("listed", "tag files too", "标签文件亦在清单内")


def _index(members: Members, bag: Bag) -> _Index | None:
    if bag.root + INDEX not in members.sizes:
        return None
    try:
        read = msgspec.convert(parse_json(_part(members, bag, INDEX), name="index"), _Index)
    except (msgspec.ValidationError, Malformed) as error:
        raise InvalidPackage("the index cannot be read", field=INDEX) from error
    if read.format != INDEX_FORMAT:
        raise InvalidPackage("another index", field=INDEX, expected=INDEX_FORMAT)
    return read


def _exhibits(members: Members, bag: Bag, index: _Index) -> Check:
    """Check that each original has a receipt, and that its proofs are about one transaction."""
    payload = {one.name: one for one in bag.payload}
    if sorted(payload) != sorted(one.file for one in index.exhibits):
        raise InvalidPackage("the index does not name exactly the originals", field=INDEX)
    for one in index.exhibits:
        if (payload[one.file].digests.get("sha256"), payload[one.file].size) != (
            one.sha256,
            one.size,
        ):
            raise HashMismatch("the index says another hash", field=one.file[:200])
        _check_proofs(members, bag, one)
    count = len(index.exhibits)
    return passed("exhibits", f"{count} with receipts", f"{count} 份均有回执")


def _check_proofs(members: Members, bag: Bag, exhibit: _Exhibit) -> None:
    parts = {name.rpartition("/")[2]: _part(members, bag, name) for name in exhibit.proofs}
    if "receipt.json" not in parts:
        raise InvalidPackage("an original has no receipt", field=exhibit.id[:60])
    transaction = parse_receipt(parts["receipt.json"]).transaction
    found = {}
    if "statement.cose" in parts:
        found["statement.cose"] = split_transparent_statement(parts["statement.cose"])[0]
    if "proof.tlog-proof" in parts:
        found["proof.tlog-proof"] = parse_log_proof(parts["proof.tlog-proof"]).transaction
    for name, other in found.items():
        if other != transaction:
            raise InvalidPackage(
                "proofs of one original are about different transactions",
                field=f"{exhibit.id[:60]}/{name}",
            )


def _inside(
    members: Members, bag: Bag, index: _Index, means: PackageMeans
) -> Iterator[tuple[str, Verification]]:
    trust = means.trust_of(index.network)
    signatures = means.signatures or SignatureMeans(means.now_ms)
    for one in index.exhibits:
        name = bag.root + one.file
        proofs = {path.rpartition("/")[2]: (path, _part(members, bag, path)) for path in one.proofs}
        exhibit = ExhibitProofs(one.file, partial(members.chunks, name), proofs)
        yield from exhibit_verifications(exhibit, trust, means.roots, signatures)


def _part(members: Members, bag: Bag, name: str) -> bytes:
    size = members.sizes.get(bag.root + name)
    if size is None or size > PROOF_BYTES_MAX:
        raise InvalidPackage("a part of the package is missing or too large", field=name[:200])
    return b"".join(members.chunks(bag.root + name))


def _stopped(done: list[Check], error: TallystickError) -> Verification:
    name, *rest = _NAMES[len(done) :]
    return Verification((*done, failed(name, error), *map(not_reached, rest)))
