# SPDX-License-Identifier: Apache-2.0
"""The rules of agreements and claims: pure functions of numbers and records, no tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from tallystick.contracts import DAY_MS, Value, digest_of, replace
from tallystick.industries.justice.case_records import (
    CheckResult,
    Claim,
    ClaimLine,
    Exhibit,
    Findings,
    Verdict,
)
from tallystick.industries.justice.records import (
    OBLIGATIONS_MAX,
    DueKind,
    DueRule,
    Figure,
    JusticeParameters,
    NewTemplate,
    Obligation,
    ObligationKind,
    ObligationRule,
    ObligationState,
    Parameter,
    ParameterKind,
    ParameterValue,
    Party,
    Template,
)
from tallystick.industries.justice.refusals import OutOfRange, TemplateBroken, TooMuch

WHOLE_BP: Final = 10_000
_SPAN_DAYS_MAX: Final = 36_600


class Frame(NamedTuple):
    """What an agreement's obligations are made from, besides its template and values."""

    agreement: str
    signed_at: int


# --- digests -------------------------------------------------------------------------------------


def template_digest(new: NewTemplate) -> str:
    """Return the digest of a template: clauses, blanks, and every rule of its obligations."""
    blanks: list[Value] = [
        [one.name, str(one.kind), one.lowest, one.highest] for one in new.parameters
    ]
    return digest_of(
        "justice template",
        new.title,
        new.cause,
        new.clauses,
        new.currency,
        new.waives_mediation,
        [*new.parties],
        blanks,
        [_rule_parts(one) for one in new.obligations],
    )


def agreement_digest(
    template: str,
    text: str,
    parties: Sequence[Party],
    values: Sequence[ParameterValue],
    *,
    agreement: str,
    version: int,
) -> str:
    """Return what all parties of an agreement sign (JUD-6): text, code, parameters, parties."""
    sides: list[Value] = [[one.role, one.organization, one.subject, one.account] for one in parties]
    filled: list[Value] = [[one.name, one.value] for one in values]
    return digest_of("justice agreement", agreement, version, template, text, sides, filled)


def signing_digest(document: str, role: str) -> str:
    """Return what one party signs of a digest: so nobody's signature is another's."""
    return digest_of("justice signature", document, role)


def bundle_digest(
    agreement: str, court: str, obligations: Sequence[str], exhibits: Sequence[Exhibit]
) -> str:
    """Return what a creditor confirms before a case is filed (JUD-7)."""
    listed = [part for one in exhibits for part in (one.deposit, one.sha256)]
    return digest_of("justice bundle", agreement, court, *obligations, "exhibits", *listed)


def authorization_digest(agreement: str, role: str, account: str, cap: int, until: int) -> str:
    """Return what a debtor signs to let its account be debited."""
    return digest_of("justice debit", agreement, role, account, cap, until)


def enforcement_digest(agreement: str, court: str, obligations: Sequence[str]) -> str:
    """Return what a creditor confirms when it applies for enforcement."""
    return digest_of("justice enforcement", agreement, court, *obligations)


def owed_to(creditor: str, obligations: Iterable[Obligation]) -> list[Obligation]:
    """Return what of these a creditor may have enforced: ordered or confirmed, and overdue."""
    return [
        one
        for one in obligations
        if one.is_enforceable and one.creditor == creditor and one.state is ObligationState.BREACHED
    ]


def likeness(template: str, total: int) -> str:
    """Return a digest that claims of one kind and sum share."""
    return digest_of("justice likeness", template, total)


def _rule_parts(rule: ObligationRule) -> list[Value]:
    due = rule.due
    figures = (rule.amount, rule.grace, rule.penalty, due.days, due.every, due.times)
    numbers: list[Value] = [[one.parameter, one.fixed] for one in figures]
    evidence: list[Value] = [str(one) for one in rule.evidence]
    words: list[Value] = [rule.key, rule.debtor, rule.creditor, str(rule.kind), rule.zh, rule.en]
    return [words, [str(due.kind), due.at, due.after], numbers, [*rule.depends_on], evidence]


# --- templates -----------------------------------------------------------------------------------


