# SPDX-License-Identifier: Apache-2.0
"""Offline verification of a case file: its record and every receipt, from JSON or its page.

A case file is made by a node and bears no seal. What it proves is the record, under a signed
checkpoint, and each transaction, by its receipt; titles and sentences in it are the node's own
words. So at best it is partly checked, and the list says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from tallystick.client.proven_record import read_proven_record
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, Verification
from tallystick.client.verify_answers import failed, passed, skipped
from tallystick.client.verify_offline import verify
from tallystick.client.wording import format_time, shown
from tallystick.encoding import Value
from tallystick.errors import InvalidProof, InvalidReceipt, TallystickError
from tallystick.interchange.certificates import (
    CASE_FILE,
    CASE_FORMAT,
    attached_files,
    case_page,
    render,
)

CASE_BYTES_MAX: Final = 64 * 1024 * 1024


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as the file tells it."""

    id: str
    height: int
    time_ms: int
    contract: str
    method: str
    organization: str | None = None
    receipt: dict[str, Any] | None = None


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    network: str
    node: str
    made_at_ms: int
    contract: str
    table: str
    key: str
    record: dict[str, Any]
    record_proof: dict[str, Any] | None = None
    timeline: list[_Told]


def is_case_page(data: bytes) -> bool:
    """Return whether a PDF says that it is a case file of ours; nothing of it is checked."""
    return data.startswith(b"%PDF-") and CASE_FORMAT.encode() in data


def case_verification(data: bytes, trust_of: Callable[[str | None], Trust]) -> Verification:
    """Return the checklist of a case file, JSON or PDF; every failure is a line of it.

    Args:
        data: The file.
        trust_of: The trust file for a network; raises `UsageError` if there is none at hand.

    Raises:
        UsageError, FileProblem: there is no trust file to check it against.
    """
    if not is_case_page(data):
        return Verification(tuple(_content(data, trust_of)))
    try:
        content = attached_files(data).get(CASE_FILE)
        if content is None:
            raise InvalidProof(f"the PDF has no {CASE_FILE} inside", field="pdf")
    except TallystickError as error:
        return Verification((failed("pdf", error),))
    lines = _content(content, trust_of)
    read = passed("pdf", "readable, no active content", "可读取，不含脚本、动作或程序")
    return Verification((read, *lines, _page(data, content)))


def _content(data: bytes, trust_of: Callable[[str | None], Trust]) -> list[Check]:
    try:
        case = msgspec.json.decode(data, type=_Case)
        if case.format != CASE_FORMAT:
            raise InvalidProof("not a case file", field="format", expected=CASE_FORMAT)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return [failed("case", InvalidProof(f"not a case file: {error}"[:200], field="case"))]
    except InvalidProof as error:
        return [failed("case", error)]
    trust, when = trust_of(case.network), format_time(case.made_at_ms)
    key, node = shown(f"{case.contract}/{case.table}/{case.key}"), shown(case.node)
    lines = [passed("case", f"{key}, made {when} by {node}", f"{key}，{when} 由 {node} 制作")]
    for name, step in (("records", _record), ("receipts", _receipts)):
        try:
            lines.append(step(case, trust))
        except TallystickError as error:
            return [*lines, failed(name, error)]
    return [*lines, _WORDS]


def _record(case: _Case, trust: Trust) -> Check:
    """The record is what the state had under a signed checkpoint.

    Raises:
        InvalidProof, InvalidCheckpoint: it is not.
    """
    if case.record_proof is None:
        return skipped("records", *_COVERED)
    proven = read_proven_record(case.record_proof)
    proven.check(trust)
    place = (proven.contract, proven.table, proven.key)
    if place != (case.contract, case.table, case.key):
        raise InvalidProof("the proof is of another record", field="record_proof")
    value = proven.value
    is_told = isinstance(value, Mapping) and all(
        name in case.record and case.record[name] == _plain(one) for name, one in value.items()
    )
    if not is_told:
        raise InvalidProof("the record is not as it was proven", field="record")
    return passed(
        "records",
        f"as proven under the checkpoint of block {proven.height}",
        f"与区块 {proven.height} 的签名检查点所证明的一致",
    )


def _receipts(case: _Case, trust: Trust) -> Check:
    """Every transaction has a receipt that holds, and is told as it says.

    Raises:
        TallystickError: one does not.
    """
    given = [one for one in case.timeline if one.receipt is not None]
    if len(given) < len(case.timeline) or not given:
        return skipped("receipts", *_COVERED)
    for one in given:
        found = verify(one.receipt or {}, trust=trust)
        found.raise_for_failure()
        told = (one.id, one.height, one.time_ms, one.contract, one.method, one.organization)
        subject = found.subject
        if subject is None or told != (
            *(subject.transaction_id, subject.height, subject.block_time),
            *(subject.contract, subject.method, subject.organization),
        ):
            raise InvalidReceipt("a transaction is told otherwise than its receipt", field=one.id)
    count = len(given)
    return passed("receipts", f"{count} receipts hold", f"{count} 份回执成立")


def _page(data: bytes, content: bytes) -> Check:
    """Say whether the page is the one that follows from the file inside."""
    case = msgspec.json.decode(content)
    try:
        address = "/".join(quote(str(case[one])) for one in ("contract", "table", "key"))
        is_same = render(case_page(case, f"{case['node']}/case/{address}")) == data
    except (TallystickError, KeyError, TypeError, ValueError):
        is_same = False  # whatever stands in the file, no page of ours follows from it
    if is_same:
        return passed(
            "page", "set again from the file inside, it is the same", "重新排版后逐字节一致"
        )
    return skipped(
        "page",
        "not the page that this version sets from the file inside: believe the file inside",
        "与本版本由所附文件排出的页面不同：请以所附文件为准",
    )


def _plain(value: Value) -> object:
    """Return a canonical value as the node's JSON has it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


_COVERED: Final = (
    "personal data were covered from who took it away, so it has no proofs of it",
    "取得者无权查看其中的个人信息，故不含证明",
)
_WORDS: Final = skipped(
    "facts",
    "titles and sentences are the words of the node that made the file; proven are the record "
    "and the transactions",
    "名称与文句由制作文件的节点给出；得到证明的是记录与交易",
)
