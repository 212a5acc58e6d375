# SPDX-License-Identifier: Apache-2.0
"""The steps that say whose log key signed the root, and whether that key is to be believed.

A key is one of the trust file, one that the validators show to be registered, or one that was
revoked: then it counts for what the validators agreed on before.
"""

from __future__ import annotations

from typing import Final

from tallystick.client.verification import Check, Wording
from tallystick.client.verify_answers import named, passed, signed_by, skipped
from tallystick.client.verify_case import Case, need
from tallystick.client.verify_forms import LACK
from tallystick.client.wording import format_time
from tallystick.errors import InvalidCheckpoint, UntrustedSigner

_LOG_PROOF_REASON: Final = Wording(
    "a log proof has no COSE receipt: the checkpoint's signature stands behind the root",
    "日志证明不含 COSE 回执：树根由检查点签名背书",
)


def check_receipt_signature(case: Case) -> Check:
    """9. A log key signed that root (COSE_Sign1, detached payload)."""
    receipt = need(case.log_receipt)
    if case.bundle.log_proof is not None:
        return skipped("receipt_signature", *_LOG_PROOF_REASON, is_required=False)
    key = receipt.key_id
    doubt = _doubt(case, "receipt_signature", key)
    organization = case.known_log_keys.get(key)
    if organization is None:
        raise UntrustedSigner(
            f"the trust file has no log key {key.hex()[:64]}",
            field="receipt.kid",
            found=key.hex()[:64],
        )
    if case.bundle.form in LACK:
        return skipped("receipt_signature", *_unsigned(case, organization))
    receipt.verify_root(need(case.checkpoint).root)
    if doubt is not None:
        return doubt
    return passed("receipt_signature", *_signer(case, key, organization))


def check_checkpoint(case: Case) -> Check:
    """10. A log key signed the checkpoint, and it is of the same tree size as the receipt."""
    checkpoint, receipt = need(case.checkpoint), case.log_receipt
    if receipt is not None and checkpoint.size != receipt.size:
        raise InvalidCheckpoint(
            f"the checkpoint is of {checkpoint.size} leaves, the receipt of {receipt.size}",
            field="checkpoint.size",
            expected=str(receipt.size),
            found=str(checkpoint.size),
        )
    doubt = _doubt(case, "checkpoint", case.checkpoint_key)
    if doubt is not None:
        return doubt
    signer = signed_by(case.trust, case.log_keys[case.checkpoint_key])
    return passed(
        "checkpoint",
        f"height {checkpoint.height}, {checkpoint.size} leaves, {signer.en}",
        f"高度 {checkpoint.height}，{checkpoint.size} 叶，{signer.zh}",
    )


def _unsigned(case: Case, organization: str) -> Wording:
    """Return whose key is named, where the root that it signed is not at hand."""
    name, lack = named(case.trust, organization), LACK[case.bundle.form]
    return Wording(
        f"names a log key of {name.en}, whose signature is over a root that is not here: {lack.en}",
        f"所列日志密钥属于{name.zh}，其签名针对的树根不在此文件中：{lack.zh}",
    )


def _signer(case: Case, key: bytes, organization: str) -> Wording:
    """Return who signed, and how the key is known where that is not the trust file."""
    signer, trust = signed_by(case.trust, organization), case.trust
    if key in trust.retired_log_keys:
        revoked_at = format_time(trust.retired_log_keys[key].revoked_at or 0)
        return Wording(
            f"{signer.en}, whose key was revoked later, {revoked_at}",
            f"{signer.zh}，该密钥此后已于 {revoked_at}（UTC）吊销",
        )
    if key in trust.log_keys:
        return signer
    return Wording(
        f"{signer.en}; the key is registered on the ledger, proven by the validators",
        f"{signer.zh}；该密钥已在账本登记，由验证者证明",
    )


def _doubt(case: Case, name: str, key: bytes) -> Check | None:
    """Return why a revoked key's signature is not enough; None for a key to be believed.

    Raises:
        UntrustedSigner: it signed after it was revoked, by its own word.
    """
    retired = case.trust.retired_log_keys.get(key)
    if retired is None or retired.revoked_at is None or key in case.log_keys:
        return None
    owner = named(case.trust, retired.organization)
    revoked_at = format_time(retired.revoked_at)
    checkpoint = case.checkpoint
    if checkpoint is None or checkpoint.time >= retired.revoked_at:
        raise UntrustedSigner(
            f"log key {key.hex()[:64]} was revoked by {retired.organization[:60]}, {revoked_at}",
            field="log_keys",
            expected="a log key that was in force",
            found=key.hex()[:64],
            hint="Ask another organisation's node for the receipt, or this one again.",
        )
    return skipped(
        name,
        f"signed by a key that {owner.en} revoked later, {revoked_at}, and only this signature "
        "says that it is from before: ask a node for the receipt again",
        f"签名密钥此后已由{owner.zh}于 {revoked_at}（UTC）吊销，且仅有该签名自称在吊销之前："
        "请向节点重新索取回执",
    )
