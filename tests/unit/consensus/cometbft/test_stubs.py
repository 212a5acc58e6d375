# SPDX-License-Identifier: Apache-2.0
"""The generated messages: unchanged since they were generated, and apart from anybody else's."""

from __future__ import annotations

import re
import subprocess
import sys
from hashlib import sha256

from tallystick.consensus.cometbft.proto.abci_pb2 import Request, RequestCheckTx, Response
from tests.architecture.source import PACKAGE

FOLDER = PACKAGE / "consensus" / "cometbft" / "proto"


def test_generated_files_are_as_their_paper_says() -> None:
    """Nobody edits generated code; `make_abci_stubs.py --check` compares with the source."""
    paper = (FOLDER / "VERSION.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"`(\S+)` \| `([0-9a-f]{64})`", paper))
    found = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert set(stated) == found - {"VERSION.md"}
    for name, digest in stated.items():
        assert sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_field_numbers_are_those_of_the_engine() -> None:
    """Read from the engine's types.proto: on the wire only the numbers count."""
    numbers = {field.name: field.number for field in Request.DESCRIPTOR.fields}
    assert numbers["echo"] == 1
    assert numbers["check_tx"] == 8
    assert numbers["finalize_block"] == 20
    answers = {field.name: field.number for field in Response.DESCRIPTOR.fields}
    assert answers["exception"] == 1
    assert answers["check_tx"] == 9
    assert answers["finalize_block"] == 21
    message = Request(check_tx=RequestCheckTx(tx=b"x"))
    assert message.SerializeToString().hex() == "42030a0178"


def test_no_name_of_the_engine_becomes_a_package_of_its_own() -> None:
    """Another library with the same messages may live in the same process."""
    probe = (
        "import sys; import tallystick.consensus.cometbft.proto.abci_pb2; "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    process = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True
    )
    loaded = set(process.stdout.split())
    assert "tallystick" in loaded
    assert not loaded & {"tendermint", "gogoproto", "cometbft"}
    assert Request.DESCRIPTOR.full_name == "tallystick.cometbft.abci.Request"
