# SPDX-License-Identifier: Apache-2.0
"""Proofs that a key has a value, or is absent, under a state root; made here, verified offline.

- A proof is the way from the root to the page where the key's entry is or would be: the hashes of
  the 15 siblings at each inner node, empty ones left out, and the whole page.
- The page a key belongs to is fixed by root and key, so for one root no key has both a proof of a
  value and a proof of absence, nor proofs of two values.
- There is one accepted form: what can be refused without the key is refused when a proof is made
  from its parts, the rest when it is verified. Normative: docs/spec/state.md section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from tallystick.crypto import sha256
from tallystick.errors import InvalidProof
from tallystick.merkle.state_records import (
    DEPTH_MAX,
    DIGITS,
    EMPTY_HASH,
    EMPTY_PAGE,
    ENTRY_SIZE,
    HASH_SIZE,
    PAGE_ENTRIES_MAX,
    PageReader,
    check_record,
    child_hash,
    find_entry,
    is_inner,
)

MASK_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class ProofLevel:
    """The siblings at one inner node on the way from the root to a page."""

    mask: int
    """Bit i is set if child i is a sibling and not empty; the bit of the way itself is clear."""
    siblings: bytes
    """The hashes of those children in ascending order, 32 bytes each, concatenated."""

    def __post_init__(self) -> None:
        """Refuse what no tree has, whatever the key.

        Raises:
            InvalidProof: The mask or the hashes are not of the accepted form.
        """
        # `type(...) is` because True is an int to isinstance and must not be a mask here.
        if type(self.mask) is not int or not 0 <= self.mask <= MASK_MAX:
            _refuse("levels", "a mask of 16 bits", self.mask)
        if self.mask == MASK_MAX:
            _refuse("levels", "a mask with the bit of the way clear", self.mask)
        if type(self.siblings) is not bytes:
            _refuse("levels", "the sibling hashes as bytes", self.siblings)
        if len(self.siblings) != HASH_SIZE * self.mask.bit_count():
            _refuse("levels", f"{self.mask.bit_count()} sibling hashes", self.siblings)
        if EMPTY_HASH in _cut(self.siblings, HASH_SIZE):
            _refuse("levels", "no hash of an empty sibling", self.siblings)


@dataclass(frozen=True, slots=True)
class StateProof:
    """All that is needed, beside root, key and value, to verify one key of the state."""

    levels: tuple[ProofLevel, ...]
    """The inner nodes from the root downwards; none if the whole tree is one page."""
    page: bytes
    """The entries of the page in ascending order, 64 bytes each; empty for an empty subtree."""

    def __post_init__(self) -> None:
        """Refuse what no tree has, whatever the key.

        Raises:
            InvalidProof: The levels or the page are not of the accepted form.
        """
        if type(self.levels) is not tuple or len(self.levels) > DEPTH_MAX:
            _refuse("levels", f"at most {DEPTH_MAX} levels", self.levels)
        for level in self.levels:
            if type(level) is not ProofLevel:
                _refuse("levels", "mask and hashes at each level", level)
        # An inner node has more than 40 entries, a page at most 40: it cannot be its only child.
        if self.levels and not self.levels[-1].mask:
            _refuse("levels", "a sibling beside the page", 0)
        if type(self.page) is not bytes or len(self.page) % ENTRY_SIZE:
            _refuse("page", f"entries of {ENTRY_SIZE} bytes", self.page)
        if len(self.page) > PAGE_ENTRIES_MAX * ENTRY_SIZE:
            _refuse("page", f"at most {PAGE_ENTRIES_MAX} entries", self.page)
        paths = [entry[:HASH_SIZE] for entry in _cut(self.page, ENTRY_SIZE)]
        if any(path >= after for path, after in pairwise(paths)):
            _refuse("page", "entries in strictly ascending order", self.page)

    def to_value(self) -> list[object]:
        """Return the plain value whose canonical bytes are the proof's encoding."""
        return [[[level.mask, level.siblings] for level in self.levels], self.page]

    @classmethod
    def from_value(cls, value: object) -> StateProof:
        """Return the proof from its plain value, as decoded from canonical bytes.

        Raises:
            InvalidProof: The value is not of the accepted form.
        """
        levels, page = _pair(value)
        if type(levels) is not list:
            _refuse("levels", "a list", levels)
        # Unchecked types are safe here: the records check their own fields.
        made = [ProofLevel(*_pair(level)) for level in levels]  # type: ignore[arg-type]
        return cls(tuple(made), page)  # type: ignore[arg-type]


