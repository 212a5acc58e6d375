# SPDX-License-Identifier: Apache-2.0
"""Sealing files of any size in constant memory, in the age v1 format.

age authenticates pieces of 64 KiB, and that the last one is the last. So pieces come out before it
is known whether the rest is there: what `unseal_stream` has written when it fails must be thrown
away, as `unseal_file` does.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from tallystick.crypto.age import SealingKey, check_sealing_key
from tallystick.errors import SealedFileChanged, WrongSealingKey, invariant

Result = TypeVar("Result")

_PRIVATE_FILE: Final = 0o600
_PIECE: Final = 64 * 1024
_TAG: Final = 16
_HEADER_MOST: Final = 1024
"""An age header for one recipient has about 200 bytes; the library may add a stanza of noise."""


class Reader(Protocol):
    """Where bytes come from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


class Writer(Protocol):
    """Where bytes go to."""

    def write(self, data: bytes, /) -> int:
        """Take the bytes; return how many were taken."""


def sealed_size_max(size: int) -> int:
    """Return the most bytes that `size` bytes have when sealed to one key."""
    return _HEADER_MOST + size + _TAG * max(1, -(-size // _PIECE))


def seal_stream(source: Reader, target: Writer, public_keys: Sequence[str]) -> None:
    """Seal what can be read to public keys; whoever has one of the secret halves can unseal it.

    Raises:
        Malformed: one of them is no public half of a sealing key.
        OSError: the source cannot be read or the target not written.
    """
    from pyrage import encrypt_io, x25519  # noqa: PLC0415

    invariant(bool(public_keys), "nothing is sealed to nobody")
    recipients = [x25519.Recipient.from_str(check_sealing_key(key)) for key in public_keys]
    with _ends(source, target) as (reader, writer):
        encrypt_io(reader, writer, recipients)


def unseal_stream(source: Reader, target: Writer, keys: Sequence[SealingKey]) -> None:
    """Write what was sealed to the public half of one of `keys`; worth nothing if this fails.

    Raises:
        WrongSealingKey: none of them opens it, or it is nothing sealed.
        SealedFileChanged: it was cut off, added to or changed.
        OSError: the source cannot be read or the target not written.
    """
    from pyrage import DecryptError, decrypt_io  # noqa: PLC0415

    with _ends(source, target) as (reader, writer):
        try:
            decrypt_io(reader, writer, [key._identity for key in keys])  # noqa: SLF001
        except DecryptError as error:
            raise WrongSealingKey(
                "no key at hand opens the sealed file, or its head was changed",
                field="sealing_key",
                expected=", ".join(key.public_key for key in keys),
            ) from error
        except OSError as error:
            raise SealedFileChanged(
                "the sealed file was cut off, added to or changed", field="file"
            ) from error


def unseal_file(source: Path, target: Path, keys: Sequence[SealingKey]) -> None:
    """Make `target` of a sealed file, for this user only; there is all of it or nothing new.

    Raises:
        WrongSealingKey: none of the keys opens it, or it is nothing sealed.
        SealedFileChanged: it was cut off, added to or changed.
        OSError: a file cannot be read or written.
    """
    partial = target.with_name(f".{target.name}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with source.open("rb") as sealed:
            descriptor = os.open(partial, flags, _PRIVATE_FILE)
            with os.fdopen(descriptor, "wb") as opened:
                unseal_stream(sealed, opened, keys)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


class _End:
    """One end of a stream: remembers what went wrong there, which the library retells as text."""

    def __init__(self, source: Reader | None, target: Writer | None) -> None:
        self._source, self._target = source, target
        self.fault: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return self._kept(lambda: self._source.read(size) if self._source else b"")

    def write(self, data: bytes) -> int:
        return self._kept(lambda: self._target.write(data) if self._target else 0)

    def flush(self) -> None:
        """Do nothing: who gave the target flushes it."""

    def _kept(self, step: Callable[[], Result]) -> Result:
        try:
            return step()
        except BaseException as fault:
            self.fault = fault
            raise


@contextlib.contextmanager
def _ends(source: Reader, target: Writer) -> Iterator[tuple[_End, _End]]:
    """Give both ends to the library; what went wrong in one of them is raised as it was."""
    reader, writer = _End(source, None), _End(None, target)
    try:
        yield reader, writer
    except BaseException as error:
        fault = reader.fault or writer.fault
        if fault is not None and fault is not error:
            raise fault from None
        raise
