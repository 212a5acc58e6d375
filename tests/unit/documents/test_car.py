# SPDX-License-Identifier: Apache-2.0
"""CAR files: those of others are read or refused, ours read back, wrong ones leave nothing."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.documents import CarReader, Depot, DepotLimits, FolderStore, take_car, write_car
from tallystick.encoding import CODEC_DAG_PB, Cid, decode_links, decode_varint, encode_varint
from tallystick.errors import HashMismatch, InvalidContentArchive, Malformed, TallystickError
from tallystick.merkle import CHUNK_SIZE, address_of

CARS: Final = Path("tests/vectors/ipfs/car")
BLOCKS: Final = {
    "gateway-conformance__gateway-raw-block": (1, 1, 3),
    "gateway-conformance__path_gateway_dag__dag-cbor-traversal": (1, 1, 3),
    "gateway-conformance__path_gateway_dag__dag-json-traversal": (1, 1, 3),
    "gateway-conformance__path_gateway_dag__dag-pb": (1, 1, 4),
    "gateway-conformance__path_gateway_dag__gateway-json-cbor": (1, 1, 11),
    "gateway-conformance__path_gateway_dag__plain-cbor-that-can-be-dag-cbor": (1, 1, 1),
    "gateway-conformance__path_gateway_dag__plain-cbor-that-can-be-dag-json": (1, 1, 1),
    "gateway-conformance__path_gateway_dag__plain-cbor": (1, 1, 1),
    "gateway-conformance__path_gateway_tar__fixtures": (1, 1, 10),
    "gateway-conformance__path_gateway_tar__inside-root": (1, 1, 4),
    "gateway-conformance__path_gateway_unixfs__dir-with-percent-encoded-filename": (1, 1, 2),
    "gateway-conformance__redirects_file__redirects-spa": (1, 1, 3),
    "gateway-conformance__trustless_gateway_car__dir-with-duplicate-files": (1, 1, 9),
    "gateway-conformance__trustless_gateway_car__subdir-with-mixed-block-files": (1, 1, 10),
    "go-car__sample-rw-bs-v2": (2, 3, 3),
    "go-car__sample-unixfs-v2": (2, 1, 3),
    "go-car__simple-unixfs": (1, 1, 22),
    "go-car__simple-unixfs-missing-blocks": (1, 1, 17),
    "kubo__TestDagStat": (1, 1, 4),
    "kubo__TestDagStatCARv2": (2, 1, 4),
    "kubo__TestName": (1, 1, 4),
}
REFUSED: Final = [
    "go-car__badheaderlength",
    "go-car__badsectionlength",
    "go-car__sample-corrupt-pragma",
    "go-car__sample-rootless-v42",
]
FILE: Final = random.Random(9).randbytes(2 * CHUNK_SIZE + 321)
ADDRESS: Final = address_of(FILE)


def opened(folder: Path) -> Depot:
    """Open a depot."""
    return Depot(folder, FolderStore(folder / "content"), limits=DepotLimits(free_bytes_min=0))


def files(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return [path.name for path in folder.rglob("*") if path.is_file()]


def car(root: bytes, *blocks: tuple[bytes, bytes]) -> bytes:
    """Build a CARv1 of anything."""
    head = bytes.fromhex("a265726f6f747381d82a58") + bytes([len(root) + 1, 0]) + root
    header = head + bytes.fromhex("6776657273696f6e01")
    sections = [encode_varint(len(header)) + header]
    sections += [encode_varint(len(cid + data)) + cid + data for cid, data in blocks]
    return b"".join(sections)


def exported(data: bytes, folder: Path) -> bytes:
    """Return a document as we write it."""
    depot = opened(folder)
    depot.keep(address_of(data), [data])
    return b"".join(write_car(depot, address_of(data).cid))


@pytest.mark.parametrize("name", BLOCKS)
def test_cars_of_others_are_read_with_every_hash_checked(name: str) -> None:
    """Version, roots and blocks, as their makers list them."""
    with (CARS / f"{name}.car").open("rb") as file:
        reader = CarReader(file)
        blocks = list(reader.blocks())
        assert (reader.version, len(reader.roots), len(blocks)) == BLOCKS[name]
        for block in blocks:
            file.seek(block.offset)
            assert file.read(len(block.data)) == block.data


@pytest.mark.parametrize("name", REFUSED)
def test_broken_cars_of_others_are_refused(name: str) -> None:
    """Wrong lengths, a wrong pragma, no roots."""
    with (CARS / f"{name}.car").open("rb") as file, pytest.raises(InvalidContentArchive):
        list(CarReader(file).blocks())


def test_every_fixture_is_named_here() -> None:
    """None is left out."""
    assert {path.stem for path in CARS.glob("*.car")} == {*BLOCKS, *REFUSED}


@pytest.mark.parametrize("data", [b"small", FILE], ids=["one chunk", "three chunks"])
def test_what_we_export_we_take_back(tmp_path: Path, data: bytes) -> None:
    """With and without knowing beforehand what it is."""
    written = exported(data, tmp_path / "from")
    for name, expected in (("one", None), ("two", address_of(data))):
        depot = opened(tmp_path / name)
        assert take_car(depot, io.BytesIO(written), expected=expected) == address_of(data)
        assert b"".join(depot.read(address_of(data).cid)) == data


@pytest.mark.parametrize("place", [30, 80, 300, 5_000, -1])
def test_a_changed_byte_is_refused_and_leaves_nothing(tmp_path: Path, place: int) -> None:
    """In the root, a node, a chunk."""
    changed = bytearray(exported(FILE, tmp_path / "from"))
    changed[place] ^= 1
    target = tmp_path / "to"
    with pytest.raises((InvalidContentArchive, HashMismatch)):
        take_car(opened(target), io.BytesIO(changed))
    assert not files(target) if target.exists() else True


@given(st.integers(0, 400))
def test_a_cut_car_is_refused(size: int) -> None:
    """Wherever it is cut, but between blocks: then one is missing."""
    data = b"x" * 200
    cid = address_of(data).cid
    whole = car(bytes(cid), (bytes(cid), data))
    with pytest.raises(InvalidContentArchive):
        take_car(opened(Path("/nonexistent")), io.BytesIO(whole[: min(size, len(whole) - 1)]))


def test_another_document_than_expected_is_refused(tmp_path: Path) -> None:
    """A right CAR of a wrong file."""
    written = exported(b"small", tmp_path / "from")
    with pytest.raises(HashMismatch):
        take_car(opened(tmp_path / "to"), io.BytesIO(written), expected=ADDRESS)
    assert not files(tmp_path / "to") if (tmp_path / "to").exists() else True


@pytest.mark.parametrize("name", ["go-car__simple-unixfs", "go-car__sample-rw-bs-v2"])
def test_a_car_that_is_no_document_is_refused(tmp_path: Path, name: str) -> None:
    """A folder, and several roots."""
    with (CARS / f"{name}.car").open("rb") as file, pytest.raises(TallystickError) as raised:
        take_car(opened(tmp_path), file)
    assert raised.value.code in {"E_CAR", "E_HASH"}
    assert files(tmp_path) == []


def node(*links: bytes) -> tuple[bytes, bytes]:
    """Return a node over links, whatever they are."""
    bodies = [b"\x0a" + encode_varint(len(link)) + link + b"\x12\x00\x18\x00" for link in links]
    block = b"".join(b"\x12" + encode_varint(len(body)) + body for body in bodies)
    return bytes(Cid(CODEC_DAG_PB, hashlib.sha256(block).digest())), block


def test_a_small_car_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    """Nodes that name the same node a thousand times, four floors high."""
    empty = address_of(b"").cid
    blocks = [(bytes(empty), b"")]
    for _ in range(4):
        blocks.append(node(*[blocks[-1][0]] * 1_000))
    with pytest.raises(InvalidContentArchive):
        take_car(opened(tmp_path), io.BytesIO(car(blocks[-1][0], *blocks)))
    assert files(tmp_path) == []


CID: Final = bytes(address_of(b"x").cid)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x00",
        b"\xff" * 9 + b"\x01",
        b"\x80\x00",
        encode_varint(5) + b"\xa1\x61\x61\x01\x00",
        car(b"\x12\x20" + bytes(32)),
        car(CID, (CID, b"y")),
        car(CID, (b"\x02" + CID[1:], b"x")),
        car(CID, (b"\x01\x55\x13\x01\x00", b"x")),
        car(CID, (b"\x01\x55\x12\x7f", b"x")),
        car(CID, (b"\x01\x55", b"")),
        car(CID, (CID[:4], b"")),
        car(bytes(node(b"short")[0]), node(b"short")),
        car(
            bytes(Cid(CODEC_DAG_PB, hashlib.sha256(b"x").digest())),
            (bytes(Cid(CODEC_DAG_PB, hashlib.sha256(b"x").digest())), b"x"),
        ),
        bytes.fromhex("0aa16776657273696f6e02") + bytes(40),
        bytes.fromhex("0aa16776657273696f6e02") + bytes(3),
    ],
    ids=str,
)
def test_misbuilt_cars_are_refused(tmp_path: Path, bad: bytes) -> None:
    """Each by its code, with nothing left behind."""
    with pytest.raises(InvalidContentArchive):
        take_car(opened(tmp_path), io.BytesIO(bad))
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "header",
    [
        "a16776657273696f6e01",
        "a265726f6f7473806776657273696f6e02",
        "a265726f6f7473f66776657273696f6e01",
        "a265726f6f747381016776657273696f6e01",
        "01",
    ],
)
def test_other_headers_are_refused(header: str) -> None:
    """No roots, another version, no list, no addresses, no map."""
    data = bytes.fromhex(header)
    with pytest.raises(InvalidContentArchive):
        CarReader(io.BytesIO(encode_varint(len(data)) + data))


def test_a_block_named_by_itself_is_read() -> None:
    """The identity hash: the address has the bytes."""
    named = b"\x01\x55\x00\x03abc"
    (block,) = CarReader(io.BytesIO(car(CID, (named, b"abc")))).blocks()
    assert block.data == b"abc"
    with pytest.raises(InvalidContentArchive):
        list(CarReader(io.BytesIO(car(CID, (named, b"abd")))).blocks())


@given(st.integers(0, 2**63 - 1))
def test_numbers_have_one_form(number: int) -> None:
    """Their shortest, and never more than nine bytes."""
    data = encode_varint(number)
    assert decode_varint(data) == (number, len(data))
    with pytest.raises(Malformed):
        decode_varint(data[:-1])
    with pytest.raises(Malformed):
        decode_varint(data[:-1] + bytes([data[-1] | 0x80]) + b"\x00")


@pytest.mark.parametrize(
    "block", ["0a00120208", "0a000a00", "1a00", "0d00000000", "1205", "12022801", "12020a00"]
)
def test_what_is_no_node_is_refused(block: str) -> None:
    """Cut off, data twice, unknown fields, unknown kinds, no address."""
    with pytest.raises(Malformed):
        decode_links(bytes.fromhex(block))
