# SPDX-License-Identifier: Apache-2.0
"""A history of random transactions in blocks, and the digest of what executing it gives.

The history is a function of its seed and does not ask what came of the transactions before: the
same raw bytes go to every process. Run as a program it prints one line a block: height, app hash,
and the SHA-256 of the entries' and of the write sets' bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from tallystick.consensus import Proposal
from tallystick.consensus.cometbft.verdicts import VerdictCache
from tallystick.crypto import VerifierPool
from tallystick.encoding import ENCODER, Value
from tallystick.execution import ContractRunner
from tallystick.industries.evidence import Evidence
from tallystick.ledger import open_ledger
from tallystick.membership import enrolment_message
from tallystick.model import GenesisDocument, decode_genesis, network_id
from tallystick.node.application import LedgerApplication
from tests.factories import MemoryStore
from tests.simulation.world import LIFETIME, ORGANIZATIONS, START, Person, genesis_bytes, secret

BLOCK: Final = 100
"""Transactions in a block."""
NODES: Final = 4
KINDS: Final = ("document", "image", "log", "web_page")


def genesis() -> bytes:
    """Return the founding document: as in the simulation, with the evidence contract."""
    founded = decode_genesis(genesis_bytes(NODES))
    fields = {name: getattr(founded, name) for name in founded.__struct_fields__}
    return GenesisDocument(**{**fields, "contracts": ("evidence",)}).encode()


GENESIS: Final = genesis()
NETWORK: Final = network_id("simulated", GENESIS)


@dataclass
class History:
    """Makes transactions, one block's after the other's."""

    random: random.Random
    nonce: int = 0
    time: int = START

    def person(self, who: str) -> Person:
        """Return somebody of a random organisation."""
        organization = self.random.choice(ORGANIZATIONS[:NODES])
        return Person(organization, who, secret(f"{who} {organization}"))

    def sign(self, signer: Person, contract: str, method: str, args: dict[str, Value]) -> bytes:
        """Return a signed transaction, now and then out of its period or with a used nonce."""
        self.nonce += 1
        chance = self.random.random()
        until = self.time + self.random.randint(1_000, LIFETIME - 1_000)
        if chance < 0.02:
            until = self.time + self.random.choice((-1, LIFETIME + 1))
        return signer.sign(
            NETWORK,
            contract,
            method,
            args,
            nonce=self.random.randint(1, self.nonce) if chance > 0.97 else self.nonce,
            valid_until=until,
        )

    def deposit(self) -> dict[str, Value]:
        """Return the arguments of a deposit; some contradict themselves or repeat a content."""
        content = b"%d" % self.random.randrange(max(4, self.nonce))
        args: dict[str, Value] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content) if self.random.random() < 0.95 else 0,
            "title": self.random.choice(("合同", "Straße", "証拠", "e\u0301", "file")) * 3,
            "kind": self.random.choice(KINDS),
        }
        if self.random.random() < 0.3:
            args["case_number"] = f"（2026）京0491民初{self.random.randrange(40)}号"
        if self.random.random() < 0.2:
            args["captured_at"] = self.time + self.random.randint(-9_000, 2_000)
        if self.random.random() < 0.2:
            args["collector"] = {"app": "x", "device": "y", "version": "1,5"}
        return args

    def membership(self) -> bytes:
        """Return a change of members, roles or keys, not always a right one."""
        head = self.person(self.random.choice(("head", "head", "clerk")))
        member = f"m{self.random.randrange(60)}"
        roles: list[Value] = ["depositor", "auditor", f"role-{self.random.randrange(5)}"]
        self.random.shuffle(roles)
        name: dict[str, Value] = {"zh": "成员", "en": member}
        key = secret(f"{member} {self.random.randrange(3)}")
        proof = key.sign(enrolment_message(NETWORK, head.organization, member, key.public_key))
        calls: list[tuple[str, dict[str, Value]]] = [
            ("add_member", {"id": member, "name": name, "roles": roles}),
            ("set_roles", {"member": member, "roles": roles[:2]}),
            ("set_active", {"member": member, "active": self.random.random() < 0.5}),
            ("revoke_key", {"public_key": key.public_key}),
            (
                "enrol_key",
                {
                    "member": member,
                    "public_key": key.public_key,
                    "valid_from": 0,
                    "valid_until": 2**50,
                    "proof": proof,
                },
            ),
            ("no_such_method", {}),
        ]
        return self.sign(head, "membership", *self.random.choice(calls))

    def transaction(self) -> bytes:
        """Return the next one: mostly deposits, some changes of members, some junk."""
        chance = self.random.random()
        if chance < 0.70:
            return self.sign(self.person("clerk"), "evidence", "deposit", self.deposit())
        if chance < 0.76:
            many: list[Value] = [self.deposit() for _ in range(self.random.randint(1, 5))]
            return self.sign(self.person("clerk"), "evidence", "deposit_many", {"deposits": many})
        if chance < 0.90:
            return self.membership()
        good = self.sign(self.person("clerk"), "evidence", "deposit", self.deposit())
        broken = bytearray(good)
        broken[self.random.randrange(len(good))] ^= 1 << self.random.randrange(8)
        stranger = Person(ORGANIZATIONS[0], "clerk", secret("stranger"))
        return self.random.choice(
            (
                bytes(broken),
                good[: self.random.randrange(len(good))],
                self.random.randbytes(self.random.randrange(80)),
                self.sign(stranger, "evidence", "deposit", self.deposit()),
                self.sign(
                    self.person("clerk"), "evidence", "no_such_method", {"x": [1, {"y": b""}]}
                ),
                self.sign(self.person("clerk"), "nowhere", "deposit", {"new": None}),
            )
        )


def blocks(seed: int, count: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield (time, transactions) of blocks with `count` transactions together."""
    history = History(random.Random(seed))
    for start in range(0, count, BLOCK):
        history.time += history.random.randint(1, 4_000)
        yield history.time, [history.transaction() for _ in range(min(BLOCK, count - start))]


def execute(seed: int, count: int, *, processes: int, is_warm: bool) -> Iterator[str]:
    """Execute the history and yield one line a block."""
    verifiers = VerifierPool(processes)
    store = MemoryStore()
    runner = ContractRunner([Evidence])
    ledger = open_ledger(GENESIS, store, None, runner)
    application = LedgerApplication(
        ledger, runner, verifiers, save=store.save, clock=partial(int, START)
    )
    cache = VerdictCache(application.read)
    for height, (time, raws) in enumerate(blocks(seed, count), 1):
        if is_warm:
            # As a mempool does: one by one, in another order, and some never come.
            for raw in sorted(raws)[::2]:
                cache.read([raw])
        executed = application.execute(Proposal(height, time, tuple(cache.read(raws))))
        application.commit(executed.block)
        entries = hashlib.sha256(b"".join(executed.block.entries)).hexdigest()
        writes = hashlib.sha256(b"".join(executed.block.write_sets)).hexdigest()
        good = executed.codes.count("ok")
        yield f"{height} {executed.block.header.app_hash.hex()} {entries} {writes} {good}"
    verifiers.close()


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=0, help="verifier processes")
    parser.add_argument("--warm", action="store_true", help="half of it is verified before")
    parser.add_argument("--encoder", default=ENCODER, help="must be the one in use")
    arguments = parser.parse_args()
    if arguments.encoder != ENCODER:
        message = f"this process encodes with {ENCODER}, not {arguments.encoder}"
        raise SystemExit(message)
    lines = execute(
        arguments.seed, arguments.count, processes=arguments.processes, is_warm=arguments.warm
    )
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
