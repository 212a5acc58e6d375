# SPDX-License-Identifier: Apache-2.0
"""The ABCI server: order is kept, failures stay where they belong, nonsense ends a connection."""

from __future__ import annotations

import logging
import random
import socket
import threading
import time
from collections.abc import Sequence

import pytest

from tallystick.consensus.cometbft.dispatch import _CHECKED_TOGETHER_MAX
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    Request,
    RequestApplySnapshotChunk,
    RequestCheckTx,
    RequestCommit,
    RequestExtendVote,
    RequestFinalizeBlock,
    RequestInfo,
    RequestInitChain,
    RequestListSnapshots,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    RequestPrepareProposal,
    RequestProcessProposal,
    RequestQuery,
    RequestReapTxs,
    RequestVerifyVoteExtension,
    Response,
    ResponseCheckTx,
    ResponseOfferSnapshot,
    ResponseProcessProposal,
    ResponseQuery,
    ResponseVerifyVoteExtension,
)
from tallystick.consensus.cometbft.server import CONNECTIONS_MAX
from tallystick.errors import Halted, LimitExceeded, Malformed, Overloaded
from tests.unit.consensus.cometbft.abci_kit import (
    FLUSH,
    WAIT_SECONDS,
    Caller,
    NotingHandler,
    Serving,
    check_tx,
    echo,
    short_folder,
)

EVERY_KIND: list[tuple[Request, str]] = [
    (echo("hello"), "echo"),
    (Request(info=RequestInfo(version="0.39.0")), "info"),
    (Request(init_chain=RequestInitChain(app_state_bytes=b"h")), "init_chain"),
    (Request(query=RequestQuery(data=b"q")), "query"),
    (check_tx(b"t"), "check_tx"),
    (Request(commit=RequestCommit()), "commit"),
    (Request(list_snapshots=RequestListSnapshots()), "list_snapshots"),
    (Request(offer_snapshot=RequestOfferSnapshot()), "offer_snapshot"),
    (Request(load_snapshot_chunk=RequestLoadSnapshotChunk(chunk=2)), "load_snapshot_chunk"),
    (Request(apply_snapshot_chunk=RequestApplySnapshotChunk()), "apply_snapshot_chunk"),
    (Request(prepare_proposal=RequestPrepareProposal(txs=[b"a"])), "prepare_proposal"),
    (Request(process_proposal=RequestProcessProposal(txs=[b"a"])), "process_proposal"),
    (Request(extend_vote=RequestExtendVote()), "extend_vote"),
    (Request(verify_vote_extension=RequestVerifyVoteExtension()), "verify_vote_extension"),
    (Request(finalize_block=RequestFinalizeBlock(txs=[b"a", b"b"])), "finalize_block"),
]


def test_every_request_has_the_answer_of_its_kind(serving: Serving) -> None:
    """The engine dies of an answer of another kind."""
    answers = serving.caller().call(*(request for request, _ in EVERY_KIND))
    assert [answer.WhichOneof("value") for answer in answers] == [kind for _, kind in EVERY_KIND]
    by_kind = {str(answer.WhichOneof("value")): answer for answer in answers}
    assert by_kind["echo"].echo.message == "hello"
    assert by_kind["info"].info.last_block_height == 7
    assert by_kind["init_chain"].init_chain.app_hash == b"h"
    assert by_kind["query"].query.value == b"q"
    assert by_kind["commit"].commit.retain_height == 3
    assert by_kind["list_snapshots"].list_snapshots.snapshots[0].height == 5
    assert by_kind["offer_snapshot"].offer_snapshot.result == ResponseOfferSnapshot.REJECT
    assert by_kind["load_snapshot_chunk"].load_snapshot_chunk.chunk == b"\2"
    assert by_kind["prepare_proposal"].prepare_proposal.txs == [b"a"]
    assert by_kind["process_proposal"].process_proposal.status == ResponseProcessProposal.ACCEPT
    assert by_kind["extend_vote"].extend_vote.vote_extension == b""
    accepted = ResponseVerifyVoteExtension.ACCEPT
    assert by_kind["verify_vote_extension"].verify_vote_extension.status == accepted
    assert [one.data for one in by_kind["finalize_block"].finalize_block.tx_results] == [b"a", b"b"]


