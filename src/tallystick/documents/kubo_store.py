# SPDX-License-Identifier: Apache-2.0
"""The store in a Kubo (IPFS) node of one's own, by its RPC API.

Kubo is asked for what it has itself, never for what others have (`offline`). Removing unpins and
collects what nobody pins, so the node must serve nobody else, and should be in no public network.
API: https://docs.ipfs.tech/reference/kubo/rpc
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from tallystick.disk import failing_storage
from tallystick.encoding import Cid
from tallystick.errors import Corrupted, Malformed, NotFound, StoreUnreachable
from tallystick.merkle import CHUNK_SIZE
from tallystick.units import LOOPBACK_NAMES

_TIMEOUT: Final = httpx.Timeout(300.0, connect=5.0)
_PROFILE: Final = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": f"size-{CHUNK_SIZE}",
    "max-file-links": "1024",
    "pin": "true",
    "quieter": "true",
}
"""The profile unixfs-v1-2025, so that Kubo computes the address that we do."""
_ABSENT: Final = ("is not pinned", "not pinned or pinned indirectly", "block was not found locally")
"""What Kubo says of what it does not have (v0.30 to v0.39)."""


class _Added(Struct, frozen=True):
    """The answer to `add`."""

    hash: str = msgspec.field(name="Hash")


class _Stat(Struct, frozen=True):
    """The answer to `files/stat`."""

    size: int = msgspec.field(name="Size")


class _Fault(Struct, frozen=True):
    """The answer when something went wrong."""

    message: str = msgspec.field(name="Message")


class KuboStore:
    """Documents pinned in a Kubo node."""

    def __init__(
        self, url: str = "http://127.0.0.1:5001", *, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Use the node whose RPC API is at a loopback address; it is not asked yet.

        Args:
            url: Where it listens.
            transport: Instead of the network, in tests.

        Raises:
            Malformed: the address is not on this machine: the API obeys whoever reaches it.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK_NAMES:
            raise Malformed(
                "Kubo's RPC API obeys whoever reaches it",
                field="url",
                expected="http at a loopback address",
                found=url[:100],
            )
        self._client = httpx.Client(
            base_url=f"{url}/api/v0/", timeout=_TIMEOUT, trust_env=False, transport=transport
        )

    def put(self, cid: Cid, file: Path) -> None:
        """Add and pin a file."""
        with failing_storage(f"reading {file.name}"), file.open("rb") as source:
            answer = self._ask("add", _PROFILE, files={"file": source})
        added = msgspec.json.decode(answer, type=_Added).hash
        if added != str(cid):
            self._ask("pin/rm", {"arg": added})
            raise Corrupted(
                "Kubo computes another address for the same bytes",
                field="cid",
                expected=str(cid),
                found=added,
                hint="Use a version of Kubo that is named in docs/operator/document-stores.md.",
            )

    def read(self, cid: Cid, start: int, size: int) -> bytes:
        """Return a part of a file."""
        if not self._is_pinned(cid):
            raise NotFound("no such document is stored", field="cid", found=str(cid))
        args = {"arg": str(cid), "offset": str(start), "length": str(size)}
        return self._ask("cat", args)

    def remove(self, cid: Cid) -> bool:
        """Unpin a file, and have Kubo delete what nobody pins."""
        if not self._is_pinned(cid):
            return False
        self._ask("pin/rm", {"arg": str(cid)})
        self._ask("repo/gc", {"quiet": "true"})
        return True

    def size(self, cid: Cid) -> int | None:
        """Return a file's size."""
        if not self._is_pinned(cid):
            return None
        answer = self._ask("files/stat", {"arg": f"/ipfs/{cid}"})
        return msgspec.json.decode(answer, type=_Stat).size

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _is_pinned(self, cid: Cid) -> bool:
        try:
            self._ask("pin/ls", {"arg": str(cid), "type": "recursive"})
        except NotFound:
            return False
        return True

    def _ask(
        self, command: str, args: dict[str, str], *, files: dict[str, BinaryIO] | None = None
    ) -> bytes:
        params = {"offline": "true", **args}
        try:
            answer = self._client.post(command, params=params, files=files)
        except httpx.HTTPError as error:
            raise StoreUnreachable(
                "Kubo does not answer", field="url", found=f"{self._client.base_url}: {error}"
            ) from error
        if answer.status_code == httpx.codes.OK:
            return answer.content
        said = _said(answer.content)
        if any(text in said for text in _ABSENT):
            raise NotFound("Kubo does not have it", field="cid", found=args["arg"])
        raise StoreUnreachable(f"Kubo refused {command}", field="store", found=said[:200])


def _said(answer: bytes) -> str:
    try:
        return msgspec.json.decode(answer, type=_Fault).message
    except msgspec.MsgspecError:
        return answer[:200].decode(errors="replace")
