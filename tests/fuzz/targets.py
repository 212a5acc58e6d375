# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets by name: one for each door through which bytes of strangers come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.fuzz import certificates, decoders, engine, outside, proofs, receipts
from tests.fuzz.kit import Target

TARGETS: Final[Mapping[str, Target]] = {
    "canonical": decoders.canonical_bytes,
    "cose-header": decoders.cose_headers,
    "cose-message": decoders.cose_message,
    "transaction": decoders.transaction,
    "entry": decoders.entry,
    "write-set": decoders.write_set,
    "block-header": decoders.block_header,
    "genesis": decoders.genesis,
    "checkpoint": decoders.checkpoint,
    "log-receipt": decoders.log_receipt,
    "statement": decoders.statement,
    "finality": decoders.finality,
    "certificate": decoders.certificate,
    "validators": decoders.validator_record,
    "cosignatures": decoders.cosignatures,
    "receipt-file": decoders.receipt_file,
    "trust-file": decoders.trust_file,
    "json": decoders.strict_json,
    "text-forms": decoders.text_forms,
    "abci-frames": engine.abci_frames,
    "inclusion": proofs.inclusion,
    "consistency": proofs.consistency,
    "state-proof": proofs.state_proof,
    "certificate-chain": certificates.chain,
    "payment-file": outside.payment_file,
    "bank-answer": outside.bank_answer,
    "table": outside.table,
    "foreign-statement": outside.foreign_statement,
    "verify-raw": receipts.verify_raw,
    "verify-altered": receipts.verify_altered,
}

LENGTH_MAX: Final[Mapping[str, int]] = {
    "genesis": 2_048,
    "certificate-chain": 4_096,
    "payment-file": 4_096,
    "bank-answer": 4_096,
    "finality": 2_048,
    "certificate": 8_192,
    "receipt-file": 8_192,
    "trust-file": 4_096,
    "verify-raw": 8_192,
    "statement": 2_048,
    "foreign-statement": 2_048,
    "inclusion": 64,
    "consistency": 64,
    "verify-altered": 96,
}
"""Longest input tried, bytes; 1,024 if not listed. Sizes beyond are what unit tests try."""
