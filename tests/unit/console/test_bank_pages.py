# SPDX-License-Identifier: Apache-2.0
"""Payments go to the bank and its answers to the ledger in the browser, as `tally payments` does.

The other side is a bank by other people (mock-bank), and what is written is held against the
published schema by its file.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from lxml import etree

from tallystick.cli.console_payments import PaymentFiles
from tallystick.cli.demo.stand_in_bank import StandInBank
from tallystick.cli.demo.theatre import found
from tallystick.cli.payments.bridge import choose, compose
from tallystick.cli.payments.desk import order_of_row
from tallystick.cli.payments.parties import Payee, payees_file, payees_of, payer_of
from tallystick.console import ConsoleOptions
from tallystick.crypto import sha256
from tallystick.industries.custody import demo
from tallystick.industries.custody.demo_cast import OPERATORS, TELLER
from tallystick.interchange.iso20022 import write_payments
from tallystick.node import NodeConfig, open_node
from tests.canaries import canaries_of, search_for, temporary_folder
from tests.mock_bank import CLOSED, ELSEWHERE, MockBank, running_bank
from tests.unit.cli.paying import a_payee, payer_fields
from tests.unit.console.conftest import reading
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_lists import VAULT_KEY

PLACE: Final = "/bank/custody"
WANG: Final = a_payee("Wang Fang")
LI: Final = a_payee("Li Qiang", CLOSED)
PAYER: Final = json.dumps(payer_fields()).encode()
SCHEMA: Final = "pain.001.001.09"


@dataclass
class Office:
    """A settling bank's teller before a console, and the bank that makes its payments."""

    actor: Actor
    folder: Path
    """Of the console."""

    def order(self, payee: Payee, amount: int = 120_50) -> str:
        """Let an operator ask for money; return the payment order."""
        operator = OPERATORS[0][1]
        asked = {"currency": "EUR", "amount": str(amount), "payee": payee.digest}
        return str(self.actor.act(operator, "custody/withdraw", **asked)["id"])

    def hand_in(self, step: str, *payees: Payee, payer: bytes = PAYER) -> httpx.Response:
        """Send the private files."""
        files = {
            "payer": ("payer.json", payer),
            "payees": ("payees.json", payees_file(payees)),
        }
        data = {"form_key": self.actor.key, "step": step}
        return self.actor.reader.post(PLACE, data=data, files=files)

    def answer(self, *files: tuple[str, bytes]) -> httpx.Response:
        """Send files of the bank."""
        data = {"form_key": self.actor.key, "step": "read"}
        sent = [("answers", one) for one in files]
        return self.actor.reader.post(PLACE, data=data, files=sent)

    def confirm(self, answer: httpx.Response) -> dict[str, int]:
        """Confirm the batch that an answer leads to; return what became of its rows."""
        assert answer.status_code == 303, answer.text
        batch = answer.headers["location"]
        self.actor.send(batch)
        self.actor.catch_up()
        counts: dict[str, int] = self.actor.shown(batch)["counts"]
        return counts

    @property
    def kept(self) -> list[Any]:
        """What the console has written down of payments."""
        with closing(sqlite3.connect(self.folder / "console" / "console.sqlite")) as connection:
            return [
                row
                for asked in ("SELECT * FROM bank_journals", "SELECT * FROM bank_files")
                for row in connection.execute(asked)
            ]

    @property
    def page(self) -> Any:
        """What the page shows."""
        return self.actor.shown(PLACE)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give a console of custody's people, with books in euros and money on them."""
    folder = tmp_path_factory.mktemp("bank")
    found(folder / "node", demo)
    node = open_node(NodeConfig(data=folder / "node", workers=False))
    node.start()
    options = ConsoleOptions(
        data=folder / "served",
        trust=folder / "node" / "trust.json",
        demonstration_keys=folder / "node" / "demo-keys",
        bank_files=PaymentFiles(),
    )
    try:
        with reading(node, options) as reader:
            actor = Actor(reader, node, folder / "node")
            actor.act(TELLER, "custody/open_money", currency="EUR")
            money = {"currency": "EUR", "amount": "1000000", "reference": "D1"}
            actor.act(TELLER, "custody/receive_deposit", organization=OPERATORS[0][0], **money)
            yield Office(actor, folder / "served")
    finally:
        node.stop()


