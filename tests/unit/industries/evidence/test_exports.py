# SPDX-License-Identifier: Apache-2.0
"""A deposit to take away: every fact of it, each with a name in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import pytest

from tallystick.contracts import Contradiction, ExtractTakeAway, Record, unlabelled
from tallystick.industries.evidence.exports import TAKE_AWAYS
from tallystick.industries.evidence.records import (
    CollectionMethod,
    Collector,
    Deposit,
    EvidenceKind,
    VerificationMethod,
)
from tests.factories import COURT

R = TypeVar("R", bound=Record)
DEPOSIT = Deposit(
    id="EV-2026-000001",
    organization=COURT,
    member="clerk",
    deposited_at=1_790_000_000_000,
    earlier_deposit=False,
    sha256="ab" * 32,
    size=7,
    title="合同",
    captured_at=1_789_999_999_000,
    collector=Collector(device="Pixel", app="Capture"),
)


class OneDeposit:
    """A reader of a table with one deposit."""

    def __init__(self, deposit: Deposit) -> None:
        """Have this one."""
        self.deposit = deposit

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return nothing: the maker reads by key."""
        raise AssertionError((table, kind, equal))

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return the deposit."""
        is_it = (table, key) == ("deposits", (self.deposit.id,))
        return msgspec.convert(msgspec.to_builtins(self.deposit), kind) if is_it else None


def facts(deposit: Deposit) -> dict[str, Any]:
    """Return the facts as the file has them."""
    take_away = TAKE_AWAYS["deposit"]
    assert isinstance(take_away, ExtractTakeAway)
    made = take_away.facts(OneDeposit(deposit), "EV-2026-000001")
    plain: dict[str, Any] = msgspec.to_builtins(dict(made))
    assert unlabelled(take_away.labels, plain) == []
    return plain


def test_a_deposit_s_paper_says_what_the_ledger_says() -> None:
    """Content, who, when, how it was collected; times as people in China read them."""
    said = facts(DEPOSIT)
    assert said["content"]["sha256"] == "ab" * 32
    assert (said["organization"], said["title"]) == (COURT, "合同")
    assert said["deposited_at"] == "2026-09-21T22:13:20.000+08:00"
    assert said["collection"]["captured_at"] == "2026-09-21T22:13:19.000+08:00"
    assert (said["collection"]["device"], said["collection"]["version"]) == ("Pixel", None)
    bare = facts(msgspec.structs.replace(DEPOSIT, collector=None, captured_at=None))
    assert set(bare["collection"].values()) == {"upload", None, False}


def test_a_deposit_s_paper_says_how_it_can_be_verified_and_where_it_stands_in_its_matter() -> None:
    """JUD: the ways of the trade, each yes or no; the collector; the deposit before it."""
    plain = facts(DEPOSIT)
    assert plain["verification"] == {
        "time_stamp": False,
        "electronic_signature": False,
        "hash_check": True,
    }
    assert plain["collection"]["registered"] is False
    assert (plain["matter_number"], plain["matter_previous"]) == (0, None)
    ways = (VerificationMethod.TIME_STAMP, VerificationMethod.HASH_CHECK)
    chained = msgspec.structs.replace(
        DEPOSIT,
        verification=ways,
        collector_registered=True,
        matter_number=2,
        matter_previous="EV-2026-000000",
    )
    said = facts(chained)
    assert said["verification"]["time_stamp"] is True
    assert said["verification"]["electronic_signature"] is False
    assert said["collection"]["registered"] is True
    assert (said["matter_number"], said["matter_previous"]) == (2, "EV-2026-000000")
    take_away = TAKE_AWAYS["deposit"]
    assert isinstance(take_away, ExtractTakeAway)
    labels = take_away.labels
    assert labels["verification.time_stamp"].label.zh == "可信时间戳"
    assert labels["verification.time_stamp"].label.en == "time-stamp"


def test_words_for_kinds_and_methods_are_those_that_there_are() -> None:
    """No kind of evidence and no way of collecting is without words."""
    take_away = TAKE_AWAYS["deposit"]
    assert isinstance(take_away, ExtractTakeAway)
    assert set(take_away.labels["kind"].words) == set(EvidenceKind)
    assert set(take_away.labels["collection.method"].words) == set(CollectionMethod)


def test_a_deposit_that_is_not_there_has_no_paper() -> None:
    """E_HASH: the tables contradict each other."""
    with pytest.raises(Contradiction):
        facts(msgspec.structs.replace(DEPOSIT, id="EV-2026-000002"))
