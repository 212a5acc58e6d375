# SPDX-License-Identifier: Apache-2.0
"""The trust file: the network id is the hash of the genesis document, and nothing else passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.client import Trust, open_trust
from tallystick.encoding import format_base64
from tallystick.errors import (
    FileProblem,
    InvalidCheckpoint,
    LimitExceeded,
    Malformed,
    TallystickError,
    UntrustedSigner,
    WrongNetwork,
)
from tests.unit.client.world import (
    BANK,
    CLERK,
    COURT,
    LOG_KEY,
    OTHER_LOG_KEY,
    STRANGER,
    World,
    make_genesis,
)


def fields(**changes: object) -> dict[str, object]:
    """Return a trust file's JSON with some fields changed; None leaves one out."""
    whole = {**json.loads(World().trust.to_json()), **changes}
    return {name: value for name, value in whole.items() if value is not None}


def test_a_trust_file_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """Save and load are inverse, and every form of it opens."""
    trust = World().trust
    path = tmp_path / "trust.json"
    trust.save(path)
    text = path.read_bytes()
    for form in (trust, path, str(path), text, json.loads(text)):
        assert open_trust(form) == trust
    assert Trust.parse(text.decode()).network == trust.network


def test_the_trust_file_knows_its_founders() -> None:
    """Names by organisation, enrolments by key; strangers are unknown."""
    trust = World().trust
    name = trust.organization_name(BANK)
    member = trust.member(COURT, "clerk")
    key = trust.member_key(CLERK.public_key)
    assert name is not None
    assert member is not None
    assert key is not None
    assert (name.en, member.name.zh, key.member) == ("Example Bank", "王芳", "clerk")
    assert trust.organization_name("nobody") is None
    assert trust.member(COURT, "nobody") is None
    assert trust.member_key(STRANGER.public_key) is None
    assert dict(trust.log_keys) == {LOG_KEY.public_key: COURT}
    assert trust.verifier_keys[0].startswith(f"{trust.network}+")


def test_a_network_id_that_is_not_the_hash_is_refused() -> None:
    """The id binds the file to its content (INV: a network is its genesis)."""
    other = World(make_genesis("other"))
    with pytest.raises(WrongNetwork) as caught:
        Trust.parse(fields(network=other.network))
    assert caught.value.found == other.network


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{",
        b"\xff",
        fields(format="tallystick.trust.v2"),
        fields(format=None),
        fields(extra="x"),
        fields(network=5),
        fields(genesis=b"x"),
        fields(genesis="not base64"),
        fields(genesis=format_base64(b"")),
        fields(genesis=format_base64(b"\xa0")),
        fields(genesis=format_base64(b"\xf6")),
        fields(genesis=format_base64(World().trust.genesis_bytes[:-1])),
        fields(genesis=format_base64(World().trust.genesis_bytes + b"\x00")),
    ],
)
def test_what_is_no_trust_file_is_refused(content: str | bytes | dict[str, object]) -> None:
    """Hostile content raises this package's errors only."""
    with pytest.raises(Malformed):
        Trust.parse(content)


def test_every_cut_of_the_genesis_document_is_refused() -> None:
    """Truncation anywhere raises this package's errors only."""
    whole = World().trust.genesis_bytes
    for size in range(len(whole)):
        with pytest.raises(TallystickError):
            Trust.of_genesis(whole[:size])


def test_a_trust_file_has_a_size_limit() -> None:
    """Checked before it is parsed."""
    with pytest.raises(LimitExceeded):
        Trust.parse(b" " * (8 * 1024 * 1024 + 1))


def test_a_missing_trust_file_is_a_file_problem(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(FileProblem, match=r"trust\.json: there is no such file"):
        Trust.load(tmp_path / "trust.json")


def test_a_checkpoint_opens_with_any_log_key_of_the_file_only() -> None:
    """Which key signed is returned."""
    world = World(make_genesis(log_keys=(LOG_KEY, OTHER_LOG_KEY)))
    world.deposit()
    for key in (LOG_KEY, OTHER_LOG_KEY):
        checkpoint, signer = world.trust.open_checkpoint(world.note(key=key))
        assert (checkpoint, signer) == (world.head(), key.public_key)
    with pytest.raises(InvalidCheckpoint):
        world.trust.open_checkpoint(world.note(key=STRANGER))
    nobody = World(make_genesis(log_keys=()))
    with pytest.raises(UntrustedSigner):
        nobody.trust.open_checkpoint(nobody.note())
