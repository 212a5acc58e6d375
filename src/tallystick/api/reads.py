# SPDX-License-Identifier: Apache-2.0
"""Single things read from the node: status, genesis, trust, blocks, transactions, receipts."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tallystick.api.answer import (
    BRIEFLY,
    FOR_EVER,
    MEDIA_CBOR,
    MEDIA_COSE,
    MEDIA_JSON,
    MEDIA_SCITT_RECEIPT,
    MEDIA_TEXT,
    NO_STORE,
    Answer,
    json_answer,
)
from tallystick.api.asked import Asked
from tallystick.api.decoded import show_transaction
from tallystick.api.negotiate import preferred_media_type
from tallystick.api.records import StatusRecord, TrustRecord
from tallystick.api.represent import show_block, show_log_key
from tallystick.api.wire_types import format_time
from tallystick.encoding import encode, format_base64
from tallystick.errors import NotFound, error_classes
from tallystick.model import read_transaction

TRUST_FORMAT: Final = "tallystick.trust.v1"
_VARY_ACCEPT: Final = (b"vary", b"accept")
_FORM_BY_MEDIA_TYPE: Final = {
    MEDIA_JSON: "json",
    MEDIA_SCITT_RECEIPT: "receipt",
    MEDIA_COSE: "statement",
    "application/scitt-statement+cose": "statement",
}


class ErrorRecord(Struct, frozen=True, kw_only=True):
    """An error code and what to do about it, in both languages."""

    code: str
    title: str
    title_zh: str
    hint: str
    hint_zh: str


class ErrorList(Struct, frozen=True):
    """Every code that this node may answer with."""

    items: list[ErrorRecord]


class Readiness(Struct, frozen=True):
    """Whether the node takes requests."""

    ready: bool
    height: int


def show_status(asked: Asked) -> Answer:
    """Answer GET /v1/status."""
    node = asked.server.node
    status = node.status()
    record = StatusRecord(
        network=node.network,
        origin=node.network,
        height=status.height,
        block_time=format_time(status.block_time),
        block_time_ms=status.block_time,
        log_size=status.log_size,
        app_hash=status.app_hash.hex(),
        engine=status.engine,
        version=status.version,
        organizations=len(asked.server.node.views.organizations()),
        views_height=status.views_height,
        started_at=format_time(status.started_at_ms),
        started_at_ms=status.started_at_ms,
        disk_free_bytes=status.disk_free_bytes,
        disk_size_bytes=status.disk_size_bytes,
        transaction_lifetime_ms_max=status.transaction_lifetime_ms_max,
        log_keys=[show_log_key(key, node.network) for key in status.log_keys],
    )
    return json_answer(record)


def show_genesis(asked: Asked) -> Answer:
    """Answer GET /v1/genesis: the exact bytes."""
    return Answer(200, asked.server.node.genesis_bytes, MEDIA_CBOR, (FOR_EVER,))


def show_trust(asked: Asked) -> Answer:
    """Answer GET /v1/trust: the trust file."""
    node = asked.server.node
    record = TrustRecord(
        format=TRUST_FORMAT,
        network=node.network,
        genesis=format_base64(node.genesis_bytes),
        validators=[format_base64(one) for one in node.consortium.validator_history()],
        log_keys=[format_base64(one) for one in node.consortium.log_key_certificates()],
    )
    return json_answer(record, headers=(BRIEFLY,))


def show_one_block(asked: Asked) -> Answer:
    """Answer GET /v1/blocks/{height}."""
    block = asked.server.node.block(asked.required_integer("height"))
    first, limit = asked.required_integer("first"), asked.required_integer("limit")
    return json_answer(show_block(block, first, limit, asked.server.catalogue))


def show_one_transaction(asked: Asked) -> Answer:
    """Answer GET /v1/transactions/{id}."""
    server = asked.server
    block, index = server.node.transaction(asked.required_hash("id"))
    transaction = read_transaction(block.transactions[index])
    signer = transaction.signer.hex() if transaction else ""
    key = server.node.views.get_record("membership", "keys", signer)
    member = None if key is None else key.fields.get("member")
    shown = member if isinstance(member, str) else None
    return json_answer(show_transaction(block, index, server.catalogue, member=shown))


def show_raw_block(asked: Asked) -> Answer:
    """Answer GET /v1/blocks/{height}/raw: header, transactions, entries and write sets."""
    block = asked.server.node.block(asked.required_integer("height"))
    data = encode(
        {
            "header": block.header_bytes,
            "transactions": list(block.transactions),
            "entries": list(block.entries),
            "write_sets": list(block.write_sets),
        }
    )
    return Answer(200, data, MEDIA_CBOR, (FOR_EVER,))


def show_raw_transaction(asked: Asked) -> Answer:
    """Answer GET /v1/transactions/{id}/raw: the exact bytes."""
    block, index = asked.server.node.transaction(asked.required_hash("id"))
    return Answer(200, block.transactions[index], MEDIA_COSE, (FOR_EVER,))


def show_receipt(asked: Asked) -> Answer:
    """Answer GET /v1/transactions/{id}/receipt in the form asked for."""
    receipt = asked.server.node.receipt(
        asked.required_hash("id"), witnesses=asked.integer("witnesses") or 0
    )
    form = asked.text("form")
    if form is None:
        wanted = preferred_media_type(asked.accept, tuple(_FORM_BY_MEDIA_TYPE))
        form = _FORM_BY_MEDIA_TYPE[wanted]
    headers = (NO_STORE, _VARY_ACCEPT)
    if form == "receipt":
        return Answer(200, receipt.log_receipt, MEDIA_SCITT_RECEIPT, headers)
    if form == "statement":
        return Answer(200, receipt.statement(), MEDIA_COSE, headers)
    return Answer(200, receipt.to_json().encode(), MEDIA_JSON, headers)


def show_cosignature(asked: Asked) -> Answer:
    """Answer GET /v1/checkpoints/{height}/cosignature: one line of a signed note."""
    node = asked.server.node
    line = node.consortium.cosign(node.block(asked.required_integer("height")).header)
    return Answer(200, line.encode(), MEDIA_TEXT, (NO_STORE,))


def list_errors(_: Asked) -> Answer:
    """Answer GET /v1/errors."""
    return json_answer(ErrorList([_show_error(code) for code in error_classes()]))


def show_error(asked: Asked) -> Answer:
    """Answer GET /v1/errors/{code}."""
    code = asked.required_text("code")
    if code not in error_classes():
        raise NotFound("there is no such code", field="code", found=code[:40])
    return json_answer(_show_error(code))


def show_health(_: Asked) -> Answer:
    """Answer GET /healthz: the process answers."""
    return Answer(200, b"ok\n", "text/plain; charset=utf-8")


def show_readiness(asked: Asked) -> Answer:
    """Answer GET /readyz: the node reads its ledger; fails with its error if it does not."""
    return json_answer(Readiness(ready=True, height=asked.server.node.status().height))


def _show_error(code: str) -> ErrorRecord:
    kind = error_classes()[code]
    return ErrorRecord(
        code=code,
        title=kind.title_en,
        title_zh=kind.title_zh,
        hint=kind.hint_en,
        hint_zh=kind.hint_zh,
    )
