# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally governance`: commands, options, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

GOVERNANCE_COMMANDS: Final[Mapping[str, CommandText]] = {
    "governance": CommandText(
        Text(
            "decide about the network: proposals, votes, own keys", "网络治理：提案、表决、自有密钥"
        ),
        (
            "tally governance list --open",
            "tally governance vote 3f8a…c1 --approve --as governor",
            "tally governance propose admit application.json",
        ),
    ),
    "governance list": CommandText(
        Text("list proposals, newest first", "列出提案，新的在前"),
        ("tally governance list", "tally governance list --open --json"),
    ),
    "governance show": CommandText(
        Text(
            "show who voted what, what is missing, what would change", "查看提案：表决、缺票与影响"
        ),
        ("tally governance show 3f8a21c0", "tally governance show 3f8a21c0 --json"),
        Text(
            "A proposal is named by its id or by the beginning of it. Votes of organisations that "
            "are suspended, and of the one a proposal is against, do not count.",
            "提案以编号或编号开头指定。被暂停的机构以及提案所针对的机构，其票不计。",
        ),
    ),
    "governance status": CommandText(
        Text(
            "show rules, validators, parameters, contracts, nodes, log keys",
            "查看规则、验证节点、参数、合约、节点与日志密钥",
        ),
        ("tally governance status", "tally governance status --json"),
    ),
    "governance vote": CommandText(
        Text("cast the organisation's one vote", "投出本机构的一票"),
        (
            "tally governance vote 3f8a21c0 --approve",
            "tally governance vote 3f8a21c0 --reject --as governor",
        ),
        Text(
            "One vote an organisation, once and for good, by a governor. The vote that decides "
            "also executes. Exit code 5: a rule refused the vote; 4: the key may not vote.",
            "每个机构一票，由治理代表投出，不可更改。起决定作用的一票同时执行提案。"
            "退出码 5：被规则拒绝；4：该密钥无权表决。",
        ),
    ),
    "governance withdraw": CommandText(
        Text("take back a proposal of the own organisation", "撤回本机构的提案"),
        ("tally governance withdraw 3f8a21c0",),
    ),
    "governance execute": CommandText(
        Text("try again what passed and could not be executed", "再次执行已通过的提案"),
        ("tally governance execute 3f8a21c0",),
        Text(
            "A proposal may pass while the validators must not change so fast; two blocks later "
            "it can be executed.",
            "提案可能在验证节点集合不宜变动时通过；两个区块之后即可执行。",
        ),
    ),
    "governance propose": CommandText(
        Text("propose what needs a vote", "发起提案"),
        (
            "tally governance propose admit application.json",
            "tally governance propose suspend 91350100M000100Y43 --as governor",
        ),
    ),
    "governance propose admit": CommandText(
        Text("admit the organisation of an application file", "接纳申请文件中的机构"),
        (
            "tally governance propose admit application.json",
            "tally governance propose admit application.json --power 10",
        ),
        Text(
            "The file comes from `tally governance apply`, on the applicant's machine. If it has a "
            "validator key, the organisation validates from the second block after the decision.",
            "文件由申请方用 `tally governance apply` 生成。若含验证节点密钥，则自表决通过后第二个区块起参与验证。",
        ),
    ),
    "governance propose suspend": CommandText(
        Text("let an organisation neither act nor vote for now", "暂停机构：不能操作与表决"),
        ("tally governance propose suspend 91350100M000100Y43",),
    ),
    "governance propose resume": CommandText(
        Text("let a suspended organisation act again", "恢复被暂停的机构"),
        ("tally governance propose resume 91350100M000100Y43",),
    ),
    "governance propose remove": CommandText(
        Text("remove an organisation for good", "永久移除机构"),
        ("tally governance propose remove 91350100M000100Y43",),
        Text(
            "Its validator, nodes and log keys end with it; what it signed before stays valid.",
            "其验证节点、节点与日志密钥随之失效；此前签署的内容仍然有效。",
        ),
    ),
    "governance propose set-validator": CommandText(
        Text("give a validator, another key or another power", "设置验证节点、其密钥或权重"),
        (
            "tally governance propose set-validator 91350100M000100Y43 --power 10 --key proof.json",
            "tally governance propose set-validator 91350100M000100Y43 --power 20",
        ),
        Text(
            "A new key needs a proof file (`tally governance prove-validator-key`) of the "
            "organisation whose key it is. Without --key only the power changes.",
            "新密钥须附其所属机构生成的证明文件（`tally governance prove-validator-key`）。"
            "不给 --key 时只变更权重。",
        ),
    ),
    "governance propose remove-validator": CommandText(
        Text("let an organisation's node vote on blocks no more", "撤销机构的验证节点"),
        ("tally governance propose remove-validator 91350100M000100Y43",),
    ),
    "governance propose parameters": CommandText(
        Text("change the network's parameters", "变更网络参数"),
        ("tally governance propose parameters --block-transactions 2000",),
    ),
    "governance propose rules": CommandText(
        Text("change the voting rules", "变更表决规则"),
        (
            "tally governance propose rules --threshold 2/3",
            "tally governance propose rules --proposal-days 14",
        ),
        Text(
            "Needs the qualified majority, and holds for open proposals too.",
            "须达到特别多数，且对进行中的提案同样生效。",
        ),
    ),
    "governance migrate": CommandText(
        Text(
            "move a contract's records to the version that runs", "将合约数据迁移到正在运行的版本"
        ),
        ("tally governance migrate notes", "tally governance migrate notes --as clerk --json"),
        Text(
            "Any member may do this, and several at once. Until the last record is moved the "
            "contract cannot be called.",
            "任何成员均可执行，也可多人同时执行。全部记录迁移完成之前，该合约不可调用。",
        ),
    ),
    "governance propose contract": CommandText(
        Text("run a version of a contract from a block on", "自某区块起启用合约版本"),
        ("tally governance propose contract guarantee --contract-version 2 --height 50000",),
        Text(
            "Choose a height that leaves every node time to install the version: a node that has "
            "not these sources then stops. Digest and migration are those of the package on the "
            "node that is asked, unless given.",
            "请选择足以让所有节点完成安装的高度：届时未安装相同源码的节点将停止。"
            "未指定摘要与迁移时，采用所询问节点上已安装的软件包。",
        ),
    ),
    "governance propose register-node": CommandText(
        Text("let a node of an organisation connect", "登记某机构的节点"),
        (
            (
                "tally governance propose register-node 8b1c0f6a1f7e4b8c9d0e1f2a3b4c5d6e7f809102 "
                "--organization 91350100M000100Y43"
            ),
        ),
    ),
    "governance propose remove-node": CommandText(
        Text("let a node connect no more", "移除节点"),
        ("tally governance propose remove-node 8b1c0f6a1f7e4b8c9d0e1f2a3b4c5d6e7f809102",),
    ),
    "governance rotate-validator-key": CommandText(
        Text("let the own validator vote with another key", "更换本机构验证节点的密钥"),
        (
            "tally governance rotate-validator-key validator-2.key --new --as operator",
            "tally governance rotate-validator-key validator-2.key",
        ),
        Text(
            "Needs no vote. In force from the second block after the one that holds it: then stop "
            "the node, `tally governance install-validator-key`, start it again. A stolen key is "
            "worth nothing "
            "from that block on.",
            "无需表决。自记录该交易的区块之后第二个区块起生效：届时停止节点，运行 `tally governance install-validator-key` 后再启动。"
            "自该区块起，被盗的旧密钥即告失效。",
        ),
    ),
    "governance install-validator-key": CommandText(
        Text("let the stopped node vote with another key", "为已停止的节点换上新的验证密钥"),
        ("tally governance install-validator-key validator-2.key --data ./node",),
        Text(
            "The second half of `rotate-validator-key`: the ledger knows the new key, now the "
            "engine gets it. The node must be stopped.",
            "`rotate-validator-key` 的后半步：账本已登记新密钥，此处交给共识引擎。须先停止节点。",
        ),
    ),
    "governance resign-validator": CommandText(
        Text("take the own validator out of the set", "本机构退出验证"),
        ("tally governance resign-validator --as operator",),
    ),
    "governance rotate-log-key": CommandText(
        Text("let another key sign the organisation's receipts", "更换本机构的日志密钥"),
        ("tally governance rotate-log-key log-2.key --new --replaces 5c9e…07",),
    ),
    "governance revoke-log-key": CommandText(
        Text("trust nothing a log key signs from now on", "吊销本机构的日志密钥"),
        ("tally governance revoke-log-key 5c9e…07",),
        Text("What it signed before that block stays valid.", "该区块之前签署的内容仍然有效。"),
    ),
    "governance apply": CommandText(
        Text("write an application to be admitted", "生成入网申请文件"),
        (
            (
                'tally governance apply "Example Bank" --name-zh 示例银行 --key bank-admin '
                "-o application.json"
            ),
        ),
        Text(
            "Run by the organisation that wants to join; the file holds its public keys with "
            "proofs "
            "bound to this network, no secret. Send it to a member, who proposes it.",
            "由申请机构运行；文件只含公钥及与本网络绑定的证明，不含私钥。交给任一成员机构发起提案。",
        ),
    ),
    "governance prove-validator-key": CommandText(
        Text("write the proof of a validator key", "生成验证节点密钥的证明"),
        (
            (
                "tally governance prove-validator-key validator.key "
                "--organization 91350100M000100Y43 "
                "-o proof.json"
            ),
        ),
    ),
}

