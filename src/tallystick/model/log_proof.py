# SPDX-License-Identifier: Apache-2.0
"""The log proof: one text file in the form of C2SP tlog-proof, that any verifier of logs reads.

`extra` holds the entry, whose hash is the leaf, and the transaction that the entry is about, so the
file is checked offline like a receipt. It has no COSE receipt and no finality: what stands behind
it is the checkpoint with its cosignatures. Spec: docs/spec/receipt.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.encoding import decode_cbor, encode_cbor, format_base64, parse_base64
from tallystick.errors import InvalidReceipt, Malformed
from tallystick.model.receipt import Receipt, decode_log_receipt
from tallystick.units import ENTRY_BYTES_MAX, HASH_SIZE, INTEGER_MAX, TRANSACTION_BYTES_MAX

LOG_PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"
LOG_PROOF_BYTES_MAX: Final = 1024 * 1024
_PATH_MAX: Final = 63
_DIGITS_MAX: Final = 19


@dataclass(frozen=True, slots=True)
class LogProof:
    """That an entry is in the log of a checkpoint, at a place."""

    transaction: bytes
    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> LogProof:
        """Return the log proof in a receipt.

        Raises:
            InvalidReceipt: its COSE receipt cannot be read.
        """
        proven = decode_log_receipt(receipt.log_receipt)
        return cls(
            receipt.transaction, receipt.entry, proven.index, proven.path, receipt.checkpoint
        )

    def to_text(self) -> str:
        """Return the file's text."""
        extra = format_base64(encode_cbor([self.entry, self.transaction]))
        lines = [LOG_PROOF_HEAD, f"extra {extra}", f"index {self.index}"]
        lines += [format_base64(one) for one in self.path]
        return "\n".join([*lines, "", self.checkpoint])


def parse_log_proof(data: bytes) -> LogProof:
    """Return the log proof in a file of our own form; nothing of it has been checked.

    Raises:
        InvalidReceipt: too large, or another form.
    """
    if len(data) > LOG_PROOF_BYTES_MAX:
        raise InvalidReceipt("a log proof is smaller", expected=f"{LOG_PROOF_BYTES_MAX} bytes")
    try:
        body, _, checkpoint = data.decode().partition("\n\n")
        head, extra, index, *path = body.split("\n")
        if head != LOG_PROOF_HEAD:
            raise Malformed("another head line", expected=LOG_PROOF_HEAD, found=head[:40])
        entry, transaction = _extra(extra)
        hashes = tuple(parse_base64(one, name="hash") for one in path)
        if len(hashes) > _PATH_MAX or any(len(one) != HASH_SIZE for one in hashes):
            raise Malformed("a path of at most 63 hashes of 32 bytes is needed", field="path")
        return LogProof(transaction, entry, _index(index), hashes, checkpoint)
    except (Malformed, ValueError) as error:
        raise InvalidReceipt(f"not a log proof: {error}", field="log_proof") from error


def _extra(line: str) -> tuple[bytes, bytes]:
    match decode_cbor(parse_base64(_value(line, "extra"), name="extra"), name="extra"):
        case [bytes() as entry, bytes() as transaction]:
            if len(entry) <= ENTRY_BYTES_MAX and len(transaction) <= TRANSACTION_BYTES_MAX:
                return entry, transaction
    raise Malformed("not an entry and its transaction", field="extra")


def _index(line: str) -> int:
    text = _value(line, "index")
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX and int(text) <= INTEGER_MAX:
        return int(text)
    raise Malformed("not an index", field="index", found=text[:40])


def _value(line: str, name: str) -> str:
    label, _, value = line.partition(" ")
    if label != name:
        raise Malformed("a line is missing", field=name, found=label[:40])
    return value
