# SPDX-License-Identifier: Apache-2.0
"""Drafts, watched records, and what somebody started: kept for one person, never on the ledger."""

from __future__ import annotations

import re

import pytest

from tallystick.console.work import drafts, watching
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import player
from tests.unit.console.test_work import PLACE, be_the_clerk, filled_in

__all__ = ["player"]


def saved(player: Reader, key: str, **changes: str) -> str:
    """Save a half-filled form; return the address at which it goes on."""
    sent = player.post(PLACE, data=filled_in(key, save="yes", **changes))
    assert sent.status_code == 303
    return str(sent.headers["location"])


def test_a_draft_is_saved_incomplete_continued_and_gone_when_it_was_used(player: Reader) -> None:
    """What is wrong in it is kept as it is; saving again changes the same draft."""
    key = be_the_clerk(player)
    place = saved(player, key, title="half of it", size="many")
    assert "half of it" in player.get(place).text
    name = place.rpartition("=")[2]
    assert saved(player, key, title="the rest", draft=name) == place
    assert place in player.get("/drafts").text
    assert len(player.get("/drafts.json").json()["drafts"]) == 1
    player.post(PLACE, data=filled_in(key, draft=name))
    assert player.get("/drafts.json").json()["drafts"] == []
    assert player.get(place).status_code == 404


def test_a_draft_is_deleted(player: Reader) -> None:
    """And again, which changes nothing."""
    key = be_the_clerk(player)
    name = saved(player, key).rpartition("=")[2]
    for _ in range(2):
        assert player.post(f"/drafts/{name}", data={"form_key": key}).status_code == 303
    assert player.get("/drafts.json").json()["drafts"] == []


def test_drafts_are_bounded(player: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused; those that are there can still be saved again."""
    monkeypatch.setattr(drafts, "DRAFTS_MAX", 1)
    key = be_the_clerk(player)
    name = saved(player, key).rpartition("=")[2]
    assert player.post(PLACE, data=filled_in(key, save="yes")).status_code in {400, 413, 429}
    assert saved(player, key, draft=name).endswith(name)


def record(player: Reader) -> dict[str, str]:
    """Return a record that can be watched."""
    rows = player.get("/state/evidence/deposits.json").json()["rows"]["items"]
    return {"contract": "evidence", "table": "deposits", "key": rows[0]["_key"]}


def test_a_record_is_watched_until_it_is_not(player: Reader) -> None:
    """It stands in the list with nothing new, and its page offers the other step."""
    key = be_the_clerk(player)
    part = {**record(player), "form_key": key}
    case = f"/case/evidence/deposits/{part['key']}"
    assert 'value="watch"' in player.get(case).text
    for _ in range(2):
        sent = player.post("/watch", data={**part, "step": "watch"})
        assert (sent.status_code, sent.headers["location"]) == (303, case)
    [row] = player.get("/watching.json").json()["rows"]
    assert (row["address"], row["news"]) == (case, 0)
    assert 'value="unwatch"' in player.get(case).text
    player.post("/watch", data={**part, "step": "unwatch"})
    assert player.get("/watching.json").json()["rows"] == []


def test_what_happened_since_one_looked_is_counted(
    player: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that was last looked at before its newest transaction has news, until it is seen."""
    key = be_the_clerk(player)
    part = {**record(player), "form_key": key}
    with monkeypatch.context() as earlier:
        watch = watching.watch
        earlier.setattr(watching, "watch", lambda *given: watch(given[0], given[1], given[2], 0))
        player.post("/watch", data={**part, "step": "watch"})
    assert player.get("/watching.json").json()["rows"][0]["news"] == 1
    player.get(f"/case/evidence/deposits/{part['key']}")
    assert player.get("/watching.json").json()["rows"][0]["news"] == 0


def test_only_records_are_watched_and_not_too_many(
    player: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that is not there, another step, and one too many are refused."""
    key = be_the_clerk(player)
    part = {**record(player), "form_key": key}
    assert player.post("/watch", data={**part, "step": "stare"}).status_code == 400
    nothing = {**part, "table": "nothing", "step": "watch"}
    assert player.post("/watch", data=nothing).status_code == 404
    monkeypatch.setattr(watching, "WATCHED_MAX", 0)
    assert player.post("/watch", data={**part, "step": "watch"}).status_code >= 400
    assert player.get("/watching.json").json()["rows"] == []


def test_strangers_have_none_of_it(reader: Reader) -> None:
    """Drafts, watching and the inbox lead to the entrance; a draft's id opens nothing."""
    for place in ("/drafts", "/watching", "/inbox"):
        assert reader.get(place).headers["location"].startswith("/sign-in")
    assert reader.get(PLACE, params={"draft": "0" * 32}).status_code == 200


@pytest.mark.parametrize(
    ("wish", "mark"), [("language:zh", 'lang="zh-CN"'), ("theme:dark", 'data-bs-theme="dark"')]
)
def test_a_change_of_language_or_theme_keeps_what_stands_in_a_form(
    player: Reader, wish: str, mark: str
) -> None:
    """The form comes back in the other language or theme, half filled as it was, and stays so."""
    key = be_the_clerk(player)
    answer = player.post(PLACE, data=filled_in(key, title="half", size="many", choose=wish))
    assert answer.status_code == 200
    assert mark in answer.text
    assert re.search(r'name="size"[^>]*value="many"', answer.text)
    assert mark in player.get("/").text


@pytest.mark.parametrize("wish", ["language:xx", "theme:pink", "nothing"])
def test_nonsense_is_not_chosen(player: Reader, wish: str) -> None:
    """The form comes back as it was, and no cookie is set."""
    key = be_the_clerk(player)
    answer = player.post(PLACE, data=filled_in(key, choose=wish))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
