# SPDX-License-Identifier: Apache-2.0
"""The first page of who has signed in: what is to do, what they did, what they look after."""

from __future__ import annotations

from tests.unit.console.conftest import Reader
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_acting import player
from tests.unit.console.test_factors import Owner, owner, teller
from tests.unit.console.test_joining import clerk, site
from tests.unit.console.test_several import OFFICER, REVIEWER, campaigns, plan
from tests.unit.console.test_work import be_the_clerk

__all__ = ["clerk", "owner", "plan", "player", "site", "teller"]


def test_somebody_with_roles_finds_what_is_to_do_and_what_they_did(actor: Actor, plan: str) -> None:
    """Tasks lead to their cases, deeds to their transactions; nothing of it is another's."""
    (made,) = campaigns(actor, plan, 1)
    actor.be(OFFICER)
    home = actor.shown("/")["home"]
    assert home["task_count"] >= len(home["tasks"]) >= 1
    assert any(one["method"] == "register_campaign" for one in home["latest"])
    assert "first_steps" not in home
    page = actor.reader.get("/").text
    case = next(f"/case/{one['contract']}/{one['table']}/{one['key']}" for one in home["tasks"])
    assert f'href="{case}"' in page
    assert f'href="/t/{home["latest"][0]["id"]}"' in page
    actor.be(REVIEWER)
    theirs = actor.shown("/")["home"]["latest"]
    assert not {one["id"] for one in theirs} & {one["id"] for one in home["latest"]}
    assert made


def test_who_has_done_nothing_yet_is_shown_the_first_steps(teller: Owner) -> None:
    """Until there is something of theirs."""
    home = teller.reader.get("/.json").json()["home"]
    assert (home["latest"], home["first_steps"]) == ([], {"factor": False})
    assert 'href="/account"' in teller.reader.get("/").text


def test_an_administrator_sees_what_the_console_needs(owner: Owner) -> None:
    """How often signing in failed, with the way to who it was."""
    home = owner.reader.get("/.json").json()["home"]
    assert home["console"]["failed_sign_ins"] == 0
    owner.send("/sign-out")
    owner.send("/sign-in", login="clerk", password="wrong")
    owner.send("/sign-in", login="clerk")
    assert owner.reader.get("/.json").json()["home"]["console"]["failed_sign_ins"] == 1
    assert "/admin/audit?kind=sign-in-failed" in owner.reader.get("/").text


def test_strangers_and_other_members_see_none_of_it(player: Reader) -> None:
    """A stranger's page has no home; a member who administers nothing no console."""
    assert player.get("/.json").json()["home"] is None
    be_the_clerk(player)
    assert "console" not in player.get("/.json").json()["home"]