@pytest.fixture
def office(running: Office) -> Office:
    """Give it with the teller before it, and no order that an earlier test left."""
    running.actor.be(TELLER)
    shown = running.page
    if shown["reading"] is not None:
        running.actor.send(PLACE, {"step": "forget"})
    if shown["ready"] and shown["on_its_way"] is None:
        assert running.hand_in("make", WANG, LI).content
    if shown["ready"] or shown["on_its_way"]:
        running.confirm(running.actor.send(PLACE, {"step": "note"}))
    return running


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[tuple[MockBank, Path]]:
    """Run a bank behind a folder."""
    folder = tmp_path / "drop"
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(parents=True)
    with running_bank(folder) as bank:
        yield bank, folder


def collected(folder: Path) -> list[tuple[str, bytes]]:
    """Take what the bank has put into its folder, but what goes from bank to bank."""
    found = sorted((folder / "inbox").iterdir())
    taken = [(one.name, one.read_bytes()) for one in found]
    for one in found:
        one.unlink()
    return [one for one in taken if not one[0].startswith("pacs")]


def test_payments_go_out_once_and_come_back(
    office: Office, bank: tuple[MockBank, Path], tmp_path: Path
) -> None:
    """The file is the command's and valid; made again it is the same; each result counts once.

    Afterwards nothing of names and accounts lies in the console's folder.
    """
    there, folder = bank
    paid, refused = office.order(WANG), office.order(LI)
    office.actor.be(TELLER)
    assert {one["id"] for one in office.page["ready"]} == {paid, refused}
    with temporary_folder(tmp_path / "temporary") as watched:
        made = office.hand_in("make", WANG, LI)
        again = office.hand_in("make", LI, WANG, a_payee("Somebody"))
    assert made.headers["content-type"] == "application/xml"
    assert made.content == again.content
    xsd = resources.files("tallystick.interchange.iso20022") / "xsd" / f"{SCHEMA}.xsd"
    schema = etree.XMLSchema(etree.fromstring(xsd.read_bytes()))
    schema.assertValid(etree.fromstring(made.content))
    shown = office.page
    assert (shown["ready"], shown["on_its_way"]["count"]) == ([], 2)
    assert shown["on_its_way"]["sha256"] == sha256(made.content).hex()
    noted = office.actor.send(PLACE, {"step": "note"})
    assert office.confirm(noted) == {"done": 1}
    kept, shown = office.kept, office.page
    assert office.kept == kept, "looking at the page writes nothing down"
    assert shown["on_its_way"] is None
    assert shown["files"][0]["sha256"] == sha256(made.content).hex()
    assert office.actor.shown(f"/state/custody/{shown['table']}/{paid}")["row"]["state"] == "SENT"

    (folder / "outbox" / "file.xml").write_bytes(made.content)
    there.take_files()
    first = collected(folder)
    counts = office.confirm(office.answer(*first))
    assert set(counts) == {"done"}
    there.pass_days(4)
    rest = collected(folder)
    office.confirm(office.answer(*rest))
    kept, shown = office.kept, office.page
    assert office.kept == kept, "looking at the page writes nothing down"
    assert shown["reading"] is None, shown["reading"]
    stages = {one["id"].rsplit("-", 1)[0]: one["stage"] for one in shown["orders"]}
    assert (stages[paid], stages[refused]) == ("booked", "rejected")
    for order, wanted in ((paid, "BOOKED"), (refused, "REJECTED")):
        row = office.actor.shown(f"/state/custody/{shown['table']}/{order}")["row"]
        assert row["state"] == wanted
    repeated = office.answer(*first, *rest)
    assert repeated.headers["location"] == PLACE, "nothing is new"
    clear = [b"Wang Fang", b"Li Qiang", ELSEWHERE.encode(), CLOSED.encode(), WANG.salt.encode()]
    canaries = [one for one in canaries_of(*clear) if one != VAULT_KEY]
    search_for(office.folder, canaries)
    watched.search_for(canaries)


