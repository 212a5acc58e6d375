# SPDX-License-Identifier: Apache-2.0
"""What a receipt file says, taken apart for reading; nothing is verified here."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Plain, Row
from tallystick.cli.times import format_time
from tallystick.crypto import sha256
from tallystick.errors import InvalidReceipt
from tallystick.model import (
    LogReceipt,
    Receipt,
    Transaction,
    decode_entry,
    decode_finality,
    decode_log_receipt,
    decode_transaction,
    parse_receipt,
    split_transparent_statement,
)

_SIZE_MAX = 1024 * 1024
_TAG = b"\xd2"


def describe_receipt(path: Path) -> Row:
    """Return the fields of a receipt file (`.receipt.json`) or transparent statement (`.cose`).

    Raises:
        InvalidReceipt: it is neither.
    """
    with path.open("rb") as file:
        data = file.read(_SIZE_MAX + 1)
    if data.startswith(_TAG):
        transaction, log_receipt = split_transparent_statement(data)
        proof = _proof(log_receipt)
        named = {"path": str(path), "network": proof["origin"]}
        return {**named, **_transaction(transaction), **proof}
    receipt = parse_receipt(data)
    entry = decode_entry(receipt.entry)
    outcome = entry.outcome
    return {
        "path": str(path),
        "network": receipt.network,
        "level": receipt.level,
        **_transaction(receipt.transaction),
        "code": outcome.code,
        "result": _plain(outcome.result),
        "height": entry.height,
        "block_time": format_time(entry.block_time),
        **_proof(receipt.log_receipt),
        **_finality(receipt),
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
