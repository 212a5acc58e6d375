# SPDX-License-Identifier: Apache-2.0
"""A ledger built by hand from model records: genesis, transactions, entries, tree, receipts.

It executes nothing: it says what a node would have recorded, so that the client is tested without
any node. All keys are published test keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick.client import Trust
from tallystick.crypto import SecretKey
from tallystick.encoding import Value, encode
from tallystick.merkle import LogTree, StateTree, TileKey, leaf_hash
from tallystick.model import (
    NO_WRITES,
    Call,
    Checkpoint,
    Entry,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    Organization,
    Outcome,
    Receipt,
    build_log_receipt,
    decode_transaction,
    encode_entry,
    sign_checkpoint,
    sign_root,
    sign_transaction,
)
from tallystick.units import TimeMs

COURT = "11330100MB0F0001X8"
BANK = "91350100M000100Y43"
START = 1_700_000_000_000
FOREVER = 2**50
DOCUMENT = b"%PDF-1.7 a contract of sale"
TITLE = "采购合同"


def secret(number: int) -> SecretKey:
    """Return a test key: its seed is the number, so it protects nothing."""
    return SecretKey(number.to_bytes(32, "big"))


CLERK, TELLER, STRANGER, LOG_KEY, OTHER_LOG_KEY = map(secret, (1, 3, 7, 9, 10))


def args_of(content: bytes) -> dict[str, Value]:
    """Return the least that a deposit says."""
    return {"sha256": sha256_hex(content), "size": len(content)}


def sha256_hex(data: bytes) -> str:
    """Return the digest as deposits spell it."""
    return hashlib.sha256(data).hexdigest()


def member_key(key: SecretKey, organization: str, member: str, **changes: int) -> MemberKey:
    """Return an enrolled key, valid for ever unless changed."""
    revoked = changes.get("revoked_at")
    return MemberKey(
        public_key=key.public_key,
        organization=organization,
        member=member,
        valid_from=TimeMs(changes.get("valid_from", 0)),
        valid_until=TimeMs(changes.get("valid_until", FOREVER)),
        revoked_at=None if revoked is None else TimeMs(revoked),
    )


def make_genesis(
    name: str = "demo",
    log_keys: tuple[SecretKey, ...] = (LOG_KEY,),
    clerk_key: Mapping[str, int] | None = None,
) -> GenesisDocument:
    """Return a court with a clerk and a bank with a teller."""
    return GenesisDocument(
        name=name,
        created=TimeMs(START),
        organizations=(
            Organization(id=COURT, name=Name(zh="杭州互联网法院", en="Hangzhou Internet Court")),
            Organization(id=BANK, name=Name(zh="示例银行", en="Example Bank")),
        ),
        members=(
            Member(
                organization=COURT,
                id="clerk",
                name=Name(zh="王芳", en="Wang Fang"),
                roles=("depositor",),
            ),
            Member(
                organization=BANK,
                id="teller",
                name=Name(zh="李强", en="Li Qiang"),
                roles=("depositor",),
            ),
        ),
        keys=(
            member_key(CLERK, COURT, "clerk", **(clerk_key or {})),
            member_key(TELLER, BANK, "teller"),
        ),
        log_keys=tuple(LogKey(organization=COURT, public_key=k.public_key) for k in log_keys),
        contracts=("evidence",),
    )


class Shelf:
    """Tiles and tree records in memory."""

    def __init__(self) -> None:
        """Start empty."""
        self.tiles: dict[TileKey, bytes] = {}
        self.pages: dict[bytes, bytes | None] = {}

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Answer as a `TileReader`."""
        tile = self.tiles.get(TileKey(level, index))
        return None if tile is None else tile[: width * 32]

    def read_page(self, prefix: bytes) -> bytes | None:
        """Answer as a `PageReader`."""
        return self.pages.get(prefix)


