# SPDX-License-Identifier: Apache-2.0
"""A guarantee as a UBL 2.3 GuaranteeCertificate: the same record gives the same bytes, always."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tallystick.interchange.iso20022 import Money, format_amount

if TYPE_CHECKING:
    from lxml import etree

_BASE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
DOCUMENT: Final = f"{_BASE}GuaranteeCertificate-2"
AGGREGATE: Final = f"{_BASE}CommonAggregateComponents-2"
BASIC: Final = f"{_BASE}CommonBasicComponents-2"
VERSION: Final = "2.3"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a guarantor promises; parties are named by their codes, or by commitments."""

    number: str
    case: str
    issued: date
    liability: Money
    purpose: str
    valid_from: date
    valid_until: date
    document: str
    """SHA-256 of the guarantee as a file."""
    guarantor: str
    interested: str
    """For whose obligation it stands: the applicant."""
    beneficiary: str


def write_guarantee(one: Guarantee) -> bytes:
    """Return a guarantee as XML in UTF-8, valid by the schema of UBL 2.3."""
    from lxml import etree

    # The stubs do not know that None stands for the namespace without a prefix.
    names: Any = {None: DOCUMENT, "cac": AGGREGATE, "cbc": BASIC}
    root = etree.Element(f"{{{DOCUMENT}}}GuaranteeCertificate", nsmap=names)
    _text(root, "UBLVersionID", VERSION)
    _text(root, "ID", one.number)
    _text(root, "ContractFolderID", one.case)
    _text(root, "IssueDate", one.issued.isoformat())
    _text(root, "Purpose", one.purpose)
    liability = _text(root, "LiabilityAmount", format_amount(one.liability))
    liability.set("currencyID", one.liability.currency)
    period = _group(root, "ApplicablePeriod")
    _text(period, "StartDate", one.valid_from.isoformat())
    _text(period, "EndDate", one.valid_until.isoformat())
    reference = _group(root, "GuaranteeDocumentReference")
    _text(reference, "ID", one.number)
    external = _group(_group(reference, "Attachment"), "ExternalReference")
    _text(external, "DocumentHash", one.document)
    _text(external, "HashAlgorithmMethod", "http://www.w3.org/2001/04/xmlenc#sha256")
    for role, party in (
        ("GuarantorParty", one.guarantor),
        ("InterestedParty", one.interested),
        ("BeneficiaryParty", one.beneficiary),
    ):
        _text(_group(_group(root, role), "PartyIdentification"), "ID", party)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _group(parent: etree._Element, name: str) -> etree._Element:
    from lxml import etree

    return etree.SubElement(parent, f"{{{AGGREGATE}}}{name}")


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    from lxml import etree

    added = etree.SubElement(parent, f"{{{BASIC}}}{name}")
    added.text = text
    return added
