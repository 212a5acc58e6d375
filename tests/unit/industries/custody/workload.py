# SPDX-License-Identifier: Apache-2.0
"""A bank's archive at scale, from a seed, run to its end with totals that balance.

The measure is 200 branches with 2,000 vouchers a day each (50 to 300 KB) and 20,000 recordings
(10 to 50 MB), and at least one challenge a day for 1,000 objects. Five nodes keep three copies;
of some copies they lose the bytes. A fortieth of a day:

    python -m tests.unit.industries.custody.workload --branches 5 --vouchers 1900 --videos 500
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from tallystick.contracts import asdict as plain_of
from tallystick.contracts import digest_of
from tallystick.contracts.parts import BatchTree
from tallystick.encoding import format_base64url
from tallystick.industries.custody import ManifestEntry, entry_digest, plain_commitment
from tallystick.merkle import (
    CHUNK_SIZE,
    SLICE_SIZE,
    ChunkHashes,
    ContentHasher,
    chunk_count,
    prove_slice,
)
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    LEGAL,
    OPERATORS,
    OWNER,
    READER,
    REGULATOR,
    RULES,
    Scene,
)

BOOK, RECORDING = "book", "recording"
SIZES: Final = {BOOK: (50_000, 300_000), RECORDING: (10_000_000, 50_000_000)}
DAYS: Final = {BOOK: 10_957, RECORDING: 20}
COPIES: Final = 3
PERIOD_DAYS: Final = 31
GRACE_DAYS: Final = 30
START: Final = date(2026, 9, 21)
LOST_IN: Final = 200
"""Of so many copies, one is lost by its node."""
OBJECTS_A_CHALLENGE: Final = 1_000
"""For so many objects, at least one challenge a day."""
FUNDS: Final = 10**12
CAPACITY: Final = 10**15


class File(NamedTuple):
    """A file whose chunks are made again from their seeds whenever their bytes are wanted."""

    seed: str
    size: int
    kind: str
    born: int
    """The day."""


def chunk_of(file: File, number: int) -> bytes:
    """Return the bytes of one chunk of the sealed file."""
    size = min(CHUNK_SIZE, file.size - number * CHUNK_SIZE)
    return Random(f"{file.seed}/{number}").randbytes(size)


@cache
def hashes_of(file: File) -> ChunkHashes:
    """Return what the file's address is computed from: 64 bytes a chunk."""
    hasher = ContentHasher()
    for number in range(chunk_count(file.size)):
        hasher.update(chunk_of(file, number))
    return hasher.finish()


