# SPDX-License-Identifier: Apache-2.0
"""The last page of a certificate: how to verify it, also without our software."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tallystick.interchange.certificates.records import EXTRACT_FILE, Standing, Text, named


class Step(NamedTuple):
    """One step, with the command that does it."""

    zh: str
    en: str
    command: str = ""


_LISTING_TITLE: Final = {"zh": "如何核验本案卷", "en": "How to check this package"}
_REPORT_TITLE: Final = {"zh": "如何重做本次核验", "en": "How to repeat this verification"}
_CASE_TITLE: Final = {"zh": "如何核验本案卷", "en": "How to check this case file"}
_FIGURES_TITLE: Final = {"zh": "如何核验本报告", "en": "How to check this report"}
_TITLE: Final = {"zh": "如何核验本证书", "en": "How to verify this certificate"}


def help_of(standing: Standing, digest: str) -> dict[str, Any]:
    """Return the last page: steps, and the figures that they compare."""
    return {
        "title": _TITLE,
        "steps": [one._asdict() for one in _steps(standing, digest)],
        "facts": [],
    }


def _steps(standing: Standing, digest: str) -> tuple[Step, ...]:
    return (
        Step(
            "一步核验：安装 Tallystick，使用从本账本任一成员机构取得的信任文件 trust.json。"
            "不要采用随本证书一同收到的信任文件。无需联网。",
            "In one step: with Tallystick and the trust file of this ledger, which any of its "
            "member organisations gives you. Do not take the trust file from whoever sent you "
            "the certificate. No network is needed.",
            "tally verify certificate.pdf --trust trust.json",
        ),
        Step(
            "不使用本软件，核验签章：用任意支持 PAdES 的阅读器或下列命令，确认签章有效、覆盖全文，"
            "且签章证书的 SHA-256 指纹与证书所列一致。签章证书为机构自签，由账本而非根证书机构证明其归属。",
            "Without us, the seal: any PAdES reader, or this command, says that the signature is "
            "valid and covers the whole file; the SHA-256 fingerprint of its certificate is the "
            "one on the page. The certificate is the organisation's own: the ledger, and no root "
            "authority, says whose it is.",
            "pdfsig certificate.pdf\n"
            "pdfsig -dump certificate.pdf\n"
            "openssl cms -cmsout -print -inform DER -in certificate.pdf.sig0",
        ),
        Step(
            "不使用本软件，取出附件，并比对摘要。下列摘要应与 extract.json 的摘要一致。",
            "Without us, the attachments: take them out and compare the digest, which is that of "
            "extract.json.",
            f"pdfdetach -saveall certificate.pdf\nopenssl dgst -sha256 {EXTRACT_FILE}\n{digest}",
        ),
        Step(
            "extract.json 内含经签名的检查点、每条记录的默克尔证明与交易回执；"
            "核验步骤与字节格式见公开规范 extract.md、receipt.md、state.md、checkpoint.md。",
            "extract.json holds a signed checkpoint, a Merkle proof of every record and the "
            "receipts of the transactions; the steps and every byte are in the public "
            "specifications extract.md, receipt.md, state.md and checkpoint.md.",
        ),
        Step(
            "certificate.json 载明本页的排版依据与签章登记的证明：该签章由 "
            f"{_sealer(standing).zh} 的管理员在账本上公布。",
            "certificate.json says how the page was set, and proves the seal: an administrator of "
            f"{_sealer(standing).en} published it on the ledger.",
        ),
        Step(
            "本证书反映所载区块高度时的情况，不证明其后未发生变化；现状请向账本节点查询，"
            "或扫描证书上的二维码取得核验文本。",
            "The certificate tells how things stood after the block it names, and not that nothing "
            "came later: ask a node of the ledger, with the text of the QR code.",
            standing.link,
        ),
    )


def _sealer(standing: Standing) -> Text:
    """Return who set the seal: the registered name with the code, else the code."""
    return named(standing.organization, standing.names)


def listing_help(command: str) -> dict[str, Any]:
    """Return the last page of a package's index; `command` checks the package."""
    return {
        "title": _LISTING_TITLE,
        "steps": [one._asdict() for one in _listing_steps(command)],
        "facts": [],
    }


def _listing_steps(command: str) -> tuple[Step, ...]:
    return (
        Step(
            "一步核验：安装 Tallystick，使用从本账本任一成员机构取得的信任文件。逐项核验文件、链上证明、"
            "时间戳、签名与采集程序，并重新生成本目录比对。",
            "In one step: with Tallystick and the trust file of this ledger from one of its member "
            "organisations. Files, proofs, time-stamps, signatures and collecting programs are "
            "checked item by item, and this index is made again and compared.",
            command,
        ),
        Step(
            "不使用本软件，核验完整性：案卷为 BagIt 证据包，解压后以任一 BagIt 工具或下列命令核对全部文件。",
            "Without us, that it is whole: the package is a BagIt bag. Unpack it and check all "
            "files with any BagIt tool, or so.",
            "sha256sum -c manifest-sha256.txt\nsha256sum -c tagmanifest-sha256.txt",
        ),
        Step(
            "不使用本软件，核对一项证据：计算文件的 SHA-256，应与本目录所列一致。",
            "Without us, one exhibit: its SHA-256 is the one that this index lists.",
            "openssl dgst -sha256 data/DEPOSIT/FILE",
        ),
        Step(
            "每项证据的回执、时间戳与存证时的陈述在 evidence/ 下；案件摘录 case.extract.json 含全部记录的"
            "证明。字节格式见公开规范 evidence-package.md、extract.md、receipt.md。",
            "Receipt, time-stamp and statement of each exhibit are below evidence/; the extract "
            "case.extract.json proves every record. Every byte is in the public specifications "
            "evidence-package.md, extract.md and receipt.md.",
        ),
        Step(
            "一致仅说明存证以来未改动；存证之前是否真实，须由其他证据证明。",
            "A match says only that nothing was changed since the deposit. Whether it was true "
            "before is for other evidence.",
        ),
    )


