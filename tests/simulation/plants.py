# SPDX-License-Identifier: Apache-2.0
"""Planted bugs: the simulation must notice each of them within a few seeds.

They are put in by replacing functions of the product for the length of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Any, Final, TypeAlias
from unittest import mock

from tallystick.consensus import Executed, Proposal
from tallystick.consensus.cometbft import proposals, verdicts
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestFinalizeBlock,
    ResponseCommit,
    ResponseFinalizeBlock,
)
from tallystick.consensus.cometbft.replica import Replica
from tallystick.crypto import sha256
from tallystick.errors import Malformed, Replayed
from tallystick.ledger import Ledger, blocks, recorded_transactions
from tallystick.ledger.admission import use_nonce
from tallystick.model import Block, BlockHeader, Transaction, Unusable, read_transaction
from tallystick.node.application import LedgerApplication
from tallystick.units import TransactionId
from tests.simulation.runs import run_seed

Plant: TypeAlias = "Callable[[], list[AbstractContextManager[Any]]]"


def signatures_not_checked() -> list[AbstractContextManager[Any]]:
    """Blocks are executed as they come: only the door verifies signatures."""

    def read(_: object, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        return [
            read_transaction(raw) or Unusable(TransactionId(sha256(raw)), raw, Malformed.code)
            for raw in transactions
        ]

    return [mock.patch.object(LedgerApplication, "read", read)]


def accepts_everything() -> list[AbstractContextManager[Any]]:
    """A proposal is never rejected."""
    return [mock.patch("tallystick.consensus.cometbft.replica.accepts", return_value=True)]


def accepts_out_of_period() -> list[AbstractContextManager[Any]]:
    """What has expired, or reaches too far ahead, may stand in a proposal."""

    def check(ledger: Ledger, transaction: Transaction, _: int) -> None:
        if transaction.call.network != ledger.network or ledger.replay_guard.is_used(
            transaction.signer, transaction.call.nonce
        ):
            raise Replayed("used")

    return [mock.patch("tallystick.node.application.check_place", check)]


def order_depends_on_cache() -> list[AbstractContextManager[Any]]:
    """Transactions known before come first, so a cold node executes in another order."""

    def read(
        cache: verdicts.VerdictCache, transactions: Sequence[bytes]
    ) -> list[Transaction | Unusable]:
        known = [cache._known[raw] for raw in transactions if raw in cache._known]
        fresh = cache._read([raw for raw in transactions if raw not in cache._known])
        cache.add(fresh)
        return [*known, *fresh]

    return [mock.patch.object(verdicts.VerdictCache, "read", read)]


def results_depend_on_the_process() -> list[AbstractContextManager[Any]]:
    """A result's bytes follow the order of a set of objects, which differs between processes."""
    finalize = Replica.finalize_block

    def finalize_block(replica: Replica, request: RequestFinalizeBlock) -> ResponseFinalizeBlock:
        response = finalize(replica, request)
        for one in response.tx_results:
            pair = {hash((id(replica), one.data)), hash((id(replica), one.data, 1))}
            one.data += bytes([next(iter(pair)) % 256])
        return response

    return [mock.patch.object(Replica, "finalize_block", finalize_block)]


def nonces_forgotten_at_restart() -> list[AbstractContextManager[Any]]:
    """A node that starts anew knows no used nonces."""
    return [mock.patch("tests.simulation.station.remember_recent")]


def nonces_remembered_too_long() -> list[AbstractContextManager[Any]]:
    """A node that starts anew also remembers what others have forgotten since."""

    def remember(ledger: Ledger, block: Block) -> None:
        for one in recorded_transactions(block):
            if isinstance(one, Transaction):
                with suppress(Replayed):
                    use_nonce(ledger, one, block.header.time)

    return [mock.patch("tallystick.node.nonces.remember_block", remember)]


