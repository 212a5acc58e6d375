# SPDX-License-Identifier: Apache-2.0
"""Transactions in: one or many signed transactions, handed to the node and waited for.

The hot path of the HTTP door. A batch costs one decoding, one hand-over, one wake-up and one
encoding, whatever its size; per transaction only its line in the answer remains.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from tallystick.api.answer import MEDIA_CBOR, MEDIA_JSON, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.language import Bilingual
from tallystick.api.limits import Limits
from tallystick.api.negotiate import preferred_media_type
from tallystick.api.ports import Committed
from tallystick.api.problems import Placed, Problem, problem_answer, problem_of, recorded_problem
from tallystick.api.represent import show_value
from tallystick.api.server_state import ServerState
from tallystick.api.wire_types import Code, Count, Hash, Level
from tallystick.crypto import sha256
from tallystick.encoding import Value, decode_structure, encode
from tallystick.errors import LimitExceeded, Malformed, NotFound, TallystickError, Unavailable
from tallystick.model import OK, decode_entry, decode_transaction
from tallystick.units import BATCH_TRANSACTIONS_MAX

_ACCEPTED_WAIT_MS: Final = 20
"""Even who does not wait for the commit is told of a refusal at the door, when it is quick."""

Result: TypeAlias = Committed | TallystickError


class Submitted(Struct, frozen=True):
    """The answer to a submitted transaction."""

    transaction: Placed


class BatchResult(Struct, frozen=True, omit_defaults=True):
    """What became of one transaction of a batch."""

    id: Hash
    level: Level | None = None
    """Absent when the transaction was not taken: see `error`."""
    height: Count | None = None
    leaf_index: Count | None = None
    code: Code | None = None
    error: Problem | None = None


class BatchAnswer(Struct, frozen=True):
    """One result for each transaction, in the order of the batch."""

    results: list[BatchResult]


async def submit_transaction(asked: Asked) -> Answer:
    """Answer POST /v1/transactions."""
    return await submit_once(asked, asked.body)


async def submit_once(asked: Asked, raw: bytes) -> Answer:
    """Submit one transaction, or repeat the answer remembered under the idempotency key."""
    if asked.idempotency_key is None:
        return await _submit_one(asked, raw)
    return await asked.server.idempotency.answer(
        asked.idempotency_key, asked.path, raw, lambda: _submit_one(asked, raw)
    )


async def submit_batch(asked: Asked) -> Answer:
    """Answer POST /v1/transactions/batch."""
    transactions = decode_batch(asked.body)
    results = await _hand_over(asked.server, transactions, _wait_s(asked))
    if results is None:
        answers = [BatchResult(sha256(raw).hex(), "accepted") for raw in transactions]
    else:
        answers = [
            BatchResult(
                result.transaction_id.hex(),
                "committed",
                result.height,
                result.leaf_index,
                result.code,
            )
            if not isinstance(result, TallystickError)
            else BatchResult(sha256(raw).hex(), error=_problem(asked, result))
            for raw, result in zip(transactions, results, strict=True)
        ]
    record = BatchAnswer(answers)
    if preferred_media_type(asked.accept, (MEDIA_JSON, MEDIA_CBOR)) == MEDIA_CBOR:
        return Answer(200, encode(msgspec.to_builtins(record)), MEDIA_CBOR)
    return json_answer(record)


def decode_batch(body: bytes) -> list[bytes]:
    """Return the transactions of a batch: a canonical array of byte strings.

    Raises:
        Malformed: anything else.
        LimitExceeded: more than `BATCH_TRANSACTIONS_MAX`.
    """
    batch = decode_structure(body, name="batch")
    if type(batch) is not list or not set(map(type, batch)) <= {bytes}:
        raise Malformed(
            "a batch is one canonical CBOR array of byte strings, each a signed transaction",
            field="batch",
            expected="an array of byte strings",
        )
    if len(batch) > BATCH_TRANSACTIONS_MAX:
        raise LimitExceeded(
            "the batch has too many transactions",
            field="batch",
            expected=f"at most {BATCH_TRANSACTIONS_MAX}",
            found=str(len(batch)),
        )
    return batch  # type: ignore[return-value]  # every item was seen to be bytes


def wait_ms(limits: Limits, *, wait: str, timeout_ms: int | None) -> int:
    """Return how long a submission waits for its commit, in milliseconds."""
    if wait == "accepted":
        return _ACCEPTED_WAIT_MS
    return limits.wait_ms_default if timeout_ms is None else min(timeout_ms, limits.wait_ms_max)


async def _submit_one(asked: Asked, raw: bytes) -> Answer:
    results = await _hand_over(asked.server, [raw], _wait_s(asked))
    location = (b"location", b"/v1/transactions/" + sha256(raw).hex().encode())
    if results is None:
        # The door may not have come to it yet; what can be told at once must not be accepted.
        decode_transaction(raw)
        record = Submitted(Placed(id=sha256(raw).hex(), level="accepted"))
        return json_answer(record, status=202, headers=(NO_STORE, location))
    (result,) = results
    if isinstance(result, TallystickError):
        raise result
    placed = Placed(
        id=result.transaction_id.hex(),
        level="committed",
        height=result.height,
        index=result.index,
        leaf_index=result.leaf_index,
        code=result.code,
    )
    if result.code != OK:
        return await _recorded(asked, placed, result.transaction_id, location)
    return json_answer(Submitted(placed), status=201, headers=(NO_STORE, location))


async def _recorded(
    asked: Asked, placed: Placed, transaction_id: bytes, location: tuple[bytes, bytes]
) -> Answer:
    """Return the problem of a refusal that stands in the ledger, with the contract's facts."""
    facts, said = await asyncio.to_thread(_refusal, asked.server, placed.code or "", transaction_id)
    problem = recorded_problem(
        placed,
        show_value(facts),
        said,
        instance=asked.path,
        request_id=asked.request_id,
        language=asked.language,
    )
    return problem_answer(problem, asked.language, (location,))


