# SPDX-License-Identifier: Apache-2.0
"""A replica on a real application, ledger, block log and store, called without an engine."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tallystick.consensus import Committed, Proposal
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    CheckTxType,
    RequestCheckTx,
    RequestFinalizeBlock,
    RequestInfo,
    RequestInitChain,
    RequestPrepareProposal,
    RequestProcessProposal,
    ResponseFinalizeBlock,
    ResponseInfo,
    ResponseInitChain,
    ResponseProcessProposal,
)
from tallystick.consensus.cometbft.replica import Chain, Replica, Surroundings
from tallystick.consensus.cometbft.snapshots import NoSnapshots
from tallystick.consensus.intake import Intake
from tallystick.consensus.ports import Result
from tallystick.consensus.submission import Submission
from tallystick.crypto import VerifierPool
from tallystick.ledger import AppliedBlock, open_ledger
from tallystick.model import decode_header
from tallystick.node.application import LedgerApplication
from tallystick.node.nonces import remember_recent
from tallystick.storage import DataFolder, FlushPolicy, open_storage
from tests.simulation.world import (
    LIFETIME,
    ORGANIZATIONS,
    RUNNER,
    START,
    Person,
    clerk,
    genesis_bytes,
    network_of,
)

GENESIS: Final = genesis_bytes(4)
NETWORK: Final = network_of(4)
CHAIN_ID: Final = "tallystick-" + NETWORK.partition(".")[2]
COURT: Final = ORGANIZATIONS[0]
NODE_ID: Final = "0123456789abcdef" * 2 + "01234567"
_LAZY: Final = FlushPolicy(transactions_max=10**6, bytes_max=2**40)
_NONCES = itertools.count(1)


def opening(  # a call has this many parts
    account: str = "",
    *,
    nonce: int | None = None,
    signer: Person | None = None,
    valid_until: int = START + LIFETIME,
    network: str = NETWORK,
    note: str = "",
) -> bytes:
    """Return a transaction that opens a bank account, each a new one."""
    number = next(_NONCES)
    return (signer or clerk(COURT)).sign(
        network,
        "bank",
        "open",
        {"id": account or f"account {number}", "balance": 1, "note": note},
        nonce=number if nonce is None else nonce,
        valid_until=valid_until,
    )


def forged() -> bytes:
    """Return a transaction whose signature does not verify."""
    raw = bytearray(opening())
    raw[-1] ^= 1
    return bytes(raw)


class Rig:
    """Everything around one replica in a data folder; `close` and open it again to restart."""

    def __init__(self, data: Path, *, initial_height: int = 1) -> None:
        self._stack = ExitStack()
        is_new = not data.exists()
        folder = DataFolder.create(data, GENESIS) if is_new else DataFolder.open(data)
        self.data = data
        self._stack.enter_context(folder)
        storage = open_storage(folder, in_process=True, policy=_LAZY)
        self._stack.callback(storage.close)
        self.log, self.store = storage.log, storage.store
        self.now = START
        self.places: dict[bytes, Committed] = {}
        header = decode_header(self.store.header) if self.store.header else None
        ledger = open_ledger(GENESIS, self.store, header, RUNNER)
        remember_recent(ledger, self.log)
        self.application = LedgerApplication(
            ledger, RUNNER, VerifierPool(0), save=self._save, clock=lambda: self.now
        )
        for block in self.log.blocks(self.application.height + 1):
            self.application.replay(block)
        self.intake = Intake(self.places.get)
        self.intake.open()
        around = Surroundings(
            chain=Chain(id=CHAIN_ID, initial_height=initial_height),
            intake=self.intake,
            snapshots=NoSnapshots(),
            clock=lambda: self.now,
            is_peer=lambda node_id: node_id == NODE_ID,
            retain_from=lambda height: max(0, height - 1),
        )
        self.replica = Replica(self.application, self.log, around)

    def _save(self, applied: AppliedBlock) -> None:
        block = applied.block
        self.store.save(applied, self.log.position(block.header.height))
        for index, one in enumerate(applied.transaction_ids):
            leaf, code = block.first_leaf + index, applied.codes[index]
            self.places.setdefault(one, Committed(one, block.header.height, index, leaf, code))

    def close(self) -> None:
        self._stack.close()

    # --- the engine's calls -----------------------------------------------------------------------

    def info(self) -> ResponseInfo:
        return self.replica.info(RequestInfo(abci_version="2.0.0"))

    def init_chain(self, *, chain_id: str = CHAIN_ID, initial_height: int = 1) -> ResponseInitChain:
        request = RequestInitChain(chain_id=chain_id, initial_height=initial_height)
        return self.replica.init_chain(request)

    def check(self, *raws: bytes, kind: CheckTxType = CheckTxType.NEW) -> list[str]:
        """Return an empty text for each that passes, else the code in the log."""
        requests = [RequestCheckTx(tx=raw, type=kind) for raw in raws]
        answers = self.replica.check_txs(requests)
        assert all((answer.code == 0) == (answer.log == "") for answer in answers)
        return [answer.log for answer in answers]

    def prepare(self, *raws: bytes, bytes_max: int = 10**6, time: int = START) -> list[bytes]:
        request = RequestPrepareProposal(txs=raws, max_tx_bytes=bytes_max)
        request.time.FromMilliseconds(time)
        return list(self.replica.prepare_proposal(request).txs)

    def accepts(self, *raws: bytes, time: int = START) -> bool:
        request = RequestProcessProposal(txs=raws, height=1)
        request.time.FromMilliseconds(time)
        answer = self.replica.process_proposal(request).status
        assert answer != ResponseProcessProposal.UNKNOWN
        return answer == ResponseProcessProposal.ACCEPT

    def finalize(self, *raws: bytes, time: int | None = None) -> ResponseFinalizeBlock:
        request = RequestFinalizeBlock(txs=raws, height=self.application.height + 1)
        request.time.FromMilliseconds(self.application.block_time if time is None else time)
        return self.replica.finalize_block(request)

    def decide(self, *raws: bytes, time: int | None = None) -> ResponseFinalizeBlock:
        response = self.finalize(*raws, time=time)
        self.replica.commit()
        return response

    def codes(self, *raws: bytes, time: int | None = None) -> list[str]:
        """Decide a block and return the outcome codes."""
        self.finalize(*raws, time=time)
        executed = self.replica._executed
        assert executed is not None
        self.replica.commit()
        return list(executed.codes)

    # --- around it --------------------------------------------------------------------------------

    def order_alone(self, *raws: bytes) -> None:
        """Make a block as the solo engine does."""
        proposal = Proposal(
            self.application.height + 1,
            self.application.block_time,
            tuple(self.application.read(raws)),
        )
        executed = self.application.execute(proposal)
        self.log.append(executed.block)
        self.application.commit(executed.block)

    def submit(self, *raws: bytes) -> Submission:
        """Let somebody wait for transactions, as the engine's own door does."""
        taken: list[Submission] = []
        submission = self.intake.take(raws, taken.append)
        places = [(submission, place) for place in range(len(raws))]
        self.intake.register(places, self.application.check(raws))
        return submission

    def contents(self) -> dict[str, bytes]:
        """Return every file of the data folder; lock files hold no data."""
        return {
            str(path.relative_to(self.data)): path.read_bytes()
            for path in sorted(self.data.rglob("*"))
            if path.is_file() and not path.name.startswith("lock")
        }


def answers(submission: Submission) -> Sequence[Result]:
    """Return what was answered; fails if anything is still open."""
    assert submission.future.done()
    return submission.future.result()
