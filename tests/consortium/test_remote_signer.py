# SPDX-License-Identifier: Apache-2.0
"""A validator whose key is in another program: the engine's own test signer, by a unix socket."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from tallystick.consensus.cometbft import address
from tallystick.consensus.cometbft.key_files import validator_key_json
from tallystick.model import OK, Validator, engine_chain_id
from tallystick.node.engine_file import write_engine_file
from tallystick.node.sockets import socket_folder
from tests.factories import secret
from tests.networks import Network, Place, Seat, consortium_genesis, wait_until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

PROGRAM = "priv_val_server"
SEAT = Seat(1)
SIGNER_KEY = secret(9_001)
"""Votes for the organisation; it is in no file of the node."""


@pytest.fixture
def program() -> str:
    """Return the signer: `go install github.com/cometbft/cometbft/cmd/priv_val_server@v0.40.0`."""
    found = shutil.which(PROGRAM) or shutil.which(PROGRAM, path=Path.home() / "go" / "bin")
    if found is None:
        pytest.skip(f"{PROGRAM} is not installed")
    return found


@contextmanager
def signing(program: str, place: Place, home: Path) -> Iterator[None]:
    """Run the signer, which calls the node, once the node waits for it; stop it at the end."""
    socket = socket_folder(place.folder) / "signer.sock"
    wait_until(socket.exists, "the engine's socket for its signer")
    words = {
        "-addr": f"unix://{socket}",
        "-chain-id": engine_chain_id((place.folder / "genesis.cbor").read_bytes()),
        "-priv-key": str(home / "key.json"),
        "-priv-state": str(home / "state.json"),
    }
    with (home / "signer.log").open("ab") as log:
        process = subprocess.Popen(
            [program, *(word for pair in words.items() for word in pair)], stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


def signed_up_to(state: Path) -> int:
    """Return the height that a signer's state names."""
    return int(msgspec.json.decode(state.read_bytes())["height"])


def test_a_validator_votes_with_a_key_that_the_node_never_has(tmp_path: Path, program: str) -> None:
    """Blocks bear the signer's signatures; without it there are none; it may come back."""
    genesis = consortium_genesis([SEAT])
    outside = Validator(organization=SEAT.organization, public_key=SIGNER_KEY.public_key, power=1)
    network = Network(tmp_path, msgspec.structs.replace(genesis, validators=(outside,)), [SEAT])
    (place,) = network.places
    home = tmp_path / "signer"
    home.mkdir(mode=0o700)
    (home / "key.json").write_bytes(validator_key_json(SIGNER_KEY))
    (home / "state.json").write_bytes(b'{"height":"0","round":0,"step":0}')
    socket = socket_folder(place.folder) / "signer.sock"
    write_engine_file(
        place.folder, msgspec.structs.replace(place.settings, signer_address=f"unix://{socket}")
    )
    starting = threading.Thread(target=place.start)
    starting.start()
    try:
        with signing(program, place, home):
            starting.join()
            (first,) = network.commit(0, network.deposit(SEAT))
            assert first.code == OK
        with closing(place.engine()) as rpc:
            votes = rpc.commit(first.height).signed_header.commit.signatures
        assert [vote.validator_address for vote in votes] == [address(SIGNER_KEY.public_key)]
        assert signed_up_to(home / "state.json") >= first.height
        own = place.folder / "engine" / "data" / "priv_validator_state.json"
        assert signed_up_to(own) == 0, "the node signed by itself"
        waiting = place.running.submit([network.deposit(SEAT)])
        assert not waiting.done()
        with signing(program, place, home):
            (second,) = waiting.result(60)
            assert getattr(second, "code", "") == OK, second
            place.stop()
        assert SIGNER_KEY.seed.hex() not in "".join(
            path.read_text("latin-1") for path in place.folder.rglob("*.key")
        )
    finally:
        starting.join()
        place.stop()
