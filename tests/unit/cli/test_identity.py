# SPDX-License-Identifier: Apache-2.0
"""The bridge from an identity provider to a contract: one person, one browser, one use."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest

from tallystick.cli.identity import bridge as bridging
from tallystick.cli.identity.bridge import Bridge, Knowing
from tallystick.cli.identity.desk import Vouching
from tallystick.cli.identity.door import Asked, Door
from tallystick.cli.identity.pages import Answer
from tallystick.contracts import person_commitment
from tallystick.crypto import SecretKey
from tallystick.errors import Conflict, NotFound, UsageError
from tallystick.interchange.identity import OpenIdProvider, OpenIdSettings
from tests.openid_provider import ACR, CLIENT, NUMBER, OpenIdDouble
from tests.unit.cli.conftest import Tally

SECRET = b"s" * 32
OTHER = "110101200802111073"
PUBLIC = "https://vouch.example.org"
KEY = SecretKey(b"k" * 32).public_key.hex()
RECORD = "BL-2026-000001-00001"


@dataclass
class FakeDesk:
    """A ledger with one record, for a child and its guardian."""

    scope: str = "network/charity"
    words: list[Vouching] = field(default_factory=list)
    time_ms: int = 2**50

    def now_ms(self) -> int:
        """See `Desk.now_ms`."""
        return self.time_ms

    def persons(self, record: str) -> frozenset[str]:
        """See `Desk.persons`."""
        if record != RECORD:
            raise NotFound("no such record")
        return frozenset({person_commitment(SECRET, NUMBER)})

    def vouch(self, word: Vouching) -> None:
        """See `Desk.vouch`; as on the ledger, an id stands for one word."""
        if word.id in {one.id for one in self.words}:
            raise Conflict("it is there")
        self.words.append(word)


class Street:
    """A door, a provider, and browsers that come by."""

    def __init__(self, public: str = PUBLIC) -> None:
        self.desk, self.double, self.time = FakeDesk(), OpenIdDouble(), 0.0
        settings = OpenIdSettings(
            issuer=self.double.issuer, client_id=CLIENT, levels={ACR: 3}, claims=("id_number",)
        )
        provider = OpenIdProvider(settings, fetch=self.double.answer, clock=lambda: self.double.now)
        knowing = Knowing("id_number", SECRET)
        self.door = Door(Bridge(self.desk, provider, knowing, clock=lambda: self.time), public)
        self.host = urlsplit(public).netloc

    def ask(self, path: str, query: str = "", *, cookies: str = "", **more: Any) -> Answer:
        """Ask the door."""
        known: dict[str, Any] = {"method": "GET", "host": self.host, "wants_json": True}
        return self.door.answer(Asked(path=path, query=query, cookies=cookies, **(known | more)))

    def leave(self, record: str = RECORD, key: str = KEY) -> tuple[str, str]:
        """Open the link; return where it leads, and the cookie."""
        answer = self.ask("/begin", f"record={record}&key={key}")
        assert answer.status == 303, answer.body
        headers = dict(answer.headers)
        return headers[b"location"].decode(), headers[b"set-cookie"].decode()

    def come_back(self, where: str, cookie: str, **more: Any) -> Answer:
        """Log in, and follow the way back."""
        return self.ask("/callback", self.double.log_in(where), cookies=cookie, **more)


@pytest.fixture
def street() -> Street:
    """A street in which nobody has come by."""
    return Street()


def error_of(answer: Answer) -> tuple[int, str]:
    """Return status and code of a failure."""
    return answer.status, json.loads(answer.body)["error"]["code"]


def test_who_logs_in_is_vouched_for(street: Street) -> None:
    """The ledger gets record, person, key, level and time; the browser the number of it."""
    answer = street.come_back(*street.leave())
    (word,) = street.desk.words
    assert (word.record, word.public_key, word.level) == (RECORD, KEY, 3)
    assert word.subject == person_commitment(SECRET, NUMBER)
    assert word.issued_at == int(street.double.now) * 1000
    assert re.fullmatch("A-[0-9a-f]{32}", word.id)
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "assertion": word.id,
        "record": RECORD,
        "public_key": KEY,
        "level": 3,
        "issued_at": word.issued_at,
    }


def test_people_get_a_page_in_two_languages(street: Street) -> None:
    """With the number, and with what to do; a failure has its code."""
    page = street.come_back(*street.leave(), wants_json=False)
    text = page.body.decode()
    assert "身份核验已完成" in text
    assert "Your identity is confirmed" in text
    assert street.desk.words[0].id in text
    failed = street.ask("/callback", "state=<script>", wants_json=False)
    assert failed.status == 400
    assert "E_IDENTITY_RESPONSE" in failed.body.decode()
    assert "<script>" not in failed.body.decode()


def test_the_word_is_never_of_a_time_to_come(street: Street) -> None:
    """An idle ledger's time is behind by the age of its last block, and it refuses later times."""
    street.desk.time_ms = int(street.double.now) * 1000 - 25_000
    street.come_back(*street.leave())
    assert street.desk.words[0].issued_at == street.desk.time_ms


