# SPDX-License-Identifier: Apache-2.0
"""One line for every command, examples to copy, and what one line cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.authors import AUTHOR_COMMANDS
from tallystick.cli.texts.consoles import CONSOLE_COMMANDS
from tallystick.cli.texts.documents import DOCUMENT_COMMANDS
from tallystick.cli.texts.evidence import EVIDENCE_COMMANDS
from tallystick.cli.texts.exports import EXTRACT_COMMANDS
from tallystick.cli.texts.governance import CERTIFICATE_COMMANDS, GOVERNANCE_COMMANDS
from tallystick.cli.texts.identity import IDENTITY_COMMANDS
from tallystick.cli.texts.lists import LISTS_COMMANDS
from tallystick.cli.texts.network_commands import NETWORK_COMMANDS
from tallystick.cli.texts.payments import PAYMENTS_COMMANDS
from tallystick.cli.texts.private import PRIVATE_COMMANDS
from tallystick.cli.texts.recognition import RECOGNITION_COMMANDS
from tallystick.cli.texts.seals import SEAL_COMMANDS
from tallystick.cli.texts.statistics import STATISTICS_COMMANDS
from tallystick.cli.texts.stories import STORY_COMMANDS
from tallystick.cli.texts.timestamps import TIMESTAMP_COMMANDS
from tallystick.cli.texts.words import CommandText, Text

COMMANDS: Final[Mapping[str, CommandText]] = {
    **NETWORK_COMMANDS,
    **LISTS_COMMANDS,
    **IDENTITY_COMMANDS,
    **PAYMENTS_COMMANDS,
    **DOCUMENT_COMMANDS,
    **PRIVATE_COMMANDS,
    **EVIDENCE_COMMANDS,
    **TIMESTAMP_COMMANDS,
    **CONSOLE_COMMANDS,
    **SEAL_COMMANDS,
    **RECOGNITION_COMMANDS,
    **STORY_COMMANDS,
    **STATISTICS_COMMANDS,
    **EXTRACT_COMMANDS,
    "": CommandText(
        Text(
            "a consortium ledger whose every transaction has a receipt anyone can verify",
            "联盟账本：每笔交易都有任何人可核验的回执",
        ),
        (
            "tally up --demo",
            "tally evidence deposit contract.pdf",
            "tally verify contract.pdf",
        ),
    ),
    "up": CommandText(
        Text(
            "start the node, and create the network the first time", "启动节点；首次启动时创建网络"
        ),
        (
            "tally up --demo",
            "tally up --data ./ledger --port 8800 --detach",
            'tally up --organization 91110108MADEM0038D --organization-name "Example Ltd"',
        ),
        Text(
            "Without a network in the data folder, --demo founds a demonstration network with "
            "ninety days of history and shows what receipts are good for; --organization founds "
            "one of your own. The data folder is --data, else $TALLY_DATA, else "
            "~/.local/share/tallystick/node (…/demo with --demo).",
            "数据目录中尚无网络时，--demo 会创建附有九十天历史的演示网络并演示回执的用途；"
            "--organization 则创建您自己的网络。数据目录依次取 --data、环境变量 TALLY_DATA、"
            "~/.local/share/tallystick/node（使用 --demo 时为 …/demo）。",
        ),
    ),
    "down": CommandText(
        Text("stop the node of this machine cleanly", "正常停止本机节点"),
        ("tally down", "tally down --data ./ledger"),
    ),
    "status": CommandText(
        Text("show what the node says about itself", "查看节点状态"),
        ("tally status", "tally status --json", "tally status --url http://localhost:8800"),
    ),
    "doctor": CommandText(
        Text(
            "check this machine, the data folder and the node, with advice",
            "检查本机、数据目录与节点并给出建议",
        ),
        ("tally doctor", "tally doctor --data ./ledger --json"),
        Text(
            "Changes nothing. Ends with exit code 1 if any line fails; warnings do not count.",
            "不做任何改动。任一项失败则退出码为 1；警告不计。",
        ),
    ),
    "evidence": CommandText(
        Text("put files on record and find them again", "电子证据：存证与查询"),
        ("tally evidence deposit contract.pdf", 'tally evidence list --case "(2026)京0491民初1号"'),
    ),
    "evidence deposit": CommandText(
        Text("put files on record; their bytes stay here", "文件存证：内容不出本机，仅登记哈希"),
        (
            'tally evidence deposit contract.pdf --case "(2026)京0491民初1号"',
            "tally evidence deposit --batch ./photos --receipt-dir ./receipts",
            "tally evidence deposit --hash 9f86d081884c7d65… --size 4096 --title 合同",
        ),
        Text(
            "Only hash, size and description reach the ledger. The receipt is written beside the "
            "file as FILE.receipt.json. --batch takes a folder, or a CSV file with a column path "
            "and any of title, case, kind, method, captured_at, previous, note, device, app, "
            "version, environment; run it again after an interruption and only what is missing is "
            "deposited.",
            "上链的只有哈希、大小与说明。回执写在文件旁：文件名.receipt.json。--batch 接受目录，"
            "或带 path 列的 CSV 文件，另可有 title、case、kind、method、captured_at、previous、note、"
            "device、app、version、environment 列；中断后重新运行，只补交缺少的部分。",
        ),
    ),
    "evidence list": CommandText(
        Text("list deposits, newest first", "列出存证，新的在前"),
        (
            'tally evidence list --case "(2026)京0491民初1号"',
            "tally evidence list --hash 9f86d081884c7d65… --json",
            "tally evidence list --query 合同 --fields id,title,deposited_at",
        ),
    ),
    "evidence show": CommandText(
        Text("show one deposit", "查看一条存证"),
        ("tally evidence show EV-2026-000001", "tally evidence show EV-2026-000001 --json"),
    ),
    "receipt": CommandText(
        Text("fetch receipts and look into them", "回执：获取与查看"),
        ("tally receipt get EV-2026-000001", "tally receipt show contract.pdf.receipt.json"),
    ),
    "receipt get": CommandText(
        Text("fetch a transaction's receipt, check it, and save it", "获取交易回执，核验后保存"),
        (
            "tally receipt get EV-2026-000001 -o contract.pdf.receipt.json",
            "tally receipt get 3f8a…c1 --form statement -o contract.cose",
            "tally receipt get EV-2026-000001 --witnesses 2 --form checkpoint",
        ),
    ),
    "receipt show": CommandText(
        Text("show what a receipt file says", "查看回执文件内容"),
        ("tally receipt show contract.pdf.receipt.json",),
        Text(
            "This only reads the receipt; whether it holds is said by `tally verify`.",
            "仅读取回执内容；是否成立请用 `tally verify` 核验。",
        ),
    ),
    "verify": CommandText(
        Text("check a file, a receipt or a hash against the ledger", "核验文件、回执或哈希"),
        (
            "tally verify contract.pdf",
            "tally verify contract.pdf --offline --trust trust.json",
            "tally verify 9f86d081884c7d65…",
            "tally verify bag.zip --trust trust.json --authorities time-ca.pem",
            "tally verify contract.pdf --receipt contract.pdf.tsr",
            "tally verify contract.pdf --receipt certificate.pdf --signers signer-ca.pem --offline",
            "tally verify contract.pdf --receipt statement.cose --services services.json",
            "tally verify EV-2026-000001.checkpoint --offline --trust trust.json",
            "tally verify tallystick:ledger.4f/evidence/deposit/EV-2026-000001/7/9f86…",
        ),
        Text(
            "A receipt named FILE.receipt.json beside the file is found by itself; otherwise the "
            "node is asked. With --offline nothing but receipt and trust file is used. Exit code 6 "
            "says: no match. Transparent statements (.cose), COSE receipts, checkpoints and log "
            "proofs (.tlog-proof), time-stamps (.tsr, .tst), extracts, evidence packages (BagIt: "
            "folder or ZIP) and ASiC-E containers are told by their content, and checked without a "
            "node. A COSE receipt or a checkpoint alone proves nothing of a document: the answer "
            "says which file does. A certificate (PDF) is checked by itself, and a node at hand "
            "says whether anything came later. The text of its QR code is asked of the node, or "
            "checked against the file that --receipt names. Statements of other "
            "transparency services are checked by the keys in the files of --services. An "
            "electronic signature beside the file (FILE.p7s, CMS; or FILE.cose) is checked with "
            "it; --receipt takes the certificate of its deposit, too.",
            "会自动寻找文件旁的 文件名.receipt.json；没有时向节点查询。使用 --offline 时只用回执与信任文件。"
            "退出码 6 表示不一致。透明声明（.cose）、COSE 回执、检查点与日志证明（.tlog-proof）、时间戳（.tsr、.tst）、"
            "摘录、证据包（BagIt，目录或 ZIP）与 ASiC-E 容器按内容自动识别，核验无需节点。"
            "单独的 COSE 回执或检查点不能证明任何文件，结果会说明还需哪个文件。"
            "证书（PDF）先自行核验，可连接节点时并查询其后的变化；二维码文本向节点查询，或与 --receipt 所给文件核对。"
            "其他透明服务的声明按 --services 文件中的公钥核验。文件旁的电子签名（文件名.p7s 或 文件名.cose）"
            "一并核验；--receipt 亦可指定其存证证书。",
        ),
    ),
    "tx": CommandText(
        Text("look at transactions", "交易查询"),
        ("tally tx list", "tally tx show 3f8a…c1"),
    ),
    "tx list": CommandText(
        Text("list transactions, newest first", "列出交易，新的在前"),
        ("tally tx list -n 20", "tally tx list --code E_DUP --fields id,code,organization"),
    ),
    "tx show": CommandText(
        Text("show one transaction, decoded", "查看一笔交易（已解码）"),
        ("tally tx show 3f8a…c1", "tally tx show 3f8a…c1 --json"),
    ),
    "tx wait": CommandText(
        Text("wait until a transaction is final", "等待交易最终确认"),
        ("tally tx wait 3f8a…c1 --timeout 60",),
        Text(
            "Exit code 8 says that it was not final in time; 5 that a rule refused it.",
            "退出码 8 表示超时仍未确认；5 表示被规则拒绝。",
        ),
    ),
    "block": CommandText(
        Text("look at blocks", "区块查询"), ("tally block list", "tally block show 1")
    ),
    "block list": CommandText(
        Text("list blocks, newest first", "列出区块，新的在前"), ("tally block list -n 20",)
    ),
    "block show": CommandText(
        Text("show one block and its transactions", "查看一个区块及其交易"),
        ("tally block show 1", "tally block show 1 --json"),
    ),
    "log": CommandText(Text("check the log itself", "账本日志核验"), ("tally log verify",)),
    "log verify": CommandText(
        Text(
            "check the whole log: hash chain, roots, signatures", "核验整个日志：哈希链、树根、签名"
        ),
        ("tally log verify", "tally log verify --remote", "tally log verify --data ./ledger"),
        Text(
            "Reads the block log in the data folder; the node may keep running. With --remote it "
            "asks the node for its checkpoint, checks the signature, and that the log only grew "
            "since the last time.",
            "读取数据目录中的区块日志（只读，节点运行时也可）。使用 --remote 时向节点取检查点，"
            "核验签名，并确认自上次以来日志只增不改。",
        ),
    ),
    "org": CommandText(
        Text("the organisations of the network", "网络中的机构"), ("tally org list",)
    ),
    "org list": CommandText(Text("list organisations", "列出机构"), ("tally org list",)),
    "org show": CommandText(
        Text("show an organisation, its members and keys", "查看机构及其成员与密钥"),
        ("tally org show 91110108MADEM0038D",),
    ),
    **GOVERNANCE_COMMANDS,
    **CERTIFICATE_COMMANDS,
    "key": CommandText(
        Text("the keys you sign with, kept on this machine", "本机签名密钥"),
        ("tally key list", "tally key create wang --organization CODE --member wang-fang"),
    ),
    "key create": CommandText(
        Text("make a new key", "创建密钥"),
        ("tally key create wang --organization 91110108MADEM0038D --member wang-fang",),
        Text(
            "Secrets are never option values: the passphrase is asked for, or read from a file "
            "with --passphrase-file (- is standard input). The printed public key must be enrolled "
            "by your organisation's administrator.",
            "机密从不作为选项值：口令会在提示后输入，或用 --passphrase-file 从文件读取（- 为标准输入）。"
            "输出的公钥须由本机构管理员登记。",
        ),
    ),
    "key list": CommandText(Text("list your keys", "列出密钥"), ("tally key list",)),
    "key import": CommandText(
        Text("take in a key from a PEM file", "从 PEM 文件导入密钥"),
        ("tally key import wang key.pem --organization 91110108MADEM0038D --member wang-fang",),
    ),
    "key export": CommandText(
        Text("write a key to a PEM file", "导出密钥为 PEM 文件"),
        ("tally key export wang -o wang.pem",),
        Text(
            "The file holds the secret; it is created readable by you alone and never overwritten.",
            "文件含私钥；创建时仅本人可读，且不会覆盖已有文件。",
        ),
    ),
    "key protect": CommandText(
        Text("put keys under a passphrase", "用口令加密密钥"),
        ("tally key protect", "tally key protect --data ./ledger", "tally key protect wang"),
        Text(
            "Without a name, the keys of a stopped node in its data folder; with one, a key of "
            "yours. The passphrase is asked for twice, or read from --passphrase-file or "
            "$TALLY_PASSPHRASE. `tally up` then needs it at each start. Nobody can recover it.",
            "不带名称时加密数据目录中已停止节点的密钥，带名称时加密您自己的密钥。口令须输入两次，"
            "或取自 --passphrase-file 或 TALLY_PASSPHRASE。此后每次 `tally up` 都需要口令。"
            "口令遗失无法找回。",
        ),
    ),
    "key unprotect": CommandText(
        Text("take the passphrase off keys", "取消密钥的口令"),
        ("tally key unprotect", "tally key unprotect wang"),
        Text(
            "The keys then lie open in files that only their user can read.",
            "此后密钥以明文存放，仅所属用户可读。",
        ),
    ),
    "backup": CommandText(
        Text("write one file with everything needed to restore", "备份为单个文件"),
        (
            "tally backup ledger.backup",
            "tally backup ledger.backup --data ./ledger",
            "tally backup keys-and-all.backup --include-keys",
            "tally backup for-others.backup --without-console",
        ),
        Text(
            "The node may keep running. The blocks, and the console's accounts, drafts and audit "
            "trail; secret keys only with --include-keys.",
            "节点可保持运行。含区块，以及控制台的账户、草稿与审计记录；私钥仅在 --include-keys 时包含。",
        ),
    ),
    "restore": CommandText(
        Text("restore a backup into a new data folder", "将备份恢复到新的数据目录"),
        ("tally restore ledger.backup --data ./restored",),
        Text(
            "The backup is checked before anything is written; the folder must be new or empty.",
            "写入前先核验备份；目标目录必须是新的或空的。",
        ),
    ),
    "views": CommandText(Text("the tables people search", "查询视图"), ("tally views rebuild",)),
    "views rebuild": CommandText(
        Text("rebuild the search tables from the block log", "由区块日志重建查询视图"),
        ("tally views rebuild", "tally views rebuild --data ./ledger"),
        Text(
            "The node must be stopped. The result is identical to what grew by itself.",
            "须先停止节点。重建结果与逐块生成的内容完全一致，不会丢失任何数据。",
        ),
    ),
    **AUTHOR_COMMANDS,
    "sdk": CommandText(
        Text("help for programs in Python", "Python 程序的辅助工具"), ("tally sdk stubs",)
    ),
    "contract digest": CommandText(
        Text(
            "list the installed contracts with versions and digests",
            "列出已安装的合约及其版本与摘要",
        ),
        ("tally contract digest", "tally contract digest notes --json"),
        Text(
            "The digest is SHA-256 over the Python files of the contract's package: members vote "
            "for it, and no node runs other sources.",
            "摘要为合约软件包 Python 文件的 SHA-256：成员对其表决，任何节点都不会运行其他源码。",
        ),
    ),
    "sdk stubs": CommandText(
        Text(
            "write a typed package of contracts for editors and type checkers",
            "生成合约的类型包，供编辑器与类型检查器使用",
        ),
        (
            "tally sdk stubs",
            "tally sdk stubs --out src/ledger --url http://localhost:8800",
            "tally sdk stubs --installed",
        ),
        Text(
            "From the schemas of the contracts that a node runs, or with --installed of those in "
            "this environment. Import `connect` from the package in place of `tallystick`: the "
            "same function at run time, and contracts, methods, arguments, results and refusals "
            "are known to editors. Write it again when a contract changes.",
            "依据节点所运行合约的定义生成；使用 --installed 时依据本环境已安装的合约。"
            "程序改从该包导入 `connect`：运行时为同一函数，编辑器则能识别合约、方法、参数、结果与拒绝原因。"
            "合约变更后请重新生成。",
        ),
    ),
    "node": CommandText(
        Text("what a node keeps and hands over", "节点数据的交接与保留"),
        ("tally node snapshot", "tally node prune"),
    ),
    "node snapshot": CommandText(
        Text("list the snapshots on offer, or write one", "列出可提供的快照，或写出快照文件"),
        (
            "tally node snapshot",
            "tally node snapshot --json",
            "tally node snapshot --out ledger.snapshot",
            "tally node snapshot --out ledger.snapshot --height 5000",
        ),
        Text(
            "The node may keep running. Every node of the network gives the same bytes: compare "
            "the hash with another organisation's.",
            "节点可保持运行。同一网络各节点的快照字节完全相同，可与其他机构核对哈希。",
        ),
    ),
    "node restore": CommandText(
        Text("make a data folder from a snapshot file", "由快照文件建立数据目录"),
        (
            "tally node restore ledger.snapshot --data ./joined --app-hash 5f2c...",
            "tally node restore ledger.snapshot --data ./joined --snapshot-hash 91ab...",
        ),
        Text(
            "Nothing is executed; every root is compared. Take the app hash of that height from "
            "another organisation: tally block show HEIGHT --fields app_hash.",
            "不重新执行交易，但逐块核对各树根。该高度的应用哈希请向其他机构索取："
            "tally block show 高度 --fields app_hash。",
        ),
    ),
    "node prune": CommandText(
        Text("how many of its blocks the engine keeps", "查看或设置共识引擎保留的区块数"),
        (
            "tally node prune",
            "tally node prune --keep 200000",
            "tally node prune --keep 0",
        ),
        Text(
            "Only the engine's own copies are dropped; the ledger's block log is never pruned. A "
            "change counts from the node's next start.",
            "只清理共识引擎自己的副本，账本的区块日志从不清理。更改在节点下次启动后生效。",
        ),
    ),
    "explain": CommandText(
        Text("say what an error code means and what to do", "解释错误代码及处理办法"),
        ("tally explain E_SIG", "tally explain E_DUP --lang zh", "tally explain"),
    ),
    "openapi": CommandText(
        Text("print the node's OpenAPI document", "输出节点的 OpenAPI 文档"),
        ("tally openapi > openapi.json",),
    ),
    "completion": CommandText(
        Text("print the completion script for a shell", "输出命令补全脚本"),
        (
            "tally completion bash > ~/.local/share/bash-completion/completions/tally",
            'tally completion zsh > "${fpath[1]}/_tally"',
            "tally completion fish > ~/.config/fish/completions/tally.fish",
        ),
    ),
    "version": CommandText(
        Text("print the version", "显示版本"), ("tally version", "tally version --json")
    ),
}
