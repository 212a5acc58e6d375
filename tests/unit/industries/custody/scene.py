# SPDX-License-Identifier: Apache-2.0
"""A ledger of the custody contract in memory, real files, and the usual way to a stored object."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from tallystick.contracts import digest_of
from tallystick.contracts.parts import BatchTree, leaf_digest
from tallystick.encoding import decode
from tallystick.industries.custody import Custody, ManifestEntry, entry_digest, plain_commitment
from tallystick.model import Event, Execution, Signer
from tallystick.testing import LedgerHarness, make_signer

DAY_MS: Final = 86_400_000
SLICE: Final = 1_024
_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organization(number: int) -> str:
    """Return a unified social credit code with the right check character (GB 32100)."""
    body = f"9111{number:013d}"
    total = sum(_CHARACTERS.index(one) * pow(3, i, 31) for i, one in enumerate(body))
    return body + _CHARACTERS[(31 - total % 31) % 31]


def person(role: str, number: int) -> Signer:
    """Return somebody of an organisation with one role."""
    return make_signer(f"custody.{role}", organization=organization(number), member=role)


RULES, REGULATOR, COURT = person("rules", 1), person("regulator", 2), person("court", 3)
AUDITOR, BANK, READER = person("auditor", 4), person("bank", 5), person("reader", 6)
OWNER, LEGAL = person("owner", 10), person("legal-officer", 10)
CUSTODIAN, TERMINAL = person("key-custodian", 10), person("terminal", 10)
OTHER_OWNER, OTHER_LEGAL = person("owner", 11), person("legal-officer", 11)
OPERATORS: Final = tuple(person("operator", 20 + number) for number in range(5))
ANYONE: Final = make_signer(organization=organization(99))


@dataclass(frozen=True)
class SealedFile:
    """Sealed bytes with their address and slices."""

    content: bytes

    @property
    def cid(self) -> str:
        """CIDv1, raw, SHA-256: what a file of one chunk has."""
        digest = b"\x01\x55\x12\x20" + hashlib.sha256(self.content).digest()
        return "b" + base64.b32encode(digest).decode().lower().rstrip("=")

    @property
    def tree(self) -> BatchTree:
        """The RFC 9162 tree over its slices."""
        parts = range(0, len(self.content), SLICE)
        return BatchTree([leaf_digest(self.content[at : at + SLICE]) for at in parts])

    def answer(self, index: int) -> dict[str, Any]:
        """Return a slice with its path."""
        part = self.content[index * SLICE : (index + 1) * SLICE]
        text = base64.urlsafe_b64encode(part).decode().rstrip("=")
        return {"slice": text, "path": list(self.tree.path(index))}


class Scene:
    """The ledger, five nodes in three zones, an owner with money and an agreement."""

    def __init__(self, *, zones: tuple[str, ...] = ("bj", "sh", "gz", "bj", "sh")) -> None:
        """Make everything ready."""
        self.ledger = LedgerHarness(Custody)
        self.events: list[Event] = []
        self.history: list[tuple[int, tuple[Event, ...]]] = []
        self.files: dict[str, SealedFile] = {}
        self.random = Random(11)
        self.ok(BANK, "open_money", currency="CNY")
        for who in (OWNER, OTHER_OWNER, *OPERATORS):
            self.deposit(who, 10_000_000)
        self.ok(RULES, "define_class", id="voucher", title="凭证", days=90)
        self.ok(RULES, "define_class", id="short", title="临时", days=1)
        for number, operator in enumerate(OPERATORS):
            self.ok(
                operator,
                "offer_node",
                id=f"n{number}",
                zone=zones[number],
                capacity=10_000_000,
                price=10,
                currency="CNY",
                stake=100_000,
            )
        self.agreement = self.agree(OWNER)

    # --- calling --------------------------------------------------------------------------------

    def do(self, who: Signer, method: str, /, **args: Any) -> Execution:
        """Run an action in the next block."""
        done = self.ledger.run(method, who, **args)
        self.events += done.events
        self.history.append((self.now, done.events))
        return done

    def ok(self, who: Signer, method: str, /, **args: Any) -> Any:
        """Run an action that must succeed; return its result."""
        done = self.do(who, method, **args)
        assert done.code == "ok", (method, done.code, done.result)
        return done.result

    def refused(self, code: str, who: Signer, method: str, /, **args: Any) -> Any:
        """Run an action that must be refused with this code; return the facts."""
        done = self.do(who, method, **args)
        assert (done.code, done.writes, done.events) == (code, {}, ()), (method, done)
        return done.result

    def table(self, name: str) -> dict[str, Any]:
        """Return the records of a table by key."""
        prefix = f"custody/{name}/"
        return {
            key.decode()[len(prefix) :]: decode(value)
            for key, value in self.ledger.state.values.items()
            if key.decode().startswith(prefix)
        }

    def record(self, name: str, key: str) -> Any:
        """Return one record."""
        return decode(self.ledger.state.values[f"custody/{name}/{key}".encode()])

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of all events of a kind so far."""
        return [dict(event.fields) for event in self.events if event.name == f"custody.{name}"]

    @property
    def now(self) -> int:
        """The block's time."""
        return self.ledger.block_time_ms

    def warp(self, *, days: int = 0, seconds: int = 0, tick: bool = True) -> None:
        """Let time pass, and whatever is due happen."""
        self.ledger.warp(days=days, seconds=seconds)
        if tick:
            self.tick()

    def tick(self) -> None:
        """Fire all that is due."""
        while self.ok(ANYONE, "tick", limit=200)["is_more_due"]:
            pass

    # --- the usual way --------------------------------------------------------------------------

    def deposit(self, who: Signer, amount: int) -> None:
        """Bring money onto the ledger."""
        self.ok(
            BANK,
            "receive_deposit",
            organization=who.organization,
            currency="CNY",
            amount=amount,
            reference=f"IN-{self.ledger.height}",
        )

    def agree(self, who: Signer, **more: Any) -> str:
        """Make an agreement: three copies in two zones, sixty days, four challenges."""
        terms = {
            "copies": 3,
            "zones": 2,
            "period_days": 60,
            "price": 20,
            "challenges": 4,
            "currency": "CNY",
        }
        return str(self.ok(who, "make_agreement", **(terms | more))["id"])

    def seal(self, size: int = 5_000) -> SealedFile:
        """Return sealed bytes that nobody has seen."""
        return SealedFile(self.random.randbytes(size))

    def new_object(self, name: str, file: SealedFile, **more: Any) -> dict[str, Any]:
        """Return the arguments of a declaration."""
        self.files[name] = file
        usual = {
            "id": name,
            "agreement": self.agreement,
            "cid": file.cid,
            "ciphertext": hashlib.sha256(file.content).hexdigest(),
            "plain": plain_commitment(name, digest_of("plaintext"), name.encode()),
            "size": len(file.content),
            "slices_root": file.tree.root,
            "media_type": "application/pdf",
            "retention": "voucher",
            "key_id": f"key-{name}",
            "nodes": ["n0", "n1", "n2"],
        }
        return usual | more

    def declare(self, name: str, size: int = 5_000, who: Signer = OWNER, **more: Any) -> Any:
        """Declare an object."""
        return self.ok(who, "declare_object", **self.new_object(name, self.seal(size), **more))

    def pin(self, name: str, node: str) -> Any:
        """Let a node sign for a copy."""
        operator = OPERATORS[int(node[1:])]
        return self.ok(operator, "pin", object=name, node=node, cid=self.files[name].cid)

    def stored(self, name: str = "o1", size: int = 5_000, **more: Any) -> str:
        """Bring an object to STORED."""
        for node in self.declare(name, size, **more)["nodes"]:
            self.pin(name, node)
        return name

    def state(self, name: str) -> str:
        """Return the state of an object."""
        return str(self.record("objects", name)["state"])

    def copy(self, name: str, node: str) -> str:
        """Return the state of a copy."""
        return str(self.record("placements", f"{name}/{node}")["state"])

    def open_challenges(self) -> list[dict[str, Any]]:
        """Return the challenges that wait for an answer."""
        found = self.table("challenges").values()
        return [one for one in found if one["state"] == "ISSUED"]

    def answer_args(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the right answer to a challenge."""
        file = self.files[asked["object"]]
        return {
            "challenge": asked["id"],
            "seed": asked["seed"],
            "answer": file.answer(asked["index"]),
        }

    def answer(self, asked: dict[str, Any]) -> Execution:
        """Let the node that was asked answer."""
        operator = OPERATORS[int(asked["node"][1:])]
        return self.do(operator, "answer", **self.answer_args(asked))

    def answer_all(self, *silent: str) -> None:
        """Let every node answer but some."""
        for asked in self.open_challenges():
            if asked["node"] not in silent:
                assert self.answer(asked).code == "ok"

    def fail(self, node: str, *, times: int = 2) -> None:
        """Let a node fail so many challenges in a row while others answer."""
        for number in range(times):
            self.warp(days=0 if number else 13, seconds=601 if number else 0)
            self.answer_all(node)
            self.warp(seconds=61)

    def to_expiring(self) -> None:
        """Let thirty-one days pass with every challenge answered."""
        for _ in range(31):
            self.warp(days=1)
            self.answer_all()

    # --- archive --------------------------------------------------------------------------------

    def terminals(self, count: int = 2) -> None:
        """Register terminals."""
        for number in range(count):
            self.ok(OWNER, "register_terminal", id=f"t{number}", branch=f"网点 {number}")

    def entry(self, terminal: str, sequence: int, name: str) -> ManifestEntry:
        """Return a line of the directory."""
        file = self.files[name]
        return ManifestEntry(
            terminal=terminal,
            sequence=sequence,
            business_key=digest_of("key", terminal, sequence),
            object=name,
            cid=file.cid,
            size=len(file.content),
        )

    def anchor(
        self, entries: list[ManifestEntry], terminals: list[dict[str, Any]], day: date
    ) -> str:
        """Anchor a day."""
        tree = BatchTree([entry_digest(one) for one in entries])
        return str(
            self.ok(
                OWNER,
                "anchor_day",
                day=day.isoformat(),
                root=tree.root,
                size=sum(one.size for one in entries),
                terminals=terminals,
            )["id"]
        )

    def shown(self, entries: list[ManifestEntry], index: int) -> dict[str, Any]:
        """Return a line with its path."""
        tree = BatchTree([entry_digest(one) for one in entries])
        entry = entries[index]
        plain = {name: getattr(entry, name) for name in entry.__struct_fields__}
        return {"index": index, "entry": plain, "path": list(tree.path(index))}
