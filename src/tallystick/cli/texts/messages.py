# SPDX-License-Identifier: Apache-2.0
"""Everything else the command says; values in braces are filled in by `catalogue.say`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.authors import AUTHOR_MESSAGES
from tallystick.cli.texts.bundles import BUNDLE_MESSAGES
from tallystick.cli.texts.clerking import CLERK_MESSAGES
from tallystick.cli.texts.consoles import CONSOLE_MESSAGES
from tallystick.cli.texts.counters import COUNTER_MESSAGES
from tallystick.cli.texts.demo import DEMO
from tallystick.cli.texts.doctor import DOCTOR
from tallystick.cli.texts.documents import DOCUMENT_MESSAGES
from tallystick.cli.texts.evidence import EVIDENCE_MESSAGES
from tallystick.cli.texts.exports import EXPORT_MESSAGES
from tallystick.cli.texts.fields import FIELDS
from tallystick.cli.texts.governance import GOVERNANCE_MESSAGES
from tallystick.cli.texts.identity import IDENTITY_MESSAGES
from tallystick.cli.texts.keeping import KEEP_MESSAGES
from tallystick.cli.texts.lists import LISTS_MESSAGES
from tallystick.cli.texts.network import NETWORK
from tallystick.cli.texts.payments import PAYMENTS_MESSAGES
from tallystick.cli.texts.private import PRIVATE_MESSAGES
from tallystick.cli.texts.restoring import RESTORE_MESSAGES
from tallystick.cli.texts.seals import SEAL_MESSAGES
from tallystick.cli.texts.stories import STORY_MESSAGES
from tallystick.cli.texts.tables import TABLE_MESSAGES
from tallystick.cli.texts.timestamps import TIMESTAMP_MESSAGES
from tallystick.cli.texts.words import Text

MESSAGES: Final[Mapping[str, Text]] = {
    **AUTHOR_MESSAGES,
    **EXPORT_MESSAGES,
    **COUNTER_MESSAGES,
    **KEEP_MESSAGES,
    **RESTORE_MESSAGES,
    **CLERK_MESSAGES,
    **FIELDS,
    **DEMO,
    **DOCTOR,
    **GOVERNANCE_MESSAGES,
    **NETWORK,
    **TABLE_MESSAGES,
    **LISTS_MESSAGES,
    **IDENTITY_MESSAGES,
    **PAYMENTS_MESSAGES,
    **DOCUMENT_MESSAGES,
    **PRIVATE_MESSAGES,
    **EVIDENCE_MESSAGES,
    **BUNDLE_MESSAGES,
    **TIMESTAMP_MESSAGES,
    **CONSOLE_MESSAGES,
    **SEAL_MESSAGES,
    **STORY_MESSAGES,
    # Help pages.
    "help.usage": Text("Usage", "用法"),
    "help.command": Text("COMMAND", "命令"),
    "help.commands": Text("Commands", "命令"),
    "help.options_word": Text("[options]", "[选项]"),
    "help.examples": Text("Examples", "示例"),
    "help.arguments": Text("Arguments", "参数"),
    "help.options": Text("Options", "选项"),
    "help.page": Text("How much", "数量"),
    "help.address": Text("Node", "节点"),
    "help.place": Text("Data folder", "数据目录"),
    "help.output": Text("Output", "输出"),
    "help.default": Text(" (default {value})", "（默认 {value}）"),
    "help.group.run": Text("Run a node", "运行节点"),
    "help.group.evidence": Text("Evidence", "证据"),
    "help.group.ledger": Text("Look at the ledger", "查看账本"),
    "help.group.network": Text("Together with others", "多机构网络"),
    "help.group.operate": Text("Keys and data", "密钥与数据"),
    "help.group.build": Text("Write contracts", "编写合约"),
    "help.group.help": Text("Help", "帮助"),
    "help.more": Text(
        "tally COMMAND --help says more; --lang zh 切换为中文.",
        "tally 命令 --help 查看详情；--lang en switches to English。",
    ),
    "help.exit_codes": Text(
        "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 permission, 5 refused by a rule, "
        "6 not verified,\n7 unreachable, 8 accepted but not final, 130 interrupted.",
        "退出码：0 成功，1 失败，2 用法，3 不存在，4 权限，5 被规则拒绝，6 核验不通过，\n"
        "7 不可达或超时，8 已受理未确认，130 中断。",
    ),
    # Wrong command lines.
    "usage.unknown_command": Text('there is no command "{word}"', "没有命令“{word}”"),
    "usage.unknown_option": Text("there is no option {name}", "没有选项 {name}"),
    "usage.did_you_mean": Text("Did you mean {near}?", "您是否想输入 {near}？"),
    "usage.missing": Text("{name} is missing", "缺少 {name}"),
    "usage.needs_value": Text("{name} needs a value", "{name} 需要一个值"),
    "usage.value": Text('"{value}" does not fit {name}', "“{value}”不适用于 {name}"),
    "usage.repeated": Text("{name} is given twice", "{name} 重复"),
    "usage.extra": Text("unexpected: {words}", "多余的内容：{words}"),
    "usage.field": Text('there is no field "{name}"', "没有字段“{name}”"),
    "usage.no_prompt": Text(
        "{name} is needed and nobody can be asked", "需要 {name}，而此处无法询问"
    ),
    "usage.give": Text("Give {option}.", "请给出 {option}。"),
    "usage.not_both": Text("{one} and {other} exclude each other", "{one} 与 {other} 不能同时使用"),
    "usage.needs": Text("{one} needs {other}", "{one} 需要 {other}"),
    "usage.nothing": Text("nothing to do: name {what}", "没有指定{what}"),
    "usage.time": Text('"{value}" is not a time', "“{value}”不是时间"),
    "usage.exists": Text("{path} exists already", "{path} 已存在"),
    # Errors as shown.
    "error.word": Text("error", "错误"),
    "error.what": Text("what", "含义"),
    "error.field": Text("field", "字段"),
    "error.expected": Text("expected", "应为"),
    "error.found": Text("found", "实为"),
    "error.try": Text("try", "建议"),
    # Lists and reports.
    "list.empty": Text("Nothing found.", "没有符合条件的内容。"),
    "list.more": Text(
        "There is more: --all, or a higher --limit.", "还有更多：使用 --all 或更大的 --limit。"
    ),
    "report.verdict": Text("result", "结论"),
    # explain
    "explain.unknown": Text('there is no error code "{code}"', "没有错误代码“{code}”"),
    # keys
    "key.passphrase": Text("Passphrase: ", "口令："),
    "key.passphrase_again": Text("Once more: ", "再次输入："),
    "key.passphrases_differ": Text("the passphrases differ", "两次输入的口令不同"),
    "key.enrol": Text(
        "Have an administrator of {organization} enrol the public key.",
        "请由机构 {organization} 的管理员登记该公钥。",
    ),
    "key.none": Text("there is no key to sign with", "没有可用的签名密钥"),
    "key.none_hint": Text(
        "`tally key create NAME`, or `tally up --demo` for demonstration keys.",
        "`tally key create 名称`，或用 `tally up --demo` 获得演示密钥。",
    ),
    "key.several": Text("there are several keys: {names}", "有多个密钥：{names}"),
    "key.several_hint": Text(
        "Choose one with --as NAME or $TALLY_KEY.", "用 --as 名称 或 TALLY_KEY 选择。"
    ),
    "key.unknown": Text('there is no key "{name}"', "没有名为“{name}”的密钥"),
    "key.exists": Text("there is a key {name} already", "已有名为 {name} 的密钥"),
    "key.written": Text("written to {path}; keep it secret", "已写入 {path}，请妥善保密"),
    "key.protected": Text("the node's keys are under the passphrase", "节点密钥已用口令加密"),
    "key.protected_note": Text(
        "Disk and old backups may still hold what lay open before: docs/operator/keys.md.",
        "磁盘与旧备份中可能仍有此前的明文，见 docs/operator/keys.md。",
    ),
    "key.unprotected": Text("the node's keys lie open again", "节点密钥已恢复为明文"),
    # evidence
    "deposit.hashing": Text("hashing", "计算哈希"),
    "deposit.submitting": Text("depositing", "存证"),
    "deposit.signed": Text(
        "signed as {member} @ {organization} (key {public_key})",
        "签名  {member} @ {organization}（密钥 {public_key}）",
    ),
    "deposit.transaction": Text("transaction {id}", "交易  {id}"),
    "deposit.duplicate_hint": Text(
        "tally evidence show {id}, tally receipt get {id}",
        "tally evidence show {id}、tally receipt get {id}",
    ),
    "deposit.dry_run": Text("dry run: nothing was sent", "试运行：未提交任何内容"),
    "preview.nothing_sent": Text(
        "dry run: tried on the newest state, nothing was signed or sent",
        "试运行：在最新状态上执行，未签名，未提交",
    ),
    "preview.added": Text("add", "新增"),
    "preview.changed": Text("change", "变更"),
    "preview.removed": Text("remove", "删除"),
    "preview.event": Text("event", "事件"),
    "preview.tried": Text("tried on block {height}", "试运行于区块 {height}"),
    "deposit.summary": Text(
        "{deposited} deposited, {skipped} on record already, {failed} failed",
        "新存证 {deposited}，此前已存 {skipped}，失败 {failed}",
    ),
    "deposit.so_far": Text("{done} of {total} are on record", "已存证 {done}/{total}"),
    "deposit.failed_hint": Text(
        "Run the same command again: only what is missing is deposited.",
        "重新运行同一命令：只补交缺少的部分。",
    ),
    # receipts, verification
    "receipt.no_leaf": Text("the log has no place {leaf}", "日志没有位置 {leaf}"),
    "verify.no_trust": Text(
        "offline verification needs the network's trust file", "离线核验需要网络的信任文件"
    ),
    "verify.no_trust_hint": Text(
        "Give --trust FILE; an organisation of the network hands it out (GET /v1/trust).",
        "请给出 --trust 文件；可向网络中的机构索取（GET /v1/trust）。",
    ),
    "verify.no_file": Text("there is no file {path}", "文件 {path} 不存在"),
    "usage.one_receipt": Text("--receipt goes with one file", "--receipt 只能用于一个文件"),
    "verify.no_receipt": Text("there is no receipt for {path}", "{path} 没有回执"),
    "verify.no_receipt_hint": Text(
        "Give --receipt FILE, or leave out --offline to ask the node.",
        "请给出 --receipt 文件，或去掉 --offline 以向节点查询。",
    ),
    "verify.match": Text("MATCH", "一致"),
    "verify.partly": Text("PARTLY CHECKED", "部分核验"),
    "verify.no_match": Text("NO MATCH", "不一致"),
    "verify.why": Text("because", "原因"),
    "verify.block": Text("block {height}", "区块 {height}"),
    "verify.meaning": Text(
        "This was deposited at that time and is unchanged since; whether it was true before is a "
        "question of other evidence.",
        "该内容自存证之时起未被更改；存证之前是否真实，须由其他证据证明。",
    ),
    # contract lint
    "lint.clean": Text("nothing found, files: {files}", "未发现问题，文件数：{files}"),
    "lint.found": Text("found: {count}, files: {files}", "发现 {count} 处，文件数：{files}"),
    "lint.allowed": Text("allowed with a reason: {count}", "已写明理由予以豁免：{count} 处"),
    "statistics.from_when": Text(
        "over any time needs both --since and --until", "任意时段须同时给出 --since 与 --until"
    ),
    "statistics.one_time": Text(
        "either a period, or full figures, or any time", "时期、完整数值与任意时段只能选其一"
    ),
    "statistics.which": Text("which statistic is meant?", "请指定统计指标"),
    "lint.nothing": Text("there is no Python file", "没有 Python 文件"),
    # node
    "console.first_link": Text(
        "the first account of the console is opened by this link, once: {url}",
        "控制台首个账号由此链接开设（仅一次）：{url}",
    ),
    "node.started": Text("node is running at {url}", "节点已运行：{url}"),
    "node.later_log_key": Text(
        "this node signs with a log key that no client can believe yet: register it on the ledger "
        "first (tally network register)",
        "本节点的日志密钥尚未登记，客户端暂不信任：请先在账本上登记（tally network register）",
    ),
    "node.serving": Text("Ctrl-C stops it.", "按 Ctrl-C 停止。"),
    "node.founded": Text("network {network} founded", "已创建网络 {network}"),
    "node.key_stored": Text(
        "administrator's key stored as {name} in {folder}", "管理员密钥已存为 {name}，位于 {folder}"
    ),
    "node.stopped": Text("node stopped", "节点已停止"),
    "node.stopping_short": Text("stopping the node", "正在停止节点"),
    "node.starting": Text("starting the node", "正在启动节点"),
    "node.not_running": Text("no node is running on {path}", "{path} 上没有运行中的节点"),
    "node.was_stale": Text("a left-over pid file was removed", "已清除遗留的 pid 文件"),
    "node.running_already": Text(
        "a node is running on {path} already (pid {pid}, {url})",
        "{path} 上已有节点在运行（pid {pid}，{url}）",
    ),
    "node.still_there": Text(
        "pid {pid} did not end in {seconds} s", "pid {pid} 在 {seconds} 秒内未结束"
    ),
    "node.died": Text(
        "the node ended while starting; its log: {path}", "节点在启动中退出，日志：{path}"
    ),
    "node.port_taken": Text("port {port} is taken", "端口 {port} 已被占用"),
    "node.port_taken_by": Text("port {port} is taken by {who}", "端口 {port} 已被 {who} 占用"),
    "node.no_network": Text("there is no network in {path}", "{path} 中没有网络"),
    "node.no_network_hint": Text(
        "`tally up --demo` founds a demonstration; `tally up --organization CODE "
        "--organization-name NAME` founds your own.",
        "`tally up --demo` 创建演示网络；`tally up --organization 代码 --organization-name 名称` 创建自己的网络。",
    ),
    "node.real_network": Text(
        "{path} holds a network that is not a demonstration", "{path} 中是正式网络而非演示网络"
    ),
    "node.has_network": Text("{path} holds a network already", "{path} 中已有网络"),
    "node.real_network_hint": Text(
        "Choose another folder with --data.", "请用 --data 选择其他目录。"
    ),
    "node.demo_network": Text(
        "this is a demonstration network: its keys are in the data folder",
        "这是演示网络：密钥就在数据目录中",
    ),
    "node.open_address": Text(
        "listening on {host}: everybody who reaches this machine can read the ledger",
        "监听 {host}：所有能访问本机的人都可读取账本",
    ),
    "node.unreachable": Text("no node answers at {url}", "{url} 没有节点响应"),
    "sdk.name": Text(
        "{name} cannot be imported: take a name of letters, digits and underscores",
        "{name} 不能作为导入名：请使用字母、数字与下划线",
    ),
    # log, backup, views
    "log.checking": Text("checking", "核验"),
    "log.holds": Text(
        "THE LOG HOLDS · {blocks} blocks, {transactions} transactions",
        "日志成立 · {blocks} 个区块，{transactions} 笔交易",
    ),
    "log.fails": Text("THE LOG DOES NOT HOLD", "日志不成立"),
    "log.chain": Text("hash chain", "哈希链"),
    "log.chain_ok": Text(
        "{blocks} headers from the genesis document on", "自创世文档起 {blocks} 个区块头"
    ),
    "log.entries": Text("entries", "日志条目"),
    "log.entries_ok": Text(
        "one for each of {transactions} transactions, with their writes",
        "{transactions} 笔交易各有一条，写入一致",
    ),
    "log.signatures": Text("signatures", "签名"),
    "log.signatures_ok": Text("{transactions} valid", "{transactions} 个有效"),
    "log.log_roots": Text("log roots", "日志根"),
    "log.log_roots_ok": Text("computed again for {blocks} blocks", "{blocks} 个区块重算一致"),
    "log.state_roots": Text("state roots", "状态根"),
    "log.state_roots_ok": Text("computed again for {blocks} blocks", "{blocks} 个区块重算一致"),
    "log.checkpoint": Text("checkpoint", "检查点"),
    "log.checkpoint_ok": Text(
        "signed by a log key, height {blocks}, {transactions} entries",
        "由日志密钥签署，高度 {blocks}，{transactions} 条",
    ),
    "log.consistency": Text("consistency", "一致性"),
    "log.consistency_ok": Text(
        "only grew since it was last seen from here", "自上次查看以来只增不改"
    ),
    "log.empty": Text("the log is empty", "日志为空"),
    "backup.writing": Text("backing up", "备份"),
    "backup.done": Text("backup written to {path}", "备份已写入 {path}"),
    "backup.has_keys": Text(
        "it holds the node's secret keys: guard it like them", "备份含节点私钥，请同等保管"
    ),
    "backup.has_console": Text(
        "it holds the console's accounts, drafts and audit trail in clear, passwords as hashes: "
        "keep it from others, or leave them out with --without-console",
        "备份含控制台的账户、草稿与审计记录（明文；口令仅存哈希）：请勿外传，"
        "或以 --without-console 不含之",
    ),
    "restore.checking": Text("checking", "核验"),
    "restore.done": Text("restored into {path}", "已恢复到 {path}"),
    "restore.where": Text("Name the new folder with --data.", "请用 --data 指定新目录。"),
    "restore.no_keys": Text(
        "the node's key is not in it: put it into {path}", "备份不含节点密钥，请放入 {path}"
    ),
    "restore.console": Text(
        "the console's accounts, passwords and second factors are those of the backup: what was "
        "closed or changed since is not; a backup of somebody else's is restored with "
        "--without-console",
        "控制台的账户、口令与第二因素为备份时的状态，此后的停用与变更不在其中；"
        "他人所作的备份请以 --without-console 恢复",
    ),
    "restore.no_vault_key": Text(
        "the key of the console's vault is not in it: put it at {path} before the node starts",
        "备份不含控制台保管库密钥，请在节点启动前放入 {path}",
    ),
    "restore.validator": Text(
        "This network has validators. The key that voted is in no backup, nor what it signed last: "
        "make a new validator key, and have the network replace the old one by vote. "
        "See docs/operator/backup.md.",
        "该网络有验证者。投票密钥及其最近签名状态不在任何备份中：请生成新的验证者密钥，"
        "并由网络投票替换旧密钥，见 docs/operator/backup.md。",
    ),
    "snapshot.none": Text(
        "no snapshot is offered before block {interval}; --out writes one of any height",
        "区块 {interval} 之前不提供快照；可用 --out 写出任意高度的快照",
    ),
    "snapshot.hashing": Text("hashing", "计算哈希"),
    "snapshot.written": Text("snapshot written to {path}", "快照已写入 {path}"),
    "snapshot.restoring": Text("restoring", "恢复"),
    "snapshot.unverified": Text(
        "checked against itself only: give --app-hash from a source that you trust",
        "仅与自身核对：请用 --app-hash 提供来自可信来源的应用哈希",
    ),
    "prune.set": Text("set; it counts from the next start", "已设置，下次启动后生效"),
    "prune.log_stays": Text(
        "the ledger's own block log is never pruned", "账本自身的区块日志从不清理"
    ),
    "views.rebuilding": Text("rebuilding", "重建"),
    "views.rebuilt": Text(
        "search tables rebuilt up to block {height}", "查询视图已重建至区块 {height}"
    ),
}