def _refusal(server: ServerState, code: str, transaction_id: bytes) -> tuple[Value, Bilingual]:
    """Return the facts of a recorded refusal and what they say."""
    facts: Value = None
    contract = ""
    with contextlib.suppress(NotFound):  # then the code alone must do
        block, index = server.node.transaction(transaction_id)
        facts = decode_entry(block.entries[index]).outcome.result
        contract = decode_transaction(block.transactions[index]).call.contract
    said = server.catalogue.refusal_sentence(contract, code, facts)
    return facts, Bilingual(en=said.en, zh=said.zh)


def _problem(asked: Asked, error: TallystickError) -> Problem:
    return problem_of(
        error, instance=asked.path, request_id=asked.request_id, language=asked.language
    )


def _wait_s(asked: Asked) -> float:
    return (
        wait_ms(
            asked.server.limits,
            wait=asked.text("wait") or "committed",
            timeout_ms=asked.integer("timeout_ms"),
        )
        / 1000
    )


async def _hand_over(
    server: ServerState, transactions: Sequence[bytes], wait_s: float
) -> list[Result] | None:
    """Give transactions to the node; return their results, or None when the time is up.

    What was handed over counts as in flight until the node is done with it, waited for or not.

    Raises:
        Overloaded: too many are in flight.
        Unavailable: the node is not running.
    """
    count = len(transactions)
    server.in_flight.take(count)
    try:
        future: Future[list[Result]] = server.node.submit(transactions)
    except TallystickError:
        server.in_flight.release(count)
        raise
    future.add_done_callback(lambda _: server.in_flight.release(count))
    if not await _is_done(future, wait_s):
        return None
    try:
        return future.result()
    except CancelledError as error:
        raise Unavailable("the node stopped before it answered; asking again is safe") from error


async def _is_done(future: Future[list[Result]], wait_s: float) -> bool:
    """Wait for a future of another thread with a single wake-up of the loop."""
    if future.done() or wait_s <= 0:
        return future.done()
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake(_: Future[list[Result]]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits
            loop.call_soon_threadsafe(woken.set)

    future.add_done_callback(wake)
    try:
        async with asyncio.timeout(wait_s):
            await woken.wait()
    except TimeoutError:
        return future.done()
    return True
