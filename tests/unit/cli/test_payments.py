# SPDX-License-Identifier: Apache-2.0
"""The bridge between an outbox and a bank: once whatever stops it, and refusing what is open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tallystick.cli import founding
from tallystick.cli.payments.bridge import Bridge, Collecting, Sending
from tallystick.cli.payments.desk import Report
from tallystick.cli.payments.journal import Attention, Journal, State
from tallystick.cli.payments.parties import Payee, Payer
from tallystick.cli.runfile import RunFile
from tallystick.client import connect
from tallystick.contracts.parts import OrderState
from tallystick.errors import BankUnreachable, Refused
from tallystick.interchange.bank import FileDropConnector
from tallystick.interchange.iso20022 import read_payments
from tallystick.node import NodeConfig
from tallystick.units import TimeMs
from tests.mock_bank import CLOSED, MockBank, running_bank
from tests.serving import served_node
from tests.unit.cli.conftest import Tally
from tests.unit.cli.outbox import Paying
from tests.unit.cli.paying import LedgerDesk, a_payee, payer_fields, private_files

NOW = TimeMs(1_796_029_200_000)
"""The Monday after: the bank accepts today and books then."""
WANG = a_payee()
SHUT = a_payee("Li Qiang", CLOSED)


class Stop(Exception):  # not an error: the machine stops
    """The machine stops here."""


class Office:
    """A ledger, a bank's folder, and a bridge that is made anew for each run, as by cron."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = LedgerDesk()
        self.now = NOW
        self.payer = msgspec.convert(payer_fields(), Payer)

    @property
    def journal(self) -> Journal:
        """What is remembered."""
        return Journal(self.folder)

    def bridge(self) -> Bridge:
        """Return a bridge that remembers nothing by itself."""
        return Bridge(self.desk, FileDropConnector(self.folder), self.journal)

    def send(self, *payees: Payee) -> Sending:
        """Send what is ready; each run has its own time."""
        self.now = TimeMs(self.now + 60_000)
        return self.bridge().send(self.payer, {one.digest: one for one in payees}, self.now)

    def collect(self) -> Collecting:
        """Take what came."""
        return self.bridge().collect()

    def sent(self) -> list[bytes]:
        """Return every file that the bank ever got."""
        return [path.read_bytes() for path in sorted((self.folder / "sent").iterdir())]

    def state(self, order: str) -> tuple[str, int]:
        """Return where an order is on the ledger, and its try."""
        kept = self.desk.orders()[order]
        return str(kept.state), kept.attempt


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose bank has not been asked for anything."""
    return Office(tmp_path / "bank")


@pytest.fixture
def bank(office: Office) -> Iterator[MockBank]:
    """The bank by other people, behind the office's folder."""
    FileDropConnector(office.folder)
    with running_bank(office.folder) as bank:
        yield bank


# --- the loop with a bank by other people -------------------------------------------------------


def test_an_order_goes_out_and_is_booked(office: Office, bank: MockBank) -> None:
    """pain.001 -> pain.002 -> camt.054 closes the payment; the ledger has the file's digest."""
    order = office.desk.order(WANG)
    (sent,) = office.send(WANG).sent
    assert office.state(order) == ("SENT", 1)
    assert office.desk.orders()[order].file == sent.sha256
    bank.take_files()
    assert [one.state for one in office.collect().reports] == ["ACCEPTED"]
    bank.pass_days(4)
    done = office.collect()
    assert [(one.order, one.state) for one in done.reports] == [(order, "BOOKED")]
    assert done.attention == ()
    assert office.state(order) == ("BOOKED", 1)
    assert office.desk.orders()[order].bank_reference
    assert office.collect() == Collecting(files=0, reports=(), attention=())


def test_an_acceptance_is_not_overtaken_by_the_booking_that_lies_beside_it(
    office: Office, bank: MockBank
) -> None:
    """By name a statement comes before the status report of the same payment."""
    office.desk.order(WANG)
    office.send(WANG)
    bank.take_files()
    bank.pass_days(4)
    names = sorted(path.name for path in (office.folder / "inbox").iterdir())
    assert names[0].startswith("camt")
    assert any(name.startswith("pain.002") for name in names)
    assert [one.state for one in office.collect().reports] == ["ACCEPTED", "BOOKED"]


