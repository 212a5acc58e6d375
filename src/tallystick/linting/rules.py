# SPDX-License-Identifier: Apache-2.0
"""The rules of the linter, by code: what each is about, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.linting.findings import Rule, Wording

_RULES: Final = (
    # 1: the world outside
    Rule(
        "TL101",
        Wording("a clock is read", "读取时钟"),
        Wording("Take `ctx.block_time_ms`.", "请使用 `ctx.block_time_ms`。"),
    ),
    Rule(
        "TL102",
        Wording("chance decides", "使用随机数"),
        Wording(
            "Number with `ctx.next_id(...)`, or let callers commit to a secret and reveal it.",
            "编号请用 `ctx.next_id(...)`；需要随机时由各方先承诺、后揭示。",
        ),
    ),
    Rule(
        "TL103",
        Wording("the network is used", "访问网络"),
        Wording(
            "Let somebody fetch it and sign it as an argument.", "请由他人取得后作为参数签名提交。"
        ),
    ),
    Rule(
        "TL104",
        Wording("files are used", "访问文件"),
        Wording(
            "Keep records in tables, and hashes of files in records.",
            "数据存入表，文件只在记录中保存哈希。",
        ),
    ),
    Rule(
        "TL105",
        Wording("the machine or its environment is looked at", "读取机器或环境信息"),
        Wording(
            "What nodes must agree on is an argument or a record.",
            "各节点须一致的内容应为参数或记录。",
        ),
    ),
    Rule(
        "TL106",
        Wording("threads, processes or coroutines are used", "使用线程、进程或协程"),
        Wording(
            "A call runs alone, from its beginning to its end.", "每次调用独占运行，从头到尾。"
        ),
    ),
    Rule(
        "TL107",
        Wording("something is printed or logged", "打印或写日志"),
        Wording("Emit an event.", "请发出事件。"),
    ),
    Rule(
        "TL108",
        Wording("a package that is not part of the contract is imported", "导入合约之外的软件包"),
        Wording(
            "Every node would need exactly the same version: carry the few lines that you need.",
            "各节点须安装完全相同的版本：请自带所需的几行代码。",
        ),
    ),
    Rule(
        "TL109",
        Wording("code is made or looked up while it runs", "运行时生成或查找代码"),
        Wording(
            "Write the call out; choose with `match` or a table of functions.",
            "请写明调用；用 `match` 或函数表选择。",
        ),
    ),
    # 2: values
    Rule(
        "TL201",
        Wording("a float or complex number", "浮点数或复数"),
        Wording(
            "Count in whole units: `Amount`, `Integer`.", "请用整数单位：`Amount`、`Integer`。"
        ),
    ),
    Rule(
        "TL202",
        Wording("the type float is used", "使用浮点类型"),
        Wording(
            "Count in whole units: `Amount`, `Integer`.", "请用整数单位：`Amount`、`Integer`。"
        ),
    ),
    Rule(
        "TL203",
        Wording("a division that gives a float", "结果为浮点数的除法"),
        Wording(
            "Divide with `//`, and say which way it is rounded and who has the rest.",
            "请用 `//`，并说明舍入方向与余数归属。",
        ),
    ),
    Rule(
        "TL204",
        Wording("a function that calculates with floats", "以浮点数计算的函数"),
        Wording(
            "Use whole numbers; `math.isqrt` and `math.gcd` are exact.",
            "请用整数；`math.isqrt`、`math.gcd` 是精确的。",
        ),
    ),
    Rule(
        "TL205",
        Wording("a value that differs between processes", "因进程而异的值"),
        Wording("Compare and sort by fields of the record.", "请按记录的字段比较与排序。"),
    ),
    Rule(
        "TL206",
        Wording("the order of a set is used", "依赖集合的顺序"),
        Wording(
            "Sort it first: `sorted(...)`, or keep a list.", "请先排序：`sorted(...)`，或使用列表。"
        ),
    ),
    Rule(
        "TL207",
        Wording("text that depends on the machine's language", "依赖机器语言设置的文本"),
        Wording(
            "Keep numbers and times as they are; doors show them.",
            "数字与时间保持原值，由界面负责显示。",
        ),
    ),
    # 3: flow
    Rule(
        "TL301",
        Wording("a loop without a bound that one can see", "看不到上限的循环"),
        Wording(
            "Let the condition name a limit, as in `count < ITEMS_MAX`, or loop over a list.",
            "请在条件中写明上限，如 `count < ITEMS_MAX`，或遍历有界列表。",
        ),
    ),
    Rule(
        "TL302",
        Wording("a function calls itself", "函数调用自身"),
        Wording("Write a loop with a limit.", "请改写为有上限的循环。"),
    ),
    Rule(
        "TL303",
        Wording("an iterator without an end", "无穷迭代器"),
        Wording("Use `range(...)` or `enumerate(...)`.", "请用 `range(...)` 或 `enumerate(...)`。"),
    ),
    Rule(
        "TL304",
        Wording("every error is caught", "捕获一切错误"),
        Wording(
            "Catch the refusal that you expect; the platform must see the others.",
            "只捕获预期的拒绝，其余须由平台处理。",
        ),
    ),
    Rule(
        "TL305",
        Wording("the text of an exception is used", "使用异常的文字"),
        Wording(
            "Texts differ between Python versions: raise a refusal with a code and facts.",
            "异常文字因 Python 版本而异：请抛出带代码与事实的拒绝。",
        ),
    ),
    Rule(
        "TL306",
        Wording("an assertion, which an option of Python removes", "断言，可被 Python 选项去除"),
        Wording("Raise a refusal.", "请抛出拒绝。"),
    ),
    # 4: state
    Rule(
        "TL401",
        Wording("a value of the module or class that can change", "可变的模块级或类级值"),
        Wording(
            "Use a tuple or frozenset, or annotate a `Mapping`; what changes belongs in a table.",
            "请用元组或 frozenset，或标注为 `Mapping`；会变化的存入表。",
        ),
    ),
    Rule(
        "TL402",
        Wording("a global name is changed", "修改全局名称"),
        Wording("Keep it in a table.", "请存入表。"),
    ),
    Rule(
        "TL403",
        Wording(
            "something is kept on the contract, a class or a module", "在合约、类或模块上保存内容"
        ),
        Wording(
            "Another node has not had this call: keep it in a table.",
            "其他节点未必执行过该调用：请存入表。",
        ),
    ),
    Rule(
        "TL404",
        Wording("a default value that can change", "可变的默认值"),
        Wording("Use None or a tuple.", "请用 None 或元组。"),
    ),
    Rule(
        "TL405",
        Wording("results are remembered between calls", "在调用之间缓存结果"),
        Wording("Calculate it again, or keep it in a table.", "请重新计算，或存入表。"),
    ),
    # 5: the platform
    Rule(
        "TL501",
        Wording("an inner part of Tallystick is imported", "导入 Tallystick 的内部模块"),
        Wording(
            "Import from `tallystick.contracts` and `tallystick.contracts.parts` only.",
            "只从 `tallystick.contracts` 与 `tallystick.contracts.parts` 导入。",
        ),
    ),
    Rule(
        "TL502",
        Wording("everything is imported by a star", "以星号导入全部名称"),
        Wording("Name what you use.", "请写明所用名称。"),
    ),
    Rule(
        "TL503",
        Wording("the file is not Python", "文件不是有效的 Python"),
        Wording("Correct it.", "请更正。"),
    ),
    Rule(
        "TL504",
        Wording("something is allowed without a reason", "豁免未写明理由"),
        Wording(
            "Write `# tally: allow CODE because ...` at the line that needs it.",
            "请在所需之行写 `# tally: allow 代码 because 理由`。",
        ),
    ),
    Rule(
        "TL505",
        Wording("something is allowed that is not there", "豁免了不存在的问题"),
        Wording("Remove the comment.", "请删除该注释。"),
    ),
)
RULES: Final[Mapping[str, Rule]] = {rule.code: rule for rule in _RULES}
"""By code, in order."""
