# SPDX-License-Identifier: Apache-2.0
"""Exhibits to pack, and folders that stand for archives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallystick.interchange.packages import Exhibit, PackageFacts

FACTS = PackageFacts(
    network="demo-1",
    date="2026-11-27",
    organization="91350100M000100Y43",
    matter="（2026）京0491民初1号",
)


def exhibit(number: int = 1, content: bytes = b"a contract", name: str = "合同.pdf") -> Exhibit:
    """Return an exhibit with made-up proofs."""
    return Exhibit(
        id=f"EV-2026-{number:06}",
        name=name,
        content=[content[:4], content[4:]],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        facts={"title": "合同", "captured_at": None},
        receipt=b"{}",
        statement=b"\xd2\x84",
        log_proof=b"c2sp.org/tlog-proof@v1\n",
        token=b"0",
    )


@dataclass(frozen=True)
class InMemory:
    """Files in memory as members."""

    files: dict[str, bytes]

    @property
    def sizes(self) -> dict[str, int]:
        return {name: len(content) for name, content in self.files.items()}

    def chunks(self, name: str) -> Iterator[bytes]:
        yield self.files[name]


def folder(path: Path) -> InMemory:
    """Return the files below a folder."""
    return InMemory(
        {
            one.relative_to(path).as_posix(): one.read_bytes()
            for one in sorted(path.rglob("*"))
            if one.is_file()
        }
    )
