# SPDX-License-Identifier: Apache-2.0
"""What is known of a file: its digests and size, read in one pass and only if it stood still."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.client.home import file_problem
from tallystick.crypto import digest_stream
from tallystick.encoding import parse_hex
from tallystick.errors import FileProblem
from tallystick.units import HASH_SIZE

_CHUNK_SIZE: Final = 1024 * 1024
_HASH_PREFIX: Final = "sha256:"
Progress = Callable[[int, int], None]
"""Called with (bytes read, bytes in all)."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a deposit says about a file, and what verification compares."""

    sha256: bytes
    """32 bytes."""
    size: int | None
    """Bytes; None when only a hash was given."""
    sm3: bytes | None = None
    """32 bytes (GB/T 32905), if it was computed."""
    name: str | None = None
    """File name without its folder, if it came from a file."""

    @classmethod
    def of_hash(cls, text: str, *, size: int | None = None) -> FileFacts:
        """Return what a hash alone says; `text` is 64 hex digits, `sha256:` before them or not.

        Raises:
            Malformed: not 64 hexadecimal digits.
        """
        digits = text.removeprefix(_HASH_PREFIX)
        return cls(parse_hex(digits, size=HASH_SIZE, name="sha256"), size)


FileSource = str | Path | bytes | FileFacts
"""A path, the content itself, or facts already known; `"sha256:<hex>"` is a hash, not a path."""


def facts_of(
    source: FileSource, *, with_sm3: bool = False, progress: Progress | None = None
) -> FileFacts:
    """Return the facts of a file, of bytes, or of a hash.

    Raises:
        FileProblem: the path cannot be used.
        Malformed: a `sha256:` text that is not a hash.
    """
    if isinstance(source, FileFacts):
        return source
    if isinstance(source, bytes):
        found = digest_stream((source,), with_sm3=with_sm3)
        return FileFacts(found.sha256, found.size, found.sm3)
    if isinstance(source, str) and is_hash_text(source):
        return FileFacts.of_hash(source)
    return digest_file(source, with_sm3=with_sm3, progress=progress)


def is_hash_text(source: object) -> bool:
    """Say whether a source is a hash as text rather than a path."""
    return isinstance(source, str) and source.startswith(_HASH_PREFIX)


def digest_file(
    path: str | Path, *, with_sm3: bool = False, progress: Progress | None = None
) -> FileFacts:
    """Hash a regular file in constant memory; refuse it if it changed meanwhile.

    Size, modification time and inode are compared before and after, so a hash never mixes two
    states of a file.

    Raises:
        FileProblem: missing, a folder or device, unreadable, changed or gone while it was read.
    """
    place = Path(path)
    try:
        # Checked before opening: opening a pipe would wait for a writer.
        _check_regular(place, place.stat())
        with place.open("rb", buffering=0) as source:
            before = os.fstat(source.fileno())
            _check_regular(place, before)
            chunks = _chunks(source.read, before.st_size, progress)
            found = digest_stream(chunks, with_sm3=with_sm3)
            after = os.fstat(source.fileno())
    except (OSError, ValueError) as error:
        raise file_problem(place, error) from error
    expected = _state(before)
    if found.size != before.st_size or _state(after) != expected or _state_of(place) != expected:
        raise _changed(place)
    return FileFacts(found.sha256, found.size, found.sm3, place.name)


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's content in constant memory.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as source:
            while chunk := source.read(_CHUNK_SIZE):
                yield chunk
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error


def _check_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise FileProblem(
            f"{path}: it is a folder", field="path", expected="a file", found=str(path)[:200]
        )
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem(
            f"{path}: it is a device or pipe, not a file",
            field="path",
            expected="a regular file",
            found=str(path)[:200],
        )


def _chunks(
    read: Callable[[int], bytes | None], total: int, progress: Progress | None
) -> Iterator[bytes]:
    done = 0
    while chunk := read(_CHUNK_SIZE):
        done += len(chunk)
        if progress is not None:
            progress(done, total)
        yield chunk


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev)


def _state_of(path: Path) -> tuple[int, int, int, int] | None:
    """Return what the name stands for now: a file replaced meanwhile shows here only."""
    try:
        return _state(path.stat())
    except OSError:
        return None


def _changed(path: Path) -> FileProblem:
    return FileProblem(
        f"{path}: it changed while it was being read",
        field="path",
        found=str(path)[:200],
        hint="Wait until nothing writes to it, or work on a copy.",
    )
