# SPDX-License-Identifier: Apache-2.0
"""Write tests/vectors/tallystick/merkle.json: roots, records and proofs of both trees.

Run: python scripts/make_vectors_merkle.py
The result is the same on every machine. docs/spec/log.md and docs/spec/state.md say what the
values mean; another implementation that agrees with all of them agrees with this one.
"""

from __future__ import annotations

import json
from pathlib import Path

from tallystick.crypto import sha256
from tallystick.merkle import (
    LogTree,
    StateProof,
    StateTree,
    TileKey,
    leaf_hash,
    log_root,
    verify_absence,
    verify_consistency,
    verify_inclusion,
    verify_value,
)

TARGET = Path(__file__).parent.parent / "tests/vectors/tallystick/merkle.json"
ROOT_SIZES = [
    *range(18),
    31,
    32,
    33,
    255,
    256,
    257,
    511,
    512,
    513,
    1000,
    65535,
    65536,
    65537,
    70000,
]
INCLUSIONS = [
    *((index, size) for size in range(1, 9) for index in range(size)),
    *((index, 70000) for index in (0, 255, 256, 65535, 65536, 69999)),
]
CONSISTENCIES = [
    *((size1, size2) for size2 in range(1, 9) for size1 in range(1, size2 + 1)),
    *((size1, 70000) for size1 in (1, 256, 257, 65536, 65537, 69999, 70000)),
]
STATE_COUNTS = [0, 1, 2, 40, 41, 300, 1000]
JsonObject = dict[str, object]


class Memory:
    """A store of nothing: the trees here keep all they need."""

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Answer as a `TileReader`."""
        return None

    def read_page(self, prefix: bytes) -> bytes | None:
        """Answer as a `PageReader`."""
        return None


def log_vectors() -> JsonObject:
    """Roots, tiles and proofs of logs whose entry i is the ASCII text `entry i`."""
    leaves = [leaf_hash(b"entry %d" % index) for index in range(max(ROOT_SIZES))]
    tree = LogTree(Memory())
    tree.append(leaves)
    tiles = tree.take_dirty()
    # Proofs need the tiles again, which a fresh tree still has.
    tree = LogTree(Memory())
    tree.append(leaves)
    roots = {size: tree.root(size) for size in ROOT_SIZES}
    inclusions = []
    for index, size in INCLUSIONS:
        path = tree.inclusion_proof(index, size)
        verify_inclusion(leaves[index], index, size, path, tree.root(size))
        inclusions.append({"index": index, "size": size, "path": hexes(path)})
    consistencies = []
    for size1, size2 in CONSISTENCIES:
        path = tree.consistency_proof(size1, size2)
        verify_consistency(size1, size2, path, tree.root(size1), tree.root(size2))
        consistencies.append({"size1": size1, "size2": size2, "path": hexes(path)})
    return {
        "about": "entry i is the ASCII text 'entry i'; all hashes are hexadecimal",
        "leaf_hashes": hexes(leaves[:8]),
        "roots": {str(size): root.hex() for size, root in roots.items()},
        "inclusion": inclusions,
        "consistency": consistencies,
        "tiles_of_70000": [
            tile_vector(key, tiles[key])
            for key in sorted(tiles)
            if key.level or key.tile_index in (0, 255, 256, 273)
        ],
    }


def tile_vector(key: TileKey, hashes: bytes) -> JsonObject:
    """Level, index and width of a tile, and the root of its hashes."""
    row = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    return {
        "level": key.level,
        "index": key.tile_index,
        "width": len(row),
        "root_of_hashes": log_root(row).hex(),
    }


def state_vectors() -> JsonObject:
    """Roots, records and proofs of states whose key i is `key i` and its value `value i`."""
    return {
        "about": "a state of n keys has the keys 'key 0' to 'key n-1' with the values 'value 0' to "
        "'value n-1', ASCII; keys, values, hashes and pages are hexadecimal",
        "states": [state_vector(count) for count in STATE_COUNTS],
        "refused": refused_vectors(),
    }


def filled(count: int) -> StateTree:
    """Return the state of so many keys."""
    tree = StateTree(Memory())
    tree.update({b"key %d" % number: b"value %d" % number for number in range(count)})
    return tree


def state_vector(count: int) -> JsonObject:
    """Root, records and some proofs of one state."""
    tree = filled(count)
    proofs = []
    for number in sorted({0, 1, 7, count - 1, count, count + 1, count + 2} - {-1}):
        key, value = b"key %d" % number, b"value %d" % number
        proof = tree.prove(key)
        if number < count:
            verify_value(tree.root, key, value, proof)
        else:
            verify_absence(tree.root, key, proof)
        proofs.append(
            {"key": key.hex(), "value": value.hex() if number < count else None}
            | proof_vector(proof)
        )
    records = {
        prefix.decode(): sha256(record).hex()
        for prefix, record in sorted(tree.take_dirty().items())
        if record is not None
    }
    return {"keys": count, "root": tree.root.hex(), "record_hashes": records, "proofs": proofs}


def proof_vector(proof: StateProof) -> JsonObject:
    """The parts of a proof."""
    levels = [{"mask": level.mask, "siblings": level.siblings.hex()} for level in proof.levels]
    return {"levels": levels, "page": proof.page.hex()}


def refused_vectors() -> list[JsonObject]:
    """Proofs that a careless verifier accepts, each with what is wrong with it."""
    tree = filled(41)
    key, value = b"key 0", b"value 0"
    base = proof_vector(tree.prove(key)) | {"root": tree.root.hex(), "key": key.hex()}
    level = tree.prove(key).levels[0]
    own = next(bit for bit in range(16) if not level.mask >> bit & 1)
    rank = (level.mask & (1 << own) - 1).bit_count() * 32
    page = tree.prove(key).page
    doubled = level.siblings[:rank] + sha256(b"\x00" + page) + level.siblings[rank:]
    small = filled(3)
    entries = small.prove(key).page
    return [
        base | {"value": b"value 1".hex(), "wrong": "another value"},
        base | {"value": None, "wrong": "absence of a key that is present"},
        base
        | {
            "value": value.hex(),
            "levels": [{"mask": level.mask | 1 << own, "siblings": doubled.hex()}],
            "wrong": "the hash of the way itself given as a sibling",
        },
        base
        | {
            "value": value.hex(),
            "page": (page + page[-64:]).hex(),
            "wrong": "an entry doubled",
        },
        base | {"value": value.hex(), "levels": [], "wrong": "no levels"},
        {
            "root": sha256(b"\x00" + entries[64:128] + entries[:64]).hex(),
            "key": key.hex(),
            "value": value.hex(),
            "levels": [],
            "page": (entries[64:128] + entries[:64]).hex(),
            "wrong": "a page out of order under a root made for it",
        },
        {
            "root": sha256(b"\x00").hex(),
            "key": key.hex(),
            "value": None,
            "levels": [],
            "page": "",
            "wrong": "the empty page hashed instead of 32 zero bytes",
        },
    ]


def hexes(hashes: list[bytes]) -> list[str]:
    """Return hashes in hexadecimal."""
    return [node.hex() for node in hashes]


def vectors() -> str:
    """Return the text of the file."""
    content = {
        "source": "scripts/make_vectors_merkle.py",
        "specification": ["docs/spec/log.md", "docs/spec/state.md"],
        "log": log_vectors(),
        "state": state_vectors(),
    }
    return json.dumps(content, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(vectors(), encoding="utf-8")
    print(f"wrote {TARGET.stat().st_size:,} bytes")
