# SPDX-License-Identifier: Apache-2.0
"""Records of another network, believed because a vote recognised it and a proof holds.

A proof says that a call was carried out there: it is checked on the ledger, from its bytes alone,
so every node comes to the same answer and nobody has to fetch anything. It counts once.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple, TypeAlias, TypeVar

from msgspec import Meta, ValidationError, convert

from tallystick.contracts.context import Context
from tallystick.contracts.label import Format, Help, Label
from tallystick.contracts.parts.elsewhere import Elsewhere
from tallystick.contracts.records import Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Count,
    Name,
    Timestamp,
    ValueDigest,
)
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.merkle import leaf_hash, verify_inclusion
from tallystick.model import (
    NETWORK_PROOF_FORMAT,
    Call,
    Checkpoint,
    Entry,
    NetworkProof,
    decode_entry,
    decode_network_proof,
    decode_transaction,
)

PROOF_BYTES_MAX: Final = 60_000
_TEXT_MAX: Final = 100

NetworkProofBytes: TypeAlias = Annotated[
    bytes, Meta(max_length=PROOF_BYTES_MAX), Format(NETWORK_PROOF_FORMAT)
]
"""A `NetworkProof` in canonical bytes; on the command line `@FILE` of the receipt."""
NetworkProofArgument: TypeAlias = Annotated[
    NetworkProofBytes,
    Label(zh="另一网络的回执", en="Receipt of the other network"),
    Help(zh="@回执文件", en="@FILE of the receipt."),
]
"""The same as an action's argument, with what people read about it."""

T = TypeVar("T", bound=Record)


class KnownNetwork(Record, forbid_unknown_fields=False):
    """Another network as governance recognised it."""

    id: Name
    log_keys: tuple[bytes, ...]
    quorum: Count
    proof_age_ms_max: Count


class UsedProof(Record):
    """That a transaction of another network has counted here."""

    network: Name
    transaction: ValueDigest


class NetworkNotRecognised(Refusal, code="E_NETWORK"):
    """en: This network does not recognise {network}.

    zh: 本网络未承认网络 {network}。
    """

    network: Name


class NetworkProofBroken(Refusal, code="E_HASH"):
    """en: The proof of another network does not hold: {part}.

    zh: 其他网络的证明不成立：{part}。
    """

    part: Name


class TooFewSignatures(Refusal, code="E_SIG"):
    """en: {signed} of the recognised keys of {network} signed; {needed} are needed.

    zh: {network} 的承认密钥中仅有 {signed} 个签名，需要 {needed} 个。
    """

    network: Name
    signed: Count
    needed: Count


class NetworkProofTooOld(Refusal, code="E_EXPIRED"):
    """en: The proof was made at {time}; it counts from {oldest} on. Ask for the receipt anew.

    zh: 证明形成于 {time}，须不早于 {oldest}；请重新获取回执。
    """

    time: Timestamp
    oldest: Timestamp


class OtherCallProven(Refusal, code="E_VALUE"):
    """en: The proof is of {shown}, not of {needed}.

    zh: 证明的是 {shown}，而非 {needed}。
    """

    shown: Name
    needed: Name


class ProvenCallRefused(Refusal, code="E_STATE"):
    """en: The other network refused that call: {outcome}.

    zh: 其他网络拒绝了该调用：{outcome}。
    """

    outcome: Name


class NetworkProofUsed(Refusal, code="E_REPLAY"):
    """en: The transaction {transaction} of {network} has counted here already.

    zh: 网络 {network} 的交易 {transaction} 已在此使用。
    """

    network: Name
    transaction: ValueDigest


class ProvenCall(NamedTuple):
    """A call that another network carried out."""

    network: str
    organization: str
    """Who signed it, as that network admitted."""
    args: dict[str, Value]
    result: Value
    block_time_ms: int
    """By that network's clock."""
    position: int
    """Its place in that network's log: what came later there has a greater one."""

    def read_args(self, kind: type[T]) -> T:
        """Return the arguments as a record of the contract that takes the proof.

        Raises:
            NetworkProofBroken: they have another form; another version's call is no proof.
        """
        return _convert(self.args, kind)

    def read_result(self, kind: type[T]) -> T:
        """Return what the call answered as a record.

        Raises:
            NetworkProofBroken: it has another form.
        """
        return _convert(self.result, kind)