def saved_before_commit() -> list[AbstractContextManager[Any]]:
    """State reaches the store's disk at execution, so a crash leaves it ahead of the block log."""
    execute = LedgerApplication.execute

    def execute_and_save(application: LedgerApplication, proposal: Proposal) -> Executed:
        executed = execute(application, proposal)
        store: Any = application.ledger.store
        assert application._applied is not None
        store.save(application._applied)
        store.flush()
        return executed

    def commit(application: LedgerApplication, _: Block) -> None:
        application._applied = None
        application.state_lock.release()

    return [
        mock.patch.object(LedgerApplication, "execute", execute_and_save),
        mock.patch.object(LedgerApplication, "commit", commit),
    ]


def answered_before_append() -> list[AbstractContextManager[Any]]:
    """Whoever waits is answered while the block is not on disk yet."""
    commit = Replica.commit

    def commit_late(replica: Replica) -> ResponseCommit:
        assert replica._executed is not None
        replica._intake.answer(replica._executed)
        return commit(replica)

    return [mock.patch.object(Replica, "commit", commit_late)]


def own_copy_refused() -> list[AbstractContextManager[Any]]:
    """A check between execution and commit takes the transaction's own nonce for another's."""
    return [mock.patch("tallystick.consensus.intake.Intake.decide")]


def empty_blocks_change_the_hash() -> list[AbstractContextManager[Any]]:
    """The app hash covers the height."""
    make = blocks._make_header

    def make_header(ledger: Ledger, height: int, time: int) -> BlockHeader:
        header = make(ledger, height, time)
        hashed = sha256(header.app_hash + height.to_bytes(8, "big"))
        fields = {name: getattr(header, name) for name in BlockHeader.__dataclass_fields__}
        return BlockHeader(**{**fields, "app_hash": hashed})

    return [
        mock.patch("tallystick.ledger.blocks._make_header", make_header),
        mock.patch("tallystick.ledger.state._check_head"),
    ]


def own_clock_in_blocks() -> list[AbstractContextManager[Any]]:
    """A block is executed at this node's time instead of the block's."""
    execute = LedgerApplication.execute

    def execute_now(application: LedgerApplication, proposal: Proposal) -> Executed:
        now = max(application._clock(), application.block_time)
        return execute(application, Proposal(proposal.height, now, proposal.transactions))

    return [mock.patch.object(LedgerApplication, "execute", execute_now)]


def no_result_for_junk() -> list[AbstractContextManager[Any]]:
    """Bytes that are no transaction are left out of a decided block's results."""
    execute = LedgerApplication.execute

    def execute_good(application: LedgerApplication, proposal: Proposal) -> Executed:
        good = tuple(one for one in proposal.transactions if isinstance(one, Transaction))
        return execute(application, Proposal(proposal.height, proposal.time, good))

    return [mock.patch.object(LedgerApplication, "execute", execute_good)]


def removed_validators_kept() -> list[AbstractContextManager[Any]]:
    """The engine is told of new powers, not of validators that left."""
    changed = proposals.changed_validators

    def kept(*sets: Sequence[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
        return [one for one in changed(*sets) if one[1]]

    return [mock.patch("tallystick.consensus.cometbft.replica.changed_validators", kept)]


def size_without_prefix() -> list[AbstractContextManager[Any]]:
    """A proposal's size is counted without the engine's framing of each transaction."""
    return [mock.patch("tallystick.consensus.cometbft.proposals.encoded_size", len)]


PLANTS: Final[tuple[Plant, ...]] = (
    signatures_not_checked,
    accepts_everything,
    accepts_out_of_period,
    order_depends_on_cache,
    results_depend_on_the_process,
    nonces_forgotten_at_restart,
    nonces_remembered_too_long,
    saved_before_commit,
    answered_before_append,
    own_copy_refused,
    empty_blocks_change_the_hash,
    own_clock_in_blocks,
    no_result_for_junk,
    removed_validators_kept,
    size_without_prefix,
)


def caught_by(plant: Plant, seeds: Iterable[int]) -> str | None:
    """Return by which seed, and how, a planted bug was noticed; None if it was not."""
    for seed in seeds:
        with ExitStack() as stack:
            for patch in plant():
                stack.enter_context(patch)
            try:
                run_seed(seed)
            except Exception as fault:  # what it is noticed by is what is asked
                return f"seed {seed}: {type(fault).__name__}: {fault}"[:100]
    return None
