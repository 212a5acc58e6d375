# SPDX-License-Identifier: Apache-2.0
"""The largest document goes through the doors, in constant memory of node and client."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

LOG: Final = logging.getLogger(__name__)
PLAIN_BYTES: Final = 4_998_000_000
"""Sealed, 780,000 bytes below the limit."""
NODE_MIB_MAX: Final = 350
CLIENT_MIB_MAX: Final = 250
"""Of which the interpreter and what it imports are about a hundred each."""

NODE: Final = """
import resource, sys
from pathlib import Path
from tallystick.api import HttpServer
from tallystick.node import NodeConfig, create_network, open_node
from tests.factories import LOG_KEY
from tests.unit.node.test_documents import CONTRACTS, DOCUMENTS_GENESIS

folder = Path(sys.argv[1])
create_network(folder, DOCUMENTS_GENESIS, LOG_KEY)
node = open_node(NodeConfig(data=folder, workers=False, contracts=CONTRACTS))
node.start()
with HttpServer(node, port=0) as server:
    print(server.port, flush=True)
    sys.stdin.read()
node.stop()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
CLIENT: Final = """
import json, resource, sys, time
from pathlib import Path
from tallystick.client import connect
from tallystick.crypto import SealingKey
from tests.vault import OWNER_ID

folder, key = Path(sys.argv[1]), SealingKey.generate()
with connect(sys.argv[2], identity=OWNER_ID) as net:
    net.call("sealing_keys", "publish", public_key=key.public_key)
    begun = time.monotonic()
    put = net.documents.put(folder / "large", document="D-1")
    stored = time.monotonic()
    got = net.documents.get("D-1", folder / "opened", [key])
    opened = time.monotonic()
print(json.dumps({
    "put_bytes": put.facts.size, "got_bytes": got.size,
    "put_s": round(stored - begun), "get_s": round(opened - stored),
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
"""


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_five_gigabytes_are_put_and_fetched_over_http_in_constant_memory(tmp_path: Path) -> None:
    """Node and client in a process each; what is opened is checked against the ledger."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(PLAIN_BYTES)
    environment = {**os.environ, "TALLY_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        [sys.executable, "-c", NODE, str(tmp_path / "node")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout is not None
        url = f"http://localhost:{node.stdout.readline().strip()}"
        client = subprocess.run(
            [sys.executable, "-c", CLIENT, str(tmp_path), url],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        node_mib = int(node.communicate()[0])
    done = json.loads(client.stdout)
    LOG.info("%s", {**done, "node_mib": node_mib})  # with --log-cli-level=INFO
    assert done["got_bytes"] == PLAIN_BYTES < done["put_bytes"]
    assert node_mib < NODE_MIB_MAX
    assert done["mib"] < CLIENT_MIB_MAX
    (tmp_path / "opened").unlink()
