# SPDX-License-Identifier: Apache-2.0
"""The simulated network: who proposes, who votes, what is decided, who crashes, all by a seed.

After every block: one app hash, one set of result bytes, one set of validator updates on all nodes,
the codes that the model says, and the order of calls that the grammar allows. A violation raises
`Broken`; the seed repeats it exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tallystick.consensus import Proposal
from tallystick.consensus.cometbft.proposals import encoded_size
from tallystick.consensus.cometbft.proto.abci_pb2 import ResponseFinalizeBlock
from tallystick.consensus.cometbft.replica import Chain
from tallystick.encoding import decode
from tallystick.ledger import Tree, open_ledger
from tallystick.node.application import LedgerApplication
from tests.simulation import faults
from tests.simulation.clients import Broken, Clients
from tests.simulation.disk import Crashed, Disk, DiskLog, DiskStore
from tests.simulation.model import Model
from tests.simulation.station import Decided, EngineDisk, Network, Station
from tests.simulation.world import (
    ORGANIZATIONS,
    RUNNER,
    START,
    RememberingVerifiers,
    genesis_bytes,
    network_of,
)

CRASHES = (
    "before store",
    "before execution",
    "after execution",
    "before",
    "torn",
    "after",
    "after commit",
    "after state",
)
NS = 1_000_000
"""Nanoseconds in a millisecond."""


@dataclass
class Agreed:
    """What all nodes must say about a block."""

    app_hash: bytes
    results: tuple[bytes, ...]
    updates: tuple[bytes, ...]


@dataclass
class Counts:
    """What a simulation did."""

    blocks: int = 0
    transactions: int = 0
    executed: int = 0
    rejected: int = 0
    crashes: int = 0
    replayed: int = 0

    def add(self, other: Counts) -> None:
        """Add those of another simulation."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Simulation:
    """One run; everything in it follows from the seed."""

    seed: int
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        """Found the network and start its nodes."""
        self.random = random.Random(self.seed)
        self.size = self.random.choice((4, 4, 7))
        organizations = ORGANIZATIONS[: self.size]
        self.now = START * NS
        self.initial = self.random.choice((1, 1, 1, 3))
        name = network_of(self.size)
        self.network = Network(
            genesis=genesis_bytes(self.size),
            chain=Chain(id="tallystick-" + name.partition(".")[2], initial_height=self.initial),
            verifiers=RememberingVerifiers(),
        )
        self.model = Model(name, self.size)
        self.clients = Clients(self.random, name, organizations)
        self.chain: list[Decided] = []
        self.agreed: dict[int, Agreed] = {}
        self.codes: dict[int, list[str]] = {}
        self.blocks: dict[int, tuple[bytes, ...]] = {}
        self.owners: dict[bytes, int] = {}
        """The node that has a validator key."""
        self.kind = self.random.choice(("proposer", "proposer", "proposer", "root", "reckless"))
        # No organisation has a third of the power; two that stand still could have it.
        count = {"proposer": (self.size - 1) // 3, "root": 1, "reckless": 0}[self.kind]
        self.bad = set(self.random.sample(range(self.size), count))
        self.diverged: set[int] = set()
        self.paused: set[int] = set()
        self.is_resting = False
        self.stations = self._found()
        powers = dict(self.stations[0].application.validators())
        self.sets = {self.initial: powers, self.initial + 1: powers}
        self._note_owners()

    def _found(self) -> list[Station]:
        solo = self._order_alone()
        stations = []
        for number in range(self.size):
            skew = self.random.choice((0, 0, self.random.randint(-50_000, 50_000)))
            disk = Disk(records=list(solo.records))
            start = EngineDisk(self.initial - 1, self.initial - 1)
            station = Station(
                number, self.network, disk, start, self._clock(skew), self._on_response
            )
            station.boot([])
            stations.append(station)
        self.genesis_hash = stations[0].application.app_hash
        return stations

    def _clock(self, skew: int) -> Callable[[], int]:
        return lambda: self.now // NS + skew

    def _order_alone(self) -> Disk:
        """Return the disk of a node that ordered alone before: blocks below the initial height."""
        disk = Disk()
        log, store = DiskLog(disk), DiskStore(disk)
        ledger = open_ledger(self.network.genesis, store, None, RUNNER)
        application = LedgerApplication(
            ledger, RUNNER, self.network.verifiers, save=store.save, clock=self._clock(0)
        )
        for height in range(1, self.initial):
            self.now += 700 * NS
            raws = [self.clients.make(self.now // NS) for _ in range(3)]
            time = self.now // NS
            executed = application.execute(Proposal(height, time, tuple(application.read(raws))))
            log.append(executed.block)
            application.commit(executed.block)
            self._compare_codes(height, time, tuple(raws), list(executed.codes))
        return disk

    # --- the run ----------------------------------------------------------------------------------

    def run(self, rounds: int = 26) -> Counts:
        """Run to the end and return what happened.

        Raises:
            Broken: a promise was broken.
        """
        for _ in range(rounds):
            self._submit()
            self._gossip(0.5)
            self._perturb()
            self._round()
        self._come_to_rest()
        self._check_end()
        return self.counts

    def _submit(self) -> None:
        for _ in range(self.random.randrange(5)):
            repeat = self.clients.made and self.random.random() < 0.15
            raw = (
                self.random.choice(self.clients.made[-30:])
                if repeat
                else self.clients.make(self.now // NS)
            )
            station = self.random.choice(self._alive())
            self.clients.submit(raw, station)

    def _alive(self) -> list[Station]:
        alive = [one for one in self.stations if one.is_alive and one.number not in self.paused]
        if alive:
            return alive
        first = next(self._sound())
        self.paused.discard(first.number)
        if not first.is_alive:
            self._restart(first)
        return [first]

    def _gossip(self, share: float) -> None:
        known = {raw: None for one in self.stations if one.is_alive for raw in one.mempool.values()}
        for station in self._alive():
            for raw in self.random.sample(list(known), len(known)):
                if self.random.random() < share:
                    station.receive(raw)

    def _perturb(self) -> None:
        for station in self.stations:
            if not station.is_alive:
                self._perhaps_restart(station, 0.4)
            elif station.number in self.paused:
                if self.random.random() < 0.4:
                    self.paused.discard(station.number)
            elif self.random.random() < 0.05:
                self._crash(station)
                self._perhaps_restart(station, 0.5)
            elif self.random.random() < 0.05:
                self.paused.add(station.number)
            elif self.random.random() < 0.3:
                station.store.flush(self.random.choice((None, 1)))
            station.is_full = self.random.random() < 0.1

    def _round(self) -> None:
        """One round of consensus about the next height: a block is decided, or not."""
        height = self.initial + len(self.chain)
        self.now += self.random.choice((1, 40_000, 700_000, 3_000_000)) * 1_000
        if self.random.random() < 0.06:
            self.now += self.random.randint(20_000, 75_000) * NS
        for station in self._alive():
            self._catch_up(station)
        powers = self.sets[height]
        voters = {self.owners[key]: power for key, power in powers.items()}
        ready = [
            one
            for one in self._alive()
            if one.number in voters and one.application.height == height - 1
        ]
        if not ready:
            return
        proposer = self.random.choice(ready)
        transactions, is_right = self._propose(proposer, height)
        yes = 0
        for station in ready:
            verdict = station.accepts(height, self.now, transactions)
            if verdict != is_right:
                raise Broken(
                    f"height {height}: node {station.number} "
                    f"{'accepts' if verdict else 'rejects'} what correct nodes do not ({self.how})"
                )
            yes += voters[station.number] if verdict else 0
        self.counts.rejected += not is_right
        is_decided = 3 * yes > 2 * sum(voters.values())
        if is_decided or (self.kind == "reckless" and not is_right):
            self._decide(Decided(height, self.now, tuple(transactions)))

    def _propose(self, proposer: Station, height: int) -> tuple[list[bytes], bool]:
        """Return a proposal, and whether correct nodes must accept it."""
        bytes_max = self.random.choice((10**6, 10**6, self.random.randrange(3_000)))
        self.how = "an honest proposal"
        honest = proposer.propose(height, self.now, bytes_max)
        if sum(map(encoded_size, honest)) > bytes_max:
            raise Broken("a proposal is larger than the engine allows")
        is_bad = proposer.number in self.bad and self.kind == "proposer"
        if not (is_bad or (self.kind == "reckless" and self.random.random() < 0.3)):
            return honest, True
        material = faults.Material(
            random=self.random,
            organizations=self.clients.organizations,
            network=self.clients.network,
            time=self.now // NS,
            honest=honest,
            past=[raw for decided in self.chain for raw in decided.transactions],
            nonces=lambda: next(self.clients.nonces),
        )
        make = self.random.choice([*faults.WRONG, *faults.ODD])
        self.how = make.__name__
        return make(material), make in faults.ODD

    def _decide(self, decided: Decided) -> None:
        self.chain.append(decided)
        self.blocks[decided.height] = decided.transactions
        self.counts.blocks += 1
        self.counts.transactions += len(decided.transactions)
        # A node that computes another root comes last: the others are the measure.
        order = sorted(self._alive(), key=lambda one: (self._is_wrong(one), self.random.random()))
        for station in order:
            if station.application.height == decided.height - 1:
                is_crash = not self.is_resting and self.random.random() < 0.08
                crash = self.random.choice(CRASHES) if is_crash else ""
                self._deliver(station, decided, crash)

    def _deliver(self, station: Station, decided: Decided, crash: str = "") -> None:
        try:
            station.take_block(decided, crash, lambda: self._meanwhile(station, decided))
        except Crashed:
            self._crash(station)
        if station.is_alive:
            station.sweep()
        self.clients.collect(self.blocks, self.codes)
        self._retire_if_diverged(station)

    def _meanwhile(self, station: Station, decided: Decided) -> None:
        """Between execution and commit: the mempool's connection goes on all the while."""
        if self.is_resting:
            return
        if self.random.random() < 0.3:
            self.clients.submit(self.clients.make(self.now // NS), station)
        for raw in decided.transactions[:2]:
            if raw in self.clients.copies or self.random.random() < 0.2:
                self.clients.submit(raw, station)

    def _catch_up(self, station: Station) -> None:
        """Take the blocks that a node missed, as block sync does: nobody asks it for its vote."""
        behind = self.chain[station.application.height + 1 - self.initial :]
        for decided in behind:
            if not station.is_alive:
                return
            self._deliver(station, decided)

    # --- crashes ----------------------------------------------------------------------------------

    def _crash(self, station: Station) -> None:
        self.counts.crashes += 1
        self.clients.collect(self.blocks, self.codes)
        station.crash()
        lost = self.clients.abandon(station)
        self.paused.discard(station.number)
        if self.random.random() < 0.1:
            # The folder is a copy of earlier days; the engine has everything.
            disk = station.disk
            oldest = max(disk.flushed_height, self.initial - 1)
            if oldest < len(disk.records):
                del disk.records[self.random.randint(oldest, len(disk.records)) :]
        for raw in lost:
            if self.random.random() < 0.7 and any(one.is_alive for one in self.stations):
                self.clients.submit(raw, self.random.choice(self._alive()))

    def _perhaps_restart(self, station: Station, chance: float) -> None:
        # What a crashed node did not answer is sent to others, and may have started it by now.
        is_down = not station.is_alive and station.number not in self.diverged
        if is_down and self.random.random() < chance:
            self._restart(station)

    def _restart(self, station: Station) -> None:
        before = len(station.calls)
        station.boot(self.chain)
        self.counts.replayed += sum(name == "commit" for name, _ in station.calls[before:])
        self._retire_if_diverged(station)

    def _retire_if_diverged(self, station: Station) -> None:
        if station.number in self.diverged:
            station.crash()
            self.clients.abandon(station)

    # --- what must hold ---------------------------------------------------------------------------

    def _is_wrong(self, station: Station) -> bool:
        return self.kind == "root" and station.number in self.bad

    def _on_response(
        self, station: Station, decided: Decided, response: ResponseFinalizeBlock
    ) -> None:
        executed = station.replica._executed
        if executed is None:
            raise Broken("nothing was executed")
        found = Agreed(
            response.app_hash,
            tuple(one.SerializeToString(deterministic=True) for one in response.tx_results),
            tuple(one.SerializeToString(deterministic=True) for one in response.validator_updates),
        )
        if len(found.results) != len(decided.transactions):
            raise Broken(f"{len(found.results)} results for {len(decided.transactions)} bytes")
        if self._is_wrong(station) and self.random.random() < 0.1:
            found.app_hash = bytes(reversed(found.app_hash))
        agreed = self.agreed.get(decided.height)
        if agreed is None:
            self.agreed[decided.height] = found
            time = decided.time // NS
            self._compare_codes(decided.height, time, decided.transactions, list(executed.codes))
            self._compare_validators(decided.height, response)
            self._compare_app_hash(decided, found.app_hash)
        elif found != agreed:
            if not self._is_wrong(station):
                raise Broken(f"node {station.number} differs at height {decided.height}")
            # Its engine sees the others' app hash in the next header, and stops.
            self.diverged.add(station.number)

    def _compare_codes(
        self, height: int, time: int, transactions: tuple[bytes, ...], codes: list[str]
    ) -> None:
        self.blocks[height], self.codes[height] = transactions, codes
        right = [self.model.apply(raw, time, height) for raw in transactions]
        if right != codes:
            raise Broken(f"height {height}: codes are {codes}, the model says {right}")

    def _compare_app_hash(self, decided: Decided, found: bytes) -> None:
        earlier = self.agreed.get(decided.height - 1)
        before = earlier.app_hash if earlier else self.genesis_hash
        if (found == before) != (not decided.transactions):
            raise Broken(f"height {decided.height}: an empty block, and only one, keeps the hash")

    def _compare_validators(self, height: int, response: ResponseFinalizeBlock) -> None:
        """Take the changes over as the engine does, which stops every node if they are wrong."""
        powers = dict(self.sets[height + 1])
        keys = [one.pub_key.ed25519 for one in response.validator_updates]
        if keys != sorted(set(keys)):
            raise Broken("validator updates are not sorted, or one comes twice")
        for one in response.validator_updates:
            key = one.pub_key.ed25519
            if not one.power and key not in powers:
                raise Broken("an unknown validator was removed")
            powers[key] = one.power
        powers = {key: power for key, power in powers.items() if power}
        self.sets[height + 2] = powers
        if powers != dict(self.model.validators.values()):
            raise Broken("the engine's validators are not those of the register")
        self._note_owners()

    def _note_owners(self) -> None:
        for organization, (key, _) in self.model.validators.items():
            self.owners[key] = self.clients.organizations.index(organization)

    # --- the end ----------------------------------------------------------------------------------

    def _sound(self) -> Iterator[Station]:
        yield from (one for one in self.stations if one.number not in self.diverged)

    def _come_to_rest(self) -> None:
        """Heal everything and go on until nobody waits any more."""
        self.paused.clear()
        self.is_resting = True
        self.kind = "root" if self.kind == "root" else "none"
        for _ in range(14):
            for station in self._sound():
                if not station.is_alive:
                    self._restart(station)
                station.is_full = False
            self._gossip(1.0)
            before = len(self.chain)
            self._round()
            if not self.clients.open and len(self.chain) > before:
                break
            self.now += 9_000 * NS
        for station in self._sound():
            if not station.is_alive:
                self._restart(station)
            self._catch_up(station)
            station.sweep()
        self.clients.collect(self.blocks, self.codes)

    def _check_end(self) -> None:
        self.clients.check_end(self.model.executed)
        self.counts.executed += len(self.model.executed)
        for key, (height, index, _) in self.clients.committed.items():
            raw = self.blocks[height][index]
            for station in self._sound():
                if station.log.block(height).transactions[index] != raw:
                    raise Broken(f"node {station.number} lost {key.hex()[:16]}")
        heads = {(one.application.height, one.application.app_hash) for one in self._sound()}
        if len(heads) != 1:
            raise Broken(f"nodes rest at {len(heads)} different states")
        for station in self._sound():
            if self._accounts(station) != self.model.accounts:
                raise Broken(f"node {station.number} has other balances than the model")

    def _accounts(self, station: Station) -> dict[str, tuple[int, int]]:
        accounts: dict[str, tuple[int, int]] = {}
        for _, value in station.store.items(Tree.STATE):
            match decode(value):
                case {"id": str() as name, "balance": int() as balance, "count": int() as count}:
                    accounts[name] = (balance, count)
        return accounts
