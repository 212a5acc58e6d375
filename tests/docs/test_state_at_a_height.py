# SPDX-License-Identifier: Apache-2.0
"""The auditor's page about older states: its programs run as printed, its limit is the code's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tallystick.api.limits import HISTORY_STEPS_MAX
from tallystick.client import Trust
from tallystick.model import open_checkpoint
from tallystick.node import NodeConfig, create_network
from tests.factories import LOG_KEY, START
from tests.serving import started_node
from tests.unit.api.caller import Caller
from tests.unit.api.conftest import app, caller, node
from tests.unit.api.fake_node import FakeNode, deposit
from tests.unit.node.node_kit import GENESIS, NETWORK, commit
from tests.unit.node.node_kit import deposit as deposit_at_node

PAGE: Final = (Path(__file__).parents[2] / "docs/auditor/state-at-a-height.md").read_text("utf-8")

__all__ = ["app", "caller", "node"]  # fixtures


def run(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the page."""
    program = re.search(rf'```python title="{name}"\n(.*?)```', PAGE, re.DOTALL)
    assert program is not None
    (folder / name).write_text(program[1])
    command = [sys.executable, name, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("height", "expected"), [(1, "absent"), (2, "present")])
def test_the_offline_check_on_the_page_runs(
    caller: Caller, node: FakeNode, tmp_path: Path, height: int, expected: str
) -> None:
    """On a node's answer as it came, and on an altered one."""
    for number in (1, 2, 3):
        node.submit([deposit(number)])
    Trust.of_genesis(node.genesis_bytes).save(tmp_path / "trust.json")
    path = "/v1/state/evidence/deposits/EV-2023-000002/proof"
    answer = caller.get(f"{path}?height={height}").text
    (tmp_path / "answer.json").write_text(answer)
    done = run(tmp_path, "check_state.py", "answer.json", "trust.json")
    assert done.stdout == f"height {height} {expected}\n", done.stderr
    (tmp_path / "answer.json").write_text(answer.replace("EV-2023-000002", "EV-2023-000001"))
    assert run(tmp_path, "check_state.py", "answer.json", "trust.json").returncode != 0


def test_the_proof_from_the_block_log_on_the_page_runs(tmp_path: Path) -> None:
    """On the folder of a node that has stopped."""
    create_network(tmp_path / "data", GENESIS, LOG_KEY)
    config = NodeConfig(data=tmp_path / "data", workers=False, clock=lambda: START + 1_000)
    with started_node(config) as ledger:
        for number in (1, 2):
            commit(ledger, deposit_at_node(number))
    key = "evidence/deposits/EV-2023-000002"
    for height, is_present in (("1", False), ("2", True)):
        done = run(tmp_path, "prove_state.py", "data", key, height)
        value, note = done.stdout.split("\n", 1)
        assert (value != "absent") is is_present, done.stderr
        checkpoint = open_checkpoint(note[:-1], LOG_KEY.public_key, origin=NETWORK)
        assert str(checkpoint.height) == height


def test_the_limit_on_the_page_is_the_codes() -> None:
    """As a number that people read."""
    assert f"more than {HISTORY_STEPS_MAX:,} entries and blocks" in PAGE
