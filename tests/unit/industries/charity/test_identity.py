# SPDX-License-Identifier: Apache-2.0
"""The whole claim through a login: link, provider, vouching, signature, payment order.

With a provider of the tests over HTTP; `make interop` does the same with the certified one.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.crypto import SecretKey
from tallystick.errors import Refused
from tallystick.industries.charity import demo as story
from tallystick.industries.charity import demo_cast as cast
from tests.openid_provider import ACR, CLIENT, OpenIdDouble, served
from tests.unit.cli.conftest import Tally, home, tally
from tests.vouching import (
    CHILD,
    GUARDIAN,
    STRANGER,
    STUDENT,
    Charity,
    RunningDoor,
    charity,
    running_door,
)

__all__ = ["home", "tally"]

SUBJECT = "subject-7f3a9c55e1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Charity]:
    """A network with an approved list of a student and a child with a guardian."""
    with charity(tmp_path_factory.mktemp("charity") / "ledger") as found:
        yield found


@pytest.fixture(scope="module")
def double() -> Iterator[OpenIdDouble]:
    """A provider on this machine, with this machine's time."""
    with served(OpenIdDouble(now=time.time())) as found:
        yield found


@pytest.fixture(scope="module")
def door(
    place: Charity, double: OpenIdDouble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningDoor]:
    """The command, running beside the node."""
    options = ("--provider", double.issuer, "--client-id", CLIENT, "--acr", f"{ACR}=3")
    with running_door(place, tmp_path_factory.mktemp("door"), *options) as found:
        yield found


@pytest.fixture
def at_home(place: Charity, monkeypatch: pytest.MonkeyPatch) -> Charity:
    """Let that network's node be the one of this machine."""
    monkeypatch.setenv("TALLY_DATA", str(place.folder))
    return place


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """A browser that goes where it is sent, and keeps cookies."""
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=30) as found:
        yield found


def log_in(double: OpenIdDouble, number: str, *, ago_s: int = 0) -> None:
    """Let this person be the one who is at the provider, having logged in so long ago."""
    double.now = time.time()
    double.person = {"sub": SUBJECT, "id_number": number, "name": "欧阳测试人"}
    at = int(double.now) - ago_s
    double.change_claims = lambda said: said | {"auth_time": at}


def test_a_claim_goes_through_the_provider(
    place: Charity, double: OpenIdDouble, door: RunningDoor, browser: httpx.Client
) -> None:
    """Child and guardian log in with one browser, each key is vouched for, and both sign."""
    entitlement, keys = place.entitlement(CHILD), (SecretKey.generate(), SecretKey.generate())
    signers = {}
    for part, number, key in zip(("beneficiary", "guardian"), (CHILD, GUARDIAN), keys, strict=True):
        log_in(double, number)
        answer = door.visit(browser, entitlement, key)
        assert answer.status_code == 200, answer.text
        signers[part] = (answer.json()["assertion"], key)
    net = place.nets[cast.APP]
    kept = net.table("charity.assertions").get(signers["guardian"][0])
    assert (kept["provider"], kept["level"]) == (story.parts()[5].code, 3)
    assert place.claim(CHILD, signers) == f"P-{entitlement}"


