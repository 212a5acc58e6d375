# SPDX-License-Identifier: Apache-2.0
"""The largest document goes through in constant memory; a larger one is refused at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tallystick.client.document_files import seal_file
from tallystick.crypto import SealingKey
from tallystick.documents import Depot, FolderStore
from tallystick.encoding import Cid
from tallystick.errors import LimitExceeded
from tallystick.merkle import Address
from tallystick.units import DOCUMENT_BYTES_MAX

PLAIN_BYTES: Final = 4_998_000_000
"""Sealed, 780,000 bytes below the limit."""
MEMORY_MIB_MAX: Final = 250
"""Of which the interpreter and what it imports are about a hundred."""

PROGRAM: Final = """
import resource, sys
from pathlib import Path
from tallystick.client.document_files import seal_file
from tallystick.crypto import SealingKey
from tallystick.documents import Depot, FolderStore
from tallystick.encoding import Cid
from tallystick.merkle import Address

folder = Path(sys.argv[1])
made = seal_file(
    folder / "large", folder / "outgoing", media_type="text/plain",
    public_key=SealingKey.generate().public_key,
)
address = Address(
    Cid.parse(made.facts.cid), made.facts.size, bytes.fromhex(made.facts.slices_root)
)
depot = Depot(folder / "depot", FolderStore(folder / "store"))
with made.sealed.open("rb") as file:
    depot.keep(address, iter(lambda: file.read(8 << 20), b""))
count = sum(len(piece) for piece in depot.read(address.cid))
print(made.facts.size, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_gigabytes_are_sealed_addressed_kept_and_read_in_constant_memory(
    tmp_path: Path,
) -> None:
    """In a process of its own, whose largest size the system tells."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(PLAIN_BYTES)
    words = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    size, count, memory_mib = map(int, done.stdout.split())
    assert PLAIN_BYTES < size == count < DOCUMENT_BYTES_MAX
    assert memory_mib < MEMORY_MIB_MAX


def test_a_document_above_the_limit_is_refused_before_it_is_begun(tmp_path: Path) -> None:
    """The node knows the size from the ledger and from the first request, which has no bytes."""
    depot = Depot(tmp_path / "depot", FolderStore(tmp_path / "store"))
    digest = bytes(32)
    with pytest.raises(LimitExceeded):
        depot.begin(Address(Cid(0x70, digest), DOCUMENT_BYTES_MAX + 1, digest))
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_above_the_limit_is_refused_before_it_is_sealed(tmp_path: Path) -> None:
    """The client says so at once, not after a quarter of an hour."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(DOCUMENT_BYTES_MAX)
    with pytest.raises(LimitExceeded):
        seal_file(
            large,
            tmp_path / "outgoing",
            media_type="text/plain",
            public_key=SealingKey.generate().public_key,
        )
    assert not (tmp_path / "outgoing").exists()
