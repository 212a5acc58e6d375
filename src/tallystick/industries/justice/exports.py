# SPDX-License-Identifier: Apache-2.0
"""Files to take away: agreement, complaint, verification report, mediation, enforcement, history.

Extracts are made from records that are in them with their proofs, so whoever has one can make it
again; what the records contradict is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    HistoryTakeAway,
    Label,
    TableReader,
    TakeAway,
    required_record,
)
from tallystick.industries.justice.case_proofs import authorities_of, collector_of, signatures_of
from tallystick.industries.justice.case_records import (
    Case,
    ClaimLine,
    Decision,
    Enforcement,
    Exhibit,
    Findings,
    Mediation,
)
from tallystick.industries.justice.paper_labels import (
    AGREEMENT_LABELS,
    CASE_LABELS,
    ENFORCEMENT_LABELS,
    MEDIATION_LABELS,
    REPORT_LABELS,
)
from tallystick.industries.justice.paper_times import time_of
from tallystick.industries.justice.plain_words import sentence_of
from tallystick.industries.justice.records import Agreement, Obligation, Party, Template
from tallystick.industries.justice.rules import bundle_digest, verdict_of
from tallystick.interchange.iso20022 import Money, format_amount

Facts: TypeAlias = Mapping[str, Any]


def agreement_facts(tables: TableReader, agreement: str) -> Facts:
    """Return what an agreement says, and how each obligation stands, in plain words."""
    kept = required_record(tables, "agreements", Agreement, agreement)
    template = required_record(tables, "templates", Template, kept.template)
    obligations = [_obligation(tables, name) for name in kept.obligations]
    return {
        "agreement": kept.id,
        "state": kept.state,
        "version": kept.version,
        "template": {
            "id": template.id,
            "title": template.title,
            "reviewed_by": template.reviewed_by,
            "digest": template.digest,
        },
        "text_sha256": kept.text,
        "text_deposit": kept.deposit,
        "signed_digest": kept.digest,
        "currency": template.currency,
        "in_force_since": time_of(kept.active_at),
        "parties": [_party(one) for one in kept.parties],
        "signatures": [
            {
                "party": one.role,
                "certificate": one.certificate,
                "public_key": one.public_key,
                "signature": one.signature,
                "signed_at": time_of(one.signed_at),
            }
            for one in kept.signatures
        ],
        "obligations": [
            {
                "id": one.id,
                "zh": sentence_of(template, one).zh,
                "en": sentence_of(template, one).en,
                "state": one.state,
                "due": time_of(one.due),
                "paid": _money(one.paid, one.currency),
                "unpaid": _money(one.unpaid, one.currency),
            }
            for one in obligations
        ],
    }


def case_facts(tables: TableReader, case: str) -> Facts:
    """Return the ready case: complaint, parties, claim computation, signatures, index of deposits.

    Raises:
        Contradiction: the index is not what the creditor confirmed, sums do not add up, or what was
            signed is something else.
    """
    kept = required_record(tables, "cases", Case, case)
    agreement = required_record(tables, "agreements", Agreement, kept.agreement)
    template = required_record(tables, "templates", Template, agreement.template)
    shown = [_exhibit(tables, agreement.id, name) for name in kept.exhibits]
    if bundle_digest(agreement.digest, kept.court, kept.obligations, shown) != kept.bundle:
        raise Contradiction(subject=kept.id, what="bundle")
    claim = kept.claim
    total = sum(one.unmet + one.penalty for one in claim.lines)
    if total != claim.total or claim.unmet + claim.penalty != claim.total:
        raise Contradiction(subject=kept.id, what="claim")
    owed = [_obligation(tables, name) for name in kept.obligations]
    debtors = {one.debtor for one in owed}
    return {
        "case": kept.id,
        "state": agreement.state,
        "court": kept.court,
        "docket": kept.docket,
        "cause": kept.cause,
        "agreement": agreement.id,
        "claimants": [_party(one) for one in agreement.parties if one.role == kept.creditor],
        "respondents": [_party(one) for one in agreement.parties if one.role in debtors],
        "grounds": [
            {
                "zh": sentence_of(template, one).zh,
                "en": sentence_of(template, one).en,
                "due": time_of(one.due),
                "breached_at": time_of(one.breached_at),
            }
            for one in owed
        ],
        "claim": {
            "computed_at": time_of(claim.computed_at),
            "cap_basis_points": claim.cap_bp,
            "lines": [_line(one, template.currency) for one in claim.lines],
            "unmet": _money(claim.unmet, template.currency),
            "penalty": _money(claim.penalty, template.currency),
            "total": _money(claim.total, template.currency),
            "currency": template.currency,
        },
        "confirmed": {
            "bundle": kept.bundle,
            "by": kept.confirmation.role,
            "certificate": kept.confirmation.certificate,
            "signature": kept.confirmation.signature,
            "at": time_of(kept.confirmation.signed_at),
        },
        "signatures": signatures_of(tables, agreement, template, kept),
        "index": [_index_entry(one) | {"collector": collector_of(tables, one)} for one in shown],
        "time_authorities": authorities_of(tables),
    }


def report_facts(tables: TableReader, case: str) -> Facts:
    """Return the verification report: since the deposit, and before it, kept apart (JUD-9).

    Raises:
        Contradiction: a verdict does not follow from its findings.
    """
    kept = required_record(tables, "cases", Case, case)
    agreement = required_record(tables, "agreements", Agreement, kept.agreement)
    items = [_exhibit(tables, agreement.id, name) for name in agreement.exhibits]
    for one in items:
        if one.findings is not None and verdict_of(one.findings) is not one.state:
            raise Contradiction(subject=one.deposit, what="verdict")
    return {
        "case": kept.id,
        "docket": kept.docket,
        "court": kept.court,
        "report_sha256": kept.report,
        "reported_at": time_of(kept.reported_at),
        "items": [_index_entry(one) | _verified(one) for one in items],
    }


def mediation_facts(tables: TableReader, mediation: str) -> Facts:
    """Return a mediation and the agreement it led to; offers are private and only counted.

    Raises:
        Contradiction: the settlement replaces another agreement.
    """
    kept = required_record(tables, "mediations", Mediation, mediation)
    settlement = None
    if kept.settlement is not None:
        new = required_record(tables, "agreements", Agreement, kept.settlement)
        if new.replaces != kept.agreement:
            raise Contradiction(subject=kept.id, what="settlement")
        settlement = agreement_facts(tables, new.id)
    return {
        "mediation": kept.id,
        "agreement": kept.agreement,
        "state": kept.state,
        "mediator": kept.mediator,
        "opened_at": time_of(kept.opened_at),
        "ended_at": time_of(kept.ended_at),
        "reason": kept.reason,
        "evidence": list(kept.evidence),
        "offers": len(kept.offers),
        "settlement": settlement,
    }


def enforcement_facts(tables: TableReader, enforcement: str) -> Facts:
    """Return an application for enforcement with the decision or settlement it rests on."""
    kept = required_record(tables, "enforcements", Enforcement, enforcement)
    agreement = required_record(tables, "agreements", Agreement, kept.agreement)
    owed = [_obligation(tables, name) for name in kept.obligations]
    currency = owed[0].currency
    decision = None
    if agreement.case is not None:
        case = required_record(tables, "cases", Case, agreement.case)
        if case.decision is not None:
            found = required_record(tables, "decisions", Decision, case.decision)
            decision = {
                "id": found.id,
                "deposit": found.deposit,
                "sha256": found.sha256,
                "decided_at": time_of(found.decided_at),
            }
    return {
        "enforcement": kept.id,
        "state": kept.state,
        "court": kept.court,
        "applicant": [_party(one) for one in agreement.parties if one.role == kept.creditor],
        "respondents": [
            _party(one) for one in agreement.parties if one.role in {debt.debtor for debt in owed}
        ],
        "decision": decision,
        "obligations": [
            {"id": one.id, "due": time_of(one.due), "unpaid": _money(one.unpaid, currency)}
            for one in owed
        ],
        "amount": _money(kept.amount, currency),
        "collected": _money(kept.collected, currency),
        "currency": currency,
        "applied_at": time_of(kept.applied_at),
    }


def history_of(tables: TableReader, agreement: str) -> Iterator[tuple[str, str]]:
    """Name the records whose history is an agreement's, from its draft to its end."""
    kept = required_record(tables, "agreements", Agreement, agreement)
    yield "agreements", kept.id
    for obligation in kept.obligations:
        yield "obligations", obligation
    for case in tables.rows("cases", Case, agreement=kept.id):
        yield "cases", case.id
    for mediation in tables.rows("mediations", Mediation, agreement=kept.id):
        yield "mediations", mediation.id
    for enforcement in tables.rows("enforcements", Enforcement, agreement=kept.id):
        yield "enforcements", enforcement.id