def test_a_file_is_made_again_after_a_crash_and_never_another(office: Office) -> None:
    """Other private files, or another order meanwhile, change nothing of what is on its way."""
    first = office.order(WANG)
    office.actor.be(TELLER)
    made = office.hand_in("make", WANG)
    second = office.order(WANG, 99)
    office.actor.be(TELLER)
    assert office.hand_in("make", WANG).content == made.content
    other = office.hand_in("make", WANG, payer=json.dumps({**payer_fields(), "name": "B"}).encode())
    assert (other.status_code, "E_IDEMPOTENCY" in other.text) == (400, True)
    early = office.answer(("early.xml", b"<x/>"))
    assert early.status_code == 400
    assert "first note on the ledger" in early.text
    shown = office.page
    assert [one["id"] for one in shown["ready"]] == [second]
    batches = [office.actor.send(PLACE, {"step": "note"}) for _ in range(2)]
    assert office.confirm(batches[0]) == {"done": 1}
    assert office.confirm(batches[1]) in ({"skipped": 1}, {"done": 1}, {"refused": 1})
    assert office.actor.send(PLACE, {"step": "note"}).status_code == 400, "nothing waits"
    next_one = office.hand_in("make", WANG)
    assert second.encode() in next_one.content
    assert f">{first}-".encode() not in next_one.content
    office.confirm(office.actor.send(PLACE, {"step": "note"}))


def test_the_file_is_the_one_that_the_command_makes(office: Office) -> None:
    """Of the same orders, private files and time, to the byte."""
    office.order(WANG)
    office.actor.be(TELLER)
    rows = office.page["ready"]
    made = office.hand_in("make", WANG)
    created = office.page["on_its_way"]["created_ms"]
    payer = payer_of(PAYER, Path("payer.json"))
    payees = payees_of(payees_file([WANG]), Path("payees.json"))
    choice = choose([order_of_row(row) for row in rows], payer, payees)
    trust = json.loads((office.folder.parent / "node" / "trust.json").read_text())
    file = compose(payer, choice.payable, network=trust["network"], now=created)
    assert write_payments(file) == made.content
    office.confirm(office.actor.send(PLACE, {"step": "note"}))


def test_what_waits_is_said_and_makes_no_file(office: Office) -> None:
    """An unknown payee, another currency: named by order; a check alone leaves nothing behind."""
    order = office.order(WANG)
    office.actor.be(TELLER)
    unknown = office.hand_in("make", a_payee("Somebody"))
    assert unknown.status_code == 422
    assert order in unknown.text
    assert "is not in the payees" in unknown.text
    yuan = json.dumps({**payer_fields(), "currency": "CNY"}).encode()
    assert "another currency" in office.hand_in("make", WANG, payer=yuan).text
    checked = office.hand_in("check", WANG)
    assert (checked.status_code, "would pay 1 orders" in checked.text) == (200, True)
    assert office.page["on_its_way"] is None
    assert [one["id"] for one in office.page["ready"]] == [order]


@pytest.mark.parametrize(
    ("payer", "status", "field"),
    [
        (b"{", 400, "payer.json"),
        (b'{"name": 7, "currency": "EUR"}', 400, "payer.json"),
        (json.dumps({**payer_fields(), "bic": None}).encode(), 400, "bic"),
        (json.dumps({**payer_fields(), "iban": "NL41MOCK0000000002"}).encode(), 400, "iban"),
    ],
)
def test_private_files_that_are_none_are_refused_by_field(
    office: Office, payer: bytes, status: int, field: str
) -> None:
    """With the place, in both languages; nothing is kept."""
    wrong = office.hand_in("check", WANG, payer=payer)
    assert (wrong.status_code, field in wrong.text) == (status, True), wrong.text
    assert office.page["on_its_way"] is None


def test_wrong_steps_and_files_of_the_bank_are_refused(office: Office) -> None:
    """No file, no bank's file, no such step, no outbox; one good file among bad ones counts."""
    assert office.actor.send(PLACE, {"step": "read"}).status_code == 400
    assert office.actor.send(PLACE, {"step": "make"}).status_code == 400
    assert office.actor.send(PLACE, {"step": "jump"}).status_code == 400
    for step in ("report", "forget"):
        assert office.actor.send(PLACE, {"step": step}).status_code == 404
    wrong = office.answer(("x.xml", b"<x/>"))
    assert (wrong.status_code, "E_PAYMENT_FILE" in wrong.text) == (400, True)
    hostile = b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'
    assert "E_HOSTILE_FILE" in office.answer(("x.xml", hostile)).text
    assert office.actor.reader.get("/bank/evidence").status_code == 404
    assert office.actor.reader.get(f"{PLACE}?outbox=nothing").status_code == 404
    assert office.actor.reader.get(f"{PLACE}?outbox=payments").status_code == 200
    assert office.page["reading"] is None


