# SPDX-License-Identifier: Apache-2.0
"""Rejected: the caller must change the request."""

from __future__ import annotations

from tallystick.errors.root import TallystickError


class Rejected(TallystickError):
    """The request cannot be accepted as it is."""

    code = "E_REQUEST"
    title_en = "The request cannot be accepted"
    title_zh = "请求无法受理"
    hint_en = "Correct the named field and send it again."
    hint_zh = "请更正所指字段后重新提交。"


class Malformed(Rejected):
    """Bytes that are not what they should be: truncated, non-canonical, wrong structure."""

    code = "E_FORMAT"
    title_en = "The bytes or values do not have the required form"
    title_zh = "格式不正确"
    hint_en = "Build the request with the SDK or follow docs/spec/transaction.md."
    hint_zh = "请使用 SDK 生成请求，或按 docs/spec/transaction.md 编码。"


class LimitExceeded(Rejected):
    """A size, depth, count or amount beyond its limit."""

    code = "E_LIMIT"
    title_en = "A limit is exceeded"
    title_zh = "超出限制"
    hint_en = "Split the request or shorten the named field."
    hint_zh = "请拆分请求或缩短所指字段。"


class HistoryTooLong(LimitExceeded):
    """More of the log stands before that height than a node folds for one request."""

    code = "E_HISTORY"
    title_en = "Too much of the log stands before that height to prove its state here"
    title_zh = "该高度之前的日志过长，节点不在线证明其状态"
    hint_en = (
        "Ask for the newest height or an earlier one; who has the block log proves any height: "
        "docs/auditor/state-at-a-height.md."
    )
    hint_zh = (
        "请改用最新高度或更早的高度；持有区块日志者可证明任意高度，见 "
        "docs/auditor/state-at-a-height.md。"
    )


class InvalidSignature(Rejected):
    """The signature does not verify, or its algorithm or key is not acceptable."""

    code = "E_SIG"
    title_en = "The signature is not valid"
    title_zh = "签名无效"
    hint_en = "Sign exactly the bytes that are sent, with the key named in the header."
    hint_zh = "请用消息头中声明的密钥对实际发送的字节签名。"


class WrongNetwork(Rejected):
    """Signed for, or issued by, another network."""

    code = "E_NETWORK"
    title_en = "This belongs to another network"
    title_zh = "不属于本网络"
    hint_en = "Check the address and the trust file: `tally status` shows the network id."
    hint_zh = "请核对地址与信任文件：`tally status` 显示网络编号。"


class Replayed(Rejected):
    """The signer has used this nonce already."""

    code = "E_REPLAY"
    title_en = "This signer has already used this nonce"
    title_zh = "该签名者已使用过此随机数"
    hint_en = "Use a fresh nonce; the first transaction stands."
    hint_zh = "请使用新的随机数；先前的交易仍然有效。"


class Expired(Rejected):
    """Past its `valid_until`."""

    code = "E_EXPIRED"
    title_en = "The validity period has ended"
    title_zh = "已过有效期"
    hint_en = "Sign it again with a later valid_until, and check this machine's clock."
    hint_zh = "请用更晚的有效期重新签名，并检查本机时钟。"


class TooFarAhead(Rejected):
    """It comes too early: its time is not yet, or `valid_until` lies beyond the window."""

    code = "E_EARLY"
    title_en = "It is too early for this"
    title_zh = "时间未到"
    hint_en = (
        "Wait for the time in the message; valid_until must lie in the window (`tally status`)."
    )
    hint_zh = "请等到说明中的时间；交易有效期须在网络允许的窗口内（见 `tally status`）。"


class UnknownContract(Rejected):
    """No such contract or method on this network."""

    code = "E_CONTRACT"
    title_en = "There is no such contract or method"
    title_zh = "没有这样的合约或方法"
    hint_en = "List what exists at /v1/contracts."
    hint_zh = "可在 /v1/contracts 查看现有合约。"


class ContractMigrating(Rejected):
    """The contract's records are being moved into the form of a newer version."""

    code = "E_MIGRATING"
    title_en = "The contract's records are being moved to a newer version"
    title_zh = "合约数据正在迁移到新版本"
    hint_en = "Wait, or help: anyone may send `tally governance migrate NAME`."
    hint_zh = "请等待，或协助完成：任何成员都可执行 `tally governance migrate 名称`。"


class InvalidArguments(Rejected):
    """Arguments of the wrong type, missing, or not known."""

    code = "E_ARGUMENT"
    title_en = "The arguments do not fit the method"
    title_zh = "参数与方法不符"
    hint_en = "Compare with `tally contract show NAME`, or the schema at /v1/contracts/NAME."
    hint_zh = "请对照 `tally contract show 合约名`，或 /v1/contracts/合约名 中的定义。"


class InvalidContract(Rejected):
    """A contract class that breaks a rule of the platform: a type, name or text it may not have."""

    code = "E_DEFINITION"
    title_en = "The contract is not defined correctly"
    title_zh = "合约定义不正确"
    hint_en = "Change the class as the message says: docs/contract-author/first-contract.md."
    hint_zh = "请按提示修改合约类：docs/contract-author/first-contract.md。"


class NotAMember(Rejected):
    """The key is unknown, expired, not yet valid or revoked."""

    code = "E_MEMBER"
    title_en = "The key does not belong to an active member"
    title_zh = "密钥不属于有效成员"
    hint_en = "Have an administrator of your organisation enrol the key."
    hint_zh = "请由所在机构的管理员登记该密钥。"


