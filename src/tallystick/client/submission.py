# SPDX-License-Identifier: Apache-2.0
"""Flows that write: submit, wait until final, and get the receipt, verified before use."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from tallystick.client.exchange import (
    MEDIA_CBOR,
    MEDIA_COSE,
    Ask,
    Flow,
    Pause,
    fetch,
    fetch_json,
    not_a_node,
)
from tallystick.client.files import FileFacts
from tallystick.client.problems import Placed, Problem, error_from_problem
from tallystick.client.records import Committed, TransactionRecord, VerifiedReceipt
from tallystick.client.session import Session
from tallystick.client.trust import Trust
from tallystick.client.verify_case import ProofBundle
from tallystick.client.verify_checks import check_bundle
from tallystick.crypto import sha256
from tallystick.encoding import Value, encode, parse_hex
from tallystick.errors import (
    InvalidReceipt,
    NotFinal,
    NotFound,
    NotWitnessed,
    TallystickError,
    Unavailable,
)
from tallystick.model import decode_entry, parse_checkpoint, parse_receipt
from tallystick.units import BATCH_BYTES_MAX, BATCH_TRANSACTIONS_MAX, HASH_SIZE

WAIT_MS_DEFAULT: Final = 30_000
"""How long to wait for a commit."""
_WAIT_EXTRA_MS: Final = 5_000
"""The node is asked to answer in time; this much more for the way."""
_POLL_PAUSES_MS: Final = (20, 50, 100, 200, 500)
_COMMITTED: Final = "committed"
_OK: Final = "ok"


class _Submitted(Struct, frozen=True):
    transaction: Placed


class _BatchResult(Struct, frozen=True):
    id: str
    level: str = ""
    height: int | None = None
    leaf_index: int | None = None
    code: str = ""
    error: Problem | None = None


class _BatchAnswer(Struct, frozen=True):
    results: list[_BatchResult]


def submit(
    session: Session, raw: bytes, *, wait: bool = True, timeout_ms: int = WAIT_MS_DEFAULT
) -> Flow[Placed]:
    """Submit a signed transaction; when waiting, return once it is committed.

    Submitting the same bytes again returns the first outcome, so every failure may be retried.

    Raises:
        Rejected: refused at the door, or (with its code) by a rule of the contract.
        NotFinal: accepted, but not committed in time.
        Unavailable: the node cannot be reached; whether it took the transaction is not known.
    """
    query = (("wait", _COMMITTED if wait else "accepted"), ("timeout_ms", str(timeout_ms)))
    ask = Ask(
        "POST",
        "/v1/transactions",
        query,
        body=raw,
        content_type=MEDIA_COSE,
        timeout_ms=timeout_ms + _WAIT_EXTRA_MS,
    )
    try:
        placed = (yield from fetch_json(ask, _Submitted)).transaction
    except Unavailable as error:
        error.add_note(f"transaction id {sha256(raw).hex()}")
        raise
    if placed.id != sha256(raw).hex():
        raise not_a_node(ask.path, f"transaction id {placed.id}")
    if wait and placed.level == "accepted":
        record = yield from wait_for(placed.id, timeout_ms=timeout_ms)
        placed = _placed(record)
    session.wrote_at(placed.height)
    return placed


def submit_many(
    session: Session, transactions: Sequence[bytes], *, timeout_ms: int = WAIT_MS_DEFAULT
) -> Flow[list[Placed | TallystickError]]:
    """Submit signed transactions in as few requests as limits allow; one result for each, in order.

    A transaction that was refused at the door or by its contract has an error in its place; what
    is not final yet has level `accepted`.

    Raises:
        Unavailable: the node cannot be reached; repeating the same bytes is safe.
    """
    results: list[Placed | TallystickError] = []
    for part in _parts(transactions):
        ask = Ask(
            "POST",
            "/v1/transactions/batch",
            (("wait", _COMMITTED), ("timeout_ms", str(timeout_ms))),
            body=encode(list(part)),
            content_type=MEDIA_CBOR,
            timeout_ms=timeout_ms + _WAIT_EXTRA_MS,
        )
        found = (yield from fetch_json(ask, _BatchAnswer)).results
        if [one.id for one in found] != [sha256(raw).hex() for raw in part]:
            raise not_a_node(ask.path, "other transactions")
        results += [_result(one) for one in found]
        session.wrote_at(max((one.height or 0 for one in found), default=0))
    return results


def wait_for(transaction_id: str, *, timeout_ms: int = WAIT_MS_DEFAULT) -> Flow[TransactionRecord]:
    """Return a transaction once it is committed, whatever its code.

    Raises:
        NotFinal: it is not, within the time.
    """
    parse_hex(transaction_id, size=HASH_SIZE, name="transaction_id")
    ask = Ask("GET", f"/v1/transactions/{transaction_id}")
    deadline = time.monotonic_ns() + timeout_ms * 1_000_000
    attempt = 0
    while True:
        try:
            return (yield from fetch_json(ask, TransactionRecord))
        except NotFound as error:
            if time.monotonic_ns() >= deadline:
                raise NotFinal(
                    f"transaction {transaction_id} is not committed after {timeout_ms} ms",
                    field="transaction_id",
                    found=transaction_id,
                ) from error
        yield Pause(_POLL_PAUSES_MS[min(attempt, len(_POLL_PAUSES_MS) - 1)])
        attempt += 1


def fetch_receipt(
    session: Session,
    transaction_id: str,
    *,
    original: FileFacts | None = None,
    witnesses: int = 0,
) -> Flow[VerifiedReceipt]:
    """Return the receipt of a transaction, verified against the pinned trust.

    Args:
        session: The session; it must have had contact.
        transaction_id: 64 hex digits.
        original: What the deposited file is known to be, if it is at hand.
        witnesses: Other organisations that must have cosigned its checkpoint.

    Raises:
        NotFound: there is no such transaction.
        NotWitnessed: fewer organisations cosigned.
        Unverified: what the node sent does not check out; do not rely on this node.
    """
    trust = yield from session.contact()
    wanted = parse_hex(transaction_id, size=HASH_SIZE, name="transaction_id").hex()
    answer = yield from fetch(receipt_ask(wanted, witnesses))
    receipt = open_receipt(session, trust, answer.body, transaction_id=wanted, original=original)
    if witnesses:
        _check_witnesses(receipt, witnesses)
    return receipt


def receipt_ask(transaction_id: str, witnesses: int = 0) -> Ask:
    """Return the question for a receipt, cosigned by so many other organisations at least."""
    query = (("witnesses", str(witnesses)),) if witnesses else ()
    return Ask("GET", f"/v1/transactions/{transaction_id}/receipt", query)


def _check_witnesses(receipt: VerifiedReceipt, wanted: int) -> None:
    """Raise `NotWitnessed` unless enough cosignatures are good; the node may count others."""
    standing = receipt.verification.standing
    found = sum(one.role == "witness" for one in standing)
    if found < wanted:
        raise NotWitnessed(
            "too few organisations that the trust file knows cosigned the checkpoint",
            field="witnesses",
            expected=str(wanted),
            found=str(found),
        )


def open_receipt(
    session: Session,
    trust: Trust,
    text: bytes,
    *,
    transaction_id: str | None = None,
    original: FileFacts | None = None,
) -> VerifiedReceipt:
    """Return a receipt that was checked in full; raises `Unverified` if anything is wrong."""
    record = parse_receipt(text)
    verification = check_bundle(ProofBundle.of_receipt(record), trust, original)
    verification.raise_for_failure()
    found = sha256(record.transaction).hex()
    if transaction_id is not None and found != transaction_id:
        raise InvalidReceipt(
            "the receipt is of another transaction", expected=transaction_id, found=found
        )
    session.state.compare(trust, record.checkpoint, parse_checkpoint(record.checkpoint))
    return VerifiedReceipt(record, verification)


def call(
    session: Session, contract: str, method: str, args: Mapping[str, Value]
) -> Flow[Committed]:
    """Sign, submit, wait, and return what the method returned, from the verified receipt.

    Raises:
        Refused: a rule of the contract said no; the error has its code and facts.
        NotFinal, Unavailable, Unverified: as `submit` and `fetch_receipt`.
    """
    raw = yield from session.signed(contract, method, args)
    placed = yield from submit(session, raw)
    receipt = yield from fetch_receipt(session, placed.id)
    return committed(placed, receipt)


def committed(placed: Placed, receipt: VerifiedReceipt) -> Committed:
    """Return the outcome that a verified receipt proves."""
    outcome = decode_entry(receipt.record.entry).outcome
    return Committed(placed, receipt, outcome.result, outcome.events)


def _parts(transactions: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut a sequence so that each part fits into one request."""
    start = size = 0
    for place, raw in enumerate(transactions):
        size += len(raw) + 5  # the longest CBOR head of a byte string of this size
        if place - start == BATCH_TRANSACTIONS_MAX or size > BATCH_BYTES_MAX - 5:
            yield transactions[start:place]
            start, size = place, len(raw) + 5
    if start < len(transactions):
        yield transactions[start:]


def _result(found: _BatchResult) -> Placed | TallystickError:
    if found.error is not None:
        return error_from_problem(found.error)
    placed = Placed(
        id=found.id,
        level=found.level,
        height=found.height,
        leaf_index=found.leaf_index,
        code=found.code or None,
    )
    if found.level == _COMMITTED and found.code != _OK:
        detail = f"refused by a rule of the contract: {found.code}"
        return error_from_problem(
            Problem(code=found.code, status=409, detail=detail, transaction=placed)
        )
    return placed


def _placed(record: TransactionRecord) -> Placed:
    placed = Placed(
        id=record.id,
        level=record.level,
        height=record.height,
        index=record.index,
        leaf_index=record.leaf_index,
        code=record.code,
    )
    if record.code != _OK:
        detail = f"refused by a rule of the contract: {record.code}"
        raise error_from_problem(
            Problem(
                code=record.code,
                status=409,
                detail=detail,
                facts=record.result,
                transaction=placed,
            )
        )
    return placed
