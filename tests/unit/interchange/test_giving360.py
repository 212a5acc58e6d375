# SPDX-License-Identifier: Apache-2.0
"""Grants as the 360Giving standard wants them, judged by its own schema."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tallystick.errors import Malformed
from tallystick.interchange.giving360 import Giver, Grant, Package, package_json, spreadsheet_csv
from tallystick.interchange.iso20022 import Money
from tallystick.interchange.tables import Column, read_table

FOLDER: Final = Path(__file__).parents[2] / "vectors" / "giving360"
FUNDER: Final = Giver(id="91350100M000100Y43", name="基金会")
FORMATS: Final = FormatChecker(formats=())
TEXTS: Final = st.text(min_size=1, max_size=20)


def validator() -> Draft202012Validator:
    """Return the judge; the package schema names the grants' one by an older version's address."""
    package = json.loads((FOLDER / "360-giving-package-schema.json").read_text())
    grant = DRAFT202012.create_resource(json.loads((FOLDER / "360-giving-schema.json").read_text()))
    address = package["properties"]["grants"]["items"]["$ref"]
    registry = Registry().with_resource(address, grant)
    return Draft202012Validator(package, registry=registry, format_checker=FORMATS)


@FORMATS.checks("date-time", raises=ValueError)
def is_full_time(value: object) -> bool:
    """Say whether a text is a day and a time; the judge leaves formats to its user."""
    return isinstance(value, str) and "T" in value and bool(datetime.fromisoformat(value))


def grant(number: int, amount: int = 150_000, text: str = "Payments") -> Grant:
    """Return a grant."""
    return Grant(
        id=f"G-{number}",
        title=text,
        description=text,
        amount=Money(amount, "CNY"),
        awarded=date(2026, 9, 21),
        recipient_id=f"R-{number}",
        recipient_name="7 individual recipients",
        funder=FUNDER,
        programme_code="new-future",
        programme_title=text,
    )


def package(*grants: Grant) -> Package:
    """Return grants as a package."""
    return Package(
        id="CP-1", title="高中生", publisher=FUNDER, issued=date(2026, 11, 27), grants=grants
    )


@given(st.lists(st.tuples(st.integers(0, 10**15), TEXTS), min_size=1, max_size=5))
def test_every_package_fits_the_schema_and_its_amounts_are_exact(
    made: list[tuple[int, str]],
) -> None:
    """Whatever the titles and amounts; a float would lose cents of large ones."""
    grants = [grant(number, *one) for number, one in enumerate(made)]
    written = package_json(package(*grants))
    validator().validate(json.loads(written))
    found = json.loads(written, parse_float=Decimal, parse_int=Decimal)["grants"]
    assert [one["amountAwarded"] * 100 for one in found] == [amount for amount, _ in made]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipientIndividual", None),
        ("awardDate", "21.09.2026"),
        ("amountAwarded", "1500"),
        ("fundingOrganization", []),
    ],
)
def test_the_judge_refuses_what_is_altered(field: str, value: Any) -> None:
    """Otherwise its silence above would say nothing."""
    document = json.loads(package_json(package(grant(1))))
    if value is None:
        del document["grants"][0][field]
    else:
        document["grants"][0][field] = value
    assert not validator().is_valid(document)


def test_the_spreadsheet_has_the_titles_of_the_standard_and_the_same_values() -> None:
    """One row for each grant; amounts in major units."""
    names = {"amount": "Amount Awarded", "funder": "Funding Org:Name"}
    columns = [Column(name=name, headers=(title,)) for name, title in names.items()]
    written = spreadsheet_csv(package(grant(1), grant(2, 5)))
    rows = [row.values for row in read_table(written, columns, ignore_unknown=True)]
    assert [row["amount"] for row in rows] == ["1500.00", "0.05"]
    assert rows[0]["funder"] == "基金会"


def test_a_package_without_grants_is_refused() -> None:
    """The standard wants one at least."""
    for write in (package_json, spreadsheet_csv):
        with pytest.raises(Malformed, match="no grant"):
            write(package())
