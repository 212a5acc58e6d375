# SPDX-License-Identifier: Apache-2.0
"""Files are hashed whole, in constant memory, and only if they stand still."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tallystick.client import FileFacts, digest_file, facts_of
from tallystick.client.home import locked, read_file, tally_home, write_file
from tallystick.errors import FileProblem, LimitExceeded, Malformed

SIZE = 2 * 1024 * 1024 + 5


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Return a file of a little more than two chunks."""
    path = tmp_path / "视频.mp4"
    path.write_bytes(bytes(SIZE))
    return path


def test_a_file_is_hashed_with_progress(big: Path) -> None:
    """Digest, size and name; progress ends at the whole."""
    calls: list[tuple[int, int]] = []
    facts = digest_file(big, progress=lambda done, total: calls.append((done, total)))
    assert facts == FileFacts(hashlib.sha256(bytes(SIZE)).digest(), SIZE, None, "视频.mp4")
    assert calls[-1] == (SIZE, SIZE)
    assert len(calls) == 3


def test_an_empty_file_has_the_empty_hash(tmp_path: Path) -> None:
    """Zero bytes are a file too."""
    path = tmp_path / "empty"
    path.touch()
    assert digest_file(str(path)).sha256 == hashlib.sha256().digest()


def test_facts_come_from_paths_bytes_hashes_and_facts(big: Path) -> None:
    """All forms of an original agree."""
    facts = digest_file(big, with_sm3=True)
    assert facts_of(str(big), with_sm3=True) == facts
    assert facts_of(facts) is facts
    content = facts_of(bytes(SIZE), with_sm3=True)
    assert (content.sha256, content.size, content.sm3) == (facts.sha256, SIZE, facts.sm3)
    by_hash = facts_of("sha256:" + facts.sha256.hex().upper())
    assert (by_hash.sha256, by_hash.size) == (facts.sha256, None)
    assert FileFacts.of_hash(facts.sha256.hex(), size=SIZE).size == SIZE
    with pytest.raises(Malformed):
        facts_of("sha256:123")


def test_what_is_not_a_readable_file_is_refused(tmp_path: Path) -> None:
    """A folder, a pipe, a missing file and an impossible name each say so."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "link")
    for name, reason in (
        (".", "it is a folder"),
        ("pipe", "device or pipe"),
        ("missing", "no such file"),
        ("nul\0", "its name is not valid"),
        ("link", "symbolic links"),
    ):
        with pytest.raises(FileProblem, match=reason):
            digest_file(tmp_path / name)


def test_a_file_that_may_not_be_read_is_refused(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission is checked by the system; the answer is this package's error."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileProblem, match="may not use it"):
        digest_file(big)


def test_a_file_that_grows_while_it_is_read_is_refused(big: Path) -> None:
    """A hash never mixes two states of a file."""

    def grow(done: int, _total: int) -> None:
        if done == SIZE:
            with big.open("ab") as target:
                target.write(b"more")

    with pytest.raises(FileProblem, match="changed while"):
        digest_file(big, progress=grow)


def test_a_file_rewritten_in_place_while_it_is_read_is_refused(big: Path) -> None:
    """Same size, same name: the modification time tells."""

    def rewrite(_done: int, _total: int) -> None:
        with big.open("r+b") as target:
            target.write(b"x")
        os.utime(big, ns=(1, 1))

    with pytest.raises(FileProblem, match="changed while"):
        digest_file(big, progress=rewrite)


def test_a_file_replaced_while_it_is_read_is_refused(big: Path, tmp_path: Path) -> None:
    """The open file stands still, but the name means another one now."""
    twin = tmp_path / "twin"
    twin.write_bytes(bytes(SIZE))

    def swap(done: int, _total: int) -> None:
        if done == SIZE:
            twin.replace(big)

    with pytest.raises(FileProblem, match="changed while"):
        digest_file(big, progress=swap)


def test_a_file_removed_while_it_is_read_is_refused(big: Path) -> None:
    """What is gone cannot be shown to anyone."""
    with pytest.raises(FileProblem, match="changed while"):
        digest_file(big, progress=lambda _done, _total: big.unlink(missing_ok=True))


# --- The user's own folder -----------------------------------------------------------------


def test_the_home_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`$TALLY_HOME` wins over the default."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path))
    assert tally_home() == tmp_path
    monkeypatch.delenv("TALLY_HOME")
    assert tally_home().parts[-2:] == (".config", "tallystick")


def test_private_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Mode 0600 in a folder of mode 0700, whatever the umask."""
    path = tmp_path / "own" / "secret"
    write_file(path, b"1", private=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_whole_or_refused(tmp_path: Path) -> None:
    """Exclusive writing never replaces."""
    path = tmp_path / "f"
    write_file(path, b"1", exclusive=True)
    write_file(path, b"2")
    with pytest.raises(FileProblem, match="exists already"):
        write_file(path, b"3", exclusive=True)
    assert read_file(path, size_max=1) == b"2"
    with pytest.raises(LimitExceeded):
        read_file(path, size_max=0)
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_a_file_problem(tmp_path: Path) -> None:
    """The operating system's words, in this package's error."""
    (tmp_path / "file").touch()
    with pytest.raises(FileProblem):
        write_file(tmp_path / "file" / "below", b"")
    with pytest.raises(FileProblem), locked(tmp_path / "file" / "below"):
        pass
    with pytest.raises(FileProblem, match="its name is not valid"):
        read_file(Path("nul\0"), size_max=1)


def test_the_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    """It is released afterwards, also on failure."""
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "a"):
        raise ZeroDivisionError
    with locked(tmp_path / "a"):
        assert (tmp_path / "a" / ".lock").exists()
