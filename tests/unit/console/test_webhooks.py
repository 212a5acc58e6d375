# SPDX-License-Identifier: Apache-2.0
"""Webhooks: registered by administrators, told in order, nothing lost by failures or restarts."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tallystick.api import HttpServer
from tallystick.console import ConsoleOptions, start_webhooks
from tallystick.console.records import Records, records_path
from tallystick.console.signing.vault import Vault
from tallystick.console.webhooks import courier
from tallystick.console.webhooks.courier import Courier, Step, secrets_of, steps
from tallystick.console.webhooks.kept import (
    WEBHOOKS_MAX,
    State,
    change_webhook,
    choose,
    deliveries_of,
    get_webhook,
    keep_delivery,
    set_state,
)
from tallystick.console.webhooks.messages import is_wanted
from tallystick.console.webhooks.sending import Message, Outcome, Result
from tallystick.console.webhooks.signing import signature
from tallystick.console.webhooks.source import NodeSource
from tallystick.errors import DataFolderProblem, LimitExceeded, Unavailable
from tallystick.node import Node
from tests.networks import wait_until
from tests.unit.console.administrators import Administrator, administering
from tests.unit.console.conftest import node_with_deposits
from tests.unit.console.webhook_stage import (
    LOCAL,
    SECRET,
    Told,
    choice,
    handle,
    registered,
    running,
)
from tests.webhook_receiver import Receiver, receiving

PLACE = "/admin/webhooks"
ALL = 4
"""Events on the ledger of the tests."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Run a node whose events are counted here: nobody else adds to them."""
    with node_with_deposits(tmp_path_factory.mktemp("told") / "node") as node:
        yield node


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Run a receiver."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def url(node: Node) -> Iterator[str]:
    """Serve the node's API."""
    with HttpServer(node, port=0) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """Return the records of a console that may tell this machine; nobody waits long."""
    monkeypatch.setattr(courier, "POLL_S", 0.02)
    monkeypatch.setattr(courier, "DELAYS_S", (0, 0, 0))
    (tmp_path / "console.toml").write_text(LOCAL)
    records = Records(records_path(tmp_path))
    yield records
    records.close()


@pytest.fixture
def teller(records: Records, tmp_path: Path, url: str) -> Iterator[Courier]:
    """Return a courier that does nothing by itself."""
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    source = NodeSource(url)
    yield Courier(records, source, Vault(records, tmp_path / "console" / "vault.key"), networks)
    source.close()


def event_ids(url: str) -> list[str]:
    """Return the events of the ledger, as the stream has them, in order."""
    page = httpx.get(f"{url}/v1/events/list", params={"since": "0", "limit": 50}).json()
    return [one["id"] for one in page["items"]]


