# SPDX-License-Identifier: Apache-2.0
"""The ledger as an engine sees it: check, execute, commit, replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tallystick.consensus import Executed, Proposal, ValidatorPower
from tallystick.crypto import VerifierPool, sha256
from tallystick.encoding import encode
from tallystick.errors import (
    Corrupted,
    InvalidSignature,
    Malformed,
    Rejected,
    TallystickError,
    invariant,
)
from tallystick.execution import ContractRunner
from tallystick.ledger import (
    AppliedBlock,
    Ledger,
    apply_block,
    check_admission,
    check_contract,
    check_nonce,
    check_place,
    recorded_transactions,
)
from tallystick.membership import BUILT_IN_CONTRACTS
from tallystick.model import Block, Transaction, Unusable, decode_transaction, read_transaction
from tallystick.node.contracts_needed import missing_at
from tallystick.node.fair_lock import FairLock
from tallystick.units import TransactionId


class LedgerApplication:
    """Implements `consensus.Application` with the ledger, the verifiers and the store."""

    def __init__(
        self,
        ledger: Ledger,
        runner: ContractRunner,
        verifiers: VerifierPool,
        *,
        save: Callable[[AppliedBlock], None],
        clock: Callable[[], int],
    ) -> None:
        """Wire the application.

        Args:
            ledger: state to execute on.
            runner: the contracts, for checks at the door.
            verifiers: signature verification.
            save: takes a durable block's changes.
            clock: unix milliseconds, for checks at the door only.
        """
        self.ledger = ledger
        self.state_lock = FairLock()
        """Held from execution until the changes are saved: readers of the trees take it.

        A halt closes it, since the commit that would release it may never come.
        """
        self._runner = runner
        self._verifiers = verifiers
        self._save = save
        self._clock = clock
        self._applied: AppliedBlock | None = None

    @property
    def height(self) -> int:
        """Height of the last executed block."""
        return self.ledger.head.height

    @property
    def block_time(self) -> int:
        """Time of the last executed block."""
        return self.ledger.head.time

    def check(self, transactions: Sequence[bytes]) -> list[Transaction | TallystickError]:
        """Return each transaction decoded, or why it is refused; the cheap checks come first."""
        time = max(self._clock(), self.block_time)
        answers = [self._check_one(raw, time) for raw in transactions]
        signed = [answer for answer in answers if isinstance(answer, Transaction)]
        verdicts = self._verifiers.verify(
            [(item.signer, item.signed_bytes, item.signature) for item in signed]
        )
        if verdicts.count(1) == len(signed):
            return answers
        forged = {id(item) for item, is_valid in zip(signed, verdicts, strict=True) if not is_valid}
        return [
            _forged(answer) if isinstance(answer, Transaction) and id(answer) in forged else answer
            for answer in answers
        ]

    # --- what an engine of several nodes asks in addition (`consensus.ReplicatedApplication`) ---

    @property
    def app_hash(self) -> bytes:
        """The hash of the state after the last executed block."""
        return self.ledger.head.app_hash

    @property
    def block_transactions_max(self) -> int:
        """The largest block that may follow."""
        return self.ledger.parameters.block_transactions_max

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        """Decode each and verify its signature; nothing depends on the state."""
        decoded = [read_transaction(raw) for raw in transactions]
        signed = [one for one in decoded if one is not None]
        verdicts = iter(
            self._verifiers.verify(
                [(one.signer, one.signed_bytes, one.signature) for one in signed]
            )
        )
        return [
            _unusable(raw, Malformed)
            if one is None
            else one
            if next(verdicts)
            else _unusable(raw, InvalidSignature)
            for raw, one in zip(transactions, decoded, strict=True)
        ]

    def admit(self, transaction: Transaction, time: int) -> TallystickError | None:
        """Say why a transaction could not execute at `time`, its signature aside."""
        try:
            check_admission(self.ledger, transaction, time)
            check_nonce(self.ledger, transaction)
        except Rejected as refusal:
            return refusal
        return None

    def may_propose(self, transaction: Transaction, time: int) -> bool:
        """Say whether a block of `time` may hold it: of this network, valid then, nonce unused."""
        try:
            check_place(self.ledger, transaction, time)
        except Rejected:
            return False
        return True

    def validators(self) -> list[ValidatorPower]:
        """Return who decides about blocks, as the last executed block left it."""
        register = self.ledger.register
        return [(one.public_key, one.power) for one in register.validators.values()]

    def prove_membership(self, key: bytes) -> bytes:
        """Return the canonical bytes of the proof of a key of the membership tree as it is now."""
        proof = self.ledger.membership_tree.prove(key).to_value()
        return encode(proof)  # type: ignore[arg-type]  # lists of numbers and bytes

    def execute(self, proposal: Proposal) -> Executed:
        """Execute the next block; the trees stay locked until `commit`."""
        self.state_lock.acquire()
        self.check_contracts(proposal.height)
        applied = apply_block(
            self.ledger,
            height=proposal.height,
            time=proposal.time,
            transactions=proposal.transactions,
        )
        self._applied = applied
        return Executed(applied.block, applied.transaction_ids, applied.codes)

    def commit(self, block: Block) -> None:
        """Save the changes of the block just executed: it is durable in the engine's log."""
        applied, self._applied = self._applied, None
        invariant(applied is not None and applied.block is block, "commit of another block")
        if applied is not None:
            self._save(applied)
        self.state_lock.release()

    def restart(self, ledger: Ledger) -> None:
        """Go on with another ledger: a snapshot was restored in the place of an empty one."""
        with self.state_lock:
            self.ledger = ledger

    def replay(self, block: Block) -> None:
        """Execute a block of the engine's log again; every commitment must come out the same.

        Raises:
            Corrupted: the log and this node's code or state disagree.
        """
        header = block.header
        executed = self.execute(
            Proposal(
                height=header.height,
                time=header.time,
                transactions=tuple(recorded_transactions(block)),
            )
        )
        again = executed.block
        if again.header_bytes != block.header_bytes or again.entries != block.entries:
            raise Corrupted(
                f"replaying block {header.height} gives another result than was recorded",
                field=_first_difference(block, again),
                expected=header.app_hash.hex(),
                found=again.header.app_hash.hex(),
            )
        self.commit(again)

    def check_contracts(self, height: int) -> None:
        """Stop rather than run other sources of a contract than the network voted for.

        Raises:
            ContractMissing: what the block at `height` runs is not installed here.
        """
        if self.ledger.register.contracts:
            for missing in missing_at(self.ledger.register, self._runner.installed(), height):
                raise missing.error()

    def _check_one(self, raw: bytes, time: int) -> Transaction | TallystickError:
        try:
            transaction = decode_transaction(raw)
            check_admission(self.ledger, transaction, time)
            check_nonce(self.ledger, transaction)
            if transaction.call.contract in BUILT_IN_CONTRACTS:
                return transaction
            height = self.height + 1
            register = self.ledger.register
            check_contract(register, self.ledger.genesis.contracts, transaction.call, height)
            version = register.version_at(transaction.call.contract, height)
            refusal = self._runner.check_call(transaction.call, version)
        except Rejected as error:
            return error
        return refusal or transaction


def _unusable(raw: bytes, why: type[Rejected]) -> Unusable:
    return Unusable(TransactionId(sha256(raw)), raw, why.code)


def _forged(transaction: Transaction) -> InvalidSignature:
    return InvalidSignature(
        "the signature does not verify", field="signature", found=transaction.signer.hex()
    )


def _first_difference(recorded: Block, again: Block) -> str:
    for index, (before, after) in enumerate(zip(recorded.entries, again.entries, strict=False)):
        if before != after:
            return f"entry {index}"
    for name in ("log_root", "state_root", "membership_root", "app_hash", "parent"):
        if getattr(recorded.header, name) != getattr(again.header, name):
            return name
    return "header"
