# SPDX-License-Identifier: Apache-2.0
"""The receipt: a node's signed proof that an entry is in the log, as a COSE Receipt (RFC 9942).

`LogReceipt` is the COSE message; `Receipt` is what a user keeps: transaction, entry, COSE receipt,
checkpoint and finality in one JSON file, enough to verify offline with a trust file. Spec:
docs/spec/receipt.md. The Merkle path itself is checked by whoever verifies (`client`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tallystick.crypto import ALGORITHM_EDDSA, SecretKey, verify_signature
from tallystick.encoding import (
    Header,
    build_sign1,
    decode_cbor,
    decode_header,
    encode_cbor,
    encode_header,
    format_base64,
    format_json,
    parse_base64,
    parse_json,
    to_be_signed,
)
from tallystick.errors import InvalidReceipt, Malformed
from tallystick.units import (
    CERTIFICATES_MAX,
    ENTRY_BYTES_MAX,
    HASH_SIZE,
    INTEGER_MAX,
    TRANSACTION_BYTES_MAX,
)

RECEIPT_FORMAT: Final = "tallystick.receipt.v1"
RECEIPT_BYTES_MAX: Final = 1024 * 1024
_TREE_RFC9162_SHA256 = 1
_LABEL_PROOFS, _INCLUSION, _LABEL_RECEIPTS = 396, -1, 394
_TAG_SIGN1 = 18
_PATH_MAX = 63
_SUBJECT = "log"
_FIELDS = frozenset(
    {"format", "network", "level", "transaction", "entry", "log_receipt", "checkpoint"}
)
_FINALITY_FIELDS = frozenset({"finality", "validator_history", "log_key"})


@dataclass(frozen=True, slots=True)
class LogReceipt:
    """A COSE Receipt taken apart: an inclusion proof and a signature over the root it leads to."""

    origin: str
    """CWT issuer: the network id."""
    key_id: bytes
    """Public key of the log's signer, 32 bytes."""
    size: int
    index: int
    path: tuple[bytes, ...]
    protected: bytes
    signature: bytes

    def verify_root(self, root: bytes) -> None:
        """Raise `InvalidSignature` unless the signature covers `root` (detached payload)."""
        verify_signature(self.key_id, to_be_signed(self.protected, root), self.signature)


def receipt_header(origin: str, public_key: bytes) -> bytes:
    """Return the protected header of every receipt by this log key."""
    return encode_header(
        Header(
            algorithm=ALGORITHM_EDDSA,
            key_id=public_key,
            issuer=origin,
            subject=_SUBJECT,
            proof_structure=_TREE_RFC9162_SHA256,
        )
    )


def sign_root(origin: str, root: bytes, secret: SecretKey) -> bytes:
    """Return the signature that all receipts over `root` share."""
    return secret.sign(to_be_signed(receipt_header(origin, secret.public_key), root))


def build_log_receipt(  # one message's fields, all needed
    origin: str,
    public_key: bytes,
    *,
    signature: bytes,
    size: int,
    index: int,
    path: Sequence[bytes],
) -> bytes:
    """Return the COSE Receipt bytes for leaf `index` of a tree of `size` leaves."""
    proof = encode_cbor([size, index, list(path)])
    unprotected = encode_cbor({_LABEL_PROOFS: {_INCLUSION: [proof]}})
    return build_sign1(receipt_header(origin, public_key), None, signature, unprotected=unprotected)


def decode_log_receipt(data: bytes) -> LogReceipt:
    """Return the COSE Receipt in `data`; exactly one inclusion proof, nothing else.

    Raises:
        InvalidReceipt: any other shape or encoding.
    """
    try:
        return _decode_log_receipt(data)
    except Malformed as error:
        raise InvalidReceipt(f"receipt: {error.message}", field=error.field) from error


def _decode_log_receipt(data: bytes) -> LogReceipt:
    message = decode_cbor(data, name="receipt")
    if getattr(message, "tag", None) != _TAG_SIGN1:
        raise Malformed("not a tagged COSE_Sign1", field="receipt")
    match message.value:  # type: ignore[attr-defined]  # the tag was checked
        case [bytes() as protected, dict() as unprotected, None, bytes() as signature]:
            pass
        case _:
            raise Malformed("not a COSE_Sign1 with detached payload", field="receipt")
    header = decode_header(protected)
    if (
        header.algorithm != ALGORITHM_EDDSA
        or header.proof_structure != _TREE_RFC9162_SHA256
        or header.subject != _SUBJECT
        or header.content_type is not None
    ):
        raise Malformed("not an EdDSA receipt over RFC9162_SHA256", field="receipt.protected")
    match unprotected:
        case {396: {-1: [bytes() as proof], **extra}, **others} if not extra and not others:
            pass
        case _:
            raise Malformed("not exactly one inclusion proof", field="receipt.proofs")
    size, index, path = _decode_proof(proof)
    return LogReceipt(header.issuer, header.key_id, size, index, path, protected, signature)


