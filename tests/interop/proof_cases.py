# SPDX-License-Identifier: Apache-2.0
"""Whole proofs in one file, for judges: C2SP log proofs, statements with their receipt inside.

The parts are judged one by one elsewhere; here a judge must take them out by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tallystick.crypto import SecretKey
from tallystick.encoding import build_sign1, decode_cbor, encode_cbor
from tallystick.model import LogProof, decode_log_receipt, transparent_statement, verifier_key
from tests.interop.sources import Proven, Source

if TYPE_CHECKING:
    from tests.interop.make_exports import Exports

_STRANGER = SecretKey(b"stranger".rjust(32, b"\0"))


def add_log_proofs(exports: Exports, source: Source, proven: list[Proven]) -> None:
    """Log proofs (C2SP tlog-proof) of a few leaves, and altered copies of one."""
    vkey = verifier_key(source.origin, source.public_key)
    for one in proven:
        name = exports.file(f"log-proofs/{one.index}.tlog-proof", _log_proof(source, one).encode())
        facts = {"file": name, "vkey": vkey, "public_key": one.signer.hex()}
        exports.case("log-proof", f"leaf {one.index}", accept=True, **facts)
    one, other = proven[len(proven) // 2], proven[0]
    facts = {"vkey": vkey, "public_key": one.signer.hex()}
    for what, text in _altered_log_proofs(source, one, other):
        name = exports.file(f"altered/log-proof-{what.replace(' ', '-')}", text.encode())
        exports.case("log-proof", what, accept=False, file=name, **facts)
    strange = {**facts, "vkey": verifier_key(source.origin, _STRANGER.public_key)}
    name = f"log-proofs/{one.index}.tlog-proof"
    exports.case("log-proof", "other log key", accept=False, file=name, **strange)
    strange = {**facts, "public_key": _STRANGER.public_key.hex()}
    exports.case("log-proof", "other signer", accept=False, file=name, **strange)


def _proof(source: Source, one: Proven) -> LogProof:
    path = decode_log_receipt(one.receipt).path
    return LogProof(one.transaction, one.entry, one.index, path, source.note)


def _log_proof(source: Source, one: Proven) -> str:
    return _proof(source, one).to_text()


def _altered_log_proofs(source: Source, one: Proven, other: Proven) -> Iterator[tuple[str, str]]:
    proof = _proof(source, one)
    yield "head line", proof.to_text().replace("@v1", "@v2", 1)
    yield "no index", proof.to_text().replace(f"index {proof.index}\n", "", 1)
    yield "entry altered", replace(proof, entry=_flipped(proof.entry, -1)).to_text()
    yield "entry of another", replace(proof, entry=other.entry).to_text()
    yield "transaction altered", replace(proof, transaction=_flipped(one.transaction)).to_text()
    yield "transaction of another", replace(proof, transaction=other.transaction).to_text()
    yield "index altered", replace(proof, index=proof.index ^ 1).to_text()
    path = proof.path
    yield "hash altered", replace(proof, path=(_flipped(path[0]), *path[1:])).to_text()
    yield "hash left out", replace(proof, path=path[:-1]).to_text()
    yield "hash more", replace(proof, path=(*path, path[-1])).to_text()
    lines = source.note.split("\n")
    size = source.note.replace(f"\n{lines[1]}\n", f"\n{int(lines[1]) + 1}\n", 1)
    yield "size altered", replace(proof, checkpoint=size).to_text()
    unsigned = source.note.partition("\n\n")[0] + "\n\n"
    yield "signature left out", replace(proof, checkpoint=unsigned).to_text()
    # Base64 of key hint and signature; its last letters may be padding, so not there.
    line = lines[-2]
    letter = "A" if line[-20] != "A" else "B"
    yield "signature altered", proof.to_text().replace(line, line[:-20] + letter + line[-19:])


def add_transparent(exports: Exports, keys: dict[str, str], proven: list[Proven]) -> None:
    """Statements whose receipt is inside (RFC 9943), and altered copies of one.

    Args:
        exports: Where to.
        keys: Files of the log's key (`log`) and of a stranger's (`stranger`).
        proven: What is stated.
    """
    for one in (proven[0], proven[len(proven) // 2], proven[-1]):
        entry = exports.file(f"entries/{one.index}.bin", one.entry)
        file = exports.file(f"statements/{one.index}.cose", one.statement)
        facts = {"entry": entry, "log_key": keys["log"], "key": _signer(exports, one)}
        exports.case("transparent", f"statement {one.index}", accept=True, file=file, **facts)
    one, other = proven[len(proven) // 2], proven[0]
    facts = {
        "entry": f"entries/{one.index}.bin",
        "log_key": keys["log"],
        "key": _signer(exports, one),
    }
    for what, data in _altered_statements(one, other):
        file = exports.file(f"altered/transparent-{what.replace(' ', '-')}.cose", data)
        exports.case("transparent", what, accept=False, file=file, **facts)
    file = f"statements/{one.index}.cose"
    for part, name in (("log_key", "other log key"), ("key", "other issuer")):
        wrong = {**facts, part: keys["stranger"]}
        exports.case("transparent", name, accept=False, file=file, **wrong)
    wrong = {**facts, "entry": f"entries/{other.index}.bin"}
    exports.case("transparent", "entry of another", accept=False, file=file, **wrong)


def _signer(exports: Exports, one: Proven) -> str:
    from tests.interop.make_exports import pem

    return exports.file(f"keys/{one.signer.hex()[:16]}.pem", pem(one.signer))


def _altered_statements(one: Proven, other: Proven) -> Iterator[tuple[str, bytes]]:
    parts: Any = decode_cbor(one.statement)
    protected, _, payload, signature = parts.value
    found: Any = decode_cbor(one.receipt)
    header, proofs, _, signed = found.value
    inside = proofs[396][-1][0]
    path = inside.index(decode_log_receipt(one.receipt).path[0])
    changed = encode_cbor({396: {-1: [_flipped(inside, path)]}})
    receipts = {
        "receipt of another": other.receipt,
        "path of the receipt": build_sign1(header, None, signed, unprotected=changed),
        "signature of the receipt": build_sign1(
            header, None, _flipped(signed, 3), unprotected=encode_cbor(proofs)
        ),
        "receipt cut": one.receipt[:-1],
    }
    for what, receipt in receipts.items():
        yield what, transparent_statement(one.transaction, receipt)
    held = encode_cbor({394: [one.receipt]})
    yield "receipt left out", one.transaction
    yield "payload", build_sign1(protected, _flipped(payload), signature, unprotected=held)
    yield "signature", build_sign1(protected, payload, _flipped(signature), unprotected=held)
    # The issuer's signature holds, but it is another statement than the one that was logged.
    yield "statement of another", transparent_statement(other.transaction, one.receipt)


def _flipped(data: bytes, at: int = -2) -> bytes:
    at %= len(data)
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