def test_a_closed_account_is_rejected_and_tried_again_under_another_id(
    office: Office, bank: MockBank
) -> None:
    """The contract makes it ready again; the second file has the second try, and no first one."""
    order = office.desk.order(SHUT)
    for attempt in (1, 2):
        (sent,) = office.send(SHUT).sent
        assert sent.orders == (f"{order}-{attempt}",)
        bank.take_files()
        (report,) = office.collect().reports
        assert (report.state, report.attempt, report.reason) == ("REJECTED", attempt, "AC04")
    assert office.state(order) == ("REJECTED", 2)
    assert office.send(SHUT).sent == ()
    assert len(office.sent()) == 2


def test_a_payment_that_comes_back_is_returned(office: Office, bank: MockBank) -> None:
    """With the bank's reason."""
    order = office.desk.order(WANG)
    bank.change_account("ACME", behaviour="return-later", parameters={"days": 2})
    office.send(WANG)
    bank.take_files()
    reports: list[Report] = []
    for _ in range(8):
        reports += office.collect().reports
        bank.pass_days(1)
    assert [one.state for one in reports] == ["ACCEPTED", "BOOKED", "RETURNED"]
    assert reports[-1].reason
    assert office.state(order) == ("RETURNED", 1)


# --- a machine that stops -----------------------------------------------------------------------

SENDING_STEPS = (
    (Journal, "begin"),
    (Journal, "keep"),
    (FileDropConnector, "deliver"),
    (LedgerDesk, "note_sent"),
    (Journal, "finish"),
)
COLLECTING_STEPS = (
    (LedgerDesk, "report"),
    (Journal, "keep"),
    (FileDropConnector, "acknowledge"),
)


