# SPDX-License-Identifier: Apache-2.0
"""Makes evidence packages: originals, what proves each of them, and how to check it without us.

A package is a BagIt 1.0 bag in a ZIP file:

    data/EV-2026-000001/contract.pdf          the original
    evidence/EV-2026-000001/receipt.json      its receipt, and the same as statement.cose and
    ...                                       proof.tlog-proof; token.tsr, certificate.pdf and
                                              signature.p7s or signature.cose if any
    evidence/index.json                       which proof belongs to which original
    evidence/README.txt                       how to verify, in two languages
    bagit.txt, bag-info.txt, manifests        of SHA-256 and SHA-512, of tag files too

The same exhibits give the same bytes. An original that stays elsewhere is left out and listed all
the same: whoever has it puts it in.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from tallystick.errors import HashMismatch, HostileFile, InvalidPackage
from tallystick.interchange.archives import ArchiveWriter
from tallystick.interchange.packages.reading_guide import READING_GUIDE

EVIDENCE_FOLDER: Final = "evidence/"
INDEX: Final = "evidence/index.json"
PROOF_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of one proof or of the index."""
INDEX_FORMAT: Final = "tallystick.evidence-index.v1"
SIGNATURES: Final = ("signature.p7s", "signature.cose")
"""How an electronic signature is called: CMS, COSE."""
_COSE_SIGN1: Final = b"\xd2\x84"
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_ALGORITHMS: Final = ("sha256", "sha512")
_NAME_CHARACTERS: Final = 60
_SUFFIX_CHARACTERS: Final = 10
_NAME_BYTES: Final = 240
_UNSAFE: Final = frozenset('/\\:*?"<>|%\u2028\u2029')
"""What some system or BagIt tool takes for something else."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An original and what proves it; what is empty is left out."""

    id: str
    """Number of its deposit: `EV-2026-000001`."""
    name: str
    """The original's own file name; made acceptable in the package."""
    content: Iterable[bytes] | None
    """None: it stays elsewhere, and is put in by whoever has it."""
    sha256: str
    """As deposited; other content is refused."""
    size: int
    facts: Mapping[str, object]
    """What was stated of it, as plain values: claims, and what the ledger knows."""
    receipt: bytes
    statement: bytes = b""
    log_proof: bytes = b""
    token: bytes = b""
    certificate: bytes = b""
    signature: bytes = b""
    """Electronic signature of the original: CMS, or a COSE statement."""
    sha512: str = ""
    """Of an original that stays elsewhere."""

    @property
    def proofs(self) -> dict[str, bytes]:
        """The files that prove it, by their names in its folder."""
        named = {
            "receipt.json": self.receipt,
            "statement.cose": self.statement,
            "proof.tlog-proof": self.log_proof,
            "token.tsr": self.token,
            "certificate.pdf": self.certificate,
            SIGNATURES[self.signature.startswith(_COSE_SIGN1)]: self.signature,
        }
        return {name: content for name, content in named.items() if content}


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What the package says of itself."""

    network: str
    date: str
    """Day of making, `2026-11-27`."""
    organization: str
    """Who made it."""
    matter: str = ""
    """Case number, where all exhibits belong to one."""
    others: Mapping[str, bytes] = field(default_factory=dict)
    """More files by their names, outside `data/`: an index for people, a chain of custody."""


def make_package(exhibits: Sequence[Exhibit], facts: PackageFacts) -> bytes:
    """Return a package as bytes; see `write_package`."""
    target = io.BytesIO()
    write_package(target, exhibits, facts)
    return target.getvalue()


def write_package(target: IO[bytes], exhibits: Sequence[Exhibit], facts: PackageFacts) -> None:
    """Write a package, reading each original once; after an error the target is of no use.

    Raises:
        HashMismatch: an original is not what was deposited.
        InvalidPackage: two exhibits have the same number, or there is none.
        HostileFile: a name of `others` or an exhibit's number is not acceptable.
    """
    if not exhibits or len({one.id for one in exhibits}) != len(exhibits):
        raise InvalidPackage("a package holds exhibits, each once", field="exhibits")
    with ArchiveWriter(target) as archive:
        writer = _BagWriter(archive)
        for one in exhibits:
            writer.payload(_place(one), one)
        for name, content in _tags(exhibits, facts).items():
            writer.tag(name, content)
        writer.close(sum(one.size for one in exhibits), len(exhibits), facts)


class _BagWriter:
    """Writes the files of a bag, and keeps their hashes for the manifests."""

    def __init__(self, archive: ArchiveWriter) -> None:
        self._archive = archive
        self._payload: dict[str, dict[str, str]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def payload(self, name: str, exhibit: Exhibit) -> None:
        if exhibit.content is None:
            self._payload[name] = {"sha256": exhibit.sha256, "sha512": exhibit.sha512}
        else:
            chunks = _checked(exhibit, exhibit.content)
            self._payload[name] = self._add(name, chunks, exhibit.size)

    def tag(self, name: str, content: bytes) -> None:
        if name.startswith("data/"):
            raise HostileFile("a tag file in the payload", field=name[:60])
        self._tags[name] = self._add(name, [content], len(content))

    def close(self, size: int, count: int, facts: PackageFacts) -> None:
        self.tag("bagit.txt", _DECLARATION)
        self.tag("bag-info.txt", _info(size, count, facts))
        for algorithm in _ALGORITHMS:
            self.tag(f"manifest-{algorithm}.txt", _manifest(self._payload, algorithm))
        for algorithm in _ALGORITHMS:
            listed = _manifest(self._tags, algorithm)
            self._add(f"tagmanifest-{algorithm}.txt", [listed], len(listed))

    def _add(self, name: str, chunks: Iterable[bytes], size: int) -> dict[str, str]:
        hashes = {one: hashlib.new(one) for one in _ALGORITHMS}

        def hashed() -> Iterator[bytes]:
            for chunk in chunks:
                for one in hashes.values():
                    one.update(chunk)
                yield chunk

        self._archive.add(name, hashed(), size=size)
        return {name: one.hexdigest() for name, one in hashes.items()}


def _checked(exhibit: Exhibit, content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the original, and refuse it at its end if it is another."""
    found, size = hashlib.sha256(), 0
    for chunk in content:
        found.update(chunk)
        size += len(chunk)
        yield chunk
    if (found.hexdigest(), size) != (exhibit.sha256, exhibit.size):
        raise HashMismatch(
            f"the file is not what was deposited as {exhibit.id}",
            field=exhibit.name[:60],
            expected=f"{exhibit.sha256}, {exhibit.size} bytes",
            found=f"{found.hexdigest()}, {size} bytes",
        )


