# SPDX-License-Identifier: Apache-2.0
"""Evidence packages as BagIt bags: what is made holds, and any change of a byte is noticed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import HashMismatch, HostileFile, InvalidPackage, LimitExceeded
from tallystick.interchange.packages import Bag, bags, check_bag, make_package, read_bag
from tests.unit.interchange.exhibits import FACTS, InMemory, exhibit, folder
from tests.unit.interchange.zips import opened, unpacked, zipped

VECTORS = Path(__file__).parents[2] / "vectors" / "bagit"
VALID = sorted(one for one in VECTORS.glob("*/valid/*") if one.is_dir())
INVALID = sorted(one for one in VECTORS.glob("*/invalid/*") if one.is_dir())
PACKAGE = make_package([exhibit(1), exhibit(2, b"", "空.txt")], FACTS)


def judged(data: InMemory) -> None:
    """Read a bag and check it."""
    check_bag(data, read_bag(data))


@pytest.mark.parametrize("place", VALID, ids=lambda one: one.name)
def test_every_valid_bag_of_the_conformance_suite_is_taken(place: Path) -> None:
    """Library of Congress, bagit-conformance-suite."""
    judged(folder(place))


@pytest.mark.parametrize("place", INVALID, ids=lambda one: f"{one.parts[-3]}-{one.name}")
def test_every_invalid_bag_of_the_conformance_suite_is_refused(place: Path) -> None:
    """Traversal, doubles, blanks, missing and altered files: each with its code."""
    with pytest.raises((InvalidPackage, HashMismatch, HostileFile)):
        judged(folder(place))


def test_the_suite_is_there() -> None:
    """Six valid bags and fifteen that are not."""
    assert (len(VALID), len(INVALID)) == (6, 15)


def test_a_package_is_a_bag_with_every_file_in_its_manifests() -> None:
    """Tag files too, so that no proof can be exchanged unnoticed (JUD-2)."""
    members = opened(PACKAGE)
    bag = read_bag(members)
    check_bag(members, bag)
    assert bag.is_strong
    assert [one.name for one in bag.payload] == [
        "data/EV-2026-000001/合同.pdf",
        "data/EV-2026-000002/空.txt",
    ]
    listed = {one.name for one in (*bag.payload, *bag.tags)}
    assert set(members.sizes) - listed == {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}


def test_the_library_of_others_validates_a_package(tmp_path: Path) -> None:
    """`bagit` takes what we make, and refuses it altered."""
    for name, content in unpacked(PACKAGE).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert bagit.Bag(str(tmp_path)).is_valid()
    (tmp_path / "data/EV-2026-000001/合同.pdf").write_bytes(b"A contract")
    assert not bagit.Bag(str(tmp_path)).is_valid()


def test_the_same_exhibits_give_the_same_package() -> None:
    """Byte for byte."""
    assert make_package([exhibit(1), exhibit(2, b"", "空.txt")], FACTS) == PACKAGE


def test_the_index_says_which_proof_belongs_to_which_file() -> None:
    """For programs; the guide for people stands beside it, in two languages."""
    files = unpacked(PACKAGE)
    index = json.loads(files["evidence/index.json"])
    assert index["exhibits"][0]["file"] == "data/EV-2026-000001/合同.pdf"
    assert set(index["exhibits"][0]["proofs"]) == {
        f"evidence/EV-2026-000001/{name}"
        for name in ("receipt.json", "statement.cose", "proof.tlog-proof", "token.tsr")
    }
    guide = files["evidence/README.txt"].decode()
    assert "不因上链而成为事实" in guide
    assert "openssl ts -verify" in guide


@given(st.data())
def test_a_package_fails_if_any_byte_of_file_proof_or_path_changes(data: st.DataObject) -> None:
    """JUD-2, for a package: contents and names, whatever says something else than before.

    Nothing lists the tag manifests: one that says the same digests in capitals says the same.
    """
    files = unpacked(PACKAGE)
    hashed = sorted(name for name in files if files[name])
    name = data.draw(st.sampled_from(hashed))
    if data.draw(st.booleans()):
        content = bytearray(files[name])
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        files[name] = bytes(content)
    else:
        files[f"{name}x"] = files.pop(name)
    whole = read_bag(InMemory(unpacked(PACKAGE)))
    tags = {one.name for one in whole.tags} | {"bagit.txt"}
    try:
        found = judged_as_ours(InMemory(files), tags)
    except (InvalidPackage, HashMismatch, HostileFile):
        return
    assert name.startswith("tagmanifest-")
    assert listed(found) == listed(whole)


@pytest.mark.parametrize("letters", [str.upper, str.lower])
def test_digests_of_a_tag_manifest_may_be_in_either_case(letters: Callable[[str], str]) -> None:
    """Hexadecimal is hexadecimal (RFC 8493, 2.1.3)."""
    files = unpacked(PACKAGE)
    lines = files["tagmanifest-sha256.txt"].decode().splitlines()
    pairs = [line.split(maxsplit=1) for line in lines]
    again = "".join(f"{letters(digest)}  {name}\n" for digest, name in pairs)
    whole = read_bag(InMemory(files))
    files["tagmanifest-sha256.txt"] = again.encode()
    tags = {one.name for one in whole.tags} | {"bagit.txt"}
    assert listed(judged_as_ours(InMemory(files), tags)) == listed(whole)


def listed(bag: Bag) -> dict[str, dict[str, str]]:
    """Return the digests that a bag's manifests say of each file."""
    return {one.name: dict(one.digests) for one in (*bag.payload, *bag.tags)}


