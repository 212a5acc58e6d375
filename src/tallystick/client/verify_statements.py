# SPDX-License-Identifier: Apache-2.0
"""Offline verification of transparent statements of other services: who said it, who logged it.

A statement is whole when its issuer and at least one service that logged it are believed, and the
original is at hand or inside. What nobody here knows is not checked, and said so; what is known
and does not hold is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tallystick.client.verification import Check, CheckResult, Verification, Wording
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.wording import format_time, shown
from tallystick.crypto import sha256
from tallystick.errors import (
    HashMismatch,
    InvalidSignature,
    LimitExceeded,
    TallystickError,
)
from tallystick.interchange.transparency import (
    Party,
    ServiceReceipt,
    Services,
    Statement,
    check_issuer,
    check_registration,
    read_receipt,
    read_statement,
)

DETACHED_BYTES_MAX: Final = 64 * 1024 * 1024
"""A detached payload is signed as a whole, so it must fit into memory."""
_NAMES: Final = ("statement", "issuer", "registered", "file")
_TREE_KNOWN: Final = 1
_NO_ORIGINAL: Final = Wording("no original was given", "未提供原件")
_UNSIGNED: Final = Wording(
    "detached: only a signature that holds ties it to the statement",
    "内容在声明之外：须签名成立方能确认对应关系",
)
_NO_STATEMENT: Final = Wording(
    "a receipt alone proves nothing of a document: give the statement, with this as its --receipt",
    "单独的回执不能证明任何文件：请提供声明文件，并以 --receipt 指定本回执",
)
_NO_RECEIPT: Final = Wording("no service has receipted it", "没有任何服务为其出具回执")


@dataclass(frozen=True, slots=True)
class StatementOriginal:
    """What a statement is about."""

    digests: Mapping[str, bytes]
    """`sha256`, `sha384`, `sha512`."""
    content: bytes | None
    """None if it is larger than `DETACHED_BYTES_MAX`."""


def statement_verification(
    data: bytes,
    original: StatementOriginal | None,
    services: Services,
    receipts: tuple[bytes, ...] = (),
) -> Verification:
    """Return the checklist of a transparent statement of another service; never raises for it.

    Args:
        data: the statement (`.cose`).
        original: What it is about, if that is at hand.
        services: Whom the verifier believes.
        receipts: Those that are kept beside the statement instead of inside.
    """
    try:
        statement = read_statement(data)
        statement = replace(statement, receipts=(*statement.receipts, *receipts))
    except TallystickError as error:
        return Verification((failed("statement", error), *map(not_reached, _NAMES[1:])))
    subject, kind = shown(statement.subject), shown(statement.media_type or "?")
    form = passed(
        "statement",
        f"about {subject}, {kind}, {len(statement.receipts)} receipts",
        f"主题 {subject}，{kind}，回执 {len(statement.receipts)} 份",
    )
    issuer, is_signature_good = _issuer(statement, original, services)
    registered = _registrations(statement, services)
    file = _file(statement, original, is_signature_good=is_signature_good)
    return Verification((form, issuer, *registered, file))


def receipt_verification(data: bytes, services: Services) -> Verification:
    """Return the checklist of a receipt of another service without its statement."""
    lacking = [skipped(name, *_NO_STATEMENT) for name in ("statement", "issuer")]
    return Verification((*lacking, _bare_receipt(data, services), skipped("file", *_NO_STATEMENT)))


def _bare_receipt(data: bytes, services: Services) -> Check:
    """Answer for a receipt whose leaf is not known, so that its signature cannot be checked."""
    try:
        receipt = read_receipt(data)
    except TallystickError as error:
        return failed("registered", error)
    name = shown(receipt.issuer or "?")
    is_known = any(one.issuer == receipt.issuer for one in services.services)
    known = (
        Wording("which --services names", "已列于 --services")
        if is_known
        else Wording("which is not among those of --services", "不在 --services 所列之中")
    )
    return skipped(
        "registered",
        f"says that it is by {name}, {known.en}; {_NO_STATEMENT.en}",
        f"自称由 {name} 出具，{known.zh}；{_NO_STATEMENT.zh}",
    )


# --- The steps: each answers, or says what is wrong --------------------------------------------


def _issuer(
    statement: Statement, original: StatementOriginal | None, services: Services
) -> tuple[Check, bool]:
    """Answer for the signer, and whether the signature is good whoever that is."""
    name = shown(statement.issuer)
    party = _named(services.issuers, statement.issuer)
    if party is None and statement.certificate is None:
        unknown = skipped(
            "issuer",
            f"{name} is not among the issuers of --services",
            f"{name} 不在 --services 所列的签发方之中",
        )
        return unknown, False
    try:
        payload = _payload(statement, original)
        if payload is None:
            return skipped("issuer", *_NO_ORIGINAL), False
        is_known = check_issuer(statement, payload, party)
    except TallystickError as error:
        return failed("issuer", error), False
    if is_known:
        return passed("issuer", f"signed by {name}", f"由 {name} 签名"), True
    unknown = skipped(
        "issuer",
        f"signed by the certificate inside; that it is {name}, nobody here vouches for",
        f"签名与内附证书相符；是否确属 {name}，无人担保",
    )
    return unknown, True


def _registrations(statement: Statement, services: Services) -> Iterator[Check]:
    """Answer for every receipt; one that holds makes unknown ones a note."""
    if not statement.receipts:
        yield skipped("registered", *_NO_RECEIPT)
        return
    answers = [_registration(statement, one, services) for one in statement.receipts]
    holds = any(answer.result is CheckResult.PASSED for answer in answers)
    for answer in answers:
        is_note = holds and answer.result is CheckResult.SKIPPED
        yield skipped(answer.name, *answer.evidence, is_required=False) if is_note else answer


def _registration(statement: Statement, data: bytes, services: Services) -> Check:
    try:
        receipt = read_receipt(data)
    except TallystickError as error:
        return failed("registered", error)
    if receipt.tree != _TREE_KNOWN:
        return skipped(
            "registered",
            f"the log is a tree of another kind ({receipt.tree}) than RFC9162_SHA256",
            f"该日志树类型为 {receipt.tree}，不是 RFC9162_SHA256，无法核验",
        )
    known = [one for one in services.services if receipt.issuer in (None, one.issuer)]
    if not known:
        name = shown(receipt.issuer or "?")
        return skipped(
            "registered",
            f"the service {name} is not among those of --services",
            f"服务 {name} 不在 --services 所列之中",
        )
    failure: TallystickError = InvalidSignature("signed by no service", field="registered")
    for service in known:
        try:
            found = check_registration(receipt, statement.registered, service)
        except TallystickError as error:
            failure = error
            continue
        moment = _moment(receipt)
        name = shown(service.issuer)
        return passed(
            "registered",
            f"in the log of {name}, leaf {found.index} of {found.size}{moment.en}",
            f"已登记于 {name} 的日志，第 {found.index} 叶，共 {found.size} 叶{moment.zh}",
        )
    return failed("registered", failure)


def _moment(receipt: ServiceReceipt) -> Wording:
    if receipt.time_ms is None:
        return Wording("", "")
    moment = format_time(receipt.time_ms)
    return Wording(f", receipt of {moment}", f"，回执时间 {moment}")


def _file(
    statement: Statement, original: StatementOriginal | None, *, is_signature_good: bool
) -> Check:
    message, envelope = statement.message, statement.envelope
    if original is None:
        if envelope is None and message.payload is not None:
            digest, size = sha256(message.payload).hex(), len(message.payload)
            return passed(
                "file",
                f"inside, {size} bytes, SHA-256 {digest}",
                f"内容在声明之内，{size} 字节，SHA-256 {digest}",
            )
        return skipped("file", *_NO_ORIGINAL)
    name = "sha256" if envelope is None else envelope.algorithm
    found = original.digests[name]
    if message.payload is None and not is_signature_good:
        return skipped("file", *_UNSIGNED)
    if message.payload is None:
        return passed(
            "file",
            f"detached, covered by the signature: {name} {found.hex()}",
            f"内容在声明之外，为签名所覆盖：{name} {found.hex()}",
        )
    stated = sha256(message.payload) if envelope is None else message.payload
    if found != stated:
        return failed(
            "file",
            HashMismatch(
                f"the file has {name} {found.hex()}, stated is {stated.hex()}",
                field="file",
                expected=stated.hex(),
                found=found.hex(),
            ),
        )
    return passed("file", f"{name} {found.hex()}, as stated", f"{name} {found.hex()}，与声明一致")


def _payload(statement: Statement, original: StatementOriginal | None) -> bytes | None:
    """Return what the signature is over; None if that is the original, which is not here."""
    if statement.message.payload is not None:
        return statement.message.payload
    if original is None:
        return None
    if statement.envelope is not None:
        return original.digests[statement.envelope.algorithm]
    if original.content is None:
        raise LimitExceeded(
            "a detached payload so large is not checked",
            field="file",
            expected=f"at most {DETACHED_BYTES_MAX} bytes",
        )
    return original.content


def _named(parties: tuple[Party, ...], issuer: str) -> Party | None:
    """Return everybody of a name as one: files of several sources may name the same."""
    found = [one for one in parties if one.issuer == issuer]
    return Party(issuer, tuple(key for one in found for key in one.keys)) if found else None