def test_requests_cut_at_every_byte_are_answered(serving: Serving) -> None:
    """A request counts when its last byte is there."""
    caller = serving.caller()
    for byte in b"\x06\x0a\x04\x0a\x02hi" + b"\x02\x12\x00":
        caller.socket.sendall(bytes([byte]))
    first, second = caller.receive(), caller.receive()
    assert first is not None
    assert first.echo.message == "hi"
    assert second is not None
    assert second.HasField("flush")


def test_buffered_check_txs_reach_the_handler_together(serving: Serving) -> None:
    """Signatures are cheaper in batches; neighbours only, so that order is kept."""
    txs = [str(number).encode() for number in range(50)]
    requests = [*map(check_tx, txs[:30]), echo("between"), *map(check_tx, txs[30:])]
    answers = serving.caller().call(*requests)
    assert [answer.check_tx.data for answer in answers[:30] + answers[31:]] == txs
    assert answers[30].echo.message == "between"
    assert [tx for batch in serving.handler.batches for tx in batch] == txs
    assert len(serving.handler.batches) < len(txs)


def test_check_txs_with_flushes_between_reach_the_handler_together(serving: Serving) -> None:
    """The engine flushes after nearly each; every flush is still answered in its place."""
    txs = [b"%d" % n for n in range(20)]
    caller = serving.caller()
    serving.handler.gate.clear()
    caller.send(check_tx(b"first"), FLUSH)
    assert serving.handler.entered.wait(WAIT_SECONDS)
    caller.send(*(one for tx in txs for one in (check_tx(tx), FLUSH)))
    serving.handler.gate.set()
    answers = [caller.receive() for _ in range(2 * len(txs) + 2)]
    assert all(answer is not None and answer.HasField("flush") for answer in answers[1::2])
    assert [answer.check_tx.data for answer in answers[::2] if answer] == [b"first", *txs]
    assert len(serving.handler.batches) <= 3


def test_the_engine_can_send_while_check_txs_are_answered(serving: Serving) -> None:
    """Else its flush timer spins: more goes out than any socket holds, with nothing answered."""
    caller = serving.caller()
    serving.handler.gate.clear()
    caller.send(check_tx(b"first"), FLUSH)
    assert serving.handler.entered.wait(WAIT_SECONDS)
    count, size = 64, 64 * 1024
    caller.send(*(check_tx(bytes(size)) for _ in range(count)))  # comes back: all were read
    assert serving.handler.batches == []
    serving.handler.gate.set()
    answers = caller.call(echo("last"))
    assert answers[0].check_tx.data == b"first"


def test_a_fault_behind_check_txs_is_told_and_hangs_up(serving: Serving) -> None:
    """They are answered by a second thread, whose faults must not get lost."""
    fault = Halted("no")
    serving.handler.failing["commit"] = fault
    caller = serving.caller()
    caller.send(check_tx(b"t"), FLUSH, Request(commit=RequestCommit()), FLUSH)
    first, second = caller.receive(), caller.receive()
    assert first is not None
    assert first.check_tx.data == b"t"
    assert second is not None
    assert second.HasField("flush")
    assert caller.receive() is None
    assert serving.wait_for_fault() is fault


def test_a_batch_of_check_txs_has_a_limit(serving: Serving) -> None:
    """One call of a handler must not hold up a block for long."""
    count = 3 * _CHECKED_TOGETHER_MAX
    answers = serving.caller().call(*(check_tx(b"") for _ in range(count)))
    assert len(answers) == count
    assert max(map(len, serving.handler.batches)) <= _CHECKED_TOGETHER_MAX


def test_answers_wait_for_the_flush(serving: Serving) -> None:
    """The engine reads after a flush; a write for each answer would cost a system call each."""
    caller = serving.caller()
    caller.send(echo("waits"))
    # Another connection's answer shows that the server is done with what came before.
    serving.caller().call(echo("other"))
    caller.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        caller.socket.recv(1)
    caller.socket.settimeout(WAIT_SECONDS)
    caller.send(FLUSH)
    answers = [caller.receive(), caller.receive()]
    assert [answer and answer.WhichOneof("value") for answer in answers] == ["echo", "flush"]


def test_many_answers_leave_without_a_flush(serving: Serving) -> None:
    """Memory for answers is bounded by 64 KiB and one answer."""
    caller = serving.caller()
    caller.send(*(echo("x" * 1_000) for _ in range(100)))
    for _ in range(65):
        answer = caller.receive()
        assert answer is not None
        assert answer.echo.message == "x" * 1_000


