# SPDX-License-Identifier: Apache-2.0
"""The answer of a verification: an ordered checklist and what it amounts to.

Three outcomes, so that nothing half checked looks whole: `match`, `partly checked` (what was
checked holds, and the reasons say what could not be checked), `no match`.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from tallystick.client.wording import format_time, shown
from tallystick.encoding import format_json
from tallystick.errors import Unverified, error_classes


class CheckResult(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Result(StrEnum):
    """What all checks amount to."""

    MATCH = "match"
    PARTLY = "partly checked"
    NO_MATCH = "no match"


class Wording(NamedTuple):
    """A text in the two languages that users read."""

    en: str
    zh: str

    def get(self, language: str) -> str:
        """Return the text in `zh` or, for any other language, in English."""
        return self.zh if language.startswith("zh") else self.en


TITLES: Final[dict[str, Wording]] = {
    "receipt": Wording("receipt format", "回执格式"),
    "network": Wording("network", "所属网络"),
    "transaction": Wording("transaction format", "交易格式"),
    "signature": Wording("signature of the transaction", "交易签名"),
    "signer": Wording("signer", "签名者"),
    "entry": Wording("log entry belongs to the transaction", "日志条目对应该交易"),
    "outcome": Wording("outcome", "执行结果"),
    "inclusion": Wording("inclusion in the log", "日志包含证明"),
    "receipt_signature": Wording("signature of the receipt", "回执签名"),
    "checkpoint": Wording("checkpoint", "检查点"),
    "time": Wording("time", "时间"),
    "finality": Wording("agreement of the validators", "验证者共识"),
    "validators": Wording("validators", "验证者名单"),
    "organizations": Wording("organisations behind it", "背书机构"),
    "witnesses": Wording("witnesses", "见证方"),
    "file": Wording("file hash", "文件哈希"),
    "level": Wording("level", "确认级别"),
}
"""The checks of a receipt by name, in their order."""

OTHER_TITLES: Final[dict[str, Wording]] = {
    "time_stamp": Wording("time-stamp format", "时间戳格式"),
    "imprint": Wording("time-stamp is over this content", "时间戳针对该内容"),
    "authority": Wording("time-stamp authority", "时间戳机构"),
    "still_valid": Wording("certificates still valid", "证书仍在有效期内"),
    "case": Wording("case file", "案卷文件"),
    "archive": Wording("package format", "证据包格式"),
    "manifest": Wording("every file as listed", "文件与清单一致"),
    "listed": Wording("no file beside the lists", "无清单外文件"),
    "exhibits": Wording("proofs for every original", "每份原件均有证明"),
    "custody": Wording("chain of custody", "监管链"),
    "pdf": Wording("PDF file", "PDF 文件"),
    "unchanged": Wording("unchanged since it was sealed", "签章后未改动"),
    "seal": Wording("seal", "电子签章"),
    "records": Wording("records", "记录"),
    "receipts": Wording("transactions", "交易"),
    "facts": Wording("facts", "事实"),
    "statement": Wording("signed statement", "签名声明"),
    "issuer": Wording("issuer of the statement", "声明签发方"),
    "registered": Wording("in the log of a service", "服务日志登记"),
    "active": Wording("active content", "可执行内容"),
    "token_deposited": Wording("time-stamp is the deposited one", "时间戳即存证所登记"),
    "signature_deposited": Wording("signature is the deposited one", "电子签名即存证所登记"),
    "electronic_signature": Wording("electronic signature", "电子签名"),
    "electronic_signer": Wording("signer of the electronic signature", "电子签名人"),
    "link": Wording("text of the certificate", "证书核验文本"),
    "ledger": Wording("as issued on the ledger", "与链上签发内容一致"),
    "standing": Wording("how it stands now", "现状"),
    "page": Wording("page says what the facts say", "页面与事实一致"),
}
"""Those of other proofs, by name; each kind of file has its own order."""

_MARKS: Final = {CheckResult.PASSED: "✔", CheckResult.FAILED: "✖", CheckResult.SKIPPED: "–"}
_HEADLINES: Final = {
    Result.MATCH: Wording("✔ MATCH", "✔ 一致"),
    Result.PARTLY: Wording("◐ PARTLY CHECKED", "◐ 部分核验"),
    Result.NO_MATCH: Wording("✖ NO MATCH", "✖ 不一致"),
}
_COLOURS: Final = {Result.MATCH: "#2b7a3d", Result.PARTLY: "#9a6700", Result.NO_MATCH: "#b42318"}
MEANING: Final = Wording(
    "A match proves that this was deposited at that time and is unchanged since; "
    "whether it was true before the deposit is a question of other evidence.",
    "“一致”证明内容自存证之时起未被更改；存证之前是否真实，须由其他证据证明。",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist."""

    name: str
    """One of `TITLES` or `OTHER_TITLES`; stable, for programs."""
    result: CheckResult
    evidence: Wording
    """What was compared and found."""
    code: str | None = None
    """Error code when failed (`tally explain CODE`), else None."""
    is_required: bool = True
    """Whether skipping it makes the whole only partly checked."""

    @property
    def title(self) -> Wording:
        """What the check is called."""
        return TITLES.get(self.name) or OTHER_TITLES[self.name]


