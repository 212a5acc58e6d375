# SPDX-License-Identifier: Apache-2.0
"""Write what outside judges judge: python -m tests.interop.make_exports --out DIR [--url URL].

`cases.json` lists everything with what a judge must say: honest exports must be accepted, and for
each of them altered copies must be refused, so that a judge that accepts everything is noticed.
Without `--url` the exports come from our functions directly, with it from a running node.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tallystick.client import seal_record
from tallystick.crypto import SealingKey, SecretKey, sha256
from tallystick.encoding import build_sign1, decode_cbor, encode_cbor, format_base64, parse_sign1
from tallystick.model import (
    cosign_checkpoint,
    cosigner_key,
    cosigner_name,
    open_checkpoint,
    verifier_key,
)
from tests.certificates import LINK, NAME, sealed
from tests.factories import BANK, COURT, secret
from tests.interop import document_cases, evidence_cases
from tests.interop.certificate_cases import altered_archives, altered_certificates
from tests.interop.finality_cases import CHAIN, finality_cases
from tests.interop.grant_cases import SCHEMA, grant_files
from tests.interop.grant_cases import altered as altered_grants
from tests.interop.guarantee_cases import add_guarantees
from tests.interop.proof_cases import add_log_proofs, add_transparent
from tests.interop.sources import (
    LedgerSource,
    NodeSource,
    Proven,
    Source,
    leaf_of,
    root_at,
    tile_path,
    tiles_of,
)

STRANGER = SecretKey(b"stranger".rjust(32, b"\0")).public_key
COSIGNERS = (secret(31), secret(32))
COSIGNED_AT = 1_700_000_900
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


class Exports:
    """A folder of files and the list of cases over them."""

    def __init__(self, folder: Path) -> None:
        """Start with an empty folder."""
        self.folder = folder
        self.cases: list[dict[str, object]] = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def file(self, name: str, data: bytes) -> str:
        """Write a file; return its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    def case(self, kind: str, name: str, *, accept: bool, **facts: object) -> None:
        """Note a case."""
        self.cases.append({"kind": kind, "name": name, "accept": accept, **facts})

    def save(self) -> None:
        """Write the list of cases."""
        text = json.dumps(self.cases, ensure_ascii=False, indent=1)
        (self.folder / "cases.json").write_text(text, encoding="utf-8")


def pem(public_key: bytes) -> bytes:
    """Return an Ed25519 public key as PEM (RFC 8410)."""
    text = format_base64(_ED25519_SPKI + public_key)
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()


