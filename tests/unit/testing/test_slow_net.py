# SPDX-License-Identifier: Apache-2.0
"""The same calls on a real network of four nodes give the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Never

import pytest

from tallystick.errors import EngineFailed
from tallystick.testing import Net, rejected
from tallystick.testing import slow_network as slow_network_module
from tallystick.testing.slow_chain import slow_chain
from tallystick.testing.slow_network import wait_until
from tests.unit.testing.parcels import Parcels, Sent, TooHeavy

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


class SkippedError(Exception):
    """Stands for pytest's own skip."""


def skip(reason: str) -> Never:
    """End a test that asks for what no network does."""
    raise SkippedError(reason)


@pytest.fixture
def net(engine_program: Path) -> Iterator[Net]:
    """Give a net whose chain is a network; it starts at the first call."""
    assert engine_program.is_file()
    with slow_chain([Parcels], skip=skip) as chain:
        yield Net(chain=chain)


def test_a_network_answers_as_the_ledger_in_memory_does(net: Net) -> None:
    """Results, events, tables, refusals by rule, by role, at the door; people who come later."""
    core, bank = net.orgs("core", "bank")
    sent = core.post.parcels.send(to=bank, weight=3)
    assert sent.events == (Sent(id=sent.id, sender=core.code, receiver=bank.code),)
    assert net.records("post.parcels.parcels", sender=core) == [sent.result]
    assert bank.post.parcels.show(sent.id) == sent.result
    assert sent.height == net.height > 0
    with rejected(TooHeavy, weight=2000):
        core.post.parcels.send(to=bank, weight=2000)
    with rejected("E_ARGUMENT", field="weight"):
        core.post.parcels.send(to=bank, weight=-1)
    with rejected("E_ROLE"):
        bank.person("li", roles=[]).post.parcels.stop(sent.id, 1, "x")
    late = net.org("late")
    assert late.post.parcels.send(to=core, weight=1).sender == late.code
    core.post.parcels.forget(sent.id)
    assert len(net.table("post.parcels.parcels")) == 1
    assert "post.parcels.forget" in net.trace()
    with pytest.raises(SkippedError, match="time cannot be warped"):
        net.warp(days=1)
    with pytest.raises(SkippedError, match="does not go back"):
        net.snapshot()


def test_a_network_that_nobody_called_does_not_start(net: Net) -> None:
    """A test that only names people costs nothing."""
    net.org("core")
    assert net.height == 0


def test_waiting_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that hangs fails the test and says what it was to do."""
    monkeypatch.setattr(slow_network_module, "WAIT_S", 0.0)
    with pytest.raises(EngineFailed, match="in vain for a miracle"):
        wait_until(lambda: False, "a miracle")
