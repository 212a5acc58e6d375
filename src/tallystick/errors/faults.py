# SPDX-License-Identifier: Apache-2.0
"""Faults of a node, an engine or a peer, and the invariant that stops us."""

from __future__ import annotations

from tallystick.errors.root import TallystickError


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


class NotWitnessed(Unavailable):
    """Fewer organisations than asked for cosigned the checkpoint of a receipt."""

    code = "E_NOT_WITNESSED"
    title_en = "Too few witnesses"
    title_zh = "见证机构不足"
    hint_en = "Ask again when more nodes are up, or for fewer witnesses."
    hint_zh = "请等更多节点恢复后重试，或减少所需见证机构数。"


class EngineMissing(Unavailable):
    """The program of the consensus engine is not installed where the node looks for it."""

    code = "E_ENGINE_MISSING"
    title_en = "The consensus engine is not installed"
    title_zh = "未安装共识引擎"
    hint_en = "CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.40.0"
    hint_zh = "请安装：CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.40.0"


class EngineVersion(Unavailable):
    """The consensus engine that was found speaks another protocol or has known flaws."""

    code = "E_ENGINE_VERSION"
    title_en = "The consensus engine has the wrong version"
    title_zh = "共识引擎版本不符"
    hint_en = (
        "Install the right one: "
        "CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.40.0"
    )
    hint_zh = (
        "请安装正确版本：CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.40.0"
    )


class EngineFailed(Unavailable):
    """The consensus engine did not start, ended, or answered what it should not."""

    code = "E_ENGINE"
    title_en = "The consensus engine failed"
    title_zh = "共识引擎故障"
    hint_en = "Read the engine's log; see docs/operator/engine.md."
    hint_zh = "请查看引擎日志，见 docs/operator/engine.md。"


class Halted(TallystickError):
    """An invariant broke; the node stops rather than guess."""

    code = "E_HALTED"
    title_en = "The node stopped because an invariant broke"
    title_zh = "节点因不变量被破坏而停止"
    hint_en = "Keep the data folder and the log; see docs/operator/repair.md."
    hint_zh = "请保留数据目录与日志，见 docs/operator/repair.md。"


class ContractMissing(Halted):
    """The network runs a contract, in a version and with a digest, that is not installed here."""

    code = "E_CONTRACT_MISSING"
    title_en = "A contract that the network runs is not installed here"
    title_zh = "本节点未安装网络正在运行的合约"
    hint_en = "Install the package with this version and digest, then start the node again."
    hint_zh = "请安装具有该版本与摘要的软件包，然后重新启动节点。"


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
