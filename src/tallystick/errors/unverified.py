# SPDX-License-Identifier: Apache-2.0
"""Unverified: evidence did not check out; stop trusting it."""

from __future__ import annotations

from tallystick.errors.root import TallystickError


class Unverified(TallystickError):
    """Evidence did not check out."""

    code = "E_UNVERIFIED"
    title_en = "The evidence does not check out"
    title_zh = "证据未通过核验"
    hint_en = "Do not rely on it; get the original receipt from its issuer."
    hint_zh = "请勿采信；向出具方索取原始回执。"


class InvalidProof(Unverified):
    """A Merkle proof does not lead from its leaf to its root."""

    code = "E_PROOF"
    title_en = "The proof does not hold"
    title_zh = "证明不成立"


class InvalidCheckpoint(Unverified):
    """A signed log head is malformed, or not signed by a trusted key."""

    code = "E_CHECKPOINT"
    title_en = "The checkpoint is not valid"
    title_zh = "检查点无效"


class InvalidReceipt(Unverified):
    """A receipt is malformed, altered, or does not belong to its transaction."""

    code = "E_RECEIPT"
    title_en = "The receipt is not valid"
    title_zh = "回执无效"


class UntrustedSigner(Unverified):
    """Signed by a key that the trust file does not name."""

    code = "E_TRUST"
    title_en = "The signer is not in the trust file"
    title_zh = "签名方不在信任文件中"
    hint_en = "Use the trust file of the receipt's network."
    hint_zh = "请使用回执所属网络的信任文件。"


class Corrupted(Unverified):
    """Stored bytes fail their checksum or contradict their hashes."""

    code = "E_CORRUPT"
    title_en = "Stored data is damaged"
    title_zh = "存储数据已损坏"
    hint_en = "Stop, keep the folder, restore the last backup: docs/operator/repair.md."
    hint_zh = "请停止并保留目录，恢复最近备份：docs/operator/repair.md。"


class SealedFileChanged(Unverified):
    """A sealed file opens, and is not what was sealed: it was cut off, added to or changed."""

    code = "E_SEALED_CHANGED"
    title_en = "The sealed file was cut off or changed"
    title_zh = "密文文件被截断或改动"
    hint_en = "Fetch it again. What was opened of it was thrown away."
    hint_zh = "请重新下载；已解开的部分已丢弃。"
