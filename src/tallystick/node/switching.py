# SPDX-License-Identifier: Apache-2.0
"""From one ordering node to several: the ledger goes on, the log stays, old receipts verify.

The last block of the node that ordered alone is the state that the engine begins with. What that
node says of it, signed by a log key of the genesis document, is the last thing that is believed
because one node says so: from the next block on, the validators that stand in that state decide.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tallystick.disk import sync_folder
from tallystick.encoding import encode, format_base64
from tallystick.errors import (
    Corrupted,
    DataFolderProblem,
    InvalidCheckpoint,
    TallystickError,
    WrongState,
)
from tallystick.model import (
    VALIDATORS_KEY,
    Checkpoint,
    EngineStart,
    GenesisDocument,
    Validator,
    app_hash,
    decode_certificate,
    decode_genesis,
    decode_validators,
    open_checkpoint,
)
from tallystick.node.ceremony import EntryContent
from tallystick.node.config import NodeConfig
from tallystick.node.engine_file import read_engine_file
from tallystick.node.finality import ValidatorHistoryFile, engine_start
from tallystick.node.invite import EngineStartFacts, Invite, found_invite, invite_validator
from tallystick.node.wiring import open_node
from tallystick.storage import BLOCKS_FOLDER, BackupInfo, BlockLogReader, DataFolder, restore

_STAGED: Final = ".ledger"


class Beginning(Struct, frozen=True, kw_only=True):
    """Where an engine of several nodes takes over; the same for every organisation."""

    height: int
    """The last block of the node that ordered alone."""
    time: int
    """Its time, unix milliseconds."""
    app_hash: bytes
    validators: tuple[Validator, ...]
    """Who decides from the next block on."""
    certificate: bytes
    """By which outsiders know these validators (docs/spec/finality.md)."""


def take_last_word(config: NodeConfig) -> Beginning:
    """Return where the ledger of a node that ordered alone can be taken over.

    The node must not run, and must not be started alone again: two would then write one history.

    Raises:
        DataFolderProblem: the folder is in use, or its node does not order alone.
        WrongState: the ledger has no blocks, or no validators to hand over to.
    """
    if read_engine_file(config.data) is not None:
        raise DataFolderProblem(f"{config.data} does not order alone", field="--data")
    node = open_node(config)
    try:
        node.start()
        status = node.status()
        proved = node.prove_state(VALIDATORS_KEY)
    finally:
        node.stop()
    if status.height == 0 or proved.value is None:
        raise WrongState(
            "the ledger names no validators to hand over to",
            field="validators",
            expected="at least one, set by vote",
            hint="Propose them first: `tally governance propose --help`.",
        )
    state_proof = encode(proved.proof.to_value())  # type: ignore[arg-type]  # plain values
    return Beginning(
        height=status.height,
        time=status.block_time,
        app_hash=status.app_hash,
        validators=decode_validators(proved.value),
        certificate=engine_start(proved.checkpoint, proved.value, state_proof),
    )


def switch_invite(
    genesis_bytes: bytes, beginning: Beginning, entries: tuple[EntryContent, ...]
) -> Invite:
    """Return the invite with which every organisation joins at the beginning."""
    genesis = decode_genesis(genesis_bytes)
    founded = found_invite(genesis, entries)
    return replace(
        founded,
        engine=EngineStartFacts(
            initial_height=beginning.height + 1,
            time_ms=beginning.time,
            validators=tuple(invite_validator(one) for one in beginning.validators),
        ),
        validators=(format_base64(beginning.certificate),),
    )


def place_ledger(data: Path, source: Path) -> int:
    """Put the ledger of a backup into the folder of a node that joined to go on with it.

    Returns the height at which the engine takes over.

    Args:
        data: the data folder; its engine begins after the backup's last block.
        source: the backup that was made when the other node had stopped.

    Raises:
        DataFolderProblem: the folder has blocks already, or the backup ends at another block.
        Corrupted: the backup is damaged, or its last block is not the one that was signed.
        StorageFailed: the system refused.
    """
    settings = read_engine_file(data)
    if settings is None:
        raise DataFolderProblem(f"{data} orders alone", field="--data")
    staged = data / _STAGED
    shutil.rmtree(staged, ignore_errors=True)
    with DataFolder.open(data) as folder:
        if BlockLogReader(data, network=folder.network).committed_height():
            raise DataFolderProblem(f"{data} has a ledger already", field="--data")
        try:
            info = restore(source, staged).info
            _check_beginning(folder, info, settings.initial_height - 1)
            shutil.rmtree(data / BLOCKS_FOLDER)
            (staged / BLOCKS_FOLDER).rename(data / BLOCKS_FOLDER)
            sync_folder(data)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return info.height


def _check_beginning(folder: DataFolder, info: BackupInfo, height: int) -> None:
    """Raise unless a backup ends with the block whose validators the certificate names."""
    if (info.network, info.height) != (folder.network, height):
        raise DataFolderProblem(
            "the backup does not end where the engine begins",
            field="--ledger",
            expected=f"block {height} of {folder.network}",
            found=f"block {info.height} of {info.network}",
            hint="Take the backup that was made when the other node had stopped.",
        )
    certificates = ValidatorHistoryFile(folder.path).certificates
    first = decode_certificate(certificates[0]) if certificates else None
    if not isinstance(first, EngineStart):
        raise DataFolderProblem(
            "the invite does not say with which block the engine begins", field="invite"
        )
    signed = _open_by_any(first.checkpoint, decode_genesis(folder.genesis_bytes), folder.network)
    found = app_hash(signed.size, signed.root, signed.state_root, signed.membership_root).hex()
    if found != info.app_hash:
        raise Corrupted(
            f"block {height} of the backup is another one than was signed",
            field="app_hash",
            expected=found,
            found=info.app_hash,
        )


def _open_by_any(note: str, genesis: GenesisDocument, network: str) -> Checkpoint:
    failure: TallystickError = InvalidCheckpoint("the genesis document names no log key")
    for key in genesis.log_keys:
        try:
            return open_checkpoint(note, key.public_key, origin=network)
        except InvalidCheckpoint as error:
            failure = error
    raise failure
