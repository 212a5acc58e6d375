# SPDX-License-Identifier: Apache-2.0
"""Second factors: one-time codes after the password, passkeys instead of it, who needs one."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from tallystick.client import Identity
from tallystick.console.account.half_way import LIFETIME_MS
from tallystick.console.visit import Visit
from tallystick.node import Node
from tests.authenticator import Authenticator
from tests.factories import BANK, TELLER
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key, player
from tests.unit.console.test_joining import (
    PASSWORD,
    Site,
    clerk,
    key_file,
    open_account,
    site,
    site_in,
)
from tests.unit.console.test_work import be_the_clerk, filled_in

__all__ = ["clerk", "player", "site"]
PLACE = "/do/evidence/deposit"


class Owner:
    """Who has an account, with what is needed to change it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.key = form_key(reader.get("/sign-in").text)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form, with the password."""
        return self.reader.post(path, data={"form_key": self.key, "password": PASSWORD, **fields})

    def leave_and_enter(self) -> httpx.Response:
        """Sign out and begin to sign in by the password."""
        self.send("/sign-out")
        return self.send("/sign-in", login="clerk", back="/b")

    def add_codes(self) -> tuple[pyotp.TOTP, list[str]]:
        """Add one-time codes; return the app, and the recovery codes."""
        shown = self.send("/account/codes").text
        found = re.search(r"<code>([A-Z2-7]{32})</code>", shown)
        assert found is not None
        app = pyotp.TOTP(found[1])
        codes = self.send("/account/codes/first", code=app.now()).text
        return app, re.findall(r"<code>([0-9a-f]{28})</code>", codes)

    def add_passkey(self, device: Authenticator) -> httpx.Response:
        """Register a passkey."""
        question = self.send("/account/passkeys/question").json()
        return self.send("/account/passkeys", name="Telephone", answer=device.create(question))

    def enter_by(self, device: Authenticator) -> httpx.Response:
        """Sign in by a passkey."""
        question = self.send("/sign-in/passkey/question").json()
        return self.send("/sign-in/passkey", answer=device.get(question), back="/b")


@pytest.fixture
def owner(site: Site, clerk: dict[str, tuple[str, bytes]]) -> Owner:
    """Return who has opened the first account and is signed in."""
    open_account(site, site.link, clerk)
    return Owner(site.reader)


def test_after_the_password_the_code_is_asked_for(owner: Owner) -> None:
    """The password alone opens nothing; a code and a recovery code open once (ASVS 6.5.1)."""
    app, recovery = owner.add_codes()
    assert len(recovery) == 10
    assert owner.leave_and_enter().headers["location"] == "/sign-in/second"
    assert owner.reader.get("/account").headers["location"].startswith("/sign-in")
    assert owner.send("/sign-in/second", code="000000").status_code == 401
    assert owner.send("/sign-in/second", code=app.now()).status_code == 401  # it was used already
    later = app.at(time.time() + 30)
    assert owner.send("/sign-in/second", code=later).headers["location"] == "/b"
    assert owner.reader.get("/account").status_code == 200
    for status in (303, 401):
        owner.leave_and_enter()
        assert owner.send("/sign-in/second", code=recovery[0]).status_code == status
    assert owner.send("/sign-in/second", code=recovery[1].upper()).status_code == 303
    assert "8 recovery codes" in owner.reader.get("/account").text


def test_codes_rest_after_some_wrong_ones(owner: Owner) -> None:
    """Guessing six digits is slow: five wrong ones, then a quarter of an hour (ASVS 6.3.1)."""
    app, _ = owner.add_codes()
    owner.leave_and_enter()
    statuses = [owner.send("/sign-in/second", code="000000").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    waiting = owner.send("/sign-in/second", code=app.at(time.time() + 30))
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) > 0


def test_half_way_is_short_and_leads_nowhere_else(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a right password a moment ago there is no second step."""
    assert owner.reader.get("/sign-in/second").headers["location"] == "/sign-in"
    app, _ = owner.add_codes()
    owner.leave_and_enter()
    assert owner.reader.get("/sign-in/second").status_code == 200
    later = time.time_ns() // 1_000_000 + LIFETIME_MS + 1_000
    monkeypatch.setattr(Visit, "now_ms", property(lambda _: later))
    code = app.at(later // 1000)
    assert owner.send("/sign-in/second", code=code).headers["location"] == "/sign-in"


def test_codes_are_added_and_ended_with_the_password_only(owner: Owner) -> None:
    """Who finds an open browser changes no factor; a secret that was only shown does not count."""
    assert owner.send("/account/codes", password="wrong").status_code == 400
    owner.send("/account/codes")
    assert owner.send("/account/codes/first", code="000000").status_code == 400
    assert owner.leave_and_enter().headers["location"] == "/b"
    owner.add_codes()
    assert owner.send("/account/codes").status_code == 400  # there are some already
    assert owner.send("/account/codes/end", password="wrong").status_code == 400
    assert owner.send("/account/codes/end").status_code == 303
    assert owner.leave_and_enter().headers["location"] == "/b"


def test_a_passkey_signs_in_without_a_password_and_after_it(owner: Owner) -> None:
    """It is registered, signs in by itself, and is asked for after the password."""
    device = Authenticator()
    assert owner.add_passkey(device).status_code == 303
    assert "Telephone" in owner.reader.get("/account").text
    assert owner.leave_and_enter().headers["location"] == "/sign-in/second"
    assert owner.enter_by(device).headers["location"] == "/b"
    assert owner.reader.get("/account").status_code == 200


def test_what_is_not_the_passkey_of_this_server_does_not_sign_in(owner: Owner) -> None:
    """Another's key, another server, no gesture, an old answer, or none at all are refused."""
    device = Authenticator()
    owner.add_passkey(device)
    owner.send("/sign-out")
    same = replace(device, uses=9)
    wrong = [
        Authenticator(),
        Authenticator(id=device.id, uses=9),
        replace(same, origin="http://localhost.example"),
        replace(same, name="example"),
        replace(same, is_verified=False),
    ]
    assert [owner.enter_by(one).status_code for one in wrong] == [400] * len(wrong)
    question = owner.send("/sign-in/passkey/question").json()
    answer = device.get(question)
    assert owner.send("/sign-in/passkey", answer="{}").status_code == 400
    assert owner.send("/sign-in/passkey", answer=answer).status_code == 400  # its question is used
    assert owner.send("/sign-in/passkey", answer="x" * 20_000).status_code == 400
    assert owner.enter_by(device).status_code == 303
    device.uses = 0  # a copy of it counts from where it was
    assert owner.enter_by(device).status_code == 400


def test_a_passkey_is_added_with_the_password_only(owner: Owner) -> None:
    """A question of the entrance registers nothing; a passkey has a name, and its owner ends it."""
    device = Authenticator()
    question = owner.send("/sign-in/passkey/question").json()
    refused = owner.send("/account/passkeys", name="x", answer=device.create(question))
    assert refused.status_code == 400
    assert owner.send("/account/passkeys/question", password="wrong").status_code == 400
    assert owner.send("/account/passkeys", name=" ", answer="{}").status_code == 400
    owner.send("/account/passkeys/question")
    assert owner.send("/account/passkeys", name="x", answer="{}").status_code == 400
    owner.add_passkey(device)
    known = re.search(r'name="passkey" value="([^"]+)"', owner.reader.get("/account").text)
    assert known is not None
    assert owner.send("/account/passkeys/end", passkey=known[1]).status_code == 303
    assert "Telephone" not in owner.reader.get("/account").text


def test_a_question_to_a_passkey_is_short(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """After five minutes nobody answers it any more."""
    device = Authenticator()
    owner.add_passkey(device)
    question = owner.send("/sign-in/passkey/question").json()
    later = time.time_ns() // 1_000_000 + 6 * 60_000
    monkeypatch.setattr(Visit, "now_ms", property(lambda _: later))
    assert owner.send("/sign-in/passkey", answer=device.get(question)).status_code == 400


def question_on(page: str) -> dict[str, Any]:
    """Return what a page asks of a passkey."""
    found = re.search(r'data-question="([^"]+)"', page)
    assert found is not None
    return dict(json.loads(found[1].replace("&#34;", '"')))


def test_a_passkey_confirms_the_very_transaction(owner: Owner) -> None:
    """Its challenge is the digest of what is signed; its answer stands beside the transaction."""
    device = Authenticator()
    owner.add_passkey(device)
    fields = filled_in(owner.key, sha256=sha256(b"by passkey").hexdigest())
    place, other = (owner.reader.post(PLACE, data=fields).headers["location"] for _ in range(2))
    question = question_on(owner.reader.get(place).text)
    elsewhere = device.get(question_on(owner.reader.get(other).text))
    assert owner.send(place, answer=elsewhere).status_code == 400
    assert owner.send(place, answer=device.get(question)).status_code == 303
    kept = owner.reader.get(f"{place}.json").json()
    told = json.loads(kept["confirmation"]["answer"])["response"]["clientDataJSON"]
    challenge = json.loads(urlsafe_b64decode(told + "=="))["challenge"]
    assert urlsafe_b64decode(challenge + "==").hex() == kept["confirmation"]["challenge"]
    assert kept["confirmation"]["means"] == "passkey"
    transaction = kept["transaction"]["id"]
    shown = owner.reader.get(f"/t/{transaction}").text
    assert kept["confirmation"]["challenge"] in shown
    owner.send("/sign-out")
    assert kept["confirmation"]["challenge"] not in owner.reader.get(f"/t/{transaction}").text


def test_in_a_demonstration_a_passkey_works_too(player: Reader) -> None:
    """There the button is enough, and a passkey is stronger."""
    key = be_the_clerk(player)
    form, device = {"form_key": key}, Authenticator()
    question = player.post("/account/passkeys/question", data=form).json()
    added = {**form, "name": "x", "answer": device.create(question)}
    assert player.post("/account/passkeys", data=added).status_code == 303
    assert player.post("/account/password", data=form).status_code == 400  # it has none
    fields = filled_in(key, sha256=sha256(b"demonstration").hexdigest())
    place = player.post(PLACE, data=fields).headers["location"]
    answer = device.get(question_on(player.get(place).text))
    assert player.post(place, data={**form, "answer": answer}).status_code == 303
    assert player.get(f"{place}.json").json()["confirmation"]["means"] == "passkey"


@pytest.fixture
def strict(node: Node, tmp_path: Path) -> Iterator[Site]:
    """Return a console that demands second factors of all, and passkeys for signing."""
    settings = 'second_factor = "everybody"\nsign_with_passkey = true\n'
    (tmp_path / "console.toml").write_text(settings)
    yield from site_in(node, tmp_path)


def test_who_must_have_a_factor_does_nothing_before(
    strict: Site, clerk: dict[str, tuple[str, bytes]]
) -> None:
    """Everything leads to one's own account until there is one; signing then takes the passkey."""
    open_account(strict, strict.link, clerk)
    owner, device = Owner(strict.reader), Authenticator()
    assert owner.reader.get("/inbox").headers["location"] == "/account"
    assert "demands a second factor" in owner.reader.get("/account").text
    owner.add_passkey(device)
    assert owner.reader.get("/inbox").status_code == 200
    fields = filled_in(owner.key, sha256=sha256(b"strict").hexdigest())
    place = owner.reader.post(PLACE, data=fields).headers["location"]
    assert owner.send(place).status_code == 400
    answer = device.get(question_on(owner.reader.get(place).text))
    assert owner.send(place, answer=answer).status_code == 303


@pytest.fixture
def teller(owner: Owner, site: Site, tmp_path: Path) -> Owner:
    """Return the owner of a second account, who is signed in now."""
    shown = owner.send("/admin/invitations").text
    link = "/invitation/" + shown.split("/invitation/")[1].split("<")[0]
    files = key_file(tmp_path / "more", Identity(BANK, "teller", TELLER))
    open_account(site, link, files, login="teller", name="李雷")
    return Owner(site.reader)


def test_nobody_confirms_by_the_passkey_of_another(teller: Owner) -> None:
    """An account's transactions are confirmed by its own passkeys."""
    own, others = Authenticator(), Authenticator()
    teller.add_passkey(others)
    teller.leave_and_enter()  # the clerk's
    teller.add_passkey(own)
    fields = filled_in(teller.key, sha256=sha256(b"another's").hexdigest())
    place = teller.reader.post(PLACE, data=fields).headers["location"]
    question = question_on(teller.reader.get(place).text)
    assert teller.send(place, answer=others.get(question)).status_code == 400
    assert teller.reader.get(f"{place}.json").json()["transaction"] is None


def test_an_administrator_takes_lost_factors_away(teller: Owner) -> None:
    """The owner then signs in by the password alone, and adds new ones; never one's own."""
    teller.add_codes()
    teller.leave_and_enter()
    assert teller.send("/admin/accounts/1", step="factors").status_code == 400
    assert teller.send("/admin/accounts/2", step="factors").status_code == 303
    teller.send("/sign-out")
    assert teller.send("/sign-in", login="teller", back="/b").headers["location"] == "/b"