def stopping(
    patch: pytest.MonkeyPatch, step: tuple[type, str], *, after: bool, skip: int = 0
) -> None:
    """Let the machine stop before a step or after it, when it is taken once more than `skip`."""
    kind, name = step
    original: Callable[..., Any] = getattr(kind, name)
    left = [skip]

    def stop(*args: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            return original(*args, **named)
        if after:
            original(*args, **named)
        raise Stop

    patch.setattr(kind, name, stop)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", SENDING_STEPS, ids=[name for _, name in SENDING_STEPS])
def test_sending_that_stops_anywhere_and_is_run_again_sends_one_file(
    step: tuple[type, str], after: bool, office: Office
) -> None:
    """Whatever is run next, at another time: one file, each order noted with its digest."""
    orders = [office.desk.order(WANG) for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        stopping(patch, step, after=after)
        with pytest.raises(Stop):
            office.send(WANG)
    office.collect()
    office.send(WANG)
    (data,) = office.sent()
    assert {one.order_id for one in read_payments(data).orders} == {f"{one}-1" for one in orders}
    assert [path.read_bytes() for path in (office.folder / "outbox").iterdir()] == [data]
    assert {office.state(one) for one in orders} == {("SENT", 1)}
    assert office.journal.pending is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("step", COLLECTING_STEPS, ids=[name for _, name in COLLECTING_STEPS])
def test_collecting_that_stops_anywhere_and_is_run_again_reports_once(
    step: tuple[type, str], after: bool, skip: int, office: Office, bank: MockBank
) -> None:
    """Each result once, and a file is acknowledged only when the ledger has what it says."""
    good, shut = office.desk.order(WANG), office.desk.order(SHUT)
    office.send(WANG, SHUT)
    bank.take_files()
    bank.pass_days(4)
    with pytest.MonkeyPatch.context() as patch:
        stopping(patch, step, after=after, skip=skip)
        with pytest.raises(Stop):
            office.collect()
    told = [one.order for one in office.desk.news]
    for path in (office.folder / "archive").iterdir():
        assert b"pain.002" not in path.read_bytes() or {good, shut} <= set(told)
    office.collect()
    assert office.collect().files == 0
    states = [(one.order, one.state) for one in office.desk.news]
    assert len(states) == len(set(states))
    assert {(good, "BOOKED"), (shut, "REJECTED")} <= set(states)
    assert office.state(good) == ("BOOKED", 1)
    assert office.state(shut) == ("READY", 2)
    assert office.journal.state.attention == ()


def test_views_that_are_behind_send_nothing_twice(office: Office) -> None:
    """What the journal has was sent, whatever the views still show as ready."""
    office.desk.order(WANG)
    office.desk.stale = list(office.desk.ready())
    assert len(office.send(WANG).sent) == 1
    assert office.send(WANG).sent == ()
    assert len(office.sent()) == 1


def test_a_bank_that_cannot_be_reached_leaves_the_file_for_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says that trying again is safe."""
    order = office.desk.order(WANG)

    def unreachable(*_: object) -> None:
        raise BankUnreachable("the share is gone")

    with monkeypatch.context() as patch:
        patch.setattr(FileDropConnector, "deliver", unreachable)
        with pytest.raises(BankUnreachable):
            office.send(WANG)
    assert office.state(order) == ("READY", 1)
    assert office.journal.pending is not None
    assert len(office.send(WANG).sent) == 1
    assert office.state(order) == ("SENT", 1)


def test_many_orders_are_noted_in_parts(office: Office) -> None:
    """A call takes a hundred; the file is one."""
    for _ in range(101):
        office.desk.order(WANG, 1)
    (sent,) = office.send(WANG).sent
    assert [len(one) for one in office.desk.notes] == [100, 1]
    assert len(sent.orders) == 101


# --- what needs a person ------------------------------------------------------------------------


def test_orders_without_payee_or_in_another_currency_wait(office: Office) -> None:
    """The others go; nothing is guessed."""
    known, unknown = office.desk.order(WANG), office.desk.order(SHUT)
    foreign = office.desk.order(WANG, currency="CNY")
    done = office.send(WANG)
    assert [one.orders for one in done.sent] == [(f"{known}-1",)]
    assert [one.id for one in done.unknown] == [unknown]
    assert [one.id for one in done.other_currency] == [foreign]
    assert office.send(WANG, SHUT).sent[0].orders == (f"{unknown}-1",)


def test_each_payer_sends_the_orders_of_its_own_accounts(office: Office) -> None:
    """Two banks may share an outbox: what another pays is neither sent nor waits here."""
    order, everybody = office.desk.order(WANG), office.payer
    for others in (("other",), ("other/", "poo"), ("pool/",)):
        office.payer = replace(everybody, accounts=others)
        done = office.send(WANG)
        assert (done.sent, done.unknown) == ((), ())
    office.payer = replace(everybody, accounts=("other/", "pool"))
    assert [one.orders for one in office.send(WANG).sent] == [(f"{order}-1",)]
    assert replace(everybody, accounts=("bank-1/",)).pays_for("bank-1/loan/LN-1")
    assert not replace(everybody, accounts=("bank-1/",)).pays_for("bank-10/loan/LN-1")


def test_a_file_that_cannot_be_read_stays_and_disturbs_no_other(
    office: Office, bank: MockBank
) -> None:
    """A person is told each time, until it is taken away."""
    order = office.desk.order(WANG)
    office.send(WANG)
    bank.take_files()
    (office.folder / "inbox" / "a-first.xml").write_bytes(b"<Document/>")
    done = office.collect()
    assert [one.state for one in done.reports] == ["ACCEPTED"]
    assert [(one.why, one.file) for one in done.attention] == [("E_PAYMENT_FILE", "a-first.xml")]
    assert [one.why for one in office.collect().attention] == ["E_PAYMENT_FILE"]
    assert office.state(order) == ("ACCEPTED", 1)


def test_what_fits_no_order_is_kept_for_a_person(office: Office, bank: MockBank) -> None:
    """A payment of another program on the same account; it is told once and kept."""
    office.desk.order(WANG)
    office.send(WANG)
    (office.folder / "journal" / "state.json").unlink()  # as if another machine had sent it
    bank.take_files()
    assert [one.why for one in office.collect().attention] == ["unknown_order"]
    assert office.collect().attention == ()
    assert [one.why for one in office.journal.state.attention] == ["unknown_order"]


def test_a_result_that_contradicts_the_ledger_is_kept_for_a_person(
    office: Office, bank: MockBank
) -> None:
    """Somebody reported by hand; the file is done with all the same."""
    order = office.desk.order(WANG)
    office.send(WANG)
    office.desk.report(Report(order=order, state="BOOKED", attempt=1, reference="by hand"))
    office.desk.report(
        Report(order=order, state="RETURNED", attempt=1, reference="R", reason="AC04")
    )
    bank.take_files()
    bank.pass_days(4)
    done = office.collect()
    assert [(one.why, one.order) for one in done.attention] == [("E_STATE", f"{order}-1")]
    assert office.state(order) == ("RETURNED", 1)
    assert office.collect().files == 0


def test_a_refusal_of_another_kind_ends_the_run_and_keeps_the_file(
    office: Office, bank: MockBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not report cannot make the bank's word disappear."""
    office.desk.order(WANG)
    office.send(WANG)
    bank.take_files()

    def refuse(*_: object) -> bool:
        raise Refused("no role")

    with monkeypatch.context() as patch:
        patch.setattr(LedgerDesk, "report", refuse)
        with pytest.raises(Refused):
            office.collect()
    assert [one.state for one in office.collect().reports] == ["ACCEPTED"]


# --- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve a network that runs the paying contract; return the data folder."""
    place = tmp_path_factory.mktemp("paying") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(founding, "installed_contracts", lambda: ["demo.paying"])
        founding.found_demo(place)
    with served_node(NodeConfig(data=place, workers=False, contracts=(Paying,))):
        yield place


@pytest.fixture
def at_home(network: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let that network's node be the one of this machine."""
    monkeypatch.setenv("TALLY_DATA", str(network))
    return network


def test_the_command_carries_an_order_out_and_back(
    at_home: Path, office: Office, bank: MockBank, tally: Tally, tmp_path: Path
) -> None:
    """Against a node, through the SDK: sent, accepted, booked; status and JSON say so."""
    payer, payees = private_files(tmp_path, WANG)
    where = ("--contract", "demo.paying", "--folder", office.folder)
    files = ("--payer", payer, "--payees", payees)
    nothing = tally("payments", "send", *where, *files)
    assert nothing.code == 0, nothing.err
    assert "no payment to send" in nothing.err
    order = _pay(tally, WANG)
    stranger = _pay(tally, SHUT)
    sent = tally("payments", "send", *where, *files, "--json")
    assert sent.code == 1, sent.err
    assert sent.json["waiting"] == [f"{stranger}-1"]
    assert sent.json["sent"][0]["orders"] == [f"{order}-1"]
    assert "its payee is not in" in sent.err
    bank.take_files()
    bank.pass_days(4)
    collected = tally("payments", "collect", *where, "--json")
    assert collected.code == 0, collected.err
    assert {one["state"] for one in collected.json} <= {"ACCEPTED", "BOOKED"}
    record = RunFile(at_home).read()
    assert record is not None
    with connect(record.url, trust=at_home / "trust.json") as net:
        kept = net.table("demo.paying.payments_orders").get(order).to_dict()
    assert kept["state"] == OrderState.BOOKED
    assert kept["file"] == sent.json["sent"][0]["sha256"]
    shown = tally("payments", "status", "--folder", office.folder, "--json").json
    assert shown == {"on_its_way": False, "stages": {"booked": 1}, "attention": []}
    (office.folder / "inbox" / "broken.xml").write_bytes(b"<x/>")
    broken = tally("payments", "collect", *where, "--lang", "zh")
    assert broken.code == 1
    assert "须人工处理" in broken.err


def _pay(tally: Tally, payee: Payee) -> str:
    arguments = json.dumps({"payee": payee.digest, "amount": 500, "currency": "EUR"})
    made = tally("contract", "call", "demo.paying", "pay", "--args", arguments, "--json")
    assert made.code == 0, made.err
    return str(made.json["result"])


def test_status_tells_again_what_needs_a_person(tmp_path: Path, tally: Tally) -> None:
    """What was told once is kept."""
    found = Attention(why="booked_again", file="camt.xml", order="P-1-1", place="/Document")
    Journal(tmp_path).keep(State(attention=(found,)))
    shown = tally("payments", "status", "--folder", tmp_path, "--json")
    assert shown.json["attention"] == [
        {"why": "booked_again", "order": "P-1-1", "file": "camt.xml", "place": "/Document"}
    ]
    assert "booked_again" in shown.err
