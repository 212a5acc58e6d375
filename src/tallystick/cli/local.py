# SPDX-License-Identifier: Apache-2.0
"""A data folder of this machine as commands look at it, without opening its node."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import TRUST_FILE
from tallystick.errors import DataFolderProblem, FileProblem

if TYPE_CHECKING:
    from tallystick.storage import BlockLogReader

VIEWS_FILE: Final = "views.sqlite"
GENESIS_FILE: Final = "genesis.cbor"
FORMAT_FILE: Final = "format.json"
"""Written last when a data folder is made: without it there is no network in the folder."""


@dataclass(frozen=True, slots=True)
class LocalLog:
    """A block log and the genesis document it starts from."""

    network: str
    genesis_bytes: bytes
    reader: BlockLogReader


def read_small(path: Path, size_max: int) -> bytes:
    """Return the bytes of a file that somebody handed over, one more than `size_max` at most.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        with path.open("rb") as source:
            return source.read(size_max + 1)
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}", field="path", found=str(path)) from error


def is_founded(folder: Path) -> bool:
    """Say whether the data folder holds a network."""
    return (folder / FORMAT_FILE).is_file()


def check_founded(folder: Path) -> None:
    """Raise `DataFolderProblem` unless the data folder holds a network."""
    if not is_founded(folder):
        hint = say("node.no_network_hint")
        raise DataFolderProblem(say("node.no_network", path=folder), field="--data", hint=hint)


def keep_trust_file(folder: Path) -> Path:
    """Return the trust file of a folder's network, written from its genesis document if need be."""
    from tallystick.client import Trust

    path = folder / TRUST_FILE
    if not path.is_file():
        Trust.of_genesis((folder / GENESIS_FILE).read_bytes()).save(path)
    return path


def open_block_log(folder: Path) -> LocalLog:
    """Open a folder's block log for reading; its node may be running.

    Raises:
        DataFolderProblem: there is no network in the folder.
        Malformed: the genesis document is damaged.
    """
    from tallystick.model import decode_genesis, network_id
    from tallystick.storage import BlockLogReader

    check_founded(folder)
    genesis_bytes = (folder / GENESIS_FILE).read_bytes()
    network = network_id(decode_genesis(genesis_bytes).name, genesis_bytes)
    return LocalLog(network, genesis_bytes, BlockLogReader(folder, network=network))


def rebuild_views(folder: Path) -> int:
    """Make the search tables of a stopped node anew; return the height they reach.

    Raises:
        Corrupted: a block is damaged.
    """
    from tallystick.node import NetworkViews, find_installed_schemas

    log = open_block_log(folder)
    url = f"sqlite:///{(folder / VIEWS_FILE).absolute()}"
    last = log.reader.committed_height()
    with closing(NetworkViews(url, log.genesis_bytes, find_installed_schemas)) as views:
        views.reset()
        views.catch_up(lambda first: log.reader.blocks(first, last))
        return views.height
