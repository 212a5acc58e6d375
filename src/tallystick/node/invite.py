# SPDX-License-Identifier: Apache-2.0
"""The invite: what a machine needs, besides its own keys, to become a node of a network.

It holds nothing secret. Whoever joins compares the genesis hash with the other organisations by
another way than the invite came; all else in it is either bound by that hash or only an address.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from tallystick.crypto import sha256
from tallystick.encoding import format_base64, parse_base64, parse_hex
from tallystick.errors import DataFolderProblem, Malformed
from tallystick.model import (
    GenesisDocument,
    Validator,
    check_genesis,
    check_node_id,
    check_validators,
    decode_genesis,
    network_id,
)
from tallystick.node.ceremony import (
    ENTRY_FILE,
    KEYS_FOLDER,
    EntryContent,
    OwnKeys,
    check_address,
    check_own_part,
    check_url,
    node_id_of,
    parse_entry,
)
from tallystick.node.engine_file import (
    ENGINE_FILE,
    EngineFile,
    PeerNode,
    StateSyncStart,
    read_engine_file,
    write_engine_file,
)
from tallystick.node.finality import ValidatorHistoryFile
from tallystick.storage import DataFolder, read_format
from tallystick.units import HASH_SIZE

INVITE_FORMAT: Final = "tallystick.invite.v1"
INVITE_BYTES_MAX: Final = 8 * 1024 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ANYWHERE: Final = "0.0.0.0"  # noqa: S104  # other organisations must reach the engine


class InviteValidator(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A validator of the engine's first set."""

    organization: str
    public_key: str
    """32 bytes, hexadecimal."""
    power: int


class EngineStartFacts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the engine's chain begins: the same on every node, or their chains differ."""

    initial_height: int
    time_ms: int
    validators: tuple[InviteValidator, ...]


