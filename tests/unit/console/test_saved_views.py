# SPDX-License-Identifier: Apache-2.0
"""Lists are saved with their filters and order under a name, for one person, without a script."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest

from tallystick.console import saved_views
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import player
from tests.unit.console.test_work import be_the_clerk

__all__ = ["player"]

PLACE = "/state/evidence/deposits"


def take(player: Reader, key: str, step: str, **fields: str) -> httpx.Response:
    """Save, rename or delete a view."""
    return player.post("/views", data={"form_key": key, "step": step, **fields})


def views(player: Reader, place: str = "/views") -> list[dict[str, Any]]:
    """Return the views that a page shows."""
    shown = player.get(f"{place}.json").json()
    found: list[dict[str, Any]] = shown.get("views", shown.get("saved_views"))
    return found


def test_a_view_is_saved_by_the_form_above_a_table_and_found_again(player: Reader) -> None:
    """With its filters and order and without its place in the list; above it, at home, in a list.

    Saved again under its name it is replaced.
    """
    key = be_the_clerk(player)
    page = player.get(PLACE, params={"order": "oldest", "q": "1", "limit": "1", "lang": "en"}).text
    address = html.unescape(re.findall(r'name="address" value="([^"]+)"', page)[0])
    saved = take(player, key, "save", address=address, name="  旧的 first ")
    assert saved.status_code == 303
    place = saved.headers["location"]
    assert place == f"{PLACE}?order=oldest&q=1"
    again = player.get(place).text
    assert re.search(r'aria-current="?true"?>.{0,200}旧的 first', again, flags=re.DOTALL)
    assert (
        'aria-current="true"'
        not in re.findall(r'id="views".*?</div>', player.get(PLACE).text, flags=re.DOTALL)[0]
    )
    for where in ("/", "/views", PLACE):
        assert f'href="{html.escape(place)}"' in player.get(where).text
    (one,) = views(player)
    assert (one["name"], one["address"]) == ("旧的 first", place)
    assert views(player, "/t") == []
    take(player, key, "save", address=f"{PLACE}?q=2", name="旧的 first")
    (replaced,) = views(player)
    assert (replaced["id"], replaced["address"]) == (one["id"], f"{PLACE}?q=2")
    take(player, key, "delete", id=one["id"])


@pytest.mark.parametrize("place", ["/t?code=ok", "/events?name=evidence.*", "/alerts", "/inbox"])
def test_every_list_can_be_saved(player: Reader, place: str) -> None:
    """Each shows its own."""
    key = be_the_clerk(player)
    assert take(player, key, "save", address=place, name="mine").status_code == 303
    (one,) = views(player, place.partition("?")[0])
    assert player.get(one["address"]).status_code == 200
    take(player, key, "delete", id=one["id"])
    assert views(player) == []


def test_a_view_is_renamed_and_deleted_by_its_owner_only(player: Reader) -> None:
    """Two of a list have two names; who has not signed in has none."""
    key = be_the_clerk(player)
    for name in ("a", "b"):
        take(player, key, "save", address=PLACE, name=name)
    first, second = views(player)
    taken = take(player, key, "rename", id=first["id"], name="b")
    assert (taken.status_code, "another view" in taken.text) == (400, True)
    assert take(player, key, "rename", id=first["id"], name="c").status_code == 303
    assert [one["name"] for one in views(player)] == ["b", "c"]
    assert take(player, key, "rename", id="none", name="d").status_code == 404
    player.post("/sign-out", data={"form_key": key})
    assert views(player, PLACE) == []
    assert 'id="views"' not in player.get(PLACE).text
    assert take(player, key, "delete", id=second["id"]).status_code in {303, 401, 403}
    key = be_the_clerk(player)
    assert [one["name"] for one in views(player)] == ["b", "c"]
    for one in views(player):
        take(player, key, "delete", id=one["id"])
    assert "empty-title" in player.get("/views").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"address": "/admin/accounts"}, "address"),
        ({"address": "//elsewhere.example/t"}, "address"),
        ({"address": "https://elsewhere.example/t"}, "address"),
        ({"address": "/t?q=" + "x" * 2_001}, "address"),
        ({"step": "jump"}, "step"),
    ],
)
def test_what_is_no_view_is_refused(player: Reader, fields: dict[str, str], field: str) -> None:
    """By field; nothing is kept."""
    key = be_the_clerk(player)
    sent = {"form_key": key, "step": "save", "address": "/t", "name": "n", **fields}
    answer = player.post("/views.json", data=sent)
    assert (answer.status_code // 100, answer.json()["problem"]["field"]) == (4, field)
    assert views(player) == []


def test_views_are_bounded(player: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused; those that are there can still be saved again."""
    monkeypatch.setattr(saved_views, "VIEWS_MAX", 1)
    key = be_the_clerk(player)
    take(player, key, "save", address="/t", name="one")
    assert take(player, key, "save", address="/t", name="two").status_code in {400, 413, 429}
    assert take(player, key, "save", address="/t?q=1", name="one").status_code == 303
    take(player, key, "delete", id=views(player)[0]["id"])
