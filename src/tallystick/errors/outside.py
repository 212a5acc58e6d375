# SPDX-License-Identifier: Apache-2.0
"""Files and doors of the outside world: a payment message, a list, a bank, an identity provider."""

from __future__ import annotations

from tallystick.errors.faults import Unavailable
from tallystick.errors.rejected import Malformed, Rejected
from tallystick.errors.unverified import Unverified


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


class InvalidPackage(Unverified):
    """An evidence package or archive is damaged, incomplete, or says other than what it holds."""

    code = "E_PACKAGE"
    title_en = "The package does not hold"
    title_zh = "证据包未通过核验"
    hint_en = "Ask whoever made it for a fresh copy; a copy repaired by hand proves nothing."
    hint_zh = "请向制作方索取新的副本；手工修补的副本没有证明力。"


class InvalidTimeStamp(Unverified):
    """A time-stamp token breaks RFC 3161, is over other bytes, or is by nobody trusted."""

    code = "E_TIME_STAMP"
    title_en = "The time-stamp does not hold"
    title_zh = "时间戳未通过核验"
    hint_en = "Compare the named place with docs/operator/timestamps.md, or ask for a new token."
    hint_zh = "请对照 docs/zh-CN/timestamps.md 检查所指位置，或重新申请时间戳。"


class TimeStampRefused(Unavailable):
    """A time-stamp authority cannot be reached, or did not grant a token."""

    code = "E_TIME_AUTHORITY"
    title_en = "The time-stamp authority gave no token"
    title_zh = "时间戳机构未签发时间戳"
    hint_en = "Try again, or ask another authority."
    hint_zh = "请重试，或改用其他时间戳机构。"


class InvalidCapture(Malformed):
    """A web capture is truncated, damaged, not a WARC file, or its digests do not hold."""

    code = "E_CAPTURE"
    title_en = "The web capture cannot be used"
    title_zh = "网页采集文件无法使用"
    hint_en = "Capture the page again; a damaged capture proves little."
    hint_zh = "请重新采集；损坏的采集文件证明力有限。"


class InvalidCustody(Unverified):
    """A chain of custody cannot be read, has gaps, or contradicts itself."""

    code = "E_CUSTODY"
    title_en = "The chain of custody does not hold"
    title_zh = "监管链记录未通过核验"
    hint_en = "Ask whoever exported it for a fresh copy."
    hint_zh = "请向导出方索取新的副本。"


class BankUnreachable(Unavailable):
    """What connects us with the bank cannot be used now."""

    code = "E_BANK"
    title_en = "The connection to the bank cannot be used"
    title_zh = "银行连接暂不可用"
    hint_en = "Check the folder, its permissions and its disk. Trying again is safe."
    hint_zh = "请检查交换目录、权限与磁盘；可安全重试。"


class InvalidIdentityProvider(Unverified):
    """An identity provider's address, discovery document or keys are not acceptable."""

    code = "E_IDENTITY_PROVIDER"
    title_en = "The identity provider's own documents are not acceptable"
    title_zh = "身份提供方的地址或配置不可接受"
    hint_en = "Compare the named place with docs/operator/identity.md, or ask the provider."
    hint_zh = "请对照 docs/zh-CN/identity.md 检查所指位置，或联系身份提供方。"


class InvalidIdentityToken(Unverified):
    """An ID token is not signed as it must be, or says something else than was asked for."""

    code = "E_IDENTITY_TOKEN"
    title_en = "The identity provider's token does not hold"
    title_zh = "身份令牌未通过核验"
    hint_en = "Begin again. If it happens again, tell the operator the place under field."
    hint_zh = "请重新发起核验；如再次出现，请将 field 所指位置告知运营方。"


class InvalidIdentityResponse(Rejected):
    """A person came back with a response that belongs to no request, or was used before."""

    code = "E_IDENTITY_RESPONSE"
    title_en = "The response belongs to no open identity check"
    title_zh = "该返回信息不属于任何进行中的身份核验"
    hint_en = "Begin again from the link, in the same browser."
    hint_zh = "请在同一浏览器中从链接重新开始。"


class IdentityDenied(Rejected):
    """The identity provider did not identify the person, or the person did not agree."""

    code = "E_IDENTITY_DENIED"
    title_en = "The identity provider did not identify the person"
    title_zh = "身份提供方未完成身份核验"
    hint_en = "Begin again from the link, and log in as the provider asks."
    hint_zh = "请从链接重新开始，并按身份提供方的要求登录。"


class OtherPersonIdentified(Rejected):
    """Somebody was identified, and it is not the person of the record."""

    code = "E_IDENTITY_PERSON"
    title_en = "The person identified is not the one of the record"
    title_zh = "核验到的人员与记录不符"
    hint_en = "Log in as the person the record is for; nothing was put on the ledger."
    hint_zh = "请由记录所指本人登录；未向账本提交任何内容。"


class IdentityProviderUnreachable(Unavailable):
    """The identity provider cannot be reached, or has a fault of its own."""

    code = "E_IDENTITY_UNREACHABLE"
    title_en = "The identity provider cannot be reached"
    title_zh = "身份提供方暂不可达"
    hint_en = "Try again later. If it lasts, check the network and the provider's state."
    hint_zh = "请稍后重试；如持续出现，请检查网络与身份提供方状态。"


class InvalidContentArchive(Malformed):
    """A CAR file is cut off, misbuilt, or has blocks that are not what they are called."""

    code = "E_CAR"
    title_en = "The content archive is not valid"
    title_zh = "内容归档（CAR）无效"
    hint_en = "Have it exported again and compare the size; nothing of it was kept."
    hint_zh = "请重新导出并核对大小；未保留其中任何内容。"


class StoreUnreachable(Unavailable):
    """The store of documents, a program or service beside the node, cannot be used now."""

    code = "E_STORE"
    title_en = "The store of documents cannot be used"
    title_zh = "文件存储暂不可用"
    hint_en = (
        "Start it, or correct its address: docs/operator/document-stores.md. Retrying is safe."
    )
    hint_zh = "请启动该存储或更正其地址：docs/zh-CN/document-stores.md。可安全重试。"
