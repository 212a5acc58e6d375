# SPDX-License-Identifier: Apache-2.0
"""The forms in which a proof of our log comes, and which checks each of them cannot answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tallystick.client.verification import Wording


class ProofForm(StrEnum):
    """How much of a receipt a file holds."""

    RECEIPT = "receipt"
    STATEMENT = "statement"
    LOG_PROOF = "log-proof"
    COSE_RECEIPT = "cose-receipt"
    CHECKPOINT = "checkpoint"


LACK: Final[Mapping[ProofForm, Wording]] = MappingProxyType(
    {
        ProofForm.STATEMENT: Wording(
            "a transparent statement carries no log entry and no checkpoint: use the .receipt.json",
            "透明声明文件不含日志条目和检查点：请使用 .receipt.json",
        ),
        ProofForm.COSE_RECEIPT: Wording(
            "a COSE receipt says where an entry stands, not what is in it: give the .receipt.json, "
            "which holds it with the entry, the transaction and the checkpoint",
            "COSE 回执只说明条目的位置，不含其内容：请提供 .receipt.json，"
            "其中另有条目、交易与检查点",
        ),
        ProofForm.CHECKPOINT: Wording(
            "a checkpoint says how far the log had grown, not what is in it: give the "
            ".receipt.json or the .tlog-proof of the document",
            "检查点只说明日志的规模，不含任何文件的记录：请提供该文件的 .receipt.json 或 .tlog-proof",
        ),
    }
)
"""What is missing in a form, and which file has it."""

_OF_A_TRANSACTION: Final = ("transaction", "signature", "signer", "file")
_OF_AN_ENTRY: Final = ("entry", "outcome", "inclusion", "time")
_OF_A_CHECKPOINT: Final = (
    *("checkpoint", "finality", "validators"),
    *("organizations", "witnesses", "level"),
)
_UNANSWERED: Final[Mapping[ProofForm, frozenset[str]]] = MappingProxyType(
    {
        ProofForm.STATEMENT: frozenset({*_OF_AN_ENTRY, *_OF_A_CHECKPOINT}),
        ProofForm.COSE_RECEIPT: frozenset({*_OF_A_TRANSACTION, *_OF_AN_ENTRY, *_OF_A_CHECKPOINT}),
        ProofForm.CHECKPOINT: frozenset({*_OF_A_TRANSACTION, *_OF_AN_ENTRY, "receipt_signature"}),
    }
)


def lack_of(form: ProofForm, check: str) -> Wording | None:
    """Return why a proof of a form has no answer to a check; None where it must have one."""
    return LACK[form] if check in _UNANSWERED.get(form, frozenset()) else None
