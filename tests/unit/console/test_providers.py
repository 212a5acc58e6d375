# SPDX-License-Identifier: Apache-2.0
"""Signing in at a real provider of OpenID Connect on this machine: tied at joining only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tallystick.client import Identity
from tallystick.console.account.factors import lacks_factor
from tallystick.console.account.people import find_person
from tallystick.console.records import Records, records_path
from tallystick.console.settings import Settings
from tallystick.node import Node
from tests.factories import BANK, TELLER
from tests.openid_provider import ACR, CLIENT, OpenIdDouble, served
from tests.unit.console.test_factors import Owner
from tests.unit.console.test_joining import Site, clerk, key_file, open_account, site_in

__all__ = ["clerk"]


@pytest.fixture
def provider() -> Iterator[OpenIdDouble]:
    """Return a provider that is served on this machine."""
    with served(OpenIdDouble(now=time.time())) as double:
        yield double


@pytest.fixture
def site(node: Node, tmp_path: Path, provider: OpenIdDouble) -> Iterator[Site]:
    """Return a console that knows the provider."""
    (tmp_path / "client-secret").touch(mode=0o600)
    (tmp_path / "client-secret").write_text("secret\n")
    settings = f"""
        [[providers]]
        name = "office"
        label = "统一身份认证"
        issuer = "{provider.issuer}"
        client_id = "{CLIENT}"
        client_secret_file = "client-secret"
        levels = {{ "{ACR}" = 3 }}
    """
    (tmp_path / "console.toml").write_text(settings)
    yield from site_in(node, tmp_path)


Visitor = Callable[[str], httpx.Response]


@pytest.fixture
def go(site: Site) -> Visitor:
    """Return who leaves by an address, logs in at the provider, and comes back."""

    def went(path: str) -> httpx.Response:
        left = site.reader.get(path)
        assert left.status_code == 303, left.text
        back = httpx.get(left.headers["location"])
        place = urlsplit(back.headers["location"])
        return site.reader.get(f"{place.path}?{place.query}")

    return went


def test_who_joins_through_a_provider_signs_in_there_only(
    site: Site, go: Visitor, clerk: dict[str, tuple[str, bytes]]
) -> None:
    """The account is tied to issuer and subject; its password confirms, and does not sign in."""
    assert "统一身份认证" in site.reader.get(site.link).text
    assert go(f"{site.link}/with/office").headers["location"] == site.link
    assert "You are identified" in site.reader.get(site.link).text
    assert open_account(site, site.link, clerk).status_code == 303
    owner = Owner(site.reader)
    assert owner.leave_and_enter().status_code == 401
    assert "统一身份认证" in site.reader.get("/sign-in").text
    assert go("/sign-in/with/office?back=/b").headers["location"] == "/b"
    assert site.reader.get("/account").status_code == 200
    assert owner.send("/account/codes").status_code == 200  # with the password


def test_a_person_without_an_account_is_not_let_in(
    site: Site, go: Visitor, clerk: dict[str, tuple[str, bytes]], provider: OpenIdDouble
) -> None:
    """Neither before anybody joined, nor as another subject of the same provider."""
    assert go("/sign-in/with/office").status_code == 400
    go(f"{site.link}/with/office")
    open_account(site, site.link, clerk)
    provider.person = {**provider.person, "sub": "sub-2"}
    site.reader.cookies.delete("tally_session")
    assert go("/sign-in/with/office").status_code == 400
    assert site.reader.get("/account").status_code == 303


def test_a_person_has_one_account(
    site: Site, go: Visitor, clerk: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """A second invitation is not joined with the same identity."""
    go(f"{site.link}/with/office")
    open_account(site, site.link, clerk)
    shown = Owner(site.reader).send("/admin/invitations").text
    link = "/invitation/" + shown.split("/invitation/")[1].split("<")[0]
    assert go(f"{link}/with/office").status_code == 400
    files = key_file(tmp_path / "more", Identity(BANK, "teller", TELLER))
    assert open_account(site, link, files, login="teller").status_code == 303
    assert Owner(site.reader).leave_and_enter().status_code == 401  # the clerk's stays tied


def test_who_is_entered_through_a_provider_needs_no_factor_here(
    site: Site, go: Visitor, clerk: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """The provider asks for it, at the level that was agreed."""
    go(f"{site.link}/with/office")
    open_account(site, site.link, clerk)
    records = Records(records_path(tmp_path))
    person = find_person(records, 1)
    assert person is not None
    everybody = Settings(second_factor="everybody")
    assert not lacks_factor(records, everybody, person)
    assert lacks_factor(records, everybody, replace(person, account=2))
    records.close()


def test_a_response_is_used_once_and_in_the_browser_that_left(site: Site) -> None:
    """Neither a second time, nor in another browser, nor for nothing (ASVS 10.2.1)."""
    left = site.reader.get("/sign-in/with/office")
    place = urlsplit(httpx.get(left.headers["location"]).headers["location"])
    back = f"{place.path}?{place.query}"
    other = {"cookie": "tally_visitor=another"}
    assert site.reader.get("/sign-in/back").status_code == 404
    assert site.reader.get(back, headers=other).status_code in {400, 404}
    left = site.reader.get("/sign-in/with/office")
    place = urlsplit(httpx.get(left.headers["location"]).headers["location"])
    back = f"{place.path}?{place.query}"
    assert site.reader.get(back).status_code == 400  # nobody has an account
    assert site.reader.get(back).status_code == 404


def test_a_provider_that_is_wrong_or_unknown_lets_nobody_in(
    site: Site, go: Visitor, provider: OpenIdDouble
) -> None:
    """A token that does not hold is refused, and so is a provider that is not configured."""
    provider.change_claims = lambda claims: {**claims, "aud": "another"}
    assert go(f"{site.link}/with/office").status_code == 422
    assert "You are identified" not in site.reader.get(site.link).text
    assert site.reader.get("/sign-in/with/other").status_code == 404
    assert site.reader.get("/invitation/x/with/office").status_code == 404
