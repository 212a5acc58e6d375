# SPDX-License-Identifier: Apache-2.0
"""The steps of offline verification: bytes and a trust file in, a checklist out.

Pure: no clock, no disk, no network. What is bound to what (docs/auditor/verify-offline.md gives
the same steps by hand):

    trust file --names--> log key --signs--> root (receipt and checkpoint) <--path-- entry
    trust file --names--> validators --sign--> engine header --app hash--> the same root
    file --SHA-256--> transaction arguments --SHA-256 of all bytes--> transaction id in the entry

A step never raises for hostile input: what it finds is a failed check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from tallystick.client.deposited import Deposited, deposited_files
from tallystick.client.files import FileFacts
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, CheckResult, Subject, Verification, Wording
from tallystick.client.verify_agreement import (
    check_finality_proof,
    check_level,
    check_organizations,
    check_validator_set,
    check_witnesses,
    standing_of,
)
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.verify_case import Case, ProofBundle, need
from tallystick.client.verify_forms import ProofForm, lack_of
from tallystick.client.verify_signers import check_checkpoint, check_receipt_signature
from tallystick.client.wording import TIME_MAX, format_time, shown
from tallystick.errors import (
    HashMismatch,
    InvalidReceipt,
    TallystickError,
    UntrustedSigner,
    WrongNetwork,
)
from tallystick.merkle import leaf_hash, verify_inclusion
from tallystick.model import OK, verify_transaction


def check_bundle(
    bundle: ProofBundle, trust: Trust, original: FileFacts | None, *, witnesses_min: int = 0
) -> Verification:
    """Return the checklist of a proof bundle, in the order of `TITLES`; never raises for it."""
    case = Case(bundle, trust, original, witnesses_min)
    checks = tuple(_run(name, case) for name in _STEPS)
    return Verification(checks, _subject(case), standing_of(case, checks))


def unreadable(error: TallystickError) -> Verification:
    """Return the answer for a receipt that could not even be taken apart."""
    rest = [not_reached(name) for name in _STEPS if name != "receipt"]
    return Verification((failed("receipt", error), *rest))


_KINDS: Final[dict[ProofForm, Wording]] = {
    ProofForm.RECEIPT: Wording("file with COSE Receipt", "回执含 COSE 回执"),
    ProofForm.STATEMENT: Wording("statement with COSE Receipt", "透明声明含 COSE 回执"),
    ProofForm.LOG_PROOF: Wording("log proof", "日志证明"),
    ProofForm.COSE_RECEIPT: Wording("COSE Receipt alone", "单独的 COSE 回执"),
    ProofForm.CHECKPOINT: Wording("checkpoint alone, no receipt", "单独的检查点，不含回执"),
}

# --- The steps: each returns its check, or raises what is wrong ---------------------------------


def _check_receipt(case: Case) -> Check:
    """1. The receipt is of a known form, and its COSE Receipt is well formed (RFC 9942)."""
    kind = _KINDS[case.bundle.form]
    if case.bundle.form is ProofForm.CHECKPOINT:
        return passed("receipt", *kind)
    receipt = need(case.log_receipt)
    return passed(
        "receipt",
        f"{kind.en}, leaf {receipt.index} of {receipt.size}",
        f"{kind.zh}，第 {receipt.index} 叶，共 {receipt.size} 叶",
    )


def _check_network(case: Case) -> Check:
    """2. Every part names the network of the trust file."""
    expected = case.trust.network
    named = {
        "receipt file": case.bundle.network,
        "transaction": case.transaction and case.transaction.call.network,
        "COSE receipt": case.log_receipt and case.log_receipt.origin,
    }
    for part, network in named.items():
        if network is not None and network != expected:
            raise WrongNetwork(
                f"{part} is of network {shown(network)}, the trust file of {expected}",
                field="network",
                expected=expected,
                found=shown(network),
            )
    return passed("network", expected, expected)


def _check_transaction(case: Case) -> Check:
    """3. The transaction is canonical; its id is the SHA-256 of exactly these bytes."""
    transaction = need(case.transaction)
    call = f"{shown(transaction.call.contract)}.{shown(transaction.call.method)}"
    return passed(
        "transaction",
        f"{call}, id {transaction.id.hex()}",
        f"{call}，编号 {transaction.id.hex()}",
    )


def _check_signature(case: Case) -> Check:
    """4. The key named in the transaction signed exactly these bytes (Ed25519, ZIP 215)."""
    transaction = need(case.transaction)
    verify_transaction(transaction)
    key = transaction.signer.hex()
    return passed("signature", f"Ed25519 key {key}", f"Ed25519 公钥 {key}")


def _check_signer(case: Case) -> Check:
    """5. If the trust file knows the key: it is the claimed organisation's and was in force."""
    transaction = need(case.transaction)
    organization = transaction.organization
    enrolled = case.trust.member_key(transaction.signer)
    name = case.trust.organization_name(organization)
    if enrolled is None:
        known = name or Wording("not in the trust file", "不在信任文件中")
        return skipped(
            "signer",
            f"{shown(organization)} ({known.en}); the key was enrolled after the network was "
            "founded, and the ledger accepted it",
            f"{shown(organization)}（{known.zh}）；该密钥在网络创建之后登记，账本已接受",
            is_required=False,
        )
    if enrolled.organization != organization:
        raise UntrustedSigner(
            f"the key belongs to {enrolled.organization}, not to {shown(organization)}",
            field="organization",
            expected=enrolled.organization,
            found=shown(organization),
        )
    _check_in_force(case, enrolled.valid_from, enrolled.valid_until, enrolled.revoked_at)
    member = case.trust.member(organization, enrolled.member)
    person = member.name if member else Wording(enrolled.member, enrolled.member)
    firm = name or Wording(organization, organization)
    return passed(
        "signer",
        f"{person.en} for {firm.en} ({organization})",
        f"{firm.zh}（{organization}）的{person.zh}",
    )


