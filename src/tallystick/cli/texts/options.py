# SPDX-License-Identifier: Apache-2.0
"""What each option does. `command:name` is one command's own text, `name` alone is shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.authors import AUTHOR_OPTIONS
from tallystick.cli.texts.consoles import CONSOLE_OPTIONS
from tallystick.cli.texts.documents import DOCUMENT_OPTIONS
from tallystick.cli.texts.evidence import EVIDENCE_OPTIONS
from tallystick.cli.texts.exports import EXTRACT_OPTIONS
from tallystick.cli.texts.governance import GOVERNANCE_OPTIONS
from tallystick.cli.texts.identity import IDENTITY_OPTIONS
from tallystick.cli.texts.lists import LISTS_OPTIONS
from tallystick.cli.texts.payments import PAYMENTS_OPTIONS
from tallystick.cli.texts.private import PRIVATE_OPTIONS
from tallystick.cli.texts.recognition import RECOGNITION_OPTIONS
from tallystick.cli.texts.seals import SEAL_OPTIONS
from tallystick.cli.texts.statistics import STATISTICS_OPTIONS
from tallystick.cli.texts.stories import STORY_OPTIONS
from tallystick.cli.texts.timestamps import TIMESTAMP_OPTIONS
from tallystick.cli.texts.words import Text

OPTIONS: Final[Mapping[str, Text]] = {
    **LISTS_OPTIONS,
    **IDENTITY_OPTIONS,
    **PAYMENTS_OPTIONS,
    **DOCUMENT_OPTIONS,
    **PRIVATE_OPTIONS,
    **EVIDENCE_OPTIONS,
    **TIMESTAMP_OPTIONS,
    **CONSOLE_OPTIONS,
    **SEAL_OPTIONS,
    **RECOGNITION_OPTIONS,
    **STORY_OPTIONS,
    **STATISTICS_OPTIONS,
    **EXTRACT_OPTIONS,
    # network
    "network entry:organization": Text(
        "this organisation's unified social credit code", "本机构的统一社会信用代码"
    ),
    "network entry:name_zh": Text("its name in Chinese", "机构中文名称"),
    "network entry:name_en": Text("its name in English", "机构英文名称"),
    "network entry:p2p": Text(
        "host:port under which other organisations reach its engine",
        "其他机构访问本机构引擎的 主机:端口",
    ),
    "network entry:api": Text(
        "URL under which they reach its HTTP API", "其他机构访问本机构 HTTP 接口的地址"
    ),
    "network entry:key_name": Text(
        "how the members' keys begin in the key store (default: the code)",
        "成员密钥在密钥库中的名称前缀（默认为机构代码）",
    ),
    "network entry:out": Text(
        "file to hand over (default CODE.entry.json)", "要提交的条目文件（默认 代码.entry.json）"
    ),
    "network init:name": Text("name of the network", "网络名称"),
    "network init:entries": Text("entry files of all organisations", "各机构的条目文件"),
    "network init:out": Text(
        "the invite (default NAME.invite.json)", "邀请文件（默认 名称.invite.json）"
    ),
    "network init:threshold": Text(
        "share of the organisations that approvals must exceed", "通过提案须超过的机构比例"
    ),
    "network init:participation": Text(
        "share of the organisations that must vote", "须参加表决的机构比例"
    ),
    "network init:proposal_days": Text("how long a proposal is open", "提案的有效天数"),
    "network init:contracts": Text(
        "contracts active from the first block, by name", "自首个区块起启用的合约名称"
    ),
    "network join:invite": Text("invite file", "邀请文件"),
    "network join:accept": Text(
        "the genesis hash that was agreed on by another way", "经其他渠道核对一致的创世哈希"
    ),
    "network join:listen": Text(
        "address the engine listens on (default: all, or this machine's only)",
        "引擎监听地址（默认全部网卡；本机地址则仅监听本机）",
    ),
    "network join:ledger": Text(
        "the ledger to go on with, for an invite of `tally network switch`",
        "用于接续的账本备份（配合 `tally network switch` 生成的邀请）",
    ),
    "network switch:entries": Text("entry files of all organisations", "各机构的条目文件"),
    "network switch:out": Text("the invite", "邀请文件"),
    "network switch:ledger_out": Text("the ledger, as a backup", "账本备份文件"),
    "network invite:out": Text(
        "the invite (default NAME.invite.json)", "邀请文件（默认 名称.invite.json）"
    ),
    "network invite:state_sync": Text(
        "let the new node begin from a recent state", "让新节点从最近状态开始同步"
    ),
    "network leave:yes": Text("do not ask", "不再询问"),
    "network leave:timeout": Text(
        "how long to wait until its validator has no vote", "等待其验证人失去表决权的时间"
    ),
    "network demo:data": Text(
        "folder for the four data folders (default: a temporary one, removed)",
        "四个数据目录的上级目录（默认临时目录，结束后删除）",
    ),
    "network demo:keep": Text("keep what was made", "保留生成的内容"),
    # Shared by many.
    "json": Text("one JSON document on standard output", "标准输出为一个 JSON 文档"),
    "fields": Text("only these fields, separated by commas", "只输出这些字段，逗号分隔"),
    "lang": Text(
        "language of texts ($TALLY_LANG, else the locale)", "界面语言（TALLY_LANG，否则取系统区域）"
    ),
    "color": Text("colours; NO_COLOR is respected", "颜色；遵循 NO_COLOR"),
    "no_progress": Text("no progress bars", "不显示进度条"),
    "no_input": Text("never ask; fail and name the option to use", "不提问；缺少时报错并指出选项"),
    "url": Text(
        "address of the node ($TALLY_URL, else http://localhost:8700)",
        "节点地址（TALLY_URL，否则 http://localhost:8700）",
    ),
    "timeout": Text("how long to wait for finality", "等待最终确认的时间"),
    "no_wait": Text("do not wait for finality, no receipt", "不等待最终确认，不取回执"),
    "dry_run": Text("show what it would do, send nothing", "预览执行效果，不提交"),
    "data": Text(
        "data folder ($TALLY_DATA, else the one in use below ~/.local/share/tallystick)",
        "数据目录（TALLY_DATA，否则取 ~/.local/share/tallystick 下正在使用的目录）",
    ),
    "limit": Text("how many at most", "最多条数"),
    "all": Text("all of them, page after page", "逐页取全部"),
    "as": Text(
        "key to sign with ($TALLY_KEY, else your only key)", "签名密钥（TALLY_KEY，否则为唯一密钥）"
    ),
    "passphrase_file": Text(
        "file with the passphrase; - is standard input ($TALLY_PASSPHRASE)",
        "含口令的文件；- 表示标准输入（TALLY_PASSPHRASE）",
    ),
    "trust": Text("trust file of the network", "网络的信任文件"),
    "organization": Text("organisation, by its code", "机构代码"),
    "out": Text("file to write; - is standard output", "输出文件；- 表示标准输出"),
    "encrypt": Text("protect it with a passphrase", "用口令加密"),
    # up, down, doctor
    "up:port": Text("port to listen on", "监听端口"),
    "up:host": Text("address to listen on", "监听地址"),
    "up:expose_demo": Text(
        "with --demo: let others reach it, without acting as its people",
        "配合 --demo：允许他人访问，但不提供切换身份",
    ),
    "up:demo": Text("found a demonstration network and show it", "创建并演示一个示范网络"),
    "up:once": Text(
        "with --demo: stop when the demonstration is over", "配合 --demo：演示结束即停止"
    ),
    "up:detach": Text("run in the background; return when ready", "后台运行，就绪后返回"),
    "up:network": Text("name of a new network", "新网络名称"),
    "up:organization": Text(
        "found a network for this organisation (18-character unified social credit code)",
        "为该机构创建网络（18 位统一社会信用代码）",
    ),
    "up:organization_name": Text("name of that organisation", "该机构名称"),
    "doctor:url": Text("address of the node to ask", "要查询的节点地址"),
    "down:timeout": Text("how long to wait for it to end", "等待其结束的时间"),
    "doctor:port": Text("port the node should listen on", "节点应监听的端口"),
    # evidence
    "evidence deposit:files": Text("files to put on record", "要存证的文件"),
    "evidence deposit:sha256": Text(
        "SHA-256 of a file that is not here, with --size",
        "不在本机的文件的 SHA-256，须同时给出 --size",
    ),
    "evidence deposit:size": Text("size in bytes of that file", "该文件的字节数"),
    "evidence deposit:batch": Text(
        "a folder, or a CSV file that lists files", "目录，或列出文件的 CSV"
    ),
    "evidence deposit:sm3": Text("record the SM3 hash beside SHA-256", "同时登记 SM3 哈希"),
    "evidence deposit:receipt_dir": Text("folder for the receipts", "回执存放目录"),
    "evidence list:case": Text("of this case or matter", "案号或事项"),
    "evidence list:hash": Text("with this SHA-256", "按 SHA-256"),
    "evidence list:collector": Text("collected with this device", "按采集设备"),
    "evidence list:query": Text("whose title contains this", "标题包含"),
    "evidence list:since": Text(
        "deposited at or after (RFC 3339, or a date)", "存证时间不早于（RFC 3339 或日期）"
    ),
    "evidence list:until": Text("deposited before", "存证时间早于"),
    "evidence show:deposit": Text(
        "number of the deposit, as EV-2026-000001", "存证编号，如 EV-2026-000001"
    ),
    # receipt, verify
    "receipt get:what": Text("transaction id, or number of a deposit", "交易编号或存证编号"),
    "receipt get:form": Text(
        "json: receipt file; statement: transaction and receipt in one .cose file (RFC 9943); "
        "cose: receipt only; checkpoint: the cosigned head of the log; "
        "tlog-proof: one text file for any verifier of logs (C2SP)",
        "json：回执文件；statement：交易与回执合一的 .cose（RFC 9943）；cose：仅回执；"
        "checkpoint：带联署的日志检查点；tlog-proof：通用日志证明文本（C2SP）",
    ),
    "receipt show:receipt": Text("receipt file", "回执文件"),
    "verify:what": Text(
        "files, proofs of any kind, or SHA-256 hashes", "文件、各类证明或 SHA-256 哈希"
    ),
    "verify:receipt": Text(
        "receipt of the file, if it is not beside it", "文件的回执（不在文件旁时指定）"
    ),
    "verify:witnesses": Text(
        "how many other organisations must have cosigned", "须有多少家其他机构联署"
    ),
    "receipt get:witnesses": Text(
        "how many other organisations must cosign the checkpoint: the level is then `witnessed`",
        "检查点须由多少家其他机构联署：级别即为 `witnessed`",
    ),
    "verify:offline": Text("ask nobody: only receipt and trust file", "不联网：只用回执与信任文件"),
    **AUTHOR_OPTIONS,
    "contract digest:names": Text("contracts to list (default: all)", "合约（默认为全部）"),
    "sdk stubs:out": Text(
        "folder of the package, whose name is imported (default tally_contracts)",
        "类型包目录，目录名即导入名（默认 tally_contracts）",
    ),
    "sdk stubs:installed": Text(
        "of the contracts installed here; no node is asked", "依据本机已安装的合约，不访问节点"
    ),
    # tx, block, org, log
    "tx list:contract": Text("calls of this contract", "按合约"),
    "tx list:method": Text("calls of this method", "按方法"),
    "tx list:code": Text("with this outcome: ok or an error code", "按结果：ok 或错误代码"),
    "tx show:transaction": Text(
        "transaction id, 64 hexadecimal digits", "交易编号（64 位十六进制）"
    ),
    "tx wait:transaction": Text(
        "transaction id, 64 hexadecimal digits", "交易编号（64 位十六进制）"
    ),
    "block show:height": Text("height of the block", "区块高度"),
    "org show:organization": Text("unified social credit code", "统一社会信用代码"),
    "log verify:remote": Text(
        "check the node's checkpoint instead of a data folder", "核验节点检查点而非数据目录"
    ),
    **GOVERNANCE_OPTIONS,
    # key
    "name": Text("name of the key on this machine", "密钥在本机的名称"),
    "member": Text("member of the organisation", "机构成员"),
    "key import:pem": Text(
        "PEM file (PKCS #8); - is standard input", "PEM 文件（PKCS #8）；- 表示标准输入"
    ),
    "key protect:name": Text(
        "a key of yours; without it, the node's keys", "您的密钥名称；省略则为节点密钥"
    ),
    "key unprotect:name": Text(
        "a key of yours; without it, the node's keys", "您的密钥名称；省略则为节点密钥"
    ),
    # node
    "node snapshot:out": Text("file to write; must not exist", "快照文件；不得已存在"),
    "node snapshot:height": Text(
        "last block in it; the newest if not given", "末区块高度；默认最新"
    ),
    "node restore:source": Text("snapshot file", "快照文件"),
    "node restore:app_hash": Text(
        "app hash of its last block, from a source you trust", "末区块的应用哈希，须来自可信来源"
    ),
    "node restore:snapshot_hash": Text(
        "hash of the snapshot, from a source you trust", "快照哈希，须来自可信来源"
    ),
    "node prune:keep": Text("how many; 0 keeps all", "保留数量；0 表示全部保留"),
    # backup, explain, completion
    "backup:include_keys": Text("put the node's secret keys into it", "包含节点私钥"),
    "backup:without_console": Text(
        "leave out the console's accounts, drafts and audit trail",
        "不含控制台的账户、草稿与审计记录",
    ),
    "backup:target": Text("file to write; must not exist", "备份文件；不得已存在"),
    "restore:without_console": Text(
        "leave out the console's accounts, drafts and audit trail: a backup of somebody else's",
        "不恢复控制台的账户、草稿与审计记录，用于他人所作的备份",
    ),
    "restore:source": Text("backup file", "备份文件"),
    "explain:code": Text("error code; without one, all are listed", "错误代码；省略则列出全部"),
    "completion:shell": Text("which shell", "哪种 shell"),
}
