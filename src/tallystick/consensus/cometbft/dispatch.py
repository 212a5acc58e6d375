# SPDX-License-Identifier: Apache-2.0
"""From a request of CometBFT to the handler's method, and from what it returns to the response."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from tallystick.consensus.cometbft.handler import Handler
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    Request,
    RequestCheckTx,
    Response,
    ResponseCheckTx,
    ResponseEcho,
    ResponseExtendVote,
    ResponseFlush,
    ResponseListSnapshots,
    ResponseLoadSnapshotChunk,
    ResponseProcessProposal,
    ResponseQuery,
    ResponseVerifyVoteExtension,
)
from tallystick.errors import Malformed, TallystickError, invariant

FAILED: Final = 1
"""Code of the answer to a request whose handler raised."""
CODESPACE: Final = "tallystick"

CHECK_TX: Final = "check_tx"
FLUSHED: Final = Response(flush=ResponseFlush())
"""The answer to every flush, always this object."""

_MEMPOOL_KINDS: Final = frozenset({CHECK_TX, "flush"})
_CHECKED_TOGETHER_MAX: Final = 1_000
_LOG: Final = logging.getLogger("tallystick.consensus")

Answering = Callable[[Request], Response]


class Dispatcher:
    """Calls a handler for requests, in their order. Used by all connections at the same time."""

    def __init__(self, handler: Handler) -> None:
        """Join each kind of request with what answers it."""
        self._handler = handler
        self._strict: dict[str, Answering] = {
            "echo": lambda asked: Response(echo=ResponseEcho(message=asked.echo.message)),
            "info": lambda asked: Response(info=handler.info(asked.info)),
            "init_chain": lambda asked: Response(init_chain=handler.init_chain(asked.init_chain)),
            "prepare_proposal": lambda asked: Response(
                prepare_proposal=handler.prepare_proposal(asked.prepare_proposal),
            ),
            "process_proposal": self._process_proposal,
            "finalize_block": self._finalize_block,
            "commit": lambda _: Response(commit=handler.commit()),
            # Vote extensions are off in the genesis document: only the empty one is right.
            "extend_vote": lambda _: Response(extend_vote=ResponseExtendVote()),
            "verify_vote_extension": lambda _: Response(
                verify_vote_extension=ResponseVerifyVoteExtension(
                    status=ResponseVerifyVoteExtension.ACCEPT,
                ),
            ),
            "offer_snapshot": lambda asked: Response(
                offer_snapshot=handler.offer_snapshot(asked.offer_snapshot),
            ),
            "apply_snapshot_chunk": lambda asked: Response(
                apply_snapshot_chunk=handler.apply_snapshot_chunk(asked.apply_snapshot_chunk),
            ),
        }
        self._lenient: dict[str, Answering] = {
            "query": lambda asked: Response(query=handler.query(asked.query)),
            "list_snapshots": lambda _: Response(list_snapshots=handler.list_snapshots()),
            "load_snapshot_chunk": lambda asked: Response(
                load_snapshot_chunk=handler.load_snapshot_chunk(asked.load_snapshot_chunk),
            ),
        }

    def answer(self, requests: Sequence[Request]) -> Iterator[Response]:
        """Yield one response for each request, in order.

        CheckTx with nothing but flushes between them go to the handler in one call: the engine
        flushes after nearly each (its timer of 20 ms is in fact one of 20 ns).

        Raises:
            Malformed: a request of no kind that we serve.
            Exception: what a method raised that must not fail.
        """
        kinds = [request.WhichOneof("value") for request in requests]
        asked = zip(kinds, requests, strict=True)
        for is_mempool, group in groupby(asked, key=lambda one: one[0] in _MEMPOOL_KINDS):
            if is_mempool:
                yield from self._check(list(group))
            else:
                for kind, request in group:
                    yield self._answer_one(kind, request)

    def _answer_one(self, kind: str | None, request: Request) -> Response:
        if kind in self._lenient:
            return self._read(kind, request)
        if kind in self._strict:
            return self._strict[kind](request)
        # unknown to us, or of the mempool `app`, which we do not configure
        raise Malformed(
            "the engine sent a request of a kind that we do not serve",
            expected="ABCI 2.0, mempool of type flood",
            found=kind or "no known kind",
        )

    def _check(self, asked: Sequence[tuple[str | None, Request]]) -> Iterator[Response]:
        """Answer CheckTx and the flushes between them."""
        checked = self._checked([request.check_tx for kind, request in asked if kind == CHECK_TX])
        for kind, _ in asked:
            yield Response(check_tx=next(checked)) if kind == CHECK_TX else FLUSHED

    def _checked(self, requests: Sequence[RequestCheckTx]) -> Iterator[ResponseCheckTx]:
        for start in range(0, len(requests), _CHECKED_TOGETHER_MAX):
            yield from self._check_part(requests[start : start + _CHECKED_TOGETHER_MAX])

    def _check_part(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        try:
            answers = self._handler.check_txs(requests)
            invariant(len(answers) == len(requests), "one answer for each CheckTx")
        except Exception as error:
            log = _noted("check_tx", error)
            failed = ResponseCheckTx(code=FAILED, codespace=CODESPACE, log=log)
            return [failed] * len(requests)
        return answers

    def _process_proposal(self, asked: Request) -> Response:
        verdict = self._handler.process_proposal(asked.process_proposal)
        is_verdict = verdict.status != ResponseProcessProposal.UNKNOWN
        invariant(is_verdict, "ProcessProposal accepts or rejects")  # else the engine panics
        return Response(process_proposal=verdict)

    def _finalize_block(self, asked: Request) -> Response:
        done = self._handler.finalize_block(asked.finalize_block)
        is_whole = len(done.tx_results) == len(asked.finalize_block.txs)
        invariant(is_whole, "one result for each transaction")  # else every node halts
        return Response(finalize_block=done)

    def _read(self, kind: str, request: Request) -> Response:
        """Answer from committed state; a failure must not stop the engine."""
        try:
            return self._lenient[kind](request)
        except Exception as error:
            log = _noted(kind, error)
        if kind == "query":
            return Response(query=ResponseQuery(code=FAILED, codespace=CODESPACE, log=log))
        if kind == "list_snapshots":
            return Response(list_snapshots=ResponseListSnapshots())
        return Response(load_snapshot_chunk=ResponseLoadSnapshotChunk())


def _noted(kind: str, error: Exception) -> str:
    """Write a failure into the log and return its code: the text of an exception stays here."""
    _LOG.error("answering %s failed", kind, exc_info=error)
    return error.code if isinstance(error, TallystickError) else TallystickError.code