def _decode_proof(proof: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    match decode_cbor(proof, name="proof"):
        case [int() as size, int() as index, list() as path]:
            pass
        case _:
            raise Malformed("not [tree size, leaf index, path]", field="receipt.proof")
    if not 0 <= index < size <= INTEGER_MAX or isinstance(index, bool) or len(path) > _PATH_MAX:
        raise Malformed("numbers out of range", field="receipt.proof")
    if any(type(node) is not bytes or len(node) != HASH_SIZE for node in path):
        raise Malformed("a path of 32-byte hashes is needed", field="receipt.path")
    return size, index, tuple(path)


def transparent_statement(transaction: bytes, log_receipt: bytes) -> bytes:
    """Return the transaction with its receipt attached (RFC 9943): one `.cose` file."""
    message = decode_cbor(transaction, name="transaction")
    # A transaction that was stored was checked.
    protected, _, payload, signature = message.value  # type: ignore[attr-defined]
    unprotected = encode_cbor({_LABEL_RECEIPTS: [log_receipt]})
    return build_sign1(protected, payload, signature, unprotected=unprotected)


def split_transparent_statement(data: bytes) -> tuple[bytes, bytes]:
    """Return (transaction, COSE receipt) of a transparent statement with exactly one receipt.

    Raises:
        InvalidReceipt: any other shape or encoding.
    """
    try:
        message = decode_cbor(data, name="statement")
    except Malformed as error:
        raise InvalidReceipt(f"statement: {error.message}", field="statement") from error
    if getattr(message, "tag", None) == _TAG_SIGN1:
        match message.value:  # type: ignore[attr-defined]
            case [
                bytes() as protected,
                {394: [bytes() as receipt], **others},
                bytes() as payload,
                bytes() as signature,
            ] if not others:
                return build_sign1(protected, payload, signature), receipt
    raise InvalidReceipt("not a statement with exactly one receipt", field="statement")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a user keeps: everything an outsider needs to check one transaction."""

    network: str
    level: str
    """`committed` or `witnessed`."""
    transaction: bytes
    entry: bytes
    log_receipt: bytes
    """COSE Receipt over the checkpoint's root."""
    checkpoint: str
    """C2SP signed note over the same root, with the cosignatures of witnesses if there are any."""
    finality: bytes | None = None
    """Proof that the validators agreed on that root; None from a network with one node."""
    validator_history: tuple[bytes, ...] = ()
    """Certificates that lead from the genesis document to the validators of `finality`."""
    log_key: bytes | None = None
    """Proof, under `finality`, of the signer's log key; None for a key of the genesis document."""

    def to_json(self) -> str:
        """Return the receipt file's text; parts that there are not are left out."""
        fields: dict[str, object] = {
            "format": RECEIPT_FORMAT,
            "network": self.network,
            "level": self.level,
            "transaction": format_base64(self.transaction),
            "entry": format_base64(self.entry),
            "log_receipt": format_base64(self.log_receipt),
            "checkpoint": self.checkpoint,
        }
        if self.finality is not None:
            fields["finality"] = format_base64(self.finality)
        if self.validator_history:
            fields["validator_history"] = [format_base64(one) for one in self.validator_history]
        if self.log_key is not None:
            fields["log_key"] = format_base64(self.log_key)
        return format_json(fields, indent=2) + "\n"

    def statement(self) -> bytes:
        """Return the SCITT transparent statement (`.cose`)."""
        return transparent_statement(self.transaction, self.log_receipt)


def parse_receipt(text: str | bytes) -> Receipt:
    """Return the receipt in a receipt file's text.

    Raises:
        InvalidReceipt: too large, not JSON, or not exactly the fields of this format.
    """
    if len(text) > RECEIPT_BYTES_MAX:
        raise InvalidReceipt("a receipt file is smaller", expected=f"{RECEIPT_BYTES_MAX} bytes")
    try:
        fields = parse_json(text, name="receipt")
        return _receipt_from_fields(fields)
    except Malformed as error:
        raise InvalidReceipt(error.message, field=error.field, expected=error.expected) from error


def _receipt_from_fields(fields: object) -> Receipt:
    if not isinstance(fields, dict) or not _FIELDS <= fields.keys() <= _FIELDS | _FINALITY_FIELDS:
        raise Malformed(
            "receipt: wrong fields", field="receipt", expected=", ".join(sorted(_FIELDS))
        )
    history = fields.get("validator_history")
    texts = [value for name, value in fields.items() if name != "validator_history"]
    if fields["format"] != RECEIPT_FORMAT or any(type(value) is not str for value in texts):
        raise Malformed("receipt: not this format", field="receipt.format", expected=RECEIPT_FORMAT)
    finality, log_key = fields.get("finality"), fields.get("log_key")
    receipt = Receipt(
        network=fields["network"],
        level=fields["level"],
        transaction=parse_base64(fields["transaction"], name="receipt.transaction"),
        entry=parse_base64(fields["entry"], name="receipt.entry"),
        log_receipt=parse_base64(fields["log_receipt"], name="receipt.log_receipt"),
        checkpoint=fields["checkpoint"],
        finality=None if finality is None else parse_base64(finality, name="receipt.finality"),
        validator_history=() if history is None else parse_certificates(history),
        log_key=None if log_key is None else parse_base64(log_key, name="receipt.log_key"),
    )
    if len(receipt.transaction) > TRANSACTION_BYTES_MAX or len(receipt.entry) > ENTRY_BYTES_MAX:
        raise Malformed("receipt: a part is too large", field="receipt")
    return receipt


def parse_certificates(listed: object, name: str = "validator_history") -> tuple[bytes, ...]:
    """Return certificates from their JSON form, a list of base64 texts, not empty.

    Raises:
        Malformed: another form, or more than `CERTIFICATES_MAX`.
    """
    if type(listed) is not list or not 1 <= len(listed) <= CERTIFICATES_MAX:
        raise Malformed(
            f"{name}: a list of certificates is needed",
            field=name,
            expected=f"1 to {CERTIFICATES_MAX} certificates",
        )
    if any(type(one) is not str for one in listed):
        raise Malformed(f"{name}: not texts", field=name)
    return tuple(parse_base64(one, name=name) for one in listed)
