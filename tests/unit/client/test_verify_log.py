# SPDX-License-Identifier: Apache-2.0
"""The log only grows, and the state is what the signed root says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tallystick.client import verify_log_extension, verify_state
from tallystick.client.verify_log import verify_extension
from tallystick.encoding import encode
from tallystick.errors import InvalidCheckpoint, InvalidProof
from tallystick.merkle import StateTree
from tallystick.model import sign_checkpoint
from tests.unit.client.world import LOG_KEY, STRANGER, Shelf, World, make_world

KEY, VALUE = b"evidence/deposits/EV-2023-000001", b"\xa1"


def test_a_longer_log_extends_a_shorter_one() -> None:
    """Every older size of a log of eight, with its proof (INV: append only)."""
    world, _ = make_world(8)
    for size in range(1, 9):
        proof = world.log.consistency_proof(size, 8)
        verify_log_extension(world.note(size), world.note(), proof, world.trust)


def test_every_log_extends_the_empty_one_without_a_proof() -> None:
    """RFC 9162 has no proof from size 0; a superfluous one is refused."""
    world, _ = make_world(2)
    verify_log_extension(world.note(0), world.note(), [], world.trust)
    with pytest.raises(InvalidProof):
        verify_log_extension(world.note(0), world.note(), [bytes(32)], world.trust)


def test_a_rewritten_log_is_refused() -> None:
    """Another history of the same length, signed by the same key (C7)."""
    world, _ = make_world(8)
    forked, _ = make_world(6)
    forked.fill(3)
    for size in range(5, 7):
        proof = forked.log.consistency_proof(size, 9)
        with pytest.raises(InvalidProof):
            verify_log_extension(world.note(size), forked.note(), proof, world.trust)
    with pytest.raises(InvalidProof):
        verify_log_extension(world.note(8), forked.note(8), [], world.trust)


@pytest.mark.parametrize("field", ["size", "height", "time"])
def test_a_log_that_goes_backwards_is_refused(field: str) -> None:
    """Size, height and time never shrink (C7)."""
    world, _ = make_world(4)
    old = world.head()
    new = replace(old, **{field: getattr(old, field) - 1})
    with pytest.raises(InvalidCheckpoint, match=field):
        verify_extension(old, new, [])


def test_an_unsigned_head_is_refused() -> None:
    """Both notes must be by a log key."""
    world, _ = make_world(4)
    strange = world.note(key=STRANGER)
    for old, new in ((strange, world.note()), (world.note(), strange)):
        with pytest.raises(InvalidCheckpoint):
            verify_log_extension(old, new, [], world.trust)


def test_the_state_proof_shows_a_value_or_its_absence() -> None:
    """In every form the proof may have (INV-3)."""
    world, _ = make_world(2)
    world.write({KEY: VALUE, b"evidence/deposits/x": b"\xa0"})
    note = world.note()
    proof = world.state.prove(KEY)
    absent = world.state.prove(b"nothing")
    for form in (proof, proof.to_value(), encode(proof.to_value())):  # type: ignore[arg-type]
        verify_state(note, KEY, VALUE, form, world.trust)
        with pytest.raises(InvalidProof):
            verify_state(note, KEY, b"\xa0", form, world.trust)
        with pytest.raises(InvalidProof):
            verify_state(note, KEY, None, form, world.trust)
    verify_state(note, b"nothing", None, absent, world.trust)
    with pytest.raises(InvalidProof):
        verify_state(note, b"nothing", VALUE, absent, world.trust)


def test_membership_keys_are_under_the_membership_root() -> None:
    """The two trees do not answer for each other."""
    world, _ = make_world(2)
    tree = StateTree(Shelf())
    key = b"membership/organizations/x"
    root = tree.update({key: VALUE})
    note = sign_checkpoint(replace(world.head(), membership_root=root), LOG_KEY)
    verify_state(note, key, VALUE, tree.prove(key), world.trust)
    swapped = sign_checkpoint(replace(world.head(), state_root=root), LOG_KEY)
    with pytest.raises(InvalidProof):
        verify_state(swapped, key, VALUE, tree.prove(key), world.trust)


@pytest.mark.parametrize("proof", [b"", b"\xff", b"\x80", [], [1, 2], [[], b"short"]])
def test_what_is_no_state_proof_is_refused(proof: bytes | list[object]) -> None:
    """Malformed proofs are invalid proofs."""
    world = World()
    with pytest.raises(InvalidProof):
        verify_state(world.note(), KEY, VALUE, proof, world.trust)
