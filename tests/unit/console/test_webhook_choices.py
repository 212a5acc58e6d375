# SPDX-License-Identifier: Apache-2.0
"""What webhooks are told of the work on alerts, and that what they are told can be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from tallystick.console import ConsoleOptions
from tallystick.console.records import Records, records_path
from tallystick.console.webhooks.courier import Step, handled_steps
from tallystick.console.webhooks.kept import HANDLED, change_webhook, choose, get_webhook
from tests.unit.api.gifts import giving_node
from tests.unit.console.administrators import Administrator, administering
from tests.unit.console.webhook_stage import Told, choice, handle, registered
from tests.webhook_receiver import Receiver, receiving

PLACE = "/admin/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Run a receiver."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Return the records of a console."""
    records = Records(records_path(tmp_path))
    yield records
    records.close()


@pytest.fixture
def head(tmp_path: Path) -> Iterator[Administrator]:
    """Return an administrator of the console of a node whose contract raises alerts."""
    folder = tmp_path / "node"
    folder.mkdir()
    node = giving_node(folder)
    with administering(node, ConsoleOptions(data=tmp_path)) as head:
        yield head
    node.close()


def test_what_people_do_with_alerts_becomes_messages(
    records: Records, tmp_path: Path, receiver: Receiver
) -> None:
    """Of the alerts and the steps that were chosen, in order, each with who, why and to whom."""
    steps_taken = ("acknowledge", "assign", "silence", "close", "reopen")
    handle(records, *((one, "a.b", 7) for one in steps_taken), ("close", "other", 1))
    number = registered(records, tmp_path, receiver, alerts=["a.b"], handled=list(steps_taken))
    found = list(handled_steps(records, Told(), get_webhook(records, number)))
    told = [one.message for one in found if one.message]
    assert [one.type for one in told] == [
        *("alert.acknowledged", "alert.assigned", "alert.silenced"),
        *("alert.closed", "alert.reopened"),
    ]
    assert [one.id for one in told] == [
        f"handled_0123456789abcdef_a-b_7_{note}_1000" for note in range(1, 6)
    ]
    assert json.loads(told[1].body)["data"] == {
        "contract": "a.b",
        "number": 7,
        "by": "Mei",
        "reason": "a reason",
        "until": None,
        "assignee": {"member": "lin", "name": "Lin"},
    }
    assert json.loads(told[2].body)["data"]["until"] == "1970-01-01T00:00:02Z"
    assert found[-1] == Step(handled=6)  # another contract's is passed over
    few = registered(records, tmp_path, receiver, alerts=["a.b"], handled=["close"])
    closed = [one.message for one in handled_steps(records, Told(), get_webhook(records, few))]
    assert [one.type for one in closed if one] == ["alert.closed"]
    none = registered(records, tmp_path, receiver, alerts=["a.b"])
    assert list(handled_steps(records, Told(), get_webhook(records, none))) == []


def test_a_webhook_from_before_there_were_steps_is_told_none(
    records: Records, tmp_path: Path, receiver: Receiver
) -> None:
    """Its records know no choice of them; what was chosen stays, and another choice is kept."""
    number = registered(records, tmp_path, receiver, alerts=["a.b"])
    with records.write() as connection:
        connection.execute(delete(HANDLED))
    old = get_webhook(records, number)
    assert (old.alerts, old.handled, old.handled_place) == (["a.b"], [], 0)
    choose(records, number, choice(alerts=["a.b"], handled=["assign"], handled_place=4))
    new = get_webhook(records, number)
    assert (new.handled, new.handled_place) == (["assign"], 4)


def newest_alert(head: Administrator) -> int:
    """Return the number of the last alert on the ledger."""
    return max(int(one["number"]) for one in head.get("/alerts.json").json()["alerts"])


def test_an_administrator_chooses_anew(head: Administrator) -> None:
    """What was told goes on from its place, what is new begins now; the audit has the choice."""
    head.send(PLACE, address="https://hooks.example", names="notes.Given")
    change_webhook(head.records, 1, place="1.0.0")
    handle(head.records, ("close", "notes", 1))
    assert 'value="notes.Given"' in head.get(f"{PLACE}/1?lang=en").text
    assert "更改通知内容" in head.get(f"{PLACE}/1?lang=zh").text
    more: dict[str, Any] = {"events": ["notes"], "alerts": ["notes"], "handled": ["close"]}
    answer = head.send(f"{PLACE}/1", step="choose", names="audit.*", **more)
    assert answer.headers["location"] == f"{PLACE}/1"
    kept = get_webhook(head.records, 1)
    assert kept.events == ["audit.*", "notes.*"]
    assert (kept.alerts, kept.handled) == (["notes"], ["close"])
    assert (kept.place, kept.handled_place) == ("1.0.0", 1)
    assert kept.alert_places == {"notes": newest_alert(head)}
    chosen = "1 hooks.example: choose audit.* notes.* notes close"
    assert ("webhook-changed", chosen) in head.deeds()
    shown = head.get(f"{PLACE}/1?lang=en").text
    assert 'name="events" value="notes" checked' in shown
    assert 'name="handled" value="close" checked' in shown
    assert 'value="audit.*"' in shown


def test_a_choice_loses_nothing_that_was_asked_for_before(head: Administrator) -> None:
    """Places of alerts and notes stay where more is chosen; events begin now where none were."""
    more: dict[str, Any] = {"alerts": ["notes"], "handled": ["close"]}
    head.send(PLACE, address="https://hooks.example", **more)
    change_webhook(head.records, 1, alert_places='{"notes":0}', place="0")
    handle(head.records, ("close", "notes", 1))
    more["handled"] = ["assign", "close", "shout"]
    head.send(f"{PLACE}/1", step="choose", **more)
    kept = get_webhook(head.records, 1)
    assert (kept.handled, kept.handled_place) == (["assign", "close"], 0)
    assert kept.alert_places == {"notes": 0}
    head.send(f"{PLACE}/1", step="choose", names="notes.Given")
    kept = get_webhook(head.records, 1)
    assert (kept.place, kept.alerts, kept.alert_places) == ("15", [], {})
    refused = head.send(f"{PLACE}/1", step="choose")
    assert refused.status_code == 400
    assert get_webhook(head.records, 1) == kept
