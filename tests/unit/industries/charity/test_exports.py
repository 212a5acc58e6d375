# SPDX-License-Identifier: Apache-2.0
"""Files to take away of a campaign: their sums are the book's, and they point at nobody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tallystick.client import key_text
from tallystick.contracts import replace
from tallystick.errors import Refused
from tallystick.industries.charity.exports import (
    FILES,
    CampaignFacts,
    check_facts,
    read_campaign,
)
from tallystick.industries.charity.records import Book
from tests.unit.industries.charity.scene import OFFICER, R, Scene, row
from tests.unit.industries.charity.sequences import Sequence as RandomSequence

TODAY = date(2026, 11, 27)


class SceneTables:
    """Reads the tables of a scene."""

    def __init__(self, scene: Scene) -> None:
        """Read from a scene."""
        self.scene = scene

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        return [
            one
            for one in self.scene.all(table, kind)
            if all(getattr(one, name) == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        found = self.scene.ledger.state.records("charity", table).get(key_text(*key))
        return None if found is None else msgspec.convert(found, kind)


def facts_of(scene: Scene, campaign: str) -> CampaignFacts:
    """Return what the tables say."""
    return read_campaign(SceneTables(scene), campaign)


def paid_lists(scene: Scene, campaign: str, *sizes: int) -> list[str]:
    """Pay so many beneficiaries with a list each."""
    batches = []
    for at, size in enumerate(sizes):
        names = [f"l{at}p{number}" for number in range(size)]
        batch = scene.approved(campaign, [row(name, 1_001) for name in names], period=f"p{at}")
        for number, name in enumerate(names, start=1):
            scene.paid(f"{batch}-{number:05d}", name)
        batches.append(batch)
    return batches


def grants_of(facts: CampaignFacts) -> list[dict[str, Decimal]]:
    """Return the grants of the JSON package."""
    document = json.loads(FILES["360giving"](facts, TODAY), parse_float=Decimal)
    found: list[dict[str, Decimal]] = document["grants"]
    return found


def table_of(content: bytes) -> list[dict[str, str]]:
    """Return a CSV file as its reader sees it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("seed", range(6))
def test_the_sums_of_every_file_are_the_book_s_after_any_sequence(seed: int) -> None:
    """CHAR-10: grants add up to what was paid; what came in is where it is or where it went."""
    scene = Scene()
    RandomSequence(seed, scene).run(100)
    for book in scene.all("books", Book):
        facts = facts_of(scene, book.campaign)
        now = table_of(FILES["disclosure"](facts, TODAY))[-1]
        assert Decimal(now["paid"]) * 100 == book.paid
        came = sum(Decimal(now[name]) for name in ("donated", "returned", "moved_in"))
        went = ("available", "held", "paid", "fees", "moved_out")
        assert came == sum(Decimal(now[name]) for name in went)
        if not book.paid:
            continue
        assert sum(one["amountAwarded"] for one in grants_of(facts)) * 100 == book.paid
        rows = table_of(FILES["360giving-csv"](facts, TODAY))
        assert sum(Decimal(one["Amount Awarded"]) for one in rows) * 100 == book.paid


def test_char_8_small_lists_are_taken_together_and_no_grant_names_anyone() -> None:
    """CHAR-8: two lists of two and three are one grant; neither persons nor accounts are in it."""
    scene = Scene()
    campaign = scene.campaign()
    large, *small = paid_lists(scene, campaign, 5, 2, 3)
    facts = facts_of(scene, campaign)
    assert [one["recipientIndividual"] for one in grants_of(facts)] == [
        {"id": f"91350100M000100Y43-{campaign}-{name}-recipients", "name": said}
        for name, said in (
            (large, "5 individual recipients"),
            ("several-lists", "5 individual recipients"),
        )
    ]
    for kind, make in FILES.items():
        text = make(facts, TODAY).decode()
        assert not any(batch in text for batch in small), kind
        for entitlement in scene.ledger.state.records("charity", "entitlements").values():
            assert isinstance(entitlement, dict)
            assert str(entitlement["beneficiary"]) not in text
            assert str(entitlement["id"]) not in text


def test_char_8_fewer_than_five_payments_in_all_are_not_counted() -> None:
    """CHAR-8: only the sum that is disclosed anyway."""
    scene = Scene()
    campaign = scene.campaign()
    paid_lists(scene, campaign, 2)
    (grant,) = grants_of(facts_of(scene, campaign))
    assert grant["recipientIndividual"]["name"] == "Individual recipients"  # type: ignore[index]
    assert grant["amountAwarded"] == Decimal("20.02")


def test_every_disclosure_is_a_row_before_the_sums_of_today() -> None:
    """In order, with the day each was made on."""
    scene = Scene()
    campaign = scene.campaign(gift=10_000)
    scene.ok(OFFICER, "disclose", campaign=campaign)
    scene.give(campaign, 5)
    scene.ok(OFFICER, "disclose", campaign=campaign)
    rows = table_of(FILES["disclosure"](facts_of(scene, campaign), TODAY))
    assert [(one["disclosure"], one["donated"]) for one in rows] == [
        ("1", "100.00"),
        ("2", "100.05"),
        ("", "100.05"),
    ]
    assert [one["day"] for one in rows] == ["2026-09-21", "2026-09-21", "2026-11-27"]


@pytest.mark.parametrize("what", ["payouts", "donations", "disclosures"])
def test_altered_tables_are_refused(what: str) -> None:
    """A row that is missing, or another amount: nothing is exported."""
    scene = Scene()
    campaign = scene.campaign()
    paid_lists(scene, campaign, 1)
    scene.ok(OFFICER, "disclose", campaign=campaign)
    facts = facts_of(scene, campaign)
    check_facts(facts)
    with pytest.raises(Refused, match=what) as refused:
        check_facts(replace(facts, **{what: ()}))
    assert refused.value.code == "E_HASH"


def test_nothing_paid_is_nothing_to_publish() -> None:
    """The standard knows no package without grants."""
    scene = Scene()
    facts = facts_of(scene, scene.campaign())
    for kind in ("360giving", "360giving-csv"):
        with pytest.raises(Refused, match="has paid nothing"):
            FILES[kind](facts, TODAY)
