# SPDX-License-Identifier: Apache-2.0
"""A case with real names, grounds, property and a quote, sealed by their owners, at real nodes.

Court, applicant, insurer and registry, with a sealing key each; whose node is asked is up to the
test, so that the same case is played at one node and at four.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tallystick.client import AsyncNet, Identity, PrivatePlace
from tallystick.contracts import Contract, digest_of
from tallystick.contracts.registers import Assets, SealingKeys, WorkingDays
from tallystick.crypto import SealingKey
from tallystick.industries.preservation import Preservation
from tallystick.model import ROLE_ADMINISTRATOR, GenesisDocument
from tests.factories import member, member_key, secret

CONTRACTS: Final[tuple[type[Contract], ...]] = (Preservation, Assets, SealingKeys, WorkingDays)
NAMES: Final = ("assets", "calendars", "preservation", "sealing_keys")
COURT, APPLICANT, INSURER, REGISTRY = range(4)
GROUNDS: Final = (
    "申请人王小明，身份证 11010519491231002X；被申请人李四拖欠货款 canary-grounds".encode()
)
CLUES: Final = "被申请人在杭州的房产，浙(2026)杭州市不动产权第 0012345 号 canary-clues".encode()
PROPERTY: Final = "账户 6222021001116245811，余额 1,120,000.00 元 canary-property".encode()
QUOTE: Final = "保费 1,500.00 元，费率千分之五 canary-quote".encode()
CANARIES: Final = (
    *(GROUNDS, CLUES, PROPERTY, QUOTE),
    *(one.encode() for one in ("王小明", "11010519491231002X", "0012345", "6222021001116245811")),
    *(b"canary-grounds", b"canary-clues", b"canary-property", b"canary-quote"),
)
_ROLES: Final = (
    ("calendar.keeper", "preservation.court-supervisor"),
    ("preservation.applicant",),
    ("preservation.underwriter",),
    ("preservation.registry",),
)
_COURT_ROLES: Final = ("filing-clerk", "judge", "enforcement-officer", "insurance-regulator")

Work = Callable[[AsyncNet], Awaitable[Any]]
Act = Callable[[Identity, int, Work], Any]
"""Does something as somebody, at the node of the organisation with this place."""


class SealedCase:
    """One case, from its filing to a measure ordered, and everybody's keys."""

    def __init__(self, organizations: Sequence[str], act: Act) -> None:
        """Take the four organisations, and how something is done at a node."""
        self.organizations, self.act = organizations, act
        self.keys = [SealingKey.generate() for _ in organizations]
        self.heads = [
            Identity(code, "lead", secret(70 + at)) for at, code in enumerate(organizations)
        ]
        self.court = {
            role: Identity(organizations[COURT], role, secret(80 + at))
            for at, role in enumerate(_COURT_ROLES)
        }

    def members(self, genesis: GenesisDocument) -> GenesisDocument:
        """Return a genesis document with the people of the case."""
        people = [
            *zip(self.heads, _ROLES, strict=True),
            *((one, (f"preservation.{role}",)) for role, one in self.court.items()),
        ]
        return msgspec.structs.replace(
            genesis,
            members=(
                *genesis.members,
                *(
                    member(one.organization, one.member, *self._own(one, roles))
                    for one, roles in people
                ),
            ),
            keys=(
                *genesis.keys,
                *(member_key(one.secret, one.organization, one.member) for one, _ in people),
            ),
        )

    def _own(self, one: Identity, roles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted((*roles, ROLE_ADMINISTRATOR) if one.member == "lead" else roles))

    def call(self, who: Identity, method: str, /, **args: Any) -> Any:
        """Submit an action at the node of the signer's organisation."""
        contract = args.pop("contract", "preservation")
        at = self.organizations.index(who.organization)
        return self.act(who, at, lambda net: net.call(contract, method, **args)).result

    def declare(
        self, owner: int, record: str, clear: bytes, method: str, readers: list[int], **args: Any
    ) -> None:
        """Seal something for readers, declare it, and hand it to the nodes of all of them."""
        head = self.court["enforcement-officer"] if owner == COURT else self.heads[owner]
        codes = [self.organizations[one] for one in readers]
        made = self.act(head, owner, lambda net: net.private.seal(record, clear, codes))
        self.call(head, method, sealed=made.declaration, **args)
        for at in (owner, *readers):
            self.act(head, at, lambda net: net.private.put(place_of(record), made.package))

    def read(self, who: int, record: str, at: int | None = None) -> bytes:
        """Fetch and open a record as an organisation, at its own node or another's."""
        place, keys = place_of(record), [self.keys[who]]
        where = who if at is None else at
        opened: bytes = self.act(self.heads[who], where, lambda net: net.private.get(place, keys))
        return opened

    def play(self) -> dict[str, str]:
        """Play the case; return the names of its sealed records."""
        self._prepare()
        head = self.heads[APPLICANT]
        case = self._file(head)
        grounds, clues = f"{case}/grounds", f"{case}/property"
        for record, clear, contents in ((grounds, GROUNDS, "GROUNDS"), (clues, CLUES, "PROPERTY")):
            named = {"application": case, "contents": contents}
            self.declare(APPLICANT, record, clear, "declare_contents", [COURT], **named)
        self.call(
            self.court["filing-clerk"], "check_application", application=case, case_number="1"
        )
        letter, quote = self._ask(head, case, grounds)
        measure = self._measure(case)
        frozen = f"{measure}/property"
        named = {"measure": measure}
        self.declare(COURT, frozen, PROPERTY, "declare_property", [REGISTRY], **named)
        return {"grounds": grounds, "clues": clues, "quote": quote, "frozen": frozen, "id": letter}

    def _prepare(self) -> None:
        for at, head in enumerate(self.heads):
            key = self.keys[at].public_key
            self.call(head, "publish", contract="sealing_keys", public_key=key)
        first = datetime.now(UTC).year
        for year in (first, first + 1):
            days = {"calendar": "CN", "year": year, "days_off": []}
            self.call(self.heads[COURT], "publish", contract="calendars", **days)
        insurer = {
            "organization": self.organizations[INSURER],
            "kind": "INSURER",
            "licence": "沪保许 1",
            "seal_key": secret(99).public_key.hex(),
            "net_assets": 10**12,
            "bank": self.organizations[REGISTRY],
            "payee": digest_of("account of the insurer"),
        }
        self.call(self.court["insurance-regulator"], "admit_guarantor", **insurer)

    def _file(self, head: Identity) -> str:
        new = {
            "court": self.organizations[COURT],
            "is_pre_suit": False,
            "amount": 100_000_000,
            "applicant_party": digest_of("salted name of the applicant"),
            "respondent_party": digest_of("salted name of the respondent"),
            "payee": digest_of("salted account"),
        }
        return str(self.call(head, "file_application", **new)["id"])

    def _ask(self, head: Identity, case: str, grounds: str) -> tuple[str, str]:
        """Ask the insurer, let it read the grounds, and have it quote."""
        insurer = self.organizations[INSURER]
        asked = {"application": case, "guarantor": insurer}
        letter = str(self.call(head, "ask_guarantee", **asked)["id"])
        self.call(head, "share_grounds", **asked)
        keys = [self.keys[APPLICANT]]
        package = self.act(
            head, APPLICANT, lambda net: net.private.share(place_of(grounds), keys, insurer)
        )
        self.act(head, INSURER, lambda net: net.private.put(place_of(grounds), package))
        quote, risk = f"{letter}/quote", digest_of("risk check, salted")
        named = {"letter": letter, "risk": risk}
        self.declare(INSURER, quote, QUOTE, "quote_letter", [APPLICANT], **named)
        return letter, quote

    def _measure(self, case: str) -> str:
        """Exempt, rule, start, and order a measure."""
        judge, officer = self.court["judge"], self.court["enforcement-officer"]
        self.call(judge, "exempt_security", application=case, exemption="CLEAR_CASE")
        ruling = digest_of("ruling, salted")
        self.call(judge, "rule", application=case, amount=100_000_000, ruling=ruling)
        self.call(officer, "start_execution", application=case)
        ordered = {"kind": "DEPOSIT", "amount": 100_000_000}
        registry = self.organizations[REGISTRY]
        made = self.call(officer, "order_measure", application=case, registry=registry, **ordered)
        return str(made["id"])


def place_of(record: str) -> PrivatePlace:
    """Return where a sealed record of the contract is."""
    return PrivatePlace("preservation", "secrets", record)
