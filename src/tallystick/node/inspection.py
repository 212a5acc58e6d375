# SPDX-License-Identifier: Apache-2.0
"""What an operator's tools look at without opening a node: the engine's program, home and log."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.errors import DataFolderProblem
from tallystick.node.engine_file import ENGINE_HOME, NODE_KEY_FILE, VALIDATOR_KEY_FILE
from tallystick.node.node_keys import LOG_KEY_FILE

ENGINE_LOG: Final = "engine.log"
_TAIL_BYTES: Final = 64 * 1024
_OTHERS_MAY_READ: Final = 0o077


class EngineProgram(Struct, frozen=True):
    """The engine that this machine would start."""

    path: Path
    version: str
    """The release it was built from, else what it calls itself."""
    abci: str


class EngineHomeState(Struct, frozen=True):
    """What the engine's home holds, as far as files tell."""

    has_blocks: bool
    """Whether there is a block store."""
    signed_height: int | None
    """The newest height at which this validator signed; None if that is lost."""


class EngineChain(Struct, frozen=True):
    """Where the engine's chain begins, as its home has it."""

    initial_height: int
    time_ms: int
    validators: tuple[tuple[str, bytes, int], ...]
    """Name, key, power."""


class _Signed(Struct):
    height: int


def find_engine_program() -> EngineProgram:
    """Return the engine that a node of this machine would start.

    Raises:
        EngineMissing, EngineVersion: there is none, or not one that we work with.
    """
    # Loaded here, so that a node that orders alone loads none of it.
    from tallystick.consensus.cometbft import check_engine, find_engine  # noqa: PLC0415

    build = check_engine(find_engine())
    return EngineProgram(build.path, build.module_version or build.software, build.abci)


def engine_home_state(data: Path) -> EngineHomeState:
    """Return what the engine's home of a data folder holds."""
    home = data / ENGINE_HOME / "data"
    try:
        text = (home / "priv_validator_state.json").read_bytes()
        signed = msgspec.json.decode(text, type=_Signed, strict=False).height
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        signed = None
    return EngineHomeState((home / "blockstore.db").exists(), signed)


def read_engine_chain(data: Path) -> EngineChain:
    """Return where the engine's chain of a data folder begins.

    Raises:
        DataFolderProblem: the engine's genesis document is missing or damaged.
    """
    from tallystick.consensus.cometbft import read_engine_genesis  # noqa: PLC0415

    path = data / ENGINE_HOME / "config" / "genesis.json"
    try:
        found = read_engine_genesis(path.read_bytes())
    except OSError as error:
        raise DataFolderProblem(
            f"the engine's genesis document {path} cannot be read: {error.strerror}",
            field="--data",
            hint="This must be the data folder of a node that joined a network.",
        ) from error
    validators = tuple((one.name, one.public_key, one.power) for one in found.validators)
    return EngineChain(found.initial_height, found.time_ms, validators)


def engine_log_tail(data: Path) -> str:
    """Return the last lines of the engine's log, at most 64 KiB; empty if there is none."""
    try:
        with (data / ENGINE_LOG).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def exposed_keys(data: Path) -> list[Path]:
    """Return the key files of a data folder that other users of the machine may read."""
    config, keys = data / ENGINE_HOME / "config", data / "keys"
    files = [keys / name for name in (LOG_KEY_FILE, NODE_KEY_FILE, VALIDATOR_KEY_FILE)]
    files += [config / name for name in ("node_key.json", "priv_validator_key.json")]
    return [one for one in files if one.exists() and one.stat().st_mode & _OTHERS_MAY_READ]


def missing_keys(data: Path) -> list[Path]:
    """Return the key files that the node of a data folder needs and does not have."""
    keys = data / "keys"
    files = [keys / name for name in (LOG_KEY_FILE, NODE_KEY_FILE, VALIDATOR_KEY_FILE)]
    return [one for one in files if not one.exists()]