CERTIFICATE_COMMANDS: Final[Mapping[str, CommandText]] = {
    "org authority": CommandText(
        Text("certification authorities of an organisation", "机构的证书颁发机构"),
        ("tally org authority list 91350100M000100Y43",),
    ),
    "org authority add": CommandText(
        Text("register a CA that certifies the own members", "登记本机构的证书颁发机构"),
        ("tally org authority add root-ca.pem --as admin",),
        Text(
            "From then on `tally key enrol-certificate` enrols keys by certificates of this CA.",
            "此后可用 `tally key enrol-certificate` 凭该机构颁发的证书登记密钥。",
        ),
    ),
    "org authority list": CommandText(
        Text("list the authorities of an organisation", "列出机构的证书颁发机构"),
        ("tally org authority list 91350100M000100Y43",),
    ),
    "org authority revoke": CommandText(
        Text("let a CA enrol nobody any more", "停用证书颁发机构"),
        ("tally org authority revoke 4c1d…9e --as admin",),
        Text(
            "Keys that it enrolled stay; revoke those that are not trusted.",
            "已登记的密钥仍有效；不再可信的须另行吊销。",
        ),
    ),
    "key enrol-certificate": CommandText(
        Text("enrol a key by a certificate of the own CA", "凭本机构颁发的证书登记密钥"),
        (
            "tally key enrol-certificate wang.pem issuing-ca.pem --key wang --as admin",
            "tally key enrol-certificate wang-chain.pem --key wang --as admin",
        ),
        Text(
            "PEM or DER, the member's certificate first, then those that issued it. The key is "
            "one of this user's and proves itself; an administrator signs the enrolment.",
            "PEM 或 DER，成员证书在前，其后为逐级颁发者。所登记的密钥须在本机并自证持有；由管理员签署登记。",
        ),
    ),
}

