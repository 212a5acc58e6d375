# SPDX-License-Identifier: Apache-2.0
"""Accounts begin with an invitation and a member's key; the first one needs no inviter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.account.attempts import (
    ATTEMPTS_MAX,
    REST_MS,
    Guess,
    forget_attempts,
    note_attempt,
    rest_s,
)
from tallystick.console.account.invitations import (
    LIFETIME_MS,
    find_invitation,
    invite,
    use_invitation,
)
from tallystick.console.ledger import Ledger
from tallystick.console.names import Names
from tallystick.console.records import Records
from tallystick.node import Node
from tests.factories import BANK, CLERK, COURT, TELLER, secret
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key

PASSWORD = "a long and boring sentence"


class Site:
    """A console that nobody has an account of yet."""

    def __init__(self, reader: Reader, link: str) -> None:
        self.reader = reader
        self.link = link


@pytest.fixture
def site(node: Node, tmp_path: Path) -> Iterator[Site]:
    """Return a reader, and the link of the first account."""
    yield from site_in(node, tmp_path)


def site_in(node: Node, folder: Path) -> Iterator[Site]:
    """Give a console that keeps its things in a folder."""
    links: list[str] = []
    options = ConsoleOptions(data=folder, on_first_link=links.append)
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Site(Reader(client, runner), links[0])
        runner.run(client.aclose())


def key_file(
    folder: Path, identity: Identity, passphrase: str | None = None
) -> dict[str, tuple[str, bytes]]:
    """Return a member's key file, to be sent."""
    KeyStore(folder).save("key", identity, passphrase=passphrase)
    return {"key": ("key.json", (folder / "key.json").read_bytes())}


def open_account(
    site: Site, link: str, files: dict[str, tuple[str, bytes]], **changes: str
) -> httpx.Response:
    """Send the form of an invitation."""
    key = form_key(site.reader.get("/sign-in").text)
    data: dict[str, Any] = {
        "form_key": key,
        "login": "clerk",
        "name": "王芳",
        "password": PASSWORD,
        **changes,
    }
    return site.reader.post(link, data=data, files=files)


@pytest.fixture
def clerk(tmp_path: Path) -> dict[str, tuple[str, bytes]]:
    """Return the clerk's key file."""
    return key_file(tmp_path / "keys", Identity(COURT, "clerk", CLERK))


