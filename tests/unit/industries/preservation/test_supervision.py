# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees: figures and alerts that follow from the contract's events alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.industries.preservation import Preservation
from tallystick.industries.preservation.events import ApplicationFiled, SuitMissing
from tallystick.units import TimeMs
from tallystick.views import Projector, StatisticTable, Views, specs_of
from tests.unit.industries.figures import Figures, told
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import AMOUNT, HASH, REQUIRED, Stage
from tests.unit.views.chain import GENESIS, Chain, Deed

CONTRACT: Final[type[Contract]] = Preservation
SPECS: Final = specs_of([schema_of(CONTRACT)])
INSURER: Final = cast.SIGNER.organization
COURT: Final = cast.JUDGE.organization


class Seen:
    """The views of a stage's history."""

    def __init__(
        self,
        stage: Stage,
        folder: Path,
        *,
        refusals: tuple[str, ...] = (),
        method: str = "submit_letters",
    ) -> None:
        """Project the whole history, each call in a block of its own time; then the refusals."""
        self.url = f"sqlite:///{folder / 'views.sqlite'}"
        chain = Chain()
        for at, events in stage.history:
            own = tuple(event for event in events if event.name.startswith("preservation."))
            chain.add(Deed(contract="preservation", events=own), time=TimeMs(at))
        now = TimeMs(stage.now_ms)
        for code in refusals:
            deed = Deed(contract="preservation", method=method, code=code)
            chain.add(deed, time=now)
        chain.add(Deed(contract="preservation", method="tick"), time=now)
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(chain.blocks)

    def table(self, name: str, *, period: str = "") -> StatisticTable:
        """Return a statistic's full table."""
        with closing(Views(self.url)) as views:
            return views.statistic_table("preservation", name, period=period, is_full=True)

    def total(self, name: str, *, period: str = "") -> int | None:
        """Return the total of a statistic."""
        return self.table(name, period=period).total.value

    def cells(self, name: str) -> dict[tuple[object, ...], int | None]:
        """Return the values by cell."""
        return {tuple(one.cell.values()): one.value for one in self.table(name).cells}

    def rules(self) -> set[str]:
        """Return the rules that have warned."""
        with closing(Views(self.url)) as views:
            return {one.rule for one in views.list_alerts("preservation", limit=500).items}


def test_applications_and_security_have_their_figures(stage: Stage, tmp_path: Path) -> None:
    """Three applications, one of them exempt: 300,000 of 2,000,000, so a ratio of 15 %."""
    stage.ordered()
    exempt = stage.filed(cast.LAWYER)
    stage.ok(cast.CLERK, "check_application", application=exempt, case_number="1")
    stage.ok(cast.JUDGE, "exempt_security", application=exempt, exemption="MAINTENANCE")
    stage.filed(cast.LAWYER, is_pre_suit=True)
    seen = Seen(stage, tmp_path)
    assert seen.total("applications_filed") == 3
    assert seen.cells("applications_filed") == {(COURT,): 3}
    assert seen.total("exemptions") == 1
    assert (seen.total("security_asked"), seen.total("amount_asked")) == (REQUIRED, 2 * AMOUNT)
    assert seen.total("security_ratio") == 1_500
    assert seen.cells("pre_suit_filed") == {(cast.LAWYER.organization,): 1}


def test_letters_have_minutes_reasons_and_codes(stage: Stage, tmp_path: Path) -> None:
    """Issued and accepted two hours later; one rejected for a reason; two refused by a code."""
    case = stage.ordered()
    first = stage.issued(case)
    stage.submitted(case, first)
    stage.ok(cast.JUDGE, "reject_letter", letter=first, reason="印章不清")
    second = stage.issued(case)
    stage.warp(hours=2)
    stage.submitted(case, second)
    stage.ok(cast.JUDGE, "accept_letter", letter=second, document=HASH)
    seen = Seen(stage, tmp_path, refusals=("E_HASH", "E_HASH", "E_LIMIT"))
    assert seen.total("issue_to_accept") == 120
    assert seen.cells("letters_rejected") == {("印章不清",): 1}
    assert seen.cells("letters_accepted") == {(INSURER,): 1}
    assert seen.cells("letters_refused") == {("E_HASH",): 2, ("E_LIMIT",): 1}