def flip(data: bytes, at: int) -> bytes:
    """Return `data` with one bit changed."""
    at %= len(data)
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def places(size: int) -> list[int]:
    """Return leaves of every kind: first, last, and those around the border of a tile."""
    wanted = {0, 1, size // 2, 254, 255, 256, 257, size - 2, size - 1}
    return sorted(index for index in wanted if 0 <= index < size)


def add_transactions(exports: Exports, proven: list[Proven]) -> None:
    """COSE_Sign1 with EdDSA, and altered copies."""
    for one in proven[:3]:
        name = f"transactions/{one.index}.cose"
        exports.file(name, one.transaction)
        facts = {"kid": one.signer.hex(), "public_key": one.signer.hex()}
        label = f"transaction {one.index}"
        exports.case("transaction", label, accept=True, file=name, **facts)
        message = parse_sign1(one.transaction)
        payload = message.payload or b""
        altered = {
            "payload": build_sign1(message.protected, flip(payload, -2), message.signature),
            "signature": build_sign1(message.protected, payload, flip(message.signature, 9)),
            "header": build_sign1(flip(message.protected, -2), payload, message.signature),
            "cut": one.transaction[:-1],
        }
        for what, data in altered.items():
            file = exports.file(f"altered/transaction-{one.index}-{what}.cose", data)
            altered_label = f"{label}, {what} altered"
            exports.case("transaction", altered_label, accept=False, file=file, **facts)
        facts["public_key"] = STRANGER.hex()
        exports.case("transaction", f"{label}, other key", accept=False, file=name, **facts)


def add_statements(exports: Exports, proven: list[Proven]) -> None:
    """Transparent statements (RFC 9943), and altered copies."""
    for one in proven[:2]:
        key = exports.file(f"keys/{one.signer.hex()[:16]}.pem", pem(one.signer))
        name = exports.file(f"statements/{one.index}.cose", one.statement)
        label = f"statement {one.index}"
        exports.case("statement", label, accept=True, file=name, key=key)
        for what, at in (("payload", one.statement.index(b"method") + 9), ("signature", -3)):
            file = exports.file(
                f"altered/statement-{one.index}-{what}.cose", flip(one.statement, at)
            )
            exports.case("statement", f"{label}, {what} altered", accept=False, file=file, key=key)
        other = exports.file("keys/stranger.pem", pem(STRANGER))
        exports.case("statement", f"{label}, other key", accept=False, file=name, key=other)


def add_receipts(exports: Exports, source: Source, proven: list[Proven]) -> None:
    """COSE Receipts (RFC 9942), and altered copies; the middle one is altered in every way."""
    keys = {"key": exports.file("keys/log.pem", pem(source.public_key))}
    keys["public_key"] = source.public_key.hex()
    for one in proven:
        entry = exports.file(f"entries/{one.index}.bin", one.entry)
        name = exports.file(f"receipts/{one.index}.cose", one.receipt)
        exports.case("receipt", f"leaf {one.index}", accept=True, file=name, entry=entry, **keys)
    one, other = proven[len(proven) // 2], proven[0]
    name, entry = f"receipts/{one.index}.cose", f"entries/{one.index}.bin"
    for what, data in altered_receipts(one).items():
        file = exports.file(f"altered/receipt-{what.replace(' ', '-')}.cose", data)
        exports.case("receipt", what, accept=False, file=file, entry=entry, **keys)
    changed = exports.file("altered/entry.bin", flip(one.entry, -1))
    exports.case("receipt", "entry altered", accept=False, file=name, entry=changed, **keys)
    swapped = f"entries/{other.index}.bin"
    exports.case("receipt", "entry of another", accept=False, file=name, entry=swapped, **keys)
    strange = {
        "key": exports.file("keys/stranger.pem", pem(STRANGER)),
        "public_key": STRANGER.hex(),
    }
    exports.case("receipt", "other key", accept=False, file=name, entry=entry, **strange)


def altered_receipts(one: Proven) -> dict[str, bytes]:
    """Return altered copies of a receipt by what was altered."""
    message: Any = decode_cbor(one.receipt)
    protected, unprotected, _, signature = message.value
    inclusion: Any = decode_cbor(unprotected[396][-1][0])
    size, index, path = inclusion

    def rebuilt(
        proof: list[object], header: bytes = protected, payload: bytes | None = None
    ) -> bytes:
        proofs = encode_cbor({396: {-1: [encode_cbor(proof)]}})
        return build_sign1(header, payload, signature, unprotected=proofs)

    labels: Any = decode_cbor(protected)
    claims = {**labels, 15: {1: "other-network", 2: "log"}}
    return {
        "path flipped": rebuilt([size, index, [flip(path[0], 5), *path[1:]]]),
        "path shortened": rebuilt([size, index, path[:-1]]),
        "path lengthened": rebuilt([size, index, [*path, path[-1]]]),
        "path reversed": rebuilt([size, index, path[::-1]]),
        "index altered": rebuilt([size, index ^ 1, path]),
        "size doubled": rebuilt([size * 4, index, path]),
        "issuer altered": rebuilt([size, index, path], header=encode_cbor(claims)),
        "tree altered": rebuilt([size, index, path], header=encode_cbor({**labels, 395: 2})),
        "payload attached": rebuilt([size, index, path], payload=bytes(32)),
        "signature altered": build_sign1(
            protected, None, flip(signature, 3), unprotected=encode_cbor(unprotected)
        ),
    }


def add_checkpoints(exports: Exports, source: Source) -> None:
    """The signed note of C2SP, and altered copies."""
    vkey = verifier_key(source.origin, source.public_key)
    exports.file("log.vkey", vkey.encode() + b"\n")
    name = exports.file("checkpoint", source.note.encode())
    exports.case("checkpoint", "checkpoint", accept=True, file=name, vkey=vkey)
    lines = source.note.split("\n")
    size, root, state = lines[1], lines[2], lines[5]
    altered = {
        "size": source.note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1),
        "root": source.note.replace(root, format_base64(bytes(32)), 1),
        "extension line": source.note.replace(state, state.replace("state ", "State "), 1),
        "extension left out": source.note.replace(state + "\n", "", 1),
        "origin": source.note.replace(source.origin, "other", 1),
        "last newline": source.note[:-1],
        "dash": source.note.replace("—", "-"),
        "no signature": source.note.partition("\n\n")[0] + "\n\n",
    }
    for what, text in altered.items():
        file = exports.file(f"altered/checkpoint-{what.replace(' ', '-')}", text.encode())
        # C2SP signed-note wants a newline after each signature; this judge can do without it.
        lenient = ["aics-tlog"] if what == "last newline" else []
        facts = {"file": file, "vkey": vkey, "not_for": lenient}
        exports.case("checkpoint", f"{what} altered", accept=False, **facts)
    for what, key in (
        ("other key", verifier_key(source.origin, STRANGER)),
        ("other name", verifier_key("other", source.public_key)),
    ):
        exports.case("checkpoint", what, accept=False, file=name, vkey=key)


def add_log(exports: Exports, source: Source) -> None:
    """The whole log as tiles and bundles of entries (C2SP tlog-tiles), and altered copies."""
    vkey = verifier_key(source.origin, source.public_key)
    served = {
        f"tile/{level}/{tile_path(index, width)}": source.tile(level, index, width)
        for level, index, width in tiles_of(source.size)
    }
    bundles = {
        f"tile/entries/{tile_path(index, width)}": source.bundle(index, width)
        for level, index, width in tiles_of(source.size)
        if level == 0
    }
    last, bundle = next(reversed(bundles)), next(iter(bundles))
    variants = {
        "as served": {},
        "last tile altered": {name: flip(data, -1) for name, data in list(served.items())[-1:]},
        "first tile altered": {name: flip(data, 100) for name, data in list(served.items())[:1]},
        "first entry altered": {bundle: flip(bundles[bundle], 30)},
        "last entry altered": {last: flip(bundles[last], -1)},
        "last bundle cut": {last: bundles[last][:-1]},
    }
    for what, changed in variants.items():
        folder = f"log-{what.replace(' ', '-')}"
        for name, data in {**served, **bundles, **changed}.items():
            exports.file(f"{folder}/{name}", data)
        exports.file(f"{folder}/checkpoint", source.note.encode())
        accept = what == "as served"
        facts = {"file": "checkpoint", "folder": folder, "vkey": vkey}
        exports.case("log", f"log {what}", accept=accept, **facts)


def add_proofs(exports: Exports, source: Source, proven: list[Proven]) -> None:
    """Inclusion and consistency proofs from our functions, and altered ones."""
    root = root_at(source, source.size)
    for one in proven:
        path = [node.hex() for node in source.inclusion(one.index, source.size)]
        facts = {
            "leaf": leaf_of(one).hex(),
            "index": one.index,
            "size": source.size,
            "path": path,
            "root": root.hex(),
        }
        _add_proof(exports, "inclusion", f"leaf {one.index} of {source.size}", facts)
    sizes = sorted({1, 2, *(index for index in places(source.size) if index), source.size})
    for size1 in sizes:
        path = [node.hex() for node in source.consistency(size1, source.size)]
        older = root_at(source, size1).hex()
        facts = {
            "size1": size1,
            "size": source.size,
            "path": path,
            "root1": older,
            "root": root.hex(),
        }
        _add_proof(exports, "consistency", f"{size1} to {source.size}", facts)


def _add_proof(exports: Exports, kind: str, name: str, facts: dict[str, object]) -> None:
    exports.case(kind, name, accept=True, **facts)
    path = facts["path"]
    root = str(facts["root"])
    altered: dict[str, dict[str, object]] = {"root altered": {"root": _flipped(root)}}
    if isinstance(path, list) and path:
        altered["path altered"] = {"path": [*path[:-1], _flipped(path[-1])]}
        altered["path shortened"] = {"path": path[:-1]}
    if isinstance(path, list):
        altered["path lengthened"] = {"path": [*path, root]}
    if kind == "inclusion":
        altered["leaf altered"] = {"leaf": _flipped(str(facts["leaf"]))}
        altered["index beyond"] = {"index": facts["size"]}
    else:
        altered["older root altered"] = {"root1": _flipped(str(facts["root1"]))}
    for what, change in altered.items():
        exports.case(kind, f"{name}, {what}", accept=False, **{**facts, **change})


def _flipped(digits: str) -> str:
    return flip(bytes.fromhex(digits), 7).hex()


def add_cosignatures(exports: Exports, source: Source) -> None:
    """The checkpoint cosigned by two organisations (C2SP tlog-cosignature), and altered copies."""
    head = open_checkpoint(source.note, source.public_key, origin=source.origin)
    names = [cosigner_name(source.origin, code) for code in (COURT, BANK)]
    lines = [
        cosign_checkpoint(head, key, name=name, time=COSIGNED_AT)
        for key, name in zip(COSIGNERS, names, strict=True)
    ]
    vkeys = [cosigner_key(name, key.public_key) for key, name in zip(COSIGNERS, names, strict=True)]
    cosigned = source.note + "".join(lines)
    log = verifier_key(source.origin, source.public_key)
    name = exports.file("checkpoint-cosigned", cosigned.encode())
    facts: dict[str, object] = {"vkey": log, "witnesses": vkeys}
    exports.case("checkpoint", "cosigned, for a reader of old", accept=True, file=name, vkey=log)
    exports.case("cosigned", "by two of two", accept=True, file=name, quorum=2, **facts)
    one = exports.file("checkpoint-cosigned-once", (source.note + lines[0]).encode())
    exports.case("cosigned", "by one of two", accept=True, file=one, quorum=1, **facts)
    exports.case(
        "cosigned", "by one where two are needed", accept=False, file=one, quorum=2, **facts
    )
    other = cosign_checkpoint(
        replace(head, time=head.time + 1), COSIGNERS[1], name=names[1], time=7
    )
    wrong = {
        "cosignature of another head": source.note + lines[0] + other,
        "cosignature twice": source.note + lines[0] + lines[0],
        "cosignature of a stranger": source.note
        + lines[0]
        + cosign_checkpoint(head, SecretKey(bytes(31) + b"\x09"), name=names[1], time=COSIGNED_AT),
    }
    for what, text in wrong.items():
        file = exports.file(f"altered/{what.replace(' ', '-')}", text.encode())
        exports.case("cosigned", what, accept=False, file=file, quorum=2, **facts)


def add_finality(exports: Exports, source: Source, proven: list[Proven]) -> None:
    """Finality proofs for the engine's own code: made by hand, or the node's where it has some."""
    if isinstance(source, LedgerSource):
        for number, case in enumerate(finality_cases()):
            file = exports.file(f"finality/{number}.cbor", case.data)
            facts = {"file": file, "chain_id": case.chain_id}
            exports.case(case.kind, case.name, accept=case.accept, **facts)
        return
    for one in proven:
        if one.finality is None:
            continue
        chain_id = "tallystick-" + source.origin.rpartition(".")[2]
        file = exports.file(f"finality/{one.index}.cbor", one.finality)
        exports.case("finality", f"leaf {one.index}", accept=True, file=file, chain_id=chain_id)
        label = f"leaf {one.index}, other chain"
        exports.case("finality", label, accept=False, file=file, chain_id=CHAIN.chain_id)


def add_private(exports: Exports) -> None:
    """Private data for the age of other people: readers open it, nobody and nothing else does."""
    reader, stranger = SealingKey.generate(), SealingKey.generate()
    made = seal_record("P-1", b"for the bank only\n" * 5_000, {BANK: reader.public_key})
    wrap = made.package.wraps[BANK]
    files = {
        "file": exports.file("private/sealed.age", made.package.sealed),
        "wrap": exports.file("private/wrap.age", wrap),
        "identity": exports.file("private/reader.age-key", f"{reader.text}\n".encode()),
    }
    facts = {"record": "P-1", "root": str(made.declaration["plaintext"])}
    exports.case("private", "opened by its reader", accept=True, **files, **facts)
    wrong = {
        "identity": ("another key", f"{stranger.text}\n".encode()),
        "wrap": ("wrap altered", flip(wrap, -1)),
        "file": ("sealed bytes altered", flip(made.package.sealed, -40)),
    }
    for part, (what, data) in wrong.items():
        file = exports.file(f"altered/private-{part}", data)
        exports.case("private", what, accept=False, **{**files, part: file}, **facts)
    other = {**facts, "record": "P-2"}
    exports.case("private", "committed to under another id", accept=False, **files, **other)


def add_grants(exports: Exports) -> None:
    """Grants of the 360Giving standard as a spreadsheet, and altered copies."""
    spreadsheet, package = grant_files()
    facts = {
        "package": exports.file("grants/package.json", package),
        "schema": exports.file("grants/schema.json", SCHEMA.read_bytes()),
    }
    name = exports.file("grants/grants.csv", spreadsheet)
    exports.case("grants", "a campaign's grants", accept=True, file=name, **facts)
    for what, data in altered_grants(spreadsheet):
        file = exports.file(f"altered/grants-{what.replace(' ', '-')}.csv", data)
        exports.case("grants", f"altered: {what}", accept=False, file=file, **facts)


def add_evidence(exports: Exports) -> None:
    """Add a time-stamp, an evidence package and a chain of custody, and altered copies."""
    stamp = evidence_cases.time_stamp_files()
    names = {name: exports.file(f"time-stamp/{name}", data) for name, data in stamp.items()}
    facts = {
        "request": names["request.tsq"],
        "root": names["root.pem"],
        "content": names["content.bin"],
        "nonce": str(evidence_cases.NONCE),
    }
    reply = stamp["reply.tsr"]
    for kind in ("openssl-ts", "rfc3161"):
        exports.case(kind, "time-stamp", accept=True, file=names["reply.tsr"], **facts)
        for what, data in evidence_cases.altered_replies(reply):
            file = exports.file(f"altered/time-stamp-{what}.tsr", data)
            exports.case(kind, f"altered: {what}", accept=False, file=file, **facts)
    bags = [("package", evidence_cases.package_files())]
    bags += [*evidence_cases.altered_packages(bags[0][1])]
    for number, (what, files) in enumerate(bags):
        for name, data in files.items():
            exports.file(f"bags/{number}/{name}", data)
        exports.case("package", what, accept=number == 0, file=f"bags/{number}")
    chain = evidence_cases.chain()
    file = exports.file("custody.jsonld", chain)
    exports.case("custody", "chain of custody", accept=True, file=file)
    for number, (what, data) in enumerate(evidence_cases.altered_chains(chain)):
        file = exports.file(f"altered/custody-{number}.jsonld", data)
        exports.case("custody", f"altered: {what}", accept=False, file=file)


def add_certificates(exports: Exports) -> None:
    """A certificate as PDF, and altered copies."""
    facts = {"extract": sha256(b"{}\n").hex()}
    name = exports.file("certificates/certificate.pdf", sealed())
    exports.case("certificate", "a sealed certificate", accept=True, file=name, **facts)
    seen = {"file": name, "link": LINK, "words": [NAME, "1,234.50"]}
    exports.case("certificate-page", "a certificate on the screen", accept=True, **seen)
    other = {**seen, "link": f"{LINK}0"}
    exports.case("certificate-page", "not the link of its code", accept=False, **other)
    unnamed = {**seen, "words": ["某某法院"]}
    exports.case("certificate-page", "a name that is not on it", accept=False, **unnamed)
    exports.case("pdfa", "a sealed certificate", accept=True, file=name)
    for what, data in altered_archives(sealed()):
        file = exports.file(f"altered/pdfa-{what.replace(' ', '-')}.pdf", data)
        exports.case("pdfa", f"altered: {what}", accept=False, file=file)
    for what, data in altered_certificates(sealed()):
        file = exports.file(f"altered/certificate-{what.replace(' ', '-')}.pdf", data)
        exports.case("certificate", f"altered: {what}", accept=False, file=file, **facts)


def add_documents(exports: Exports) -> None:
    """Content addresses of several sizes, a CAR, and altered copies."""
    for label, is_right, facts in document_cases.addresses():
        exports.case("document-address", label, accept=is_right, **facts)
    for label, archive, facts in document_cases.archives():
        name = exports.file(f"documents/{label.replace(' ', '-')}.car", archive)
        exports.case("document-car", label, accept=label == "whole", file=name, **facts)


def write_exports(source: Source, folder: Path) -> Exports:
    """Write all exports of a source."""
    exports = Exports(folder)
    proven = [source.proven(index) for index in places(source.size)]
    add_transactions(exports, proven)
    add_statements(exports, proven)
    add_receipts(exports, source, proven)
    keys = {"log": "keys/log.pem", "stranger": "keys/stranger.pem"}
    add_transparent(exports, keys, proven)
    add_checkpoints(exports, source)
    add_log_proofs(exports, source, proven)
    add_cosignatures(exports, source)
    add_finality(exports, source, proven)
    if isinstance(source, LedgerSource):
        add_private(exports)
    add_log(exports, source)
    add_proofs(exports, source, proven)
    if isinstance(source, LedgerSource):
        add_evidence(exports)
        add_certificates(exports)
        add_documents(exports)
        add_guarantees(exports)
        add_grants(exports)  # no node's: the spreadsheet is made where it is saved
    exports.save()
    return exports


def main() -> None:
    """Write the exports and say how many there are."""
    parser = argparse.ArgumentParser(prog="tests.interop.make_exports")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--url", help="a running node; without it our functions are asked")
    asked = parser.parse_args()
    source: Source = NodeSource(asked.url) if asked.url else LedgerSource()
    exports = write_exports(source, asked.out)
    honest = sum(bool(case["accept"]) for case in exports.cases)
    print(
        f"exports: log of {source.size} leaves, {honest} honest cases, "
        f"{len(exports.cases) - honest} altered ones"
    )


if __name__ == "__main__":
    main()
