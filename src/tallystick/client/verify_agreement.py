# SPDX-License-Identifier: Apache-2.0
"""The steps that say which organisations stand behind a receipt, beside the one that gave it.

finality:  validators --sign--> engine header --app hash--> the checkpoint's roots
witnesses: log keys of other organisations --cosign--> the checkpoint
"""

from __future__ import annotations

from typing import Final

from tallystick.client.finality_check import check_finality
from tallystick.client.verification import Check, CheckResult, Standing, Wording
from tallystick.client.verify_answers import named, not_reached, passed, skipped
from tallystick.client.verify_case import Case, need
from tallystick.client.verify_forms import ProofForm
from tallystick.client.wording import shown
from tallystick.errors import InvalidReceipt, UntrustedSigner
from tallystick.model import FinalityProof

_COMMITTED, _WITNESSED = "committed", "witnessed"
_SOURCES: Final = {
    "genesis": Wording("named by the genesis document", "由创世文件指定"),
    "engine_start": Wording(
        "named by the log key of the node that ordered before them",
        "由此前负责排序的节点以其日志密钥指定",
    ),
}


def check_finality_proof(case: Case) -> Check:
    """12. More than two thirds of the validators signed the roots of the checkpoint."""
    if case.finality is None:
        return _no_finality(case)
    proof = case.finality
    _check_same_roots(case, proof)
    agreement = check_finality(proof, case.trust.validators.chain_id)
    case.agreement = agreement
    height, count, total = proof.header.height, len(agreement.signers), len(proof.validators)
    power = f"{agreement.power}/{agreement.power_total}"
    return passed(
        "finality",
        f"{count} of {total} validators signed the engine's block {height}, power {power}",
        f"引擎区块 {height} 由 {total} 个验证者中的 {count} 个签名，权重 {power}",
    )


def _no_finality(case: Case) -> Check:
    if case.trust.validators.sets:
        return skipped(
            "finality",
            "the network has validators, but this receipt does not show their agreement",
            "该网络设有验证者，但本回执未附其共识签名",
        )
    return skipped(
        "finality", "the network has one ordering node", "该网络由单一节点排序", is_required=False
    )


def _check_same_roots(case: Case, proof: FinalityProof) -> None:
    checkpoint = need(case.checkpoint)
    if proof.height != checkpoint.height:
        raise InvalidReceipt(
            f"finality is of height {proof.height}, the checkpoint of {checkpoint.height}",
            field="finality.header.height",
            expected=str(checkpoint.height + 1),
            found=str(proof.header.height),
        )
    proven = (proof.log_size, proof.log_root, proof.state_root, proof.membership_root)
    shown_here = (
        checkpoint.size,
        checkpoint.root,
        checkpoint.state_root,
        checkpoint.membership_root,
    )
    if proven != shown_here:
        raise InvalidReceipt(
            "finality is of other roots than the checkpoint",
            field="finality.log_root",
            expected=f"{checkpoint.size} leaves, root {checkpoint.root.hex()}",
            found=f"{proof.log_size} leaves, root {proof.log_root.hex()}",
        )


def check_validator_set(case: Case) -> Check:
    """13. They are the validators whom genesis and history name for that height."""
    if case.finality is None:
        return skipped("validators", "no finality", "无最终性证明", is_required=False)
    header, history = case.finality.header, need(case.history)
    trusted = history.at(header.height)
    if trusted.hash != header.validators_hash:
        raise UntrustedSigner(
            f"not the validators in force at height {header.height}",
            field="finality.validators",
            expected=trusted.hash.hex(),
            found=header.validators_hash.hex(),
        )
    case.validator_set = trusted
    first, changes = _SOURCES[history.sets[0].source], history.sets.index(trusted)
    if not changes:
        return passed("validators", *first)
    return passed(
        "validators",
        f"the first {first.en}, then changed {_times(changes)}, each time by the set before",
        f"首届{first.zh}，其后 {changes} 次变更，每次均由前一届签名",
    )


