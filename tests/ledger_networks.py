# SPDX-License-Identifier: Apache-2.0
"""Whole networks in memory, without nodes: signed calls, real trees, signed receipts, votes.

For what two networks show each other: each has its own ledger, log keys and clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from tallystick.contracts import Contract
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value, decode
from tallystick.execution import ContractRunner
from tallystick.ledger import AppliedBlock, Tree, apply_block, open_ledger
from tallystick.model import (
    ROLE_GOVERNOR,
    Call,
    Checkpoint,
    Execution,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    NetworkProof,
    Organization,
    Parameters,
    Receipt,
    RecognisedNetwork,
    RecogniseNetwork,
    Signer,
    build_log_receipt,
    cosign_checkpoint,
    cosigner_name,
    decode_entry,
    decode_transaction,
    decode_write_set,
    network_id,
    network_proof,
    sign_checkpoint,
    sign_root,
    sign_transaction,
    to_value,
)
from tallystick.testing import MemoryState, make_signer
from tallystick.units import TimeMs
from tests.factories import FOREVER, START, MemoryStore

DAY_MS = 86_400_000
NAME = Name(zh="网络", en="Network")


def key_of(who: Signer) -> SecretKey:
    """Return the key with which a test's signer signs here; its seed is public."""
    return SecretKey(who.public_key)


