# SPDX-License-Identifier: Apache-2.0
"""Files and doors of the outside world: what is wrong with a payment message, a list, a bank."""

from __future__ import annotations

from tallystick.errors.faults import Unavailable
from tallystick.errors.rejected import Malformed


class HostileFile(Malformed):
    """A file has what no honest one of its kind needs: entities, a bomb, depths without end."""

    code = "E_HOSTILE_FILE"
    title_en = "The file contains what is never accepted"
    title_zh = "文件含有一律不接受的内容"
    hint_en = "Do not open it elsewhere. Ask its sender, by another way, what it is."
    hint_zh = "请勿用其他程序打开；请通过其他渠道向发送方核实。"


class InvalidPaymentFile(Malformed):
    """A payment message is of an unknown kind, breaks its schema, or contradicts itself."""

    code = "E_PAYMENT_FILE"
    title_en = "The payment message is not valid"
    title_zh = "支付报文无效"
    hint_en = "Compare the named place with docs/operator/payments.md, or ask the bank."
    hint_zh = "请对照 docs/zh-CN/payments.md 检查所指位置，或联系银行。"


class InvalidAccount(Malformed):
    """An account, bank or entity identifier whose form or check digits are wrong."""

    code = "E_ACCOUNT"
    title_en = "The account or bank identifier is not valid"
    title_zh = "账号或银行标识无效"
    hint_en = "Ask the holder to read it again from the bank's own paper."
    hint_zh = "请账户持有人对照银行凭证重新核对。"


class InvalidTable(Malformed):
    """A list cannot be read as a table at all: its encoding, its header, its workbook."""

    code = "E_TABLE"
    title_en = "The list cannot be read"
    title_zh = "名单无法读取"
    hint_en = "Save it as CSV (UTF-8) or XLSX with the columns named under expected."
    hint_zh = "请另存为 CSV（UTF-8）或 XLSX，并使用 expected 中列出的列名。"


class BankUnreachable(Unavailable):
    """What connects us with the bank cannot be used now."""

    code = "E_BANK"
    title_en = "The connection to the bank cannot be used"
    title_zh = "银行连接暂不可用"
    hint_en = "Check the folder, its permissions and its disk. Trying again is safe."
    hint_zh = "请检查交换目录、权限与磁盘；可安全重试。"
