# SPDX-License-Identifier: Apache-2.0
"""Archives from strangers: bounded, named safely, never unpacked to disk."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import HostileFile, InvalidPackage, LimitExceeded
from tallystick.interchange.archives import (
    ArchiveLimits,
    ArchiveWriter,
    check_name,
    check_names,
    open_archive,
)
from tests.unit.interchange.zips import opened, unpacked, with_link, zipped, zipped_twice

HOSTILE_NAMES = [
    "../evil.txt",
    "data/../../evil.txt",
    "/etc/passwd",
    "C:/evil.txt",
    "c:evil.txt",
    "data\\evil.txt",
    "data//evil.txt",
    "data/./evil.txt",
    "data/",
    "",
    "bell\a.txt",
    "line\nbreak.txt",
    "gpj.\u202etxt",
    "zero\u200bwidth.txt",
    "mark\u2066.txt",
    "half\ud800.txt",
    " leading.txt",
    "trailing.txt ",
    "dot.",
    "a" * 256,
    "/".join(["a" * 200] * 6),
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_a_hostile_name_is_refused(name: str) -> None:
    """Traversal, absolute, control and direction characters, names that systems change."""
    with pytest.raises(HostileFile):
        check_name(name)


@pytest.mark.parametrize(
    "names",
    [
        ("a.txt", "A.TXT"),
        ("\u00e9", "e\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("\ufb01le", "file"),
        ("a", "a/b"),
        ("a/b", "A"),
        ("a", "a"),
    ],
    ids=ascii,
)
def test_names_that_meet_on_some_disk_are_refused(names: tuple[str, ...]) -> None:
    """Case, composition, ligatures, a file where a folder is: one would replace the other."""
    with pytest.raises(HostileFile):
        check_names(names)


def test_names_that_differ_everywhere_are_taken() -> None:
    """Chinese, spaces inside, several dots."""
    check_names(["data/合同 一.pdf", "data/b.tar.gz", "data/sub/c", "evidence/c"])


@pytest.mark.parametrize(
    "data",
    [
        zipped({"../evil.txt": b"x"}),
        zipped({"a.txt": b"x", "A.txt": b"y"}),
        zipped_twice("a.txt"),
        with_link("data/link", "/etc/passwd"),
        zipped({"bomb": bytes(20_000_000)}, method=zipfile.ZIP_DEFLATED),
        zipped({"../": b""}),
    ],
    ids=["traversal", "case", "duplicate", "link", "bomb", "folder outside"],
)
def test_a_hostile_archive_is_refused_before_anything_is_unpacked(data: bytes) -> None:
    """Its table of contents suffices."""
    with pytest.raises(HostileFile):
        opened(data)


def test_a_zero_in_a_name_hides_nothing() -> None:
    """What stands after a zero byte some programs do not show."""
    with pytest.raises(HostileFile, match="zero"):
        opened(zipped({"a.txtX.exe": b"x"}).replace(b"a.txtX.exe", b"a.txt\0.exe"))


def test_members_that_share_bytes_are_refused() -> None:
    """Overlapping members make bombs that pass every bound on a single one."""
    data = bytearray(zipped({"a": b"x" * 100, "b": b"y" * 100}))
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 42, 5)
    with pytest.raises(HostileFile, match="overlap"):
        opened(bytes(data))


@pytest.mark.parametrize(
    ("limits", "data"),
    [
        (ArchiveLimits(members=1), zipped({"a": b"1", "b": b"2"})),
        (ArchiveLimits(unpacked_bytes=9), zipped({"a": b"12345", "b": b"67890"})),
    ],
    ids=["members", "bytes"],
)
def test_an_archive_of_too_much_is_refused(limits: ArchiveLimits, data: bytes) -> None:
    """By number and by size."""
    with pytest.raises(LimitExceeded):
        opened(data, limits)


def test_what_is_no_archive_is_said_to_be_none() -> None:
    """Random bytes, and packing that is not read here."""
    with pytest.raises(InvalidPackage):
        opened(b"no archive")
    with pytest.raises(InvalidPackage, match="packing"):
        opened(zipped({"a": b"x"}, method=zipfile.ZIP_LZMA))


def test_damaged_content_is_noticed_when_it_is_read() -> None:
    """The checksum of each member is compared."""
    data = zipped({"a": b"content"}).replace(b"content", b"c0ntent", 1)
    with pytest.raises(InvalidPackage, match="damaged"):
        b"".join(opened(data).chunks("a"))


def test_a_truncated_archive_is_refused() -> None:
    """A file cut in transit has no table of contents."""
    with pytest.raises(InvalidPackage):
        opened(zipped({"a": b"content" * 100})[:-30])


def test_the_same_files_give_the_same_archive() -> None:
    """Nothing of the time or the machine is in it."""

    def written() -> bytes:
        target = io.BytesIO()
        with ArchiveWriter(target) as archive:
            archive.add("b/合同.txt", [b"1", b"2"])
            archive.add("a", [])
        return target.getvalue()

    assert written() == written()
    assert unpacked(written()) == {"b/合同.txt": b"12", "a": b""}


def test_a_writer_takes_no_name_that_a_reader_refuses() -> None:
    """What we write we can read."""
    with ArchiveWriter(io.BytesIO()) as archive:
        archive.add("a", [b""])
        with pytest.raises(HostileFile):
            archive.add("A", [b""])


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_altered_archives_are_read_or_refused_and_nothing_else(
    content: bytes, place: int, change: bytes
) -> None:
    """Whatever the bytes: typed errors only."""
    data = bytearray(zipped({"a.txt": content, "b/c.txt": content}))
    data[place : place + len(change)] = change
    try:
        archive = open_archive(io.BytesIO(bytes(data)))
        for name in archive.sizes:
            b"".join(archive.chunks(name))
    except (InvalidPackage, HostileFile, LimitExceeded):
        pass
