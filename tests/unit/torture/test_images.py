# SPDX-License-Identifier: Apache-2.0
"""Crash images hold all that was forced out, and only what was written."""

from __future__ import annotations

import random

from tests.torture.images import SECTOR, Disk, Inode, Recording, image_of, sectors_of
from tests.torture.sites import Strike, read_strikes, spread
from tests.torture.trace import Event, Kind, read_trace

SEEDS = range(200)


def write(data: bytes, offset: int = -1, *, path: str = "blocks/a", synced: bool = False) -> Event:
    """Return a write."""
    return Event(Kind.WRITE, path, data, offset, synced)


def hexed(text: str) -> str:
    """Return text as strace shows it."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_what_was_forced_out_is_in_every_image() -> None:
    """And what was not is in some, whole, in part, or not at all."""
    disk = Disk({"blocks/a": b""})
    first, second = b"1" * 700, b"2" * 1500
    for event in (write(first), Event(Kind.SYNC, "blocks/a"), write(second)):
        disk.take(event)
    images = {disk.crashed(random.Random(seed))["blocks/a"] for seed in SEEDS}
    assert all(image.startswith(first) for image in images)
    assert {first, first + second} < images
    assert any(bytes(SECTOR) in image for image in images)


def test_a_write_through_is_on_disk_though_earlier_ones_may_not_be() -> None:
    """O_DSYNC forces out its own bytes only."""
    inode = Inode()
    inode.put(write(b"a" * SECTOR, 0))
    inode.put(write(b"b" * SECTOR, SECTOR, synced=True))
    images = {inode.crashed(random.Random(seed)) for seed in SEEDS}
    assert images == {bytes(SECTOR) + b"b" * SECTOR, b"a" * SECTOR + b"b" * SECTOR}


def test_a_name_may_be_missing_until_its_folder_was_forced_out() -> None:
    """Syncing the file itself does not help."""
    disk = Disk({})
    made = Event(Kind.CREATE, "blocks/.a.partial")
    moved = Event(Kind.RENAME, "blocks/.a.partial", target="blocks/a")
    for event in (made, write(b"x", path="blocks/.a.partial"), moved, Event(Kind.SYNC, "blocks/a")):
        disk.take(event)
    names = {tuple(disk.crashed(random.Random(seed))) for seed in SEEDS}
    assert names == {(), ("blocks/.a.partial",), ("blocks/a",)}
    disk.take(Event(Kind.SYNC, "blocks"))
    assert {tuple(disk.crashed(random.Random(seed))) for seed in SEEDS} == {("blocks/a",)}


def test_a_cut_or_removed_file_may_come_back_until_it_was_forced_out() -> None:
    """Truncations and removals wait like writes do."""
    disk = Disk({"state/a": b"abc"})
    disk.take(Event(Kind.TRUNCATE, "state/a", offset=1))
    assert {disk.crashed(random.Random(s))["state/a"] for s in SEEDS} == {b"a", b"abc"}
    disk.take(Event(Kind.UNLINK, "state/a"))
    assert {len(disk.crashed(random.Random(s))) for s in SEEDS} == {0, 1}


def test_writes_are_cut_at_the_borders_of_sectors() -> None:
    """Sectors are those of the file, not of the write."""
    parts = sectors_of(write(b"x" * 1000, 100))
    assert [(part.offset, len(part.data)) for part in parts] == [(100, 412), (512, 512), (1024, 76)]


def test_only_what_was_shown_before_the_cut_counts() -> None:
    """An image knows which answers had been given."""
    events = [write(b"1"), Event(Kind.SHOW, "", b"ready 0\n"), write(b"2")]
    shown = {image_of(Recording({}, events), seed)[1] for seed in SEEDS}
    assert shown == {b"", b"ready 0\n"}


def test_a_trace_is_read_with_its_descriptors_and_interruptions() -> None:
    """Appends, places, synced descriptors, joined lines, failed and foreign calls."""
    data, shown = "/d", "/s"
    file, cwd = f"<{hexed('/d/blocks/a')}>", f"AT_FDCWD<{hexed('/')}>"
    lines = [
        f'1 openat({cwd}, "{hexed("/d/blocks/a")}", O_WRONLY|O_CREAT|O_DSYNC, 0644) = 3{file}',
        f'1 write(3{file}, "{hexed("ab")}", 2) = 2',
        f'1 write(3{file}, "{hexed("cd")}", 2) = 1',
        f"1 fdatasync(3{file} <unfinished ...>",
        f'2 pwrite64(3{file}, "{hexed("ef")}", 2, 7) = 2',
        "1 <... fdatasync resumed>) = 0",
        f"1 fsync(3{file}) = -1 EIO (Input/output error) (INJECTED)",
        f'1 write(4<{hexed("/s")}>, "{hexed("ready 0")}", 7) = 7',
        f'1 write(5<{hexed("/elsewhere")}>, "{hexed("x")}", 1) = 1',
        f'1 rename("{hexed("/d/blocks/a")}", "{hexed("/d/blocks/b")}") = 0',
        "1 +++ exited with 0 +++",
    ]
    assert read_trace("\n".join(lines), data, shown) == [
        Event(Kind.CREATE, "blocks/a", offset=-1),
        Event(Kind.WRITE, "blocks/a", b"ab", 0, is_synced=True),
        Event(Kind.WRITE, "blocks/a", b"c", 2, is_synced=True),
        Event(Kind.WRITE, "blocks/a", b"ef", 7, is_synced=True),
        Event(Kind.SYNC, "blocks/a"),
        Event(Kind.SHOW, "", b"ready 0"),
        Event(Kind.RENAME, "blocks/a", target="blocks/b"),
    ]


def test_strikes_are_counted_by_thread_call_and_file() -> None:
    """The Nth call of a kind on a file, as strace counts them; reading is no site."""
    lines = [
        "1 write(3</d/blocks/00000000000000000001.log>, ...) = 5",
        "1 write(3</d/blocks/00000000000000000001.log>, ...) = 5",
        "2 write(3</d/blocks/00000000000000000001.log>, ...) = 5",
        '1 openat(AT_FDCWD</x>, "/d/format.json", O_RDONLY|O_CLOEXEC) = 4',
        "1 write(1</elsewhere>, ...) = 5",
        "1 fdatasync(5</d/views.sqlite>) = 0",
    ]
    strikes = read_strikes("\n".join(lines), "/d")
    log = "blocks/00000000000000000001.log"
    assert strikes == [
        Strike("write", log, 1),
        Strike("write", log, 2),
        Strike("fdatasync", "views.sqlite", 1),
    ]
    assert [strike.site for strike in strikes[1:]] == ["write segment", "fdatasync views.sqlite"]
    assert len(spread(strikes, 10)) == 12