GOVERNANCE_OPTIONS: Final[Mapping[str, Text]] = {
    "until": Text(
        "last moment to vote (RFC 3339, or a date); by default what the rules allow",
        "表决截止时间（RFC 3339 或日期）；默认取规则上限",
    ),
    "org authority add:certificate": Text(
        "certificate of the CA, PEM or DER", "CA 证书，PEM 或 DER"
    ),
    "org authority list:organization": Text("unified social credit code", "统一社会信用代码"),
    "fingerprint": Text("SHA-256 of its certificate", "其证书的 SHA-256"),
    "certificates": Text(
        "the member's certificate, then its issuers; PEM or DER",
        "成员证书及其逐级颁发者；PEM 或 DER",
    ),
    "key enrol-certificate:key": Text("name of the key to enrol", "要登记的密钥名称"),
    "key enrol-certificate:until": Text(
        "earlier end than the certificates' (RFC 3339, or a date)",
        "早于证书的截止时间（RFC 3339 或日期）",
    ),
    "key_passphrase_file": Text(
        "file with the passphrase of the key to enrol", "含待登记密钥口令的文件"
    ),
    "proposal": Text("id of the proposal, or its beginning", "提案编号或其开头"),
    "node": Text("id of the node, 40 hexadecimal digits", "节点编号（40 位十六进制）"),
    "new": Text("make the key and keep it in this file", "新建密钥并保存到该文件"),
    "power": Text("how much its vote on blocks weighs", "区块表决的权重"),
    "public_key": Text("public key, 64 hexadecimal digits", "公钥（64 位十六进制）"),
    "governance list:open": Text("only those that can be voted on", "只列出可表决的"),
    "governance list:state": Text("only in this state", "按状态"),
    "governance vote:approve": Text("vote for it", "赞成"),
    "governance vote:reject": Text("vote against it", "反对"),
    "governance propose admit:application": Text("application file", "申请文件"),
    "governance propose admit:power": Text(
        "power of its validator, if the application has a key", "其验证节点的权重（申请含密钥时）"
    ),
    "governance propose set-validator:key": Text("proof file of a new key", "新密钥的证明文件"),
    "governance propose parameters:transaction_lifetime": Text(
        "how long transactions may live, in seconds", "交易最长有效期（秒）"
    ),
    "governance propose parameters:block_transactions": Text(
        "most transactions of a block", "区块最多交易数"
    ),
    "governance propose rules:threshold": Text(
        "share that approvals must exceed, as 1/2", "赞成票须超过的比例，如 1/2"
    ),
    "governance propose rules:qualified_threshold": Text(
        "the same for these rules and removals, as 2/3", "规则变更与移除机构的比例，如 2/3"
    ),
    "governance propose rules:participation": Text(
        "share of organisations that must vote, as 2/3", "须参加表决的比例，如 2/3"
    ),
    "governance propose rules:proposal_days": Text(
        "how many days a proposal may be open", "提案最长开放天数"
    ),
    "governance propose contract:name": Text("name of the contract", "合约名称"),
    "governance propose contract:version": Text("version to run", "要启用的版本"),
    "governance propose contract:height": Text("first block that runs it", "起始区块高度"),
    "governance propose contract:digest": Text(
        "digest of its sources, 64 hexadecimal digits", "源码摘要（64 位十六进制）"
    ),
    "governance propose contract:migrate_from": Text(
        "version whose records are moved before it can be called", "启用前须迁移其数据的旧版本"
    ),
    "governance migrate:name": Text("name of the contract", "合约名称"),
    "governance rotate-validator-key:key": Text(
        "file with the new key: hexadecimal seed, PEM, or the engine's",
        "新密钥文件：十六进制种子、PEM 或引擎格式",
    ),
    "governance install-validator-key:key": Text(
        "file with the new key: hexadecimal seed, PEM, or the engine's",
        "新密钥文件：十六进制种子、PEM 或引擎格式",
    ),
    "governance rotate-log-key:key": Text(
        "file with the new key: hexadecimal seed or PEM", "新密钥文件：十六进制种子或 PEM"
    ),
    "governance rotate-log-key:replaces": Text(
        "public key that ends at the same time", "同时吊销的旧公钥"
    ),
    "governance apply:name": Text("name of the organisation in English", "机构英文名称"),
    "governance apply:name_zh": Text("its name in Chinese", "机构中文名称"),
    "governance apply:key": Text(
        "name of the key of its first administrator", "首位管理员的密钥名称"
    ),
    "governance apply:validator_key": Text(
        "file with the key of its validator", "其验证节点的密钥文件"
    ),
    "governance apply:no_vote": Text(
        "the administrator does not vote; another member will",
        "管理员不参加表决，另设治理代表",
    ),
    "governance apply:valid_days": Text("how long that key is valid", "该密钥的有效天数"),
    "governance prove-validator-key:key": Text(
        "file with the key: hexadecimal seed, PEM, or the engine's",
        "密钥文件：十六进制种子、PEM 或引擎格式",
    ),
}

