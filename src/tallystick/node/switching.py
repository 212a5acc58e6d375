# SPDX-License-Identifier: Apache-2.0
"""From one ordering node to several: the ledger goes on, the log stays, old receipts verify.

The last block of the node that ordered alone is the state that the engine begins with. What that
node says of it, signed by a log key of the genesis document, is the last thing that is believed
because one node says so: from the next block on, the validators that stand in that state decide.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tallystick.crypto import SecretKey
from tallystick.encoding import encode
from tallystick.errors import Corrupted, DataFolderProblem, WrongState
from tallystick.model import (
    VALIDATORS_KEY,
    Validator,
    decode_genesis,
    decode_validators,
)
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.config import NodeConfig
from tallystick.node.engine_file import EngineFile, read_engine_file, write_engine_file
from tallystick.node.finality import ValidatorHistoryFile, engine_start
from tallystick.node.wiring import open_node
from tallystick.storage import BlockLogReader, DataFolder


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


def continue_with_cometbft(
    data: Path,
    beginning: Beginning,
    settings: EngineFile,
    *,
    node_key: SecretKey,
    validator_key: SecretKey,
) -> None:
    """Make the node of a data folder go on with CometBFT from a beginning on.

    The folder holds the ledger up to the beginning: that of the node that ordered alone, or one
    restored from its backup.

    Raises:
        DataFolderProblem: in use, without a log key, or the ledger is at another block.
        Corrupted: it is at the height, but not with the app hash.
        StorageFailed: the system refused.
    """
    with DataFolder.open(data) as folder:
        _check_position(folder, beginning)
        genesis = engine_genesis(
            decode_genesis(folder.genesis_bytes),
            folder.genesis_bytes,
            validators=beginning.validators,
            initial_height=beginning.height + 1,
            time_ms=beginning.time,
        )
        found_engine(folder, genesis, node_key=node_key, validator_key=validator_key)
        ValidatorHistoryFile(data).begin((beginning.certificate,))
    # Last: without it the folder is still that of a node that orders alone.
    write_engine_file(data, replace(settings, initial_height=beginning.height + 1))


def _check_position(folder: DataFolder, beginning: Beginning) -> None:
    reader = BlockLogReader(folder.path, network=folder.network)
    height = reader.committed_height()
    if height != beginning.height:
        raise DataFolderProblem(
            "the ledger here is not at the block where the engine begins",
            field="height",
            expected=str(beginning.height),
            found=str(height),
            hint="Restore the backup that was made when the other node stopped.",
        )
    (last,) = reader.blocks(height, height)
    if last.header.app_hash != beginning.app_hash:
        raise Corrupted(
            f"block {height} here is another one than where the engine begins",
            field="app_hash",
            expected=beginning.app_hash.hex(),
            found=last.header.app_hash.hex(),
        )
