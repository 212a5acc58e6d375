# SPDX-License-Identifier: Apache-2.0
"""The folder of a bank: a crash at any step neither loses a file nor hands it over twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.errors import BankUnreachable
from tallystick.interchange.bank import BankFile, FileDropConnector, file_drop

STEPS: Final = ("fsync", "rename", "unlink")
"""Calls of the system after which, or before which, the machine may stop."""
PAYMENT: Final = b"a payment"


class Crash(BaseException):
    """The process ends here; nothing of ours may catch it."""


@contextmanager
def crash_at(step: int) -> Iterator[Callable[[], int]]:
    """End the process at the step of that number: before it if even, after it if odd."""
    done = 0
    real: dict[str, Any] = {name: getattr(os, name) for name in STEPS}

    def stepping(name: str) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            nonlocal done
            if done == step:
                raise Crash
            done += 1
            answer = real[name](*arguments, **named)
            if done == step:
                raise Crash
            done += 1
            return answer

        return stepped

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, stepping(name))
        yield lambda: done


def steps_of(act: Callable[[], object]) -> int:
    """Return how many places an act has at which it can be cut off."""
    with crash_at(-1) as count:
        act()
        return count()


def bank_takes(folder: Path) -> list[bytes]:
    """Take what is in the outbox, as the bank's side does at any time."""
    taken = []
    for path in (folder / "outbox").iterdir():
        taken.append(path.read_bytes())
        path.unlink()
    return taken


def test_a_crash_at_any_step_of_delivering_hands_a_file_over_once(tmp_path: Path) -> None:
    """Whether or not the bank's side looks between the crash and the next try."""
    whole = steps_of(lambda: FileDropConnector(tmp_path / "count").deliver("a.xml", PAYMENT))
    assert whole > 10
    for step in range(whole):
        folder = tmp_path / str(step)
        with pytest.raises(Crash), crash_at(step):
            FileDropConnector(folder).deliver("a.xml", PAYMENT)
        taken = bank_takes(folder) if (folder / "outbox").exists() else []
        FileDropConnector(folder).deliver("a.xml", PAYMENT)
        taken += bank_takes(folder)
        FileDropConnector(folder).deliver("a.xml", PAYMENT)
        assert taken + bank_takes(folder) == [PAYMENT], step


def test_two_crashes_are_no_worse_than_one(tmp_path: Path) -> None:
    """The second try is cut off too."""
    whole = steps_of(lambda: FileDropConnector(tmp_path / "count").deliver("a.xml", PAYMENT))
    for first in range(0, whole, 3):
        for second in range(0, whole, 2):
            folder = tmp_path / f"{first}-{second}"
            taken = []
            for step in (first, second):
                try:
                    with crash_at(step):
                        FileDropConnector(folder).deliver("a.xml", PAYMENT)
                except Crash:
                    pass
                taken += bank_takes(folder) if (folder / "outbox").exists() else []
            FileDropConnector(folder).deliver("a.xml", PAYMENT)
            assert taken + bank_takes(folder) == [PAYMENT], (first, second)


def received(folder: Path) -> tuple[FileDropConnector, BankFile]:
    """Return a connector that has one file of the bank."""
    connector = FileDropConnector(folder)
    (folder / "inbox" / "b.xml").write_bytes(b"answer")
    (file,) = connector.collect()
    return connector, file


def test_a_crash_at_any_step_of_acknowledging_keeps_the_file(tmp_path: Path) -> None:
    """It is in the inbox or in the archive, and what is archived does not come again."""
    connector, file = received(tmp_path / "count")
    whole = steps_of(lambda: connector.acknowledge(file))
    for step in range(whole):
        folder = tmp_path / str(step)
        connector, file = received(folder)
        with pytest.raises(Crash), crash_at(step):
            connector.acknowledge(file)
        kept = [path for path in (folder / "archive").iterdir() if path.suffix == ".xml"]
        waiting = FileDropConnector(folder).collect()
        assert [*map(Path.read_bytes, kept), *(one.data for one in waiting)] == [b"answer"]
        FileDropConnector(folder).acknowledge(file)
        assert FileDropConnector(folder).collect() == ()
        assert list((folder / "inbox").iterdir()) == []


def test_what_is_not_a_whole_file_stays_in_the_inbox(tmp_path: Path) -> None:
    """Hidden and half-transferred files, folders, links that lead out, pipes."""
    connector = FileDropConnector(tmp_path)
    inbox = tmp_path / "inbox"
    for name in (".a", "b.tmp", "c.PART"):
        (inbox / name).write_bytes(b"1")
    (inbox / "folder").mkdir()
    (inbox / "link").symlink_to("/etc/passwd")
    os.mkfifo(inbox / "pipe")
    assert connector.collect() == ()
    assert len(list(inbox.iterdir())) == 6


def test_a_long_chinese_name_can_be_archived(tmp_path: Path) -> None:
    """Names of files are counted in bytes, and the digest stands before them."""
    connector = FileDropConnector(tmp_path)
    (tmp_path / "inbox" / ("回单" * 40 + ".xml")).write_bytes(b"1")
    (file,) = connector.collect()
    connector.acknowledge(file)
    assert connector.collect() == ()
    (kept,) = (tmp_path / "archive").iterdir()
    assert "-回单" in kept.name


def test_a_file_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is passed over in silence."""
    monkeypatch.setattr(file_drop, "FILE_BYTES_MAX", 3)
    connector = FileDropConnector(tmp_path)
    (tmp_path / "inbox" / "big.xml").write_bytes(b"1234")
    with pytest.raises(BankUnreachable, match=r"big\.xml"):
        connector.collect()


def test_a_folder_that_cannot_be_used_is_for_the_operator(tmp_path: Path) -> None:
    """A file where the folder should be; and one that went away."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BankUnreachable) as caught:
        FileDropConnector(tmp_path / "file")
    assert caught.value.code == "E_BANK"
    connector = FileDropConnector(tmp_path / "bank")
    (tmp_path / "bank" / "inbox").rmdir()
    with pytest.raises(BankUnreachable):
        connector.collect()


def test_a_file_that_cannot_be_opened_is_for_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of the system is not taken for an empty inbox."""
    connector = FileDropConnector(tmp_path)
    (tmp_path / "inbox" / "a.xml").write_bytes(b"1")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(BankUnreachable, match="Permission denied"):
        connector.collect()
