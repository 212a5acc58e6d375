# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets for Merkle proofs: accepted exactly when a naive computation says so.

An input is a little program: which proof to start from, and how to alter it. Random bytes would
never come near a valid proof; altered honest ones do.
"""

from __future__ import annotations

from tallystick.encoding import decode, encode
from tallystick.errors import TallystickError
from tallystick.merkle import (
    StateProof,
    verify_absence,
    verify_consistency,
    verify_inclusion,
    verify_value,
)
from tallystick.units import HASH_SIZE
from tests.fuzz.kit import Instructions, attempt, edit_bytes, edit_list, expect
from tests.fuzz.world import (
    KEYS,
    LEAVES,
    log_world,
    naive_root_of_path,
    naive_roots_of_proof,
    state_world,
)

AS_NAIVE = "accepted exactly when a naive computation says so"
_SIZES = (*range(-1, LEAVES + 3), 64, 255, 256, 2**32, 2**62, 2**63 - 1, 2**63, 2**64)
_SIZE_MAX = 2**63 - 1
STEPS_MAX = 32


def inclusion(data: bytes) -> bool:
    """Inclusion proofs of a log of 33 leaves."""
    world, steps = log_world(), Instructions(data)
    size = 1 + steps.choice(LEAVES)
    index = steps.choice(size)
    leaf, root, path = world.leaves[index], world.roots[size], world.paths[index, size]
    match steps.choice(8):
        case 1:
            size = _SIZES[steps.choice(len(_SIZES))]
        case 2:
            index = _SIZES[steps.choice(len(_SIZES))]
        case 3:
            leaf = world.pool[steps.choice(len(world.pool))]
        case 4:
            root = world.pool[steps.choice(len(world.pool))]
    path = edit_list(path, world.pool, steps)
    # A path does not bind the size by itself (sizes 9 to 16 may share one): the root does.
    is_sound = 0 <= index < size <= _SIZE_MAX and _are_hashes([leaf, root, *path])
    is_true = is_sound and naive_root_of_path(leaf, index, size, path) == root
    accepted = _holds_as_naive(is_true, verify_inclusion, leaf, index, size, path, root)
    if accepted and size <= LEAVES and root == world.roots[size]:
        expect(leaf == world.leaves[index], "no proof of a leaf that is not there", (index, size))
    return accepted


def consistency(data: bytes) -> bool:
    """Consistency proofs of a log of 33 leaves."""
    world, steps = log_world(), Instructions(data)
    size2 = 1 + steps.choice(LEAVES)
    size1 = 1 + steps.choice(size2)
    root1, root2, path = world.roots[size1], world.roots[size2], world.proofs[size1, size2]
    match steps.choice(8):
        case 1:
            size1 = _SIZES[steps.choice(len(_SIZES))]
        case 2:
            size2 = _SIZES[steps.choice(len(_SIZES))]
        case 3:
            root1 = world.pool[steps.choice(len(world.pool))]
        case 4:
            root2 = world.pool[steps.choice(len(world.pool))]
    path = edit_list(path, world.pool, steps)
    is_sound = 1 <= size1 <= size2 <= _SIZE_MAX and _are_hashes([root1, root2, *path])
    is_true = is_sound and naive_roots_of_proof(size1, size2, path, root1) == (root1, root2)
    accepted = _holds_as_naive(is_true, verify_consistency, size1, size2, path, root1, root2)
    if accepted and size2 <= LEAVES and root2 == world.roots[size2]:
        expect(root1 == world.roots[size1], "no other history leads to a root", (size1, size2))
    return accepted


def _are_hashes(nodes: list[bytes]) -> bool:
    return all(len(node) == HASH_SIZE for node in nodes)


def _holds_as_naive(is_true: bool, verify: object, *arguments: object) -> bool:
    try:
        verify(*arguments)  # type: ignore[operator]
    except TallystickError:
        expect(not is_true, AS_NAIVE, ("refused", arguments))
        return False
    expect(is_true, AS_NAIVE, ("accepted", arguments))
    return True


def state_proof(data: bytes) -> bool:
    """State proofs: first byte 0, raw proof bytes follow; else an altered honest proof."""
    world, steps = state_world(), Instructions(data)
    is_raw = steps.number() == 0
    key = world.keys[steps.choice(len(world.keys))]
    other = world.keys[steps.choice(len(world.keys))]
    if is_raw:
        proof_bytes = steps.rest()
    else:
        proof_bytes = encode(world.proofs[key].to_value())  # type: ignore[arg-type]
        for _ in range(STEPS_MAX):
            if steps.is_done:
                break
            proof_bytes = edit_bytes(proof_bytes, steps)
    proof = attempt(lambda: StateProof.from_value(decode(proof_bytes)))
    if not isinstance(proof, StateProof):
        return False
    again = encode(proof.to_value())  # type: ignore[arg-type]
    expect(again == proof_bytes, "a proof has one spelling", proof)
    accepted = [_check_claim(claimed, proof) for claimed in (key, other, world.keys[KEYS])]
    return any(accepted)


def _check_claim(key: bytes, proof: StateProof) -> bool:
    """Check what the proof is accepted for: only the truth, and only the one honest proof."""
    world = state_world()
    truth = world.values.get(key)
    accepted = False
    for value in {*list(world.values.values())[:8], truth}:
        if value is not None:
            holds = _is_accepted(verify_value, world.root, key, value, proof)
            expect(not holds or value == truth, "no proof of another value", (key, value))
            accepted = accepted or holds
    holds = _is_accepted(verify_absence, world.root, key, proof)
    expect(not holds or truth is None, "no proof of absence of a key that is there", key)
    accepted = accepted or holds
    is_honest = proof == world.proofs[key]
    expect(not accepted or is_honest, "one accepted proof for a key", (key, proof))
    expect(accepted or not is_honest, "the honest proof is accepted", key)
    return accepted


def _is_accepted(verify: object, *arguments: object) -> bool:
    try:
        verify(*arguments)  # type: ignore[operator]
    except TallystickError:
        return False
    return True
