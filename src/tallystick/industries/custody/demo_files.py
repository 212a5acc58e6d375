# SPDX-License-Identifier: Apache-2.0
"""The sealed files of custody's story and history: invented bytes, kept by nobody."""

from __future__ import annotations

import hashlib
from typing import Any

from tallystick.contracts import asdict
from tallystick.contracts.parts import BatchTree, answer_from, kept_file
from tallystick.industries.custody.archive_records import ManifestEntry


class Sealed:
    """A sealed file: its bytes, address and slices."""

    def __init__(self, name: str, size: int) -> None:
        """Make up the bytes of a file; in earnest they come from age."""
        blocks = -(-size // hashlib.sha256().digest_size)
        seeds = (f"sealed {name} {block}".encode() for block in range(blocks))
        self.content = b"".join(hashlib.sha256(seed).digest() for seed in seeds)[:size]
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.kept = kept_file(self.content)

    def answer(self, index: int) -> dict[str, Any]:
        """Return a slice with its path to the root."""
        shown = answer_from(self.content, index)
        return {"slice": shown.slice, "path": list(shown.path)}


def shown_entry(entries: list[ManifestEntry], tree: BatchTree, index: int) -> dict[str, Any]:
    """Return an entry of a day's manifest with its path."""
    return {"index": index, "entry": asdict(entries[index]), "path": list(tree.path(index))}
