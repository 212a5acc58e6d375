# SPDX-License-Identifier: Apache-2.0
"""Experiment 3b: disks as a power cut may leave them, made from a recording of all writes.

A real file system keeps most writes in order, so cutting its power shows few of the states that
the rules allow. Here they are made: everything that was forced out is there; of what was not, any
part may be there, sector by sector (512 bytes); a name is there when its folder was forced out,
and before that may be.

The views are left out: they are made anew from the log.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tests.torture.checker import check_folder
from tests.torture.kit import (
    ProcessEnded,
    Row,
    Subject,
    Trial,
    collect,
    isolated,
    run_trials,
    workplace,
)
from tests.torture.shown import parse_shown
from tests.torture.sites import has_strace
from tests.torture.trace import CALLS, Event, Kind, read_trace

SECTOR: Final = 512
_LEFT_OUT: Final = ("views.sqlite", "lock", "state/lock.mdb", "state/writer.lock")


@dataclass(slots=True)
class Inode:
    """A file's bytes: those on disk, and the writes that may or may not be."""

    disk: bytearray = field(default_factory=bytearray)
    waiting: list[Event] = field(default_factory=list)
    size: int = 0

    def put(self, event: Event) -> None:
        """Take a write or a truncation."""
        if event.kind is Kind.TRUNCATE:
            self.size = event.offset
        elif event.offset < 0:
            event = Event(Kind.WRITE, event.path, event.data, self.size, event.is_synced)
        if event.kind is Kind.WRITE:
            self.size = max(self.size, event.offset + len(event.data))
        if event.is_synced:
            apply(self.disk, event)
        else:
            self.waiting.append(event)

    def sync(self) -> None:
        """Force out what waits."""
        for event in self.waiting:
            apply(self.disk, event)
        self.waiting.clear()

    def crashed(self, choice: random.Random) -> bytes:
        """Return what a power cut may leave."""
        disk = bytearray(self.disk)
        # Often all or nothing: those are the borders.
        mood = choice.choice(("all", "none", "some", "some"))
        for event in self.waiting:
            if mood == "all" or (mood == "some" and choice.random() < 0.6):
                for part in sectors_of(event):
                    if mood == "all" or choice.random() < 0.7:
                        apply(disk, part)
        return bytes(disk)


def apply(disk: bytearray, event: Event) -> None:
    """Do a write, or a truncation, to some bytes."""
    end = event.offset + len(event.data)
    if len(disk) < end:
        disk.extend(bytes(end - len(disk)))
    if event.kind is Kind.TRUNCATE:
        del disk[event.offset :]
    else:
        disk[event.offset : end] = event.data


def sectors_of(event: Event) -> list[Event]:
    """Return a write cut at the borders of sectors; a truncation is one piece."""
    if event.kind is Kind.TRUNCATE:
        return [event]
    parts: list[Event] = []
    at = 0
    while at < len(event.data):
        size = SECTOR - (event.offset + at) % SECTOR
        data = event.data[at : at + size]
        parts.append(Event(Kind.WRITE, event.path, data, event.offset + at))
        at += size
    return parts


class Disk:
    """The files of one data folder, on disk and in the page cache."""

    def __init__(self, files: dict[str, bytes]) -> None:
        """Start with files that are on disk."""
        self.names = {name: Inode(bytearray(data), [], len(data)) for name, data in files.items()}
        self._on_disk = dict(self.names)
        self._waiting: list[Event | tuple[str, Inode]] = []
        self.shown = b""

    def take(self, event: Event) -> None:
        """Take one event."""
        match event.kind:
            case Kind.SHOW:
                self.shown += event.data
            case Kind.SYNC if event.path in self.names:
                self.names[event.path].sync()
            case Kind.SYNC:
                self._sync_folder(event.path)
            case Kind.CREATE:
                self._create(event)
            case Kind.RENAME | Kind.UNLINK:
                _change_names(self.names, event)
                self._waiting.append(event)
            case _:
                self.names.setdefault(event.path, Inode()).put(event)

    def _create(self, event: Event) -> None:
        if event.path not in self.names:
            self.names[event.path] = Inode()
            self._waiting.append((event.path, self.names[event.path]))
        elif event.offset == 0:
            self.names[event.path].put(Event(Kind.TRUNCATE, event.path))

    def _sync_folder(self, folder: str) -> None:
        still: list[Event | tuple[str, Inode]] = []
        for change in self._waiting:
            path = change.path if isinstance(change, Event) else change[0]
            if str(Path(path).parent) in {folder, folder or "."}:
                _change_names(self._on_disk, change)
            else:
                still.append(change)
        self._waiting = still

    def crashed(self, choice: random.Random) -> dict[str, bytes]:
        """Return the files that a power cut may leave."""
        names = dict(self._on_disk)
        # Changes of names are journalled: they survive in order.
        for change in self._waiting[: choice.randint(0, len(self._waiting))]:
            _change_names(names, change)
        return {name: inode.crashed(choice) for name, inode in names.items()}