def prove_key(reader: PageReader, root: bytes, key: bytes) -> StateProof:
    """Return the proof of a key's value or absence under `root`, from the records of that root.

    Works with any reader that still has those records: a snapshot of storage, or older records
    laid over newer ones (docs/spec/state.md section 7).

    Raises:
        Corrupted: A record is missing or is not that of this root.
    """

    def load(prefix: bytes, expected: bytes) -> bytes:
        if expected == EMPTY_HASH:
            return EMPTY_PAGE
        return check_record(prefix, reader.read_page(prefix), expected)

    return build_proof(load, root, key)


def build_proof(load: Callable[[bytes, bytes], bytes], root: bytes, key: bytes) -> StateProof:
    """Return the proof of a key under `root`; `load` gives the record of a prefix and hash."""
    digits = sha256(key).hex().encode()
    levels: list[ProofLevel] = []
    record = load(b"", root)
    while is_inner(record):
        digit = digits[len(levels)]
        hashes = [child_hash(record, other) if other != digit else EMPTY_HASH for other in DIGITS]
        mask = sum(1 << place for place, node in enumerate(hashes) if node != EMPTY_HASH)
        levels.append(ProofLevel(mask, b"".join([node for node in hashes if node != EMPTY_HASH])))
        record = load(digits[: len(levels)], child_hash(record, digit))
    return StateProof(tuple(levels), record[1:])


def verify_value(root: bytes, key: bytes, value: bytes, proof: StateProof) -> None:
    """Check that `key` has exactly this value in the state with this root (INV-3).

    Raises:
        InvalidProof: The proof does not hold, or is for another key, value or root.
    """
    path = _verify_page(root, key, proof)
    if type(value) is not bytes:
        _refuse("value", "bytes", value)
    at = find_entry(EMPTY_PAGE + proof.page, path)
    if at < 0:
        _refuse("key", "a key that is present", key)
    value_hash = proof.page[at - 1 + HASH_SIZE : at - 1 + ENTRY_SIZE]
    if value_hash != sha256(value):
        _refuse("value", f"the value with hash {value_hash.hex()}", sha256(value))


def verify_absence(root: bytes, key: bytes, proof: StateProof) -> None:
    """Check that there is no `key` in the state with this root (INV-3).

    Raises:
        InvalidProof: The proof does not hold, is for another key or root, or the key is present.
    """
    path = _verify_page(root, key, proof)
    if find_entry(EMPTY_PAGE + proof.page, path) > 0:
        _refuse("key", "a key that is absent", key)


def _verify_page(root: bytes, key: bytes, proof: StateProof) -> bytes:
    """Check that the proof's page is the one of this key under this root; return the path."""
    if type(root) is not bytes or len(root) != HASH_SIZE:
        _refuse("root", "32 bytes", root)
    if type(key) is not bytes:
        _refuse("key", "bytes", key)
    if type(proof) is not StateProof:
        _refuse("proof", "a StateProof", proof)
    path = sha256(key)
    digits = path.hex()
    # 1. Whatever is in the page belongs there.
    prefix = digits[: len(proof.levels)]
    for entry in _cut(proof.page, ENTRY_SIZE):
        if not entry.hex().startswith(prefix):
            _refuse("page", f"entries with prefix {prefix}", entry)
    # 2. Hash from the page up to the root, the key's path saying which child is next.
    node = sha256(EMPTY_PAGE + proof.page) if proof.page else EMPTY_HASH
    for level, digit in zip(reversed(proof.levels), reversed(prefix), strict=True):
        node = _inner_hash(level, int(digit, 16), node)
    # 3. What comes out must be the root.
    if node != root:
        _refuse("root", f"the root {node.hex()} that the proof leads to", root)
    return path


def _inner_hash(level: ProofLevel, own: int, node: bytes) -> bytes:
    """Hash the inner node that has `node` as child `own` and the level's siblings."""
    if level.mask >> own & 1:
        _refuse("levels", f"a mask with the bit {own} of the way clear", level.mask)
    siblings = iter(_cut(level.siblings, HASH_SIZE))
    children = [next(siblings) if level.mask >> place & 1 else EMPTY_HASH for place in range(16)]
    children[own] = node
    return sha256(b"\x01" + b"".join(children))


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _pair(value: object) -> tuple[object, object]:
    if type(value) is not list or len(value) != 2:
        _refuse("proof", "a list of two", value)
    first, second = value
    return first, second


def _refuse(field: str, expected: str, found: object) -> NoReturn:
    shown = found.hex() if isinstance(found, bytes) else repr(found)
    raise InvalidProof(
        f"the proof does not hold: expected {expected}",
        field=field,
        expected=expected,
        found=shown[:80],
    )