def test_the_page_is_for_who_carries_payments(office: Office) -> None:
    """Others get neither button nor page, whatever they send; its words are Chinese too."""
    button = f'href="{PLACE}"'
    assert button in office.actor.reader.get("/app/custody").text
    chinese = office.actor.reader.get(PLACE, params={"lang": "zh"}).text
    assert "付款" in chinese
    for english in ("Payments to the bank", "Orders that", "Read the bank", "Make the"):
        assert english not in chinese
    office.actor.be(OPERATORS[0][1])
    assert button not in office.actor.reader.get("/app/custody").text
    assert office.actor.reader.get(PLACE).status_code == 403
    assert office.hand_in("make", WANG).status_code == 403


def answers_to(office: Office, folder: Path, order: str) -> tuple[list[tuple[str, bytes]], bytes]:
    """Send an order; return the bank's acceptance with its booking, and a return of the money."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(parents=True)
    made = office.hand_in("make", WANG)
    assert order.encode() in made.content
    assert office.confirm(office.actor.send(PLACE, {"step": "note"})) == {"done": 1}
    (folder / "outbox" / "file.xml").write_bytes(made.content)
    StandInBank(folder, ()).answer()
    files = collected(folder)
    back = re.sub(rb"<MsgId>[^<]*", b"<MsgId>BACK", files[0][1])
    back = back.replace(b"DBIT", b"CRDT").replace(b"<AcctSvcrRef>DEMO", b"<AcctSvcrRef>BACK")
    reason = b"</Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Wang Fang moved</AddtlInf></RtrInf>"
    return files, back.replace(b"</Refs>", reason)


def test_a_return_is_reported_after_its_booking(office: Office, tmp_path: Path) -> None:
    """Whichever is read first; what the bank says of a person in words is kept nowhere."""
    order = office.order(WANG)
    office.actor.be(TELLER)
    files, back = answers_to(office, tmp_path / "drop", order)
    early = office.answer(("back.xml", back))
    assert early.headers["location"] == PLACE, "it waits for its booking"
    search_for(office.folder, [b"Wang Fang moved", b"Wang Fang"])
    assert office.confirm(office.answer(*files)) == {"done": 2}
    reading = office.page["reading"]
    assert ([one["state"] for one in reading["reports"]], reading["count"]) == (["RETURNED"], 3)
    refused = office.answer(*files)
    assert (refused.status_code, "what was read before" in refused.text) == (400, True)
    assert office.confirm(office.actor.send(PLACE, {"step": "report"})) == {"done": 1}
    shown = office.page
    assert shown["reading"] is None
    row = office.actor.shown(f"/state/custody/{shown['table']}/{order}")["row"]
    assert (row["state"], row["reason"]) == ("RETURNED", "AC04")


def test_what_was_read_is_forgotten_and_what_contradicts_is_for_a_person(
    office: Office, tmp_path: Path
) -> None:
    """Forgotten, the same files say the same again; the ledger's own word is not overruled."""
    order = office.order(WANG)
    office.actor.be(TELLER)
    files, _ = answers_to(office, tmp_path / "drop", order)
    assert office.answer(*files).status_code == 303
    assert office.page["reading"]["left"] == 2
    assert office.actor.send(PLACE, {"step": "forget"}).status_code == 303
    assert office.page["reading"] is None
    said = {"order": order, "state": "REJECTED", "attempt": "1", "reason": "AC04"}
    office.actor.act(TELLER, "custody/report_payment", **said)
    before = len(office.page["attention"])
    mixed = office.answer(*files, ("none.xml", b"<x/>"))
    assert mixed.status_code == 303
    shown = office.page
    assert shown["reading"] is None
    news = shown["attention"][: len(shown["attention"]) - before]
    assert sorted(one["why"] for one in news) == ["E_PAYMENT_FILE", "E_STATE", "E_STATE"]
    assert {one["order"] for one in news} == {None, f"{order}-1"}
