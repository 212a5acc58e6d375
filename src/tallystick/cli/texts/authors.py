# SPDX-License-Identifier: Apache-2.0
"""What is said to authors of contracts: linter, schema, tests, new folders, `tally dev`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

AUTHOR_COMMANDS: Final[Mapping[str, CommandText]] = {
    "dev": CommandText(
        Text(
            "run a development node that takes every save of a contract",
            "运行开发节点，合约每次保存即时生效",
        ),
        ("tally dev", "tally dev ./loans --port 8800", "tally dev ./loans --fresh"),
        Text(
            "Founds a development network of four organisations (core, supplier, bank, regulator) "
            "whose keys are ready: `--as bank` signs for the bank. Each save is linted, loaded in "
            "a fresh process and takes over within a second; the ledger stays as it is. A save "
            "that is broken, or changes the records of a table in use, is explained, and the last "
            "good version goes on.",
            "创建由四家机构（core、supplier、bank、regulator）组成的开发网络，密钥已备好："
            "`--as bank` 即以银行身份签名。每次保存都会先检查代码，再在新进程中加载，一秒内接替运行，"
            "账本保持不变。若保存的代码有误，或改动了已有数据的表结构，会说明原因，原版本继续运行。",
        ),
    ),
    "contract": CommandText(
        Text("write contracts, look at them, call them", "合约：编写、查看与调用"),
        ("tally contract new loans", "tally contract test loans", "tally contract show evidence"),
    ),
    "contract new": CommandText(
        Text("write the folder of a new contract", "生成新合约的目录"),
        ("tally contract new loans", "tally contract new scf.receivable ./receivable"),
        Text(
            "The folder holds a package with one contract, its entry point, texts in two languages "
            "and tests. It lints clean, its tests pass, and `pip install -e` makes its verbs "
            "appear: `tally NAME`.",
            "目录内含一个带入口点的 Python 包、一个合约、中英文说明与测试；代码检查与测试均可通过，"
            "`pip install -e` 安装后即可使用 `tally 合约名`。",
        ),
    ),
    "contract test": CommandText(
        Text("lint a contract's folder, then run its tests", "先检查合约代码，再运行其测试"),
        ("tally contract test", "tally contract test loans --json"),
        Text(
            "Tests are pytest's; `tallystick.testing` is the kit. The folder need not be "
            "installed. Exit code 1 says that the linter found something or a test failed.",
            "测试由 pytest 运行，测试工具为 `tallystick.testing`；目录无须安装。"
            "退出码为 1 表示代码检查有发现或测试未通过。",
        ),
    ),
    "contract show": CommandText(
        Text("show the contracts of a node, or all about one", "查看节点上的合约，或其中一个"),
        (
            "tally contract show",
            "tally contract show evidence",
            "tally contract show --installed",
            "tally contract show ./loans",
        ),
        Text(
            "A path (`./loans`, `loans.py`) means the sources there: no node is asked.",
            "给出路径（`./loans`、`loans.py`）即指该处的源代码，不询问节点。",
        ),
    ),
    "contract schema": CommandText(
        Text("print a contract's schema", "输出合约的定义"),
        (
            "tally contract schema evidence",
            "tally contract schema evidence --installed --output-format json-schema",
            "tally contract schema ./loans",
        ),
        Text(
            "`json` is everything the platform derives from the class; `json-schema` has the "
            "arguments of each method as JSON Schema 2020-12. A path (`./loans`, `loans.py`) means "
            "the sources there: no node is asked.",
            "`json` 为平台由合约类导出的全部内容；`json-schema` 为各方法参数的 JSON Schema 2020-12。"
            "给出路径（`./loans`、`loans.py`）即指该处的源代码，不询问节点。",
        ),
    ),
    "contract call": CommandText(
        Text("call an action of any contract of the node", "调用节点上任一合约的操作"),
        (
            'tally contract call loans register --args \'{"title": "Ultrasound 7"}\'',
            "tally contract call loans register --args @new.json --dry-run",
        ),
        Text(
            "For contracts that are not installed here; the installed ones have verbs of their own "
            "(`tally NAME`). Arguments are JSON as over HTTP: integers of the smallest unit, "
            "milliseconds, bytes in hexadecimal.",
            "适用于本机未安装的合约；已安装的合约有自己的命令（`tally 合约名`）。参数为 JSON，"
            "与 HTTP 接口相同：金额为最小单位整数，时间为毫秒，字节为十六进制。",
        ),
    ),
    "contract query": CommandText(
        Text("ask a query of any contract of the node", "查询节点上的任一合约"),
        ('tally contract query evidence show --args \'{"id": "EV-2026-000001"}\'',),
    ),
    "contract lint": CommandText(
        Text("find what would break determinism, or hide it", "查找破坏确定性或将其掩盖之处"),
        ("tally contract lint", "tally contract lint src/loans --json", "tally explain TL203"),
        Text(
            "Reads Python files, runs nothing; tests in a folder are left out. A comment "
            "`# tally: allow CODE because ...` takes a place on the author. Exit code 1 says that "
            "something was found. A clean contract can still be wrong: run its tests twice with "
            "different PYTHONHASHSEED.",
            "只读取 Python 文件，不运行代码；目录中的测试文件除外。注释 `# tally: allow 代码 because 理由` 表示由作者负责豁免。"
            "退出码 1 表示发现问题。通过检查不等于正确：请以不同的 PYTHONHASHSEED 运行两次测试。",
        ),
    ),
}

AUTHOR_OPTIONS: Final[Mapping[str, Text]] = {
    "contract lint:paths": Text(
        "Python files and folders (default: this folder)", "Python 文件与目录（默认为当前目录）"
    ),
    "contract new:name": Text(
        "name of the contract, as loans or scf.receivable", "合约名称，如 loans 或 scf.receivable"
    ),
    "contract new:folder": Text(
        "folder to make; must not exist (default: the name)", "要创建的目录；不得已存在（默认同名）"
    ),
    "contract test:path": Text(
        "the contract's folder, or a file (default: this folder)", "合约目录或文件（默认当前目录）"
    ),
    "contract show:name": Text(
        "name of the contract, or a path to its sources; without it, all are listed",
        "合约名称或其源代码路径；省略则列出全部",
    ),
    "contract schema:name": Text(
        "name of the contract, or a path to its sources", "合约名称或其源代码路径"
    ),
    "contract call:name": Text("name of the contract", "合约名称"),
    "contract query:name": Text("name of the contract", "合约名称"),
    "contract call:method": Text("name of the action", "操作名称"),
    "contract query:method": Text("name of the query", "查询名称"),
    "args": Text("arguments as a JSON object, or @FILE.json", "参数：JSON 对象，或 @文件.json"),
    "installed": Text(
        "what is installed on this machine; no node is asked", "本机已安装的合约，不询问节点"
    ),
    "output_format": Text("which form", "输出形式"),
    "save_receipt": Text("file for the receipt, checked first", "保存（已核验的）回执的文件"),
    "dev:path": Text(
        "the contract's folder, or a file (default: this folder)", "合约目录或文件（默认当前目录）"
    ),
    "dev:port": Text("port to listen on, this machine only", "监听端口（仅限本机）"),
    "dev:fresh": Text(
        "throw the development network away and begin anew", "丢弃现有开发网络，重新开始"
    ),
    "dev:data": Text(
        "data folder (default: dev below ~/.local/share/tallystick)",
        "数据目录（默认 ~/.local/share/tallystick 下的 dev）",
    ),
}

AUTHOR_MESSAGES: Final[Mapping[str, Text]] = {
    "help.contracts": Text("Installed contracts", "已安装的合约"),
    "help.contract": Text("the verbs of this contract", "该合约的操作与查询"),
    # Contracts and their schemas.
    "contract.not_installed": Text(
        "the contract {contract} is not installed here", "本机未安装合约 {contract}"
    ),
    "contract.not_importable": Text(
        "the contract {contract} ({where}) cannot be imported",
        "合约 {contract}（{where}）无法导入",
    ),
    "contract.not_offered": Text(
        "the node runs no contract {contract}", "节点上没有合约 {contract}"
    ),
    "contract.no_method": Text(
        "{contract} has no such method: {method}", "{contract} 没有方法 {method}"
    ),
    "contract.actions": Text("Actions", "操作"),
    "contract.queries": Text("Queries", "查询"),
    "contract.tables": Text("Tables", "表"),
    "contract.events": Text("Events", "事件"),
    "contract.refusals": Text("Refusals", "拒绝"),
    "contract.roles": Text("Roles", "角色"),
    "contract.any_member": Text("every member", "任何成员"),
    "csv.unknown_column": Text(
        'the file for {option} has an unknown column "{column}"',
        "{option} 的文件中有未知的列“{column}”",
    ),
    "csv.row": Text("{place}: {reason}", "{place}：{reason}"),
    # A folder of contracts.
    "contract.several": Text(
        "there are several contracts in {path}; install them and name one with --installed",
        "{path} 中有多个合约；请安装后用 --installed 指定其一",
    ),
    "project.none": Text("there is no contract in {path}", "{path} 中没有合约"),
    "project.missing": Text("there is no {path}", "{path} 不存在"),
    "project.none_hint": Text(
        "`tally contract new NAME` writes one.", "可用 `tally contract new 名称` 生成。"
    ),
    "new.taken": Text(
        "Python has a module called {package} already", "Python 已有名为 {package} 的模块"
    ),
    "new.taken_hint": Text(
        "Put a word of yours in front, as acme.loans.", "请在前面加上您的前缀，如 acme.loans。"
    ),
    "new.shadowed": Text(
        "tally has a command {name} of its own: it wins, verbs of the contract fill the gaps",
        "tally 已有命令 {name}：以其为准，合约的其余方法作为补充",
    ),
    "test.no_pytest": Text("pytest is not installed", "未安装 pytest"),
    "test.none": Text("there is no test in {path}", "{path} 中没有测试"),
    "test.passed": Text(
        "tests passed: {count}, in {seconds} s", "测试通过：{count} 个，用时 {seconds} 秒"
    ),
    "test.failed": Text(
        "tests failed: {failed} of {count}, in {seconds} s",
        "测试未通过：{count} 个中有 {failed} 个，用时 {seconds} 秒",
    ),
    # tally dev
    "dev.founded": Text("development network founded in {path}", "已在 {path} 创建开发网络"),
    "dev.network": Text(
        "this is a development network ({network}): its keys lie in the data folder",
        "这是开发网络（{network}）：密钥就在数据目录中",
    ),
    "dev.serving": Text(
        "save a file and it takes over; Ctrl-C stops", "保存文件即生效；按 Ctrl-C 停止"
    ),
    "dev.saved": Text("saved: {files}", "已保存：{files}"),
    "dev.reloaded": Text("reloaded {contracts}", "已重新加载 {contracts}"),
    "dev.broken": Text("it cannot be loaded", "无法加载"),
    "dev.not_started": Text("the node does not start with it", "节点无法以此启动"),
    "dev.stays": Text("the last good version goes on", "原版本继续运行"),
    "dev.no_start": Text("the contracts cannot be served as they are", "合约目前无法运行"),
    "dev.died": Text("the node has ended by itself", "节点已自行退出"),
    "dev.migration": Text(
        "the migration {name} is missing: the table has records, and their form changed ({fields})",
        "缺少迁移 {name}：该表已有记录，而结构发生变化（{fields}）",
    ),
    "dev.migration_hint": Text(
        "Write it in the next version of the contract, or put new data into a new table, "
        "or begin anew: tally dev --fresh",
        "请在合约的下一版本中编写，或将新数据放入新表，或重新开始：tally dev --fresh",
    ),
    "dev.older": Text(
        "version {running} of {contract} runs, and version {version} is older",
        "{contract} 正在运行版本 {running}，而版本 {version} 更旧",
    ),
    "dev.moved": Text("records moved to the new version: {count}", "已迁移到新版本的记录：{count}"),
    "dev.not_moved": Text(
        "the migration failed; correct it and save, the rest is moved then",
        "迁移失败；改正并保存后继续迁移其余记录",
    ),
    "dev.not_voted": Text(
        "the development network did not vote for it; save again", "开发网络未表决通过；请再次保存"
    ),
    "dev.new_contract": Text(
        "the development network was founded without {contract}", "开发网络创建时没有 {contract}"
    ),
    "dev.lost_contract": Text(
        "the development network runs {contract}, which is gone",
        "开发网络运行着 {contract}，而它已不存在",
    ),
    "dev.fresh_hint": Text("Begin anew: tally dev --fresh", "重新开始：tally dev --fresh"),
    "dev.running": Text("a process serves {path} already", "已有进程在使用 {path}"),
    "dev.other_network": Text("{path} holds a real network", "{path} 中是正式网络"),
    "dev.other_project": Text(
        "the development network there belongs to {path}", "该处的开发网络属于 {path}"
    ),
}
