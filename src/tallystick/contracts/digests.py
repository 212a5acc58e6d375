# SPDX-License-Identifier: Apache-2.0
"""Digests of values: what stands on the ledger in place of what must not.

A digest is the RFC 9162 leaf hash of the values' canonical bytes: SHA-256 of a zero byte followed
by the deterministic CBOR of the list of values. So a digest can also be a leaf of a batch's Merkle
tree (`primitives.batches`), and any program with SHA-256 and CBOR can make it.
"""

from __future__ import annotations

from tallystick.encoding import Value, encode
from tallystick.merkle import leaf_hash


def digest_of(*values: Value) -> str:
    """Return the digest of a list of values, 64 lower-case hexadecimal digits.

    Name the kind first (`digest_of("bid", case, party, ...)`), so that digests of two kinds of
    things never meet.
    """
    return leaf_hash(encode([*values])).hex()
