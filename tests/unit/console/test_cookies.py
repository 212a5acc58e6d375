# SPDX-License-Identifier: Apache-2.0
"""Cookies that only this very host can set where it is reached by HTTPS (ASVS 5.0, 3.3.3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tallystick.api import create_app
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import begin_session
from tallystick.console.forgery import form_key
from tallystick.console.records import Records, records_path
from tallystick.node import Node
from tests.factories import COURT

PASSWORD = "a long and boring sentence"  # of a test
ADDRESSES = {"https": 'address = "https://ledger.example"\n', "http": ""}


class Browser:
    """Sends exactly the cookies that a test says, and shows what is set."""

    def __init__(self, folder: Path, node: Node, runner: asyncio.Runner) -> None:
        self._console = create_console(create_app(node), ConsoleOptions(data=folder))
        self._runner = runner
        self.records = Records(records_path(folder))

    def ask(
        self, method: str, path: str, cookies: Mapping[str, str], **data: str
    ) -> httpx.Response:
        """Return the answer of one request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._console)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as one:
                head = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
                return await one.request(method, path, headers=head, data=data or None)

        return self._runner.run(ask())


@pytest.fixture(params=["https", "http"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Name how readers reach the console."""
    return str(request.param)


@pytest.fixture
def browser(scheme: str, node: Node, tmp_path: Path) -> Iterator[Browser]:
    """Return a browser before a console that is reached so."""
    (tmp_path / "console.toml").write_text(ADDRESSES[scheme])
    with asyncio.Runner() as runner:
        browser = Browser(tmp_path, node, runner)
        yield browser
        browser.records.close()


def account(records: Records) -> int:
    """Open an account."""
    new = NewAccount(login="c", name="C", organization=COURT, member="clerk", password=PASSWORD)
    return add_account(records, new, 1)


def test_cookies_are_bound_to_the_host_over_https(browser: Browser, scheme: str) -> None:
    """`__Host-`, Secure, all paths, no domain; over plain HTTP the bare name, which works there."""
    account(browser.records)
    prefix = "__Host-" if scheme == "https" else ""
    visitor = {f"{prefix}tally_visitor": "visitor"}
    data = {"form_key": form_key("visitor"), "login": "c", "password": PASSWORD}
    answer = browser.ask("POST", "/sign-in", visitor, **data)
    assert answer.status_code == 303, answer.text
    session = next(
        one
        for one in answer.headers.get_list("set-cookie")
        if one.startswith(f"{prefix}tally_session=")
    )
    parts = {one.strip().lower() for one in session.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= parts
    assert ("secure" in parts) == (scheme == "https")
    assert not any(one.startswith(("domain", "max-age", "expires")) for one in parts)
    token = session.split("=", 1)[1].split(";")[0]
    signed_in = {**visitor, f"{prefix}tally_session": token}
    assert browser.ask("GET", "/account", signed_in).status_code == 200

    left = browser.ask("POST", "/sign-out", signed_in, form_key=form_key("visitor"))
    gone = next(one for one in left.headers.get_list("set-cookie") if "tally_session" in one)
    assert gone.startswith(f'{prefix}tally_session=""')
    assert ("Secure" in gone) == (scheme == "https")  # else the browser would keep it


def test_a_cookie_that_another_host_could_plant_counts_for_nothing(
    browser: Browser, scheme: str
) -> None:
    """Where HTTPS is, neither session nor form key follows from a cookie with the bare name."""
    now_ms = time.time_ns() // 1_000_000
    token = begin_session(browser.records, account(browser.records), "b", now_ms)
    is_bare_good = scheme == "http"
    seen = browser.ask("GET", "/account", {"tally_session": token})
    assert (seen.status_code == 200) is is_bare_good
    data = {"form_key": form_key("planted"), "login": "c", "password": PASSWORD}
    sent = browser.ask("POST", "/sign-in", {"tally_visitor": "planted"}, **data)
    assert (sent.status_code == 303) is is_bare_good
