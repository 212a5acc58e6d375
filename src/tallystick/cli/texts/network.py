# SPDX-License-Identifier: Apache-2.0
"""What is said about networks of several organisations: ceremony, joining, health, repair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.network_demo import NETWORK_DEMO
from tallystick.cli.texts.words import Text

NETWORK: Final[Mapping[str, Text]] = {
    **NETWORK_DEMO,
    # The ceremony.
    "network.keys_made": Text(
        "keys made: the node's in {folder}, the members' in {store}; they stay on this machine",
        "密钥已生成：节点密钥在 {folder}，成员密钥在 {store}；均不离开本机",
    ),
    "network.entry_next": Text(
        "Hand {path} to whoever puts the genesis document together. It holds nothing secret.",
        "请将 {path} 交给汇总创世文件的人。其中没有秘密。",
    ),
    "network.composed": Text(
        "genesis document of {count} organisations, in the invite {path}",
        "{count} 家机构的创世文件，已写入邀请 {path}",
    ),
    "network.few": Text(
        "with {count} validators the network stands still as soon as one of them is down; "
        "four bear one",
        "{count} 个验证人时任一停机网络即停止；四个可容许一个停机",
    ),
    "network.id": Text("network     ", "网络编号"),
    "network.genesis_hash": Text("genesis hash", "创世哈希"),
    "network.compare": Text(
        "Compare these with every other organisation, by another way than this file came.",
        "请经由与本文件不同的渠道，与其他每家机构核对以上内容。",
    ),
    "network.init_next": Text(
        "Give {path} to every organisation. Each runs: tally network join FILE --data DIR",
        "请将 {path} 分发给每家机构，各自运行：tally network join 文件 --data 目录",
    ),
    # Joining.
    "network.own_keys": Text(
        "the genesis document has exactly the keys of {organization} that are on this machine",
        "创世文件中 {organization} 的密钥与本机完全一致",
    ),
    "network.ask_hash": Text(
        "First {count} digits of the genesis hash, as another organisation told you:",
        "请输入其他机构告知的创世哈希前 {count} 位：",
    ),
    "network.other_hash": Text(
        "this is not the genesis document that was agreed on", "这不是已核对一致的创世文件"
    ),
    "network.other_hash_hint": Text(
        "Do not join. Find out with the other organisations who has which invite.",
        "请勿加入。请与其他机构查明各自持有的邀请。",
    ),
    "network.joined": Text("{path} is now a node of {network}", "{path} 现为 {network} 的节点"),
    "network.newcomer": Text(
        "{organization} is not among the founders: once the others have voted it in, run "
        "tally network register; then this node can connect.",
        "{organization} 不在创始机构之列：其他机构表决接纳后运行 tally network register，本节点方可连接。",
    ),
    "network.node_registered": Text("the node may connect", "节点已登记，可以连接"),
    "network.log_key_registered": Text(
        "its log key signs receipts for the organisation", "日志密钥已登记，可代表机构签署回执"
    ),
    "network.known_already": Text("known on the ledger already", "账本上已有登记"),
    "network.ledger_goes_with_switch": Text(
        "an invite of `tally network switch`, and no other, needs the ledger",
        "只有 `tally network switch` 生成的邀请才需要账本，且必须提供",
    ),
    "network.ledger_placed": Text(
        "the ledger up to block {height} is in place", "账本已就位，至区块 {height}"
    ),
    "network.switch_made": Text(
        "the ledger can be taken over after block {height}: {path}, {ledger}",
        "账本可在区块 {height} 之后由多家机构接续：{path}、{ledger}",
    ),
    "network.switch_next": Text(
        "Give both files to every organisation; each joins with its own keys: "
        "tally network join {path} --ledger {ledger} --data DIR. "
        "Do not start the node of {folder} alone again.",
        "请将两个文件分发给各机构，各自用自己的密钥加入：tally network join {path} --ledger "
        "{ledger} --data 目录。请勿再单独启动 {folder} 的节点。",
    ),
    "network.join_next": Text("Start it: tally up --data {path}", "启动：tally up --data {path}"),
    "network.alone": Text(
        "the node of {path} orders alone: there is no network to invite to",
        "{path} 的节点独立出块，没有可邀请加入的网络",
    ),
    "network.other_node": Text(
        "the node that answers is of another network than the data folder",
        "应答节点与数据目录不属于同一网络",
    ),
    "network.invited": Text("invite written to {path}", "邀请已写入 {path}"),
    "network.no_state_sync": Text(
        "a new node cannot begin from a recent state yet", "新节点尚不能从最近状态开始"
    ),
    "network.no_state_sync_expected": Text(
        "a final block and at least two nodes with an API address",
        "已有最终区块，且至少两个节点登记了接口地址",
    ),
    # Status.
    "network.solo": Text("solo: this node orders alone", "solo：本节点独立出块"),
    "network.solo_long": Text(
        "This node orders alone: it has no peers and no validators. `tally network entry --help` "
        "begins a network of several organisations.",
        "本节点独立出块，没有对等节点与验证人。创建多机构网络请从 `tally network entry --help` 开始。",
    ),
    "network.catching_up": Text("the node is still catching up", "节点仍在追赶"),
    "network.no_quorum": Text(
        "only {near} of {total} votes are within reach: nothing can be decided until more than two "
        "thirds are back",
        "仅能联系到 {total} 票中的 {near} 票：超过三分之二恢复之前无法出块",
    ),
    "network.keys_ending": Text(
        "keys of members end within {days} days: enrol new ones with an administrator's key",
        "有成员密钥将在 {days} 天内到期：请用管理员密钥登记新密钥",
    ),
    "network.certificates_ending": Text(
        "certificates of certification authorities end within {days} days: add their successors "
        "with `tally org authority add`",
        "有认证机构证书将在 {days} 天内到期：请用 `tally org authority add` 添加后继证书",
    ),
    "network.versions_differ": Text(
        "the organisations run different versions of Tallystick", "各机构运行的 Tallystick 版本不同"
    ),
    # Leaving.
    "network.leave_final": Text(
        "{organization} leaves for good: its code can never be admitted again",
        "{organization} 将永久退出：该代码不能再次加入",
    ),
    "network.leave_keys": Text(
        "All its members' keys, its log keys and its nodes lose their rights at once.",
        "其全部成员密钥、日志密钥与节点立即失去权限。",
    ),
    "network.leave_data": Text(
        "What it put on record stays there, and receipts stay valid.",
        "已登记的内容保留，回执仍然有效。",
    ),
    "network.leave_rest": Text(
        "Validators go from {before} to {after}; the network then bears {fail} that are down.",
        "验证人由 {before} 个变为 {after} 个；此后网络可容许 {fail} 个停机。",
    ),
    "network.leave_ask": Text("Type {organization} to leave:", "确认退出请输入 {organization}："),
    "network.leave_not": Text("nothing was done", "未做任何操作"),
    "network.left": Text(
        "{organization} left the network in block {height}",
        "{organization} 已于区块 {height} 退出网络",
    ),
    "network.leaving": Text("waiting until its validator has no vote", "等待其验证人失去表决权"),
    "network.left_validators": Text(
        "the others decide alone now: {count} validators", "其他机构现已独立决定：{count} 个验证人"
    ),
    "network.leave_next": Text(
        "Its node may be stopped: tally down. Keep the data folder as your record.",
        "现在可以停止本机构节点：tally down。请保留数据目录作为记录。",
    ),
    "network.still_validator": Text(
        "it left, but its validator is still in force after {seconds} s",
        "已退出，但 {seconds} 秒后其验证人仍然有效",
    ),
    "network.still_validator_hint": Text(
        "Keep the node running until `tally network status` shows it among the validators no more.",
        "请保持节点运行，直到 `tally network status` 的验证人中不再有它。",
    ),
    # Health.
    "health.well": Text("the node is well", "节点正常"),
    "health.ill": Text("{count} checks failed", "{count} 项检查未通过"),
    "health.ready": Text("ready", "就绪"),
    "health.solo": Text("orders alone, height {height}", "独立出块，高度 {height}"),
    "health.catching_up": Text("catching up", "追赶中"),
    "health.heights": Text(
        "ledger at {ledger}, engine at {engine}", "账本高度 {ledger}，引擎高度 {engine}"
    ),
    "health.peers": Text("peers", "对等节点"),
    "health.peers_near": Text(
        "{connected} connected; {near} of {total} votes within reach",
        "已连接 {connected} 个；可联系 {near}/{total} 票",
    ),
    "health.views": Text("views, blocks behind", "视图落后区块数"),
    "health.store": Text("store, blocks behind", "存储落后区块数"),
    "health.space": Text("free space", "可用空间"),
    # Doctor.
    "doctor.engine": Text("engine", "共识引擎"),
    "doctor.keys": Text("node keys", "节点密钥"),
    "doctor.keys_ok": Text("there, for this user only", "齐备，仅当前用户可读"),
    "doctor.keys_missing": Text("missing: {names}", "缺失：{names}"),
    "doctor.keys_missing_advice": Text(
        "Put them back from your key backup; a validator key that is lost is replaced by "
        "`governance.rotate_validator_key`, see docs/operator/network.md.",
        "请从密钥备份恢复；遗失的验证人密钥须用 `governance.rotate_validator_key` 更换，"
        "见 docs/operator/network.md。",
    ),
    "doctor.keys_exposed": Text("other users may read {names}", "其他用户可读取 {names}"),
    "doctor.keys_exposed_advice": Text("chmod 600 {paths}", "请执行 chmod 600 {paths}"),
    "doctor.signer": Text("signer", "签名状态"),
    "doctor.signer_ok": Text("signed up to height {height}", "已签名至高度 {height}"),
    "doctor.signer_remote": Text("remote, at {address}", "远程签名器 {address}"),
    "doctor.signer_lost": Text(
        "priv_validator_state.json is missing: the validator does not know what it signed",
        "缺少 priv_validator_state.json：验证人不知道自己签过什么",
    ),
    "doctor.signer_advice": Text(
        "Never make an empty one: signing twice is punished. Restore the file as it was last, or "
        "replace the validator key (docs/operator/network.md).",
        "切勿新建空文件：重复签名会受惩罚。请恢复该文件的最新内容，或更换验证人密钥"
        "（docs/operator/network.md）。",
    ),
    "doctor.p2p_port": Text("engine's port", "引擎端口"),
    "doctor.p2p_port_advice": Text(
        "Stop that program, or change p2p_port in engine.json and tell the other organisations.",
        "请停止该程序，或修改 engine.json 的 p2p_port 并告知其他机构。",
    ),
    "doctor.peers": Text("peers", "对等节点"),
    "doctor.peers_ok": Text("all {count} are reachable", "{count} 个均可连接"),
    "doctor.peers_none": Text("engine.json names none", "engine.json 未列出任何节点"),
    "doctor.peers_silent": Text("not reachable: {names}", "无法连接：{names}"),
    "doctor.peers_advice": Text(
        "Is that node running? Do both firewalls let the port through? Is the address in "
        "engine.json still right?",
        "对方节点是否运行？双方防火墙是否放行该端口？engine.json 中的地址是否仍然正确？",
    ),
    "doctor.peer_clock": Text("clock and others'", "与他人时钟比较"),
    "doctor.peer_clock_none": Text("no peer's API answers", "没有对等节点的接口应答"),
    "doctor.peer_clock_ok": Text("agrees with {count} peers", "与 {count} 个对等节点一致"),
    "doctor.peer_clock_slow": Text(
        "{seconds} s behind {count} peers (their median)",
        "比 {count} 个对等节点（中位数）慢 {seconds} 秒",
    ),
    "doctor.peer_clock_fast": Text(
        "{seconds} s ahead of {count} peers (their median)",
        "比 {count} 个对等节点（中位数）快 {seconds} 秒",
    ),
    "doctor.heights": Text("ledger and engine", "账本与引擎"),
    "doctor.heights_ok": Text("agree, height {height}", "一致，高度 {height}"),
    "doctor.engine_wiped": Text(
        "the ledger has {height} blocks, the engine's home has none",
        "账本有 {height} 个区块，引擎目录中没有",
    ),
    "doctor.engine_behind": Text(
        "the engine is older than the ledger (height {height}) and refuses to start",
        "引擎数据早于账本（高度 {height}），拒绝启动",
    ),
    "doctor.engine_wiped_advice": Text(
        "Ledger and engine must be of one time: put both back from one backup, or join anew with "
        "another data folder and let it catch up. Never start a validator from old signer state.",
        "账本与引擎必须同源：请从同一份备份恢复两者，或用新的数据目录重新加入并追赶。"
        "切勿用旧的签名状态启动验证人。",
    ),
    "doctor.ledger_behind": Text(
        "the engine signed height {signed}, the ledger is at {height}",
        "引擎已签名高度 {signed}，账本高度为 {height}",
    ),
    "doctor.ledger_behind_advice": Text(
        "Nothing to do: at the next start the engine hands over the blocks that are missing.",
        "无需处理：下次启动时引擎会补交缺少的区块。",
    ),
    "doctor.ledger_far_behind": Text(
        "the engine has pruned blocks that the ledger (height {height}) still needs",
        "引擎已清除账本（高度 {height}）仍需要的区块",
    ),
    "doctor.ledger_far_behind_advice": Text(
        "Restore a newer backup of the data folder, or join anew with another one.",
        "请恢复较新的数据目录备份，或用新的数据目录重新加入。",
    ),
    "doctor.same_result": Text("same result", "结果一致"),
    "doctor.app_hash_none": Text("no peer's API answers", "没有对等节点的接口应答"),
    "doctor.app_hash_ok": Text(
        "app hash as {count} peers have it, up to height {height}",
        "应用哈希与 {count} 个对等节点一致，至高度 {height}",
    ),
    "doctor.app_hash_differs": Text(
        "{count} of {total} peers have another app hash up to height {height}",
        "{total} 个对等节点中有 {count} 个的应用哈希不同（至高度 {height}）",
    ),
    "doctor.app_hash_refused": Text(
        "the engine stopped because its app hash is not the others'",
        "引擎因应用哈希与他人不符而停止",
    ),
    "doctor.app_hash_advice": Text(
        "Stop this node and keep the folder. Compare the versions of Tallystick, Python and the "
        "contracts with the others, run `tally log verify`, then see docs/operator/repair.md.",
        "请停止本节点并保留目录。与其他机构核对 Tallystick、Python 与合约的版本，运行 `tally log verify`，"
        "再参阅 docs/operator/repair.md。",
    ),
}
