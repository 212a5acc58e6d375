# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong, by who must act, each with a stable code.

The tree (families first; the family decides the HTTP status and the exit code):

    TallystickError
    +- Rejected         the caller must change the request
    |  +- Refused       a rule of a contract or of membership said no (is logged, with its code)
    +- NotFound         there is no such block, transaction, record
    +- Unverified       evidence did not check out: stop trusting it
    +- InvalidBlock     an engine or peer offered something wrong
    +- Unavailable      try again: node, store or peer unreachable
    +- Halted           an invariant broke or storage failed; the node stops and says where

Codes are API: they never change meaning. Only codes, never messages, enter the ledger
(exception texts differ between Python versions).
"""

from __future__ import annotations

from typing import ClassVar


class TallystickError(Exception):
    """Base of every error raised on purpose by this package."""

    code: ClassVar[str] = "E_INTERNAL"
    title_en: ClassVar[str] = "Something went wrong inside Tallystick"
    title_zh: ClassVar[str] = "内部错误"
    hint_en: ClassVar[str] = "Report it with the request id and the node's log."
    hint_zh: ClassVar[str] = "请附上请求编号和节点日志反馈。"

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Keep the sentence for people and the facts for programs."""
        super().__init__(message)
        self.message = message
        """What happened, naming the object; no secrets."""
        self.field = field
        """Which argument or field is at fault, dotted path, if one is."""
        self.expected = expected
        """What would have been accepted."""
        self.found = found
        """What was there instead (shortened)."""
        self.hint = hint or self.hint_en
        """What to do now."""

    def facts(self) -> dict[str, str]:
        """Return the typed facts that are present, for APIs and consoles."""
        pairs = (("field", self.field), ("expected", self.expected), ("found", self.found))
        return {name: value for name, value in pairs if value is not None}


# --- Rejected: the caller must change the request ---------------------------------------------


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
    """`valid_until` further in the future than the network remembers nonces."""

    code = "E_EARLY"
    title_en = "The date is too far in the future"
    title_zh = "日期过远"
    hint_en = "Choose a date within the network's window (`tally status`), check the clock."
    hint_zh = "请选择网络允许窗口内的时间（见 `tally status`），并检查时钟。"


class UnknownContract(Rejected):
    """No such contract or method on this network."""

    code = "E_CONTRACT"
    title_en = "There is no such contract or method"
    title_zh = "没有这样的合约或方法"
    hint_en = "List what exists at /v1/contracts."
    hint_zh = "可在 /v1/contracts 查看现有合约。"


class InvalidArguments(Rejected):
    """Arguments of the wrong type, missing, or not known."""

    code = "E_ARGUMENT"
    title_en = "The arguments do not fit the method"
    title_zh = "参数与方法不符"
    hint_en = "Compare with the method's schema at /v1/contracts."
    hint_zh = "请对照 /v1/contracts 中的方法定义。"


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


class TooSlow(Rejected):
    """The request did not arrive in the time allowed."""

    code = "E_TIMEOUT"
    title_en = "The request took too long to arrive"
    title_zh = "请求传输超时"
    hint_en = "Check the connection and send it again."
    hint_zh = "请检查网络后重新发送。"


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


# --- Refused: a rule said no; the refusal is recorded on the ledger ------------------------------


class Refused(Rejected):
    """A contract or membership rule refused the call; no state changed."""

    code = "E_REFUSED"
    title_en = "A rule of the contract refused this"
    title_zh = "合约规则拒绝"
    hint_en = "Read the message and the contract's rules; nothing was changed."
    hint_zh = "请阅读说明与合约规则；状态未被更改。"


class RoleMissing(Refused):
    """The signer lacks the role the method asks for."""

    code = "E_ROLE"
    title_en = "The signer does not hold the required role"
    title_zh = "签名者不具备所需角色"
    hint_en = "Sign as a member with that role, or have it granted."
    hint_zh = "请由具备该角色的成员签名，或先授予角色。"


class WrongState(Refused):
    """The object is not in a state that allows this."""

    code = "E_STATE"
    title_en = "The object's state does not allow this"
    title_zh = "当前状态不允许该操作"
    hint_en = "Look at the object's history first."
    hint_zh = "请先查看该对象的历史。"


class Duplicate(Refused):
    """The object exists already."""

    code = "E_DUP"
    title_en = "It exists already"
    title_zh = "已存在"
    hint_en = "Use the existing object, or choose another identifier."
    hint_zh = "请使用已有对象或更换标识。"


class UnknownRecord(Refused):
    """A record the call refers to does not exist."""

    code = "E_MISSING"
    title_en = "A record it refers to does not exist"
    title_zh = "引用的记录不存在"
    hint_en = "Check the identifier."
    hint_zh = "请核对标识。"


