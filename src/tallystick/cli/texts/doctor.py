# SPDX-License-Identifier: Apache-2.0
"""What `tally doctor` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

DOCTOR: Final[Mapping[str, Text]] = {
    "doctor.healthy": Text("everything is in order", "一切正常"),
    "doctor.warnings": Text("usable, with {count} warnings", "可用，有 {count} 条警告"),
    "doctor.ill": Text("{count} checks failed", "{count} 项检查未通过"),
    "doctor.python": Text("Python", "Python"),
    "doctor.python_bad": Text("Python {version} is too old", "Python {version} 版本过低"),
    "doctor.python_advice": Text(
        "Install Python 3.11 or newer.", "请安装 Python 3.11 或更新版本。"
    ),
    "doctor.packages": Text("packages", "依赖包"),
    "doctor.packages_ok": Text("{count} required packages are installed", "{count} 个依赖包已安装"),
    "doctor.packages_bad": Text("not usable: {names}", "不可用：{names}"),
    "doctor.packages_advice": Text(
        "Install tallystick again in a fresh environment.", "请在新的环境中重新安装 tallystick。"
    ),
    "doctor.contracts": Text("contracts", "合约"),
    "doctor.contracts_none": Text("no contract is installed", "未安装任何合约"),
    "doctor.contracts_advice": Text(
        "Reinstall tallystick: its entry points are missing.", "请重新安装 tallystick：入口点缺失。"
    ),
    "doctor.needed": Text("voted contracts", "已表决的合约"),
    "doctor.needed_ok": Text("installed", "均已安装"),
    "doctor.needed_missing": Text(
        "from block {height}: {name} version {version}, digest {digest} (here: {found})",
        "自区块 {height}：{name} 版本 {version}，摘要 {digest}（本机：{found}）",
    ),
    "doctor.needed_advice": Text(
        "Install the package with this version and digest before that block, and start the node "
        "again.",
        "请在该区块之前安装具有该版本与摘要的软件包，并重新启动节点。",
    ),
    "doctor.folder": Text("data folder", "数据目录"),
    "doctor.folder_missing": Text("{path} does not exist yet", "{path} 尚不存在"),
    "doctor.folder_empty": Text("{path} has no network yet", "{path} 尚无网络"),
    "doctor.folder_advice": Text(
        "`tally up --demo`, or name another one with --data.",
        "`tally up --demo`，或用 --data 指定其他目录。",
    ),
    "doctor.folder_readonly": Text("{path} is not writable", "{path} 不可写"),
    "doctor.permissions_advice": Text(
        "Give this user the right to write there.", "请授予当前用户写权限。"
    ),
    "doctor.format": Text("format", "数据格式"),
    "doctor.format_ok": Text(
        "version {version}, network {network}", "版本 {version}，网络 {network}"
    ),
    "doctor.format_advice": Text(
        "Install the version that wrote it, or a newer one.", "请安装写入该目录的版本或更新版本。"
    ),
    "doctor.clock_unsteady": Text("the clock jumps", "时钟跳变"),
    "doctor.lock": Text("in use", "占用"),
    "doctor.lock_free": Text("by no process", "无进程占用"),
    "doctor.lock_held": Text("by the node with pid {pid} at {url}", "由节点 pid {pid} 占用，{url}"),
    "doctor.lock_stale": Text("the last node did not end cleanly", "上次节点未正常退出"),
    "doctor.lock_stale_advice": Text(
        "Nothing to do: the next start replays what is missing.", "无需处理：下次启动会自动补齐。"
    ),
    "doctor.space": Text("free space", "可用空间"),
    "doctor.space_advice": Text(
        "Free some space: a full disk stops the node.", "请腾出空间：磁盘写满会使节点停止。"
    ),
    "doctor.file_system": Text("file system", "文件系统"),
    "doctor.file_system_bad": Text("{kind} does not keep what is synced", "{kind} 不能可靠落盘"),
    "doctor.file_system_advice": Text(
        "Use a local disk (ext4, xfs, apfs).", "请使用本地磁盘（ext4、xfs、apfs）。"
    ),
    "doctor.port": Text("port", "端口"),
    "doctor.port_free": Text("{port} is free", "{port} 空闲"),
    "doctor.port_ours": Text("{port} is this folder's node", "{port} 为本目录的节点"),
    "doctor.port_advice": Text(
        "Use --port with another number, or stop that program.",
        "请用 --port 换一个端口，或停止该程序。",
    ),
    "doctor.clock": Text("clock", "时钟"),
    "doctor.clock_year": Text("the year {year} cannot be right", "年份 {year} 不正确"),
    "doctor.clock_behind": Text("{seconds} s behind the last block", "比最新区块慢 {seconds} 秒"),
    "doctor.clock_advice": Text(
        "Set the clock (chrony, systemd-timesyncd).", "请校准时钟（chrony、systemd-timesyncd）。"
    ),
    "doctor.node": Text("node", "节点"),
    "doctor.node_ok": Text(
        "{url} answers: height {height}, {ms} ms", "{url} 有响应：高度 {height}，{ms} 毫秒"
    ),
    "doctor.node_none": Text("nothing answers at {url}", "{url} 无响应"),
    "doctor.node_advice": Text("`tally up` starts it.", "用 `tally up` 启动。"),
    "doctor.views": Text("views", "查询视图"),
    "doctor.views_ok": Text("at height {height}", "高度 {height}"),
    "doctor.views_lag": Text("{count} blocks behind", "落后 {count} 个区块"),
    "doctor.views_advice": Text(
        "Wait; if it stays, stop the node and run `tally views rebuild`.",
        "请稍候；若持续落后，停止节点并运行 `tally views rebuild`。",
    ),
    "doctor.storage": Text("storage", "存储"),
    "doctor.storage_ok": Text("block log and store agree", "区块日志与存储一致"),
    "doctor.storage_advice": Text(
        "Keep the folder as it is and read docs/operator/repair.md.",
        "请保持目录原样，参阅 docs/operator/repair.md。",
    ),
    "doctor.documents": Text("documents", "文件存储"),
    "doctor.documents_ok": Text(
        "{store}, {address}: {used} in use", "{store}，{address}：已用 {used}"
    ),
    "doctor.documents_quota": Text(
        "{store}, {address}: {used} of {quota} in use",
        "{store}，{address}：已用 {used}，配额 {quota}",
    ),
    "doctor.documents_advice": Text(
        "Raise quota_bytes in documents.toml before uploads are refused.",
        "请在上传被拒绝之前提高 documents.toml 中的 quota_bytes。",
    ),
    "doctor.keys": Text("keys", "密钥"),
    "doctor.keys_open": Text(
        "{count}, open, readable by you alone", "{count} 个，明文，仅本人可读"
    ),
    "doctor.keys_sealed": Text("{count}, under a passphrase", "{count} 个，已用口令加密"),
    "doctor.keys_mixed": Text(
        "{sealed} of {count} under a passphrase", "{count} 个中有 {sealed} 个已用口令加密"
    ),
    "doctor.keys_mixed_advice": Text(
        "`tally key protect` was interrupted: run it again.",
        "`tally key protect` 曾中断，请重新运行。",
    ),
    "doctor.keys_wide": Text(
        "others may use {path} (mode {mode})", "其他用户可访问 {path}（权限 {mode}）"
    ),
    "doctor.keys_wide_advice": Text(
        "If nobody has read it: chmod go-rwx {path}", "若确认无人读取过：chmod go-rwx {path}"
    ),
    "doctor.keys_none": Text("{path} holds no key of the node", "{path} 中没有节点密钥"),
    "doctor.keys_none_advice": Text(
        "Put the node's key back from your key backup.", "请从密钥备份中放回节点密钥。"
    ),
    "doctor.terminal": Text("terminal", "终端"),
    "doctor.terminal_bad": Text("{encoding} cannot show Chinese", "{encoding} 无法显示中文"),
    "doctor.terminal_advice": Text("Set LANG to a UTF-8 locale.", "请将 LANG 设为 UTF-8。"),
}