def test_terms_are_kept_or_not(stage: Stage, tmp_path: Path) -> None:
    """Ruled in time, enforcement begun ten days late: one of two, 50 %."""
    case, _letter = stage.secured()
    stage.ok(cast.JUDGE, "rule", application=case, amount=AMOUNT, ruling=HASH)
    stage.warp(days=20)
    stage.tick()
    stage.ok(cast.OFFICER, "start_execution", application=case)
    seen = Seen(stage, tmp_path)
    assert seen.cells("terms_done") == {("ruling",): 1, ("start",): 1}
    assert seen.total("terms_in_time") == 1
    assert seen.total("compliance") == 5_000
    assert seen.rules() == {"PRES-W6"}


def test_what_is_frozen_lapsed_and_claimed_is_counted(stage: Stage, tmp_path: Path) -> None:
    """Two frozen, one lapsed: one left; a claim awarded on one of two letters: 50 %."""
    stage.in_effect(days=20)
    stage.warp(days=21)
    stage.tick()
    case, letter, _measure = stage.in_effect()
    stage.serve(case)
    stage.decide(stage.claim(letter), 5)
    stage.decide(stage.claim(letter), 0)
    seen = Seen(stage, tmp_path)
    assert seen.total("frozen_amount") == AMOUNT
    assert seen.cells("frozen_amount") == {("DEPOSIT",): AMOUNT}
    assert seen.total("lapses") == 1
    assert seen.cells("claims_decided") == {(INSURER,): 1}
    assert seen.cells("claims_ratio") == {(INSURER,): 5_000}


def test_an_ordinary_case_warns_of_nothing(stage: Stage, tmp_path: Path) -> None:
    """Secured, ruled, frozen, released, paid; a refusal that is no forgery."""
    case, _letter, measure = stage.in_effect()
    stage.released(case, measure)
    assert Seen(stage, tmp_path, refusals=("E_LIMIT", "E_ROLE")).rules() == set()


@pytest.mark.parametrize("code", ["E_HASH", "E_SIG", "E_MISSING"])
def test_every_kind_of_forged_letter_warns(stage: Stage, tmp_path: Path, code: str) -> None:
    """PRES-W1: altered, under another seal, or never issued."""
    assert Seen(stage, tmp_path, refusals=(code,)).rules() == {"PRES-W1"}


@pytest.mark.parametrize(
    ("method", "code"), [("issue_letter", "E_SIG"), ("accept_letter", "E_HASH")]
)
def test_forgeries_at_issue_and_acceptance_warn_too(
    stage: Stage, tmp_path: Path, method: str, code: str
) -> None:
    """PRES-W1: a seal that is not the guarantor's, a file that is not the signed one."""
    assert Seen(stage, tmp_path, refusals=(code,), method=method).rules() == {"PRES-W1"}
    other = tmp_path / "other"
    other.mkdir()
    assert Seen(stage, other, refusals=("E_STATE",), method=method).rules() == set()


def test_every_rule_of_the_section_warns(stage: Stage, tmp_path: Path) -> None:
    """Forgery, exposure, lapse in a live case, a firm that never sues, no suit, a term missed."""
    assets = {"guarantor": INSURER, "net_assets": 10 * AMOUNT}
    stage.ok(cast.REGULATOR, "report_net_assets", **assets)
    stage.in_effect(days=20)
    stage.in_effect(cast.LAWYER, is_pre_suit=True)
    stage.warp(days=45)
    stage.tick()
    stage.warp(days=20)
    stage.tick()
    seen = Seen(stage, tmp_path, refusals=("E_SIG",))
    rules = {rule.id for rule in schema_of(CONTRACT).warnings}
    assert rules == {f"PRES-W{number}" for number in range(1, 7)}
    assert seen.rules() == rules
    assert seen.cells("never_sued") == {(cast.LAWYER.organization,): 1}


@pytest.mark.parametrize(("filed", "missed", "is_raised"), [(3_333, 1_000, True), (10, 3, False)])
def test_seldom_sues_is_more_than_exactly_three_in_ten(
    tmp_path: Path, filed: int, missed: int, *, is_raised: bool
) -> None:
    """PRES-W4 multiplies out: 1,000 of 3,333 are more than three in ten, though told as 3,000."""
    law_firm = {"counsel": "firm"}
    history = [
        *[told(0, ApplicationFiled, is_pre_suit=True, **law_firm)] * filed,
        *[told(1, SuitMissing, **law_firm)] * missed,
    ]
    alerts = Figures(Preservation, history, tmp_path).alerts()
    assert ("PRES-W4 firm" in alerts) is is_raised
