# SPDX-License-Identifier: Apache-2.0
"""The net of a test: people call contracts by name, time passes, the state can be looked at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tallystick.contracts import asdict
from tallystick.errors import InvalidArguments, UnknownContract, UnknownRecord
from tallystick.execution import load_contracts
from tallystick.testing import Net, rejected, with_contracts
from tests.unit.testing.parcels import Audit, Box, NewParcel, Parcel, Parcels, Sent, State, Stop

pytestmark = with_contracts(Parcels, Box)


def test_a_call_answers_in_the_contracts_own_types(net: Net) -> None:
    """Result, events and writes are records, not plain data; what is beside them is at hand."""
    core, bank = net.orgs("core", "bank")
    due = net.today + timedelta(days=90)
    sent = core.post.parcels.send(to=bank, weight=3, due=due, labels=("a", "b"))
    expected = Parcel(
        id="PA-2026-000001",
        sender=core.code,
        receiver=bank.code,
        weight=3,
        due=due,
        labels=["a", "b"],
    )
    assert sent.result == expected
    assert (sent.id, sent.receiver, sent.state) == (expected.id, bank.code, State.SENT)
    assert sent.events == (Sent(id=sent.id, sender=core.code, receiver=bank.code),)
    assert ("post.parcels.parcels", sent.id, expected) in sent.writes
    assert (sent.height, sent.time_ms, len(bytes.fromhex(sent.tx))) == (1, net.now_ms, 32)
    assert sent.execution.code == "ok"
    assert "PA-2026-000001" in repr(sent)
    with pytest.raises(AttributeError):
        _ = sent.nothing
    assert not hasattr(sent, "__fspath__")


def test_a_query_answers_its_result(net: Net) -> None:
    """Arguments may stand by place or by name; errors are raised."""
    core = net.org("core")
    one = core.post.parcels.send(to=core, weight=1)
    two = core.post.parcels.send(to=core, weight=2)
    assert core.post.parcels.show(one.id) == one.result
    assert core.post.parcels.weigh(ids=[one.id, two.id]) == 3
    with pytest.raises(Exception, match="there is no x"):
        core.post.parcels.show("x")


def test_a_record_of_arguments_stands_for_its_fields(net: Net) -> None:
    """What one method takes can be built once and given whole, or with one field more."""
    core = net.org("core")
    new = NewParcel(to=core.code, weight=4)
    assert core.post.parcels.send(new).weight == 4
    with pytest.raises(InvalidArguments, match="takes 4 arguments, 5 were given"):
        core.post.parcels.send(new, 1, 2, 3, 4, 5)
    with pytest.raises(InvalidArguments, match="weight is given twice"):
        core.post.parcels.send(core, 3, weight=3)
    assert core.post.parcels.send(core, 5).weight == 5


def test_contracts_are_reached_word_by_word(net: Net) -> None:
    """Dots separate words, hyphens are underscores, and a wrong word says what there is."""
    core = net.org("core")
    assert core.post_box.look(0).result is False
    assert core.contract("post-box").look(0).result is False
    assert core.contract("post.parcels").send(to=core, weight=1).weight == 1
    with pytest.raises(AttributeError, match=r"the net has no 'mail'; there is post.parcels"):
        _ = core.mail
    with pytest.raises(AttributeError, match=r"post.parcels has no 'sent'; there is forget, lose"):
        _ = core.post.parcels.sent
    with pytest.raises(AttributeError):
        _ = core._private
    with pytest.raises(AttributeError):
        _ = core.post._private
    with pytest.raises(KeyError):
        core.contract("mail")


def test_an_organisation_holds_all_roles_unless_told_otherwise(net: Net) -> None:
    """Further people of an organisation have its roles, or their own."""
    core = net.org("core")
    driver = net.org("driver", roles=["driver"], member="ann")
    li = core.person("li", roles=[])
    assert (core.roles, driver.roles, li.roles) == (("clerk", "driver"), ("driver",), ())
    assert core.person("wang").roles == core.roles
    assert (driver.member, repr(driver), repr(li)) == ("ann", "driver/ann", "core/li")
    assert li.organization == core.organization
    assert li.signer.public_key != core.signer.public_key
    assert net.org("driver", member="ann") is driver
    assert net.org("driver", roles=["driver"]) is driver
    assert (core.name, core.code) == ("core", core.organization.id)
    with pytest.raises(ValueError, match="core is there already, with the roles clerk, driver"):
        net.org("core", roles=["driver"])
    with pytest.raises(ValueError, match="for another"):
        net.org("core", member="li")


def test_roles_that_exclude_each_other_must_be_given() -> None:
    """Nobody can hold all of them; who holds two is refused."""
    net = Net([Audit])
    assert net.org("core").roles == ("chief",)
    net.org("office", roles=["officer"]).audit.file()
    with rejected("E_CONFLICT", found="officer, reviewer"):
        net.org("both", roles=["officer", "reviewer"]).audit.file()


def test_time_passes_as_told(net: Net) -> None:
    """Each call has a block a millisecond later; nothing else moves the clock but `warp`."""
    began, core = net.now_ms, net.org("core")
    assert net.today == date(2026, 9, 21)
    core.post.parcels.send(to=core, weight=1)
    assert (net.now_ms, net.height) == (began + 1, 1)
    net.warp(days=1, hours=2, seconds=3)
    assert net.now_ms == began + 1 + 93_603_000
    assert net.today == date(2026, 9, 22)
    with pytest.raises(ValueError, match="never goes back"):
        net.warp(days=-1)


def test_a_net_goes_back_to_a_snapshot(net: Net) -> None:
    """State, height and time are again as they were, as often as wanted."""
    core = net.org("core")
    core.post.parcels.send(to=core, weight=1)
    before = (net.height, net.now_ms)
    with net.snapshot() as snapshot:
        core.post.parcels.send(to=core, weight=2)
        net.warp(days=1)
        assert len(net.table("post.parcels.parcels")) == 2
    assert (net.height, net.now_ms) == before
    assert [parcel.weight for parcel in net.records("post.parcels.parcels")] == [1]
    assert core.post.parcels.send(to=core, weight=3).id == "PA-2026-000002"
    net.revert(snapshot)
    assert (net.height, net.now_ms) == before
    with pytest.raises(TypeError, match="only what `snapshot` returned"):
        net._chain.revert("yesterday")


def test_tables_are_read_as_records(net: Net) -> None:
    """What contracts may not do, tests want: look through a table, by key and by field."""
    core, bank = net.orgs("core", "bank")
    one = core.post.parcels.send(to=bank, weight=1)
    two = core.post.parcels.send(to=core, weight=2)
    core.post.parcels.stop(one.id, 1, "a/b")
    table = net.table("post.parcels.parcels")
    assert list(table) == [one.result, two.result]
    assert table.keys() == [one.id, two.id]
    assert table.get(two.id) == two.result
    assert table.get("x") is None
    assert table.where(receiver=bank, state=State.SENT).one() == one.result
    assert net.records("post.parcels.parcels", weight=9) == []
    assert net.table("post.parcels.stops").get(f"{one.id}/1") == Stop(
        parcel=one.id, number=1, place="a/b"
    )
    assert repr(table.where(weight=2)) == f"post.parcels.parcels: [{two.result!r}]"
    with pytest.raises(AssertionError, match="expected one record, found 2"):
        table.one()
    core.post.parcels.forget(one.id)
    assert table.keys() == [two.id]
    with pytest.raises(UnknownContract, match="there is no table"):
        net.table("post.parcels.boxes")


def test_a_deleted_record_is_among_the_writes(net: Net) -> None:
    """Its record is None."""
    core = net.org("core")
    sent = core.post.parcels.send(to=core, weight=1)
    forgotten = core.post.parcels.forget(sent.id)
    assert forgotten.writes == (("post.parcels.parcels", sent.id, None),)
    with pytest.raises(UnknownRecord):
        core.post.parcels.forget(sent.id)


def test_what_the_contracts_code_raises_is_raised(net: Net) -> None:
    """A test shows the line, where a network would record a code; the state is untouched."""
    with pytest.raises(ZeroDivisionError, match="badly"):
        net.org("core").post_box.break_down("badly")
    assert "raised ZeroDivisionError: badly" in net.trace()


def test_a_net_without_contracts_of_its_own_has_all_installed_ones() -> None:
    """They are found by entry point, as a node does."""
    net = Net()
    assert net.definitions.keys() == {contract.name for contract in load_contracts()}
    assert net.definitions


def test_what_a_test_holds_is_not_what_the_ledger_holds(net: Net) -> None:
    """A list that is changed after the call does not change the state."""
    core = net.org("core")
    labels = ["a"]
    sent = core.post.parcels.send(to=core, weight=1, labels=labels)
    labels.append("b")
    assert core.post.parcels.show(sent.id).labels == ["a"]
    assert asdict(sent.result)["labels"] == ["a"]
