# SPDX-License-Identifier: Apache-2.0
"""What one thread reads and another answers."""

from __future__ import annotations

import threading

from tallystick.consensus.cometbft.inbox import Inbox
from tallystick.consensus.cometbft.proto.abci_pb2 import Request, RequestEcho

WAIT_SECONDS = 20
"""Only a hang makes a test wait this long."""


def _echo(number: int) -> Request:
    return Request(echo=RequestEcho(message=str(number)))


def test_everything_that_gathered_is_given_at_once_and_in_order() -> None:
    """Signatures are cheaper to verify in batches."""
    inbox = Inbox()
    inbox.put([_echo(1), _echo(2)], 10)
    inbox.put([_echo(3)], 10)
    assert [one.echo.message for one in inbox.take()] == ["1", "2", "3"]


def test_a_closed_inbox_gives_the_rest_and_then_nothing() -> None:
    """What came before the engine hung up is still answered."""
    inbox = Inbox()
    inbox.put([_echo(1)], 10)
    inbox.close()
    assert len(inbox.take()) == 1
    assert inbox.take() == []


def test_a_full_inbox_makes_the_reader_wait() -> None:
    """The memory for what is read ahead has a limit."""
    inbox = Inbox(bytes_max=10)
    inbox.put([_echo(1)], 10)
    entered, done = threading.Event(), threading.Event()

    def put() -> None:
        entered.set()
        inbox.put([_echo(2)], 10)
        done.set()

    thread = threading.Thread(target=put)
    thread.start()
    assert entered.wait(WAIT_SECONDS)
    assert not done.is_set()
    assert len(inbox.take()) == 1
    assert done.wait(WAIT_SECONDS)
    thread.join()
    assert len(inbox.take()) == 1