def check_organizations(case: Case) -> Check:
    """14. Which organisations stand behind the log root, by name."""
    answering = case.known_log_keys[case.checkpoint_key]
    if case.finality is None and case.checkpoint_key not in case.log_keys:
        return skipped("organizations", "a revoked key answered", "出具方密钥已吊销")
    if case.finality is None:
        name = named(case.trust, answering)
        return passed("organizations", f"{name.en} only, which answered", f"仅出具回执的{name.zh}")
    found = _agreed(case)
    if not found:
        return not_reached("organizations")
    names = [named(case.trust, one) for one in found]
    return passed(
        "organizations",
        f"{len(names)}: {', '.join(name.en for name in names)}",
        f"{len(names)} 家：{'、'.join(name.zh for name in names)}",
    )


def check_witnesses(case: Case) -> Check:
    """15. Other organisations cosigned the checkpoint (C2SP tlog-cosignature v1)."""
    found = _witnesses(case)
    if not found:
        return skipped("witnesses", "none", "无", is_required=False)
    names = [named(case.trust, one) for one in found]
    return passed(
        "witnesses",
        f"cosigned by {_others(len(names))}: {', '.join(name.en for name in names)}",
        f"另有 {len(names)} 家机构联署：{'、'.join(name.zh for name in names)}",
    )


def check_level(case: Case) -> Check:
    """17. The level is one that the signatures above prove."""
    level, count = case.bundle.level, len(_witnesses(case))
    least = max(case.witnesses_min, 1 if level == _WITNESSED else 0)
    if level not in {_COMMITTED, _WITNESSED}:
        raise InvalidReceipt(
            f"there is no level {shown(level or '')} in receipts",
            field="level",
            expected=_COMMITTED,
        )
    if count < least:
        return skipped(
            "level",
            f"committed is proven; witnessed needs cosignatures of {_others(least)} that the "
            f"trust file knows, there are {count}",
            f"已证明 committed；witnessed 需要信任文件所列其他 {least} 家机构联署，现有 {count} 家",
        )
    if level == _COMMITTED:
        return passed("level", "committed: durable and final", "committed：已持久化且不可撤销")
    return passed(
        "level",
        f"witnessed: committed, and cosigned by {_others(count)}",
        f"witnessed：已 committed，并由另外 {count} 家机构联署",
    )


def standing_of(case: Case, checks: tuple[Check, ...]) -> tuple[Standing, ...]:
    """Return who stands behind the receipt, for programs: only what was checked and holds."""
    holds = {check.name for check in checks if check.result is CheckResult.PASSED}
    found: list[tuple[str, list[str]]] = []
    is_signed_once = case.bundle.form in {ProofForm.LOG_PROOF, ProofForm.CHECKPOINT}
    if "checkpoint" in holds and (is_signed_once or "receipt_signature" in holds):
        found.append(("answering", [case.log_keys[case.checkpoint_key]]))
    if {"finality", "validators"} <= holds:
        found.append(("validator", _agreed(case)))
    if "witnesses" in holds:
        found.append(("witness", _witnesses(case)))
    return tuple(
        Standing(role, shown(organization), named(case.trust, organization))
        for role, organizations in found
        for organization in organizations
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _others(count: int) -> str:
    return "1 other organisation" if count == 1 else f"{count} other organisations"


def _agreed(case: Case) -> list[str]:
    """Return the organisations of the validators who signed, once both were checked."""
    if case.agreement is None or case.validator_set is None:
        return []
    owners = [case.validator_set.organization(key) for key in case.agreement.signers]
    return [owner for owner in owners if owner is not None]


def _witnesses(case: Case) -> list[str]:
    """Return the organisations that cosigned, each once, without the one that answered."""
    answering = case.known_log_keys.get(case.checkpoint_key)
    found = dict.fromkeys(one.organization for one in case.cosignatures)
    return [one for one in found if one != answering]
