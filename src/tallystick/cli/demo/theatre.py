# SPDX-License-Identifier: Apache-2.0
"""Where the stories of industries are told: a network of its own, a bank's folder, and a voice.

A story comes with its industry, by the entry point group `tallystick.demos`, as contracts do; the
command knows none by name. Everything goes through the public client and the bridge to the bank.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import msgspec

from tallystick.cli.answers import Mark
from tallystick.cli.bundle_checks import check_bundle
from tallystick.cli.bundle_report import bundle_report, finding, report_bytes
from tallystick.cli.case_bundles import pack_case
from tallystick.cli.catalogue import say
from tallystick.cli.demo.consortium import member_key
from tallystick.cli.demo.names import KEYS_FOLDER, TRUST_FILE
from tallystick.cli.demo.person_key import PersonKey
from tallystick.cli.demo.stand_in_bank import StandInBank
from tallystick.cli.demo.story_clock import StoryClock
from tallystick.cli.demo.story_papers import CERTIFICATE, StorySeals
from tallystick.cli.evidence_packing import originals_in
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.extract_report import check_file
from tallystick.cli.founding import installed_contracts, now_ms
from tallystick.cli.local import keep_trust_file
from tallystick.cli.payments.bridge import Bridge
from tallystick.cli.payments.desk import NetDesk
from tallystick.cli.payments.journal import Journal
from tallystick.cli.payments.parties import Payee, Payer, read_payees, write_payees
from tallystick.cli.stage import stage
from tallystick.cli.take_aways import Maker, suffix_of
from tallystick.cli.talk import step
from tallystick.cli.times import format_time
from tallystick.client import (
    Identity,
    KeyStore,
    Net,
    PackageMeans,
    connect,
    deposited_files,
    digest_file,
    open_trust,
    read_extract,
    verify,
)
from tallystick.contracts import ExtractTakeAway, Label, Player, day_of
from tallystick.crypto import SecretKey, sha256
from tallystick.errors import NotFinal, Refused, Unverified
from tallystick.interchange.bank import FileDropConnector
from tallystick.interchange.timestamps import read_roots
from tallystick.model import (
    GenesisDocument,
    LogKey,
    Member,
    Name,
    Organization,
    decode_transaction,
    parse_receipt,
)
from tallystick.node import create_network

RECEIPTS: Final = "receipts"
FILES: Final = "files"
ORIGINALS: Final = "originals"
BANK_FOLDER: Final = "bank"
PAYEES_FILE: Final = "payees.json"
_NETWORK: Final = "tally-story"
_SECRET_BYTES: Final = 32
_VIEWS_S: Final = 30.0
"""How long the views may take to show what is committed."""
_PAUSE_S: Final = 0.02


class Playbill(Protocol):
    """Who plays: a story's module, or what stands in for it."""

    def parts(self) -> Sequence[Player]:
        """Return everybody who has a part."""
        ...


def found(folder: Path, story: Playbill, *, name: str = _NETWORK) -> None:
    """Found a network of everybody who has a part in a story; their keys stay in the folder."""
    now, log_secret = now_ms(), SecretKey.generate()
    parts = story.parts()
    organizations = {
        one.code: Organization(
            id=one.code, name=Name(zh=one.organization.zh, en=one.organization.en)
        )
        for one in parts
    }
    members = [
        Member(
            organization=one.code,
            id=one.member,
            name=Name(zh=one.name.zh, en=one.name.en),
            roles=(one.role,),
        )
        for one in parts
    ]
    keys = {one.id: SecretKey.generate() for one in members}
    genesis = GenesisDocument(
        name=name,
        created=now,
        organizations=tuple(organizations.values()),
        members=tuple(members),
        keys=tuple(member_key(one, keys[one.id].public_key, now) for one in members),
        log_keys=(LogKey(organization=parts[0].code, public_key=log_secret.public_key),),
        contracts=tuple(installed_contracts()),
    )
    create_network(folder, genesis, log_secret)
    store = KeyStore(folder / KEYS_FOLDER)
    for one in members:
        store.save(one.id, Identity(one.organization, one.id, keys[one.id]))
    keep_trust_file(folder)