def judged_as_ours(members: InMemory, tags: set[str]) -> Bag:
    """Judge a bag that must have the tag files of our packages listed in every tag manifest."""
    bag = read_bag(members)
    check_bag(members, bag)
    for algorithm in ("sha256", "sha512"):
        if not tags <= {one.name for one in bag.tags if algorithm in one.digests}:
            raise InvalidPackage("a tag file is not listed")
    return bag


def test_another_file_than_was_deposited_is_not_packed() -> None:
    """E_HASH, for a file of the same name and size."""
    wrong = dataclasses.replace(exhibit(), content=[b"A contract"])
    with pytest.raises(HashMismatch):
        make_package([wrong], FACTS)


def test_a_package_needs_exhibits_each_once() -> None:
    """None, or two of a number, is a mistake."""
    for exhibits in ([], [exhibit(1), exhibit(1)]):
        with pytest.raises(InvalidPackage):
            make_package(exhibits, FACTS)


def test_others_may_not_stand_in_the_payload() -> None:
    """The payload is what was deposited, nothing else."""
    facts = dataclasses.replace(FACTS, others={"data/x": b""})
    with pytest.raises(HostileFile):
        make_package([exhibit()], facts)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../evil.sh", "_.._evil.sh"),
        ("gpj.\u202etxt", "gpj._txt"),
        ("a:b*c%d.pdf", "a_b_c_d.pdf"),
        ("...", "EV-2026-000001"),
        (".profile", "profile"),
        ("x" * 300 + ".pdf", "x" * 60 + ".pdf"),
        ("no suffix." + "y" * 80, ("no suffix." + "y" * 80)[:60]),
    ],
    ids=ascii,
)
def test_a_name_that_no_system_should_see_is_made_plain(name: str, plain: str) -> None:
    """The original's own name stays in deposit.json."""
    files = unpacked(make_package([exhibit(name=name)], FACTS))
    assert f"data/EV-2026-000001/{plain}" in files


def test_what_a_package_says_of_itself_stays_on_its_line() -> None:
    """A line end in a case number begins no line of bag-info.txt."""
    facts = dataclasses.replace(FACTS, matter="1\nPayload-Oxum: 0.0")
    info = unpacked(make_package([exhibit()], facts))["bag-info.txt"].decode()
    assert info.count("\nPayload-Oxum:") == 1


GOOD = {
    "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    "data/a": b"",
    "manifest-sha256.txt": hashlib.sha256(b"").hexdigest().encode() + b"  data/a\n",
}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"bagit.txt": b"\xff"}, InvalidPackage),
        ({"bagit.txt": bytes(bags.TAG_FILE_BYTES_MAX + 1)}, LimitExceeded),
        ({"manifest-sha256.txt": b"nonsense\n"}, InvalidPackage),
        ({"manifest-sha256.txt": b"00  data/a\n"}, InvalidPackage),
        ({"manifest-crc32.txt": b""}, InvalidPackage),
        ({"manifest-sha256.txt": None}, InvalidPackage),
        ({"manifest-sha256.txt": b"0" * 64 + b"  data/a\n"}, HashMismatch),
        ({"manifest-sha256.txt": b"0" * 64 + b"  bagit.txt\n"}, InvalidPackage),
        ({"tagmanifest-sha256.txt": b"0" * 64 + b"  data/a\n"}, InvalidPackage),
        ({"bag-info.txt": b"Payload-Oxum: 1.1\n"}, InvalidPackage),
        ({"fetch.txt": b""}, InvalidPackage),
    ],
)
def test_what_is_wrong_with_a_bag_has_its_code(
    changes: dict[str, bytes | None], error: type[Exception]
) -> None:
    """Each rule by itself."""
    judged(InMemory(GOOD))
    files = {name: content for name, content in (GOOD | changes).items() if content is not None}
    with pytest.raises(error):
        judged(InMemory(files))


def test_a_bag_may_lie_in_a_folder_of_its_archive() -> None:
    """As most tools pack one; but nothing beside it."""
    files = {f"bag/{name}": content for name, content in GOOD.items()}
    assert read_bag(opened(zipped(files))).root == "bag/"
    with pytest.raises(InvalidPackage, match="outside"):
        read_bag(opened(zipped(files | {"other": b""})))
    with pytest.raises(InvalidPackage, match="not a bag"):
        read_bag(opened(zipped({"a": b""}, method=zipfile.ZIP_DEFLATED)))


def test_only_weak_hashes_are_said_to_be_weak() -> None:
    """MD5 holds a bag together, and proves nothing against intent."""
    md5 = hashlib.md5(b"", usedforsecurity=False).hexdigest()
    weak = {name: content for name, content in GOOD.items() if "manifest" not in name}
    bag = read_bag(InMemory(weak | {"manifest-md5.txt": f"{md5} *data/a\r\n\r\n".encode()}))
    assert not bag.is_strong
    percent = {"data/%0A": b"", "manifest-sha256.txt": GOOD["manifest-sha256.txt"]}
    with pytest.raises(InvalidPackage):
        judged(InMemory(GOOD | percent))