def _place(exhibit: Exhibit) -> str:
    return f"data/{exhibit.id}/{_plain(exhibit.name) or exhibit.id}"


def _plain(name: str) -> str:
    """Return a file name that every system takes, as near to the original as can be."""
    shown = "".join(
        "_" if unicodedata.category(one)[0] == "C" or one in _UNSAFE else one
        for one in unicodedata.normalize("NFC", name)
    ).strip(" .")
    stem, dot, suffix = shown.rpartition(".")
    if len(suffix) > _SUFFIX_CHARACTERS:
        stem, dot, suffix = shown, "", ""
    return (
        f"{stem[:_NAME_CHARACTERS].strip()}{dot}{suffix}".encode()[:_NAME_BYTES]
        .decode(errors="ignore")
        .strip(" .")
    )


def _tags(exhibits: Sequence[Exhibit], facts: PackageFacts) -> dict[str, bytes]:
    tags: dict[str, bytes] = {}
    for one in exhibits:
        folder = f"{EVIDENCE_FOLDER}{one.id}/"
        tags |= {folder + name: content for name, content in one.proofs.items()}
        tags[f"{folder}deposit.json"] = _json(one.facts)
    tags[INDEX] = _json(
        {
            "format": INDEX_FORMAT,
            "network": facts.network,
            "matter": facts.matter or None,
            "exhibits": [
                {
                    "id": one.id,
                    "file": _place(one),
                    "sha256": one.sha256,
                    "size": one.size,
                    "proofs": [f"{EVIDENCE_FOLDER}{one.id}/{name}" for name in one.proofs],
                }
                for one in exhibits
            ],
        }
    )
    tags[f"{EVIDENCE_FOLDER}README.txt"] = READING_GUIDE.encode()
    return tags | dict(facts.others)


def _info(size: int, count: int, facts: PackageFacts) -> bytes:
    lines = {
        "Source-Organization": facts.organization,
        "Bagging-Date": facts.date,
        "External-Identifier": facts.matter,
        "External-Description": f"Evidence of the network {facts.network}",
        "Payload-Oxum": f"{size}.{count}",
    }
    return "".join(f"{name}: {_line(value)}\n" for name, value in lines.items() if value).encode()


def _line(value: str) -> str:
    """Return a text as one line of what can be seen."""
    return "".join(
        "_" if unicodedata.category(one)[0] in "CZ" and one != " " else one for one in value
    )


def _manifest(files: Mapping[str, Mapping[str, str]], algorithm: str) -> bytes:
    """Return a manifest; no name has what would need an escape."""
    lines = (f"{files[name][algorithm]}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
