# SPDX-License-Identifier: Apache-2.0
"""Every page and who opens it: strangers, people without a role, with roles, administrators."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import httpx
import pytest

from tallystick.api import create_app
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.access import Access, Page
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session
from tallystick.console.forgery import VISITOR_COOKIE, form_key
from tallystick.console.headers import CONTENT_POLICY, PAGE_HEADERS
from tallystick.console.records import Records
from tallystick.console.site_map import PAGES
from tallystick.node import Node
from tests.factories import COURT
from tests.unit.console.conftest import Reader

VISITOR: Final = "the secret of this browser"
NO_MEMBER: Final = "nobody"
KINDS: Final = {
    "stranger": None,
    "without a role": NewAccount(login="n", name="N", organization=COURT, member=NO_MEMBER),
    "with roles": NewAccount(login="c", name="C", organization=COURT, member="clerk"),
    "administrator": NewAccount(
        login="a", name="A", organization=COURT, member="head", is_administrator=True
    ),
}
LETS_IN: Final = {
    Access.PUBLIC: set(KINDS),
    Access.SIGNED_IN: set(KINDS) - {"stranger"},
    Access.ADMINISTRATOR: {"administrator"},
}
SESSION_ENDERS: Final = {"sign_out", "end_sessions"}
"""They are let alone: the sessions are needed for the other pages."""


@pytest.fixture(scope="module")
def readers(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Reader]]:
    """Return a browser of each kind at one console."""
    folder = tmp_path_factory.mktemp("routes")
    console = create_console(create_app(node), ConsoleOptions(data=folder))
    records = Records(folder / "console" / "console.sqlite")
    now_ms = time.time_ns() // 1_000_000
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())

        def reader(account: NewAccount | None) -> Reader:
            cookies = {VISITOR_COOKIE: VISITOR}
            if account is not None:
                number = add_account(records, account, now_ms)
                cookies[SESSION_COOKIE] = begin_session(records, number, "browser", now_ms)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(
                    app=console, client=(account.login if account else "s", 1)
                ),
                base_url="http://localhost",
                cookies=cookies,
            )
            stack.callback(lambda: runner.run(client.aclose()))
            return Reader(client, runner)

        yield {kind: reader(account) for kind, account in KINDS.items()}


def asked(reader: Reader, page: Page) -> httpx.Response:
    """Return what a page answers, with something for each part of its address."""
    place = re.sub(r"\{(\w+)(:int)?(:path)?\}", lambda part: "9" if part[2] else "x", page.path)
    if page.method == "GET":
        return reader.get(place)
    return reader.post(place, data={"form_key": form_key(VISITOR)})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "page", [one for one in PAGES if one.name not in SESSION_ENDERS], ids=lambda page: page.name
)
def test_every_page_lets_in_whom_its_row_names(
    readers: dict[str, Reader], page: Page, kind: str
) -> None:
    """Strangers are led to the entrance, others are told for whom it is (ASVS 8.2.1, check 3)."""
    answer = asked(readers[kind], page)
    place = answer.headers.get("location", "")
    assert answer.status_code < 500
    is_let_in = kind in LETS_IN[page.access]
    if not is_let_in and kind == "stranger":
        assert place.startswith("/sign-in?back=")
    else:
        assert (answer.status_code == 403) is not is_let_in
    if answer.status_code == 403:
        assert "This page is for administrators of this console" in answer.text
    assert {name: answer.headers[name] for name in PAGE_HEADERS} == PAGE_HEADERS


@pytest.mark.parametrize("kind", KINDS)
def test_the_menu_shows_what_one_may_open(readers: dict[str, Reader], kind: str) -> None:
    """No entry of it is refused (check 3)."""
    page = readers[kind].get("/").text
    menu = page[page.index('id="menu"') : page.index("</nav>", page.index('id="menu"'))]
    entries = set(re.findall(r'href="(/[^"]*)"', menu))
    assert ("/admin/audit" in entries) == (kind == "administrator")
    assert {readers[kind].get(place).status_code for place in entries} == {200}


def test_the_policy_is_exactly_this_one(readers: dict[str, Reader]) -> None:
    """Nothing from elsewhere, no inline script, no frame (ASVS 3.4.3): a change is a decision."""
    assert CONTENT_POLICY == (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types tally tally-look default"
    )
    answer = readers["stranger"].get("/nowhere")
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