class NetworkProofs(Elsewhere[KnownNetwork]):
    """Proofs of other networks that a contract takes: `proofs = NetworkProofs()`.

    ```python
    call = self.proofs.recognise(ctx, proof, contract="assets", method="reserve")
    ```
    """

    refusals = (
        *(NetworkNotRecognised, NetworkProofBroken, TooFewSignatures, NetworkProofTooOld),
        *(OtherCallProven, ProvenCallRefused, NetworkProofUsed),
    )

    used = Table(
        UsedProof, key=("network", "transaction"), label=Label(zh="已用证明", en="Used proofs")
    )

    def __init__(self, *, label: Label | None = None) -> None:
        """Read the networks that governance recognised."""
        super().__init__("governance", "networks", KnownNetwork, key="id", label=label)

    def recognise(self, ctx: Context, proof: bytes, *, contract: str, method: str) -> ProvenCall:
        """Return the call that a proof shows, and let it count no second time.

        Raises:
            NetworkProofBroken: it is no proof, or its parts do not follow from each other.
            NetworkNotRecognised: no vote recognised that network, or one withdrew it.
            TooFewSignatures: fewer recognised keys than the vote asks for signed the checkpoint.
            NetworkProofTooOld: the checkpoint is older than the vote allows.
            OtherCallProven: it is another method than the one that is needed.
            ProvenCallRefused: that network refused the call.
            NetworkProofUsed: the same transaction has counted before.
        """
        shown = _read(proof)
        self._check_believed(ctx, shown.proof, shown.head)
        _check_follows(shown)
        network, transaction = shown.head.origin, shown.entry.transaction_id.hex()
        found, needed = f"{shown.call.contract}.{shown.call.method}", f"{contract}.{method}"
        if found != needed:
            raise OtherCallProven(shown=found[:_TEXT_MAX], needed=needed)
        outcome = shown.entry.outcome
        if not outcome.is_ok:
            raise ProvenCallRefused(outcome=outcome.code)
        if self.used.contains(network, transaction):
            raise NetworkProofUsed(network=network, transaction=transaction)
        self.used.add(UsedProof(network=network, transaction=transaction))
        return ProvenCall(
            network=network,
            organization=shown.organization,
            args=shown.call.args,
            result=outcome.result,
            block_time_ms=shown.entry.block_time,
            position=shown.proof.index,
        )

    def _check_believed(self, ctx: Context, proof: NetworkProof, head: Checkpoint) -> None:
        """Refuse a checkpoint that is not signed as the vote asks for, or too old."""
        known = self.get(head.origin)
        if known is None or not known.log_keys:
            raise NetworkNotRecognised(network=head.origin[:_TEXT_MAX])
        count = len(proof.signers(known.log_keys))
        if count < known.quorum:
            raise TooFewSignatures(network=known.id, signed=count, needed=known.quorum)
        oldest = ctx.block_time_ms - known.proof_age_ms_max
        if head.time < oldest:
            raise NetworkProofTooOld(time=head.time, oldest=oldest)


class _Shown(NamedTuple):
    """A proof taken apart, its parts not yet compared."""

    proof: NetworkProof
    head: Checkpoint
    entry: Entry
    transaction_id: bytes
    organization: str
    call: Call


def _convert(plain: object, kind: type[T]) -> T:
    try:
        return convert(plain, kind)
    except ValidationError as error:
        raise NetworkProofBroken(part=kind.__name__) from error


def _read(data: bytes) -> _Shown:
    """Take a proof apart; `part` of a refusal says what cannot be read."""
    part = "proof"
    try:
        proof = decode_network_proof(data)
        part = "checkpoint"
        head = proof.head()
        part = "entry"
        entry = decode_entry(proof.entry)
        part = "transaction"
        transaction = decode_transaction(proof.transaction)
    except TallystickError as error:
        raise NetworkProofBroken(part=part) from error
    return _Shown(proof, head, entry, transaction.id, transaction.organization, transaction.call)


def _check_follows(shown: _Shown) -> None:
    """Refuse parts of which one does not follow from the other, up to the signed root."""
    proof, head = shown.proof, shown.head
    if shown.entry.transaction_id != shown.transaction_id:
        raise NetworkProofBroken(part="transaction")
    if shown.call.network != head.origin:
        raise NetworkProofBroken(part="network")
    try:
        verify_inclusion(leaf_hash(proof.entry), proof.index, head.size, proof.path, head.root)
    except TallystickError as error:
        raise NetworkProofBroken(part="path") from error
