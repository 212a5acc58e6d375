# SPDX-License-Identifier: Apache-2.0
"""`documents.toml`: where a data folder's node keeps documents, and how much of them.

A folder without it keeps them in itself, as much as the disk has.
Keys of a service stand in the environment of the node, never in this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from tallystick.documents import (
    BucketPlace,
    Depot,
    DepotLimits,
    FolderStore,
    KuboStore,
    Store,
    open_bucket,
)
from tallystick.errors import DataFolderProblem
from tallystick.merkle import address_of

DOCUMENTS_FOLDER: Final = "documents"
"""Sealed files of documents and their wraps. In no backup: docs/operator/documents.md."""
DOCUMENTS_FILE: Final = "documents.toml"
_NOBODYS: Final = address_of(b"is the store of documents there?").cid
"""An address that is only asked for, to see whether a store answers."""


class _Folder(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The folder that files lie in."""

    path: str | None = None
    """None: `documents/store` in the data folder."""


class _Bucket(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bucket of a service that speaks S3."""

    bucket: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    prefix: str = ""


class _Kubo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Kubo node on this machine."""

    url: str = "http://127.0.0.1:5001"


class DocumentsFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where and how much a node keeps."""

    store: Literal["folder", "s3", "kubo"] = "folder"
    quota_bytes: int | None = None
    """Of all documents and begun uploads together; None: what the disk has."""
    free_bytes: int = DepotLimits().free_bytes_min
    """That the disk must have left when an upload is complete."""
    folder: _Folder = _Folder()
    s3: _Bucket = _Bucket()
    kubo: _Kubo = _Kubo()

    @property
    def limits(self) -> DepotLimits:
        """How much it takes."""
        return DepotLimits(total_bytes_max=self.quota_bytes, free_bytes_min=self.free_bytes)

    def address(self, data: Path) -> str:
        """Say where the store is, for people."""
        if self.store == "s3":
            return f"{self.s3.endpoint or 'Amazon S3'}/{self.s3.bucket}/{self.s3.prefix}".strip("/")
        return self.kubo.url if self.store == "kubo" else str(self._path(data))

    def open_store(self, data: Path) -> Store:
        """Return the store; it is not asked for anything yet.

        Raises:
            StoreUnreachable: what it needs is not installed.
            Malformed: its address is not acceptable.
        """
        if self.store == "s3":
            return open_bucket(BucketPlace(**msgspec.structs.asdict(self.s3)))
        return KuboStore(self.kubo.url) if self.store == "kubo" else FolderStore(self._path(data))

    def _path(self, data: Path) -> Path:
        return data / (self.folder.path or f"{DOCUMENTS_FOLDER}/store")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsSight:
    """What can be seen of a node's documents without the node."""

    store: str
    address: str
    used_bytes: int
    quota_bytes: int | None
    free_bytes: int


def read_documents_file(data: Path) -> DocumentsFile:
    """Return where and how much the node of a data folder keeps.

    Raises:
        DataFolderProblem: the file cannot be read, or names no bucket.
    """
    path = data / DOCUMENTS_FILE
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=DocumentsFile)
    except FileNotFoundError:
        return DocumentsFile()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    if found.store == "s3" and not found.s3.bucket:
        raise _unreadable(path, 'store = "s3" needs a bucket under [s3]')
    if min(found.free_bytes, found.quota_bytes or 0) < 0:
        raise _unreadable(path, "quota_bytes and free_bytes are at least 0")
    return found


def inspect_documents(data: Path) -> DocumentsSight:
    """Look at the documents of a data folder, and ask their store whether it answers.

    Raises:
        DataFolderProblem, Malformed: the settings are not usable.
        StoreUnreachable: the store does not answer.
        Corrupted: an index is damaged.
    """
    settings = read_documents_file(data)
    store = settings.open_store(data)
    store.size(_NOBODYS)
    depot = Depot(data / DOCUMENTS_FOLDER, store, limits=settings.limits)
    return DocumentsSight(
        store=settings.store,
        address=settings.address(data),
        used_bytes=depot.used_bytes,
        quota_bytes=settings.quota_bytes,
        free_bytes=settings.free_bytes,
    )


def _unreadable(path: Path, why: str) -> DataFolderProblem:
    return DataFolderProblem(
        f"{path} cannot be used: {why}",
        field=DOCUMENTS_FILE,
        hint="Correct it: docs/operator/document-stores.md has an example of each store.",
    )