def test_another_person_leaves_no_trace(street: Street) -> None:
    """Nothing is put on the ledger, and the answer says neither who it was nor who it should be."""
    street.double.person["id_number"] = OTHER
    answer = street.come_back(*street.leave())
    assert error_of(answer) == (400, "E_IDENTITY_PERSON")
    assert street.desk.words == []
    assert OTHER not in answer.body.decode()
    assert person_commitment(SECRET, OTHER) not in answer.body.decode()


@pytest.mark.parametrize("number", ["110101200801101008", "Wang Fang"])
def test_what_is_no_number_is_nobody(street: Street, number: str) -> None:
    """A wrong check character, or a name, in the claim."""
    street.double.person["id_number"] = number
    answer = street.come_back(*street.leave())
    assert error_of(answer) == (422, "E_IDENTITY_TOKEN")
    assert number not in answer.body.decode()
    assert street.desk.words == []


def test_a_number_is_the_same_in_small_letters(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists are read so too."""
    number = "11010120080110009X"
    monkeypatch.setattr(
        street.desk, "persons", lambda _: frozenset({person_commitment(SECRET, number)})
    )
    street.double.person["id_number"] = number.lower()
    assert street.come_back(*street.leave()).status == 200


def test_a_response_is_used_once(street: Street) -> None:
    """Coming back a second time with the same address is refused."""
    where, cookie = street.leave()
    response = street.double.log_in(where)
    assert street.ask("/callback", response, cookies=cookie).status == 200
    again = street.ask("/callback", response, cookies=cookie)
    assert error_of(again) == (400, "E_IDENTITY_RESPONSE")
    assert len(street.desk.words) == 1


def test_a_failed_login_is_used_up_too(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever fails begins again from the link; the operator's log has code and field alone."""
    where, cookie = street.leave()
    response = street.double.log_in(where)
    street.double.change_claims = lambda said: said | {"nonce": "another"}
    with caplog.at_level(logging.DEBUG, "tallystick.identity"):
        failed = street.ask("/callback", response, cookies=cookie)
    assert error_of(failed) == (422, "E_IDENTITY_TOKEN")
    assert [one.getMessage() for one in caplog.records] == ["E_IDENTITY_TOKEN claims.nonce"]
    street.double.change_claims = lambda said: said
    again = street.ask("/callback", response, cookies=cookie)
    assert error_of(again) == (400, "E_IDENTITY_RESPONSE")
    assert street.desk.words == []


def test_another_browser_cannot_bring_the_response(street: Street) -> None:
    """Nor does it take the right one's chance away."""
    where, cookie = street.leave()
    _, foreign = street.leave(key=SecretKey(b"x" * 32).public_key.hex())
    response = street.double.log_in(where)
    for cookies in ("", foreign, "tally-identity-00000000=short"):
        refused = street.ask("/callback", response, cookies=cookies)
        assert error_of(refused) == (400, "E_IDENTITY_RESPONSE")
    assert street.ask("/callback", response, cookies=f"a=b; {cookie}").status == 200


def test_two_persons_can_use_one_telephone(street: Street) -> None:
    """A guardian and a child, each with a key; both cookies stay."""
    first = street.leave()
    second = street.leave(key=SecretKey(b"g" * 32).public_key.hex())
    both = "; ".join(one[1].partition(";")[0] for one in (first, second))
    assert first[1].partition("=")[0] != second[1].partition("=")[0]
    for where, _ in (second, first):
        assert street.come_back(where, both).status == 200
    assert len({one.public_key for one in street.desk.words}) == 2


def test_who_is_away_too_long_begins_again(street: Street) -> None:
    """And is forgotten when others come."""
    where, cookie = street.leave()
    street.time += bridging.WAIT_S + 1
    assert error_of(street.come_back(where, cookie)) == (400, "E_IDENTITY_RESPONSE")
    street.leave()
    assert len(street.door._bridge._waiting) == 1


def test_more_than_fit_are_sent_home(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, whoever opens links."""
    monkeypatch.setattr(bridging, "_WAITING_MAX", 1)
    street.leave()
    answer = street.ask("/begin", f"record={RECORD}&key={KEY}")
    assert error_of(answer) == (503, "E_BUSY")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "E_FORMAT"),
        (f"record={RECORD}", 400, "E_FORMAT"),
        (f"record={RECORD}&key=zz", 400, "E_FORMAT"),
        (f"record={RECORD}&key={KEY}00", 400, "E_FORMAT"),
        (f"record={RECORD}&key={'00' * 32}", 403, "E_SIG"),
        (f"record=unknown&key={KEY}", 404, "E_NOT_FOUND"),
        (f"record={'x' * 121}&key={KEY}", 400, "E_FORMAT"),
        (f"key={KEY}", 400, "E_FORMAT"),
        ("x" * 5000, 400, "E_FORMAT"),
        ("a=1&" * 50, 400, "E_FORMAT"),
    ],
)
def test_a_link_that_is_wrong_sends_nobody_away(
    street: Street, query: str, status: int, code: str
) -> None:
    """No record, no key, a key that could be anybody's, too much; the provider is not asked."""
    assert error_of(street.ask("/begin", query)) == (status, code)
    assert street.double.asked == []


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/", {}, 404),
        ("/begin", {"method": "POST"}, 404),
        ("/callback/../begin", {}, 404),
        ("/begin", {"host": "evil.example.org"}, 400),
        ("/begin", {"host": ""}, 400),
    ],
)
def test_the_door_knows_two_pages_and_one_name(
    street: Street, path: str, more: dict[str, Any], status: int
) -> None:
    """Other paths, methods and host names get nothing."""
    assert street.ask(path, f"record={RECORD}&key={KEY}", **more).status == status