class IdempotencyConflict(Rejected):
    """The idempotency key was used with a different body."""

    code = "E_IDEMPOTENCY"
    title_en = "The idempotency key was used for something else"
    title_zh = "幂等键已用于其他请求"
    hint_en = "Use a new key for a new request; repeat the same body to retry."
    hint_zh = "新请求请使用新的幂等键；重试时请保持内容不变。"


class WrongMethod(Rejected):
    """The HTTP method is not offered at this path."""

    code = "E_METHOD"
    title_en = "This path does not offer that method"
    title_zh = "该路径不支持此请求方法"
    hint_en = "Use a method named in the Allow header; see /docs."
    hint_zh = "请使用 Allow 头中列出的方法，见 /docs。"


class WrongMediaType(Rejected):
    """The body's media type is not one the endpoint reads."""

    code = "E_MEDIA_TYPE"
    title_en = "The body is not of a media type this endpoint reads"
    title_zh = "不支持该内容类型"
    hint_en = "Send the Content-Type named under expected."
    hint_zh = "请使用 expected 中给出的 Content-Type。"


class WrongProtocol(Rejected):
    """An upload in another version of the tus protocol than this node speaks."""

    code = "E_PROTOCOL"
    title_en = "This version of the upload protocol is not spoken here"
    title_zh = "不支持该上传协议版本"
    hint_en = "Send Tus-Resumable: 1.0.0 (docs/spec/document.md)."
    hint_zh = "请发送 Tus-Resumable: 1.0.0（见 docs/spec/document.md）。"


class ActiveFile(Rejected):
    """A PDF to be kept has a script, an action or a program inside, and nobody said to keep it."""

    code = "E_ACTIVE_FILE"
    title_en = "The PDF has a script, an action or a program inside"
    title_zh = "该 PDF 含有脚本、动作或程序"
    hint_en = (
        "Do not open it; ask for a clean copy. If it is evidence and must stay as it is, say so: "
        "`--as-evidence`, in a form “kept as it is”; that goes on record."
    )
    hint_zh = (
        "请勿打开，应索取不含脚本的文件。如系证据须保持原样，请注明：命令行加 `--as-evidence`，"
        "表单中勾选“原样保留”，该事实将登记上链。"
    )


class RangeNotSatisfiable(Rejected):
    """Bytes of a document beyond its end."""

    code = "E_RANGE"
    title_en = "The document has no such bytes"
    title_zh = "文件没有所请求的字节范围"
    hint_en = "Ask for bytes within the size that the ledger states."
    hint_zh = "请在账本所载大小之内请求。"


class TooSlow(Rejected):
    """The request did not arrive in the time allowed."""

    code = "E_TIMEOUT"
    title_en = "The request took too long to arrive"
    title_zh = "请求传输超时"
    hint_en = "Check the connection and send it again."
    hint_zh = "请检查网络后重新发送。"


class WrongOffset(Rejected):
    """A piece of an upload does not begin where the last one ended."""

    code = "E_OFFSET"
    title_en = "The upload goes on at another place"
    title_zh = "上传须从其他位置继续"
    hint_en = "Ask for the offset and send what follows it; what is there stays."
    hint_zh = "请查询当前偏移量，并从该处继续发送；已上传部分保留。"


class UsageError(Rejected):
    """The command line or configuration is wrong."""

    code = "E_USAGE"
    title_en = "The command was not used correctly"
    title_zh = "命令用法不正确"
    hint_en = "See `tally --help`."
    hint_zh = "请查看 `tally --help`。"


class FileProblem(Rejected):
    """A local file is missing, unreadable, a folder, or changed while it was read."""

    code = "E_FILE"
    title_en = "The file cannot be used"
    title_zh = "文件无法使用"
    hint_en = "Check the path, the permissions, and that nothing is writing to it."
    hint_zh = "请检查路径、权限，并确认没有程序正在写入。"


class WrongPassphrase(FileProblem):
    """A passphrase does not open a key, or the key's file was changed."""

    code = "E_PASSPHRASE"
    title_en = "The passphrase does not open the key"
    title_zh = "口令无法打开密钥"
    hint_en = "Try again; nothing was changed. Nobody can recover a forgotten passphrase."
    hint_zh = "请重试；未做任何改动。忘记的口令无法找回。"


class WrongSealingKey(Rejected):
    """No sealing key at hand opens sealed bytes, or the bytes were changed."""

    code = "E_SEALED"
    title_en = "The sealed data does not open"
    title_zh = "密文无法打开"
    hint_en = (
        "Use the sealing key of an organisation that may read it, an older one after a rotation: "
        "docs/operator/private-data.md."
    )
    hint_zh = "请使用有权阅读的机构的密封密钥；更换密钥前的数据须用旧密钥：docs/operator/private-data.md。"


class PortInUse(Rejected):
    """Another program listens on the port."""

    code = "E_PORT"
    title_en = "The port is taken"
    title_zh = "端口已被占用"
    hint_en = "Choose another one with --port, or stop the other program."
    hint_zh = "请用 --port 选择其他端口，或停止占用程序。"


class DataFolderProblem(Rejected):
    """The data folder belongs to another network, process, or newer version."""

    code = "E_DATA"
    title_en = "The data folder cannot be used"
    title_zh = "数据目录无法使用"
    hint_en = "Run `tally doctor --data DIR`."
    hint_zh = "请运行 `tally doctor --data 目录`。"
