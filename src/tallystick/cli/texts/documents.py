# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally document`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_BANK: Final = "911100001000000059"
_PUT: Final = "tally document put contract.pdf --document D-1"
_GET: Final = "tally document get D-1 --grant G-1 --purpose loan --out contract.pdf"
_GRANT: Final = (
    f"tally document grant D-1 --to {_BANK} --purpose loan --until 2027-01-31 --grant G-1"
)
_HAND_OVER: Final = (
    f"tally document hand-over D-1 --source https://own.example --to {_BANK}"
    " --url https://bank.example"
)

DOCUMENT_COMMANDS: Final[Mapping[str, CommandText]] = {
    "document": CommandText(
        Text("files that stay private, sealed here", "在本机密封的保密文件"), (_PUT, _GRANT, _GET)
    ),
    "document put": CommandText(
        Text("seal, register and upload a file", "密封、登记并上传文件"),
        (
            _PUT,
            f"{_PUT} --retain-until 2030-12-31 --json",
            "tally document put seized.pdf --as-evidence",
        ),
        Text(
            "The ledger gets hashes, the node ciphertext; file name and key are sealed to the own "
            "organisation. Run again, an upload that broke off goes on. A PDF with a script, an "
            "action or a program inside is refused, unless it is kept as it is as evidence: nodes, "
            "which have ciphertext only, could not tell.",
            "账本只登记哈希，节点只保存密文；文件名与密钥密封给本机构。上传中断后重新执行即可续传。"
            "含脚本、动作或程序的 PDF 一律拒收，除非注明作为证据原样保留；节点只有密文，无从判断。",
        ),
    ),
    "document get": CommandText(
        Text("open a document; the opening is recorded", "打开文件，并登记打开记录"),
        (
            _GET,
            "tally document get D-1 --out contract.pdf --receipt opening.json",
            "tally document get D-1 --sealed --out contract.age",
        ),
        Text(
            "Each opening counts as a use of the grant. The content is checked against the ledger.",
            "每次打开计为一次授权使用；内容与账本核对。",
        ),
    ),
    "document list": CommandText(
        Text("list the documents on the ledger", "列出账本上的文件"), ("tally document list",)
    ),
    "document show": CommandText(
        Text("show what the ledger says of a document, proven", "查看账本所载文件信息（附证明）"),
        ("tally document show D-1 --json",),
    ),
    "document verify": CommandText(
        Text("compare a file with the ledger", "将文件与账本核对"),
        ("tally document verify contract.pdf D-1",),
    ),
    "document grant": CommandText(
        Text("let another organisation open documents", "授权其他机构打开文件"),
        (_GRANT,),
        Text(
            "The keys are sealed to the organisation's key on the ledger and handed to the node.",
            "文件密钥以账本所载对方密封公钥密封后交节点保存。",
        ),
    ),
    "document share": CommandText(
        Text("hand a granted organisation the key of a version", "将某一版本的密钥交给被授权机构"),
        (f"tally document share D-1 --to {_BANK}",),
        Text(
            "After `put --version 2`, or when the organisation has a new sealing key: its grant "
            "stands, and it needs a key to what is new.",
            "适用于登记新版本之后，或对方更换密封公钥之后：授权仍有效，但需取得新密钥。",
        ),
    ),
    "document hand-over": CommandText(
        Text("copy a sealed file to another node", "将密文复制到其他节点"),
        (
            "tally document hand-over D-1 --source https://owner.example --url https://own.example",
            _HAND_OVER,
        ),
        Text(
            "By its owner, a grantee or a keeper. The owner adds with --to the key of the node's "
            "organisation, so that it can open at its own node.",
            "由所有者、被授权机构或保管机构执行。所有者可用 --to 一并交付对方密钥，"
            "使其在本机构节点打开。",
        ),
    ),
    "document fetch": CommandText(
        Text("have the node get a sealed file from others", "让节点向其他节点取回密文"),
        (
            "tally document fetch D-1",
            "tally document fetch D-1 --source https://owner.example",
        ),
        Text(
            "The node asks the nodes of engine.json in its organisation's name, and checks each "
            "chunk before it keeps it. A copy that it has damaged is replaced. With --source this "
            "machine carries the file over.",
            "节点以本机构名义向 engine.json 所列节点取回密文，逐块核对后保存；损坏的副本将被替换。"
            "指定 --source 时由本机转送。",
        ),
    ),
    "document challenge": CommandText(
        Text("have a node prove that it has a sealed file", "要求节点证明持有密文"),
        (
            "tally document challenge D-1 --url https://bank.example",
            f"tally document challenge D-1 --count 64 --node {_BANK}",
        ),
        Text(
            "The node shows slices of 1 KiB drawn by chance, checked with the ledger. One that "
            "lost a tenth of them passes 16 questions in 19 of 100 tries, 64 in 1 of 800. It does "
            "not show that the copy is its own.",
            "节点出示随机抽取的 1 KiB 分片，并与账本核对。丢失十分之一分片的节点，"
            "16 问全部通过的概率约为 19%，64 问约为 0.12%。不能证明该副本为其独有。",
        ),
    ),
    "document export-car": CommandText(
        Text("save a sealed file as a CAR archive", "将密文导出为 CAR 文件"),
        (
            "tally document export-car D-1 --out contract.car",
            "tally document export-car D-1 --version 1 --out contract.car --json",
        ),
        Text(
            "CARv1, for any IPFS tool. It stays sealed: no key is in it, and no opening is "
            "recorded. For the owner, grantees and keepers.",
            "CARv1 格式，可用任意 IPFS 工具读取。内容保持密封，不含密钥，不登记打开。"
            "限所有者、被授权机构与保管机构。",
        ),
    ),
    "document import-car": CommandText(
        Text("give the node a sealed file from a CAR archive", "将 CAR 文件中的密文交给节点"),
        (
            "tally document import-car contract.car",
            "tally document import-car contract.car --document D-1 --json",
        ),
        Text(
            "CARv1 or CARv2. Each block is hashed, and the whole must be what the ledger declares: "
            "a wrong block (E_CAR), another document (E_HASH) or one that the ledger does not know "
            "(E_MISSING) is refused, and nothing is kept.",
            "支持 CARv1 与 CARv2。逐块核对哈希，整体须与账本登记一致：块有误（E_CAR）、内容不符（E_HASH）"
            "或账本未登记（E_MISSING）的一律拒收，不留任何内容。",
        ),
    ),
    "document revoke": CommandText(
        Text("take a grant back and seal anew", "撤销授权并重新密封"),
        ("tally document revoke G-1", f"tally document revoke G-1 --other {_BANK}"),
        Text(
            "For the future: what the organisation has opened, it may have copied, and nothing "
            "takes that back. The documents are sealed anew, so that its key opens nothing stored.",
            "撤销只对将来有效：对方已打开的内容可能已复制，无法收回。文件将重新密封，"
            "使其原密钥不能再打开任何留存的密文。",
        ),
    ),
    "document erase": CommandText(
        Text("destroy a document; hashes stay", "销毁文件，仅保留哈希"),
        ("tally document erase D-1",),
        Text(
            "Every node destroys its sealed copies. Copies that others have opened are theirs.",
            "各节点销毁所存密文。他人已打开并留存的副本不在其列。",
        ),
    ),
    "document extend": CommandText(
        Text("keep a document longer", "延长文件保存期限"),
        ("tally document extend D-1 --retain-until 2035-12-31",),
    ),
    "document hold": CommandText(
        Text("put on legal hold, or lift it", "保全文件或解除保全"),
        ('tally document hold D-1 --reason "case 7"', "tally document hold D-1 --lift"),
        Text(
            "For members with the role documents.court. While a hold stands nobody erases it.",
            "由具有 documents.court 角色的成员执行。保全期间任何人不得删除。",
        ),
    ),
}
_RECEIPT: Final = Text("file for the receipt", "回执输出文件")
_VERSION: Final = Text("which version; the newest by default", "版本号，默认最新")
_ID: Final = Text("id of the document", "文件编号")
DOCUMENT_OPTIONS: Final[Mapping[str, Text]] = {
    "document put:file": Text("what to seal", "待密封文件"),
    "document put:document": Text("id; by default one by chance", "文件编号，默认随机生成"),
    "document put:version": Text(
        "1 for a new document, the next for another content", "新文件为 1，新内容为下一版本号"
    ),
    "document put:media_type": Text("by default from the name's ending", "媒体类型，默认按扩展名"),
    "document put:retain_until": Text("not erased before", "此前不得删除"),
    "document put:as_evidence": Text(
        "keep a PDF with scripts as it is; that goes on record",
        "含脚本的 PDF 作为证据原样保留，并登记该事实",
    ),
    "document get:out": Text("file to write, or a folder", "输出文件或目录"),
    "document get:grant": Text("by which grant; the owner needs none", "授权编号，所有者无需填写"),
    "document get:sealed": Text(
        "keep it sealed, its wrap beside it, for any age tool",
        "保持密封，另存密钥封装，可用任意 age 工具打开",
    ),
    "document get:purpose": Text("exactly that of the grant", "与授权一致的目的"),
    "document verify:file": Text("the file at hand", "待核对文件"),
    "document grant:documents": Text("ids of the documents", "文件编号，可填多个"),
    "document grant:to": Text("code of the organisation", "被授权机构代码"),
    "document grant:purpose": Text("what for", "目的"),
    "document grant:since": Text("from when; now by default", "起始时间，默认现在"),
    "document grant:until": Text("until when", "截止时间"),
    "document grant:max_uses": Text("how many openings at most", "最多打开次数"),
    "document grant:grant": Text("id; by default one by chance", "授权编号，默认随机生成"),
    "document share:to": Text("code of the organisation", "被授权机构代码"),
    "document hand-over:source": Text("URL of a node that has it", "持有密文的节点地址"),
    "document fetch:source": Text(
        "URL of a node that has it; by default those that the node knows",
        "持有密文的节点地址，默认为本节点已知的其他节点",
    ),
    "document challenge:count": Text("how many slices", "抽取分片数"),
    "document challenge:node": Text("organisation whose node it must be", "该节点须所属的机构代码"),
    "document hand-over:to": Text("organisation that gets a key", "取得密钥的机构代码"),
    "document export-car:out": Text("file to write; it must not exist", "输出文件，不得已存在"),
    "document import-car:car": Text("the archive", "CAR 文件"),
    "document import-car:document": Text(
        "which document it must be; by default the one at its address",
        "须为哪一文件，默认按地址查找",
    ),
    "document revoke:grant": Text("id of the grant", "授权编号"),
    "document revoke:other": Text(
        "organisation that keeps another grant; may be given several times",
        "仍持有其他授权的机构，可重复填写",
    ),
    "document revoke:keep_key": Text("do not seal anew", "不重新密封"),
    "document extend:retain_until": Text("not erased before", "此前不得删除"),
    "document hold:reason": Text("why", "理由"),
    "document hold:lift": Text("lift the own organisation's hold", "解除本机构的保全"),
    **{
        f"document {verb}:receipt": _RECEIPT
        for verb in ("put", "get", "grant", "revoke", "erase", "extend", "hold")
    },
    **{
        f"document {verb}:version": _VERSION
        for verb in (
            *("get", "show", "verify", "share", "hand-over", "fetch", "challenge"),
            *("export-car", "import-car"),
        )
    },
    **{
        f"document {verb}:document": _ID
        for verb in (
            "get",
            "show",
            "verify",
            "share",
            "hand-over",
            "fetch",
            "challenge",
            "export-car",
            "erase",
            "extend",
            "hold",
        )
    },
}
DOCUMENT_MESSAGES: Final[Mapping[str, Text]] = {
    "document.uploading": Text("uploading", "正在上传"),
    "document.fetching": Text("the node fetches", "节点正在取回"),
    "document.downloading": Text("downloading", "正在下载"),
    "document.put": Text("{document} is on the ledger and at the node", "{document} 已登记并上传"),
    "document.new_version": Text(
        "grantees need its key: tally document share {document} --to CODE",
        "被授权机构需取得新版本密钥：tally document share {document} --to 代码",
    ),
    "document.shared": Text("{organization} can open it now", "{organization} 现可打开"),
    "document.handed_over": Text("the node has {document} now", "节点现已持有 {document}"),
    "document.exists": Text("{path}: it exists already", "{path}：文件已存在"),
    "document.car_saved": Text("sealed file saved as {path}", "密文已导出为 {path}"),
    "document.no_address": Text(
        "the ledger knows no document at {cid}", "账本未登记地址为 {cid} 的文件"
    ),
    "document.other_car": Text(
        "the archive is not version {version} of {document}",
        "该 CAR 不是 {document} 第 {version} 版",
    ),
    "document.challenged": Text(
        "the node of {node} has shown {count} slices", "{node} 的节点已出示 {count} 个分片"
    ),
    "document.opened": Text("{path} is what its owner registered", "{path} 与登记内容一致"),
    "document.none": Text(
        "no documents yet: tally document put FILE", "尚无文件：tally document put FILE"
    ),
    "document.verified": Text(
        "this is version {version} of {document}", "该文件即 {document} 第 {version} 版"
    ),
    "document.granted": Text("granted: {grant}", "已授权：{grant}"),
    "document.revoked": Text(
        "revoked for the future; what was opened before cannot be taken back",
        "已撤销，仅对将来有效；此前已打开的内容无法收回",
    ),
    "document.erased": Text("erased; every node destroys its copy", "已删除，各节点销毁所存密文"),
    "document.extended": Text("kept longer", "已延长保存期限"),
    "document.held": Text("on legal hold", "已保全"),
    "document.lifted": Text("the hold is lifted", "已解除保全"),
}
DOCUMENT_FIELDS: Final = (
    ("document", "document", "文件"),
    ("active_content", "active content, kept as it is", "含可执行内容，原样保留"),
    ("cid", "address", "密文地址"),
    ("node", "node of", "节点所属机构"),
    ("slices", "slices", "分片"),
    ("slices_root", "slices root", "分片根"),
    ("openings", "openings", "打开次数"),
    ("legal_holds", "legal holds", "保全数"),
    ("retain_until", "keep until", "保存至"),
    ("withdrawn_at", "withdrawn", "作废时间"),
    ("added_at", "registered", "登记时间"),
    ("newest", "newest version", "最新版本"),
    ("grant", "grant", "授权"),
    ("grantee", "grantee", "被授权机构"),
    ("documents", "documents", "文件"),
    ("rotated", "sealed anew", "重新密封"),
    ("media_type", "media type", "媒体类型"),
)
