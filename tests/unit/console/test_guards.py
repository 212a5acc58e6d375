# SPDX-License-Identifier: Apache-2.0
"""What keeps people apart: access of every page, ends of sessions, sealed keys, own previews."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest

from tallystick.client import Identity
from tallystick.console.account.invitations import set_disabled
from tallystick.console.account.people import (
    NewAccount,
    add_account,
    check_password,
    find_person,
)
from tallystick.console.account.sessions import AGE_MS, REST_MS, begin_session, find_session
from tallystick.console.records import Records
from tallystick.console.signing.vault import Vault
from tallystick.console.visit import Visit
from tests.factories import BANK, CLERK, COURT, TELLER
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key, player
from tests.unit.console.test_joining import Site, clerk, key_file, open_account, site
from tests.unit.console.test_work import be_the_clerk, filled_in

__all__ = ["clerk", "player", "site"]
PLACE = "/do/evidence/deposit"


def test_a_refusal_on_the_ledger_is_the_result_and_is_not_sent_again(player: Reader) -> None:
    """The preview warns; who signs all the same sees the refused transaction, once."""
    key = be_the_clerk(player)
    form = filled_in(key, previous="EV-2020-999999", sha256=sha256(b"refused").hexdigest())
    place = player.post(PLACE, data=form).headers["location"]
    assert "alert-danger" in player.get(place).text
    before = player.get("/explorer.json").json()["status"]["log_size"]
    for _ in range(2):
        assert player.post(place, data={"form_key": key}).status_code == 303
    assert player.get("/explorer.json").json()["status"]["log_size"] == before + 1
    assert player.get(f"{place}.json").json()["transaction"]["code"] != "ok"


def test_nobody_sees_or_signs_the_preview_of_another(
    site: Site, clerk: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    """The number of a preview helps only the account that made it."""
    open_account(site, site.link, clerk)
    key = form_key(site.reader.get("/sign-in").text)
    shown = site.reader.post("/admin/invitations", data={"form_key": key}).text
    link = "/invitation/" + shown.split("/invitation/")[1].split("<")[0]
    place = site.reader.post(PLACE, data=filled_in(key)).headers["location"]
    assert site.reader.get(place).status_code == 200
    teller = key_file(tmp_path / "more", Identity(BANK, "teller", TELLER))
    open_account(site, link, teller, login="teller", name="李雷")
    assert site.reader.get(place).status_code == 404
    assert site.reader.post(place, data={"form_key": key}).status_code == 404


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return records with one account, number 1."""
    records = Records(tmp_path / "console.sqlite")
    add_account(records, NewAccount(login="c", name="C", organization=COURT, member="c"), 1)
    return records


def test_a_session_ends_by_rest_and_by_age(records: Records) -> None:
    """Use keeps it from resting, and nothing keeps it from growing old."""
    token = begin_session(records, 1, "browser", 0)
    assert find_session(records, token, REST_MS) == 1
    assert find_session(records, token, 2 * REST_MS) == 1  # it was used in between
    assert find_session(records, token, 3 * REST_MS + 1) is None
    assert find_session(records, "other", 0) is None
    used, now = begin_session(records, 1, "browser", 0), 0
    while now + REST_MS <= AGE_MS:
        now += REST_MS
        assert find_session(records, used, now) == 1
    assert find_session(records, used, AGE_MS + 1) is None


def test_keys_and_tokens_stand_nowhere_in_the_records(records: Records, tmp_path: Path) -> None:
    """A copy of the records opens no key and no session; the vault's own key is apart."""
    vault = Vault(records, tmp_path / "vault.key")
    vault.keep(1, CLERK)
    token = begin_session(records, 1, "browser", 0)
    records.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("console.sqlite*"))
    assert CLERK.seed not in stored
    assert CLERK.seed.hex().encode() not in stored
    assert token.encode() not in stored
    assert (tmp_path / "vault.key").stat().st_mode & 0o077 == 0
    again = Vault(Records(tmp_path / "console.sqlite"), tmp_path / "vault.key")
    assert again.sign(1, b"message") == CLERK.sign(b"message")
    assert again.sign(2, b"message") is None


def test_a_closed_account_has_neither_session_nor_password(tmp_path: Path) -> None:
    """Closing takes effect at once, for who is signed in too."""
    records = Records(tmp_path / "console.sqlite")
    new = NewAccount(login="c", name="C", organization=COURT, member="c", password="p" * 12)
    account = add_account(records, new, 1)
    assert find_person(records, account) is not None
    assert check_password(records, "c", "p" * 12) == account
    set_disabled(records, account, is_disabled=True)
    assert find_person(records, account) is None
    assert check_password(records, "c", "p" * 12) is None


def test_a_key_opens_no_account_for_another_member(site: Site, tmp_path: Path) -> None:
    """A key file that names somebody else than the ledger does is refused."""
    borrowed = key_file(tmp_path / "keys", Identity(COURT, "head", CLERK))
    assert open_account(site, site.link, borrowed).status_code == 422


def test_a_preview_that_is_too_old_is_not_signed(
    player: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the end of its time nothing is sent, and the page says so."""
    key = be_the_clerk(player)
    form = filled_in(key, sha256=sha256(b"too late").hexdigest())
    place = player.post(PLACE, data=form).headers["location"]
    later = time.time_ns() // 1_000_000 + 2 * 3_600_000
    monkeypatch.setattr(Visit, "now_ms", property(lambda _: later))
    answer = player.post(place, data={"form_key": key})
    assert answer.status_code == 400
    assert "too old" in answer.text
