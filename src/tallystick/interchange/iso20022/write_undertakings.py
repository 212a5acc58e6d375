# SPDX-License-Identifier: Apache-2.0
"""Guarantees as ISO 20022 trade services messages: issued (tsrv.001), demanded (013), ended (012).

No schema of these messages may be passed on with us, so ours are judged in `tests/interop` by
classes that others made from the published ones. The same record gives the same bytes, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

from tallystick.interchange.iso20022.documents import NAMESPACE
from tallystick.interchange.iso20022.money import Money, format_amount

if TYPE_CHECKING:
    from lxml import etree

CODE_SCHEME: Final = "USCC GB 32100-2015"
_NONE: Final = "NONE"
"""Neither URDG nor ISP: the guarantee stands under the law of its court."""

Tree: TypeAlias = "tuple[str, str | list[Tree]]"
"""A name, and its text or what is in it."""


@dataclass(frozen=True, slots=True)
class Undertaking:
    """A guarantee as all three messages name it; who has no code is named by a commitment."""

    number: str
    issuer: str
    """Code of the guarantor."""
    applicant: str
    beneficiary: str
    case: str
    issued: date
    limit: Money
    expires: date
    terms: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What is demanded on a guarantee, and on what ground."""

    id: str
    number: str
    issuer: str
    amount: Money
    ground: str


@dataclass(frozen=True, slots=True)
class Termination:
    """The end of a guarantee."""

    number: str
    issuer: str
    effective: date
    state: str
    """As its contract names it; the message has no code for the ends that a court orders."""
    scheme: str
    """Whose names of states these are."""


def write_issuance(one: Undertaking) -> bytes:
    """Return a guarantee as an UndertakingIssuance."""
    day: Tree = ("DtTm", [("Dt", one.expires.isoformat())])
    details: list[Tree] = [
        ("Id", one.number),
        ("Nm", "DGAR"),
        ("IssncTp", "ISSU"),
        ("Applcnt", [("Nm", one.applicant)]),
        ("Issr", _party(one.issuer)),
        ("Bnfcry", [("Nm", one.beneficiary)]),
        ("DtOfIssnc", one.issued.isoformat()),
        ("UdrtkgAmt", [_amount(one.limit)]),
        ("XpryDtls", [("XpryTerms", [day])]),
        ("GovncRulesAndLaw", [("RuleId", [("Cd", _NONE)])]),
        ("UdrtkgTermsAndConds", [("Txt", one.terms)]),
        ("AddtlInf", one.case),
    ]
    return _document("tsrv.001.001.01", "UdrtkgIssnc", [("UdrtkgIssncDtls", details)])


def write_demand(one: Demand) -> bytes:
    """Return a demand for payment as an UndertakingDemand."""
    details: list[Tree] = [
        ("Id", one.id),
        ("Tp", "PAYM"),
        ("UdrtkgId", [("Id", one.number), ("Issr", _party(one.issuer))]),
        ("DmndAmt", [_amount(one.amount)]),
        ("DmndDcmnttn", [("CmpltInd", "true"), ("DmndNrrtv", one.ground)]),
    ]
    return _document("tsrv.013.001.01", "UdrtkgDmnd", [("UdrtkgDmndDtls", details)])


def write_termination(one: Termination) -> bytes:
    """Return the end of a guarantee as an UndertakingTerminationNotification."""
    reason: Tree = ("Prtry", [("Id", one.state), ("SchmeNm", one.scheme), ("Issr", one.issuer)])
    details: list[Tree] = [
        ("UdrtkgId", [("Id", one.number), ("Issr", _party(one.issuer))]),
        ("TermntnDtls", [("FctvDt", one.effective.isoformat()), ("Rsn", [reason])]),
    ]
    body: list[Tree] = [("UdrtkgTermntnNtfctnDtls", details)]
    return _document("tsrv.012.001.01", "UdrtkgTermntnNtfctn", body)


def _party(code: str) -> list[Tree]:
    other: list[Tree] = [("Id", code), ("SchmeNm", [("Prtry", CODE_SCHEME)])]
    return [("Nm", code), ("Id", [("OrgId", [("Othr", other)])])]


def _amount(amount: Money) -> Tree:
    return (f"Amt {amount.currency}", format_amount(amount))


def _document(message: str, name: str, body: list[Tree]) -> bytes:
    from lxml import etree

    space = f"{NAMESPACE}{message}"
    # None is the namespace without a prefix.
    root = etree.Element(f"{{{space}}}Document", nsmap={None: space})  # type: ignore[dict-item]
    _add(root, space, [(name, body)])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, space: str, content: Iterable[Tree]) -> None:
    from lxml import etree

    for named, inside in content:
        name, _, currency = named.partition(" ")
        element = etree.SubElement(parent, f"{{{space}}}{name}")
        if currency:
            element.set("Ccy", currency)
        if isinstance(inside, str):
            element.text = inside
        else:
            _add(element, space, inside)