GOVERNANCE_MESSAGES: Final[Mapping[str, Text]] = {
    "help.group.govern": Text("Govern the network", "网络治理"),
    "governance.submitting": Text("submitting", "提交"),
    "governance.needs": Text(
        "open: {missing} more organisations must approve", "进行中：还须 {missing} 家机构赞成"
    ),
    "governance.passed_waits": Text(
        "passed, but could not be executed yet: `tally governance execute` tries again",
        "已通过但暂未执行：可用 `tally governance execute` 重试",
    ),
    "governance.missing": Text("approvals: {missing}", "赞成票：{missing}"),
    "governance.cannot_pass": Text("it cannot pass any more", "已不可能通过"),
    "governance.approved": Text("{organization} for ({member})", "{organization} 赞成（{member}）"),
    "governance.rejected": Text(
        "{organization} against ({member})", "{organization} 反对（{member}）"
    ),
    "governance.how": Text("say {one} or {other}", "请指定 {one} 或 {other}"),
    "governance.unknown": Text('no proposal begins with "{id}"', "没有以“{id}”开头的提案"),
    "governance.several": Text('several proposals begin with "{id}"', "有多个提案以“{id}”开头"),
    "governance.days": Text("{days} days", "{days} 天"),
    "governance.soon": Text("in force within two blocks", "两个区块内生效"),
    "governance.revoked": Text("revoked", "吊销于"),
    "governance.no_validator": Text(
        "the organisation has no validator: name the proof of its key",
        "该机构没有验证节点：请给出密钥证明",
    ),
    "governance.no_key_in": Text("{path} holds no key", "{path} 中没有密钥"),
    "governance.rotated": Text(
        "In force within two blocks. Then stop the node, run "
        "`tally governance install-validator-key {path}`, and start it.",
        "两个区块内生效。届时停止节点，运行 `tally governance install-validator-key {path}`，再启动。",
    ),
    "authority.one": Text("{path} holds not one certificate", "{path} 中不是恰好一张证书"),
    "expiry.key_soon": Text(
        "the key of {name} ends in {days} days ({time}): enrol another one",
        "{name} 的密钥将在 {days} 天后到期（{time}）：请登记新密钥",
    ),
    "expiry.key_ended": Text("the key of {name} ended on {time}", "{name} 的密钥已于 {time} 到期"),
    "expiry.certificate_soon": Text(
        "the certificate of {name} ends in {days} days ({time}): have it renewed and enrol it",
        "{name} 的证书将在 {days} 天后到期（{time}）：请更新证书并重新登记",
    ),
    "expiry.certificate_ended": Text(
        "the certificate of {name} ended on {time}", "{name} 的证书已于 {time} 到期"
    ),
    "expiry.authority_soon": Text(
        "the authority {name} ends in {days} days ({time})",
        "证书颁发机构 {name} 将在 {days} 天后到期（{time}）",
    ),
    "expiry.authority_ended": Text(
        "the authority {name} ended on {time}", "证书颁发机构 {name} 已于 {time} 到期"
    ),
    "field.fingerprint": Text("fingerprint", "指纹"),
    "field.revoked_at": Text("revoked", "吊销时间"),
    "field.added_at": Text("added", "登记时间"),
    "field.label": Text("action", "动作"),
    "field.subject": Text("about", "对象"),
    "field.state": Text("state", "状态"),
    "field.approvals": Text("for", "赞成"),
    "field.rejections": Text("against", "反对"),
    "field.electorate": Text("electorate", "选民"),
    "field.opened_at": Text("opened", "发起时间"),
    "field.expires_at": Text("expires", "截止时间"),
    "field.closed_at": Text("closed", "结束时间"),
    "field.missing": Text("missing", "尚缺"),
    "field.votes": Text("votes", "表决"),
    "field.not_voted": Text("not voted yet", "尚未表决"),
    "field.changes": Text("would change", "将变更"),
    "field.failure": Text("not executed because", "未执行原因"),
    "field.block": Text("block", "区块"),
    "field.threshold": Text("approvals", "赞成比例"),
    "field.qualified_threshold": Text("qualified", "特别多数"),
    "field.participation": Text("participation", "参与比例"),
    "field.proposal_lifetime": Text("proposals live", "提案有效期"),
    "field.transaction_lifetime_ms_max": Text("transactions live, ms", "交易有效期（毫秒）"),
    "field.block_transactions_max": Text("transactions of a block", "区块交易上限"),
    "governance.moved": Text("records moved: {count}", "已迁移记录：{count}"),
    "governance.migrating": Text("moving records of {name}", "正在迁移 {name} 的数据"),
    "governance.not_installed": Text(
        "version {version} of {name} is not installed on the node",
        "节点上未安装 {name} 的版本 {version}",
    ),
    "governance.not_installed_hint": Text(
        "Install the package there and start the node again, or give its --digest.",
        "请在节点上安装软件包并重新启动，或用 --digest 指定摘要。",
    ),
    "governance.not_here": Text(
        "this node has not installed {name} version {version} with these sources: it stops at "
        "block {height} unless they are installed by then",
        "本节点未安装 {name} 版本 {version} 的相同源码：若届时仍未安装，节点将在区块 {height} 停止",
    ),
    "field.migrates_from": Text("migrates from", "可迁移自"),
    "field.digest": Text("digest", "摘要"),
    "field.moved": Text("moved", "已迁移"),
    "field.steps": Text("transactions", "交易数"),
    "field.contract_versions": Text("contracts", "合约"),
    "field.validators": Text("validators", "验证节点"),
    "field.nodes": Text("nodes", "节点"),
    "field.log_keys": Text("log keys", "日志密钥"),
    "field.open_proposals": Text("open proposals", "进行中的提案"),
    "field.validator_power": Text("validator power", "验证权重"),
}