def test_everything_is_told_in_order_and_signed(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """A receiver gets each event that it asked for once, with what the API says of it."""
    number = registered(records, tmp_path, receiver)
    registered(records, tmp_path, receiver, events=["nothing.*"])
    with running(tmp_path, url):
        wait_until(lambda: len(receiver.got) == ALL, "all messages")
        wait_until(lambda: get_webhook(records, number).place == event_ids(url)[-1], "the place")
    assert [one["data"]["id"] for one in receiver.bodies()] == event_ids(url)
    assert {one["type"] for one in receiver.bodies()} == {"evidence.Deposited"}
    assert len(set(receiver.ids())) == ALL
    assert not any(
        "." in one for one in receiver.ids()
    )  # a full stop ends the id in what is signed
    head, body = receiver.got[0]
    time_s = int(head["webhook-timestamp"])
    assert head["webhook-signature"] == signature(SECRET, head["webhook-id"], time_s, body)
    assert [one["result"] for one in deliveries_of(records, number)] == ["delivered"] * ALL


def test_what_fails_is_sent_again_before_anything_later(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """The same id again until it arrives; the order of the ledger is kept."""
    receiver.answers = [204, 500, 503, 302, 204]
    number = registered(records, tmp_path, receiver)
    with running(tmp_path, url):
        wait_until(lambda: len(receiver.got) == ALL + 3, "all messages")
    ids = receiver.ids()
    assert ids[1:5] == [ids[1]] * 4
    assert len(set(ids)) == ALL
    shown = [one["result"] for one in reversed(deliveries_of(records, number))]
    assert shown[:5] == ["delivered", "refused", "refused", "redirected", "delivered"]


def test_a_restart_loses_nothing(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """A courier that ended in the middle is followed by one that goes on from the kept place."""
    receiver.answers = [204, 500] + [500] * 3
    number = registered(records, tmp_path, receiver)
    with running(tmp_path, url):
        wait_until(lambda: len(receiver.got) >= 2, "the first failure")
    receiver.answers.clear()
    told = get_webhook(records, number).place
    set_state(records, number, State.ACTIVE)
    with running(tmp_path, url):
        wait_until(lambda: get_webhook(records, number).place == event_ids(url)[-1], "the end")
    assert told == event_ids(url)[0]
    assert list(dict.fromkeys(one["data"]["id"] for one in receiver.bodies())) == event_ids(url)


def test_a_receiver_that_never_answers_is_given_up_with_its_place_kept(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """After the last delay the webhook stops; who lets the message go loses no other."""
    receiver.answers = [500] * 4
    number = registered(records, tmp_path, receiver)
    with running(tmp_path, url):
        wait_until(lambda: get_webhook(records, number).state is State.STOPPED, "the stop")
        assert (len(receiver.got), get_webhook(records, number).place) == (4, "0")
        set_state(records, number, State.ACTIVE)
        change_webhook(records, number, skips=1)
        wait_until(lambda: len(receiver.got) == 4 + ALL - 1, "the others")
    assert len(set(receiver.ids())) == ALL
    results = [one["result"] for one in deliveries_of(records, number)]
    assert results.count("skipped") == 1


def test_a_receiver_that_wants_no_more_is_left_alone(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """410 Gone stops the webhook at once."""
    receiver.answers = [410]
    number = registered(records, tmp_path, receiver)
    with running(tmp_path, url):
        wait_until(lambda: get_webhook(records, number).state is State.STOPPED, "the stop")
    assert len(receiver.got) == 1


def test_delays_grow_and_the_receiver_may_ask_for_more(
    records: Records,
    tmp_path: Path,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    teller: Courier,
) -> None:
    """The first attempt is followed soon, later ones ever more seldom, over three days in all."""
    monkeypatch.undo()
    assert list(courier.DELAYS_S) == sorted(courier.DELAYS_S)
    assert sum(courier.DELAYS_S) > 3 * 86_400
    number = registered(records, tmp_path, receiver)
    for wait, expected in (("", 5), ("", 30), ("4000", 4_000)):
        receiver.answers = [503]
        receiver.answers_with = {"retry-after": wait}
        change_webhook(records, number, next_at=0)
        assert not teller.tell(get_webhook(records, number))
        waits_s = (
            get_webhook(records, number).next_at - deliveries_of(records, number)[0]["at"]
        ) / 1000
        assert expected <= waits_s <= expected * 1.11
    assert not teller.tell(get_webhook(records, number))  # it is not time yet
    assert len(receiver.got) == 3


def test_a_paused_webhook_is_told_nothing(
    records: Records, tmp_path: Path, receiver: Receiver, teller: Courier
) -> None:
    """Neither is one that is paused while a message of the same round is on its way."""
    number = registered(records, tmp_path, receiver)
    webhook = get_webhook(records, number)
    set_state(records, number, State.PAUSED)
    assert not teller.tell(webhook)
    assert receiver.got == []
    set_state(records, number, State.ACTIVE)
    assert teller.tell(webhook)
    assert len(receiver.got) == ALL


def test_events_and_alerts_become_messages_after_the_kept_places(
    records: Records, tmp_path: Path, receiver: Receiver
) -> None:
    """What is not wanted moves the place too, so it is not looked at again."""
    number = registered(
        records, tmp_path, receiver, events=["a.*"], alerts=["a.b"], alert_places={"a.b": 2}
    )
    found = list(steps(Told(), get_webhook(records, number)))
    told = [one.message for one in found if one.message]
    assert [one.id for one in told] == [
        *(f"event_0123456789abcdef_{one}_0_0" for one in (1, 3, 5, 7, 9)),
        "alert_0123456789abcdef_a-b_3",
    ]
    assert found[-1].alert == ("a.b", 3)
    assert json.loads(told[-1].body) == {
        "type": "alert.raised",
        "timestamp": "1970-01-01T00:00:00Z",
        "data": {"number": 3, "time_ms": 3, "contract": "a.b"},
    }
    assert [one.place for one in found if one.message is None] == [
        *("2.0.0", "4.0.0", "6.0.0", "8.0.0", "9.0.0")
    ]
    assert Step(place="9.0.0") in found
    only = registered(records, tmp_path, receiver, events=[], alerts=["a.b"])
    assert [one.alert for one in steps(Told(), get_webhook(records, only))] == [
        ("a.b", one) for one in (1, 2, 3)
    ]


def test_a_step_is_told_although_nothing_happens_on_the_ledger(
    records: Records, tmp_path: Path, receiver: Receiver, url: str
) -> None:
    """Again until it arrives, then never again; notes are no block."""
    number = registered(records, tmp_path, receiver, alerts=["evidence"], handled=["close"])
    with running(tmp_path, url):
        wait_until(lambda: len(receiver.got) == ALL, "all events")
        receiver.answers = [500, 204]
        handle(records, ("close", "evidence", 3))
        wait_until(lambda: get_webhook(records, number).handled_place == 1, "the place")
        handle(records, ("close", "evidence", 4))
        wait_until(lambda: get_webhook(records, number).handled_place == 2, "the next place")
    told = receiver.bodies()[ALL:]
    assert [(one["type"], one["data"]["number"]) for one in told] == [
        *(("alert.closed", 3), ("alert.closed", 3), ("alert.closed", 4))
    ]
    ids = receiver.ids()[ALL:]
    assert ids[0] == ids[1] != ids[2]


def test_another_choice_holds_for_what_was_not_told(
    records: Records, tmp_path: Path, receiver: Receiver, teller: Courier
) -> None:
    """Also where it is made while a round is going on: the round ends, the next one asks anew."""
    number = registered(records, tmp_path, receiver)
    before = get_webhook(records, number)
    choose(records, number, choice(events=["nothing.*"]))
    assert not teller.tell(before)
    assert receiver.got == []
    assert teller.tell(get_webhook(records, number))
    assert receiver.got == []
    assert get_webhook(records, number).place != "0"


@pytest.mark.parametrize(
    ("pattern", "is_so"),
    [("a.X", True), ("a.*", True), ("*", True), ("a.", False), ("b.*", False), ("a.XY", False)],
)
def test_patterns_name_events(pattern: str, is_so: bool) -> None:
    """A name, or its beginning with a star."""
    assert is_wanted([pattern], "a.X") is is_so


def test_new_alerts_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that are new come, the oldest first, page by page; a node that fails is told."""
    pages = {"": ([7, 6], "c1"), "c1": ([5, 4], "c2"), "c2": ([3, 2], "c3")}

    def answer(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor", "")
        if cursor not in pages:
            return httpx.Response(503)
        numbers, following = pages[cursor]
        items = [{"number": one} for one in numbers]
        return httpx.Response(200, json={"items": items, "next_cursor": following})

    source = NodeSource("http://localhost")
    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://localhost")
    monkeypatch.setattr(source, "_client", client)
    assert [one["number"] for one in source.alerts_after("c", 2)] == [3, 4, 5, 6, 7]
    assert source.alerts_after("c", 7) == []
    with pytest.raises(Unavailable):
        source.alerts_after("c", 0)
    source.close()


def test_attempts_are_kept_to_a_bound(records: Records, tmp_path: Path, receiver: Receiver) -> None:
    """Old attempts are let go, those of others stay; so are webhooks beyond the most."""
    one, other = (registered(records, tmp_path, receiver) for _ in range(2))
    message = Message(id="m", type="t", body=b"")
    for at in range(205):
        keep_delivery(records, one, message, Outcome(result=Result.REFUSED), at)
    keep_delivery(records, other, message, Outcome(result=Result.REFUSED), 1)
    found = deliveries_of(records, one, limit=1_000)
    assert (len(found), found[0]["at"], found[-1]["at"]) == (200, 204, 5)
    assert len(deliveries_of(records, other)) == 1
    for _ in range(WEBHOOKS_MAX - 2):
        registered(records, tmp_path, receiver)
    with pytest.raises(LimitExceeded):
        registered(records, tmp_path, receiver)


@pytest.fixture
def head(node: Node, tmp_path: Path) -> Iterator[Administrator]:
    """Return an administrator of a console that may tell this machine."""
    (tmp_path / "console.toml").write_text(LOCAL)
    with administering(node, ConsoleOptions(data=tmp_path)) as head:
        yield head


def test_an_address_is_registered_with_a_secret_that_is_shown_once(
    head: Administrator, tmp_path: Path, node: Node
) -> None:
    """The secret stands on that page alone; the records keep it sealed."""
    assert "Nobody is told anything yet" in head.get(PLACE).text
    shown = head.send(PLACE, address="https://hooks.example/x?key=1", events=["evidence"]).text
    secret = shown.split("<code>whsec_")[1].split("</code>")[0]
    again = head.get(f"{PLACE}/1").text
    assert secret not in again
    assert "evidence.*" in again
    assert secret.encode() not in records_path(tmp_path).read_bytes()
    kept = get_webhook(head.records, 1)
    assert kept.place == str(node.status().height)  # what was before is not told
    vault = Vault(head.records, tmp_path / "console" / "vault.key")
    assert secrets_of(kept, vault, 1) == (f"whsec_{secret}",)
    assert "secret" not in head.get(f"{PLACE}/1.json").json()["webhook"]
    assert ("webhook-changed", "1 hooks.example: register") in head.deeds()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"address": "ftp://hooks.example", "names": "a.X"}, "address"),
        ({"address": "https://hooks.example"}, "events"),
        ({"address": "https://hooks.example", "names": "a.X b!"}, "names"),
        (
            {"address": "https://hooks.example", "names": " ".join(f"a.{n}" for n in range(21))},
            "names",
        ),
        ({"address": "https://hooks.example", "alerts": ["no-such-contract"]}, "events"),
        ({"address": "https://hooks.example", "names": "a.X", "handled": ["close"]}, "alerts"),
    ],
)
def test_what_cannot_be_registered_changes_nothing(
    head: Administrator, fields: dict[str, str], field: str
) -> None:
    """The page names the field and what was expected."""
    answer = head.send(PLACE, **fields)
    assert answer.status_code == 400
    assert field in answer.text
    assert head.get(f"{PLACE}.json").json()["webhooks"] == []


def test_the_page_says_what_became_of_a_receiver_that_does_not_answer(
    head: Administrator, receiver: Receiver
) -> None:
    """Why, when it is tried again, and that nothing is lost; a way back to the list."""
    head.send(PLACE, address=receiver.url, names="evidence.*")
    page = head.get(f"{PLACE}/1").text
    assert "nothing is lost" not in page
    receiver.answers = [503]
    head.send(f"{PLACE}/1", step="test")
    change_webhook(head.records, 1, attempts=2, next_at=1_800_000_000_000)
    page = head.get(f"{PLACE}/1").text
    for said in ("does not answer", "2027-01-15", "nothing is lost", "The last attempt:"):
        assert said in page
    above = page.partition("The last attempt:")[2].partition("</p>")[0]
    assert "the receiver refused" in above
    assert "503" in above
    assert f'<a href="{PLACE}">Webhooks</a>' in page


def test_steps_of_an_administrator(head: Administrator, receiver: Receiver) -> None:
    """Test, pause, go on, new secret, let go, remove: each is done and written down."""
    head.send(PLACE, address=receiver.url, names="evidence.Deposited, audit.*")
    assert head.send(f"{PLACE}/1", step="test").headers["location"] == f"{PLACE}/1"
    assert [one["type"] for one in receiver.bodies()] == ["test"]
    page = head.get(f"{PLACE}/1").text
    assert "arrived" in page
    assert "已送达" in head.get(f"{PLACE}/1?lang=zh").text
    for step, state in (("pause", "paused"), ("resume", "active")):
        head.send(f"{PLACE}/1", step=step)
        assert get_webhook(head.records, 1).state == state
    shown = head.send(f"{PLACE}/1", step="rotate").text
    assert shown.count("whsec_") >= 1
    head.send(f"{PLACE}/1", step="test")
    assert len(receiver.got[-1][0]["webhook-signature"].split(" ")) == 2
    change_webhook(head.records, 1, old_until=0)
    head.send(f"{PLACE}/1", step="test")
    assert len(receiver.got[-1][0]["webhook-signature"].split(" ")) == 1
    head.send(f"{PLACE}/1", step="skip")
    assert get_webhook(head.records, 1).skips == 1
    assert head.send(f"{PLACE}/1", step="other").status_code == 400
    assert head.send(f"{PLACE}/1", step="remove").headers["location"] == PLACE
    assert head.get(f"{PLACE}/1").status_code == 404
    assert head.send(f"{PLACE}/1", step="pause").status_code == 404
    deeds = [subject for kind, subject in head.deeds() if kind == "webhook-changed"]
    assert [one.rpartition(" ")[2] for one in deeds] == [
        *("register", "test", "pause", "resume", "rotate", "test", "test", "skip", "remove")
    ]


def test_a_test_shows_that_an_address_is_not_allowed(node: Node, tmp_path: Path) -> None:
    """Without the operator's word this machine is told nothing, and the page says why."""
    with (
        receiving() as receiver,
        administering(node, ConsoleOptions(data=tmp_path)) as head,
    ):
        head.send(PLACE, address=receiver.url, events=["evidence"])
        head.send(f"{PLACE}/1", step="test")
        assert "the address is not allowed" in head.get(f"{PLACE}/1").text
        assert receiver.got == []


def test_a_wrong_network_in_the_settings_is_told_at_the_start(tmp_path: Path) -> None:
    """The file is named, and nothing is served with half of it."""
    (tmp_path / "console.toml").write_text('webhook_networks = ["10.0.0.1/8"]\n')
    with pytest.raises(DataFolderProblem, match=r"console\.toml"):
        start_webhooks(tmp_path, "http://localhost")
