# SPDX-License-Identifier: Apache-2.0
"""The genesis ceremony: entries prove possession, and the document holds what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.consensus.cometbft import node_id
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem, InvalidSignature, Malformed, TallystickError
from tallystick.model import GovernanceRules, Name, Share, decode_genesis
from tallystick.node import (
    Entry,
    EntryContent,
    OwnKeys,
    check_own_part,
    compose_genesis,
    keep_keys,
    node_id_of,
    parse_entry,
    sign_entry,
)
from tests.ceremony import CREATED, Founder, founder

FIRST, SECOND = founder(0), founder(1)
ENTRY = json.loads(FIRST.entry.to_json())


def changed(content: EntryContent, **fields: Any) -> EntryContent:
    """Return the content with other fields."""
    return msgspec.structs.replace(content, **fields)


def parsed(**fields: Any) -> Entry:
    """Return what is made of the first entry with other fields of its content."""
    content = {**ENTRY["content"], **fields}
    return parse_entry(json.dumps({**ENTRY, "content": content}).encode())


def test_an_entry_survives_its_file() -> None:
    """What is written is what is read."""
    assert parse_entry(FIRST.entry.to_json()) == FIRST.entry


def test_the_node_id_is_the_engines() -> None:
    """Two rooms name a node by the same rule."""
    key = FIRST.keys.node.public_key
    assert node_id_of(key) == node_id(key)


@given(st.data())
def test_no_field_of_an_entry_can_be_changed(data: st.DataObject) -> None:
    """The signatures of all keys cover everything in it."""
    name = data.draw(st.sampled_from(sorted(ENTRY["content"])))
    other = json.loads(SECOND.entry.to_json())["content"][name]
    value = other if other != ENTRY["content"][name] else CREATED + 1
    with pytest.raises((InvalidSignature, Malformed)):
        parsed(**{name: value})


@given(st.integers(0, len(ENTRY["signatures"]) - 1), st.integers(0, 63), st.integers(1, 255))
def test_each_signature_counts(place: int, byte: int, flip: int) -> None:
    """One that is not by its key is refused, whichever it is."""
    signatures = [dict(one) for one in ENTRY["signatures"]]
    raw = bytearray.fromhex(signatures[place]["signature"])
    raw[byte] ^= flip
    signatures[place]["signature"] = raw.hex()
    with pytest.raises(InvalidSignature):
        parse_entry(json.dumps({**ENTRY, "signatures": signatures}).encode())


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_other_bytes_are_no_entry(text: bytes) -> None:
    """Whatever a file holds, the answer is a typed error."""
    with pytest.raises(Malformed) as caught:
        parse_entry(text)
    assert caught.value.field == "entry"


def test_nobody_enters_anothers_key() -> None:
    """A key that did not sign makes the entry worthless: the second's node key, without it."""
    stolen = changed(FIRST.content, node_key=SECOND.content.node_key)
    with pytest.raises(Malformed, match="each of its keys"):
        sign_entry(stolen, FIRST.keys, list(FIRST.people.values()))


def test_one_key_has_one_purpose() -> None:
    """A key that stands for two things would be exposed to two machines."""
    content = changed(FIRST.content, node_key=FIRST.content.log_key)
    with pytest.raises(Malformed, match="two things"):
        sign_entry(content, FIRST.keys, list(FIRST.people.values()))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"organization": "91110108MADEM0038X"}, "organization"),
        ({"name": Name(zh="", en="x")}, "entry.name"),
        ({"members": ()}, "entry.members"),
        ({"p2p": "somewhere"}, "entry.p2p"),
        ({"p2p": "host:70000"}, "entry.p2p"),
        ({"api": "ftp://host"}, "entry.api"),
        ({"created": -1}, "entry.created"),
    ],
)
def test_an_entry_that_says_nonsense_is_refused(fields: dict[str, Any], field: str) -> None:
    """With the field that is wrong, before anything is signed by name."""
    with pytest.raises(TallystickError) as caught:
        sign_entry(changed(FIRST.content, **fields), FIRST.keys, list(FIRST.people.values()))
    assert caught.value.field == field


def _members(**roles: tuple[str, ...]) -> dict[str, Any]:
    known = {one.id: one for one in FIRST.content.members}
    members = tuple(
        msgspec.structs.replace(known[name], roles=given) for name, given in roles.items()
    )
    return {"members": members}


