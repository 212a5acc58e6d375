# SPDX-License-Identifier: Apache-2.0
"""State proofs: one accepted form for each key and root, every alteration refused (C1, C2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.errors import Corrupted, InvalidProof
from tallystick.merkle import (
    EMPTY_STATE_ROOT,
    ProofLevel,
    StateProof,
    StateTree,
    prove_key,
    verify_absence,
    verify_value,
)
from tests.unit.merkle import reference
from tests.unit.merkle.stores import PageStore
from tests.unit.merkle.test_state_tree import content, filled, keys_below

Levels = list[tuple[int, bytes]]


def build(levels: object, page: object) -> StateProof:
    """Return the proof with these parts, by way of its plain value."""
    shown: object = levels
    if isinstance(levels, list):
        shown = [list(level) if isinstance(level, tuple) else level for level in levels]
    return StateProof.from_value([shown, page])


def accepts(root: bytes, key: bytes, value: bytes | None, levels: object, page: object) -> bool:
    """Say whether these parts prove the value, or for None the absence, of a key."""
    try:
        proof = build(levels, page)
        if value is None:
            verify_absence(root, key, proof)
        else:
            verify_value(root, key, value, proof)
    except InvalidProof:
        return False
    return True


def parts(proof: StateProof) -> tuple[Levels, bytes]:
    """Return what `build` makes the proof from."""
    return [(level.mask, level.siblings) for level in proof.levels], proof.page


def flipped(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with each single bit changed."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def cases() -> dict[str, tuple[StateTree, bytes, bytes | None]]:
    """Name (tree, key, its value) for trees of every form and keys present and absent."""
    small, full, split = filled(content(3))[0], filled(content(40))[0], filled(content(41))[0]
    wide = filled(content(700))[0]
    deep_keys = keys_below("abc", 41)
    deep = filled(dict.fromkeys(deep_keys, b"deep"))[0]
    return {
        "one page, present": (small, b"key 1", b"value 1"),
        "one page, absent": (small, b"key 9", None),
        "a full page, present": (full, b"key 39", b"value 39"),
        "a full page, absent": (full, b"key 40", None),
        "one level, present": (split, b"key 40", b"value 40"),
        "one level, absent": (split, b"key 41", None),
        "two levels, present": (wide, b"key 699", b"value 699"),
        "two levels, absent": (wide, b"key 702", None),
        "sparse levels, present": (deep, deep_keys[0], b"deep"),
        "sparse levels, absent from a subtree that is empty": (deep, b"elsewhere", None),
    }


CASES = cases()


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[bytes, bytes, bytes | None, StateProof]:
    """One root, key, value and proof."""
    tree, key, value = CASES[request.param]
    return tree.root, key, value, tree.prove(key)


Case = tuple[bytes, bytes, bytes | None, StateProof]


def test_the_cases_have_the_forms_that_they_name() -> None:
    """So that every check below meets zero to four levels, full, half-full and empty pages."""
    proofs = [tree.prove(key) for tree, key, _ in CASES.values()]
    assert [len(proof.levels) for proof in proofs] == [0, 0, 0, 0, 1, 1, 2, 2, 4, 1]
    assert [len(proof.page) // 64 for proof in proofs[:4]] == [3, 3, 40, 40]
    assert proofs[-1].page == b""
    assert [level.mask.bit_count() for level in proofs[-2].levels[:3]] == [0, 0, 0]


def test_a_true_proof_is_accepted_and_proves_nothing_else(case: Case) -> None:
    """INV-3: of value and absence exactly one is provable, for one value only."""
    root, key, value, proof = case
    levels, page = parts(proof)
    assert accepts(root, key, value, levels, page)
    for other in (None, b"", b"value", b"value 40", b"deep", bytes(32)):
        assert accepts(root, key, other, levels, page) == (other == value)


def test_a_proof_survives_its_plain_value(case: Case) -> None:
    """The encoding is of lists, integers and bytes only, and loses nothing."""
    *_, proof = case
    value: Any = proof.to_value()
    assert StateProof.from_value(value) == proof
    assert type(value) is list
    assert [type(part) for part in value] == [list, bytes]
    for level in value[0]:
        assert [type(part) for part in level] == [int, bytes]


def test_a_flipped_bit_anywhere_is_refused(case: Case) -> None:
    """Each single bit of masks, sibling hashes and page: no alteration proves anything."""
    root, key, value, proof = case
    levels, page = parts(proof)
    claims = (value, None) if value is not None else (None, b"value 1")
    for changed in flipped(page):
        assert not any(accepts(root, key, claim, levels, changed) for claim in claims)
    for at, (mask, siblings) in enumerate(levels):
        for bit in range(17):
            other = [*levels[:at], (mask ^ 1 << bit, siblings), *levels[at + 1 :]]
            assert not any(accepts(root, key, claim, other, page) for claim in claims)
        for data in flipped(siblings):
            other = [*levels[:at], (mask, data), *levels[at + 1 :]]
            assert not any(accepts(root, key, claim, other, page) for claim in claims)


def test_a_flipped_bit_of_root_key_or_value_is_refused(case: Case) -> None:
    """The claim is bound in every bit too."""
    root, key, value, proof = case
    levels, page = parts(proof)
    assert not any(accepts(other, key, value, levels, page) for other in flipped(root))
    if value is not None:
        assert not any(accepts(root, key, other, levels, page) for other in flipped(value))
        assert not any(accepts(root, other, value, levels, page) for other in flipped(key))


def test_levels_and_entries_cannot_be_rearranged(case: Case) -> None:
    """Levels or entries dropped, doubled, swapped or added lead elsewhere or nowhere."""
    root, key, value, proof = case
    levels, page = parts(proof)
    entries = [page[at : at + 64] for at in range(0, len(page), 64)]
    more = (0, b""), (2, bytes(31) + b"\x01"), (0xFFFE, b"\x01" * 480)
    others: list[tuple[Levels, list[bytes]]] = []
    for at in range(len(levels) + 1):
        others += [([*levels[:at], level, *levels[at:]], entries) for level in more]
        others += [([*levels[:at], *levels[at + 1 :]], entries)] if at < len(levels) else []
        others += [([*levels[: at + 1], *levels[at:]], entries)] if at < len(levels) else []
    others += [(levels[::-1], entries)] if levels != levels[::-1] else []
    for at in range(len(entries) + 1):
        others += [(levels, [*entries[:at], bytes(64), *entries[at:]])]
        others += [(levels, [*entries[:at], b"\xff" * 64, *entries[at:]])]
        others += [(levels, [*entries[:at], *entries[at + 1 :]])] if at < len(entries) else []
        others += [(levels, [*entries[: at + 1], *entries[at:]])] if at < len(entries) else []
        others += [(levels, [*entries[:at], *entries[at : at + 2][::-1], *entries[at + 2 :]])]
    for other_levels, other_entries in others:
        if (other_levels, other_entries) != (levels, entries):
            for claim in {value, None}:
                assert not accepts(root, key, claim, other_levels, b"".join(other_entries))


def test_siblings_cannot_be_rearranged(case: Case) -> None:
    """Sibling hashes dropped, doubled, moved or made explicit are refused."""
    root, key, value, proof = case
    levels, page = parts(proof)
    for at, (mask, siblings) in enumerate(levels):
        nodes = [siblings[start : start + 32] for start in range(0, len(siblings), 32)]
        changed = [(mask, b"".join(nodes[:place] + nodes[place + 1 :])) for place in range(16)]
        changed += [(mask, b"".join(nodes[: place + 1] + nodes[place:])) for place in range(16)]
        changed += [(mask, b"".join(nodes[1:] + nodes[:1])), (mask, siblings + b"\x00")]
        for bit in range(16):
            rank = (mask & (1 << bit) - 1).bit_count()
            for node in (bytes(32), reference.digest(b"x"), root):
                longer = [*nodes[:rank], node, *nodes[rank:]]
                changed.append((mask | 1 << bit, b"".join(longer)))
            changed.append((mask & ~(1 << bit), b"".join([*nodes[:rank], *nodes[rank + 1 :]])))
        for level in changed:
            if level != (mask, siblings):
                other = [*levels[:at], level, *levels[at + 1 :]]
                assert not accepts(root, key, value, other, page)


def test_the_hash_of_the_way_itself_is_not_accepted_as_a_sibling() -> None:
    """It would be overwritten and lead to the right root: a second form of the same proof."""
    tree, key, value = CASES["one level, present"]
    levels, page = parts(tree.prove(key))
    ((mask, siblings),) = levels
    own = int(reference.digest(key).hex()[0], 16)
    assert not mask >> own & 1
    rank = (mask & (1 << own) - 1).bit_count() * 32
    node = reference.digest(b"\x00" + page)
    doubled = (mask | 1 << own, siblings[:rank] + node + siblings[rank:])
    assert not accepts(tree.root, key, value, [doubled], page)
    # ... not even where the mask leaves room for it, because one other sibling is empty.
    deep, elsewhere, _ = CASES["sparse levels, absent from a subtree that is empty"]
    levels, page = parts(deep.prove(elsewhere))
    ((mask, siblings),) = levels
    own = int(reference.digest(elsewhere).hex()[0], 16)
    rank = (mask & (1 << own) - 1).bit_count() * 32
    own_given = (mask | 1 << own, siblings[:rank] + b"\x01" * 32 + siblings[rank:])
    assert accepts(deep.root, elsewhere, None, levels, page)
    assert not accepts(deep.root, elsewhere, None, [own_given], page)


def test_proofs_do_not_pass_for_other_keys() -> None:
    """A proof of one key proves nothing of a key whose path leads to another page."""
    tree, key, _ = CASES["two levels, present"]
    levels, page = parts(tree.prove(key))
    way = reference.digest(key).hex()[:2]
    for number in range(700):
        other = b"key %d" % number
        in_page = reference.digest(other).hex().startswith(way)
        assert accepts(tree.root, other, b"value %d" % number, levels, page) == in_page
        absent = b"absent %d" % number
        in_page = reference.digest(absent).hex().startswith(way)
        assert accepts(tree.root, absent, None, levels, page) == in_page


def test_a_foreign_page_with_the_right_hashes_is_refused() -> None:
    """Forged in full: a page of other prefixes under a root made for it is no tree of ours."""
    victim = b"victim"
    way = reference.digest(victim).hex()[0]
    foreign = min(
        reference.digest(key) + reference.digest(b"x")
        for key in content(40)
        if not reference.digest(key).hex().startswith(way)
    )
    children = [bytes(32)] * 16
    children[int(way, 16)] = reference.digest(b"\x00" + foreign)
    sibling = (int(way, 16) + 1) % 16
    children[sibling] = reference.digest(b"sibling")
    root = reference.digest(b"\x01" + b"".join(children))
    assert not accepts(root, victim, None, [(1 << sibling, children[sibling])], foreign)


def test_a_page_alone_below_an_inner_node_is_refused() -> None:
    """Forged in full: 40 entries or fewer are a page, never the only child of an inner node."""
    key = b"key 1"
    page = reference.digest(key) + reference.digest(b"value 1")
    children = [bytes(32)] * 16
    children[page[0] >> 4] = reference.digest(b"\x00" + page)
    root = reference.digest(b"\x01" + b"".join(children))
    assert not accepts(root, key, b"value 1", [(0, b"")], page)
    nothing = reference.digest(b"\x01" + bytes(512))
    assert not accepts(nothing, key, None, [(0, b"")], b"")


def test_an_over_full_or_unsorted_page_is_refused_even_under_its_own_root() -> None:
    """Forged in full: 41 entries, or a doubled key with two values, in one page."""
    entries = sorted(
        reference.digest(key) + reference.digest(value) for key, value in content(41).items()
    )
    page = b"".join(entries)
    assert not accepts(reference.digest(b"\x00" + page), b"key 1", b"value 1", [], page)
    path = reference.digest(b"key 1")
    twice = path + reference.digest(b"value 1") + path + reference.digest(b"value 2")
    for value in (b"value 1", b"value 2"):
        assert not accepts(reference.digest(b"\x00" + twice), b"key 1", value, [], twice)
    backwards = b"".join(entries[:40][::-1])
    assert not accepts(reference.digest(b"\x00" + backwards), b"key 1", b"value 1", [], backwards)


def test_a_path_across_two_entries_is_not_an_entry() -> None:
    """Only whole entries count: bytes that happen to spell a path prove nothing."""
    key = b"victim"
    path = reference.digest(key)
    entries = [b"\x00" * 40 + path[:24], path[24:] + b"\xff" * 56]
    page = b"".join(entries)
    root = reference.digest(b"\x00" + page)
    assert page.find(path) == 40
    assert not accepts(root, key, b"", [], page)
    assert accepts(root, key, None, [], page)


def test_everything_is_absent_from_the_empty_state() -> None:
    """A root of zero bytes has one proof, for every key."""
    proof = StateTree(PageStore()).prove(b"any")
    assert proof == StateProof((), b"")
    verify_absence(EMPTY_STATE_ROOT, b"any", proof)
    with pytest.raises(InvalidProof):
        verify_value(EMPTY_STATE_ROOT, b"any", b"", proof)
    with pytest.raises(InvalidProof):
        verify_absence(EMPTY_STATE_ROOT, b"any", CASES["one page, absent"][0].prove(b"any"))


SIBLING = reference.digest(b"sibling")


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [[]],
        [[], b"", b""],
        ([], b""),
        {0: [], 1: b""},
        [(), b""],
        [None, b""],
        [b"", b""],
        [[], None],
        [[], []],
        [[], "x" * 64],
        [[], bytearray(64)],
        [[], bytes(63)],
        [[], bytes(64 * 41)],
        [[b""], b""],
        [[[1]], b""],
        [[[1, SIBLING, 0]], b""],
        [[(1, SIBLING)], b""],
        [[[True, SIBLING]], b""],
        [[["1", SIBLING]], b""],
        [[[None, SIBLING]], b""],
        [[[1.0, SIBLING]], b""],
        [[[-1, SIBLING]], b""],
        [[[1 << 16, SIBLING]], b""],
        [[[0xFFFF, SIBLING * 16]], b""],
        [[[1, SIBLING * 2]], b""],
        [[[1, b""]], b""],
        [[[0, SIBLING]], b""],
        [[[1, SIBLING.hex()]], b""],
        [[[1, bytearray(SIBLING)]], b""],
        [[[1, [SIBLING]]], b""],
        [[[3, SIBLING + bytes(32)]], b""],
        [[[0, b""]], b""],
        [[[1, SIBLING], [0, b""]], b""],
        [[[1, SIBLING]] * 65, b""],
    ],
)
def test_a_value_of_another_form_is_refused(value: object) -> None:
    """Only lists, integers and bytes of the exact form become a proof."""
    with pytest.raises(InvalidProof):
        StateProof.from_value(value)


def test_parts_of_other_types_do_not_make_a_proof() -> None:
    """The records check themselves, however they are made."""
    untyped: Any = StateProof
    level = ProofLevel(1, SIBLING)
    assert untyped((level,), b"").levels == (level,)
    assert StateProof.from_value([[[1, SIBLING]] * 64, b""]).levels == (level,) * 64
    for levels in ([level], ([1, SIBLING],), None):
        with pytest.raises(InvalidProof):
            untyped(levels, b"")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("root", b""),
        ("root", bytes(31)),
        ("root", bytearray(32)),
        ("root", None),
        ("key", "key 1"),
        ("key", None),
        ("key", bytearray(b"key 1")),
        ("proof", None),
        ("proof", [[], b""]),
    ],
)
def test_a_claim_of_wrong_type_is_refused(field: str, value: object) -> None:
    """Only exact types come to be hashed."""
    tree, key, _ = CASES["one page, present"]
    claim: dict[str, Any] = {"root": tree.root, "key": key, "proof": tree.prove(key)}
    verify: Any = verify_value
    verify(**claim, value=b"value 1")
    with pytest.raises(InvalidProof) as refused:
        verify(**claim | {field: value}, value=b"value 1")
    assert refused.value.field == field
    refute: Any = verify_absence
    with pytest.raises(InvalidProof):
        refute(**claim | {field: value})
    with pytest.raises(InvalidProof):
        verify(**claim, value="value 1")


def test_proofs_can_be_made_from_stored_records_alone() -> None:
    """A snapshot of storage and a root suffice: docs/spec/state.md section 7."""
    items = content(700)
    tree, store = filled(items)
    root = tree.root
    before = dict(store.records)
    tree.update({b"key 5": b"later", b"key 6": None} | content(50, start=2_000))
    store.save(tree)
    old = PageStore()
    old.records = before
    for key in (b"key 5", b"key 6", b"key 2001"):
        proof = prove_key(old, root, key)
        if key in items:
            verify_value(root, key, items[key], proof)
        else:
            verify_absence(root, key, proof)
        assert prove_key(store, tree.root, key) == tree.prove(key)
    with pytest.raises(Corrupted):
        prove_key(store, root, b"key 5")
    assert prove_key(old, EMPTY_STATE_ROOT, b"key 5") == StateProof((), b"")
