# SPDX-License-Identifier: Apache-2.0
"""How often one network address may do something, and whose address it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.console import paces
from tallystick.console.paces import Pace, Paces
from tallystick.console.settings import Settings, read_settings
from tallystick.console.site_map import PAGES
from tallystick.errors import DataFolderProblem
from tallystick.node import Node
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key
from tests.unit.console.test_joining import Site, site_in

TWICE = Pace("twice", 2, 60)


def test_an_address_waits_when_it_was_too_quick() -> None:
    """It is told how long, waiting itself costs nothing, and others are not touched."""
    seen = Paces()
    assert [seen.wait_s(TWICE, "192.0.2.1", now) for now in (0.0, 10.0, 20.0, 59.5)] == [
        0,
        0,
        40,
        1,
    ]
    assert seen.wait_s(TWICE, "192.0.2.2", 59.5) == 0
    assert seen.wait_s(Pace("other", 1, 60), "192.0.2.1", 59.5) == 0
    assert seen.wait_s(TWICE, "192.0.2.1", 60.0) == 0


def test_a_network_of_version_6_counts_as_one_address() -> None:
    """A subscriber has 2^64 of them; what is no address counts by itself."""
    seen = Paces()
    callers = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "", "proxy"]
    assert [seen.wait_s(TWICE, one, 0.0) for one in callers] == [0, 0, 60, 0, 0, 0]


def test_who_was_not_seen_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, whoever comes from however many addresses."""
    monkeypatch.setattr(paces, "_CALLERS_MAX", 2)
    seen = Paces()
    for caller in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"):
        assert seen.wait_s(TWICE, caller, 0.0) == 0
    assert seen.wait_s(TWICE, "192.0.2.1", 0.0) == 0


@pytest.mark.parametrize(
    "name", ["do_sign_in", "take_code", "take_invitation", "take_reset", "verify_file"]
)
def test_what_can_be_guessed_or_is_costly_has_a_pace(name: str) -> None:
    """Signing in, its second step, joining, resetting, uploading (ASVS 2.4.1)."""
    assert next(page for page in PAGES if page.name == name).pace is not None


def test_who_sends_too_often_is_told_when_to_come_back(reader: Reader) -> None:
    """429 with Retry-After, whatever the name that is tried."""
    key = form_key(reader.get("/sign-in").text)

    def tried(number: int) -> int:
        wrong = {"form_key": key, "login": "", "password": "", "number": str(number)}
        return reader.post("/sign-in/second", data=wrong).status_code

    assert {tried(number) for number in range(paces.SIGN_IN.count)} == {303}
    answer = reader.post("/sign-in/second", data={"form_key": key})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= paces.SIGN_IN.within_s
    assert "<h1" in answer.text


@pytest.fixture
def proxied(node: Node, tmp_path: Path) -> Iterator[Site]:
    """Return a console behind a proxy that states the reader's address."""
    settings = 'address = "https://ledger.example"\ncaller_header = "x-real-ip"\n'
    (tmp_path / "console.toml").write_text(settings)
    yield from site_in(node, tmp_path)


def test_behind_a_proxy_each_reader_has_an_own_address(proxied: Site) -> None:
    """The header counts where the operator says so; cookies then go over HTTPS only."""
    key = form_key(proxied.reader.get("/sign-in").text)

    def tried(caller: str) -> int:
        header = {"x-real-ip": caller}
        sent = proxied.reader.post("/sign-in/second", data={"form_key": key}, headers=header)
        return sent.status_code

    assert {tried("192.0.2.1") for _ in range(paces.SIGN_IN.count)} == {400}  # no cookie over HTTP
    assert tried("192.0.2.1") == 429
    assert tried("192.0.2.2") == 400
    assert "; Secure" in proxied.reader.get("/sign-in").headers["set-cookie"]


def test_without_the_operators_word_a_header_says_nothing(reader: Reader) -> None:
    """Nobody gets around a pace by stating another address."""
    key = form_key(reader.get("/sign-in").text)
    for number in range(paces.SIGN_IN.count):
        header = {"x-real-ip": f"192.0.2.{number}", "x-forwarded-for": f"192.0.2.{number}"}
        reader.post("/sign-in/second", data={"form_key": key}, headers=header)
    assert reader.post("/sign-in/second", data={"form_key": key}).status_code == 429


def test_the_operators_settings_have_defaults_and_no_unknown_words(tmp_path: Path) -> None:
    """A misspelt demand would demand nothing, so it is refused."""
    assert read_settings(tmp_path) == Settings()
    path = tmp_path / "console.toml"
    for wrong in ("second-factor = 1", 'second_factor = "all"', "x", "address = 1"):
        path.write_text(wrong)
        with pytest.raises(DataFolderProblem, match=r"console\.toml"):
            read_settings(tmp_path)
    path.write_text('second_factor = "administrators"')
    assert read_settings(tmp_path).second_factor == "administrators"
