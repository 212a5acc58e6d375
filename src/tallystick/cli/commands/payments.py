# SPDX-License-Identifier: Apache-2.0
"""`tally payments`: payment orders of a contract go to the bank, and its answers come back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.talk import note, step, warn
from tallystick.units import TimeMs

if TYPE_CHECKING:
    from tallystick.cli.payments.bridge import Bridge
    from tallystick.cli.payments.desk import ReadyOrder
    from tallystick.cli.payments.journal import Attention

_REPORTS = ("order", "attempt", "state", "reference", "reason")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Which outbox, and the folder that its bank is behind."""

    contract: str
    folder: Path
    outbox: str = "payments"


def send(
    *,
    payer: Path,
    payees: Path,
    counterpart: Counterpart,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Send what is ready to the bank as one pain.001, and note it on the ledger.

    Raises:
        FileProblem: a private file cannot be read, or others may read it.
        InvalidAccount, InvalidPaymentFile: no bank would take the payments; nothing was sent.
        BankUnreachable, NotFinal, Unavailable: run it again.
        Refused: a rule of the contract said no.
    """
    from tallystick.cli.payments.parties import read_payees, read_payer

    who, whom = read_payer(payer), read_payees(payees)
    with _bridge(counterpart, signing, address) as bridge:
        done = bridge.send(who, whom, TimeMs(time.time_ns() // 1_000_000))
    for sent in done.sent:
        count = len(sent.orders)
        step(say("payments.sent", count=count, file=f"{sent.message_id}.xml"))
    if not done.sent:
        note(say("payments.nothing_ready"))
    _say_waiting("payments.unknown_payee", done.unknown)
    _say_waiting("payments.other_currency", done.other_currency)
    waiting = [one.end_to_end_id for one in (*done.unknown, *done.other_currency)]
    return Sheet(
        {
            "sent": [
                {"message_id": one.message_id, "sha256": one.sha256, "orders": list(one.orders)}
                for one in done.sent
            ],
            "waiting": waiting,
        },
        exit_code=ExitCode.FAILURE if waiting else ExitCode.OK,
    )


def collect(
    *,
    counterpart: Counterpart,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Report what the bank's new files say, each result once.

    Raises:
        BankUnreachable, NotFinal, Unavailable: run it again.
        Refused: a rule of the contract said no.
        FileProblem: another process is at work, or the journal is damaged.
    """
    with _bridge(counterpart, signing, address) as bridge:
        done = bridge.collect()
    step(say("payments.collected", files=done.files, count=len(done.reports)))
    _say_attention(done.attention)
    rows: tuple[Row, ...] = tuple(asdict(one) for one in done.reports)
    return Listing(rows, _REPORTS, exit_code=ExitCode.FAILURE if done.attention else ExitCode.OK)


def status(*, folder: Path, _output: Output = OUTPUT) -> Answer:
    """Show how far the orders are that were sent, and what needs a person.

    Raises:
        FileProblem: the journal is damaged.
    """
    from tallystick.cli.payments.journal import Journal

    journal = Journal(folder)
    state = journal.state
    stages = Counter(str(one.stage) for one in state.outstanding.orders.values())
    _say_attention(state.attention)
    return Sheet(
        {
            "on_its_way": journal.pending is not None,
            "stages": dict(sorted(stages.items())),
            "attention": [_row(one) for one in state.attention],
        }
    )


@contextmanager
def _bridge(counterpart: Counterpart, signing: Signing, address: Address) -> Iterator[Bridge]:
    """Join the contract at the node and the folder, alone."""
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url
    from tallystick.cli.payments.bridge import Bridge
    from tallystick.cli.payments.desk import NetDesk
    from tallystick.cli.payments.journal import Journal
    from tallystick.interchange.bank import FileDropConnector

    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    bank = FileDropConnector(counterpart.folder)
    journal = Journal(counterpart.folder)
    with journal.alone(), open_net(address, identity=identity) as net:
        yield Bridge(NetDesk(net, counterpart.contract, counterpart.outbox), bank, journal)


def _say_waiting(key: str, orders: tuple[ReadyOrder, ...]) -> None:
    for one in orders:
        warn(say(key, order=one.end_to_end_id, case=one.case, currency=one.currency))


def _say_attention(found: tuple[Attention, ...]) -> None:
    for one in found:
        warn(say("payments.attention", why=one.why, order=one.order or "—", file=one.file))


def _row(one: Attention) -> Mapping[str, str | None]:
    return {"why": one.why, "order": one.order, "file": one.file, "place": one.place}