class SlowHandler(NotingHandler):
    """Takes its time, each call another."""

    def __init__(self) -> None:
        super().__init__()
        self._random = random.Random(7)

    def query(self, request: RequestQuery) -> ResponseQuery:
        time.sleep(self._random.random() / 500)
        return super().query(request)

    def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        time.sleep(self._random.random() / 500)
        return super().check_txs(requests)


def ask_in_order(caller: Caller, name: str, wrong: list[str]) -> None:
    """Send many requests of different kinds and note every answer out of its place."""
    for turn in range(20):
        marks = [f"{name}-{turn}-{number}" for number in range(10)]
        makers = (
            lambda mark: Request(query=RequestQuery(data=mark.encode())),
            lambda mark: check_tx(mark.encode()),
            echo,
        )
        requests = [makers[number % 3](mark) for number, mark in enumerate(marks)]
        wrong += [
            mark
            for mark, answer in zip(marks, caller.call(*requests), strict=True)
            if mark not in {answer.echo.message, text(answer)}
        ]


def text(answer: Response) -> str:
    """Return the mark in a query's or a check's answer."""
    return (answer.query.value or answer.check_tx.data).decode()


def test_order_is_kept_on_each_of_four_connections() -> None:
    """Answers carry no number: the engine matches them by order alone."""
    with short_folder() as folder:
        serving = Serving(folder / "abci.sock", SlowHandler())
        serving.server.start()
        wrong: list[str] = []
        threads = [
            threading.Thread(target=ask_in_order, args=(serving.caller(), name, wrong))
            for name in ("query", "snapshot", "mempool", "consensus")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_SECONDS)
        serving.close()
        assert wrong == []
        assert serving.faults == []


def test_connections_do_not_wait_for_each_other(serving: Serving) -> None:
    """A long block must not hold up a query."""
    serving.handler.gate.clear()
    slow = serving.caller()
    slow.send(Request(commit=RequestCommit()), FLUSH)
    assert serving.handler.entered.wait(WAIT_SECONDS)
    assert serving.caller().call(echo("at once"))[0].echo.message == "at once"
    serving.handler.gate.set()
    answer = slow.receive()
    assert answer is not None
    assert answer.HasField("commit")


@pytest.mark.parametrize(
    ("error", "code"),
    [(Overloaded("full"), "E_BUSY"), (KeyError("secret text"), "E_INTERNAL")],
)
def test_a_failing_read_is_refused_and_the_connection_stays(
    serving: Serving,
    error: Exception,
    code: str,
) -> None:
    """A lost connection stops the engine; a failed query must not. No text of ours leaves."""
    names = ("query", "check_txs", "list_snapshots", "load_snapshot_chunk")
    serving.handler.failing = dict.fromkeys(names, error)
    caller = serving.caller()
    query, check, listed, chunk, said = caller.call(
        Request(query=RequestQuery()),
        check_tx(b"t"),
        Request(list_snapshots=RequestListSnapshots()),
        Request(load_snapshot_chunk=RequestLoadSnapshotChunk()),
        echo("still here"),
    )
    assert (query.query.code, query.query.log) == (1, code)
    assert (check.check_tx.code, check.check_tx.log) == (1, code)
    assert len(listed.list_snapshots.snapshots) == 0
    assert chunk.load_snapshot_chunk.chunk == b""
    assert said.echo.message == "still here"
    assert serving.faults == []


def test_a_batch_with_too_few_answers_is_refused_whole() -> None:
    """A shifted answer would be taken for another transaction's."""

    class Forgetful(NotingHandler):
        def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
            return super().check_txs(requests)[1:]

    with short_folder() as folder:
        serving = Serving(folder / "abci.sock", Forgetful())
        serving.server.start()
        answers = serving.caller().call(check_tx(b"1"), check_tx(b"2"))
        assert [answer.check_tx.code for answer in answers] == [1, 1]
        serving.close()


STRICT = [(request, kind) for request, kind in EVERY_KIND if hasattr(NotingHandler, kind)]


