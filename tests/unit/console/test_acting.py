# SPDX-License-Identifier: Apache-2.0
"""In a demonstration anybody acts as anybody; elsewhere there is no such page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore, SealingKeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.node import Node
from tests.factories import CLERK, COURT
from tests.unit.console.conftest import Reader


@pytest.fixture
def player(node: Node, tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of a demonstration whose cast is one clerk."""
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))
    SealingKeyStore(tmp_path / "sealing").create(COURT)
    options = ConsoleOptions(
        data=tmp_path,
        demonstration_keys=tmp_path / "cast",
        demonstration_sealing=tmp_path / "sealing",
    )
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())


def form_key(page: str) -> str:
    """Return what a page's forms carry."""
    found = re.search(r'name="form_key" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_anybody_is_the_clerk_and_leaves_again(player: Reader) -> None:
    """Choosing a part signs in; signing out ends the session in the records too."""
    key = form_key(player.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/b"}
    answer = player.post("/act-as", data=part)
    assert (answer.status_code, answer.headers["location"]) == (303, "/b")
    assert "clerk" in player.get("/").text
    # The cast is called as the ledger calls it, in the reader's language.
    assert "成员" in player.get("/", headers={"accept-language": "zh"}).text
    player.post("/sign-out", data={"form_key": key})
    assert 'href="/sign-in' in player.get("/").text


def test_a_form_from_elsewhere_changes_nothing(player: Reader) -> None:
    """Without the page's key, or sent from another site, a form is refused."""
    key = form_key(player.get("/act-as").text)
    part = {"organization": COURT, "member": "clerk"}
    assert player.post("/act-as", data=part).status_code == 400
    elsewhere = {"sec-fetch-site": "cross-site"}
    sent = player.post("/act-as", data={**part, "form_key": key}, headers=elsewhere)
    assert sent.status_code == 400
    assert 'href="/sign-in' in player.get("/").text


def test_nobody_acts_as_others_outside_a_demonstration(reader: Reader) -> None:
    """Without a demonstration there is no such page, for reading or sending."""
    assert reader.get("/act-as").status_code == 404


def test_whoever_acts_for_an_organisation_is_given_its_sealing_key(
    player: Reader, tmp_path: Path
) -> None:
    """The file that its store has; a stranger is asked to sign in first."""
    assert player.get("/act-as/sealing-key").status_code == 303
    key = form_key(player.get("/act-as").text)
    player.post("/act-as", data={"form_key": key, "organization": COURT, "member": "clerk"})
    given = player.get("/act-as/sealing-key")
    (path,) = (tmp_path / "sealing").iterdir()
    assert given.content == path.read_bytes()
    assert path.name in given.headers["content-disposition"]


def test_a_wrong_password_tells_nothing(reader: Reader) -> None:
    """An unknown name and a wrong password are answered alike."""
    key = form_key(reader.get("/sign-in").text)
    answer = reader.post("/sign-in", data={"form_key": key, "login": "x", "password": "y"})
    assert answer.status_code == 401
    assert "alert-danger" in answer.text
