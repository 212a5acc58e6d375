# SPDX-License-Identifier: Apache-2.0
"""Hashes of the log tree and the verification of its proofs (RFC 9162, SHA-256).

- A leaf is hashed as SHA-256(0x00 || entry), an inner node as SHA-256(0x01 || left || right), so
  neither can pass for the other.
- The number of hashes in a proof follows from sizes and index alone. It is checked before any
  hashing, so nothing can be added to a proof, left out of it or go unused.
- Verification takes bytes and numbers and raises `InvalidProof`; the normative text is
  docs/spec/log.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from tallystick.crypto import Octets, sha256, sha256_each
from tallystick.errors import InvalidProof

HASH_SIZE = 32
LOG_SIZE_MAX = 2**63 - 1
EMPTY_LOG_ROOT: bytes = sha256(b"")
"""Root of the log without leaves (RFC 9162, 2.1.1)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the 32-byte hash of a log entry (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry)


def leaf_hashes(entries: Iterable[Octets]) -> Sequence[bytes]:
    """Return the hash of each of many log entries."""
    return sha256_each(b"\x00", entries)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of an inner node over two 32-byte hashes (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right)


def log_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over all leaf hashes, in one pass and without storage (RFC 9162, 2.1.2)."""
    if not leaf_hashes:
        return EMPTY_LOG_ROOT
    row = list(leaf_hashes)
    while len(row) > 1:
        # A last node without a partner moves up unchanged, which is RFC 9162's split at the
        # largest power of two; doubling it instead is the flaw of CVE-2012-2459.
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [node_hash(left, right) for left, right in pairs] + row[len(row) & ~1 :]
    return row[0]


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf is at `index` of the log of `size` leaves with this root.

    Args:
        leaf_hash: 32 bytes, the hash of the entry; not the entry itself.
        index: Place of the leaf, from 0.
        size: Number of leaves; at most 2**63 - 1.
        path: Sibling hashes from the leaf upwards, 32 bytes each.
        root: 32 bytes, from a source that is trusted.

    Raises:
        InvalidProof: The proof does not hold or is not of the only accepted form
            (RFC 9162, 2.1.3.2; docs/spec/log.md section 4).
    """
    _check_hash("root", root)
    node = inclusion_root(leaf_hash, index, size, path)
    if node != root:
        _refuse("path", f"a path to the root {root.hex()}", f"a path to {node.hex()}")


def inclusion_root(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which a proof of inclusion leads; it proves nothing until it is trusted.

    Args:
        leaf_hash: 32 bytes, the hash of the entry; not the entry itself.
        index: Place of the leaf, from 0.
        size: Number of leaves; at most 2**63 - 1.
        path: Sibling hashes from the leaf upwards, 32 bytes each.

    Raises:
        InvalidProof: The proof is not of the only accepted form.
    """
    # 1. Every value has its exact type, length and range.
    _check_number("size", size, 1)
    _check_number("index", index, 0)
    _check_hash("leaf_hash", leaf_hash)
    if index >= size:
        _refuse("index", f"below the tree size {size}", str(index))
    # 2. Below `inner` the leaf has a sibling at every level; above, only where it hangs right.
    inner, border = _path_shape(index, size)
    _check_path(path, inner + border)
    # 3. Fold the path.
    return _fold_right(_fold_inner(leaf_hash, index, path[:inner]), path[inner:])


def verify_consistency(
    size1: int, size2: int, path: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Check that the log of `size1` leaves and `root1` is a prefix of that of `size2` and `root2`.

    Args:
        size1: Number of leaves of the older log; from 1. Any log extends the empty one, so a
            proof from size 0 proves nothing and is refused.
        size2: Number of leaves of the newer log; at most 2**63 - 1.
        path: Hashes of the consistency proof, 32 bytes each; empty for equal sizes.
        root1: 32 bytes, the older root.
        root2: 32 bytes, the newer root.

    Raises:
        InvalidProof: The proof does not hold or is not of the only accepted form
            (RFC 9162, 2.1.4.2; docs/spec/log.md section 5).
    """
    # 1. Every value has its exact type, length and range.
    _check_number("size1", size1, 1)
    _check_number("size2", size2, 1)
    _check_hash("root1", root1)
    _check_hash("root2", root2)
    if size1 > size2:
        _refuse("size1", f"at most {size2}", str(size1))
    if size1 == size2:
        _check_path(path, 0)
        if root1 != root2:
            _refuse("root2", f"the root {root1.hex()} of the same size", root2.hex())
        return
    # 2. Start from the largest complete subtree that ends where the older log ends; when that is
    #    the whole older log its hash is root1 and is not repeated in the path.
    start = (size1 & -size1).bit_length() - 1
    inner, border = _path_shape(size1 - 1, size2)
    seeded = 0 if size1 == 1 << start else 1
    _check_path(path, seeded + inner - start + border)
    seed = path[0] if seeded else root1
    # 3. The same hashes must lead to both roots.
    place = (size1 - 1) >> start
    below, above = path[seeded : seeded + inner - start], path[seeded + inner - start :]
    left_only = [node for level, node in enumerate(below) if place >> level & 1]
    found1 = _fold_right(_fold_right(seed, left_only), above)
    found2 = _fold_right(_fold_inner(seed, place, below), above)
    if found1 != root1:
        _refuse("path", f"a path to the older root {root1.hex()}", f"a path to {found1.hex()}")
    if found2 != root2:
        _refuse("path", f"a path to the newer root {root2.hex()}", f"a path to {found2.hex()}")


def _path_shape(index: int, size: int) -> tuple[int, int]:
    """Count the levels where the path may go either way, and the left siblings above them."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _fold_inner(node: bytes, place: int, siblings: Sequence[bytes]) -> bytes:
    """Hash upwards; the bits of `place`, lowest first, say on which side the sibling is."""
    for level, sibling in enumerate(siblings):
        node = node_hash(sibling, node) if place >> level & 1 else node_hash(node, sibling)
    return node


def _fold_right(node: bytes, siblings: Sequence[bytes]) -> bytes:
    """Hash upwards along the right border, where every sibling is on the left."""
    for sibling in siblings:
        node = node_hash(sibling, node)
    return node


def _check_number(field: str, value: int, least: int) -> None:
    # `type(...) is` because True is an int to isinstance and must not be a size here.
    if type(value) is not int or not least <= value <= LOG_SIZE_MAX:
        _refuse(field, f"an integer from {least} to 2**63 - 1", repr(value)[:80])


def _check_hash(field: str, value: bytes) -> None:
    if type(value) is not bytes or len(value) != HASH_SIZE:
        _refuse(field, "32 bytes", repr(value)[:80])


def _check_path(path: Sequence[bytes], count: int) -> None:
    if not isinstance(path, list | tuple) or len(path) != count:
        _refuse("path", f"a list of {count} hashes", repr(path)[:80])
    for node in path:
        _check_hash("path", node)


def _refuse(field: str, expected: str, found: str) -> NoReturn:
    raise InvalidProof(
        f"the proof does not hold: {field} should be {expected}, but is {found}",
        field=field,
        expected=expected,
        found=found,
    )