def _check_in_force(case: Case, start: int, end: int, revoked_at: int | None) -> None:
    if case.entry is None:
        return  # Without an entry there is no time to compare with.
    moment = case.entry.block_time
    if not start <= moment < end or (revoked_at is not None and moment >= revoked_at):
        raise UntrustedSigner(
            "the key was not in force at block time",
            field="signer",
            expected=f"{format_time(start)} to {format_time(end)}",
            found=format_time(moment),
        )


def _check_entry(case: Case) -> Check:
    """6. The log entry is about this transaction: it holds the SHA-256 of its bytes."""
    transaction, entry = need(case.transaction), need(case.entry)
    if entry.transaction_id != transaction.id:
        raise InvalidReceipt(
            f"the entry is about transaction {entry.transaction_id.hex()}",
            field="entry.transaction_id",
            expected=transaction.id.hex(),
            found=entry.transaction_id.hex(),
        )
    return passed("entry", f"block {entry.height}", f"区块 {entry.height}")


def _check_outcome(case: Case) -> Check:
    """7. The ledger carried the transaction out; a refused one is in the log too, with its code."""
    outcome = need(case.entry).outcome
    if not outcome.is_ok:
        code = shown(outcome.code)
        return Check(
            "outcome",
            CheckResult.FAILED,
            Wording(
                f"the ledger refused the transaction: {code}; nothing was changed",
                f"账本拒绝了该交易：{code}；状态未被更改",
            ),
            code,
        )
    return passed("outcome", OK, "成功")


def _check_inclusion(case: Case) -> Check:
    """8. The path leads from the entry to the checkpoint's root (RFC 9162, 2.1.3.2)."""
    receipt, checkpoint = need(case.log_receipt), need(case.checkpoint)
    leaf = leaf_hash(need(case.bundle.entry))
    verify_inclusion(leaf, receipt.index, receipt.size, receipt.path, checkpoint.root)
    return passed(
        "inclusion",
        f"leaf {receipt.index} of {receipt.size}, root {checkpoint.root.hex()}",
        f"第 {receipt.index} 叶，共 {receipt.size} 叶，树根 {checkpoint.root.hex()}",
    )


def _check_time(case: Case) -> Check:
    """11. founded <= block time <= checkpoint, within the transaction's validity; heights too."""
    transaction, entry = need(case.transaction), need(case.entry)
    checkpoint = need(case.checkpoint)
    relations = (
        ("block time before the founding", case.trust.genesis.created <= entry.block_time),
        ("block time after the checkpoint", entry.block_time <= checkpoint.time <= TIME_MAX),
        ("height outside the checkpoint", 1 <= entry.height <= checkpoint.height),
        ("validity ended before block time", entry.block_time <= transaction.call.valid_until),
    )
    for wrong, holds in relations:
        if not holds:
            raise InvalidReceipt(wrong, field="time", found=format_time(entry.block_time))
    moment = format_time(entry.block_time)
    return passed("time", f"block time {moment}", f"区块时间 {moment}（UTC）")


