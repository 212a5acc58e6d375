# SPDX-License-Identifier: Apache-2.0
"""The genesis ceremony: what each organisation contributes, and the document made of all of it.

Every organisation makes its own keys on its own machine and hands over an *entry*: public halves
and addresses, signed by each of the keys. So nobody ever holds another's key, and nobody can
enter a key that is not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from tallystick.crypto import SecretKey, check_public_key, sha256, verify_signature
from tallystick.disk import make_private_folder, write_file
from tallystick.encoding import encode, parse_hex
from tallystick.errors import DataFolderProblem, Malformed, TallystickError
from tallystick.membership import check_member_id, check_name
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    GenesisDocument,
    GovernanceRules,
    LogKey,
    Member,
    MemberKey,
    Name,
    NodeIdentity,
    Organization,
    Validator,
    check_genesis,
    check_organization_id,
    to_value,
)
from tallystick.node.engine_file import NODE_KEY_FILE, VALIDATOR_KEY_FILE
from tallystick.node.node_keys import LOG_KEY_FILE
from tallystick.units import (
    DAY_MS,
    HASH_SIZE,
    TimeMs,
)

ENTRY_FORMAT: Final = "tallystick.entry.v1"
ENTRY_FILE: Final = "entry.json"
"""Copy of the organisation's own entry, in its data folder."""
ENTRY_BYTES_MAX: Final = 64 * 1024
KEYS_FOLDER: Final = "keys"
MEMBER_KEY_LIFETIME_MS: Final = 3 * 365 * DAY_MS
_CLOCK_TOLERANCE_MS: Final = 60 * 1000
_DOMAIN: Final = "tallystick/entry/v1"
_MEMBERS_MAX: Final = 16
_NODE_ID_SIZE: Final = 20
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):([1-9][0-9]{0,4})")
_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?")

FIRST_MEMBERS: Final[Mapping[str, tuple[Name, tuple[str, ...]]]] = {
    "administrator": (
        Name(zh="管理员", en="Administrator"),
        (ROLE_ADMINISTRATOR, "auditor", "depositor"),
    ),
    "governor": (Name(zh="治理代表", en="Governor"), (ROLE_GOVERNOR,)),
    "operator": (Name(zh="运维", en="Operator"), (ROLE_OPERATOR,)),
}
"""Whoever operates the node does not vote on the network, so these are three."""


