# SPDX-License-Identifier: Apache-2.0
"""Time-stamps, an evidence package, a chain of custody for judges, and altered copies of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from tallystick.interchange.packages import make_package
from tallystick.interchange.timestamps import (
    Request,
    create_authority,
    granted_token,
    make_request,
    open_authority,
)
from tests.unit.interchange.exhibits import FACTS, exhibit
from tests.unit.interchange.test_custody_chain import WRITTEN
from tests.unit.interchange.zips import unpacked

CONTENT = b"a contract"
NONCE = 2**63 + 9


def time_stamp_files() -> dict[str, bytes]:
    """Return a content, the request for it, the reply, and the root; fractions of seconds too."""
    now = datetime.now(UTC).replace(microsecond=0)
    files = create_authority("Interop time", now)
    request = make_request(Request(hashlib.sha256(CONTENT).digest(), nonce=NONCE))
    moment = int(now.timestamp()) * 1000 + 800
    reply = open_authority(files).answer(request, time_ms=moment, serial=2**158 + 1)
    return {
        "content.bin": CONTENT,
        "request.tsq": request,
        "reply.tsr": reply,
        "root.pem": files.root,
    }


def altered_replies(reply: bytes, content: bytes = CONTENT) -> Iterator[tuple[str, bytes]]:
    """Yield replies that must be refused, with what was altered."""
    digest = hashlib.sha256(content).digest()
    token = granted_token(reply)
    yield "imprint", reply.replace(digest, hashlib.sha256(b"other").digest(), 1)
    yield "signature", reply[:-1] + bytes([reply[-1] ^ 1])
    year = token.index(b"20", token.index(digest)) - len(token)
    yield "time", reply[: year + 3] + bytes([reply[year + 3] ^ 1]) + reply[year + 4 :]


def package_files() -> dict[str, bytes]:
    """Return the files of an evidence package."""
    return unpacked(make_package([exhibit(1), exhibit(2, b"", "空.txt")], FACTS))


def altered_packages(files: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield packages that must be refused."""
    original = next(name for name in files if name.startswith("data/") and files[name])
    yield "original", {**files, original: files[original] + b"."}
    yield "proof", {**files, "evidence/index.json": b"{}\n"}
    folder, _, last = original.rpartition("/")
    moved = {original: f"{folder}/x{last}"}
    yield "path", {moved.get(name, name): content for name, content in files.items()}
    yield "file left out", {name: one for name, one in files.items() if name != original}
    yield "file more", {**files, "data/more.txt": b""}


def chain() -> bytes:
    """Return a chain of custody."""
    return WRITTEN


def altered_chains(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield chains that are no CASE any more."""
    plain = json.loads(data)
    yield "a term that is none", data.replace(b"exhibitNumber", b"exhibitNumbers")
    for node in plain["@graph"]:
        if node["@type"].endswith("File"):
            node["uco-core:hasFacet"][0]["uco-observable:sizeInBytes"] = "many"
    yield "a size that is no number", json.dumps(plain).encode()