def report_help() -> dict[str, Any]:
    """Return the last page of a verification's report."""
    return {
        "title": _REPORT_TITLE,
        "steps": [one._asdict() for one in _REPORT_STEPS],
        "facts": [],
    }


_REPORT_STEPS: Final = (
    Step(
        "网页核验：打开本账本任一成员机构节点的“核验”页面，放入原件、回执或证书。"
        "原件不会上传，哈希在浏览器内计算。",
        "On a page: open Verify at the node of any member organisation and drop the original, the "
        "receipt or the certificate there. An original is not sent: its hash is computed in the "
        "browser.",
    ),
    Step(
        "离线核验：安装 Tallystick，使用从任一成员机构取得的信任文件。不要采用随文件一同收到的信任文件。无需联网。",
        "Without a network: with Tallystick and the trust file of this ledger from one of its "
        "member organisations. Do not take the trust file from whoever sent you the file.",
        "tally verify FILE --offline --receipt FILE.receipt.json --trust trust.json",
    ),
    Step(
        "不使用本软件，核对哈希：结果应与本报告所列一致。",
        "Without us, the hash: it is the one in this report.",
        "openssl dgst -sha256 FILE\nopenssl dgst -sm3 FILE",
    ),
    Step(
        "不使用本软件，取出本报告的附件 report.json，并比对摘要。",
        "Without us, the attachment report.json: take it out and compare the digest.",
        "pdfdetach -saveall report.pdf\nopenssl dgst -sha256 report.json",
    ),
    Step(
        "“一致”证明内容自存证之时起未被更改；存证之前是否真实，须由其他证据证明。"
        "“部分核验”表示已核验的部分均成立，并列明未能核验的部分。“不一致”不表示文件有假，只表示账本不能证明它。",
        "A match proves that the content is unchanged since it was put on record; whether it was "
        "true before is for other evidence. Partly checked: what was checked holds, and the rest "
        "is named. No match does not mean that a file is false, only that the ledger does not "
        "prove it.",
    ),
)


def case_help() -> dict[str, Any]:
    """Return the last page of a case file."""
    return {
        "title": _CASE_TITLE,
        "steps": [one._asdict() for one in _CASE_STEPS],
        "facts": [],
    }


def figures_help() -> dict[str, Any]:
    """Return the last page of a report of figures."""
    return {
        "title": _FIGURES_TITLE,
        "steps": [one._asdict() for one in _FIGURES_STEPS],
        "facts": [],
    }


_FIGURES_STEPS: Final = (
    Step(
        "取出附件 figures.json，并比对摘要：应与本页所列一致。",
        "Take the attachment figures.json out and compare its digest: it is the one on the page.",
        "pdfdetach -saveall overview.pdf\nopenssl dgst -sha256 figures.json",
    ),
    Step(
        "扫码打开总览网页：每个数字都通向它所统计的事件，逐条可查看交易、回执与证明。",
        "Scan the code: on the page every figure leads to the events that it counted, and each of "
        "them to its transaction, receipt and proof.",
    ),
    Step(
        "向任一节点重新统计：同一时段、同一合约、同一指标，应得同一数字。",
        "Count again at any node: the same time, contract and statistic give the same figure.",
        "curl 'NODE/v1/contracts/CONTRACT/statistics/STATISTIC/stretches?from=…&to=…&stretches=1'",
    ),
    Step(
        "预警由合约的公开规则在账本上得出；处置情况为本机构自行记录，不在账本上。",
        "Alerts follow from public rules of the contracts; how they were handled is this "
        "organisation's own record and not on the ledger.",
    ),
)
_CASE_STEPS: Final = (
    Step(
        "取出附件 case.json，并比对摘要：应与本页所列一致。",
        "Take the attachment case.json out and compare its digest: it is the one on the page.",
        "pdfdetach -saveall case.pdf\nopenssl dgst -sha256 case.json",
    ),
    Step(
        "case.json 的 timeline 列出每笔交易的回执（receipt）。逐份另存后，使用从任一成员机构取得的信任文件离线核验。",
        "The timeline of case.json has the receipt of every transaction. Save one and check it "
        "offline, with the trust file of this ledger from one of its member organisations.",
        "jq '.timeline[0].receipt' case.json > one.receipt.json\n"
        "tally verify one.receipt.json --offline --trust trust.json",
    ),
    Step(
        "不使用本软件，核对文件：计算文件的 SHA-256，应与“文件”一栏所列一致。",
        "Without us, a file: its SHA-256 is the one under Files.",
        "openssl dgst -sha256 FILE",
    ),
    Step(
        "record_proof 为记录在所载区块高度的状态证明；字节格式见公开规范 state.md、receipt.md、checkpoint.md。",
        "record_proof proves the record after the block it names; every byte is in the public "
        "specifications state.md, receipt.md and checkpoint.md.",
    ),
    Step(
        "本案卷反映制作时的情况，不证明其后未发生变化；现状请扫码或向账本节点查询。",
        "This tells how things stood when it was made, and not that nothing came later: scan the "
        "code or ask a node of the ledger.",
    ),
)
