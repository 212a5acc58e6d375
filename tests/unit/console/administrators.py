# SPDX-License-Identifier: Apache-2.0
"""A browser in which an administrator of a console is signed in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tallystick.api import create_app
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session
from tallystick.console.forgery import VISITOR_COOKIE, form_key
from tallystick.console.records import Records, records_path
from tallystick.node import Node
from tests.factories import COURT
from tests.unit.api.fake_node import FakeNode
from tests.unit.console.conftest import Reader

_VISITOR = "the secret of this browser"
_HEAD = NewAccount(login="head", name="Head", organization=COURT, member="head")


class Administrator:
    """Who looks after a console."""

    def __init__(self, reader: Reader, records: Records) -> None:
        self.reader = reader
        self.records = records

    def get(self, path: str) -> httpx.Response:
        """Return a page."""
        return self.reader.get(path)

    def send(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """Send a form."""
        return self.reader.post(path, data={"form_key": form_key(_VISITOR), **fields})

    def deeds(self) -> list[tuple[str, str]]:
        """Return kind and subject of what was written down, the oldest first."""
        rows = self.get("/admin/audit.json").json()["rows"]
        return [(row["kind"], row["subject"]) for row in reversed(rows)]


@contextmanager
def administering(
    node: Node | FakeNode, options: ConsoleOptions, *, is_administrator: bool = True
) -> Iterator[Administrator]:
    """Give an administrator, or somebody else who has signed in, before a console of a node."""
    console = create_console(create_app(node), options)
    records = Records(records_path(options.data))
    now_ms = time.time_ns() // 1_000_000
    account = NewAccount(
        login=_HEAD.login,
        name=_HEAD.name,
        organization=_HEAD.organization,
        member=_HEAD.member,
        is_administrator=is_administrator,
    )
    session = begin_session(records, add_account(records, account, now_ms), "browser", now_ms)
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=console),
            base_url="http://localhost",
            cookies={VISITOR_COOKIE: _VISITOR, SESSION_COOKIE: session},
        )
        yield Administrator(Reader(client, runner), records)
        runner.run(client.aclose())
    records.close()