@dataclass(frozen=True, slots=True)
class Subject:
    """What was verified, as far as it could be read; believe it only if the result is a match."""

    transaction_id: str
    """64 hex digits."""
    network: str
    contract: str
    method: str
    organization: str
    organization_name: Wording | None
    """As the trust file has it; None if it does not know the organisation."""
    signer: str
    """Public key of the signer, 64 hex digits."""
    height: int | None
    block_time: int | None
    """Unix milliseconds."""
    index: int | None
    """Place in the log, from 0."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One organisation that stands behind a receipt, by a signature that was checked."""

    role: str
    """`answering` (its node gave the receipt), `validator` or `witness`."""
    organization: str
    name: Wording
    """As the trust file has it; the id where it does not know the organisation."""


@dataclass(frozen=True, slots=True, repr=False)
class Verification:
    """The checklist and its outcome; true in a condition only when it is a match."""

    checks: tuple[Check, ...]
    subject: Subject | None = None
    standing: tuple[Standing, ...] = ()
    """Who stands behind it; believe it only if the result is a match."""

    @property
    def result(self) -> Result:
        """`match`, `partly checked` or `no match`."""
        if any(check.result is CheckResult.FAILED for check in self.checks):
            return Result.NO_MATCH
        return Result.PARTLY if self._open() else Result.MATCH

    @property
    def ok(self) -> bool:
        """Whether everything was checked and holds."""
        return self.result is Result.MATCH

    def __bool__(self) -> bool:
        return self.ok

    @property
    def reasons(self) -> tuple[Check, ...]:
        """Why it is not a match: the failed checks, else the required ones that were skipped."""
        failed = tuple(check for check in self.checks if check.result is CheckResult.FAILED)
        return failed or tuple(self._open())

    def _open(self) -> list[Check]:
        return [c for c in self.checks if c.result is CheckResult.SKIPPED and c.is_required]

    def raise_for_failure(self) -> None:
        """Raise if a check failed; a verification that is only partly checked passes.

        Raises:
            TallystickError: of the first failed check's code.
        """
        for check in self.checks:
            if check.result is CheckResult.FAILED:
                error_class = error_classes().get(check.code or "", Unverified)
                if not issubclass(error_class, Unverified):
                    error_class = Unverified  # whatever the cause, the evidence is at fault
                raise error_class(
                    f"{check.title.en}: {check.evidence.en}", field=check.name, found=check.code
                )

    def headline(self, language: str = "en") -> str:
        """Return the outcome in one line."""
        parts = [_HEADLINES[self.result].get(language)]
        if self.subject and self.result is not Result.NO_MATCH:
            subject = self.subject
            name = subject.organization_name
            parts.append(name.get(language) if name else shown(subject.organization))
            if subject.block_time is not None:
                parts.append(format_time(subject.block_time))
            if subject.height is not None:
                parts.append(f"#{subject.height}")
        return " · ".join(parts)

    def text(self, language: str = "en") -> str:
        """Return the whole checklist for people, one line for each check."""
        lines = [self.headline(language)]
        for check in self.checks:
            line = f"  {_MARKS[check.result]} {check.title.get(language)}: "
            lines.append(line + check.evidence.get(language))
        return "\n".join([*lines, f"  {MEANING.get(language)}"])

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        reasons = ", ".join(check.name for check in self.reasons)
        return f"<Verification {self.result.value!r}{': ' + reasons if reasons else ''}>"

    def to_dict(self) -> dict[str, object]:
        """Return plain values, the same for every language."""
        return {
            "result": self.result.value,
            "ok": self.ok,
            "subject": _plain_subject(self.subject) if self.subject else None,
            "standing": [
                {"role": one.role, "organization": one.organization, "name": one.name._asdict()}
                for one in self.standing
            ],
            "checks": [
                {
                    "name": check.name,
                    "result": check.result.value,
                    "code": check.code,
                    "title": check.title._asdict(),
                    "evidence": check.evidence._asdict(),
                }
                for check in self.checks
            ],
            "meaning": MEANING._asdict(),
        }

    def json(self) -> str:
        """Return `to_dict` as JSON text."""
        return format_json(self.to_dict(), indent=2)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{_MARKS[c.result]}</td><td>{html.escape(c.title.en)}<br>{c.title.zh}</td>"
            f"<td>{html.escape(c.evidence.en)}</td></tr>"
            for c in self.checks
        )
        headline = html.escape(self.headline())
        return f'<b style="color:{_COLOURS[self.result]}">{headline}</b><table>{rows}</table>'


def _plain_subject(subject: Subject) -> dict[str, object]:
    name = subject.organization_name
    return {
        "transaction_id": subject.transaction_id,
        "network": subject.network,
        "contract": subject.contract,
        "method": subject.method,
        "organization": subject.organization,
        "organization_name": name._asdict() if name else None,
        "signer": subject.signer,
        "height": subject.height,
        "block_time": None if subject.block_time is None else format_time(subject.block_time),
        "block_time_ms": subject.block_time,
        "index": subject.index,
    }