def answer_of(file: File, index: int) -> dict[str, Any]:
    """Return a slice with its path."""
    chunk = chunk_of(file, index * SLICE_SIZE // CHUNK_SIZE)
    data, path = prove_slice(index, chunk, hashes_of(file).roots)
    return {"slice": format_base64url(data), "path": [one.hex() for one in path]}


@dataclass
class Totals:
    """What the generator has done, which the ledger must say too."""

    objects: int = 0
    bytes: int = 0
    lines: int = 0
    paid: int = 0
    answers: int = 0
    silent: int = 0
    penalties: int = 0
    repairs: int = 0
    withdrawn: int = 0
    destroyed: int = 0
    released: int = 0
    reads: int = 0
    audits: int = 0
    drills: int = 0
    calls: int = 0


class Workload:
    """So many days of a bank's branches, and then time until every short period is over."""

    def __init__(
        self, *, branches: int, vouchers: int, videos: int, days: int = 1, seed: int = 11
    ) -> None:
        """Take the size: vouchers of each branch, recordings of all, for so many days."""
        self.chance, self.seed = Random(seed), seed
        self.vouchers, self.videos, self.days = vouchers, videos, days
        self.scene, self.done = Scene(), Totals()
        self.files: dict[str, File] = {}
        self.numbers: dict[str, int] = {}
        self.lost: set[tuple[str, str]] = set()
        self.fee: dict[str, int] = {}
        self._prepare(branches)

    def run(self) -> Totals:
        """Archive so many days, let the periods pass, check everything and return what was done."""
        for day in range(self.days + PERIOD_DAYS + GRACE_DAYS + 2):
            if day < self.days:
                self._archive(day)
            self._pass_a_day(day)
        self._withdraw()
        self.done.calls = self.scene.ledger.height
        return self.done

    # --- one day --------------------------------------------------------------------------------

    def _prepare(self, branches: int) -> None:
        """Register branches and classes, bring money, and let big nodes take the place of small."""
        scene = self.scene
        for kind, days in DAYS.items():
            scene.ok(RULES, "define_class", id=kind, title=kind, days=days)
        scene.deposit(OWNER, FUNDS)
        for number, operator in enumerate(OPERATORS):
            scene.deposit(operator, FUNDS)
            scene.ok(operator, "close_node", node=f"n{number}")
            terms = {"capacity": CAPACITY, "price": 10, "currency": "CNY", "stake": FUNDS // 2}
            zone = ("bj", "sh", "gz", "bj", "sh")[number]
            scene.ok(operator, "offer_node", id=f"big{number}", zone=zone, **terms)
        terms = {"copies": COPIES, "period_days": PERIOD_DAYS, "challenges": 1}
        self.agreement = scene.agree(OWNER, **terms)
        for number in range(branches):
            name = f"branch-{number}"
            scene.ok(OWNER, "register_terminal", id=name, branch=f"网点 {number}")
            self.numbers[name] = 1

    def _archive(self, day: int) -> None:
        """Store what the branches have, anchor the day, and look into it by chance."""
        entries, runs = [], []
        branches = sorted(self.numbers)
        shares = [self.videos // len(branches)] * len(branches)
        shares[0] += self.videos - sum(shares)
        for branch, videos in zip(branches, shares, strict=True):
            first, kinds = self.numbers[branch], [BOOK] * self.vouchers + [RECORDING] * videos
            # A number in each day was given and not used, and its cause is known.
            gap = {"first": first + len(kinds) // 2, "count": 1, "cause": "printed twice"}
            numbers = [at for at in range(first, first + len(kinds) + 1) if at != gap["first"]]
            for number, kind in zip(numbers, kinds, strict=True):
                entries.append(self._store(branch, number, kind, day))
            self.numbers[branch] = first + len(kinds) + 1
            runs.append({"terminal": branch, "first": first, "entries": len(kinds), "gaps": [gap]})
        tree = BatchTree([entry_digest(one) for one in entries])
        size = sum(one.size for one in entries)
        date_ = (START + timedelta(days=day)).isoformat()
        made = {"day": date_, "root": tree.root, "size": size, "terminals": runs}
        manifest = self.scene.ok(OWNER, "anchor_day", **made)
        self.done.lines += manifest["entries"]
        self._look_into(manifest["id"], entries, tree)

    def _store(self, branch: str, number: int, kind: str, day: int) -> ManifestEntry:
        """Seal a file, declare it at three nodes in two zones, and have it signed for."""
        name = f"{branch}.{number}"
        size = self.chance.randint(*SIZES[kind])
        file = self.files[name] = File(f"{self.seed}/{name}", size, kind, day)
        address = hashes_of(file).address
        cid = str(address.cid)
        nodes = [f"big{one}" for one in self.chance.sample(range(len(OPERATORS)), COPIES)]
        stored = self.scene.ok(
            OWNER,
            "declare_object",
            id=name,
            agreement=self.agreement,
            cid=cid,
            ciphertext=digest_of("sealed", name),
            plain=plain_commitment(name, digest_of("plain", name), name.encode()),
            size=size,
            slices_root=address.slices_root.hex(),
            media_type="application/octet-stream",
            retention=kind,
            key_id=f"key-{name}",
            nodes=nodes,
        )
        for node in nodes:
            self._pin(name, node, cid)
        self.fee[name] = stored["fee_slice"]
        self.done.objects += 1
        self.done.bytes += size
        return ManifestEntry(
            terminal=branch,
            sequence=number,
            business_key=digest_of("a secret", branch, number),
            object=name,
            cid=cid,
            size=size,
        )

    def _pin(self, name: str, node: str, cid: str) -> None:
        operator = OPERATORS[int(node[-1])]
        self.scene.ok(operator, "pin", object=name, node=node, cid=cid)
        if self.chance.randrange(LOST_IN) == 0:
            self.lost.add((name, node))

    def _look_into(self, manifest: str, entries: list[ManifestEntry], tree: BatchTree) -> None:
        """Audit a day, bring one document back, and let a reader have another."""
        scene = self.scene
        audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
        shown = [_shown(entries, tree, index) for index in audit["indices"]]
        ended = scene.ok(OWNER, "show_entries", audit=audit["id"], shown=shown)
        if ended["state"] != "PASSED":
            raise AssertionError(ended)
        self.done.audits += 1
        drill = scene.ok(AUDITOR, "draw_drill", manifest=manifest)
        line = _shown(entries, tree, drill["index"])
        node = self._good_node(line["entry"]["object"])
        back = {"drill": drill["id"], "shown": line, "node": node, "is_intact": True}
        self.done.drills += scene.ok(AUDITOR, "report_drill", **back)["state"] == "PASSED"
        name = self.chance.choice(entries).object
        grant = scene.ok(
            OWNER,
            "grant_read",
            object=name,
            reader=READER.organization,
            purpose="audit",
            valid_until=scene.now + 86_400_000,
        )
        read = scene.ok(READER, "open_read", grant=grant["id"], purpose="audit")
        scene.ok(READER, "finish_read", read=read["id"], node=self._good_node(name))
        self.done.reads += 1

    def _good_node(self, name: str) -> str:
        nodes: list[str] = self.scene.record("objects", name)["nodes"]
        return next(node for node in nodes if (name, node) not in self.lost)

    def _pass_a_day(self, day: int) -> None:
        """Let a day pass: challenges by chance, what may go, clocks, answers, repairs."""
        scene = self.scene
        wanted = -(-len(self.files) // OBJECTS_A_CHALLENGE)
        for name in self.chance.sample(sorted(self.files), wanted):
            if scene.record("objects", name)["pinned"]:
                node = self._good_node(name)
                asked = scene.ok(REGULATOR, "challenge_copy", object=name, node=node)
                self._answer(asked["id"], node, name, pays=0)
        self._let_go(day)
        scene.ledger.warp(days=1)
        self._turn_clocks()
        # Whoever did not answer is asked again after ten minutes, and is suspect then.
        for seconds in (61, 600, 61):
            scene.ledger.warp(seconds=seconds)
            self._turn_clocks()

    def _turn_clocks(self) -> None:
        """Fire what is due, and let the nodes do what follows."""
        is_more_due = True
        while is_more_due:
            ticked = self.scene.do(ANYONE, "tick", limit=200)
            is_more_due = bool(ticked.result["is_more_due"])  # type: ignore[index,call-overload]
            happened = defaultdict(list)
            for event in ticked.events:
                happened[event.name.partition(".")[2]].append(dict(event.fields))
            self._take_note(happened)

    def _take_note(self, happened: dict[str, list[dict[str, Any]]]) -> None:
        for one in happened["ChallengeIssued"]:
            # Rounds are paid; who is asked again, or by hand, is not.
            is_round = self.scene.record("challenges", one["challenge"])["pays"] > 0
            pays = self.fee[one["object"]] if is_round else 0
            self._answer(one["challenge"], one["node"], one["object"], pays=pays)
        for one in happened["ChallengeEnded"]:
            self.done.silent += one["failed"]
            self.done.penalties += 2 * self.fee[one["object"]] * one["failed"]
        for one in happened["CopyOffered"]:
            self._pin(one["object"], one["node"], one["cid"])
            self.done.repairs += 1

    def _answer(self, challenge: str, node: str, name: str, *, pays: int) -> None:
        """Show what is asked for, unless the node has lost it."""
        if (name, node) in self.lost:
            return
        asked = self.scene.record("challenges", challenge)
        answer = answer_of(self.files[name], asked["index"])
        given = {"challenge": challenge, "seed": asked["seed"], "answer": answer}
        self.scene.ok(OPERATORS[int(node[-1])], "answer", **given)
        self.done.answers += 1
        self.done.paid += pays

    def _let_go(self, day: int) -> None:
        """Of recordings that need not be kept any more: destroy, release, or let the period end."""
        for name, file in self.files.items():
            if file.kind != RECORDING or file.born + DAYS[RECORDING] + 1 != day:
                continue
            choice = self.chance.choice(("destroy", "release", "lapse"))
            if choice == "destroy":
                self.scene.ok(OWNER, "order_destruction", object=name, reason="期满")
                self.scene.ok(LEGAL, "sign_destruction", object=name)
                self.done.destroyed += 1
                continue
            self.done.released += 1
            if choice == "release":
                self.scene.ok(OWNER, "release", object=name)

    def _withdraw(self) -> None:
        """Let the operators have what they earned paid out."""
        for operator in OPERATORS:
            account = self.scene.record("money_accounts", f"{operator.organization}/CNY")
            amount = account["available"] // 2
            order = self.scene.ok(
                operator, "withdraw", currency="CNY", amount=amount, payee="ab" * 32
            )
            self.scene.ok(BANK, "note_sent", orders=[order["id"]], file="cd" * 32)
            said = {"order": order["id"], "state": "BOOKED", "attempt": 1}
            self.scene.ok(BANK, "report_payment", reference=f"B/{order['id']}", **said)
            self.done.withdrawn += amount


def check(workload: Workload) -> None:
    """Hold the ledger against what was done, and every invariant against the ledger."""
    scene, done = workload.scene, workload.done
    check_all(scene)
    accounts = {name: one["available"] + one["held"] for name, one in _accounts(scene).items()}
    owner = accounts.pop(OWNER.organization)
    ended = scene.named("ChallengeEnded")
    objects = scene.table("objects").values()
    found = {
        "objects": len(objects),
        "bytes": sum(one["size"] for one in objects),
        "lines": sum(one["entries"] for one in scene.table("manifests").values()),
        "paid": sum(one["paid"] for one in ended),
        "answers": sum(one["passed"] for one in ended),
        "silent": sum(one["failed"] for one in ended),
        "penalties": sum(one["penalty"] for one in ended),
        "repairs": len(scene.table("repairs")),
        "destroyed": sum(one["state"] == "DESTROYED" for one in objects),
        "released": sum(one["state"] == "RELEASED" and not one["nodes"] for one in objects),
        "reads": len(scene.named("ReadDone")),
        "audits": len(scene.table("audits")),
        "drills": sum(one["state"] == "PASSED" for one in scene.table("drills").values()),
    }
    said = {name: value for name, value in asdict(done).items() if name in found}
    if said != found:
        raise AssertionError(f"the ledger says {found}, done was {said}")
    operators = sum(accounts[one.organization] for one in OPERATORS)
    started = 10_000_000 + FUNDS
    if owner != started - done.paid + done.penalties:
        raise AssertionError(f"the owner has {owner}")
    if operators != len(OPERATORS) * started + done.paid - done.penalties - done.withdrawn:
        raise AssertionError(f"the operators have {operators}")
    if any(one["state"] in {"LOST", "DEGRADED", "UPLOADING"} for one in objects):
        raise AssertionError("an object is lost or has too few copies")


def _accounts(scene: Scene) -> dict[str, dict[str, Any]]:
    return {name.partition("/")[0]: one for name, one in scene.table("money_accounts").items()}


def _shown(entries: list[ManifestEntry], tree: BatchTree, index: int) -> dict[str, Any]:
    return {"index": index, "entry": plain_of(entries[index]), "path": list(tree.path(index))}


def main() -> None:
    """Run the workload and print its totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, number in (("branches", 5), ("vouchers", 1_900), ("videos", 500), ("days", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--seed", type=int, default=11)
    workload = Workload(**vars(parser.parse_args()))
    began = time.monotonic()
    totals = workload.run()
    took = time.monotonic() - began
    check(workload)
    for name, value in asdict(totals).items():
        print(f"{name:10}{value:20,}")  # noqa: T201  # a command
    print(f"{took:.0f} s, {totals.calls / took:,.0f} calls a second; balanced")  # noqa: T201


if __name__ == "__main__":
    main()