@dataclass
class World:
    """A network with its log; every transaction is a block of its own."""

    genesis: GenesisDocument = field(default_factory=make_genesis)
    log_key: SecretKey = LOG_KEY
    transactions: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Found the network."""
        self.trust = Trust.of_genesis(self.genesis.encode())
        self.network = self.trust.network
        self.shelf = Shelf()
        self.log = LogTree(self.shelf)
        self.state = StateTree(self.shelf)
        self.members_shelf = Shelf()
        self.registered: dict[bytes, bytes] = {}
        self.membership = StateTree(self.members_shelf)
        self.membership_root = self.membership.root

    def sign(
        self,
        args: Mapping[str, Value],
        *,
        method: str = "deposit",
        key: SecretKey = CLERK,
        organization: str = COURT,
        nonce: int | None = None,
    ) -> bytes:
        """Return a signed transaction."""
        number = len(self.transactions) if nonce is None else nonce
        call = Call(self.network, "evidence", method, dict(args), number, TimeMs(FOREVER))
        return sign_transaction(call, key, organization)

    def commit(self, raw: bytes, *, code: str = "ok", result: Value = None) -> int:
        """Put a transaction into the log; return its index."""
        index = len(self.entries)
        outcome = Outcome(code, result, (), NO_WRITES)
        transaction_id = decode_transaction(raw).id
        entry = Entry(transaction_id, index + 1, self.time(index), outcome)
        self.transactions.append(raw)
        self.entries.append(encode_entry(entry))
        self.log.append([leaf_hash(self.entries[-1])])
        self.shelf.tiles.update(self.log.take_dirty())
        return index

    @staticmethod
    def refusal(raw: bytes, code: str, result: Value) -> bytes:
        """Return the entry of a refused transaction at the end of a log of eight."""
        outcome = Outcome(code, result, (), NO_WRITES)
        return encode_entry(Entry(decode_transaction(raw).id, 9, World.time(8), outcome))

    def deposit(self, content: bytes = DOCUMENT, *, key: SecretKey = CLERK, **more: Value) -> int:
        """Deposit the hash of some content; return its index."""
        args = {"sha256": sha256_hex(content), "size": len(content), "title": TITLE, **more}
        organization = BANK if key is TELLER else COURT
        result: Value = {"id": f"EV-2023-{len(self.entries):06}"}
        return self.commit(self.sign(args, key=key, organization=organization), result=result)

    def fill(self, count: int) -> None:
        """Append deposits of other files."""
        for number in range(count):
            self.deposit(f"filler {len(self.entries)} {number}".encode())

    @staticmethod
    def time(index: int) -> int:
        """Return the block time of a leaf."""
        return START + 1000 * (index + 1)

    def head(self, size: int | None = None) -> Checkpoint:
        """Return the log's head of some size, unsigned."""
        count = len(self.entries) if size is None else size
        return Checkpoint(
            origin=self.network,
            size=count,
            root=self.log.root(count),
            height=count,
            time=self.time(count - 1) if count else START,
            state_root=self.state.root,
            membership_root=self.membership_root,
        )

    def note(self, size: int | None = None, *, key: SecretKey | None = None) -> str:
        """Return the signed head."""
        return sign_checkpoint(self.head(size), key or self.log_key)

    def log_receipt(
        self, index: int, size: int | None = None, *, key: SecretKey | None = None
    ) -> bytes:
        """Return the COSE Receipt of a leaf."""
        head, signer = self.head(size), key or self.log_key
        return build_log_receipt(
            self.network,
            signer.public_key,
            signature=sign_root(self.network, head.root, signer),
            size=head.size,
            index=index,
            path=self.log.inclusion_proof(index, head.size),
        )

    def receipt(
        self, index: int, size: int | None = None, *, key: SecretKey | None = None
    ) -> Receipt:
        """Return the receipt file of a leaf."""
        return Receipt(
            network=self.network,
            level="committed",
            transaction=self.transactions[index],
            entry=self.entries[index],
            log_receipt=self.log_receipt(index, size, key=key),
            checkpoint=self.note(size, key=key),
        )

    def write(self, writes: dict[bytes, bytes | None]) -> None:
        """Change the state tree."""
        self.state.update(writes)
        self.shelf.pages.update(self.state.take_dirty())

    def register(self, code: str, zh: str, en: str) -> None:
        """Put an organisation's record into the membership tree."""
        key = f"membership/organizations/{code}".encode()
        self.registered[key] = encode({"id": code, "name": {"zh": zh, "en": en}, "active": True})
        self.membership.update({key: self.registered[key]})
        self.members_shelf.pages.update(self.membership.take_dirty())
        self.membership_root = self.membership.root


def make_world(leaves: int = 8, *, sm3: str | None = None) -> tuple[World, int]:
    """Return a world whose leaf at the returned index deposits `DOCUMENT`."""
    world = World()
    world.fill(leaves // 2)
    index = world.deposit() if sm3 is None else world.deposit(sm3=sm3)
    world.fill(leaves - leaves // 2 - 1)
    return world, index
