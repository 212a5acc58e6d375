# SPDX-License-Identifier: Apache-2.0
"""Files to take away say what the tables say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from lxml import etree

from tallystick.contracts import Record
from tallystick.industries.preservation.exports import calendar_ics, guarantee_xml, statement_csv
from tallystick.industries.preservation.extract_facts import (
    acceptance_facts,
    letter_facts,
    release_facts,
    ruling_facts,
)
from tallystick.industries.preservation.letter_records import Letter
from tallystick.industries.preservation.paper_labels import (
    ACCEPTANCE_LABELS,
    LETTER_LABELS,
    RELEASE_LABELS,
    RULING_LABELS,
)
from tallystick.industries.preservation.refusals import DoesNotFit, StepMissing
from tallystick.industries.preservation.rules import issued_terms
from tallystick.industries.preservation.trade_messages import (
    demand_xml,
    issuance_xml,
    termination_xml,
)
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.stage import HASH, TAG, Stage, missing

R = TypeVar("R", bound=Record)
TODAY = date(2026, 9, 21)


class StageTables:
    """The tables of a stage, as files are made from them."""

    def __init__(self, stage: Stage) -> None:
        """Read from a stage."""
        self.stage = stage

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        found = self.stage.table(table).values()
        return [
            msgspec.convert(one, kind)
            for one in found
            if all(one[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        found = self.stage.table(table).get(str(key[0]))
        return None if found is None else msgspec.convert(found, kind)


def test_the_letters_facts_pass_the_counter(stage: Stage) -> None:
    """Its line and its JSON are both found unaltered; a fact altered in the JSON is named."""
    letter = stage.issued(stage.ordered())
    facts = letter_facts(StageTables(stage), letter)
    assert facts["limit"] == "300000.00"
    assert stage.ask("check_letter", text=facts["verification_text"])["is_unaltered"]
    content = json.dumps({"facts": facts})
    assert stage.ask("check_letter", file=content.encode())["is_unaltered"]
    altered = content.replace('"limit": "30000000"', '"limit": "30000001"').encode()
    (differs,) = stage.ask("check_letter", file=altered)["differs"]
    assert differs["field_name"] == "limit"


def test_a_statement_has_this_months_letters_and_no_formula(stage: Stage) -> None:
    """Read by the standard library; a reason that a spreadsheet would compute is text."""
    case = stage.ordered()
    letter = stage.issued(case)
    stage.submitted(case, letter)
    stage.ok(cast.JUDGE, "reject_letter", letter=letter, reason="=1+1")
    content = statement_csv(StageTables(stage), cast.SIGNER.organization, TODAY)
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
    assert (row["letter"], row["premium"], row["rejected_for"]) == (letter, "1500.00", "'=1+1")
    later = statement_csv(StageTables(stage), cast.SIGNER.organization, date(2026, 10, 1))
    assert len(later.splitlines()) == 1
    named = f"{cast.SIGNER.organization}/2026-09"
    assert statement_csv(StageTables(stage), named, date(2026, 10, 1)) == content
    for wrong in ("", "2026-13", "2026-9", "september"):
        with pytest.raises(DoesNotFit):
            statement_csv(StageTables(stage), f"{cast.SIGNER.organization}/{wrong}", TODAY)


def test_a_calendar_has_a_day_for_each_measure_in_effect(stage: Stage) -> None:
    """Lines end as RFC 5545 says; the day is that of the expiry in China."""
    case, _letter, _measure = stage.in_effect(days=10)
    text = calendar_ics(StageTables(stage), case, TODAY).decode()
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert "DTSTART;VALUE=DATE:20261001\r\n" in text


def test_a_letter_is_a_guarantee_certificate_by_the_schema_of_oasis(stage: Stage) -> None:
    """Judged by the OASIS XSD with lxml; amount, dates, digest and parties are the letter's."""
    letter = stage.issued(stage.ordered())
    content = guarantee_xml(StageTables(stage), letter, TODAY)
    schemas = Path(__file__).parents[3] / "vectors/ubl/maindoc"
    schema = etree.XMLSchema(etree.parse(schemas / "UBL-GuaranteeCertificate-2.3.xsd"))
    document = etree.fromstring(content)
    schema.assertValid(document)
    texts = {etree.QName(one).localname: one.text for one in document.iter() if one.text}
    assert (texts["LiabilityAmount"], texts["IssueDate"]) == ("300000.00", "2026-09-21")
    assert texts["DocumentHash"] == HASH
    parties = document.xpath("//*[local-name()='PartyIdentification']/*/text()")
    assert parties == [cast.SIGNER.organization, HASH, TAG]
    document.remove(document[-2])
    assert not schema.validate(document)
    assert guarantee_xml(StageTables(stage), letter, TODAY) == content


