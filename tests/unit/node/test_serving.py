# SPDX-License-Identifier: Apache-2.0
"""A node that a test started ends with the test, also when that fails."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tallystick.consensus import SoloEngine
from tallystick.node import NodeConfig
from tests.serving import served_node, started_node
from tests.unit.node.node_kit import solo_only


class PlantedError(Exception):
    """What a fixture or a test fails with."""


@solo_only
def test_a_failure_beside_a_node_leaves_no_thread_behind(folder: Path) -> None:
    """A thread of its own would keep the interpreter, and with it pytest, from ending."""
    config = NodeConfig(data=folder, workers=False)
    before = set(threading.enumerate())
    with pytest.raises(PlantedError), started_node(config):
        _fail_beside(before)
    with pytest.raises(PlantedError), served_node(config):
        _fail_beside(before)
    assert not [one for one in set(threading.enumerate()) - before if not one.daemon]


@solo_only
def test_a_node_that_does_not_start_is_stopped_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are free again for the next."""
    config = NodeConfig(data=folder, workers=False)
    with monkeypatch.context() as patch:
        patch.setattr(SoloEngine, "start", _fail)
        with pytest.raises(PlantedError), started_node(config):
            pytest.fail("it started")
    with started_node(config) as node:
        assert node.status().height == 0


def _fail_beside(before: set[threading.Thread]) -> None:
    assert set(threading.enumerate()) - before
    raise PlantedError


def _fail(*_: object) -> None:
    raise PlantedError