class Theatre:
    """The place of one story: what its `Theatre` protocol asks for."""

    def __init__(self, folder: Path, story: ModuleType, nets: Mapping[str, Net]) -> None:
        """Use a served network; `nets` has a connection for each member."""
        self._folder = folder
        self._story = story
        self._nets = nets
        self._keys: dict[str, PersonKey] = {}
        self._last = ""
        self.secret = secrets.token_bytes(_SECRET_BYTES)
        self.receipts: list[Path] = []
        self._originals: dict[bytes, Path] = {}
        self._height = 0
        self._clock: StoryClock | None = None
        # A story of several networks has a cast for each, and takes no papers away.
        parts: Sequence[Player] = story.parts() if hasattr(story, "parts") else ()
        self._houses = {one.member: one.code for one in parts}
        self._seals = StorySeals(nets, {one.code: one.organization.zh for one in parts})
        (folder / RECEIPTS).mkdir(exist_ok=True)

    @property
    def now(self) -> int:
        """The ledger's time: that of the last block, which clocks of machines may be ahead of."""
        return self._any_net.status().block_time_ms or now_ms()

    def say(self, text: Label) -> None:
        """Tell what has just happened."""
        step(text.zh if stage().language == "zh" else text.en)

    def act(self, member: str, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Let a member call an action, keep its receipt, and return its result."""
        done = self._nets[member].call(*self._words(method), **arguments)
        self._last = done.transaction.id
        name = f"{len(self.receipts) + 1:03d}-{method}.receipt.json"
        self.receipts.append(done.receipt.save(self._folder / RECEIPTS / name))
        self._height = max(self._height, done.transaction.height or 0)
        return done.result

    def refused(
        self,
        code: str,
        member: str,
        method: str,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        """Let a member call what must be refused with this code.

        Raises:
            Unverified: it was not.
        """
        try:
            self._nets[member].call(*self._words(method), **arguments)
        except Refused as error:
            found_code = error.code
        else:
            found_code = "ok"
        if found_code != code:
            raise Unverified(say("story.not_refused", method=method, code=code, found=found_code))

    def ask(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Return what a query answers."""
        return self._any_net.query(*self._words(method), **arguments)

    def check(self, *, holds: bool, claim: Label) -> None:
        """Go on only if a claim holds.

        Raises:
            Unverified: it does not.
        """
        if not holds:
            text = claim.zh if stage().language == "zh" else claim.en
            raise Unverified(say("demo.failed", reason=text))

    def key(self, person: str) -> PersonKey:
        """Return the key of a person outside the network."""
        return self._keys.setdefault(person, PersonKey())

    def account_digest(self, payee: Mapping[str, str]) -> str:
        """Return what the ledger knows of a payee's account."""
        return msgspec.convert(payee, Payee).account_digest

    def keep_payees(self, payees: Sequence[Mapping[str, str]]) -> None:
        """Write the private file of payees."""
        found_payees = [msgspec.convert(dict(one), Payee) for one in payees]
        write_payees(self._folder / PAYEES_FILE, found_payees)

    def bank_round(self, orders: int, closed: Sequence[str]) -> tuple[int, int]:
        """Send so many orders, let the stand-in answer, and report.

        Raises:
            NotFinal: the views do not show the orders.
        """
        place = self._folder / BANK_FOLDER
        connector, teller = FileDropConnector(place), self._nets[self._story.TELLER]
        desk = NetDesk(teller, self._story.CONTRACT, "payments")
        bridge, deadline = Bridge(desk, connector, Journal(place)), time.monotonic() + _VIEWS_S
        while len(desk.ready()) != orders:
            if time.monotonic() > deadline:
                raise NotFinal(say("story.views_behind"))
            time.sleep(_PAUSE_S)
        payer = msgspec.convert(self._story.PAYER, Payer)
        bridge.send(payer, read_payees(self._folder / PAYEES_FILE), now_ms())
        answered = StandInBank(place, closed).answer()
        bridge.collect()
        return answered

    def keep_original(self, name: str, content: bytes) -> str:
        """Keep a file that will be deposited; return its SHA-256."""
        path = self._folder / ORIGINALS / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        digest = sha256(content)
        self._originals[digest] = path
        return digest.hex()

    def stamp_original(self, name: str) -> tuple[str, str]:
        """Have a kept file stamped; return the token's SHA-256 and that of its certificate."""
        if self._clock is None:
            self._clock = StoryClock()
        token = self._clock.stamp(self._folder / ORIGINALS / name, now_ms())
        return token, self._clock.certificate

    def take_away(self, member: str, kind: str, subject: str) -> Mapping[str, Any]:
        """Let a member save a file of the exports; an extract is checked and its facts returned.

        An extract is saved as a certificate too, under the seal of the member's organisation.

        Raises:
            Unverified: it does not hold with the trust file alone.
        """
        net, (contract, kind) = self._nets[member], self._words(kind)
        self._height = max(self._height, self._seals.prepare(self._houses[member]))
        self._wait_for_views(net)
        kinds = kinds_of(contract)
        content = Maker(net, contract, kinds).make(kind, subject, day_of(self.now))
        path = self._folder / FILES / f"{kind}-{subject}{suffix_of(kinds[kind])}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        if not isinstance(kinds[kind], ExtractTakeAway):
            return {}
        if check_file(path, self._folder / TRUST_FILE).verdict is not Mark.OK:
            raise Unverified(say("demo.failed", reason=path.name))
        extract = read_extract(content)
        paper = self._seals.certificate(extract, self._houses[member])
        if paper is not None:
            path.with_name(f"{kind}-{subject}{CERTIFICATE}").write_bytes(paper)
        return extract.facts

    def check_case(self, member: str, case: str) -> tuple[list[dict[str, Any]], str]:
        """Let the bundle of a case be packed and checked; return findings, and the report's hash.

        Raises:
            Unverified: something in it is not as it was deposited.
        """
        net, contract = self._nets[member], self._story.CONTRACT
        self._wait_for_views(net)
        path = self._folder / FILES / f"case-{case}.zip"
        path.parent.mkdir(exist_ok=True)
        pack_case(net, contract, case, originals_in([self._folder / ORIGINALS]), path)
        trust = open_trust(self._folder / TRUST_FILE)
        means = PackageMeans(lambda _: trust, read_roots(), now_ms())
        checked = check_bundle(path, contract, means, net)
        report = bundle_report(checked, digest_file(path).sha256.hex(), format_time(now_ms()))
        if report.exit_code is not ExitCode.OK:
            raise Unverified(say("demo.failed", reason=path.name))
        content = report_bytes(report)
        path.with_suffix(".report.json").write_bytes(content)
        return [finding(one) for one in checked.items], sha256(content).hex()

    def count_verified(self) -> int:
        """Check every receipt with the trust file, and the original if it names one; count them.

        Raises:
            Unverified: one does not hold.
        """
        trust = self._folder / TRUST_FILE
        for path in self.receipts:
            for original in self._originals_of(path) or [None]:
                if not verify(path, trust=trust, original=original).ok:
                    raise Unverified(say("demo.failed", reason=path.name))
        return len(self.receipts)

    def _originals_of(self, receipt: Path) -> list[Path | None]:
        """Return the files at hand that a receipt's transaction names."""
        call = decode_transaction(parse_receipt(receipt.read_bytes()).transaction).call
        named = [one.facts.sha256 for one in deposited_files(call)]
        return [self._originals[one] for one in named if one in self._originals]

    def _wait_for_views(self, net: Net) -> None:
        """Wait until a node's views show everything that was done in the story."""
        deadline = time.monotonic() + _VIEWS_S
        while net.status().views_height < self._height:
            if time.monotonic() > deadline:
                raise NotFinal(say("story.views_behind"))
            time.sleep(_PAUSE_S)

    def _words(self, method: str) -> tuple[str, str]:
        """Return contract and method; a name with a dot is of another contract than the story's."""
        contract, _, name = method.rpartition(".")
        return contract or self._story.CONTRACT, name

    @property
    def _any_net(self) -> Net:
        """A connection whose node has seen all that was done: it may not be the one called."""
        net = next(iter(self._nets.values()))
        if self._last:
            net.wait(self._last)
        return net


@contextmanager
def open_theatre(folder: Path, url: str, story: ModuleType) -> Iterator[Theatre]:
    """Connect everybody who has a part with the node at `url`."""
    with open_nets(folder, url) as nets:
        yield Theatre(folder, story, nets)


@contextmanager
def open_nets(folder: Path, url: str) -> Iterator[dict[str, Net]]:
    """Give a connection with the node at `url` for everybody whose key is in the folder."""
    store = KeyStore(folder / KEYS_FOLDER)
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                connect(url, identity=store.load(name), trust=folder / TRUST_FILE)
            )
            for name in store.names()
        }