def paths(facts: Any, above: str = "") -> set[str]:
    """Return the paths of all facts."""
    found: set[str] = set()
    for name, one in facts.items():
        path = f"{above}{name}"
        found.add(path)
        inner = one if isinstance(one, list) else [one]
        found |= {
            deep for each in inner if isinstance(each, dict) for deep in paths(each, f"{path}.")
        }
    return found


def test_every_fact_of_the_extracts_has_a_name_in_both_languages(stage: Stage) -> None:
    """And every name a fact: what is on the page is what is in the file."""
    case, letter, measure = stage.in_effect()
    stage.released(case, measure)
    tables = StageTables(stage)
    assert paths(letter_facts(tables, letter)) == set(LETTER_LABELS)
    assert paths(acceptance_facts(tables, letter)) == set(ACCEPTANCE_LABELS)
    assert paths(ruling_facts(tables, case)) == set(RULING_LABELS)
    assert paths(release_facts(tables, case)) == set(RELEASE_LABELS)


def test_what_has_not_happened_is_not_certified(stage: Stage) -> None:
    """E_STATE: no receipt before the acceptance, no ruling before it, no notice unordered."""
    case = stage.ordered()
    letter = stage.issued(case)
    tables = StageTables(stage)
    with pytest.raises(StepMissing):
        acceptance_facts(tables, letter)
    with pytest.raises(StepMissing):
        ruling_facts(tables, case)
    live, _letter, _measure = stage.in_effect()
    stage.ok(cast.APPLICANT, "ask_release", application=live, ground="WITHDRAWN")
    with pytest.raises(StepMissing):
        release_facts(tables, live)


def test_a_letter_that_was_not_issued_is_not_certified(stage: Stage) -> None:
    """E_STATE: it has neither terms nor anything to present; issued, it has both."""
    letter = stage.chosen(stage.ordered())
    tables = StageTables(stage)
    quoted = tables.record("letters", Letter, letter)
    assert quoted is not None
    with pytest.raises(StepMissing) as no_terms:
        issued_terms(quoted)
    with pytest.raises(StepMissing) as no_letter:
        letter_facts(tables, letter)
    assert no_terms.value.facts() == no_letter.value.facts() == missing(letter, "issue_letter")
    assert stage.issue(letter).code == "ok"
    issued = tables.record("letters", Letter, letter)
    assert issued is not None
    assert issued_terms(issued) == issued.terms
    assert letter_facts(tables, letter)["state"] == "ISSUED"


def test_a_letter_its_claim_and_its_end_are_messages_of_iso_20022(stage: Stage) -> None:
    """tsrv.001, 013 and 012 say number, guarantor, amounts and days; nothing before its step."""
    case, letter, measure = stage.in_effect()
    tables = StageTables(stage)
    issued = etree.fromstring(issuance_xml(tables, letter, TODAY))
    space = {"t": "urn:iso:std:iso:20022:tech:xsd:tsrv.001.001.01"}
    text = {
        path: issued.findtext(f".//t:{path}", namespaces=space)
        for path in ("Id", "UdrtkgAmt/t:Amt", "DtOfIssnc", "Issr//t:Othr/t:Id", "AddtlInf")
    }
    assert list(text.values()) == [
        *(letter, "300000.00", "2026-09-21", cast.SIGNER.organization),
        f"{cast.JUDGE.organization}/{case}",
    ]
    with pytest.raises(StepMissing):
        termination_xml(tables, letter, TODAY)
    stage.serve(case)
    stage.released(case, measure)
    claim = stage.claim(letter, 900)
    with pytest.raises(StepMissing):
        demand_xml(tables, claim, TODAY)
    stage.decide(claim, 700)
    demand = demand_xml(tables, claim, TODAY)
    assert b'<Amt Ccy="CNY">7.00</Amt>' in demand
    assert claim.encode() in demand
    stage.ok(cast.TELLER, "receive_payout", claim=claim, amount=700, reference="R")
    stage.ok(cast.JUDGE, "discharge_letter", letter=letter)
    assert b"<Id>DISCHARGED</Id>" in termination_xml(tables, letter, TODAY)
    denied = stage.chosen(stage.ordered())
    for make in (issuance_xml, termination_xml):
        with pytest.raises(StepMissing):
            make(tables, denied, TODAY)


def test_whatever_way_a_letter_ends_its_message_has_the_day(stage: Stage) -> None:
    """Cancelled by its guarantor, rejected by the court, released with the case."""
    case = stage.ordered()
    cancelled, rejected = stage.issued(case), stage.issued(case)
    stage.ok(cast.SIGNER, "cancel_letter", letter=cancelled)
    stage.submitted(case, rejected)
    stage.ok(cast.JUDGE, "reject_letter", letter=rejected, reason="x")
    other, released = stage.secured()
    stage.ok(cast.JUDGE, "refuse_application", application=other, reason="撤回")
    for letter in (cancelled, rejected, released):
        content = termination_xml(StageTables(stage), letter, TODAY)
        assert b"<FctvDt>2026-09-21</FctvDt>" in content
        assert stage.table("letters")[letter]["state"].encode() in content
