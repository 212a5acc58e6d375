# SPDX-License-Identifier: Apache-2.0
"""Find the engine's program on this machine, and say whether it is one that we work with."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.errors import EngineMissing, EngineVersion

ENGINE_VERSION: Final = "v0.40.0"
INSTALL_COMMAND: Final = (
    f"CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@{ENGINE_VERSION}"
)
VARIABLE: Final = "TALLY_COMETBFT"
PROGRAM: Final = "cometbft"

_ABCI: Final = "2.0.0"
_BLOCK_PROTOCOL: Final = 11
_P2P_PROTOCOL: Final = 8
_SAFE_SINCE: Final = {38: 25, 39: 4, 40: 0}
"""Minor -> first patch without the flaws published until August 2026; 1.x is given up upstream."""
_ASKING_SECONDS: Final = 20
_MODULE: Final = re.compile(
    rb"\tgithub\.com/cometbft/cometbft\t(v[0-9][0-9A-Za-z.+-]*|\(devel\))[\t\n]"
)


class EngineBuild(Struct, frozen=True):
    """A program of the engine, as it describes itself."""

    path: Path
    software: str
    """What it calls itself: v0.40.0 says 0.39.0, so nothing depends on it."""
    abci: str
    block_protocol: int
    p2p_protocol: int
    module_version: str | None
    """The version that Go's linker noted; None for what was built another way."""


class _Stated(Struct, frozen=True):
    cometbft: str
    abci: str
    block_protocol: int
    p2p_protocol: int


def find_engine(environment: Mapping[str, str] | None = None) -> Path:
    """Return the engine's program: TALLY_COMETBFT, else on PATH, else where Go installs.

    Raises:
        EngineMissing: with the command that installs it.
    """
    known = os.environ if environment is None else environment
    if named := known.get(VARIABLE):
        if _is_program(Path(named)):
            return Path(named)
        raise EngineMissing(
            f"{VARIABLE} names no program: {named}",
            field=VARIABLE,
            expected="the path of an executable file",
            hint=f"Correct it, or unset it and run: {INSTALL_COMMAND}",
        )
    for place in _places(known):
        if _is_program(place / PROGRAM):
            return place / PROGRAM
    raise EngineMissing(
        "the consensus engine (CometBFT) is not installed",
        expected=f"{PROGRAM} on PATH, in $GOBIN, or in Go's own folder; or {VARIABLE}=/path",
        hint=INSTALL_COMMAND,
    )


def check_engine(program: Path) -> EngineBuild:
    """Return what the program says of itself, if it is one that we work with.

    Raises:
        EngineMissing: it cannot be run.
        EngineVersion: it speaks other protocols, or its flaws are public.
    """
    stated = _ask(program)
    build = EngineBuild(
        program,
        stated.cometbft,
        stated.abci,
        stated.block_protocol,
        stated.p2p_protocol,
        _module_version(program),
    )
    spoken = (build.abci, build.block_protocol, build.p2p_protocol)
    if spoken != (_ABCI, _BLOCK_PROTOCOL, _P2P_PROTOCOL):
        raise _wrong(
            program,
            f"ABCI {_ABCI}, block protocol {_BLOCK_PROTOCOL}, p2p protocol {_P2P_PROTOCOL}",
            f"ABCI {build.abci}, block protocol {build.block_protocol}, "
            f"p2p protocol {build.p2p_protocol}",
        )
    if build.module_version and not _is_safe(build.module_version):
        safe = ", ".join(f"v0.{minor}.{patch}" for minor, patch in _SAFE_SINCE.items())
        raise _wrong(program, f"{safe} or a later patch of these", build.module_version)
    return build


def _places(known: Mapping[str, str]) -> Iterator[Path]:
    if found := shutil.which(PROGRAM, path=known.get("PATH", "")):
        yield Path(found).parent
    if folder := known.get("GOBIN"):
        yield Path(folder)
    for folder in filter(None, known.get("GOPATH", "").split(os.pathsep)):
        yield Path(folder, "bin")
    if home := known.get("HOME"):
        yield Path(home, "go", "bin")


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _ask(program: Path) -> _Stated:
    try:
        answer = subprocess.run(
            [program, "version", "--verbose"],
            check=True,
            capture_output=True,
            timeout=_ASKING_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineMissing(
            f"the consensus engine cannot be run: {program}",
            found=str(error)[:200],
            hint=f"Install it anew: {INSTALL_COMMAND}",
        ) from error
    try:
        return msgspec.json.decode(answer.stdout, type=_Stated)
    except msgspec.DecodeError as error:
        found = answer.stdout[:80].decode("utf-8", "replace")
        raise _wrong(program, "the versions of CometBFT, as JSON", found) from error


def _module_version(program: Path) -> str | None:
    """Read the note of Go's linker from the file, as `go version -m` does, without Go."""
    with program.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found = _MODULE.search(content)
            version = found[1].decode("ascii") if found else None
    return None if version == "(devel)" else version


def _is_safe(version: str) -> bool:
    numbers = re.match(r"v0\.(\d+)\.(\d+)", version)
    if numbers is None:
        return False
    minor, patch = int(numbers[1]), int(numbers[2])
    return minor in _SAFE_SINCE and patch >= _SAFE_SINCE[minor]


def _wrong(program: Path, expected: str, found: str) -> EngineVersion:
    return EngineVersion(
        f"the consensus engine has the wrong version: {program}",
        expected=expected,
        found=found,
        hint=f"Install the right one: {INSTALL_COMMAND}",
    )
