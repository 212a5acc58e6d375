# SPDX-License-Identifier: Apache-2.0
"""Write the vectors of docs/spec: canonical bytes, genesis to receipt, good and bad.

    python scripts/make_vectors.py

rewrites tests/vectors/tallystick/ledger.json; a test compares the checked-in file with it.
Byte strings are lower-case hexadecimal. The secret seeds are small numbers: published test keys.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value, build_sign1, encode
from tallystick.membership import enrolment_message, genesis_writes
from tallystick.merkle import LogTree, leaf_hash
from tallystick.model import (
    NO_WRITES,
    OK,
    BlockHeader,
    Call,
    Checkpoint,
    Entry,
    Event,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    Organization,
    Outcome,
    Receipt,
    app_hash,
    build_log_receipt,
    encode_call,
    encode_entry,
    encode_write_set,
    network_id,
    protected_header,
    sign_checkpoint,
    sign_root,
    sign_transaction,
    verifier_key,
)
from tallystick.units import TimeMs

PATH: Final = Path(__file__).parent.parent / "tests" / "vectors" / "tallystick" / "ledger.json"
ORGANIZATION: Final = "91350100M000100Y43"
START: Final = TimeMs(1_700_000_000_000)
FOREVER: Final = TimeMs(4_000_000_000_000)
MEMBER_KEY: Final = SecretKey((1).to_bytes(32, "big"))
LOG_KEY: Final = SecretKey((9).to_bytes(32, "big"))
LEAVES: Final = 5
INDEX: Final = 2

Vectors = dict[str, object]


class _NoTiles:
    """A log this small lives in memory."""

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        raise LookupError(level, index, width)


def canonical() -> Vectors:
    """Return values with their bytes, and bytes that must be refused."""
    values: list[Value] = [
        None,
        False,
        0,
        23,
        24,
        2**63 - 1,
        -1,
        -(2**63),
        "",
        "合同",
        [],
        [1, [2, []]],
        {},
        {"b": 1, "aa": 2, "a": 3},
    ]
    refused = {
        "integer not in its shortest form": "1817",
        "length not in its shortest form": "5801aa",
        "map keys unsorted": "a2616201616102",
        "map key twice": "a2616101616102",
        "indefinite length": "9f01ff",
        "bytes after the value": "0101",
        "float": "fb3ff8000000000000",
        "tag": "c101",
        "integer map key": "a10102",
        "undefined": "f7",
        "text that is not UTF-8": "61ff",
        "truncated": "8201",
    }
    return {
        "values": [{"json": value, "bytes": encode(value).hex()} for value in values],
        "byte_strings": [{"hex": "00ff", "bytes": encode(b"\x00\xff").hex()}],
        "refused": refused,
    }


def genesis() -> GenesisDocument:
    """Return the network of the vectors."""
    name = Name(zh="示例机构", en="Example Organisation")
    return GenesisDocument(
        name="vectors",
        created=START,
        organizations=(Organization(id=ORGANIZATION, name=name),),
        members=(Member(organization=ORGANIZATION, id="clerk", name=name, roles=("depositor",)),),
        keys=(
            MemberKey(
                public_key=MEMBER_KEY.public_key,
                organization=ORGANIZATION,
                member="clerk",
                valid_from=TimeMs(0),
                valid_until=FOREVER,
            ),
        ),
        log_keys=(LogKey(organization=ORGANIZATION, public_key=LOG_KEY.public_key),),
        contracts=("evidence",),
    )


def transactions(network: str) -> Vectors:
    """Return a signed transaction in its parts, and altered ones with their codes."""
    args: dict[str, Value] = {"id": "a", "text": "你好"}
    call = Call(network, "notes", "put", args, 7, FOREVER)
    raw = sign_transaction(call, MEMBER_KEY, ORGANIZATION)
    protected = protected_header(network, MEMBER_KEY.public_key, ORGANIZATION)
    payload = encode_call(call)
    foreign = protected_header("other.0", MEMBER_KEY.public_key, ORGANIZATION)
    return {
        "seed": MEMBER_KEY.seed.hex(),
        "public_key": MEMBER_KEY.public_key.hex(),
        "protected": protected.hex(),
        "payload": payload.hex(),
        "transaction": raw.hex(),
        "id": sha256(raw).hex(),
        "refused": [
            {"why": "last byte of the signature flipped", "code": "E_SIG", "hex": _flip(raw).hex()},
            {"why": "truncated", "code": "E_FORMAT", "hex": raw[:-1].hex()},
            {"why": "a byte more", "code": "E_FORMAT", "hex": (raw + b"\x00").hex()},
            {"why": "no tag", "code": "E_FORMAT", "hex": raw[1:].hex()},
            {
                "why": "unprotected header not empty",
                "code": "E_FORMAT",
                "hex": build_sign1(
                    protected, payload, raw[-64:], unprotected=b"\xa1\x04\x41k"
                ).hex(),
            },
            {
                "why": "header and payload name different networks",
                "code": "E_FORMAT",
                "hex": build_sign1(foreign, payload, raw[-64:]).hex(),
            },
        ],
    }


def _flip(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def entries(transaction_id: bytes) -> list[bytes]:
    """Return the entries of a log of five, of which one is a refusal."""
    writes = encode_write_set({b"notes/texts/a": encode({"count": 1, "text": "你好"})})
    accepted = Outcome(OK, 1, (Event("notes.Put", {"count": 1, "id": "a"}),), sha256(writes))
    refused = Outcome("E_STATE", {"field": "id"}, (), NO_WRITES)
    found = []
    for index in range(LEAVES):
        identifier = transaction_id if index == INDEX else sha256(bytes([index]))
        outcome = refused if index == LEAVES - 1 else accepted
        found.append(encode_entry(Entry(identifier, 1, START + 1, outcome)))
    return found


def signed_forms(network: str, transaction: bytes, logged: list[bytes], parent: bytes) -> Vectors:
    """Return header, checkpoint, COSE receipt, receipt file and transparent statement."""
    log = LogTree(_NoTiles())
    log.append([leaf_hash(entry) for entry in logged])
    root = log.root()
    state_root, membership_root = sha256(b"state"), sha256(b"membership")
    header = BlockHeader(
        height=1,
        parent=parent,
        time=START + 1,
        log_size=log.size,
        log_root=root,
        state_root=state_root,
        membership_root=membership_root,
        app_hash=app_hash(log.size, root, state_root, membership_root),
    )
    note = sign_checkpoint(
        Checkpoint(network, log.size, root, 1, START + 1, state_root, membership_root), LOG_KEY
    )
    cose = build_log_receipt(
        network,
        LOG_KEY.public_key,
        signature=sign_root(network, root, LOG_KEY),
        size=log.size,
        index=INDEX,
        path=log.inclusion_proof(INDEX),
    )
    receipt = Receipt(network, "committed", transaction, logged[INDEX], cose, note)
    return {
        "log_seed": LOG_KEY.seed.hex(),
        "log_public_key": LOG_KEY.public_key.hex(),
        "vkey": verifier_key(network, LOG_KEY.public_key),
        "log_root": root.hex(),
        "header": header.encode().hex(),
        "block_hash": sha256(header.encode()).hex(),
        "app_hash": header.app_hash.hex(),
        "checkpoint": note,
        "cose_receipt": cose.hex(),
        "receipt_file": receipt.to_json(),
        "transparent_statement": receipt.statement().hex(),
    }


def vectors() -> Vectors:
    """Return everything in the file."""
    document = genesis()
    data = document.encode()
    network = network_id(document.name, data)
    signed = transactions(network)
    transaction = bytes.fromhex(str(signed["transaction"]))
    logged = entries(sha256(transaction))
    message = enrolment_message(network, ORGANIZATION, "clerk", LOG_KEY.public_key)
    membership = genesis_writes(document)
    return {
        "canonical": canonical(),
        "genesis": {"bytes": data.hex(), "network": network},
        "membership": {
            "founding_records": {
                key.hex(): (value or b"").hex() for key, value in sorted(membership.items())
            },
            "enrolment_message": message.hex(),
            "enrolment_proof": LOG_KEY.sign(message).hex(),
        },
        "transaction": signed,
        "entries": [entry.hex() for entry in logged],
        "leaf_hashes": [leaf_hash(entry).hex() for entry in logged],
        "signed": signed_forms(network, transaction, logged, sha256(data)),
    }


def main() -> None:
    """Write the file."""
    text = json.dumps(vectors(), ensure_ascii=False, indent=1)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