def _change_names(names: dict[str, Inode], change: Event | tuple[str, Inode]) -> None:
    if isinstance(change, tuple):
        names[change[0]] = change[1]
    elif change.path in names:
        inode = names.pop(change.path)
        if change.kind is Kind.RENAME:
            names[change.target] = inode


# --- the experiment -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recording:
    """What one run wrote, and what was there before."""

    files: dict[str, bytes]
    events: list[Event]


def record(plant: str = "", seed: int = 1) -> Recording:
    """Record one run of an inline node."""
    with workplace() as place:
        subject = Subject(place)
        files = {
            str(path.relative_to(subject.data)): path.read_bytes()
            for path in subject.data.rglob("*")
            if path.is_file()
        }
        log = place / "trace"
        strace = ["strace", "-f", "-y", "-qq", "-xx", "-s", "4000000", "-o", str(log)]
        strace += ["-e", f"trace={CALLS}"]
        planted = ("--plant", plant) if plant else ()
        options = ("--batches", "14", "--linger", "--seed", str(seed))
        code = subject.struck(*options, *planted, strace=strace)
        if code != 0:
            raise ProcessEnded(f"the recorded run ended with {code}")
        text = log.read_text()
        events = read_trace(text, str(subject.data), str(subject.shown_file))
    wanted = [event for event in events if not event.path.startswith(_LEFT_OUT)]
    return Recording({name: data for name, data in files.items() if name != "lock"}, wanted)


def image_of(recording: Recording, seed: int) -> tuple[dict[str, bytes], bytes]:
    """Return the files that a power cut may leave, and all that had been shown by then."""
    choice = random.Random(seed)
    disk = Disk(recording.files)
    moment = choice.randrange(len(recording.events) + 1)
    for event in recording.events[:moment]:
        disk.take(event)
    if moment < len(recording.events):
        under_way = recording.events[moment]
        if under_way.kind is Kind.WRITE:
            # Not returned yet, so not forced out either.
            fields = (under_way.kind, under_way.path, under_way.data, under_way.offset)
            disk.take(Event(*fields))
    return disk.crashed(choice), disk.shown


def check_images(count: int, processes: int, plant: str = "") -> Row:
    """Make images and check each; with a planted bug some must fail."""
    name = f"control: {plant}, by crash images" if plant else "crash images from recorded writes"
    if not has_strace():
        return Row(name, not_run="strace is absent")
    recordings = [record(plant, seed) for seed in (1, 2)]
    work = partial(_check_image, recordings)
    row = collect(name, run_trials(work, range(count), processes=processes), must_catch=bool(plant))
    row.facts["recorded calls"] = sum(len(one.events) for one in recordings)
    return row


def _check_image(recordings: list[Recording], seed: int) -> Trial:
    trial = Trial()
    files, shown = image_of(recordings[seed % len(recordings)], seed)
    with workplace() as place:
        data = place / "data"
        for folder in ("blocks", "state", "keys"):
            (data / folder).mkdir(parents=True)
        for name, content in files.items():
            # A key is private from the call that makes its file, so it is so in every image.
            (data / name).touch(0o600 if name.startswith("keys/") else 0o644)
            (data / name).write_bytes(content)
        try:
            trial.take(isolated(lambda: check_folder(data, parse_shown(shown))))
        except ProcessEnded as error:
            trial.violations.append(f"the checker failed: {error}")
    trial.violations = [f"image {seed}: {one}" for one in trial.violations]
    return trial
