# SPDX-License-Identifier: Apache-2.0
"""A client of the engine's own interface (JSON-RPC over HTTP), on this machine only.

Calls may come from several threads. Nothing here is repeated by itself: who calls decides.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from tallystick.consensus.cometbft.rpc_line import EngineLine
from tallystick.consensus.cometbft.rpc_types import (
    BlockAnswer,
    CommitAnswer,
    Handed,
    NetInfo,
    Status,
    ValidatorEntry,
    ValidatorsAnswer,
    convert,
)
from tallystick.errors import (
    EngineFailed,
    LimitExceeded,
    NotFound,
    Overloaded,
    TallystickError,
    Unavailable,
)

TIMEOUT_MS: Final = 10_000
RELAYED: Final = frozenset({"commit", "validators", "consensus_params", "header", "status"})
"""What a node that joins asks of others: headers, who signed them, and by which rules."""
_PAGE: Final = 100
"""The engine's own limit for one page of validators."""

Answer = TypeVar("Answer")


class _Fault(Struct, frozen=True):
    code: int
    message: str
    data: str = ""


class _Reply(Struct, frozen=True):
    id: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"")
    error: _Fault | None = None


class EngineRpc:
    """Asks one engine."""

    def __init__(self, address: str, *, timeout_ms: int = TIMEOUT_MS) -> None:
        """Prepare; nothing is sent yet. The address is that of `EngineConfig.rpc_address`."""
        self._line = EngineLine(address, timeout_s=timeout_ms / 1_000)

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def is_ready(self) -> bool:
        """Whether the engine answers: its handshake with the application is then done."""
        try:
            self.status()
        except Unavailable:
            return False
        return True

    def status(self) -> Status:
        """Return who the node is, how far it is, and its power."""
        return self._call("status", {}, Status)

    def net_info(self) -> NetInfo:
        """Return the nodes that are connected now."""
        return self._call("net_info", {}, NetInfo)

    def commit(self, height: int) -> CommitAnswer:
        """Return the header of a height with its signatures; raises `NotFound`."""
        return self._call("commit", {"height": str(height)}, CommitAnswer)

    def block(self, height: int) -> BlockAnswer:
        """Return the block of a height; raises `NotFound`."""
        return self._call("block", {"height": str(height)}, BlockAnswer)

    def validators(self, height: int) -> tuple[ValidatorEntry, ...]:
        """Return the whole set that signs a height, in the order of its commit; or `NotFound`."""
        found: list[ValidatorEntry] = []
        for page in range(1, 10_000 // _PAGE + 2):  # the engine stops at 10,000 validators
            asked = {"height": str(height), "page": str(page), "per_page": str(_PAGE)}
            answer = self._call("validators", asked, ValidatorsAnswer)
            found.extend(answer.validators)
            if len(found) >= answer.total or not answer.validators:
                break
        return tuple(found)

    def relay(self, method: str, params: dict[str, str], number: int) -> bytes:
        """Return the engine's answer, as it gives it, to a question that anybody may ask.

        Raises:
            NotFound: it is not one of these questions.
            Unavailable: the engine cannot be reached, or did not answer in time.
        """
        if method not in RELAYED:
            raise NotFound(
                "the engine is not asked this for others",
                field="method",
                expected=", ".join(sorted(RELAYED)),
                found=method[:40],
            )
        return self._line.post(msgspec.json.encode(_request(number, method, params)))

    def submit(self, transactions: Sequence[bytes]) -> list[Handed | TallystickError]:
        """Hand transactions to the mempool; return what became of each, or why it was not taken.

        The engine asks the application about each later (CheckTx), and the answer to that does
        not come back here. It does in `broadcast_tx_sync`, but in a batch that one waits for each
        answer before it looks at the next: 1,000 took 2.6 s, against 0.1 s this way (2 cores).
        A transaction that the mempool has seen already is on its way too, or committed.

        Raises:
            Unavailable: the engine cannot be reached, or did not answer in time; some, all or
                none may be on their way: submitting them again is safe.
        """
        if not transactions:
            return []
        asked = [
            _request(number, "broadcast_tx_async", {"tx": base64.b64encode(one).decode("ascii")})
            for number, one in enumerate(transactions)
        ]
        body = self._line.post(msgspec.json.encode(asked))
        if len(asked) == 1:  # a batch of one is answered like a single question
            body = b"[" + body + b"]"
        by_number = {reply.id: reply for reply in _decode(body, list[_Reply])}
        if by_number.keys() != set(range(len(transactions))):
            raise EngineFailed("the engine did not answer each transaction of a batch")
        return [_handed(by_number[number].error) for number in range(len(transactions))]

    def _call(self, method: str, parameters: dict[str, str], wanted: type[Answer]) -> Answer:
        asked = msgspec.json.encode(_request(0, method, parameters))
        reply = _decode(self._line.post(asked), _Reply)
        if reply.error is not None:
            raise _error_of(reply.error)
        return _decode(reply.result, wanted)


def _request(number: int, method: str, parameters: dict[str, str]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}


def _decode(text: bytes | msgspec.Raw, wanted: type[Answer]) -> Answer:
    try:
        # Not strict: the engine writes 64-bit numbers as strings.
        return msgspec.json.decode(text, type=wanted, strict=False, dec_hook=convert)
    except msgspec.DecodeError as error:
        raise EngineFailed(
            "the engine's answer cannot be read",
            expected="the JSON of CometBFT v0.40",
            found=bytes(text)[:200].decode("utf-8", "replace"),
        ) from error


def _handed(fault: _Fault | None) -> Handed | TallystickError:
    if fault is None:
        return Handed.TAKEN
    if fault.data == "tx already exists in cache":
        return Handed.KNOWN
    return _error_of(fault)


def _error_of(fault: _Fault) -> TallystickError:
    """Return our error for one of the engine's, which have texts and no codes."""
    text = fault.data or fault.message
    if "mempool is full" in text or "still rechecking" in text:
        return Overloaded("the mempool of the consensus engine is full", found=text[:200])
    if "Tx too large" in text:
        return LimitExceeded("the transaction is too large for the mempool", found=text[:200])
    if "current blockchain height" in text or "lowest height is" in text:
        return NotFound("the engine has no such height", found=text[:200])
    if "catching up" in text:
        return Unavailable("the consensus engine is still catching up", found=text[:200])
    return EngineFailed("the consensus engine refused a question", found=text[:200])
