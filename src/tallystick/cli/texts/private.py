# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally private`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_BANK: Final = "911100001000000059"
_WHERE: Final = "--contract vault --part secrets"
_SEAL: Final = f"tally private seal sales.csv --record P-1 --to {_BANK} --out P-1.sealed"
_PUT: Final = f"tally private put P-1.sealed P-1 {_WHERE}"
_GET: Final = f"tally private get P-1 {_WHERE} --out sales.csv"

PRIVATE_COMMANDS: Final[Mapping[str, CommandText]] = {
    "private": CommandText(
        Text("data for named organisations, off the ledger", "仅供指定机构阅读的链下数据"),
        (_SEAL, _PUT, _GET),
    ),
    "private keygen": CommandText(
        Text("make a sealing key of an organisation", "生成机构密封密钥"),
        (
            f"tally private keygen --organization {_BANK}",
            f"tally private keygen --organization {_BANK} --encrypt",
        ),
        Text(
            "The secret half stays in a file of this user, an age identity that any age tool "
            "takes. Who loses it loses what was sealed to it: keep a copy where others cannot.",
            "私钥保存在本用户的文件中，为 age 身份文件，任何 age 工具均可使用。"
            "私钥丢失后，密封给它的数据无法再打开，请妥善备份。",
        ),
    ),
    "private protect": CommandText(
        Text("put sealing keys under a passphrase", "用口令加密密封密钥"),
        (f"tally private protect --organization {_BANK}",),
        Text(
            "As `age -p` would. Whoever opens something is asked for it; a program reads it from "
            "--sealing-passphrase-file or TALLY_SEALING_PASSPHRASE.",
            "与 `age -p` 的格式相同。打开数据时须输入口令；程序可用 --sealing-passphrase-file "
            "或 TALLY_SEALING_PASSPHRASE 提供。",
        ),
    ),
    "private unprotect": CommandText(
        Text("take the passphrase off sealing keys", "取消密封密钥的口令"),
        (f"tally private unprotect --organization {_BANK}",),
    ),
    "private publish": CommandText(
        Text("publish a sealing key on the ledger", "在账本上公布密封公钥"),
        ("tally private publish --as admin",),
        Text(
            "For an administrator of the organisation. The key before it is retired; it still "
            "opens what was sealed to it.",
            "由机构管理员执行。原公钥随即停用，此前密封的数据仍用原密钥打开。",
        ),
    ),
    "private seal": CommandText(
        Text("seal a file for recipients", "为接收方密封文件"),
        (_SEAL, f"{_SEAL} --json"),
        Text(
            "Writes a package, and says what the contract is to declare: ciphertext, plaintext "
            "(a commitment) and size. Recipients' keys are proven by the ledger.",
            "生成密文包，并给出须由合约登记的密文摘要、明文承诺与大小。接收方公钥由账本证明。",
        ),
    ),
    "private put": CommandText(
        Text("hand a package to a node", "将密文包交给节点保存"),
        (_PUT,),
        Text(
            "After the record is declared: at the own node, and with --url at each recipient's.",
            "须在记录登记之后执行；先交本机构节点，再用 --url 交各接收方节点。",
        ),
    ),
    "private get": CommandText(
        Text("fetch a record, open it, check it", "取回、打开并核对非公开记录"),
        (_GET, f"tally private get P-1 {_WHERE} --sealed --out P-1.age"),
        Text(
            "With --sealed the file stays sealed, and its wrap is put beside it, for any age tool.",
            "使用 --sealed 时保留密文，并将密钥封装存于其旁，可用任何 age 工具打开。",
        ),
    ),
    "private share": CommandText(
        Text("let a recipient open it who was added later", "使后加入的接收方能够打开"),
        (f"tally private share P-1 {_BANK} {_WHERE}",),
        Text(
            "The contract adds the recipient first. With the own organisation's code it takes a "
            "record to a new sealing key.",
            "须先由合约增加接收方。填写本机构代码时，将记录转到本机构的新密封密钥。",
        ),
    ),
    "private show": CommandText(
        Text("show who may read a record, and whether it was erased", "查看接收方与删除状态"),
        (f"tally private show P-1 {_WHERE} --json",),
    ),
}
PRIVATE_OPTIONS: Final[Mapping[str, Text]] = {
    **{
        f"private {verb}:organization": Text(
            "unified social credit code of the organisation", "机构的统一社会信用代码"
        )
        for verb in ("keygen", "protect", "unprotect")
    },
    "sealing_passphrase_file": Text(
        "file with the passphrase of the sealing keys; - is standard input "
        "($TALLY_SEALING_PASSPHRASE)",
        "含密封密钥口令的文件，- 为标准输入（$TALLY_SEALING_PASSPHRASE）",
    ),
    "private publish:key": Text("the public half, age1...", "以 age1 开头的公钥"),
    "private seal:file": Text("what to seal; - for standard input", "待密封文件，- 表示标准输入"),
    "private seal:record": Text("id under which it will be declared", "登记时使用的记录编号"),
    "private seal:to": Text(
        "a recipient's code; may be given several times", "接收方机构代码，可重复填写"
    ),
    "private seal:out": Text("the package to write", "输出的密文包"),
    "private put:package": Text(
        "package of `tally private seal`", "`tally private seal` 生成的密文包"
    ),
    "private get:out": Text("file to write, for this user only", "输出文件，仅本用户可读"),
    "private get:sealed": Text("do not open it", "不打开，保留密文"),
    "private share:organization": Text("code of the recipient", "接收方机构代码"),
    "private share:out": Text("package for the recipient's own node", "供接收方节点使用的密文包"),
    **{
        f"private {verb}:{name}": text
        for verb in ("put", "get", "share", "show")
        for name, text in (
            ("record", Text("id of the private record", "非公开记录编号")),
            ("contract", Text("contract that declared it", "登记该记录的合约")),
            ("part", Text("what the contract calls its part", "合约中该构件的名称")),
        )
    },
}
PRIVATE_MESSAGES: Final[Mapping[str, Text]] = {
    "private.keep": Text(
        "keep a copy of {path} where nobody else can read it", "请将 {path} 备份到他人无法读取之处"
    ),
    "private.passphrase": Text("Passphrase of the sealing keys: ", "密封密钥口令："),
    "private.protected": Text(
        "{count} sealing key(s) put under the passphrase", "已用口令加密 {count} 个密封密钥"
    ),
    "private.unprotected": Text(
        "{count} sealing key(s) lie open now", "{count} 个密封密钥已取消口令"
    ),
    "private.several": Text(
        "several sealing keys are kept here: name one", "本机有多个密封密钥，请指定其一"
    ),
    "private.sealed": Text(
        "{path} is sealed for {count}", "已生成 {path}，可由 {count} 家机构打开"
    ),
    "private.opened": Text(
        "{path} is what its owner committed to", "{path} 与登记方在账本上的承诺一致"
    ),
    "private.by_age": Text(
        "age -d -i KEYFILE {wrap} > data.key && age -d -i data.key {path}",
        "age -d -i KEYFILE {wrap} > data.key && age -d -i data.key {path}",
    ),
}
PRIVATE_FIELDS: Final = (
    ("record", "record", "记录"),
    ("ciphertext", "ciphertext", "密文摘要"),
    ("plaintext", "commitment", "明文承诺"),
    ("wraps", "wraps", "密钥封装"),
    ("owner", "owner", "所属机构"),
    ("recipients", "recipients", "接收方"),
    ("declared_at", "declared", "登记时间"),
    ("erased_at", "erased", "删除时间"),
    ("erased_by", "erased by", "删除人"),
)
