# SPDX-License-Identifier: Apache-2.0
"""What is counted once for all says nothing of who asked first: neither role, name nor language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.figures import regulator, wall
from tallystick.console.visit import Visit
from tests.factories import CLERK, COURT
from tests.unit.api.gifts import giving_node
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key

PAGES: Final = ("/screen", "/screen/notes", "/stats/regulator", "/stats/regulator?system=notes")
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    """Return what gives a reader of one console, who prefers a language; gifts are on the ledger.

    A reader `apart` reads a console of its own of the same node: nobody has asked there before.
    """
    node = giving_node(tmp_path)
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))

    def console(name: str) -> Any:
        options = ConsoleOptions(data=tmp_path / name, demonstration_keys=tmp_path / "cast")
        return create_console(create_app(node), options)

    opened: list[httpx.AsyncClient] = []
    shared = console("shared")
    with asyncio.Runner() as runner:

        def reader(language: str, *, apart: bool = False) -> Reader:
            app = console(f"apart-{len(opened)}") if apart else shared
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://localhost",
                headers={"accept-language": language},
            )
            opened.append(client)
            return Reader(client, runner)

        yield reader
        for client in opened:
            runner.run(client.aclose())
    node.close()


def acting(reader: Reader) -> Reader:
    """Let a reader act as the court's clerk, who may handle alerts."""
    key = form_key(reader.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/"}
    assert reader.post("/act-as", data=part).status_code == 303
    return reader


def data_of(page: str) -> str:
    """Return the address of what a page shows as data."""
    path, mark, query = page.partition("?")
    return f"{path}.json{mark}{query}"


def test_who_asks_first_leaves_nothing_in_what_the_others_see(
    readers: Callable[..., Reader],
) -> None:
    """A clerk asks in Chinese, then somebody whom nobody knows, in Chinese and in English.

    They are shown what they are shown at a console where nobody has asked before.
    """
    clerk = acting(readers("zh"))
    for page in PAGES:
        assert clerk.get(page).status_code == 200
        for language in ("zh", "en"):
            seen = readers(language).get(data_of(page)).json()
            assert seen == readers(language, apart=True).get(data_of(page)).json(), page
    english = readers("en").get("/screen.json").json()
    told = [english["title"], *(one["title"] for one in english["scenes"])]
    assert not CHINESE.search("".join(told))


def test_what_counts_for_all_is_given_a_visit_of_nobody(
    readers: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks: no person, no cookie, no address, no query; only the language is theirs."""
    visits: list[Visit] = []
    for module, name in ((wall, "_shown"), (regulator, "_count")):
        monkeypatch.setattr(module, name, _seen(getattr(module, name), visits))
    clerk = acting(readers("zh"))
    for page in PAGES:
        assert clerk.get(page).status_code == 200
    assert len(visits) == len(PAGES)
    for visit in visits:
        assert visit.language == "zh"
        assert (visit.person, visit.caller, visit.visitor, visit.here) == (None, "", "", "/")
        assert (visit.request.cookies, list(visit.request.headers)) == ({}, [])


def _seen(count: Callable[..., Any], visits: list[Visit]) -> Callable[..., Any]:
    def counted(*given: Any) -> Any:
        visits.append(given[-1])
        return count(*given)

    return counted