def _obligation(tables: TableReader, name: str) -> Obligation:
    return required_record(tables, "obligations", Obligation, name)


def _exhibit(tables: TableReader, agreement: str, deposit: str) -> Exhibit:
    found = tables.record("exhibits", Exhibit, agreement, deposit)
    if found is None:
        raise Contradiction(subject=deposit, what="exhibits")
    return found


def _party(party: Party) -> Facts:
    return {"role": party.role, "organization": party.organization, "person": party.subject}


def _money(amount: int, currency: str) -> str:
    return format_amount(Money(amount, currency))


def _line(line: ClaimLine, currency: str) -> Facts:
    return {
        "obligation": line.obligation,
        "amount": _money(line.amount, currency),
        "paid": _money(line.paid, currency),
        "unmet": _money(line.unmet, currency),
        "days": line.days,
        "agreed_basis_points": line.contract_bp,
        "applied_basis_points": line.applied_bp,
        "penalty": _money(line.penalty, currency),
    }


def _index_entry(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "deposit": exhibit.deposit,
        "file_name": exhibit.file_name,
        "sha256": exhibit.sha256,
        "size": exhibit.size,
        "depositor": exhibit.platform,
        "deposited_at": time_of(exhibit.deposited_at),
        "captured_at_claimed": time_of(exhibit.claimed_capture),
    }


