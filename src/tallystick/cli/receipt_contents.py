# SPDX-License-Identifier: Apache-2.0
"""What a receipt file says, taken apart for reading; nothing is verified here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tallystick.cli.answers import Plain, Row
from tallystick.cli.times import format_time
from tallystick.client import ProofKind, kind_of
from tallystick.crypto import sha256
from tallystick.errors import InvalidReceipt, TallystickError
from tallystick.model import (
    LogReceipt,
    Receipt,
    Transaction,
    decode_entry,
    decode_finality,
    decode_log_receipt,
    decode_transaction,
    parse_checkpoint,
    parse_log_proof,
    parse_receipt,
    split_transparent_statement,
)

_SIZE_MAX = 1024 * 1024


def describe_receipt(path: Path) -> Row:
    """Return the fields of a proof of our log, in any of the forms that `tally receipt get` has.

    Raises:
        InvalidReceipt: it is none of them.
        InvalidCheckpoint: it looks like a checkpoint, and is none of ours.
    """
    with path.open("rb") as file:
        data = file.read(_SIZE_MAX + 1)
    describe = _FORMS.get(kind_of(path), _receipt_file)
    return {"path": str(path), **describe(data)}


def network_named(path: Path) -> str | None:
    """Return the network that a proof names; None for what the verification will refuse."""
    try:
        return str(describe_receipt(path).get("network"))
    except (TallystickError, OSError):
        return None


def _receipt_file(data: bytes) -> Row:
    receipt = parse_receipt(data)
    return {
        "network": receipt.network,
        "level": receipt.level,
        **_transaction(receipt.transaction),
        **_entry(receipt.entry),
        **_proof(receipt.log_receipt),
        **_finality(receipt),
    }


def _statement(data: bytes) -> Row:
    transaction, log_receipt = split_transparent_statement(data)
    proof = _proof(log_receipt)
    return {"network": proof["origin"], **_transaction(transaction), **proof}


def _cose_receipt(data: bytes) -> Row:
    proof = _proof(data)
    return {"network": proof["origin"], **proof}


def _log_proof(data: bytes) -> Row:
    found = parse_log_proof(data)
    return {
        **_checkpoint(found.checkpoint.encode()),
        **_transaction(found.transaction),
        **_entry(found.entry),
        "leaf_index": found.index,
        "path_length": len(found.path),
    }


def _checkpoint(data: bytes) -> Row:
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidReceipt("a checkpoint is a text in UTF-8") from error
    head = parse_checkpoint(note)
    return {
        "network": head.origin,
        "log_size": head.size,
        "log_root": head.root.hex(),
        "checkpoint_height": head.height,
        "checkpoint_time": format_time(head.time),
        "signatures": note.partition("\n\n")[2].count("\n"),
    }


def _entry(data: bytes) -> dict[str, Plain]:
    entry = decode_entry(data)
    return {
        "code": entry.outcome.code,
        "result": _plain(entry.outcome.result),
        "height": entry.height,
        "block_time": format_time(entry.block_time),
    }


def _finality(receipt: Receipt) -> dict[str, Plain]:
    if receipt.finality is None:
        return {}
    proof = decode_finality(receipt.finality)
    return {
        "engine_height": proof.header.height,
        "validators": len(proof.validators),
        "validator_signatures": len(proof.commit.signatures),
        "validator_changes": len(receipt.validator_history),
    }


def _transaction(raw: bytes) -> dict[str, Plain]:
    found: Transaction = decode_transaction(raw)
    call = found.call
    return {
        "transaction_id": sha256(raw).hex(),
        "contract": call.contract,
        "method": call.method,
        "organization": found.organization,
        "signer": found.signer.hex(),
        "args": _plain(call.args),
    }


def _proof(data: bytes) -> dict[str, Plain]:
    proof: LogReceipt = decode_log_receipt(data)
    return {
        "origin": proof.origin,
        "log_key": proof.key_id.hex(),
        "log_size": proof.size,
        "leaf_index": proof.index,
        "path_length": len(proof.path),
    }


def _plain(value: object) -> Plain:
    """Ledger values as JSON has them: bytes as hexadecimal."""
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case None | bool() | int() | str():
            return value
    raise InvalidReceipt(f"not a ledger value: {type(value).__name__}")


_FORMS: Final[Mapping[ProofKind | None, Callable[[bytes], Row]]] = {
    ProofKind.STATEMENT: _statement,
    ProofKind.COSE_RECEIPT: _cose_receipt,
    ProofKind.LOG_PROOF: _log_proof,
    ProofKind.CHECKPOINT: _checkpoint,
}