def _check_file(case: Case) -> Check:
    """16. The original has the SHA-256 and size that were deposited, and the SM3 if one was."""
    listed = deposited_files(need(case.transaction).call)
    if case.original is None:
        return skipped(
            "file",
            "no original was given" if listed else "the transaction names no file",
            "未提供原件" if listed else "该交易不涉及文件",
            is_required=bool(listed),
        )
    found = case.original
    same = [one for one in listed if one.facts.sha256 == found.sha256]
    if not same:
        _refuse_file(listed, found)
    for one in same:
        if not one.differences(found):
            return _file_passed(one, found)
    differing = ", ".join(same[0].differences(found))
    raise HashMismatch(f"same SHA-256, but another {differing}: hash collision or wrong deposit")


Step = Callable[[Case], Check]
_STEPS: Final[dict[str, tuple[Step, tuple[str, ...]]]] = {
    "receipt": (_check_receipt, ()),
    "network": (_check_network, ()),
    "transaction": (_check_transaction, ()),
    "signature": (_check_signature, ("transaction",)),
    "signer": (_check_signer, ("transaction", "entry")),
    "entry": (_check_entry, ("transaction",)),
    "outcome": (_check_outcome, ("entry",)),
    "inclusion": (_check_inclusion, ("receipt", "entry", "checkpoint")),
    "receipt_signature": (check_receipt_signature, ("receipt", "checkpoint")),
    "checkpoint": (check_checkpoint, ("receipt",)),
    "time": (_check_time, ("transaction", "entry", "checkpoint")),
    "finality": (check_finality_proof, ("checkpoint",)),
    "validators": (check_validator_set, ("finality",)),
    "organizations": (check_organizations, ("checkpoint", "finality", "validators")),
    "witnesses": (check_witnesses, ("checkpoint",)),
    "file": (_check_file, ("transaction",)),
    "level": (check_level, ("checkpoint", "witnesses")),
}
"""Each check's step, and the parts it needs beside its own (the one of its name)."""


def _run(name: str, case: Case) -> Check:
    step, needed = _STEPS[name]
    if name in case.failures:
        return failed(name, case.failures[name])
    if any(part in case.failures for part in needed):
        return not_reached(name)
    lack = lack_of(case.bundle.form, name)
    if lack is not None:
        return skipped(name, *lack)
    try:
        return step(case)
    except TallystickError as error:
        return failed(name, error)


def _refuse_file(listed: list[Deposited], found: FileFacts) -> NoReturn:
    digest = found.sha256.hex()
    if not listed:
        raise HashMismatch("the transaction names no file", field="file", found=digest)
    expected = listed[0].facts.sha256.hex() if len(listed) == 1 else f"one of {len(listed)} files"
    raise HashMismatch(
        f"the file has SHA-256 {digest}, deposited was {expected}",
        field="file",
        expected=expected,
        found=digest,
    )


def _file_passed(deposited: Deposited, found: FileFacts) -> Check:
    digest = found.sha256.hex()
    if found.size is None:
        return passed(
            "file",
            f"hash only, the file itself was not seen: SHA-256 {digest} as deposited "
            f"({deposited.place})",
            f"仅比对哈希，未见原件：SHA-256 {digest}，与存证一致（{deposited.place}）",
        )
    return passed(
        "file",
        f"SHA-256 {digest}, {found.size} bytes: as deposited ({deposited.place})",
        f"SHA-256 {digest}，{found.size} 字节，与存证一致（{deposited.place}）",
    )


def _subject(case: Case) -> Subject | None:
    transaction, entry = case.transaction, case.entry
    if transaction is None:
        return None
    name = case.trust.organization_name(transaction.organization)
    return Subject(
        transaction_id=transaction.id.hex(),
        network=shown(transaction.call.network),
        contract=shown(transaction.call.contract),
        method=shown(transaction.call.method),
        organization=shown(transaction.organization),
        organization_name=Wording(name.en, name.zh) if name else None,
        signer=transaction.signer.hex(),
        height=entry.height if entry else None,
        block_time=entry.block_time if entry else None,
        index=case.log_receipt.index if case.log_receipt else None,
    )