class EntryMember(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the organisation's first members, with the key that acts for it."""

    id: str
    name: Name
    roles: tuple[str, ...]
    """Sorted."""
    public_key: str
    """32 bytes, hexadecimal, as all keys here."""


class EntryContent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an organisation brings into a new network; what its keys sign."""

    organization: str
    """Unified social credit code."""
    name: Name
    created: TimeMs
    """Unix milliseconds; its members' keys are valid from here."""
    members: tuple[EntryMember, ...]
    log_key: str
    validator_key: str
    node_key: str
    p2p: str
    """`host:port` under which the engines of others reach this node's."""
    api: str = ""
    """URL under which other organisations reach this node's HTTP API."""


class EntrySignature(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That a key agrees to the entry."""

    public_key: str
    signature: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An organisation's contribution to a genesis document."""

    format: Literal["tallystick.entry.v1"] = ENTRY_FORMAT
    content: EntryContent
    signatures: tuple[EntrySignature, ...]
    """One by each key in the content, in its order."""

    def to_json(self) -> bytes:
        """Return the entry file's bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class OwnKeys(NamedTuple):
    """The keys of one organisation's node, which never leave its machine."""

    log: SecretKey
    validator: SecretKey
    node: SecretKey

    @classmethod
    def generate(cls) -> OwnKeys:
        """Make three keys from the operating system's random source."""
        return cls(SecretKey.generate(), SecretKey.generate(), SecretKey.generate())

    @classmethod
    def load(cls, data: Path) -> OwnKeys:
        """Read them from a folder in which `keep_keys` put them; raises `DataFolderProblem`."""
        return cls(*(_read_key(data / KEYS_FOLDER / name) for name in _KEY_FILES))


class FoundingParts(NamedTuple):
    """What one entry puts into the genesis document."""

    organization: Organization
    members: tuple[Member, ...]
    keys: tuple[MemberKey, ...]
    log_key: LogKey
    validator: Validator
    node: NodeIdentity


_KEY_FILES: Final = (LOG_KEY_FILE, VALIDATOR_KEY_FILE, NODE_KEY_FILE)


def node_id_of(public_key: bytes) -> str:
    """Return the id of the node with this node key, as the engine names it."""
    return sha256(public_key)[:_NODE_ID_SIZE].hex()


def keep_keys(data: Path, keys: OwnKeys) -> None:
    """Write a node's keys into a folder that is to become its data folder, mode 0600.

    Raises:
        DataFolderProblem: there are keys already; they are never replaced.
        StorageFailed: the system refused.
    """
    folder = data / KEYS_FOLDER
    present = [name for name in _KEY_FILES if (folder / name).exists()]
    if present:
        raise DataFolderProblem(
            f"{folder} has keys already",
            field="--data",
            found=", ".join(present),
            hint="Name another folder: keys are never replaced.",
        )
    make_private_folder(data)
    make_private_folder(folder)
    for name, key in zip(_KEY_FILES, keys, strict=True):
        write_file(folder / name, key.seed.hex().encode() + b"\n", mode=0o600)


def sign_entry(content: EntryContent, keys: OwnKeys, members: Sequence[SecretKey]) -> Entry:
    """Return the entry, signed by every key in it.

    Raises:
        Malformed: the content is not what an entry may hold, or the keys are not the ones in it.
    """
    message = entry_message(content)
    signatures = tuple(
        EntrySignature(public_key=key.public_key.hex(), signature=key.sign(message).hex())
        for key in (*members, *keys)
    )
    entry = Entry(content=content, signatures=signatures)
    check_entry(entry)
    return entry


def entry_message(content: EntryContent) -> bytes:
    """Return the bytes that each key signs."""
    return encode([_DOMAIN, to_value(content)])


def parse_entry(text: bytes) -> Entry:
    """Return the checked entry in a file's text.

    Raises:
        Malformed: not an entry, or one that contradicts itself.
        InvalidSignature: a key that must not be enrolled, or did not sign.
    """
    if len(text) > ENTRY_BYTES_MAX:
        raise Malformed("the entry is too large", field="entry", expected=f"{ENTRY_BYTES_MAX}")
    try:
        entry = msgspec.json.decode(text, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not an entry: {error}", field="entry", expected=ENTRY_FORMAT) from error
    check_entry(entry)
    return entry


def check_entry(entry: Entry) -> None:
    """Check an entry; raises `Malformed` or `InvalidSignature` unless all its keys signed it."""
    content = entry.content
    _check_content(content)
    names = [*(one.public_key for one in content.members), content.log_key]
    names += [content.validator_key, content.node_key]
    if len(set(names)) != len(names):
        raise Malformed("one key stands for two things", field="entry.keys")
    if [one.public_key for one in entry.signatures] != names:
        raise Malformed(
            "not signed by each of its keys, in their order",
            field="entry.signatures",
            expected=f"{len(names)} signatures",
            found=f"{len(entry.signatures)} signatures",
        )
    message = entry_message(content)
    for one in entry.signatures:
        key = check_public_key(parse_hex(one.public_key, size=HASH_SIZE, name="public_key"))
        verify_signature(key, message, parse_hex(one.signature, size=64, name="signature"))


def founding_parts(content: EntryContent) -> FoundingParts:
    """Return what an entry puts into the genesis document."""
    code = content.organization
    return FoundingParts(
        organization=Organization(id=code, name=content.name),
        members=tuple(
            Member(organization=code, id=one.id, name=one.name, roles=one.roles)
            for one in content.members
        ),
        keys=tuple(
            MemberKey(
                public_key=bytes.fromhex(one.public_key),
                organization=code,
                member=one.id,
                valid_from=TimeMs(max(0, content.created - _CLOCK_TOLERANCE_MS)),
                valid_until=TimeMs(content.created + MEMBER_KEY_LIFETIME_MS),
            )
            for one in content.members
        ),
        log_key=LogKey(organization=code, public_key=bytes.fromhex(content.log_key)),
        validator=Validator(
            organization=code, public_key=bytes.fromhex(content.validator_key), power=1
        ),
        node=NodeIdentity(node_id=node_id_of(bytes.fromhex(content.node_key)), organization=code),
    )


def compose_genesis(
    name: str,
    entries: Iterable[EntryContent],
    *,
    created: TimeMs,
    governance: GovernanceRules,
    contracts: Iterable[str],
) -> GenesisDocument:
    """Return the founding document of a network of these organisations, one vote and power each.

    Raises:
        Malformed: an organisation or a key stands there twice, or the rules cannot govern.
        InvalidSignature: a key that must not be enrolled.
    """
    parts = [founding_parts(one) for one in sorted(entries, key=lambda one: one.organization)]
    if len({one.log_key.public_key for one in parts}) != len(parts):
        raise Malformed("two organisations have one log key", field="entry.log_key")
    genesis = GenesisDocument(
        name=name,
        created=created,
        organizations=tuple(one.organization for one in parts),
        members=tuple(member for one in parts for member in one.members),
        keys=tuple(key for one in parts for key in one.keys),
        log_keys=tuple(one.log_key for one in parts),
        contracts=tuple(sorted(set(contracts))),
        validators=tuple(one.validator for one in parts),
        governance=governance,
        nodes=tuple(sorted((one.node for one in parts), key=lambda node: node.node_id)),
    )
    check_genesis(genesis)
    return genesis


def check_own_part(genesis: GenesisDocument, content: EntryContent) -> None:
    """Check that the genesis document has of this organisation what its entry says, and no more.

    Raises:
        Malformed: it is left out, something was changed, or something was added in its name.
    """
    code = content.organization
    own = founding_parts(content)
    pairs: dict[str, tuple[object, object]] = {
        "organizations": ((own.organization,), genesis.organizations),
        "members": (own.members, genesis.members),
        "keys": (own.keys, genesis.keys),
        "log_keys": ((own.log_key,), genesis.log_keys),
        "validators": ((own.validator,), genesis.validators),
        "nodes": ((own.node,), genesis.nodes),
    }
    for name, (wanted, listed) in pairs.items():
        found = tuple(one for one in _records(listed) if _organization_of(one) == code)
        if found != wanted:
            raise Malformed(
                f"the genesis document has other {name} of {code} than its entry",
                field=f"genesis.{name}",
                expected=f"{len(tuple(_records(wanted)))} as in the entry",
                found=f"{len(found)}",
                hint="Do not join. Ask whoever put it together for a genesis document made of "
                "your entry.",
            )


def _records(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else ()


def _organization_of(record: object) -> object:
    return record.id if isinstance(record, Organization) else getattr(record, "organization", None)


def _check_content(content: EntryContent) -> None:
    check_organization_id(content.organization)
    if not 0 < len(content.members) <= _MEMBERS_MAX:
        raise Malformed(
            "not a number of members", field="entry.members", expected=f"1 to {_MEMBERS_MAX}"
        )
    try:
        check_name(content.name)
        for member in content.members:
            check_member_id(member.id)
            check_name(member.name)
    except TallystickError as error:
        raise Malformed(error.message, field=f"entry.{error.field}") from error
    if len({one.id for one in content.members}) != len(content.members):
        raise Malformed("one member is listed twice", field="entry.members")
    _check_roles(content.members)
    if content.created < 0:
        raise Malformed("not a time", field="entry.created")
    check_address(content.p2p, "entry.p2p")
    if content.api:
        check_url(content.api, "entry.api")


def _check_roles(members: tuple[EntryMember, ...]) -> None:
    for member in members:
        if list(member.roles) != sorted(set(member.roles)):
            raise Malformed("roles are not sorted, or twice", field=f"entry.members.{member.id}")
        if {ROLE_GOVERNOR, ROLE_OPERATOR} <= set(member.roles):
            raise Malformed(
                "governor and operator exclude each other", field=f"entry.members.{member.id}"
            )
    for role in (ROLE_ADMINISTRATOR, ROLE_GOVERNOR):
        if not any(role in member.roles for member in members):
            raise Malformed(
                f"no member is {role}: nobody could act for the organisation",
                field="entry.members",
                expected=role,
            )


def check_address(text: str, field: str) -> None:
    """Raise `Malformed` unless the text is `host:port`."""
    found = _HOST_PORT.fullmatch(text)
    if found is None or int(found[2]) > 65_535:
        raise Malformed("not an address", field=field, expected="host:port", found=text[:80])


def check_url(text: str, field: str) -> None:
    """Raise `Malformed` unless the text is the URL of an API."""
    if not _URL.fullmatch(text):
        raise Malformed("not a URL", field=field, expected="https://host:port", found=text[:80])


def _read_key(path: Path) -> SecretKey:
    try:
        return SecretKey(bytes.fromhex(path.read_bytes().decode("ascii").strip()))
    except (OSError, ValueError, TallystickError) as error:
        raise DataFolderProblem(
            f"the key file {path} cannot be read",
            field="--data",
            hint="Make keys and an entry first: `tally network entry --help`.",
        ) from error
