# SPDX-License-Identifier: Apache-2.0
"""Content addresses: those that IPFS tools compute, in one pass over pieces of any size."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.encoding import CODEC_RAW, Cid
from tallystick.errors import Malformed
from tallystick.merkle import (
    CHUNK_SIZE,
    ChunkHashes,
    ContentHasher,
    address_of,
    chunk_count,
    content_nodes,
)

VECTORS: list[dict[str, Any]] = [
    one
    for one in json.loads(Path("tests/vectors/ipfs/cid-profiles.json").read_text())["vectors"]
    if one["profile"] == "unixfs-v1-2025"
]
LARGE = 1 << 30


def content(vector: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of a vector: a ChaCha20 key stream, or a text."""
    if "seed" not in vector:
        yield vector["bytes_utf8"].encode()
        return
    key = hashlib.sha256(vector["seed"].encode()).digest()
    stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor()
    left = vector["size"]
    while left:
        count = min(left, 3 << 18)
        yield stream.update(bytes(count))
        left -= count


def check(vector: dict[str, Any]) -> None:
    """Compare one vector."""
    hasher = ContentHasher()
    for piece in content(vector):
        hasher.update(piece)
    assert str(hasher.finish().address.cid) == vector["cid"]


@pytest.mark.parametrize("place", [n for n, v in enumerate(VECTORS) if v.get("size", 0) < LARGE])
def test_addresses_are_those_that_kubo_publishes(place: int) -> None:
    """IPIP-0499, profile unixfs-v1-2025."""
    check(VECTORS[place])


@pytest.mark.slow
@pytest.mark.parametrize("place", [n for n, v in enumerate(VECTORS) if v.get("size", 0) >= LARGE])
def test_addresses_of_a_gibibyte_are_those_that_kubo_publishes(place: int) -> None:
    """A whole node of 1,024 links, and the first file that needs two levels."""
    check(VECTORS[place])


def test_the_vector_of_the_financial_service_chain() -> None:
    """`hello world` as a raw block, as AFC states it."""
    address = address_of(b"hello world")
    assert str(address.cid) == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
    assert address.cid.codec == CODEC_RAW


DATA = random.Random(3).randbytes(2 * CHUNK_SIZE + 99)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, len(DATA)), max_size=6))
def test_pieces_of_any_size_give_one_address(cuts: list[int]) -> None:
    """How a file comes in says nothing about it."""
    hasher = ContentHasher()
    places = [0, *sorted(cuts), len(DATA)]
    for start, stop in pairwise(places):
        hasher.update(DATA[start:stop])
    assert hasher.size == len(DATA)
    assert hasher.finish() == whole()


def whole() -> ChunkHashes:
    """Return the hashes of DATA."""
    hasher = ContentHasher()
    hasher.update(DATA)
    return hasher.finish()


def test_an_index_reads_back_and_a_cut_one_does_not() -> None:
    """The index has exactly one row a chunk."""
    data = whole().to_bytes()
    assert ChunkHashes.from_bytes(data) == whole()
    for wrong in (data[:-1], data + bytes(64), b""):
        with pytest.raises(Malformed):
            ChunkHashes.from_bytes(wrong)


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 1), (CHUNK_SIZE, 1), (CHUNK_SIZE + 1, 2)])
def test_an_empty_file_has_one_chunk(size: int, count: int) -> None:
    """As a CID has one block at least."""
    assert chunk_count(size) == count
    assert len(content_nodes([bytes(32)] * count, size)) == 1


def test_nodes_are_listed_root_first() -> None:
    """A file of 1,025 chunks has a root over two nodes, the second over one chunk."""
    nodes = content_nodes([bytes(32)] * 1025, 1025 * CHUNK_SIZE)
    assert [len(block) > 0 for _, block in nodes] == [True, True, True]
    assert all(cid.digest == hashlib.sha256(block).digest() for cid, block in nodes)
    assert [bytes(cid) in nodes[0][1] for cid, _ in nodes[1:]] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        str(address_of(b"a").cid).upper(),
        str(address_of(b"a").cid) + "\n",
        str(address_of(b"a").cid)[:-1],
        str(address_of(b"a").cid)[:-1] + "b",
        "z" + str(address_of(b"a").cid)[1:],
        "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE",
        "b" + "é" * 58,
    ],
    ids=["empty", "path", "capitals", "newline", "cut", "stray bits", "base", "v0", "letters"],
)
def test_other_addresses_are_refused(text: str) -> None:
    """One address has one spelling, so no text of a stranger becomes a path."""
    with pytest.raises(Malformed):
        Cid.parse(text)
