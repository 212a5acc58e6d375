# SPDX-License-Identifier: Apache-2.0
"""Documents beside the tools of others, on the same file: the age command, and Kubo's address.

Ours does more: sealing also hashes the plaintext and addresses the ciphertext, opening checks
both. Programs that are not installed (`make document-stores`) are left out.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

from tallystick.client.document_files import open_file, seal_file
from tallystick.crypto import SealingKey, sha256, unseal
from tallystick.documents import Depot, DepotLimits, FolderStore
from tallystick.encoding import Cid
from tallystick.merkle import Address, ContentHasher
from tallystick.model import DocumentSecret

_MIB = 1 << 20


def run(folder: Path, *, size_mib: int, repeat: int) -> dict[str, Any]:
    """Measure MiB a second, each way, and the time of an address; medians of the rounds."""
    folder.mkdir(parents=True)
    clear = folder / "clear"
    with clear.open("wb") as file:
        for _ in range(size_mib):
            file.write(os.urandom(_MIB))
    rounds = [_ours(folder / str(number), clear) for number in range(repeat)]
    rounds = [one | _theirs(folder, clear) for one in rounds]
    found = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return {"size_mib": size_mib} | {
        name: round(size_mib / seconds, 1) for name, seconds in found.items()
    }


def _ours(folder: Path, clear: Path) -> dict[str, float]:
    folder.mkdir()
    key = SealingKey.generate()
    begun = time.perf_counter()
    made = seal_file(clear, folder / "out", media_type="text/plain", public_key=key.public_key)
    address = Address(
        Cid.parse(made.facts.cid), made.facts.size, bytes.fromhex(made.facts.slices_root)
    )
    sealed = time.perf_counter()
    depot = Depot(folder / "depot", FolderStore(folder / "store"), limits=DepotLimits())
    depot.keep(address, _pieces(made.sealed))
    stored = time.perf_counter()
    fetched = folder / "fetched"
    with fetched.open("wb") as file:
        file.writelines(depot.read(address.cid))
    secret = DocumentSecret.decode(unseal(made.wrap, [key]))
    open_file(fetched, folder / "opened", secret, made.facts.sha256)
    opened = time.perf_counter()
    hashed = _timed(lambda: _address(made.sealed))
    return {
        "seal_mib_s": sealed - begun,
        "seal_and_store_mib_s": stored - begun,
        "fetch_and_open_mib_s": opened - stored,
        "address_mib_s": hashed,
        "sha256_mib_s": _timed(lambda: [sha256(piece) for piece in _pieces(made.sealed)]),
    }


def _theirs(folder: Path, clear: Path) -> dict[str, float]:
    found = {}
    age, keygen, ipfs = _find("age"), _find("age-keygen"), _find("ipfs")
    if age and keygen:
        key, sealed = folder / "age.key", folder / "age.sealed"
        key.unlink(missing_ok=True)
        _command(keygen, "-o", key)
        public = _command(keygen, "-y", key).strip()
        found["age_seal_mib_s"] = _timed(lambda: _command(age, "-r", public, "-o", sealed, clear))
        opening = (age, "-d", "-i", key, "-o", folder / "age.opened", sealed)
        found["age_open_mib_s"] = _timed(lambda: _command(*opening))
    if ipfs:
        home = folder / "kubo"
        if not home.is_dir():
            _command(ipfs, "init", "--empty-repo", home=home)
        profile = ("--cid-version=1", "--chunker=size-1048576", "--max-file-links=1024")
        words = (ipfs, "add", "--only-hash", "-Q", *profile, clear)
        if _command(*words, home=home).strip() != str(_address(clear).cid):
            raise RuntimeError("Kubo computes another address")
        found["kubo_address_mib_s"] = _timed(lambda: _command(*words, home=home))
    return found


def _address(file: Path) -> Address:
    hasher = ContentHasher()
    for piece in _pieces(file):
        hasher.update(piece)
    return hasher.finish().address


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(8 * _MIB):
            yield piece


def _find(program: str) -> str | None:
    return which(program) or which(program, path=str(Path.home() / "go" / "bin"))


def _command(program: str, *words: str | Path, home: Path | None = None) -> str:
    environment = dict(os.environ) if home is None else {**os.environ, "IPFS_PATH": str(home)}
    done = subprocess.run(
        [program, *map(str, words)], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
