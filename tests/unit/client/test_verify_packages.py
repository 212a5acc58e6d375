# SPDX-License-Identifier: Apache-2.0
"""Evidence packages against a trust file: every original by its own proofs (JUD-2)."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import FolderMembers, PackageMeans, Result, package_verification
from tallystick.client.home import write_file
from tallystick.errors import FileProblem, HostileFile, LimitExceeded
from tallystick.interchange.archives import ArchiveLimits
from tallystick.interchange.packages import Exhibit, PackageFacts, make_package, write_package
from tallystick.interchange.timestamps import read_roots
from tallystick.model import LogProof
from tests.unit.client.test_verify import failed, states
from tests.unit.client.world import DOCUMENT, World, make_world
from tests.unit.interchange.exhibits import InMemory
from tests.unit.interchange.stamping import FILES, NOW_MS, stamped
from tests.unit.interchange.zips import opened, unpacked

ROOTS = read_roots(FILES.root)
TOKEN = stamped(digest=hashlib.sha256(DOCUMENT).digest())


def exhibit(world: World, index: int) -> Exhibit:
    """Return the document of the world with all its proofs."""
    receipt = world.receipt(index)
    return Exhibit(
        id="EV-2023-000001",
        name="contract.pdf",
        content=[DOCUMENT],
        sha256=hashlib.sha256(DOCUMENT).hexdigest(),
        size=len(DOCUMENT),
        facts={},
        receipt=receipt.to_json().encode(),
        statement=receipt.statement(),
        log_proof=LogProof.of_receipt(receipt).to_text().encode(),
        token=TOKEN,
    )


def packed(*exhibits: Exhibit) -> dict[str, bytes]:
    """Return the files of a package."""
    facts = PackageFacts(network="demo", date="2026-11-27", organization="x")
    return unpacked(make_package(exhibits, facts))


def checked(world: World, files: dict[str, bytes]) -> list[tuple[str, Result]]:
    """Return the verdicts on a package."""
    means = PackageMeans(lambda _: world.trust, ROOTS, NOW_MS)
    found = package_verification("bag.zip", InMemory(files), means)
    return [(name, one.result) for name, one in found]


def test_every_original_of_a_package_matches() -> None:
    """The bag whole, the receipt of the original, its time-stamp."""
    world, index = make_world()
    assert checked(world, packed(exhibit(world, index))) == [
        ("bag.zip", Result.MATCH),
        ("data/EV-2023-000001/contract.pdf", Result.MATCH),
        ("evidence/EV-2023-000001/token.tsr", Result.MATCH),
    ]


def rebuilt(files: dict[str, bytes], name: str, content: bytes | None) -> dict[str, bytes]:
    """Return a bag with a file exchanged and its manifests made again, as a forger would."""
    changed = {one: data for one, data in files.items() if "manifest-" not in one}
    if content is None:
        del changed[name]
    else:
        changed[name] = content
    changed.pop("bag-info.txt", None)
    for prefix, is_payload in (("manifest", True), ("tagmanifest", False)):
        lines = [
            f"{hashlib.sha256(data).hexdigest()}  {one}\n"
            for one, data in sorted(changed.items())
            if one.startswith("data/") is is_payload
        ]
        changed[f"{prefix}-sha256.txt"] = "".join(lines).encode()
    return changed


PLACE = "evidence/EV-2023-000001"


def test_a_forged_original_fails_though_the_bag_is_whole() -> None:
    """JUD-2: manifests can be made again; the receipt cannot."""
    world, index = make_world()
    forged = DOCUMENT.replace(b"sale", b"gift")
    files = packed(exhibit(world, index))
    listed = json.loads(files["evidence/index.json"])
    listed["exhibits"][0]["sha256"] = hashlib.sha256(forged).hexdigest()
    files = rebuilt(files, "data/EV-2023-000001/contract.pdf", forged)
    assert checked(world, files) == [("bag.zip", Result.NO_MATCH)], "the index contradicts it"
    files = rebuilt(files, "evidence/index.json", json.dumps(listed).encode())
    assert [verdict for _, verdict in checked(world, files)] == [
        Result.MATCH,
        Result.NO_MATCH,
        Result.NO_MATCH,
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{PLACE}/receipt.json", None),
        (f"{PLACE}/receipt.json", b"{}"),
        (f"{PLACE}/statement.cose", b"\xd2"),
        (f"{PLACE}/proof.tlog-proof", b"nothing"),
        ("evidence/index.json", b"{"),
        ("evidence/index.json", b"{}"),
        ("evidence/index.json", b'{"format": "x", "network": "n", "exhibits": []}'),
        (
            "evidence/index.json",
            b'{"format": "tallystick.evidence-index.v1", "network": "n", "exhibits": []}',
        ),
    ],
)
def test_a_package_whose_parts_do_not_fit_is_refused(name: str, content: bytes | None) -> None:
    """Missing, unreadable, or of another original: the package itself fails."""
    world, index = make_world()
    files = rebuilt(packed(exhibit(world, index)), name, content)
    assert checked(world, files) == [("bag.zip", Result.NO_MATCH)]


def test_proofs_of_another_transaction_are_noticed() -> None:
    """Each would hold by itself."""
    world, index = make_world()
    other = world.receipt(index - 1)
    changes: tuple[dict[str, Any], ...] = (
        {"statement": other.statement()},
        {"log_proof": LogProof.of_receipt(other).to_text().encode()},
    )
    for changed in changes:
        mixed = dataclasses.replace(exhibit(world, index), **changed)
        assert checked(world, packed(mixed)) == [("bag.zip", Result.NO_MATCH)]


def test_a_receipt_left_out_of_the_index_is_noticed() -> None:
    """An original without a receipt is no exhibit."""
    world, index = make_world()
    files = packed(exhibit(world, index))
    listed = json.loads(files["evidence/index.json"])
    listed["exhibits"][0]["proofs"] = []
    files = rebuilt(files, "evidence/index.json", json.dumps(listed).encode())
    assert checked(world, files) == [("bag.zip", Result.NO_MATCH)]


def test_other_proofs_and_the_time_stamp_may_be_absent() -> None:
    """The receipt suffices."""
    world, index = make_world()
    least = dataclasses.replace(exhibit(world, index), statement=b"", log_proof=b"", token=b"")
    assert [verdict for _, verdict in checked(world, packed(least))] == [Result.MATCH] * 2


def test_a_bag_of_others_is_only_partly_checked() -> None:
    """No ledger stands behind it; nor behind tag files or by hashes that can be imitated."""
    world, _ = make_world()
    weak = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "other.txt": b"",
        "data/a": b"",
        "manifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/a\n",
    }
    means = PackageMeans(lambda _: world.trust, ROOTS, NOW_MS)
    ((_, found),) = package_verification("bag", InMemory(weak), means)
    assert states(found) == {
        "archive": "passed",
        "manifest": "skipped",
        "listed": "skipped",
        "exhibits": "skipped",
    }
    ((_, found),) = package_verification("bag", InMemory({"a": b""}), means)
    assert failed(found) == {"archive"}


def test_a_folder_is_read_like_an_archive(tmp_path: Path) -> None:
    """The same verdicts for a bag that was unpacked."""
    world, index = make_world()
    for name, content in packed(exhibit(world, index)).items():
        write_file(tmp_path / name, content)
    means = PackageMeans(lambda _: world.trust, ROOTS, NOW_MS)
    found = package_verification("bag", FolderMembers(tmp_path), means)
    assert [one.result for _, one in found] == [Result.MATCH] * 3


def test_a_folder_with_links_or_too_much_is_refused(tmp_path: Path) -> None:
    """Nothing outside it is read."""
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(LimitExceeded):
        FolderMembers(tmp_path, ArchiveLimits(members=1))
    members = FolderMembers(tmp_path)
    (tmp_path / "b").unlink()
    with pytest.raises(FileProblem):
        b"".join(members.chunks("b"))
    (tmp_path / "b").symlink_to("/etc/passwd")
    with pytest.raises(HostileFile, match="link"):
        FolderMembers(tmp_path)


def test_a_folder_that_cannot_be_listed_is_a_problem_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said with its code."""
    (tmp_path / "a").write_bytes(b"")

    def refuse(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "lstat", refuse)
    with pytest.raises(FileProblem):
        FolderMembers(tmp_path)


def test_a_package_is_written_to_a_file_as_to_memory(tmp_path: Path) -> None:
    """In constant memory, to any file that is open."""
    world, index = make_world()
    facts = PackageFacts(network="demo", date="2026-11-27", organization="x")
    with (tmp_path / "bag.zip").open("wb") as target:
        write_package(target, [exhibit(world, index)], facts)
    assert (
        opened((tmp_path / "bag.zip").read_bytes()).sizes.keys()
        == packed(exhibit(world, index)).keys()
    )
