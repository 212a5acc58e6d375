# SPDX-License-Identifier: Apache-2.0
"""Files of documents on this machine: sealed for an upload, opened from a download.

The plaintext is in no file but the one that its user named: what is sealed is read from there, and
what is opened is written beside its place and takes its name when its hash was checked. Sealed
files that are on their way lie in `$TALLY_HOME/documents`; no key is beside them in clear.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final, Protocol

import msgspec
from msgspec import Struct

from tallystick.client.active_files import check_kept
from tallystick.client.home import file_problem, read_file, tally_home, write_file
from tallystick.crypto import SealingKey, seal, seal_stream, unseal_stream
from tallystick.errors import FileProblem, InvalidProof, LimitExceeded, TallystickError
from tallystick.merkle import Address, ContentHasher
from tallystick.model import DocumentSecret, check_file_name
from tallystick.units import DOCUMENT_BYTES_MAX

_PIECE: Final = 1024 * 1024
_FACTS_BYTES_MAX: Final = 64 * 1024
_FACTS_FILE: Final = "facts.json"
_SEALED_FILE: Final = "sealed.age"
_WRAP_FILE: Final = "own.wrap"


class AsEvidence(Struct, frozen=True):
    """A file that is kept as it is, also if it is a PDF with scripts; that goes on record."""

    path: str | Path


class SealedFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the register is told of a sealed file."""

    sha256: str
    plain_size: int
    media_type: str
    cid: str
    size: int
    slices_root: str
    active_content: bool = False
    """It has scripts and is kept as it is."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A sealed file on its way to a node: it survives a restart of this machine."""

    folder: Path
    facts: SealedFacts

    @property
    def sealed(self) -> Path:
        """The ciphertext."""
        return self.folder / _SEALED_FILE

    @property
    def wrap(self) -> bytes:
        """Key and name, sealed to the own organisation."""
        return read_file(self.folder / _WRAP_FILE, size_max=_FACTS_BYTES_MAX)

    def discard(self) -> None:
        """Remove it, once the node has it."""
        for name in (_FACTS_FILE, _SEALED_FILE, _WRAP_FILE):
            (self.folder / name).unlink(missing_ok=True)
        self.folder.rmdir()