class Invite(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A network, and how to reach it."""

    format: Literal["tallystick.invite.v1"] = INVITE_FORMAT
    network: str
    """Network id; ends with the beginning of the genesis hash."""
    genesis: str
    """The genesis document, base64."""
    engine: EngineStartFacts
    profile: Literal["machine", "wan"]
    """Timings of the engine, which all nodes must share."""
    peers: tuple[PeerNode, ...] = ()
    validators: tuple[str, ...] = ()
    """Certificates of later validator sets, base64, oldest first."""
    state_sync: StateSyncStart | None = None
    """A block from which a new node may take the state instead of executing the whole history."""

    @property
    def genesis_bytes(self) -> bytes:
        """The exact bytes of the genesis document."""
        return parse_base64(self.genesis, name="invite.genesis")

    @property
    def genesis_hash(self) -> str:
        """What all organisations compare: SHA-256 of the genesis document, hexadecimal."""
        return sha256(self.genesis_bytes).hex()

    @property
    def begins_the_network(self) -> bool:
        """Whether the engine orders from the first block on, and nobody did before."""
        return self.engine.initial_height == 1

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificates' bytes."""
        return tuple(parse_base64(one, name="invite.validators") for one in self.validators)

    def to_json(self) -> bytes:
        """Return the invite file's bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def found_invite(genesis: GenesisDocument, entries: tuple[EntryContent, ...]) -> Invite:
    """Return the invite of a network that its founders are about to start."""
    data = genesis.encode()
    return Invite(
        network=network_id(genesis.name, data),
        genesis=format_base64(data),
        engine=EngineStartFacts(
            initial_height=1,
            time_ms=genesis.created,
            validators=tuple(invite_validator(one) for one in genesis.validators),
        ),
        profile=_profile(entries),
        peers=tuple(
            PeerNode(
                node_id=node_id_of(bytes.fromhex(one.node_key)),
                address=one.p2p,
                organization=one.organization,
                api=one.api,
            )
            for one in sorted(entries, key=lambda one: one.organization)
        ),
    )


def parse_invite(text: bytes) -> Invite:
    """Return the checked invite in a file's text.

    Raises:
        Malformed: not an invite, or one that contradicts itself.
        InvalidSignature: a key that must not be enrolled.
    """
    if len(text) > INVITE_BYTES_MAX:
        raise Malformed("the invite is too large", field="invite", expected=f"{INVITE_BYTES_MAX}")
    try:
        invite = msgspec.json.decode(text, type=Invite)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            f"not an invite: {error}", field="invite", expected=INVITE_FORMAT
        ) from error
    check_invite(invite)
    return invite


def check_invite(invite: Invite) -> None:
    """Raise `Malformed` or `InvalidSignature` if an invite contradicts itself."""
    data = invite.genesis_bytes
    genesis = decode_genesis(data)
    check_genesis(genesis)
    found = network_id(genesis.name, data)
    if invite.network != found:
        raise Malformed(
            "the network id is not that of the genesis document",
            field="invite.network",
            expected=found,
            found=invite.network[:80],
        )
    start = invite.engine
    validators = engine_validators(invite)
    check_validators(validators)
    if not validators or start.initial_height < 1 or start.time_ms < 0:
        raise Malformed("the engine cannot begin like this", field="invite.engine")
    is_from_genesis = start.initial_height == 1
    if is_from_genesis and (validators, start.time_ms) != (genesis.validators, genesis.created):
        raise Malformed(
            "the engine begins otherwise than the genesis document says", field="invite.engine"
        )
    for peer in invite.peers:
        check_node_id(peer.node_id)
        check_address(peer.address, "invite.peers")
        if peer.api:
            check_url(peer.api, "invite.peers")
    _ = invite.certificates
    if invite.state_sync is not None:
        _check_state_sync(invite.state_sync)


def engine_validators(invite: Invite) -> tuple[Validator, ...]:
    """Return the engine's first validators."""
    return tuple(
        Validator(
            organization=one.organization,
            public_key=parse_hex(one.public_key, size=HASH_SIZE, name="invite.engine"),
            power=one.power,
        )
        for one in invite.engine.validators
    )


def own_entry(data: Path) -> EntryContent:
    """Return the entry that was made in a folder, checked against the keys that lie there.

    Raises:
        DataFolderProblem: there is none, or its keys are others.
        Malformed, InvalidSignature: it was changed.
    """
    try:
        content = parse_entry((data / ENTRY_FILE).read_bytes()).content
    except OSError as error:
        raise DataFolderProblem(
            f"{data} has no entry: there are no keys to join with",
            field="--data",
            hint="Make keys and an entry first: `tally network entry --help`.",
        ) from error
    keys = OwnKeys.load(data)
    found = tuple(key.public_key.hex() for key in keys)
    if found != (content.log_key, content.validator_key, content.node_key):
        raise DataFolderProblem(f"the keys in {data} are not those of its entry", field="--data")
    return content


def is_founder(genesis: GenesisDocument, content: EntryContent) -> bool:
    """Say whether the genesis document has this organisation."""
    return any(one.id == content.organization for one in genesis.organizations)


def join_network(data: Path, invite: Invite, *, listen: str | None = None) -> EngineFile:
    """Make a folder with keys and an entry into the data folder of a node of the network.

    An interrupted join is completed by doing it again.

    Args:
        data: the folder.
        invite: the network.
        listen: host or address on which the engine listens; by default this machine only if the
            entry's address is this machine's, else all interfaces.

    Raises:
        DataFolderProblem: there are no keys, it has a network already, or holds other things.
        Malformed: the genesis document has other things of this organisation than its entry.
        StorageFailed: the system refused.
    """
    # Loaded here, so that a node that orders alone loads none of it.
    from tallystick.node.comet import engine_genesis, found_engine  # noqa: PLC0415

    content = own_entry(data)
    genesis_bytes = invite.genesis_bytes
    genesis = decode_genesis(genesis_bytes)
    if invite.begins_the_network and is_founder(genesis, content):
        check_own_part(genesis, content)
    settings = _engine_file(invite, content, listen)
    if is_joined(data):
        raise DataFolderProblem(
            f"{data} belongs to a network already",
            field="--data",
            found=read_format(data).network,
            hint="Start it: `tally up --data DIR`.",
        )
    # First, so that an interrupted folder is never taken for one that orders alone.
    write_engine_file(data, settings)
    keys = OwnKeys.load(data)
    start = engine_genesis(
        genesis,
        genesis_bytes,
        validators=engine_validators(invite),
        initial_height=invite.engine.initial_height,
        time_ms=invite.engine.time_ms,
    )
    with _data_folder(data, invite, genesis_bytes) as folder:
        if invite.validators:
            ValidatorHistoryFile(data).begin(invite.certificates)
        found_engine(folder, start, node_key=keys.node, validator_key=keys.validator)
    return settings


def is_joined(data: Path) -> bool:
    """Say whether a folder is the data folder of a node that joined, completely."""
    from tallystick.node.comet import is_engine_founded  # noqa: PLC0415

    if read_engine_file(data) is None or not is_engine_founded(data):
        return False
    try:
        read_format(data)
    except DataFolderProblem:
        return False
    return True


def _data_folder(data: Path, invite: Invite, genesis_bytes: bytes) -> DataFolder:
    try:
        read_format(data)
    except DataFolderProblem:
        kept = {KEYS_FOLDER, ENTRY_FILE, ENGINE_FILE}
        return DataFolder.create(data, genesis_bytes, besides=kept)
    return DataFolder.open(data, network=invite.network)


def _engine_file(invite: Invite, content: EntryContent, listen: str | None) -> EngineFile:
    host, _, port = content.p2p.rpartition(":")
    is_local = host in _LOOPBACK
    own_id = node_id_of(bytes.fromhex(content.node_key))
    return EngineFile(
        initial_height=invite.engine.initial_height,
        profile=invite.profile,
        moniker=content.organization,
        p2p_host=listen or ("127.0.0.1" if is_local else _ANYWHERE),
        p2p_port=int(port),
        p2p_external_address="" if is_local else content.p2p,
        peers=tuple(one for one in invite.peers if one.node_id != own_id),
        state_sync=invite.state_sync,
    )


def _profile(entries: tuple[EntryContent, ...]) -> Literal["machine", "wan"]:
    hosts = {one.p2p.rpartition(":")[0] for one in entries}
    return "machine" if hosts <= _LOOPBACK else "wan"


def invite_validator(validator: Validator) -> InviteValidator:
    """Return a validator as an invite lists it."""
    return InviteValidator(
        organization=validator.organization,
        public_key=validator.public_key.hex(),
        power=validator.power,
    )


def _check_state_sync(start: StateSyncStart) -> None:
    parse_hex(start.header_hash, size=HASH_SIZE, name="invite.state_sync")
    if start.height < 1 or len(start.servers) < 2:
        raise Malformed(
            "not a block to begin from",
            field="invite.state_sync",
            expected="a height and at least two servers",
        )
    for server in start.servers:
        check_url(server, "invite.state_sync")
