# SPDX-License-Identifier: Apache-2.0
"""First inputs for each fuzz target: real records, published vectors, and hostile spellings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.encoding import (
    Value,
    build_sign1,
    decode,
    encode,
    encode_cbor,
    format_base64,
    parse_sign1,
)
from tallystick.model import BlockHeader, encode_write_set
from tests import factories
from tests.fuzz import certificates
from tests.fuzz.agreement import agreement_seeds
from tests.fuzz.outside import GENUINE, outside_seeds
from tests.fuzz.world import receipt_world, state_world

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors"

Seed = tuple[str, str, bytes]
"""Target, name of the seed, input."""

SPELLINGS: Final = {
    # Each means what `encode` writes shorter, or has no canonical form at all.
    "empty": "",
    "null": "f6",
    "map": "a2616101626262f5",
    "list": "8301422a2a83f4f6616c",
    "big": "821bffffffffffffffff3bffffffffffffffff",
    "long-head": "1817",
    "long-text": "780161",
    "endless-list": "9f01ff",
    "endless-map": "bf616101ff",
    "endless-bytes": "5f4101ff",
    "twice": "a2616101616102",
    "unsorted": "a2616201616101",
    "unsorted-length": "a262616101616201",
    "number-key": "a10102",
    "bytes-key": "a1416101",
    "tag": "c100",
    "cid-tag": "d82a450001550000",
    "bignum": "c249010000000000000000",
    "half-float": "f93c00",
    "double": "fb3ff0000000000000",
    "not-a-number": "f97e00",
    "undefined": "f7",
    "simple": "e0",
    "simple-long": "f820",
    "break": "ff",
    "bad-text": "62c328",
    "surrogate": "63eda080",
    "short": "4201",
    "trailing": "0100",
    "huge-list": "9affffffff",
    "huge-bytes": "5bffffffffffffffff",
    "huge-map": "bbffffffffffffffff",
    "deep-16": "81" * 16 + "00",
    "deep-17": "81" * 17 + "00",
    "deep-500": "81" * 500 + "00",
    "deep-map": "a16161" * 300 + "00",
    "shared": "d81c81d81d00",
    "date": "c074323032302d30312d30315430303a30303a30305a",
    "fraction": "c4820102",
}

TEXTS: Final = (
    '{"a": [1, -2.5e3, null, true, "\\u00e9\\ud83d\\ude00"]}',
    '{"a":1,"a":2}',
    "[NaN]",
    "[-Infinity]",
    "1e-5",
    "12345678901234567890",
    "[" * 64 + "]" * 64,
    "[" * 65 + "]" * 65,
    '"\\"[[[["',
    '"[\\\\"',
    "[1,]",
    "\ufeff{}",
    '"\\ud800"',
    "1" * 600,
    "YWJj",
    "YWI=",
    "YWJ=",
    "YQ==",
    "YQ",
    "_-8",
    "/+8=",
    "0aFf",
    "0a ff",
    "YW\nJj",
    "ａＢ",
    "=",
)


def seeds() -> Iterator[Seed]:
    """Yield the seeds of all targets."""
    makers = (_records, _engine, _texts, _notes, _proofs, _receipts, agreement_seeds)
    for maker in (*makers, _published, _certificates, outside_seeds):
        yield from maker()


def _certificates() -> Iterator[Seed]:
    leaf, root, _ = certificates.known()
    yield from _with_tail("certificate-chain", "leaf", leaf)
    yield "certificate-chain", "root", root
    for number, other in enumerate(certificates.others()[:40]):
        yield "certificate-chain", f"case-{number:02}", other


def _with_tail(target: str, name: str, data: bytes) -> Iterator[Seed]:
    yield target, name, data
    yield target, f"{name}-trailing", data + b"\0"
    yield target, f"{name}-cut", data[:-1]


def _records() -> Iterator[Seed]:
    for name, spelling in SPELLINGS.items():
        yield "canonical", name, bytes.fromhex(spelling)
    for name in ("long-head", "tag", "twice", "number-key", "endless-map", "date", "fraction"):
        yield "cose-header", name, bytes.fromhex(SPELLINGS[name])
    world = receipt_world()
    raw, entry = world.receipts[0].transaction, world.receipts[0].entry
    message = parse_sign1(raw)
    for target in ("transaction", "cose-message"):
        yield from _with_tail(target, "deposit", raw)
        yield target, "untagged", raw[1:]
        yield target, "long-tag", b"\xd8\x12" + raw[1:]
        yield target, "nothing", b""
    yield "cose-message", "unprotected", b"\xd2\x84\x40\xa10102\x40\x5840" + bytes(64)
    yield "cose-message", "small", b"\xd2\x84\x40\xa0\x40\x58\x40" + bytes(64)
    yield from _with_tail("cose-header", "signer", message.protected)
    receipt_header = decode_tagged(world.receipts[0].log_receipt)
    yield from _with_tail("cose-header", "log", receipt_header)
    yield from _with_tail("entry", "deposit", entry)
    refused = decode(entry)
    if isinstance(refused, list):
        yield "entry", "refused", encode([*refused[:4], "E_STATE", {"field": "id"}, [], refused[7]])
        yield "entry", "version-2", encode([2, *refused[1:]])
    yield from _with_tail("write-set", "two", encode_write_set({b"a/b/c": b"\xa0", b"a/b/d": None}))
    yield "write-set", "none", encode_write_set({})
    yield "write-set", "twice", encode([[b"a", b"x"], [b"a", b"y"]])
    yield "write-set", "unsorted", encode([[b"b", b"x"], [b"a", b"y"]])
    digest = sha256(b"")
    header = BlockHeader(1, digest, factories.START, 3, digest, digest, digest, digest)
    yield from _with_tail("block-header", "first", header.encode())
    yield from _with_tail("genesis", "two-organizations", factories.GENESIS_BYTES)
    yield from _changed_genesis()


def decode_tagged(message: bytes) -> bytes:
    """Return the protected header of a COSE_Sign1 with a header of less than 256 bytes."""
    return message[4 : 4 + message[3]]


def _changed_genesis() -> Iterator[Seed]:
    fields = decode(factories.GENESIS_BYTES)
    if not isinstance(fields, dict):
        return
    changes: dict[str, tuple[str, Value]] = {
        "other-version": ("version", 2),
        "bad-name": ("name", "-"),
        "no-organizations": ("organizations", []),
        "no-members": ("members", []),
        "key-of-small-order": (
            "log_keys",
            [{"organization": factories.COURT, "public_key": bytes(32)}],
        ),
    }
    for name, (field, value) in changes.items():
        yield "genesis", name, encode({**fields, field: value})
    yield "genesis", "extra", encode({**fields, "extra": None})


def _engine() -> Iterator[Seed]:
    """Yield streams as the consensus engine sends them, and as it must not."""
    check = "0742050a03616263"
    streams = {
        "info": "101a0e0a06302e33392e30100b18082200021200",
        "check-and-flush": f"{check}{check}021200",
        "commit": "025a00",
        "empty-frame": "00",
        "unknown-kind": "03fa0700",
        "cut": check[:-2],
        "long-size": "8200" + "1200",
        "too-long": "8104",
        "ten-bytes": "ffffffffffffffffff01",
        "endless": "ff" * 11,
        "other-protocol": "474554202f20485454502f312e310d0a",
        "bad-field": "040a7f0000",
    }
    for name, stream in streams.items():
        yield "abci-frames", name, b"\2\0\7\1" + bytes.fromhex(stream)


def _texts() -> Iterator[Seed]:
    for number, text in enumerate(TEXTS):
        yield "json", f"text-{number:02}", text.encode()
        yield "text-forms", f"text-{number:02}", text.encode()
    yield "json", "bad-utf8", b'"\xc3("'
    yield "text-forms", "hash", sha256(b"").hex().upper().encode()


def _notes() -> Iterator[Seed]:
    note = receipt_world().checkpoints[4]
    body, _, signatures = note.partition("\n\n")
    variants = {
        "issued": note,
        "two-signers": f"{body}\n\n— other {format_base64(bytes(68))}\n{signatures}",
        "no-newline": note[:-1],
        "no-signature": f"{body}\n\n",
        "hyphen": note.replace("—", "-"),
        "carriage-return": note.replace("\n", "\r\n"),
        "twice": note + note,
        "stray-bits": note.replace("=\n", "f=\n", 1),
    }
    for name, text in variants.items():
        yield "checkpoint", name, b"\0" + text.encode()
    bodies = {
        "body": body,
        "leading-zero": body.replace("\n4\n", "\n04\n"),
        "plus": body.replace("\n4\n", "\n+4\n"),
        "other-digits": body.replace("\n4\n", "\n٤\n"),
        "large": body.replace("\n4\n", f"\n{2**63}\n"),
        "other-order": body.replace("height", "time", 1),
        "extra-line": body + "\nextra 1",
        "double-space": body.replace("height ", "height  "),
        "empty-line": body + "\n",
    }
    for name, text in bodies.items():
        yield "checkpoint", f"signed-{name}", b"\1" + text.encode() + b"\n"


def _proofs() -> Iterator[Seed]:
    for size in (0, 1, 2, 6, 7, 15, 16, 31, 32):
        for index in {0, size // 2, size}:
            yield "inclusion", f"honest-{size}-{index}", bytes((size, index))
            yield "consistency", f"honest-{size}-{index}", bytes((size, index))
    # Start, index, what else to change (0: nothing), then edits: kind, place, value.
    for target in ("inclusion", "consistency"):
        for kind in range(6):
            yield target, f"edit-{kind}", bytes((32, 11, 0, kind, 1, 0, 7))
        for other in range(1, 5):
            yield target, f"other-{other}", bytes((32, 11, other, 9))
        yield target, "other-huge", bytes((32, 11, 1, 41))
    world = state_world()
    for number in (0, 1, 90, 150):
        yield "state-proof", f"honest-{number}", bytes((1, number, number))
        raw = encode(world.proofs[world.keys[number]].to_value())  # type: ignore[arg-type]
        yield "state-proof", f"raw-{number}", bytes((0, number, 7)) + raw
        for kind in range(5):
            yield "state-proof", f"edit-{number}-{kind}", bytes((1, number, 7, kind, 0, 9, 1))


def _receipts() -> Iterator[Seed]:
    world = receipt_world()
    receipt = world.receipts[5]
    text = receipt.to_json()
    fields = json.loads(text)
    files = {
        "issued": text,
        "compact": json.dumps(fields, separators=(",", ":")),
        "no-level": json.dumps({**fields, "level": ""}),
        "witnessed": json.dumps({**fields, "level": "witnessed"}),
        "wrong-type": json.dumps({**fields, "entry": 1}),
        "extra": json.dumps({**fields, "extra": ""}),
        "other-network": json.dumps({**fields, "network": "other"}),
        "no-entry": json.dumps({**fields, "entry": ""}),
        "no-transaction": json.dumps({**fields, "transaction": ""}),
        "surrogate": text.replace("committed", "\\ud800"),
        "surrogate-note": text.replace("height", "\\ud800"),
        "surrogate-origin": text.replace("testnet", "\\ud800"),
        "list": "[]",
    }
    for name, content in files.items():
        yield "receipt-file", name, content.encode()
        yield "verify-raw", name, b"\0" + content.encode()
    yield "verify-raw", "statement", b"\0" + receipt.statement()
    yield "verify-raw", "statement-cut", b"\0" + receipt.statement()[:-1]
    yield "verify-raw", "no-original", b"\4" + text.encode()
    yield "verify-raw", "other-original", b"\1" + text.encode()
    yield from _with_tail("log-receipt", "issued", receipt.log_receipt)
    yield from _with_tail("statement", "issued", receipt.statement())
    yield "statement", "transaction", receipt.transaction
    parts = parse_sign1(receipt.transaction)
    two = encode_cbor({394: [receipt.log_receipt, receipt.log_receipt]})
    doubled = build_sign1(parts.protected, parts.payload, parts.signature, unprotected=two)
    yield "statement", "two", doubled
    for number in range(len(world.receipts)):
        yield "verify-altered", f"honest-{number}", bytes((number, 0))
    for part in range(6):
        yield "verify-altered", f"flip-{part}", bytes((10, 0, part, 0, 0, 40, 1))
        yield "verify-altered", f"swap-{part}", bytes((10, 0, part + 6, 3))
        yield "verify-altered", f"cut-{part}", bytes((10, 0, part, 3, 0, 20, 0))
    # The last byte of each part is one that still decodes: a digest, a signature.
    honest = world.receipts[10]
    for part, data in enumerate((honest.transaction, honest.entry, honest.log_receipt)):
        last = (len(data) - 1).to_bytes(2, "big")
        yield "verify-altered", f"flip-last-{part}", bytes((10, 0, part, 0, *last, 1))
    trust = world.trust.to_json()
    yield "trust-file", "issued", trust.encode()
    yield "trust-file", "other-network", trust.replace("testnet.", "textnet.").encode()
    yield "trust-file", "stray-bits", trust.replace("==", "f=").encode()
    yield "trust-file", "list", b"[]"
    yield (
        "trust-file",
        "wrong-type",
        b'{"format": "tallystick.trust.v1", "network": 1, "genesis": 2}',
    )


def _published() -> Iterator[Seed]:
    """Vectors nobody here wrote (provenance in their folders)."""
    for path in sorted((VECTORS / "cose").rglob("*.json")):
        message = bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["output"]["cbor"])
        yield "cose-message", f"wg-{path.stem}", message
        yield "cose-header", f"wg-{path.stem}", message
    for path in sorted((VECTORS / "cose-receipts-scitt").rglob("receipt.cose")):
        yield "log-receipt", f"scitt-{path.parent.name}", path.read_bytes()
    for path in sorted((VECTORS / "cose-receipts-scitt").rglob("*statement*.cose")):
        yield "statement", f"scitt-{path.parent.name}", path.read_bytes()
        yield "foreign-statement", f"scitt-{path.parent.name}", path.read_bytes()
    yield "foreign-statement", "registered", GENUINE
    yield "foreign-statement", "registered-cut", GENUINE[:-1]