class _Watched(RawIOBase):
    """Reads a file, hashing and counting what is read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size if size >= 0 else _PIECE)
        self.digest.update(piece)
        self.count += len(piece)
        return piece


class _Hasher(Protocol):
    """Takes what is hashed, piece by piece."""

    def update(self, piece: bytes, /) -> object: ...


class _Hashing(RawIOBase):
    """Writes through, and gives what is written to a hasher."""

    def __init__(self, target: BinaryIO, hasher: _Hasher) -> None:
        self._target = target
        self._hasher = hasher
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # bytes are what it gets
        piece = bytes(data)
        self._target.write(piece)
        self._hasher.update(piece)
        self.count += len(piece)
        return len(piece)

    def flush(self) -> None:
        if not self._target.closed:
            self._target.flush()


def outgoing_of(network: str, document: str, version: int) -> Path:
    """Return the folder where an upload of a version waits to be completed."""
    return tally_home() / "documents" / network / f"{document}.{version}"


def find_outgoing(folder: Path) -> Outgoing | None:
    """Return what was sealed before and has not arrived yet, or None."""
    path = folder / _FACTS_FILE
    if not path.is_file():
        return None
    facts = msgspec.json.decode(read_file(path, size_max=_FACTS_BYTES_MAX), type=SealedFacts)
    return Outgoing(folder, facts)


def seal_file(
    file: str | Path | AsEvidence,
    folder: Path,
    *,
    media_type: str,
    public_key: str,
    name: str | None = None,
) -> Outgoing:
    """Seal a file to a fresh identity, and that with the file's name to the own organisation.

    Raises:
        FileProblem: it cannot be read, or is empty of a name.
        Malformed: the file's name cannot be one.
        LimitExceeded: it is larger than a document may be; nothing was sealed.
        ActiveFile: it is a PDF with scripts, and not `AsEvidence`; nothing was sealed.
    """
    source = Path(file.path if isinstance(file, AsEvidence) else file)
    _check_size(source)
    is_active = check_kept(source, as_evidence=isinstance(file, AsEvidence))
    identity = SealingKey.generate()
    secret = DocumentSecret(identity.text, check_file_name(name or source.name))
    try:
        with source.open("rb") as opened:
            return _seal(
                opened,
                folder,
                (identity, secret),
                media_type=media_type,
                key=public_key,
                active_content=is_active,
            )
    except (OSError, ValueError) as error:
        raise file_problem(source, error) from error


def _check_size(source: Path) -> None:
    try:
        size = source.stat().st_size
    except OSError as error:
        raise file_problem(source, error) from error
    if size >= DOCUMENT_BYTES_MAX:  # sealed it is larger
        raise LimitExceeded(
            "the file is larger than a document may be",
            field="size",
            expected=f"less than {DOCUMENT_BYTES_MAX} bytes",
            found=f"{size} bytes",
        )


def _seal(
    file: BinaryIO,
    folder: Path,
    sealing: tuple[SealingKey, DocumentSecret],
    *,
    media_type: str,
    key: str,
    active_content: bool = False,
) -> Outgoing:
    identity, secret = sealing
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with private_file(folder / _SEALED_FILE) as target:
        watched, content = _Watched(file), ContentHasher()
        seal_stream(watched, _Hashing(target, content), [identity.public_key])
    address = content.finish().address
    facts = SealedFacts(
        sha256=watched.digest.hexdigest(),
        plain_size=watched.count,
        media_type=media_type,
        cid=str(address.cid),
        size=address.size,
        slices_root=address.slices_root.hex(),
        active_content=active_content,
    )
    write_file(folder / _WRAP_FILE, seal(secret.encode(), [key]), private=True)
    # Written last: without it, there is nothing to go on with.
    write_file(folder / _FACTS_FILE, msgspec.json.encode(facts), private=True)
    return Outgoing(folder, facts)


def reseal_file(
    sealed: Path, folder: Path, secret: DocumentSecret, *, media_type: str, public_key: str
) -> Outgoing:
    """Seal a sealed file's content to a fresh identity; its plaintext is in no file meanwhile.

    Raises:
        WrongSealingKey: the secret does not open it.
        FileProblem: the disk refused.
    """
    reading, writing = os.pipe()
    failed: list[OSError | TallystickError] = []

    def unseal_into_pipe() -> None:
        try:
            with sealed.open("rb") as source, os.fdopen(writing, "wb") as target:
                unseal_stream(source, target, [SealingKey(secret.identity)])
        except (OSError, TallystickError) as error:  # raised again below, in the caller's thread
            failed.append(error)

    identity = SealingKey.generate()
    renewed = DocumentSecret(identity.text, secret.name)
    worker = Thread(target=unseal_into_pipe, name="tally-unseal")
    worker.start()
    try:
        with os.fdopen(reading, "rb") as file:
            made = _seal(file, folder, (identity, renewed), media_type=media_type, key=public_key)
    finally:
        worker.join()
    if failed:
        made.discard()
        raise failed[0]
    return made


def open_file(sealed: Path, out: Path, secret: DocumentSecret, sha256: str) -> int:
    """Write a sealed file's content to `out`, whole and checked or not at all; return its size.

    Raises:
        WrongSealingKey: the secret does not open it, or it was changed.
        InvalidProof: the content is not what the ledger says.
        FileProblem: `out` exists, or cannot be written.
    """
    check_free(out)
    partial = out.with_name(f".{out.name}.opening")
    try:
        with sealed.open("rb") as source, private_file(partial) as target:
            digest = hashlib.sha256()
            hashing = _Hashing(target, digest)
            unseal_stream(source, hashing, [SealingKey(secret.identity)])
        if digest.hexdigest() != sha256:
            raise InvalidProof(
                "the content is not what its owner registered on the ledger",
                field="sha256",
                expected=sha256,
                found=digest.hexdigest(),
            )
        partial.replace(out)
    except OSError as error:
        raise file_problem(out, error) from error
    finally:
        partial.unlink(missing_ok=True)
    return hashing.count


def check_free(path: Path) -> None:
    """Refuse a file that exists or whose folder does not; raises `FileProblem`."""
    if path.exists():
        raise FileProblem(f"{path}: it exists already", field="path", found=str(path)[:200])
    if not path.parent.is_dir():
        raise FileProblem(
            f"{path.parent}: there is no such folder", field="path", found=str(path)[:200]
        )


def address_of_file(path: Path) -> Address:
    """Return the address of a file's bytes, in constant memory."""
    hasher = ContentHasher()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hasher.update(piece)
    return hasher.finish().address


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for this user only; it is on disk afterwards."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
