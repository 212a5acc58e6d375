# SPDX-License-Identifier: Apache-2.0
"""What the facts of the extracts are called on a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts import (
    FactLabel,
    Label,
    choice_words,
    digest_fact,
    fact,
    hidden_fact,
    money_fact,
    state_fact,
    time_fact,
)
from tallystick.industries.justice.case_records import (
    Before,
    CheckResult,
    EnforcementState,
    MediationState,
    Verdict,
)
from tallystick.industries.justice.records import AgreementState, ObligationState
from tallystick.industries.justice.words import WORDS

Labels: TypeAlias = Mapping[str, FactLabel]

_AGREEMENT_STATES: Final = choice_words(WORDS, AgreementState)
_OBLIGATION_STATES: Final = choice_words(WORDS, ObligationState)
_MEDIATION_STATES: Final = choice_words(WORDS, MediationState)
_ENFORCEMENT_STATES: Final = choice_words(WORDS, EnforcementState)
_VERDICTS: Final = choice_words(WORDS, Verdict)
_BEFORE: Final = choice_words(WORDS, Before)
_SIGNED: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "agreement": Label(zh="合同", en="agreement"),
        "bundle": Label(zh="立案案卷", en="bundle filed"),
    }
)
_CHECKS: Final = choice_words(WORDS, CheckResult)


def _party(path: str, zh: str, en: str) -> dict[str, FactLabel]:
    return {
        path: fact(zh, en),
        f"{path}.role": fact("身份", "Role"),
        f"{path}.organization": fact("机构", "Organisation"),
        f"{path}.person": digest_fact("签署人身份摘要", "Person, as a commitment"),
    }


def _index(path: str, zh: str, en: str) -> dict[str, FactLabel]:
    return {
        path: fact(zh, en),
        f"{path}.deposit": fact("存证编号", "Deposit"),
        f"{path}.file_name": fact("文件名", "File name"),
        f"{path}.sha256": digest_fact("SHA-256", "SHA-256"),
        f"{path}.size": fact("大小（字节）", "Size in bytes"),
        f"{path}.depositor": fact("存证机构", "Depositor"),
        f"{path}.deposited_at": time_fact("存证时间", "Deposited at"),
        f"{path}.captured_at_claimed": time_fact("采集时间（声称）", "Captured at (claimed)"),
    }


_COURT: Final = fact("法院", "Court")
_CURRENCY: Final = fact("币种", "Currency")

AGREEMENT_LABELS: Final[Labels] = MappingProxyType(
    {
        "agreement": fact("合同编号", "Agreement"),
        "state": state_fact("状态", "State", _AGREEMENT_STATES),
        "version": fact("版本", "Version"),
        "in_force_since": time_fact("生效时间", "In force since"),
        "currency": _CURRENCY,
        "template": fact("模板", "Template"),
        "template.id": fact("模板编号", "Template"),
        "template.title": fact("名称", "Title"),
        "template.reviewed_by": fact("审查人", "Reviewed by"),
        "template.digest": digest_fact("模板摘要", "Digest of the template"),
        "text_sha256": digest_fact("文本 SHA-256", "SHA-256 of the text"),
        "text_deposit": fact("文本存证", "Deposit of the text"),
        "signed_digest": digest_fact("所签摘要", "What was signed"),
        **_party("parties", "当事人", "Parties"),
        "obligations": fact("义务", "Obligations"),
        "obligations.id": fact("编号", "Obligation"),
        "obligations.zh": fact("释义（中文）", "In plain words (Chinese)"),
        "obligations.en": fact("释义（英文）", "In plain words (English)"),
        "obligations.state": state_fact("状态", "State", _OBLIGATION_STATES),
        "obligations.due": time_fact("期限", "Due"),
        "obligations.paid": money_fact("已付", "Paid"),
        "obligations.unpaid": money_fact("未付", "Unpaid"),
        "signatures": fact("签署", "Signatures"),
        "signatures.party": fact("签署方", "Party"),
        "signatures.certificate": fact("证书", "Certificate"),
        "signatures.signed_at": time_fact("签署时间", "Signed at"),
        "signatures.public_key": digest_fact("公钥", "Public key"),
        "signatures.signature": hidden_fact("签名", "Signature"),
    }
)
CASE_LABELS: Final[Labels] = MappingProxyType(
    {
        "case": fact("案件", "Case"),
        "state": state_fact("状态", "State", _AGREEMENT_STATES),
        "court": _COURT,
        "docket": fact("案号", "Docket number"),
        "cause": fact("案由", "Cause of action"),
        "agreement": fact("合同编号", "Agreement"),
        **_party("claimants", "原告", "Claimants"),
        **_party("respondents", "被告", "Respondents"),
        "grounds": fact("事实与理由", "Grounds"),
        "grounds.zh": fact("义务（中文）", "Obligation (Chinese)"),
        "grounds.en": fact("义务（英文）", "Obligation (English)"),
        "grounds.due": time_fact("期限", "Due"),
        "grounds.breached_at": time_fact("违约时间", "Breached at"),
        "claim": fact("请求计算", "Computation of the claim"),
        "claim.total": money_fact("合计", "Total"),
        "claim.unmet": money_fact("未履行金额", "Unmet"),
        "claim.penalty": money_fact("违约金", "Penalty"),
        "claim.currency": _CURRENCY,
        "claim.computed_at": time_fact("计算时间", "Computed at"),
        "claim.cap_basis_points": fact("违约金上限（万分之，年）", "Cap (of 10,000, a year)"),
        "claim.lines": fact("明细", "Lines"),
        "claim.lines.obligation": fact("义务", "Obligation"),
        "claim.lines.amount": money_fact("金额", "Amount"),
        "claim.lines.paid": money_fact("已付", "Paid"),
        "claim.lines.unmet": money_fact("未付", "Unmet"),
        "claim.lines.days": fact("逾期天数", "Days late"),
        "claim.lines.agreed_basis_points": fact("约定利率（万分之）", "Agreed rate (of 10,000)"),
        "claim.lines.applied_basis_points": fact("适用利率（万分之）", "Applied (of 10,000)"),
        "claim.lines.penalty": money_fact("违约金", "Penalty"),
        "confirmed": fact("债权人确认", "Confirmed by the creditor"),
        "confirmed.by": fact("确认方", "By"),
        "confirmed.at": time_fact("确认时间", "At"),
        "confirmed.certificate": fact("证书", "Certificate"),
        "confirmed.bundle": digest_fact("案卷摘要", "Digest of the bundle"),
        "confirmed.signature": hidden_fact("签名", "Signature"),
        "signatures": fact("当事人签名", "Signatures of the parties"),
        "signatures.of": state_fact("所签文件", "Signed", _SIGNED),
        "signatures.party": fact("签署方", "Party"),
        "signatures.signed_at": time_fact("签署时间", "Signed at"),
        "signatures.certificate": fact("证书", "Certificate"),
        "signatures.authority": fact("认证机构", "Authority"),
        "signatures.certificate_until": time_fact("证书有效期至", "Valid until"),
        "signatures.certificate_revoked_at": time_fact("吊销时间", "Revoked at"),
        "signatures.certificate_in_force": fact("签署时有效", "In force then"),
        "signatures.organization": hidden_fact("机构", "Organisation"),
        "signatures.document": hidden_fact("所签摘要", "What was signed"),
        "signatures.public_key": hidden_fact("公钥", "Public key"),
        "signatures.signature": hidden_fact("签名", "Signature"),
        **_index("index", "证据目录", "Index of evidence"),
        "index.collector": fact("采集程序", "Collecting program"),
        "index.collector.app": fact("程序", "Program"),
        "index.collector.version": fact("版本", "Version"),
        "index.collector.registered_at": time_fact("登记时间", "Registered at"),
        "index.collector.withdrawn_at": time_fact("撤回时间", "Withdrawn at"),
        "index.collector.reason": fact("撤回原因", "Reason"),
        "time_authorities": fact("时间戳机构", "Time-stamp authorities"),
        "time_authorities.name": fact("名称", "Name"),
        "time_authorities.certificate": digest_fact("证书 SHA-256", "SHA-256 of its certificate"),
        "time_authorities.valid_from": time_fact("生效时间", "Valid from"),
        "time_authorities.valid_until": time_fact("有效期至", "Valid until"),
        "time_authorities.published_by": fact("公布机构", "Published by"),
    }
)
INDEX_LABELS: Final[Labels] = MappingProxyType(
    {
        **{name: CASE_LABELS[name] for name in ("case", "court", "docket", "cause", "agreement")},
        **_party("claimants", "原告", "Claimants"),
        **_party("respondents", "被告", "Respondents"),
        "claim": fact("诉讼请求", "Claim"),
        "claim.total": money_fact("合计", "Total"),
        "claim.unmet": money_fact("未履行金额", "Unmet"),
        "claim.penalty": money_fact("违约金", "Penalty"),
        "claim.currency": _CURRENCY,
        "exhibits": fact("证据清单", "List of exhibits"),
        "exhibits.number": fact("序号", "No."),
        "exhibits.deposit": fact("存证编号", "Deposit"),
        "exhibits.file_name": fact("文件名", "File name"),
        "exhibits.sha256": digest_fact("SHA-256", "SHA-256"),
        "exhibits.size": fact("字节", "Bytes"),
        "exhibits.deposited_at": time_fact("存证时间", "Deposited at"),
        "exhibits.handed_in": fact("随卷", "Handed in"),
    }
)
REPORT_LABELS: Final[Labels] = MappingProxyType(
    {
        "case": fact("案件", "Case"),
        "docket": fact("案号", "Docket number"),
        "court": _COURT,
        "reported_at": time_fact("核验时间", "Verified at"),
        "report_sha256": digest_fact("核验报告 SHA-256", "SHA-256 of the report"),
        **_index("items", "证据", "Items"),
        "items.unchanged_since_deposit": fact("存证以来是否改动", "Unchanged since the deposit"),
        "items.unchanged_since_deposit.verdict": state_fact("结论", "Verdict", _VERDICTS),
        "items.unchanged_since_deposit.findings": fact("核验事项", "Findings"),
        **{
            f"items.unchanged_since_deposit.findings.{name}": state_fact(zh, en, _CHECKS)
            for name, zh, en in (
                ("file", "文件哈希", "Hash of the file"),
                ("chain", "链上证明", "Proof of the ledger"),
                ("time", "时间戳", "Time-stamp"),
                ("signature", "签名", "Signature"),
                ("collector", "采集程序", "Collector"),
            )
        },
        "items.true_before_deposit": fact("上链前是否真实", "True before the deposit"),
        "items.true_before_deposit.result": state_fact("认定", "Finding", _BEFORE),
        "items.true_before_deposit.basis": fact("依据", "Basis"),
        "items.considerations": fact("第十七条考量", "Considerations of Article 17"),
        "items.considerations.platform_compliant": fact("平台合规", "Platform compliant"),
        "items.considerations.platform_independent": fact("无利害关系", "Independent"),
        "items.considerations.system_clean": fact("系统清洁", "System clean"),
        "items.considerations.method_standard": fact("方法合乎标准", "Method by a standard"),
        "items.admitted": fact("是否采信", "Admitted"),
    }
)
MEDIATION_LABELS: Final[Labels] = MappingProxyType(
    {
        "mediation": fact("调解", "Mediation"),
        "state": state_fact("结果", "Result", _MEDIATION_STATES),
        "agreement": fact("争议合同", "Agreement in dispute"),
        "mediator": fact("调解组织", "Mediator"),
        "opened_at": time_fact("开始", "Opened at"),
        "ended_at": time_fact("结束", "Ended at"),
        "reason": fact("原因", "Reason"),
        "offers": fact("方案数", "Offers made"),
        "evidence": fact("证据", "Evidence"),
        "settlement": fact("和解协议", "Settlement"),
        **{f"settlement.{path}": label for path, label in AGREEMENT_LABELS.items()},
    }
)
ENFORCEMENT_LABELS: Final[Labels] = MappingProxyType(
    {
        "enforcement": fact("执行", "Enforcement"),
        "state": state_fact("状态", "State", _ENFORCEMENT_STATES),
        "court": _COURT,
        **_party("applicant", "申请执行人", "Applicant"),
        **_party("respondents", "被执行人", "Respondents"),
        "amount": money_fact("申请执行金额", "Amount"),
        "collected": money_fact("执行到位", "Collected"),
        "currency": _CURRENCY,
        "applied_at": time_fact("申请时间", "Applied at"),
        "decision": fact("执行依据", "Decision"),
        "decision.id": fact("裁判", "Decision"),
        "decision.deposit": fact("裁判文书存证", "Deposit of the decision"),
        "decision.sha256": digest_fact("SHA-256", "SHA-256"),
        "decision.decided_at": time_fact("裁判时间", "Decided at"),
        "obligations": fact("未履行义务", "Obligations not performed"),
        "obligations.id": fact("编号", "Obligation"),
        "obligations.due": time_fact("期限", "Due"),
        "obligations.unpaid": money_fact("未付", "Unpaid"),
    }
)
