# SPDX-License-Identifier: Apache-2.0
"""Holdings: whole or absent after a crash at any step, and gone for good when destroyed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tallystick.documents import Holdings, Place
from tallystick.errors import Corrupted, NotFound, StorageFailed

PLACE = Place("vault", "secrets_records", "P/1 中")
BANK, OWNER = "911100001000000059", "11330100MB0F0001X8"
WRAPS = {OWNER: b"wrap of the owner", BANK: b"wrap of the bank"}
SEALED = b"sealed bytes"


class Crash(BaseException):
    """The power goes."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "private"


@pytest.fixture
def held(folder: Path) -> Holdings:
    """Return holdings with one."""
    holdings = Holdings(folder)
    holdings.keep(PLACE, SEALED, WRAPS)
    return holdings


def files(folder: Path) -> list[Path]:
    """Return all files."""
    return [path for path in folder.rglob("*") if path.is_file()]


def crash_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the power go at a sync: one before each is a step that was not taken."""
    left = [step]
    real = os.fsync

    def sync(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Crash
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", sync)
        yield


def crashed(step: int, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Do work until the power goes; return whether it went."""
    for _ in crash_at(step, monkeypatch):
        try:
            work()
        except Crash:
            return True
    return False


def test_a_holding_gives_the_bytes_and_each_organisations_own_wrap(held: Holdings) -> None:
    """And none to an organisation that has none."""
    assert held.get(PLACE, BANK).wrap == WRAPS[BANK]
    assert held.get(PLACE, OWNER).sealed == SEALED
    assert held.get(PLACE, "911100001000001062").wrap is None
    assert held.wrap(PLACE, BANK) == WRAPS[BANK]
    assert held.wrap(PLACE, "911100001000001062") is None
    with pytest.raises(NotFound):
        held.wrap(PLACE._replace(record="none"), BANK)
    assert list(held.places()) == [PLACE]


@pytest.mark.usefixtures("held")
def test_others_can_read_neither_folder_nor_files(folder: Path) -> None:
    """Sealed or not, it is nobody else's on this machine."""
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))


def test_the_same_bytes_under_another_record_are_another_holding(held: Holdings) -> None:
    """Whoever declares a record with a digest seen elsewhere can destroy only their own."""
    other = PLACE._replace(record="P-2")
    held.keep(other, SEALED, {})
    assert held.destroy(other)
    assert held.get(PLACE, BANK).sealed == SEALED


def test_wraps_can_follow_and_be_replaced(held: Holdings) -> None:
    """A new recipient, or a new key of an old one; for what is held only."""
    held.add_wraps(PLACE, {BANK: b"newer"})
    assert held.get(PLACE, BANK).wrap == b"newer"
    with pytest.raises(NotFound):
        held.add_wraps(PLACE._replace(record="none"), {BANK: b""})


def test_what_is_destroyed_leaves_no_file(held: Holdings, folder: Path) -> None:
    """Neither bytes nor wraps; destroying it again does nothing."""
    assert held.destroy(PLACE)
    assert files(folder) == []
    assert not held.holds(PLACE)
    assert not held.destroy(PLACE)
    with pytest.raises(NotFound):
        held.get(PLACE, OWNER)


def test_a_crash_at_any_step_of_keeping_leaves_all_or_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of half a holding goes at the next start."""
    step, outcomes = 0, set()
    while crashed(step, lambda: Holdings(folder).keep(PLACE, SEALED, WRAPS), monkeypatch):
        again = Holdings(folder)
        again.tidy()
        outcomes.add(again.holds(PLACE))
        if again.holds(PLACE):
            assert again.get(PLACE, BANK).wrap == WRAPS[BANK]
            assert again.get(PLACE, OWNER).sealed == SEALED
            again.destroy(PLACE)
        assert files(folder) == []
        step += 1
    assert outcomes == {True, False}
    assert step > 8


def test_a_crash_at_any_step_of_destroying_leaves_no_wrap_beside_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start finishes it: a wrap is never what is left over."""
    step = 0
    while True:
        holdings = Holdings(folder)
        holdings.keep(PLACE, SEALED, WRAPS)
        if not crashed(step, partial(holdings.destroy, PLACE), monkeypatch):
            break
        left = {path.suffix for path in files(folder)}
        assert ".wrap" not in left or ".sealed" in left
        again = Holdings(folder)
        again.tidy()
        again.destroy(PLACE)
        assert files(folder) == []
        step += 1
    assert step == 4


def test_a_disk_that_refuses_is_told_as_such(
    held: Holdings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keeping and destroying alike; what was held stays."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    for work in (
        lambda: held.keep(PLACE._replace(record="P-2"), b"x", {}),
        lambda: held.add_wraps(PLACE, {BANK: b""}),
        lambda: held.destroy(PLACE),
    ):
        with pytest.raises(StorageFailed, match="No space"):
            work()


def test_damaged_bytes_are_not_given_out(held: Holdings, folder: Path) -> None:
    """They would not open anyway; the operator should know."""
    next(path for path in files(folder) if path.suffix == ".sealed").write_bytes(b"other")
    with pytest.raises(Corrupted):
        held.get(PLACE, OWNER)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"contract":"a","table":"b","record":"c"}'])
def test_a_holding_that_does_not_say_whose_it_is_stops_whoever_asks(
    held: Holdings, folder: Path, text: str
) -> None:
    """It might be of a record that was erased."""
    next(path for path in files(folder) if path.name == "place.json").write_text(text)
    with pytest.raises(Corrupted, match=r"place\.json"):
        list(held.places())
