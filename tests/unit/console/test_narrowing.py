# SPDX-License-Identifier: Apache-2.0
"""An inbox narrowed by system, due date and amount: the wishes stand in the address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tallystick.console.shown import left
from tallystick.console.work.describing import amount_of
from tallystick.console.work.narrowing import Narrowing, narrowing_of, systems_in
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_entries import OFFICER, registered

NOW = 1_000_000_000_000
DAY = 86_400_000


def task(contract: str = "a", due: int | None = None, amount: int | None = None) -> dict[str, Any]:
    """Return a task that waits."""
    label = {"zh": contract, "en": contract}
    return {"contract": contract, "application": label, "due_at": due, "amount": amount}


@pytest.mark.parametrize(
    ("query", "one", "is_shown"),
    [
        ({}, task(), True),
        ({"system": "a"}, task("a"), True),
        ({"system": "a"}, task("b"), False),
        ({"due": "overdue"}, task(due=NOW - 1), True),
        ({"due": "overdue"}, task(due=NOW), False),
        ({"due": "overdue"}, task(), False),
        ({"due": "7"}, task(due=NOW + 7 * DAY - 1), True),
        ({"due": "7"}, task(due=NOW + 7 * DAY), False),
        ({"due": "7"}, task(due=NOW - DAY), True),
        ({"due": "none"}, task(), True),
        ({"due": "none"}, task(due=NOW), False),
        ({"amount": "10000"}, task(amount=1_000_000), True),
        ({"amount": "10000"}, task(amount=999_999), False),
        ({"amount": "10000"}, task(), False),
        ({"due": "soon", "amount": "5"}, task(), True),
    ],
)
def test_a_task_is_shown_if_it_fits_every_wish(
    query: dict[str, str], one: dict[str, Any], is_shown: bool
) -> None:
    """What is overdue is due within a week too; a wish that is not offered is none."""
    assert narrowing_of(query).takes(one, NOW) is is_shown


def test_wishes_that_are_not_offered_are_none() -> None:
    """An address that somebody typed leaves all."""
    assert narrowing_of({"due": "3", "amount": "many"}) == Narrowing()
    assert not Narrowing().is_set
    assert Narrowing(system="x").is_set


def test_systems_are_counted() -> None:
    """Only those that have something to do stand in the list."""
    found = systems_in([task("b"), task("a"), task("b")])
    assert [(one["name"], one["count"]) for one in found] == [("a", 1), ("b", 2)]


def test_the_amount_of_a_record_is_the_one_it_is_about() -> None:
    """Not its fee; the nearest that is set; none where there is none."""
    names = ("fee", "total", "amount")
    fields = [{"name": one, "type": {"kind": "integer", "format": "amount"}} for one in names]
    table = {"fields": [*fields, {"name": "claimed", "type": {"kind": "integer"}}]}
    assert amount_of(table, {"fee": 1, "total": 2, "amount": 3, "claimed": 4}) == 3
    assert amount_of(table, {"fee": 1, "total": 2, "amount": 0}) == 2
    assert amount_of(table, {"fee": 1}) is None


def test_the_time_that_is_left_is_said_in_words() -> None:
    """In days, hours or minutes; what is over has nothing left."""
    assert left(NOW + 2 * DAY, NOW, "zh") == "还有 2 天"
    assert left(NOW + 3_600_000, NOW, "en") == "1 h left"
    assert left(NOW - 1, NOW, "en") == "0 min left"


def test_an_inbox_is_narrowed_by_its_address(actor: Actor) -> None:
    """Rows say amount, name and due date; filters hold in the file too, and can be cleared."""
    small = registered(actor, "小额项目", target=1_000_000)
    large = registered(actor, "大额项目", target=500_000_000)
    actor.be(OFFICER)
    shown = {one["key"]: one for one in actor.shown("/inbox")["tasks"]}
    assert (shown[large]["amount"], shown[large]["about"]) == (500_000_000, "大额项目")
    page = actor.reader.get("/inbox", params={"system": "charity", "amount": "1000000"})
    assert large in page.text
    assert "¥5,000,000.00" in page.text
    assert small not in page.text
    assert 'hx-get="/inbox?system=charity&amp;amount=1000000"' in page.text
    file = actor.reader.get("/inbox.csv", params={"amount": "1000000"}).text
    assert large in file
    assert "5,000,000.00" in file
    assert small not in file
    due = datetime.fromtimestamp(shown[large]["due_at"] / 1000, UTC)
    assert due.strftime("%Y-%m-%d") in page.text
    nothing = actor.reader.get("/inbox", params={"system": "nobody", "due": "overdue"})
    assert (nothing.status_code, actor.shown("/inbox?system=nobody")["tasks"]) == (200, [])
    assert 'href="/inbox"' in nothing.text
