# SPDX-License-Identifier: Apache-2.0
"""Every connector delivers a file once for each name, and returns none that was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tallystick.errors import IdempotencyConflict, Malformed
from tallystick.interchange.bank import BankConnector, BankFile, FileDropConnector


@dataclass(frozen=True)
class Side:
    """A connector, and what only the bank can do."""

    connect: Callable[[], BankConnector]
    """Begins anew, as a restarted process would."""
    take: Callable[[], dict[str, bytes]]
    """The bank takes what was delivered since it last looked."""
    put: Callable[[str, bytes], None]
    """The bank gives a file."""


def file_drop(folder: Path) -> Side:
    """Return both sides of a folder."""

    def take() -> dict[str, bytes]:
        taken = {}
        for path in (folder / "outbox").iterdir():
            taken[path.name] = path.read_bytes()
            path.unlink()
        return taken

    def put(name: str, data: bytes) -> None:
        (folder / "inbox" / name).write_bytes(data)

    return Side(lambda: FileDropConnector(folder), take, put)


@pytest.fixture(params=[file_drop], ids=lambda one: one.__name__)
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Side:
    """Each connector in turn."""
    made: Side = request.param(tmp_path / "bank")
    made.connect()
    return made


def test_a_file_is_handed_over_once_for_its_name(side: Side) -> None:
    """Repeated before and after the bank took it, by this process and the next."""
    connector = side.connect()
    connector.deliver("a.xml", b"1")
    connector.deliver("a.xml", b"1")
    assert side.take() == {"a.xml": b"1"}
    connector.deliver("a.xml", b"1")
    side.connect().deliver("a.xml", b"1")
    assert side.take() == {}


def test_two_files_of_one_content_are_two(side: Side) -> None:
    """The name makes a file, as the message id in it does for the bank."""
    side.connect().deliver("a.xml", b"1")
    side.connect().deliver("b.xml", b"1")
    assert side.take() == {"a.xml": b"1", "b.xml": b"1"}


def test_another_file_under_a_name_that_was_used_is_refused(side: Side) -> None:
    """Nothing that was delivered changes."""
    side.connect().deliver("a.xml", b"1")
    with pytest.raises(IdempotencyConflict) as caught:
        side.connect().deliver("a.xml", b"2")
    assert caught.value.field == "name"
    assert side.take() == {"a.xml": b"1"}


@pytest.mark.parametrize(
    "name", ["", ".a", "../a", "a/b", "a\0b", "号.xml", "a" * 121, "a.part", "a.tmp", "-a"]
)
def test_a_name_that_leads_elsewhere_is_refused(side: Side, name: str) -> None:
    """Neither out of the folder, nor where the bank does not look."""
    with pytest.raises(Malformed):
        side.connect().deliver(name, b"1")
    assert side.take() == {}


def test_a_file_comes_until_it_is_acknowledged(side: Side) -> None:
    """Who crashes between reading and acknowledging reads it again."""
    side.put("b.xml", b"2")
    side.put("a.xml", b"1")
    files = (BankFile("a.xml", b"1"), BankFile("b.xml", b"2"))
    assert side.connect().collect() == files
    assert side.connect().collect() == files
    side.connect().acknowledge(files[0])
    side.connect().acknowledge(files[0])
    assert side.connect().collect() == files[1:]


def test_a_file_that_was_acknowledged_never_comes_again(side: Side) -> None:
    """Not even if the bank's side puts it there once more."""
    side.put("a.xml", b"1")
    (file,) = side.connect().collect()
    side.connect().acknowledge(file)
    side.put("a.xml", b"1")
    assert side.connect().collect() == ()


def test_another_file_under_an_old_name_is_not_lost(side: Side) -> None:
    """Banks number from one again; and one may replace a file while we read it."""
    side.put("a.xml", b"1")
    (old,) = side.connect().collect()
    side.put("a.xml", b"2")
    side.connect().acknowledge(old)
    assert side.connect().collect() == (BankFile("a.xml", b"2"),)