def check_template(new: NewTemplate) -> None:
    """Refuse a template whose parts name what is not there, or that goes round in a circle.

    Raises:
        TemplateBroken: which part, and why.
    """
    parameters = {one.name: one for one in new.parameters}
    earlier: set[str] = set()
    _check_unique("parameters", [one.name for one in new.parameters])
    _check_unique("parties", new.parties)
    _check_unique("obligations", [one.key for one in new.obligations])
    for parameter in new.parameters:
        if parameter.lowest > parameter.highest:
            raise TemplateBroken(subject=parameter.name, what="lowest is above highest")
    for rule in new.obligations:
        _check_rule(rule, new.parties, parameters, earlier)
        earlier.add(rule.key)


def _check_unique(subject: str, names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise TemplateBroken(subject=subject, what="one name twice")


def _check_rule(
    rule: ObligationRule,
    parties: Sequence[str],
    parameters: Mapping[str, Parameter],
    earlier: set[str],
) -> None:
    """Check one obligation; what it waits for stands before it, so nothing waits for itself."""
    if rule.debtor == rule.creditor or not {rule.debtor, rule.creditor} <= set(parties):
        raise TemplateBroken(subject=rule.key, what="debtor and creditor are two of the parties")
    waits_for = {*rule.depends_on} | ({rule.due.after} if rule.due.after else set())
    if not waits_for <= earlier:
        raise TemplateBroken(subject=rule.key, what="it waits for what does not stand before it")
    if (rule.due.kind is DueKind.DATE) is (rule.due.at is None):
        raise TemplateBroken(subject=rule.key, what="a date has a parameter, nothing else has")
    if rule.due.kind is not DueKind.EVENT and rule.due.after is not None:
        raise TemplateBroken(subject=rule.key, what="only an event follows an obligation")
    wanted = [
        (rule.amount, {ParameterKind.AMOUNT}),
        (rule.grace, {ParameterKind.DAYS}),
        (rule.penalty, {ParameterKind.RATE}),
        (rule.due.days, {ParameterKind.DAYS}),
        (rule.due.every, {ParameterKind.DAYS}),
        (rule.due.times, {ParameterKind.COUNT}),
        (Figure(parameter=rule.due.at), {ParameterKind.TIME}),
    ]
    for figure, kinds in wanted:
        if figure.parameter is not None:
            found = parameters.get(figure.parameter)
            if found is None or found.kind not in kinds or found.lowest < 0:
                raise TemplateBroken(subject=rule.key, what=f"parameter {figure.parameter}")


def checked_values(template: Template, values: Sequence[ParameterValue]) -> Mapping[str, int]:
    """Return the values by name: one for each blank, each in its range.

    Raises:
        OutOfRange: one is not.
        TemplateBroken: a blank has no value, or a value has no blank.
    """
    given = {one.name: one.value for one in values}
    if len(given) != len(values) or set(given) != {one.name for one in template.parameters}:
        raise TemplateBroken(subject=template.id, what="one value for each parameter")
    for one in template.parameters:
        if not one.lowest <= given[one.name] <= one.highest:
            raise OutOfRange(
                parameter=one.name,
                value=given[one.name],
                lowest=one.lowest,
                highest=one.highest,
            )
    return MappingProxyType(given)


# --- obligations ---------------------------------------------------------------------------------


def obligations_of(
    template: Template, values: Mapping[str, int], frame: Frame
) -> tuple[Obligation, ...]:
    """Return an agreement's obligations, all waiting, in the order of the template.

    Raises:
        TooMuch: there are more than an agreement may have.
    """
    made: list[Obligation] = []
    ids: dict[str, tuple[str, ...]] = {}
    for rule in template.obligations:
        times = _value(rule.due.times, values) if rule.due.kind is DueKind.RECURRING else 1
        if len(made) + times > OBLIGATIONS_MAX:
            raise TooMuch(amount=len(made) + times, limit=OBLIGATIONS_MAX, rule="obligations")
        names = [f"{frame.agreement}.{rule.key}"]
        if rule.due.kind is DueKind.RECURRING:
            names = [f"{names[0]}.{number + 1}" for number in range(times)]
        ids[rule.key] = tuple(names)
        waits_for = tuple(one for key in rule.depends_on for one in ids[key])
        after = ids[rule.due.after][-1:] if rule.due.after else ()
        for number, name in enumerate(names):
            made.append(
                Obligation(
                    id=name,
                    agreement=frame.agreement,
                    key=rule.key,
                    debtor=rule.debtor,
                    creditor=rule.creditor,
                    kind=rule.kind,
                    amount=_value(rule.amount, values),
                    currency=template.currency,
                    due=_due(rule.due, values, frame.signed_at, number),
                    after=after[0] if after else None,
                    days=min(_value(rule.due.days, values), _SPAN_DAYS_MAX),
                    grace_days=min(_value(rule.grace, values), _SPAN_DAYS_MAX),
                    depends_on=waits_for,
                    evidence=rule.evidence,
                    penalty_bp=min(_value(rule.penalty, values), 100_000),
                    state=ObligationState.WAITING,
                )
            )
    return tuple(made)


def _value(figure: Figure, values: Mapping[str, int]) -> int:
    return figure.fixed if figure.parameter is None else values[figure.parameter]


def _due(rule: DueRule, values: Mapping[str, int], signed_at: int, number: int) -> int | None:
    if rule.kind is DueKind.DATE:
        return values[rule.at or ""]
    if rule.after is not None:
        return None
    days = min(_value(rule.days, values), _SPAN_DAYS_MAX)
    if rule.kind is DueKind.RECURRING:
        days += min(_value(rule.every, values), _SPAN_DAYS_MAX) * number
    return signed_at + days * DAY_MS


def breach_after(obligation: Obligation) -> int | None:
    """Return the last millisecond before an obligation is breached (JUD-3); None: not known yet."""
    if obligation.due is None:
        return None
    return obligation.due + obligation.grace_days * DAY_MS


def accrued(obligation: Obligation, now_ms: int) -> Obligation:
    """Return the obligation with every whole day since it was due counted into `amount_days`.

    Calling it at any moments in between changes nothing in the sum: so a payment lowers a claim
    by what is paid, and by nothing else (JUD-4).
    """
    if obligation.due is None or now_ms <= obligation.due:
        return obligation
    days = (now_ms - obligation.due) // DAY_MS
    more = max(days - obligation.counted_days, 0)
    return replace(
        obligation,
        amount_days=obligation.amount_days + more * obligation.unpaid,
        counted_days=max(days, obligation.counted_days),
    )


# --- claims --------------------------------------------------------------------------------------


def claim_line(obligation: Obligation, figures: JusticeParameters, now_ms: int) -> ClaimLine:
    """Return what can be claimed of an obligation: what is unmet, and min(rate, cap) x days."""
    counted = accrued(obligation, now_ms)
    applied = min(counted.penalty_bp, figures.cap_bp)
    return ClaimLine(
        obligation=counted.id,
        amount=counted.amount,
        paid=counted.paid,
        unmet=counted.unpaid,
        days=counted.counted_days,
        contract_bp=counted.penalty_bp,
        applied_bp=applied,
        amount_days=counted.amount_days,
        penalty=counted.amount_days * applied // (WHOLE_BP * figures.year_days),
    )


def claim_of(obligations: Iterable[Obligation], figures: JusticeParameters, now_ms: int) -> Claim:
    """Return the claim over obligations (JUD-5); those that are discharged are no part (JUD-4)."""
    lines = tuple(
        claim_line(one, figures, now_ms)
        for one in obligations
        if one.state is not ObligationState.DISCHARGED
    )
    unmet = sum(one.unmet for one in lines)
    penalty = sum(one.penalty for one in lines)
    return Claim(
        computed_at=now_ms,
        lines=lines,
        cap_bp=figures.cap_bp,
        unmet=unmet,
        penalty=penalty,
        total=unmet + penalty,
    )


def verdict_of(findings: Findings) -> Verdict:
    """Return the verdict that findings lead to; all of it is about the time since the deposit.

    One failed check makes an item inconsistent. It is consistent if the file and the chain's proof
    were checked and agree; time tokens and signatures that are not there are no reason against it.
    """
    checks = (
        findings.file,
        findings.chain,
        findings.time,
        findings.signature,
        findings.collector,
    )
    if CheckResult.FAILED in checks:
        return Verdict.INCONSISTENT
    if findings.file is findings.chain is CheckResult.PASSED:
        return Verdict.CONSISTENT
    return Verdict.UNVERIFIABLE


_VERBS: Final[Mapping[ObligationKind, tuple[str, str]]] = MappingProxyType(
    {
        ObligationKind.PAY: ("支付", "pays"),
        ObligationKind.DELIVER: ("交付", "delivers to"),
        ObligationKind.RETURN: ("返还", "returns to"),
        ObligationKind.NOTIFY: ("通知", "notifies"),
        ObligationKind.PERFORM: ("履行", "performs for"),
    }
)


def verbs_of(kind: ObligationKind) -> tuple[str, str]:
    """Return the verb of an obligation's sentence, in Chinese and English."""
    return _VERBS[kind]