@pytest.mark.parametrize(
    ("request_", "kind"),
    [pair for pair in STRICT if pair[1] not in {"query", "list_snapshots", "load_snapshot_chunk"}],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_in_what_must_not_fail_is_told_and_hangs_up(
    serving: Serving,
    request_: Request,
    kind: str,
) -> None:
    """The engine stops on a lost connection; going on with a broken application would be worse."""
    fault = OSError("disk gone")  # one that must not be taken for a broken line
    serving.handler.failing = {kind: fault}
    caller = serving.caller()
    caller.send(request_, FLUSH)
    assert caller.receive() is None
    assert serving.wait_for_fault() is fault


@pytest.mark.parametrize(
    "request_",
    [
        Request(process_proposal=RequestProcessProposal()),
        Request(finalize_block=RequestFinalizeBlock(txs=[b"a", b"forgotten"])),
    ],
)
def test_an_answer_that_would_halt_the_network_is_not_sent(
    serving: Serving,
    request_: Request,
) -> None:
    """A missing verdict, or one result too few, stops this node and not all of them."""
    caller = serving.caller()
    caller.send(request_, FLUSH)
    assert caller.receive() is None
    assert isinstance(serving.wait_for_fault(), Halted)


NONSENSE: list[tuple[bytes, type[Exception]]] = [
    (b"\x00", Malformed),  # a frame of no bytes names no kind
    (b"\x03\xfa\x07\x00", Malformed),  # field 127: no kind that we know
    (b"\x04\x0a\x7f\x00\x00", Malformed),  # a field longer than its frame
    (b"GET / HTTP/1.1\r\n" + bytes(100), Malformed),
    (b"\xff" * 11, Malformed),
    (b"\xff" * 9 + b"\x01", LimitExceeded),
]


@pytest.mark.parametrize(("nonsense", "expected"), NONSENSE)
def test_nonsense_ends_its_connection_and_is_told(
    serving: Serving,
    nonsense: bytes,
    expected: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What came before it is still answered; other connections go on."""
    caplog.set_level(logging.CRITICAL, "tallystick.consensus")
    other, caller = serving.caller(), serving.caller()
    caller.send(echo("before"), FLUSH)
    caller.socket.sendall(nonsense)
    first, second = caller.receive(), caller.receive()
    assert first is not None
    assert first.echo.message == "before"
    assert second is not None
    assert caller.receive() is None
    assert isinstance(serving.wait_for_fault(), expected)
    assert "closed for a fault" in caplog.text
    assert other.call(echo("after"))[0].echo.message == "after"


@pytest.mark.parametrize("nonsense", [bytes_ for bytes_, _ in NONSENSE])
def test_nonsense_from_the_first_byte_is_not_the_engine(
    serving: Serving,
    nonsense: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever else finds the socket must not be able to stop the node; they are hung up on."""
    caplog.set_level(logging.WARNING, "tallystick.consensus")
    other, caller = serving.caller(), serving.caller()
    caller.socket.sendall(nonsense)
    assert caller.receive() is None
    assert other.call(echo("after"))[0].echo.message == "after"
    assert serving.faults == []
    assert "not the engine" in caplog.text


def test_requests_of_the_other_mempool_are_not_served(serving: Serving) -> None:
    """A configuration that we did not write is noticed at once."""
    caller = serving.caller()
    assert caller.call(echo("before"))[0].echo.message == "before"
    caller.send(Request(reap_txs=RequestReapTxs()), FLUSH)
    assert caller.receive() is None
    fault = serving.wait_for_fault()
    assert isinstance(fault, Malformed)
    assert fault.found == "reap_txs"


def test_a_caller_that_hangs_up_is_no_fault(serving: Serving) -> None:
    """The engine's end is noticed by who runs the engine."""
    caller = serving.caller()
    caller.send(echo("half"))
    caller.socket.sendall(b"\x7f")
    caller.close()
    assert serving.caller().call(echo("next"))[0].echo.message == "next"
    assert serving.faults == []


def test_an_answer_that_nobody_reads_any_more_is_no_fault(serving: Serving) -> None:
    """The engine may be killed while a block is executed."""
    serving.handler.gate.clear()
    caller = serving.caller()
    caller.send(Request(commit=RequestCommit()), FLUSH, echo("more"), FLUSH)
    assert serving.handler.entered.wait(WAIT_SECONDS)
    caller.socket.shutdown(socket.SHUT_RD)
    caller.close()
    serving.handler.gate.set()
    serving.server.stop()
    assert serving.faults == []


def test_too_many_connections_are_turned_away(serving: Serving) -> None:
    """Each costs a thread."""
    callers = [serving.caller() for _ in range(CONNECTIONS_MAX)]
    for caller in callers:
        caller.call(echo("in"))
    one_more = serving.caller()
    assert one_more.receive() is None
    assert callers[0].call(echo("still"))[0].echo.message == "still"