class LedgerNetwork:
    """One network: people, contracts, blocks of one call each."""

    def __init__(
        self,
        name: str,
        contracts: Sequence[type[Contract]],
        people: Iterable[Signer],
        *,
        start: int = START,
        log_key_count: int = 1,
    ) -> None:
        """Found it; every organisation of the people has a governor beside them."""
        staff = {(one.organization, one.member): one for one in people}
        codes = sorted({one.organization for one in staff.values()})
        self.governors = [
            make_signer(ROLE_GOVERNOR, organization=one, member="gov") for one in codes
        ]
        self.log_keys = [
            SecretKey(sha256(f"{name} log {number}".encode())) for number in range(log_key_count)
        ]
        everybody = [*staff.values(), *self.governors]
        self.genesis = GenesisDocument(
            name=name,
            created=TimeMs(start),
            parameters=Parameters(transaction_lifetime_ms_max=3_600_000),
            organizations=tuple(Organization(id=code, name=NAME) for code in codes),
            members=tuple(
                Member(organization=one.organization, id=one.member, name=NAME, roles=one.roles)
                for one in everybody
            ),
            keys=tuple(
                MemberKey(
                    public_key=key_of(one).public_key,
                    organization=one.organization,
                    member=one.member,
                    valid_from=TimeMs(0),
                    valid_until=TimeMs(FOREVER),
                )
                for one in everybody
            ),
            log_keys=tuple(
                LogKey(organization=codes[number % len(codes)], public_key=key.public_key)
                for number, key in enumerate(self.log_keys)
            ),
            contracts=tuple(sorted(one.name for one in contracts)),
        )
        founding = self.genesis.encode()
        self.id = network_id(name, founding)
        self.store = MemoryStore()
        self.runner = _runner(tuple(contracts))
        self.ledger = open_ledger(founding, self.store, None, self.runner)
        self.now_ms = start
        self.blocks: list[AppliedBlock] = []

    @property
    def height(self) -> int:
        """Height of the newest block."""
        return len(self.blocks)

    def run(self, who: Signer, contract: str, method: str, args: dict[str, Value]) -> Execution:
        """Carry out a signed call in a block of its own."""
        self.now_ms += 1
        nonce = self.height + 1
        call = Call(self.id, contract, method, args, nonce, TimeMs(self.now_ms + 60_000))
        raw = sign_transaction(call, key_of(who), who.organization)
        applied = apply_block(
            self.ledger, height=nonce, time=self.now_ms, transactions=[decode_transaction(raw)]
        )
        self.store.save(applied)
        self.blocks.append(applied)
        outcome = decode_entry(applied.block.entries[0]).outcome
        writes = decode_write_set(applied.block.write_sets[0])
        return Execution(outcome.code, outcome.result, outcome.events, writes)

    def ok(self, who: Signer, method: str, /, *, contract: str = "assets", **args: Any) -> Any:
        """Carry out a call that must succeed; return its result."""
        done = self.run(who, contract, method, args)
        assert done.code == "ok", (method, done.code, done.result)
        return done.result

    def refused(
        self, code: str, who: Signer, method: str, /, *, contract: str = "assets", **args: Any
    ) -> Any:
        """Carry out a call that must be refused with this code; return the facts."""
        done = self.run(who, contract, method, args)
        assert (done.code, done.writes, done.events) == (code, {}, ()), (method, done)
        return done.result

    def vote(self, action: RecogniseNetwork, voters: Sequence[Signer] | None = None) -> None:
        """Propose, and have governors vote until it is decided."""
        first, *others = self.governors if voters is None else voters
        plain = {"type": "recognise_network", **to_value(action)}  # type: ignore[dict-item]
        proposal = self.ok(first, "propose", contract="governance", action=plain)
        for one in others:
            if self.ledger.register.proposals[proposal].is_open:
                args = {"proposal": proposal, "approve": True}
                self.ok(one, "vote", contract="governance", **args)
        assert self.ledger.register.proposals[proposal].state == "executed"

    def recognises(
        self, other: LedgerNetwork, *kinds: str, voters: Sequence[Signer] | None = None, **more: Any
    ) -> None:
        """Vote for believing another network, by all its log keys unless told otherwise."""
        terms: dict[str, Any] = {
            "log_keys": tuple(key.public_key for key in other.log_keys),
            "quorum": len(other.log_keys),
            "proof_age_ms_max": 30 * DAY_MS,
        }
        network = RecognisedNetwork(id=other.id, asset_kinds=kinds, **terms | more)
        self.vote(RecogniseNetwork(network), voters)

    def receipt(self, block: int = -1, *, signers: Sequence[SecretKey] | None = None) -> Receipt:
        """Return the receipt of a block's call (the newest by default) under the newest root."""
        block = block % len(self.blocks)
        applied, header = self.blocks[block].block, self.blocks[-1].block.header
        head = Checkpoint(
            origin=self.id,
            size=header.log_size,
            root=header.log_root,
            height=header.height,
            time=header.time,
            state_root=header.state_root,
            membership_root=header.membership_root,
        )
        answering, *witnesses = self.log_keys if signers is None else signers
        note = sign_checkpoint(head, answering)
        for number, key in enumerate(witnesses):
            name = cosigner_name(self.id, self.genesis.organizations[number].id)
            note += cosign_checkpoint(head, key, name=name, time=header.time // 1000)
        path = self.ledger.log.inclusion_proof(block, header.log_size)
        log_receipt = build_log_receipt(
            self.id,
            answering.public_key,
            signature=sign_root(self.id, header.log_root, answering),
            size=header.log_size,
            index=block,
            path=path,
        )
        return Receipt(
            network=self.id,
            level="committed",
            transaction=applied.transactions[0],
            entry=applied.entries[0],
            log_receipt=log_receipt,
            checkpoint=note,
        )

    def shown(self, block: int = -1) -> NetworkProof:
        """Return what another network is shown of a block's call."""
        return network_proof(self.receipt(block))

    def proof(self, block: int = -1) -> bytes:
        """Return the same as bytes."""
        return self.shown(block).encode()

    def keys(self, prefix: str) -> set[str]:
        """Return the last parts of the state keys under a prefix."""
        found = self.store.items(Tree.STATE, prefix=prefix.encode())
        return {key.decode().removeprefix(prefix) for key, _ in found}

    def records(self, prefix: str) -> list[Any]:
        """Return the records under a prefix."""
        found = self.store.items(Tree.STATE, prefix=prefix.encode())
        return [decode(value) for _, value in found]

    def ask(self, method: str, /, *, contract: str = "inventory", **args: Value) -> Any:
        """Return what a query answers on the newest state."""
        state = MemoryState()
        state.values = dict(self.store.items(Tree.STATE))
        return self.runner.query(contract, method, args, state)

    def public_bytes(self, since: int = 0) -> bytes:
        """Return everything that members of this network see of its blocks and its state."""
        parts = [
            part
            for applied in self.blocks[since:]
            for part in (
                *applied.block.transactions,
                *applied.block.entries,
                *applied.block.write_sets,
                applied.block.header_bytes,
            )
        ]
        state = [part for item in self.store.items(Tree.STATE) for part in item]
        return b"\n".join([*parts, *state])

    def numbers(self) -> Iterator[int]:
        """Yield every integer in calls, answers, events and records of this network."""
        for applied in self.blocks:
            for raw, entry in zip(applied.block.transactions, applied.block.entries, strict=True):
                yield from _integers(decode_transaction(raw).call.args)
                outcome = decode_entry(entry).outcome
                yield from _integers([outcome.result, *(event.fields for event in outcome.events)])
        for _, value in self.store.items(Tree.STATE):
            yield from _integers(decode(value))


@cache
def _runner(contracts: tuple[type[Contract], ...]) -> ContractRunner:
    return ContractRunner(contracts)


def _integers(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        yield from _integers([*value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _integers(one)
    elif isinstance(value, int):
        yield value