def test_wrong_late_and_used_words_buy_nothing(
    place: Charity, double: OpenIdDouble, door: RunningDoor, browser: httpx.Client
) -> None:
    """Another person, a login too old, a page loaded twice, a word too old when it is used."""
    entitlement, key = place.entitlement(STUDENT), SecretKey.generate()
    before = place.nets[cast.APP].status().height
    log_in(double, STRANGER)
    other = door.visit(browser, entitlement, key)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "E_IDENTITY_PERSON")
    log_in(double, STUDENT, ago_s=400)
    old = door.visit(browser, entitlement, key)
    assert old.json()["error"]["field"] == "claims.auth_time"
    assert place.nets[cast.APP].status().height == before

    log_in(double, STUDENT, ago_s=200)
    done = door.visit(browser, entitlement, key, wants_json=False)
    assert "身份核验已完成" in done.text
    again = browser.get(str(done.url), headers={"accept": "application/json"})
    assert again.json()["error"]["code"] == "E_IDENTITY_RESPONSE"
    place.wait_for_views()
    number = re.search("A-[0-9a-f]{32}", done.text)
    assert number is not None
    word = place.nets[cast.APP].table("charity.assertions").get(number[0])
    with pytest.raises(Refused) as caught:
        _vouch_again(place, word.to_dict())
    assert caught.value.code == "E_DUP"

    short = {"assertion_age_ms_max": 100_000}
    _with_parameters(place, short)
    with pytest.raises(Refused) as caught:
        place.claim(STUDENT, {"beneficiary": (word["id"], key)})
    assert caught.value.code == "E_EXPIRED"
    _with_parameters(place, {"assertion_age_ms_max": 600_000})
    assert place.claim(STUDENT, {"beneficiary": (word["id"], key)}) == f"P-{entitlement}"


def test_nothing_about_a_person_stays_anywhere(
    place: Charity, double: OpenIdDouble, door: RunningDoor, browser: httpx.Client
) -> None:
    """Numbers, names, subjects and tokens: in no file of the node, and in nothing the door says."""
    seen: list[str] = []

    def listen(said: dict[str, Any]) -> dict[str, Any]:
        seen.append(said["id_token"])
        return said

    double.change_answer = listen
    for number in (STRANGER, STUDENT):
        log_in(double, number)
        door.visit(browser, place.entitlement(STUDENT), SecretKey.generate())
    assert len(seen) == 2
    canaries = [STRANGER, STUDENT, CHILD, GUARDIAN, SUBJECT, "欧阳测试人", *seen]
    canaries += [one.split(".")[1][:40] for one in seen]
    encoded = [form for one in canaries for form in _forms(one)]
    files = [one for one in place.folder.rglob("*") if one.is_file()]
    assert len(files) > 5
    kept = b"\0".join([one.read_bytes() for one in files] + ["".join(door.said).encode()])
    assert place.entitlement(STUDENT).encode() in kept
    assert not [one for one in encoded if one in kept]


@pytest.mark.parametrize(
    ("option", "value"), [("--records", "campaigns"), ("--public", "http://vouch.example.org")]
)
def test_a_door_to_the_wrong_table_or_without_tls_stays_shut(
    at_home: Charity, tmp_path: Path, tally: Tally, option: str, value: str
) -> None:
    """The operator is told which option it is."""
    secret = tmp_path / "secret.hex"
    secret.touch(mode=0o600)
    secret.write_text("5e" * 32)
    words = ["identity", "serve", "--contract", "charity", "--port", "0", option, value]
    words += ["--provider", "https://id.example.org", "--client-id", CLIENT, "--acr", "a=1"]
    words += ["--claim", "id_number", "--secret", str(secret), "--as", cast.VOUCHER]
    done = tally(*words, "--url", at_home.url)
    assert (done.code, option in done.err) == (2, True), done.err


def _vouch_again(place: Charity, word: dict[str, object]) -> None:
    names = ("id", "entitlement", "subject", "public_key", "level", "issued_at")
    place.act(cast.VOUCHER, "assert_identity", **{name: word[name] for name in names})


def _with_parameters(place: Charity, changes: dict[str, int]) -> None:
    place.act(cast.CIVIL, "change_parameters", parameters=changes)


def _forms(text: str) -> Iterator[bytes]:
    """Yield a text as it could lie somewhere."""
    data = text.encode()
    yield data
    yield data.hex().encode()
    yield text.encode("utf-16-le")
    for offset in range(3):
        # Only the characters that do not depend on what stands before and after.
        yield base64.b64encode(bytes(offset) + data)[4 if offset else 0 : -4]