def _verified(exhibit: Exhibit) -> dict[str, Any]:
    weighed = exhibit.considerations
    return {
        "unchanged_since_deposit": {
            "verdict": exhibit.state,
            "findings": None if exhibit.findings is None else _findings(exhibit.findings),
        },
        "true_before_deposit": {"result": exhibit.before, "basis": list(exhibit.basis)},
        "considerations": None
        if weighed is None
        else {
            "platform_compliant": weighed.platform_compliant,
            "platform_independent": weighed.platform_independent,
            "system_clean": weighed.system_clean,
            "method_standard": weighed.method_standard,
        },
        "admitted": exhibit.is_admitted,
    }


def _findings(findings: Findings) -> Facts:
    return {
        "file": findings.file,
        "chain": findings.chain,
        "time": findings.time,
        "signature": findings.signature,
        "collector": findings.collector,
    }


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "agreement": ExtractTakeAway(
            Label(zh="合同及其义务释义", en="the agreement, its obligations in plain words"),
            "agreements",
            agreement_facts,
            ("agreements",),
            labels=AGREEMENT_LABELS,
        ),
        "case": ExtractTakeAway(
            Label(
                zh="起诉状、请求计算与证据目录",
                en="complaint, claim computation, index of evidence",
            ),
            "cases",
            case_facts,
            ("cases", "agreements", "amendments"),
            labels=CASE_LABELS,
        ),
        "report": ExtractTakeAway(
            Label(zh="核验报告", en="verification report"),
            "cases",
            report_facts,
            ("cases",),
            labels=REPORT_LABELS,
        ),
        "mediation": ExtractTakeAway(
            Label(zh="调解书", en="mediation and its settlement"),
            "mediations",
            mediation_facts,
            ("mediations",),
            labels=MEDIATION_LABELS,
        ),
        "enforcement": ExtractTakeAway(
            Label(zh="执行申请书", en="application for enforcement"),
            "enforcements",
            enforcement_facts,
            ("enforcements",),
            labels=ENFORCEMENT_LABELS,
        ),
        "history": HistoryTakeAway(
            Label(
                zh="一份合同的全部事件与经核验的交易回执（ZIP）",
                en="the events and the receipt of every transaction of an agreement (ZIP)",
            ),
            "agreements",
            history_of,
        ),
    }
)
"""What can be taken away, by its name on the command line."""