class InvalidValue(Refused):
    """A value is well typed but breaks a rule of the contract."""

    code = "E_VALUE"
    title_en = "A value breaks a rule of the contract"
    title_zh = "取值不符合合约规则"
    hint_en = "Correct the named field."
    hint_zh = "请更正所指字段。"


class HashMismatch(Refused):
    """Content does not have the hash that was stated."""

    code = "E_HASH"
    title_en = "The content does not have the stated hash"
    title_zh = "内容与所述哈希不符"
    hint_en = "Use the original file."
    hint_zh = "请使用原始文件。"


class ContractFailed(Refused):
    """The contract's code failed; its writes are discarded."""

    code = "E_CONTRACT_FAILED"
    title_en = "The contract's code failed"
    title_zh = "合约代码执行失败"
    hint_en = "Tell the contract's author; nothing was changed."
    hint_zh = "请告知合约作者；状态未被更改。"


# --- NotFound -------------------------------------------------------------------------------------


class NotFound(TallystickError):
    """No such block, transaction, record or file."""

    code = "E_NOT_FOUND"
    title_en = "It does not exist"
    title_zh = "不存在"
    hint_en = "Check the identifier; on a busy node the newest entries appear within a second."
    hint_zh = "请核对标识；繁忙节点上最新条目约一秒后可见。"


# --- Unverified: stop trusting ----------------------------------------------------------------------


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


# --- InvalidBlock, Unavailable, Halted --------------------------------------------------------------


class InvalidBlock(TallystickError):
    """A block's header contradicts its contents or its parent."""

    code = "E_BLOCK"
    title_en = "The block is not valid"
    title_zh = "区块无效"


class Unavailable(TallystickError):
    """Node, store or peer cannot be reached now."""

    code = "E_UNAVAILABLE"
    title_en = "The node cannot be reached or is not ready"
    title_zh = "节点不可达或未就绪"
    hint_en = "Is it running? `tally up`, `tally doctor`. Retrying is safe."
    hint_zh = "节点是否在运行？`tally up`、`tally doctor`。可安全重试。"


class Overloaded(Unavailable):
    """The queue is full; try again in a moment."""

    code = "E_BUSY"
    title_en = "The node is busy"
    title_zh = "节点繁忙"
    hint_en = "Wait a second and retry, or submit in larger batches."
    hint_zh = "请稍后重试，或合并为更大的批次提交。"


class Behind(Unavailable):
    """The node has not reached the height that the caller asked it to have reached."""

    code = "E_BEHIND"
    title_en = "The node has not reached that height yet"
    title_zh = "节点尚未到达所要求的高度"
    hint_en = "Ask again in a moment, or leave out Tally-Min-Height."
    hint_zh = "请稍后重试，或去掉 Tally-Min-Height。"


class NotFinal(Unavailable):
    """Accepted, but not known to be committed within the time allowed."""

    code = "E_PENDING"
    title_en = "Accepted, but not final yet"
    title_zh = "已受理，尚未最终确认"
    hint_en = "Wait for it: `tally tx wait ID`. Repeating it is safe."
    hint_zh = "可用 `tally tx wait 编号` 等待；重复提交是安全的。"


class Halted(TallystickError):
    """An invariant broke; the node stops rather than guess."""

    code = "E_HALTED"
    title_en = "The node stopped because an invariant broke"
    title_zh = "节点因不变量被破坏而停止"
    hint_en = "Keep the data folder and the log; see docs/operator/repair.md."
    hint_zh = "请保留数据目录与日志，见 docs/operator/repair.md。"


class StorageFailed(Halted):
    """The disk or file system reported an error; nothing is acknowledged any more."""

    code = "E_STORAGE"
    title_en = "Storage failed"
    title_zh = "存储故障"
    hint_en = "Check the disk and its free space, then start again: committed data is safe."
    hint_zh = "请检查磁盘及剩余空间后重启；已提交的数据是安全的。"


def invariant(holds: object, message: str) -> None:
    """Raise `Halted` unless `holds`: for what cannot happen, never for input.

    Unlike the `assert` statement it is not removed under optimisation.
    """
    if not holds:
        raise Halted(message)


def error_classes() -> dict[str, type[TallystickError]]:
    """Return every error class of this file by code, for `tally explain` and the docs.

    Refusals of contracts are not among them: they stand in the contracts' schemas.
    """
    found: dict[str, type[TallystickError]] = {}
    pending: list[type[TallystickError]] = [TallystickError]
    while pending:
        error_class = pending.pop()
        if error_class.__module__ == __name__:
            found[error_class.code] = error_class
        pending.extend(error_class.__subclasses__())
    return dict(sorted(found.items()))
