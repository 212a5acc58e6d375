# SPDX-License-Identifier: Apache-2.0
"""A small network in a few lines: published test keys, organisations, signed transactions."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import islice

from tallystick.crypto import SecretKey
from tallystick.encoding import Value, decode, encode
from tallystick.ledger import (
    AppliedBlock,
    Execution,
    Invocation,
    Ledger,
    StateReader,
    StateScanner,
    Tree,
    open_ledger,
)
from tallystick.merkle import TileKey
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    Call,
    Event,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Migrated,
    MigrationStep,
    Name,
    Organization,
    Parameters,
    Transaction,
    decode_transaction,
    network_id,
    sign_transaction,
)
from tallystick.units import TimeMs

COURT = "11330100MB0F0001X8"
BANK = "91350100M000100Y43"
START = 1_700_000_000_000
"""Creation time of the test network, unix milliseconds."""
FOREVER = 2**50
LIFETIME = 3_600_000


def secret(number: int) -> SecretKey:
    """Return a test key: its seed is the number, so it protects nothing."""
    return SecretKey(number.to_bytes(32, "big"))


CLERK, ADMINISTRATOR, TELLER, LOG_KEY = secret(1), secret(2), secret(3), secret(9)


def member(organization: str, member_id: str, *roles: str) -> Member:
    """Return an active member."""
    return Member(
        organization=organization, id=member_id, name=Name(zh="成员", en=member_id), roles=roles
    )


def member_key(
    key: SecretKey,
    organization: str,
    member_id: str,
    *,
    valid_from: int = 0,
    valid_until: int = FOREVER,
) -> MemberKey:
    """Return an enrolled key."""
    return MemberKey(
        public_key=key.public_key,
        organization=organization,
        member=member_id,
        valid_from=TimeMs(valid_from),
        valid_until=TimeMs(valid_until),
    )


def make_genesis() -> GenesisDocument:
    """Return two organisations: a court with clerk and administrator, a bank with a teller."""
    return GenesisDocument(
        name="testnet",
        created=TimeMs(START),
        parameters=Parameters(transaction_lifetime_ms_max=LIFETIME),
        organizations=(
            Organization(id=COURT, name=Name(zh="杭州互联网法院", en="Hangzhou Internet Court")),
            Organization(id=BANK, name=Name(zh="示例银行", en="Example Bank")),
        ),
        members=(
            member(COURT, "clerk", "depositor"),
            member(COURT, "head", ROLE_ADMINISTRATOR),
            member(BANK, "teller", "depositor"),
        ),
        keys=(
            member_key(CLERK, COURT, "clerk"),
            member_key(ADMINISTRATOR, COURT, "head"),
            member_key(TELLER, BANK, "teller"),
        ),
        log_keys=(LogKey(organization=COURT, public_key=LOG_KEY.public_key),),
        contracts=("evidence", "notes"),
    )


GENESIS_BYTES = make_genesis().encode()
NETWORK = network_id("testnet", GENESIS_BYTES)


@dataclass
class MemoryStore:
    """A store of dictionaries that keeps what an applied block changes."""

    values: dict[tuple[Tree, bytes], bytes] = field(default_factory=dict)
    pages: dict[tuple[Tree, bytes], bytes] = field(default_factory=dict)
    tiles: dict[TileKey, bytes] = field(default_factory=dict)
    header: bytes = b""
    """Of the last saved block."""

    def get(self, tree: Tree, key: bytes, /) -> bytes | None:
        """Return a value."""
        return self.values.get((tree, key))

    def items(
        self, tree: Tree, /, *, prefix: bytes = b"", after: bytes = b""
    ) -> Generator[tuple[bytes, bytes], None, None]:
        """Yield values of a tree, sorted by key."""
        for kind, key in sorted(self.values):
            if kind == tree and key > after and key.startswith(prefix):
                yield key, self.values[kind, key]

    def read_page(self, tree: Tree, prefix: bytes, /) -> bytes | None:
        """Return a tree record."""
        return self.pages.get((tree, prefix))

    def read_tile(self, level: int, index: int, width: int, /) -> bytes | None:
        """Return part of a tile."""
        tile = self.tiles.get(TileKey(level, index))
        return None if tile is None else tile[: 32 * width]

    def save(self, applied: AppliedBlock) -> None:
        """Keep a block's changes."""
        for tree, writes in ((Tree.STATE, applied.state), (Tree.MEMBERSHIP, applied.membership)):
            for key, value in writes.items():
                _put(self.values, (tree, key), value)
        for place, page in applied.pages.items():
            _put(self.pages, place, page)
        self.tiles.update(applied.tiles)
        self.header = applied.block.header_bytes


def _put(
    target: dict[tuple[Tree, bytes], bytes], key: tuple[Tree, bytes], value: bytes | None
) -> None:
    if value is None:
        target.pop(key, None)
    else:
        target[key] = value


class NotesHost:
    """A contract host of one contract, `notes`: put, and every way to go wrong."""

    def execute(self, invocation: Invocation, state: StateReader) -> Execution:
        """Run one call."""
        args = invocation.call.args
        match invocation.call.method:
            case "put":
                key = b"notes/texts/" + str(args["id"]).encode()
                before = state.get(key)
                count = 1 if before is None else _count(before) + 1
                event = Event("notes.Put", {"id": args["id"], "count": count})
                return Execution(
                    OK, count, (event,), {key: encode({"text": args["text"], "count": count})}
                )
            case "delete":
                return Execution(OK, None, (), {b"notes/texts/" + str(args["id"]).encode(): None})
            case "refuse":
                return Execution("E_STATE", {"field": "id"}, (), {})
            case "break":
                raise MemoryError("the host is out of memory")
        return Execution("E_CONTRACT", None, (), {})

    def migrate(self, step: MigrationStep, state: StateScanner) -> Migrated:
        """Give notes a field more; a note that says "stuck" cannot be moved."""
        found = list(islice(state.scan(b"notes/texts/", step.after), step.limit + 1))
        writes: dict[bytes, bytes | None] = {}
        for key, value in found[: step.limit]:
            record = decode(value)
            assert isinstance(record, dict)
            if record["text"] == "stuck":
                return Migrated("E_CONTRACT_FAILED", {}, step.after, 0, is_finished=False)
            writes[key] = encode(record | {"version": step.version})
        after = max(writes, default=step.after)
        return Migrated(OK, writes, after, len(writes), is_finished=len(found) <= step.limit)


def _count(value: bytes) -> int:
    match decode(value):
        case {"count": int() as count}:
            return count
    raise AssertionError(value)


def open_test_ledger(store: MemoryStore | None = None) -> Ledger:
    """Return a ledger at genesis."""
    return open_ledger(GENESIS_BYTES, store or MemoryStore(), None, NotesHost())


def sign(  # a call has this many parts
    method: str,
    args: dict[str, Value],
    *,
    nonce: int,
    key: SecretKey = CLERK,
    organization: str = COURT,
    contract: str = "notes",
    valid_until: int = START + LIFETIME,
    network: str = NETWORK,
) -> bytes:
    """Return a signed transaction's bytes."""
    call = Call(network, contract, method, args, nonce, TimeMs(valid_until))
    return sign_transaction(call, key, organization)


def put(note: str, text: str, *, nonce: int) -> Transaction:
    """Return a transaction that puts a note."""
    return decode_transaction(sign("put", {"id": note, "text": text}, nonce=nonce))
