# SPDX-License-Identifier: Apache-2.0
"""For tests of the ABCI server: a handler that notes its calls, and a caller on a plain socket."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tallystick.consensus.cometbft import AbciServer
from tallystick.consensus.cometbft.framing import FrameReader, append_frame
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    ExecTxResult,
    Request,
    RequestApplySnapshotChunk,
    RequestCheckTx,
    RequestEcho,
    RequestFinalizeBlock,
    RequestFlush,
    RequestInfo,
    RequestInitChain,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    RequestPrepareProposal,
    RequestProcessProposal,
    RequestQuery,
    Response,
    ResponseApplySnapshotChunk,
    ResponseCheckTx,
    ResponseCommit,
    ResponseFinalizeBlock,
    ResponseInfo,
    ResponseInitChain,
    ResponseListSnapshots,
    ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot,
    ResponsePrepareProposal,
    ResponseProcessProposal,
    ResponseQuery,
    Snapshot,
)

WAIT_SECONDS = 20
"""Only a hang makes a test wait this long."""

FLUSH = Request(flush=RequestFlush())


class NotingHandler:
    """Answers plainly; the name of a method in `failing` makes it raise."""

    def __init__(self) -> None:
        self.failing: dict[str, Exception] = {}
        self.batches: list[list[bytes]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def _at(self, name: str) -> None:
        self.entered.set()
        assert self.gate.wait(WAIT_SECONDS)
        if name in self.failing:
            raise self.failing[name]

    def info(self, request: RequestInfo) -> ResponseInfo:
        self._at("info")
        return ResponseInfo(data=request.version, last_block_height=7)

    def query(self, request: RequestQuery) -> ResponseQuery:
        self._at("query")
        return ResponseQuery(value=request.data)

    def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        self._at("check_txs")
        self.batches.append([request.tx for request in requests])
        return [ResponseCheckTx(data=request.tx) for request in requests]

    def init_chain(self, request: RequestInitChain) -> ResponseInitChain:
        self._at("init_chain")
        return ResponseInitChain(app_hash=request.app_state_bytes)

    def prepare_proposal(self, request: RequestPrepareProposal) -> ResponsePrepareProposal:
        self._at("prepare_proposal")
        return ResponsePrepareProposal(txs=request.txs)

    def process_proposal(self, request: RequestProcessProposal) -> ResponseProcessProposal:
        self._at("process_proposal")
        verdicts = ResponseProcessProposal
        # Without transactions this handler forgets its verdict, which the server must catch.
        return verdicts(status=verdicts.ACCEPT if request.txs else verdicts.UNKNOWN)

    def finalize_block(self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock:
        self._at("finalize_block")
        results = [ExecTxResult(data=tx) for tx in request.txs if tx != b"forgotten"]
        return ResponseFinalizeBlock(tx_results=results)

    def commit(self) -> ResponseCommit:
        self._at("commit")
        return ResponseCommit(retain_height=3)

    def list_snapshots(self) -> ResponseListSnapshots:
        self._at("list_snapshots")
        return ResponseListSnapshots(snapshots=[Snapshot(height=5)])

    def load_snapshot_chunk(self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        self._at("load_snapshot_chunk")
        return ResponseLoadSnapshotChunk(chunk=bytes([request.chunk]))

    def offer_snapshot(self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        self._at("offer_snapshot")
        return ResponseOfferSnapshot(result=ResponseOfferSnapshot.REJECT)

    def apply_snapshot_chunk(
        self,
        request: RequestApplySnapshotChunk,
    ) -> ResponseApplySnapshotChunk:
        self._at("apply_snapshot_chunk")
        return ResponseApplySnapshotChunk(result=ResponseApplySnapshotChunk.ABORT)


class Caller:
    """The engine's side of one connection, without the engine's habits."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(WAIT_SECONDS)
        self.socket.connect(os.fspath(path))
        self._reader = FrameReader()

    def send(self, *requests: Request) -> None:
        buffer = bytearray()
        for request in requests:
            append_frame(buffer, request.SerializeToString())
        self.socket.sendall(buffer)

    def receive(self) -> Response | None:
        """Return the next answer, or nothing when the server hung up."""
        while (frame := self._reader.next_frame()) is None:
            try:
                data = self.socket.recv(65_536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._reader.feed(data)
        return Response.FromString(frame)

    def call(self, *requests: Request) -> list[Response]:
        """Send requests and a flush; return the answers without the flush's."""
        self.send(*requests, FLUSH)
        answers = [answer for _ in range(len(requests) + 1) if (answer := self.receive())]
        assert answers[-1].HasField("flush")
        return answers[:-1]

    def close(self) -> None:
        self.socket.close()


class Serving:
    """A server under test, with its callers."""

    def __init__(self, path: Path, handler: NotingHandler) -> None:
        self.path = path
        self.handler = handler
        self.faults: list[Exception] = []
        self.fault = threading.Event()
        self.server = AbciServer(path, handler, on_fault=self._note)
        self._callers: list[Caller] = []

    def _note(self, error: Exception) -> None:
        self.faults.append(error)
        self.fault.set()

    def caller(self) -> Caller:
        caller = Caller(self.path)
        self._callers.append(caller)
        return caller

    def wait_for_fault(self) -> Exception:
        assert self.fault.wait(WAIT_SECONDS)
        return self.faults[0]

    def close(self) -> None:
        self.handler.gate.set()
        for caller in self._callers:
            caller.close()
        self.server.stop()


@contextmanager
def short_folder() -> Iterator[Path]:
    """Give a folder whose path leaves room for a socket's name; pytest's own may not."""
    folder = Path(tempfile.mkdtemp(prefix="tally-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_tx(tx: bytes) -> Request:
    """Return a CheckTx request."""
    return Request(check_tx=RequestCheckTx(tx=tx))


def echo(text: str) -> Request:
    """Return an Echo request."""
    return Request(echo=RequestEcho(message=text))
