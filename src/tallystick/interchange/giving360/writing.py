# SPDX-License-Identifier: Apache-2.0
"""Writes grants: amounts are exact decimals in both forms, never binary fractions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from tallystick.errors import Malformed
from tallystick.interchange.giving360.grants import VERSION, Giver, Grant, Package
from tallystick.interchange.iso20022 import format_amount
from tallystick.interchange.tables import write_csv

_JSON: Final = msgspec.json.Encoder(decimal_format="number")
_COLUMNS: Final[tuple[tuple[str, Callable[[Grant], str]], ...]] = (
    ("Identifier", lambda grant: grant.id),
    ("Title", lambda grant: grant.title),
    ("Description", lambda grant: grant.description),
    ("Currency", lambda grant: grant.amount.currency),
    ("Amount Awarded", lambda grant: format_amount(grant.amount)),
    ("Award Date", lambda grant: grant.awarded.isoformat()),
    ("Recipient Ind:Identifier", lambda grant: grant.recipient_id),
    ("Recipient Ind:Name", lambda grant: grant.recipient_name),
    ("Funding Org:Identifier", lambda grant: grant.funder.id),
    ("Funding Org:Name", lambda grant: grant.funder.name),
    ("Grant Programme:Code", lambda grant: grant.programme_code),
    ("Grant Programme:Title", lambda grant: grant.programme_title),
)
"""Columns of the spreadsheet by the titles of the standard."""


def package_json(package: Package) -> bytes:
    """Return a data package.

    Raises:
        Malformed: it has no grant, which the standard does not allow.
    """
    _check(package)
    document = {
        "version": VERSION,
        "identifier": package.id,
        "title": package.title,
        "issued": package.issued.isoformat(),
        "publisher": {"identifier": package.publisher.id, "name": package.publisher.name},
        "grants": [_grant(grant) for grant in package.grants],
    }
    return msgspec.json.format(_JSON.encode(document), indent=2) + b"\n"


def spreadsheet_csv(package: Package) -> bytes:
    """Return the grants as the standard's spreadsheet, one row each.

    Raises:
        Malformed: there is none.
    """
    _check(package)
    rows = [[value(grant) for _, value in _COLUMNS] for grant in package.grants]
    return write_csv([title for title, _ in _COLUMNS], rows)


def _check(package: Package) -> None:
    if not package.grants:
        raise Malformed("a package has no grant", field="grants", expected="at least one")


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "title": grant.title,
        "description": grant.description,
        "currency": grant.amount.currency,
        "amountAwarded": Decimal(format_amount(grant.amount)),
        "awardDate": grant.awarded.isoformat(),
        "recipientIndividual": {"id": grant.recipient_id, "name": grant.recipient_name},
        "fundingOrganization": [_giver(grant.funder)],
        "grantProgramme": [{"code": grant.programme_code, "title": grant.programme_title}],
    }


def _giver(giver: Giver) -> dict[str, str]:
    return {"id": giver.id, "name": giver.name}