def test_what_nobody_expected_is_told_without_its_words(
    street: Street, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the kind of the fault alone: its text may be about a person."""

    def fail(_: str) -> NoReturn:
        raise RuntimeError(f"{NUMBER} is odd")

    monkeypatch.setattr(street.desk, "persons", fail)
    with caplog.at_level(logging.DEBUG):
        answer = street.ask("/begin", f"record={RECORD}&key={KEY}")
    assert error_of(answer) == (500, "E_INTERNAL")
    assert "RuntimeError" in caplog.text
    assert NUMBER not in caplog.text + answer.body.decode()


def test_cookies_are_for_this_door_alone(street: Street) -> None:
    """Over HTTPS with the prefix that browsers enforce; on this machine without."""
    _, cookie = street.leave()
    assert cookie.startswith("__Host-tally-identity-")
    for part in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"):
        assert f"; {part}" in cookie
    _, plain = Street("http://127.0.0.1:8710").leave()
    assert plain.startswith("tally-identity-")
    assert "Secure" not in plain


def test_a_door_behind_a_path_comes_back_there() -> None:
    """A proxy may give it a part of a site."""
    where, _ = Street("https://example.org/vouch/").leave()
    assert parse_qs(urlsplit(where).query)["redirect_uri"] == ["https://example.org/vouch/callback"]


@pytest.mark.parametrize(
    "public",
    ["http://vouch.example.org", "vouch.example.org", "https://", "https://a?b=1", "https://a#b"],
)
def test_an_address_that_is_not_safe_opens_no_door(street: Street, public: str) -> None:
    """TLS, or this machine."""
    with pytest.raises(UsageError):
        Door(street.door._bridge, public)


def test_a_browser_is_told_to_keep_nothing(street: Street) -> None:
    """Over ASGI: the headers of every answer, and the way a request becomes one."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/begin",
        "query_string": f"record={RECORD}&key={KEY}".encode(),
        "headers": [(b"host", b"VOUCH.example.org"), (b"accept", b"application/json")],
    }
    asyncio.run(street.door(scope, receive, send))
    head, body = sent
    headers = dict(head["headers"])
    assert (head["status"], body["body"]) == (303, b"")
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    assert headers[b"location"].startswith(b"https://id.example.org/authorize?")


# --- the command --------------------------------------------------------------------------------


def options(folder: Path, **changes: str) -> list[str]:
    """Return the words of the command, with a secret's file."""
    secret = folder / "secret.hex"
    secret.touch(mode=0o600)
    secret.write_text(changes.pop("secret_text", SECRET.hex()) + "\n")
    given = {
        "contract": "evidence",
        "provider": "https://id.example.org",
        "client-id": CLIENT,
        "acr": f"{ACR}=3",
        "claim": "id_number",
        "secret": str(secret),
        "port": "0",
        **changes,
    }
    words = ["identity", "serve"]
    return words + [part for name, value in given.items() for part in (f"--{name}", value)]


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"acr": ACR}, 2, "--acr"),
        ({"acr": f"{ACR}=5"}, 2, "--acr"),
        ({"provider": "http://id.example.org"}, 6, "E_IDENTITY_PROVIDER"),
        ({"secret_text": "not hexadecimal"}, 1, "openssl rand -hex 32"),
        ({"secret_text": "5e"}, 1, "E_FORMAT"),
        ({"contract": "unknown"}, 3, "E_CONTRACT"),
        ({}, 3, "E_CONTRACT"),
    ],
)
def test_the_command_says_what_cannot_be(
    tally: Tally, tmp_path: Path, changes: dict[str, str], code: int, named: str
) -> None:
    """Before the door is open."""
    done = tally(*options(tmp_path, **changes))
    assert done.code == code, done.err
    assert named in done.err


@pytest.mark.usefixtures("running")
def test_a_port_that_is_taken_is_named(tally: Tally, tmp_path: Path) -> None:
    """As everywhere."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = tally(*options(tmp_path, port=str(taken.getsockname()[1])))
    assert (done.code, "E_PORT" in done.err) == (1, True)
