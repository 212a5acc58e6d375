# SPDX-License-Identifier: Apache-2.0
"""The store in a bucket of an object store that speaks S3; needs the extra `s3`.

    PREFIX/<content address>

Removing must be for good: the bucket must keep no versions and no locks. Keys come from the
environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or from the machine, never from a file here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tallystick.encoding import Cid
from tallystick.errors import Malformed, NotFound, StoreUnreachable
from tallystick.units import LOOPBACK_NAMES

if TYPE_CHECKING:
    from obstore.store import MemoryStore, S3Config, S3Store

_PART_BYTES: Final = 8 << 20
_PARTS_AT_ONCE: Final = 2
_RETRIES: Final = 2
_PATIENCE: Final = timedelta(seconds=15)
"""The node's threads wait for the store; whoever asked can ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketPlace:
    """Where a bucket is."""

    bucket: str
    endpoint: str | None = None
    """URL of the service; none: Amazon's own."""
    region: str = "us-east-1"
    prefix: str = ""
    """Before each name, where a bucket is shared."""


class ObjectStore:
    """Documents as objects of a bucket."""

    def __init__(self, objects: S3Store | MemoryStore) -> None:
        """Use an opened bucket: see `open_bucket`."""
        self._objects = objects

    def put(self, cid: Cid, file: Path) -> None:
        """Upload a file, in parts if it is large; the service has all of it or none."""
        import obstore  # noqa: PLC0415  # an extra

        with _reached(cid):
            obstore.put(
                self._objects,
                str(cid),
                file,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    def read(self, cid: Cid, start: int, size: int) -> bytes:
        """Return a part of an object."""
        import obstore  # noqa: PLC0415  # an extra

        with _reached(cid):
            return bytes(obstore.get_range(self._objects, str(cid), start=start, length=size))

    def remove(self, cid: Cid) -> bool:
        """Delete an object."""
        import obstore  # noqa: PLC0415  # an extra

        if self.size(cid) is None:
            return False
        with _reached(cid):
            obstore.delete(self._objects, str(cid))
        return True

    def size(self, cid: Cid) -> int | None:
        """Return an object's size."""
        import obstore  # noqa: PLC0415  # an extra

        try:
            with _reached(cid):
                return obstore.head(self._objects, str(cid))["size"]
        except NotFound:
            return None


def open_bucket(place: BucketPlace, *, retries: int = _RETRIES) -> ObjectStore:
    """Return the store in a bucket; nothing is asked of the service yet.

    Raises:
        StoreUnreachable: the extra is not installed, or the settings contradict each other.
        Malformed: the address is neither https nor on this machine.
    """
    try:
        from obstore.exceptions import BaseError  # noqa: PLC0415  # an extra
        from obstore.store import S3Store  # noqa: PLC0415
    except ImportError as error:
        raise StoreUnreachable(
            "documents in an object store need the extra `s3`",
            field="store",
            found="s3",
            hint="pip install 'tallystick[s3]'",
        ) from error
    is_plain = _is_plain(place.endpoint)
    config: S3Config = {"region": place.region}
    if place.endpoint is not None:
        config["endpoint"] = place.endpoint
    try:
        opened = S3Store(
            place.bucket,
            prefix=place.prefix or None,
            config=config,
            client_options={
                "allow_http": is_plain,
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": retries, "retry_timeout": _PATIENCE},
        )
    except (BaseError, ValueError) as error:
        raise StoreUnreachable(
            "the settings of the object store are not usable", field="s3", found=str(error)[:200]
        ) from error
    return ObjectStore(opened)


def _is_plain(endpoint: str | None) -> bool:
    """Say whether an address is plain HTTP, which only this machine may be asked by."""
    if endpoint is None:
        return False
    parts = urlsplit(endpoint)
    if parts.scheme == "https":
        return False
    if parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES:
        return True
    raise Malformed(
        "the address of the object store is not protected",
        field="endpoint",
        expected="https, or http on this machine",
        found=endpoint[:100],
    )


@contextmanager
def _reached(cid: Cid) -> Iterator[None]:
    """Turn the library's errors into ours."""
    from obstore.exceptions import BaseError  # noqa: PLC0415  # an extra

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("no such document is stored", field="cid", found=str(cid)) from error
    except (BaseError, OSError) as error:
        raise StoreUnreachable(
            "the object store did not do it", field="store", found=str(error)[:200]
        ) from error