def test_the_first_account_administers_and_the_link_works_once(
    site: Site, clerk: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """Who opens it is signed in, invites others, and closes their accounts."""
    assert site.reader.get(site.link).status_code == 200
    assert open_account(site, site.link, clerk).status_code == 303
    assert site.reader.get(site.link).status_code == 404
    assert "王芳" in site.reader.get("/admin/accounts").text
    key = form_key(site.reader.get("/sign-in").text)
    shown = site.reader.post("/admin/invitations", data={"form_key": key}).text
    link = "/invitation/" + shown.split("/invitation/")[1].split("<")[0]
    teller = key_file(tmp_path / "more", Identity(BANK, "teller", TELLER))
    opened = open_account(site, link, teller, login="teller", name="李雷")
    assert opened.status_code == 303
    assert site.reader.get("/admin/accounts").status_code == 403  # the teller is signed in now


def test_a_session_does_not_outlive_its_closed_account(
    site: Site, clerk: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """Not even when the account is opened again (ASVS 7.4.2)."""
    open_account(site, site.link, clerk)
    administrator = dict(site.reader.cookies)
    key = form_key(site.reader.get("/sign-in").text)
    shown = site.reader.post("/admin/invitations", data={"form_key": key}).text
    link = "/invitation/" + shown.split("/invitation/")[1].split("<")[0]
    open_account(
        site, link, key_file(tmp_path / "more", Identity(BANK, "teller", TELLER)), login="teller"
    )
    own = dict(site.reader.cookies)
    site.reader.post("/sign-out", data={"form_key": key})
    again = {"form_key": key, "login": "clerk", "password": PASSWORD}
    site.reader.post("/sign-in", data=again)
    assert administrator["tally_session"] != site.reader.cookies["tally_session"]
    for step in ("close", "open"):
        site.reader.post("/admin/accounts/2", data={"form_key": key, "step": step})
    site.reader.cookies.set("tally_session", own["tally_session"])
    assert site.reader.get("/account").status_code == 303


def test_an_administrator_closes_accounts_but_not_the_own(
    site: Site, clerk: dict[str, tuple[str, bytes]]
) -> None:
    """A closed account does not sign in; closing oneself out is refused."""
    open_account(site, site.link, clerk)
    key = form_key(site.reader.get("/sign-in").text)
    assert (
        site.reader.post("/admin/accounts/1", data={"form_key": key, "step": "close"}).status_code
        == 400
    )
    assert (
        site.reader.post("/admin/accounts/9", data={"form_key": key, "step": "x"}).status_code
        == 400
    )
    assert (
        site.reader.post("/admin/accounts/9", data={"form_key": key, "step": "close"}).status_code
        == 404
    )


def test_who_has_an_account_signs_with_the_password(
    site: Site, clerk: dict[str, tuple[str, bytes]]
) -> None:
    """Signing in again takes name and password; a form is sent only after the password."""
    open_account(site, site.link, clerk)
    key = form_key(site.reader.get("/sign-in").text)
    site.reader.post("/sign-out", data={"form_key": key})
    wrong = {"form_key": key, "login": "clerk", "password": "wrong"}
    assert site.reader.post("/sign-in", data=wrong).status_code == 401
    right = {**wrong, "password": PASSWORD, "back": "/b"}
    assert site.reader.post("/sign-in", data=right).headers["location"] == "/b"
    deposit = {
        "form_key": key,
        "sha256": "ab" * 32,
        "size": "1",
        "title": "t",
        "media_type": "text/plain",
        "method": "upload",
        "kind": "document",
    }
    place = site.reader.post("/do/evidence/deposit", data=deposit).headers["location"]
    assert site.reader.post(place, data=wrong).status_code == 401
    assert site.reader.post(place, data=right).status_code == 303
    assert site.reader.get(f"{place}.json").json()["transaction"]["code"] == "ok"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "ababababababab"}, "password"),
        ({"password": "I am the CLERK here"}, "password"),
        ({"login": ""}, "login"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_what_is_missing_is_said_and_the_invitation_stays(
    site: Site, clerk: dict[str, tuple[str, bytes]], changes: dict[str, str], field: str
) -> None:
    """A form that is wrong opens nothing and uses nothing up."""
    answer = open_account(site, site.link, clerk, **changes)
    assert answer.status_code == 422
    assert f"<code>{field}</code>" in answer.text
    assert site.reader.get(site.link).status_code == 200


def test_a_key_that_the_ledger_does_not_know_opens_nothing(site: Site, tmp_path: Path) -> None:
    """Neither a stranger's key nor none at all."""
    stranger = key_file(tmp_path / "keys", Identity(COURT, "clerk", secret(77)))
    assert open_account(site, site.link, stranger).status_code == 422
    nobody = key_file(tmp_path / "more", Identity("91330100MADEM3010A", "x", secret(78)))
    assert open_account(site, site.link, nobody).status_code == 422
    assert open_account(site, site.link, {}).status_code == 422
    damaged = {"key": ("key.json", b"{}")}
    assert open_account(site, site.link, damaged).status_code == 422
    assert site.reader.get(site.link).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 303),
        ({"active": False}, 422),
        ({"id": "head"}, 422),
        ({"keys": []}, 422),
        ({"keys": [{"public_key": CLERK.public_key.hex(), "revoked_at_ms": 1}]}, 422),
    ],
    ids=["as it is", "suspended", "another's", "no key", "revoked"],
)
def test_only_a_key_that_counts_opens_an_account(
    site: Site,
    clerk: dict[str, tuple[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    status: int,
) -> None:
    """A key that was revoked, or whose member is suspended, proves nothing any more."""
    keys = [{"public_key": CLERK.public_key.hex(), "revoked_at_ms": None}]
    member = {"id": "clerk", "active": True, "roles": [], "keys": keys, **changes}

    async def members(_self: Names, _code: str) -> list[dict[str, Any]]:
        return [member]

    monkeypatch.setattr(Names, "members", members)
    assert open_account(site, site.link, clerk).status_code == status


@pytest.mark.parametrize("is_active", [True, False])
def test_a_suspended_member_has_no_roles(monkeypatch: pytest.MonkeyPatch, is_active: bool) -> None:
    """Whoever is suspended on the ledger may do nothing here either, and a stranger neither."""

    async def members(_self: Names, _code: str) -> list[dict[str, Any]]:
        return [{"id": "clerk", "active": is_active, "roles": ["evidence.clerk"]}]

    monkeypatch.setattr(Names, "members", members)
    names = Names(Ledger(None))
    expected = {"evidence.clerk"} if is_active else set()
    assert asyncio.run(names.roles(COURT, "clerk")) == expected
    assert asyncio.run(names.roles(COURT, "head")) == set()


def test_a_sealed_key_file_needs_its_passphrase(site: Site, tmp_path: Path) -> None:
    """A wrong passphrase opens nothing; the right one does."""
    sealed = key_file(tmp_path / "keys", Identity(COURT, "clerk", CLERK), "open sesame")
    assert open_account(site, site.link, sealed, passphrase="wrong").status_code == 422
    assert open_account(site, site.link, sealed, passphrase="open sesame").status_code == 303


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return empty records."""
    return Records(tmp_path / "console.sqlite")


def test_an_invitation_ends_after_a_week_and_is_used_by_one(records: Records) -> None:
    """The second who uses it comes too late."""
    token = invite(records, 1_000, is_administrator=False)
    assert find_invitation(records, "other", 1_000) is None
    assert find_invitation(records, token, 1_001 + LIFETIME_MS) is None
    found = find_invitation(records, token, 1_000 + LIFETIME_MS)
    assert found is not None
    assert [use_invitation(records, found, 5_000) for _ in range(2)] == [True, False]
    assert find_invitation(records, token, 5_000) is None


def test_a_name_rests_after_some_wrong_passwords(records: Records) -> None:
    """The rest ends by itself, or with a right password; other names are not touched."""
    guess = Guess.PASSWORD
    for _ in range(ATTEMPTS_MAX):
        assert rest_s(records, guess, "clerk", 1_000) == 0
        note_attempt(records, guess, "clerk", 1_000)
    assert rest_s(records, guess, "clerk", 1_000) == REST_MS // 1000
    assert rest_s(records, guess, "clerk", 999 + REST_MS) == 1
    assert rest_s(records, guess, "clerk", 1_000 + REST_MS) == 0
    assert rest_s(records, guess, "teller", 1_000) == 0
    assert rest_s(records, Guess.CODE, "clerk", 1_000) == 0
    forget_attempts(records, guess, "clerk")
    assert rest_s(records, guess, "clerk", 1_000) == 0


def test_a_resting_name_is_told_to_wait(reader: Reader) -> None:
    """Names that do not exist rest as well, so that nothing is told by it."""
    key = form_key(reader.get("/sign-in").text)
    wrong = {"form_key": key, "login": "x", "password": "y"}
    answers = [reader.post("/sign-in", data=wrong) for _ in range(ATTEMPTS_MAX + 1)]
    assert [one.status_code for one in answers] == [401] * ATTEMPTS_MAX + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= REST_MS // 1000