@pytest.mark.parametrize(
    "roles",
    [
        {"administrator": ("administrator",)},
        {"governor": ("governor",)},
        {"administrator": ("administrator",), "governor": ("governor", "operator")},
        {"administrator": ("b", "administrator"), "governor": ("governor",)},
    ],
)
def test_an_organisation_needs_an_administrator_and_a_governor(
    roles: dict[str, tuple[str, ...]],
) -> None:
    """And whoever operates does not also decide."""
    content = changed(FIRST.content, **_members(**roles))
    with pytest.raises(Malformed) as caught:
        sign_entry(content, FIRST.keys, [FIRST.people[name] for name in roles])
    assert str(caught.value.field).startswith("entry.members")


def test_a_member_is_listed_once() -> None:
    """Two keys of one member would be two enrolments that nobody asked for."""
    members = (FIRST.content.members[0], FIRST.content.members[0])
    with pytest.raises(Malformed, match="twice"):
        sign_entry(changed(FIRST.content, members=members), FIRST.keys, [])


def compose(*founders: Founder, **other: Any) -> Any:
    """Compose a genesis document by the usual rules."""
    usual: dict[str, Any] = {"governance": GovernanceRules(), "contracts": ["evidence"]}
    return compose_genesis(
        "four", [one.content for one in founders], created=CREATED, **(usual | other)
    )


def test_the_genesis_document_holds_every_entry_and_is_canonical() -> None:
    """One vote and one power each; the order of the entries does not matter."""
    founders = [founder(number) for number in range(4)]
    genesis = compose(*founders)
    assert decode_genesis(genesis.encode()) == genesis
    assert compose(*reversed(founders)).encode() == genesis.encode()
    assert {one.power for one in genesis.validators} == {1}
    assert len(genesis.members) == len(genesis.keys) == 12
    for one in founders:
        check_own_part(genesis, one.content)


def test_an_organisation_or_a_key_stands_in_the_document_once() -> None:
    """Two entries of one organisation, or one log key in two entries."""
    with pytest.raises(Malformed):
        compose(FIRST, FIRST)
    twin = Founder(
        SECOND.organization,
        SECOND.keys,
        SECOND.people,
        changed(SECOND.content, log_key=FIRST.content.log_key),
    )
    with pytest.raises(Malformed, match="log key"):
        compose(FIRST, twin)


def test_rules_that_cannot_govern_are_refused() -> None:
    """No minority decides."""
    with pytest.raises(Malformed):
        compose(FIRST, SECOND, governance=GovernanceRules(threshold=Share(1, 3)))


@pytest.mark.parametrize("table", ["members", "keys", "log_keys", "validators", "nodes"])
def test_a_founder_notices_what_is_left_out_or_changed(table: str) -> None:
    """Each part of the document is compared with the own entry."""
    genesis = compose(FIRST, SECOND)
    rest = tuple(
        one for one in getattr(genesis, table) if one.organization != FIRST.organization.id
    )
    with pytest.raises(Malformed) as caught:
        check_own_part(msgspec.structs.replace(genesis, **{table: rest}), FIRST.content)
    assert caught.value.field == f"genesis.{table}"


def test_a_founder_notices_what_was_added_in_its_name() -> None:
    """A key of somebody else as one of its members'."""
    genesis = compose(FIRST, SECOND)
    extra = msgspec.structs.replace(genesis.keys[0], public_key=SecretKey.generate().public_key)
    with pytest.raises(Malformed):
        check_own_part(msgspec.structs.replace(genesis, keys=(*genesis.keys, extra)), FIRST.content)


def test_keys_are_private_and_never_replaced(tmp_path: Path) -> None:
    """Mode 0600 in a folder of mode 0700; a second ceremony in the folder is refused."""
    data = tmp_path / "a" / "node"
    keep_keys(data, FIRST.keys)
    assert (data / "keys").stat().st_mode & 0o077 == 0
    assert all(one.stat().st_mode & 0o077 == 0 for one in (data / "keys").iterdir())
    assert OwnKeys.load(data).validator.public_key == FIRST.keys.validator.public_key
    with pytest.raises(DataFolderProblem, match="has keys already"):
        keep_keys(data, SECOND.keys)
    assert OwnKeys.load(data).log.public_key == FIRST.keys.log.public_key


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    """With what to do."""
    keep_keys(tmp_path / "node", FIRST.keys)
    (tmp_path / "node" / "keys" / "validator.key").write_text("no key", encoding="ascii")
    with pytest.raises(DataFolderProblem, match=r"validator\.key"):
        OwnKeys.load(tmp_path / "node")
