# SPDX-License-Identifier: Apache-2.0
"""The Chinese of what a node's rooms say when they refuse; `{}` stands for what differs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_REQUESTS: Final = {
    "1 to {} characters": "1 至 {} 个字符",
    "1 to {} printable ASCII characters": "1 至 {} 个可打印 ASCII 字符",
    "<N> in three-digit elements, then .p/<W> for a partial tile: x001/x234/067.p/5": (
        "序号按三位一段书写，不完整的块以 .p/<W> 结尾：x001/x234/067.p/5"
    ),
    "Actions are prepared, signed and posted; queries are read with GET.": (
        "操作须先准备、签名再提交；查询用 GET 读取。"
    ),
    "Columns as listed under `expected`, with .ge, .gt, .le, .lt for ranges and .null.": (
        "列名见「要求」，范围用 .ge、.gt、.le、.lt，空值用 .null。"
    ),
    "Content-Length is not a number": "Content-Length 不是数字",
    "RFC 3339 with a zone, or unix milliseconds": "带时区的 RFC 3339 时间，或 Unix 毫秒数",
    "The API is described at /docs and /openapi.json.": "接口说明见 /docs 与 /openapi.json。",
    "Use the SDK, `tally private` or `tally document`: docs/spec/private-data.md section 4.": (
        "请用 SDK、`tally private` 或 `tally document`，见 docs/spec/private-data.md 第 4 节。"
    ),
    "a COSE_Sign1 in base64url": "base64url 编码的 COSE_Sign1",
    "a batch is one canonical CBOR array of byte strings, each a signed transaction": (
        "批量须为一个规范 CBOR 数组，元素为字节串，每个是一笔已签名的交易"
    ),
    "a member's key must sign this request": "该请求须由成员密钥签名",
    "a query parameter is given twice": "查询参数重复",
    "a {}": "{}",
    "an array of byte strings": "字节串数组",
    "an upload names the version of tus": "上传须注明 tus 版本",
    "at most {}": "至多 {}",
    "at most {} bytes": "至多 {} 字节",
    "at most {} {}": "至多 {} {}",
    "at least {}": "至少 {}",
    "body: half a surrogate pair is not a character": "请求体：半个代理对不是字符",
    "bytes within {}": "{} 范围内的字节",
    "for example evidence.Deposited or evidence.*": "例如 evidence.Deposited 或 evidence.*",
    "incident {}": "事件编号 {}",
    "no state key is that long": "没有这么长的状态键",
    "not a cursor of this list": "不是该列表的翻页游标",
    "not a name of events": "不是事件名称",
    "not a place on the event stream": "不是事件流上的位置",
    "text without control characters": "不含控制字符的文本",
    "the HTTP server did not start": "HTTP 服务器未能启动",
    "the batch has too many transactions": "该批交易过多",
    "the body did not arrive in time": "请求体未及时到达",
    "the body does not fit: {}": "请求体不符：{}",
    "the body is too large": "请求体过大",
    "the body's media type is not accepted here": "此处不接受该媒体类型的请求体",
    "the client went away before its request was complete": "客户端未发完请求即断开",
    "the id of an event, <height>.<index>.<position>, or a height": (
        "事件编号（<高度>.<序号>.<位置>）或高度"
    ),
    "the idempotency key is not usable": "幂等键不可用",
    "the key was used for another request": "该幂等键已用于另一请求",
    "the lists of this node have not reached that height": "该节点的列表尚未到达该高度",
    "the log does not have so many entries yet": "日志尚无这么多条目",
    "the newest, or one with at most {} entries and blocks": "最新高度，或条目与区块至多 {} 的高度",
    "the node stopped before it answered; asking again is safe": "节点在应答前停止；可安全重试",
    "the payload calls another method than the path": "所签调用的方法与地址不同",
    "the query string is not percent-encoded UTF-8, or has too many fields": (
        "查询串不是百分号编码的 UTF-8，或字段过多"
    ),
    "the question has parameters that are not relayed": "该问题含不可转发的参数",
    "the range is not within the sealed file": "范围超出密封文件",
    "the request's headers are too large": "请求头过大",
    "the request's headers did not arrive in time": "请求头未及时到达",
    "the views are damaged: transaction {} did not write the key": (
        "视图已损坏：交易 {} 并未写入该键"
    ),
    "there are {} entries in the {} blocks up to there": "至该处共 {1} 个区块、{0} 个条目",
    "there is no such code": "没有该代码",
    "there is no such contract": "没有该合约",
    "there is no such file": "没有该文件",
    "there is no such organisation": "没有该机构",
    "there is no such parameter here": "此处没有该参数",
    "there is no such proposal": "没有该提案",
    "there is no such tile path": "没有该日志块路径",
    "there is nothing at this path": "该地址没有内容",
    "this node has no such version": "该节点没有该版本",
    "Ask for a shorter time.": "请改问较短的时段。",
    "too many columns to count": "要计数的列过多",
    "too many transactions to count those of one contract in this time": "此时段内交易过多，"
    "无法逐笔计数某一合约的交易",
    "a time with at most {} transactions": "至多 {} 笔交易的时段",
    "this node runs no evidence contract": "该节点未运行存证合约",
    "this path does not offer that method": "该地址不支持该 HTTP 方法",
    "this server is not known by that name": "该服务器不使用这一主机名",
    "too many connections are open": "打开的连接过多",
    "too many {} at once": "同时进行的 {} 过多",
    "valid_until is not a time": "valid_until 不是时间",
    "within {} ms": "{} 毫秒之内",
    "{} bytes": "{} 字节",
    "{} has no column {} to filter by": "{} 没有可筛选的列 {}",
    "{} has no such table": "{} 没有该表",
    "{} hexadecimal digits": "{} 位十六进制数字",
    "{} is a number of bytes": "{} 须为字节数",
    "{} is missing": "缺少 {}",
    "{} is not a {}": "{} 不是 {}",
    "{} should be {}": "{} 应为：{}",
    "{}.{} has no such record": "{}.{} 没有该记录",
}

_LEDGER: Final = {
    "1 to {}": "1 至 {}",
    ">= {}": "不小于 {}",
    "its records are being moved to a newer version": "其记录正在迁移到新版本",
    "no records of this contract are being moved": "该合约没有正在迁移的记录",
    "not a number of records": "不是记录条数",
    "the network does not run this contract": "本网络未运行该合约",
    "the nonce was used before": "该随机数已使用过",
    "the transaction is for another network": "该交易是为其他网络签署的",
    "valid_until has passed": "有效期（valid_until）已过",
    "valid_until is too far ahead": "有效期（valid_until）过长",
    "result and events are too large": "结果与事件过大",
    "the argument {} is missing": "缺少参数 {}",
    "the arguments of {} cannot be made": "无法构造 {} 的参数",
    "the query {} failed": "查询 {} 执行失败",
    "there is no contract {}": "没有合约 {}",
    "{} has no {} {}": "{0} 没有 {2}（{1}）",
    "{} is not an argument": "{} 不是该方法的参数",
    "the signature does not verify": "签名核验不通过",
}

_MEMBERSHIP: Final = {
    "> valid_from": "晚于 valid_from",
    "a name in both languages is needed": "须填写中英文名称",
    "a-z, 0-9, hyphen": "小写字母、数字、连字符",
    "a-z, 0-9, hyphen, dot": "小写字母、数字、连字符、点",
    "an earlier version": "更早的版本",
    "another organisation proposed it": "该提案由其他机构提出",
    "at most {}, {} of one organisation": "至多 {}，其中一家机构至多 {}",
    "governance has no such method": "治理合约没有该方法",
    "governor and operator exclude each other": "治理角色与运维角色不得兼任",
    "it has not passed": "提案尚未通过",
    "it is not suspended": "未被暂停",
    "it is or was a member": "现为或曾为成员",
    "it is recognised so already": "已如此承认",
    "it is suspended already": "已被暂停",
    "its records are being moved": "其记录正在迁移",
    "less than a third of {}": "少于 {} 的三分之一",
    "membership has no such method": "成员合约没有该方法",
    "more than {}": "大于 {}",
    "no active organisation would be left": "将没有在用的机构",
    "no organisation votes on itself": "机构不得就自身事项投票",
    "no validator would be left": "将没有验证节点",
    "nodes cannot change their Python while they run": "节点运行期间不能更换 Python 版本",
    "not a contract's name": "不是合约名称",
    "not a digest": "不是摘要",
    "not a lifetime this network can have": "本网络不能采用该有效期",
    "not a member id": "不是成员编号",
    "not a size of blocks": "不是区块大小",
    "not a time to end at": "不是可用的结束时间",
    "not a time to expire at": "不是可用的失效时间",
    "not a version": "不是版本号",
    "not an earlier version": "不是更早的版本",
    "not role names": "不是角色名称",
    "one organisation would hold a third of the power or more": (
        "一家机构将拥有三分之一或以上的表决权重"
    ),
    "only an administrator may do this": "仅管理员可以办理",
    "the authority is or was registered": "该证书颁发机构现已或曾经登记",
    "the authority is revoked already": "该证书颁发机构已停用",
    "the certificate names another {}": "证书所载 {} 不同",
    "the height has passed": "该高度已过",
    "the key is known: no proof is needed": "该密钥已登记，无需证明",
    "the key is or was a log key": "该密钥现为或曾为日志密钥",
    "the key is or was a validator's": "该密钥现为或曾为验证密钥",
    "the key is revoked already": "该密钥已吊销",
    "the key was enrolled before": "该密钥曾登记过",
    "the log key is revoked already": "该日志密钥已吊销",
    "the member exists": "该成员已存在",
    "the node is or was registered": "该节点现已或曾经登记",
    "the organisation has left": "该机构已退出",
    "the file is not one of this kind": "文件不是该类文件",
    "the file is of another organisation": "文件属于其他机构",
    "the file was made for another network": "该文件为其他网络而生成",
    "the organisation has no such authority": "该机构没有该证书颁发机构",
    "the organisation has no such key": "该机构没有该密钥",
    "the organisation has no such log key": "该机构没有该日志密钥",
    "the organisation has no such member": "该机构没有该成员",
    "the organisation has no such node": "该机构没有该节点",
    "the organisation has no validator": "该机构没有验证节点",
    "the organisation has voted": "该机构已投票",
    "the organisation would have no administrator": "该机构将没有管理员",
    "the parameters are so already": "参数已是如此",
    "the period is empty": "期间为空",
    "the proposal is closed": "提案已关闭",
    "the proposal's time is over": "提案已过期",
    "the register of assets stands under another network already": ("资产登记已归属另一网络"),
    "the rules are so already": "规则已是如此",
    "the same is proposed already": "已有相同提案",
    "the signer may not do this": "签名者无权办理",
    "the validator is so already": "该验证节点已是如此",
    "there is no such node": "没有该节点",
    "this or a later version runs already": "该版本或更新版本已在运行",
    "this version does not run": "该版本未在运行",
    "too many authorities": "证书颁发机构过多",
    "too many log keys": "日志密钥过多",
    "too many nodes": "节点过多",
    "too many proposals are open": "未决提案过多",
    "too many validators": "验证节点过多",
    "too much power would change within two blocks": "两个区块内变更的表决权重过大",
    "unknown membership key {}": "未知的成员记录键 {}",
    "{} to {}": "{} 至 {}",
}

_LISTS: Final = {
    "8 to 64 lower-case hexadecimal digits": "8 至 64 位小写十六进制数字",
    "Ask the views' database itself, or declare a statistic with fewer cells.": (
        "请直接查询视图数据库，或声明单元更少的统计。"
    ),
    "Begin again without a cursor.": "请不带游标重新开始。",
    "Build the views anew: `tally views rebuild`.": "请重建视图：`tally views rebuild`。",
    "Check the disk; the ledger itself is not affected. `tally views rebuild`.": (
        "请检查磁盘；账本本身不受影响。`tally views rebuild`。"
    ),
    "They are being built, or their database is down: retry in a moment.": (
        "视图正在建立，或其数据库不可用：请稍后重试。"
    ),
    "a page has from 1 to {} rows": "每页 1 至 {} 行",
    "a pattern of event names has one star, at its end": "事件名称模式只能在末尾有一个星号",
    "a ratio counts nothing itself": "比率自身不计数",
    "a text to look for is not Unicode": "要查找的文本不是 Unicode",
    "for example evidence.Deposited, evidence.* or *": "例如 evidence.Deposited、evidence.* 或 *",
    "no such stretches of time": "没有这样的时段划分",
    "not the beginning of a hash": "不是哈希的开头",
    "not the beginning of an id": "不是编号的开头",
    "refused calls announce nothing": "被拒绝的调用不产生事件",
    "no figure of this choice has such a category": "所选范围内没有指标具有该类别",
    "no such system": "没有此系统",
    "people are counted here: only whole days, months and all time are published": (
        "此指标统计人员：仅公布整日、整月与全部时间的数字"
    ),
    "there is no such period": "没有此期间",
    "too many events in this time": "该时段事件过多",
    "the time asked for is too short for so many stretches": "所问时间太短，不足以分成这么多时段",
    "the cursor does not belong to this list": "该游标不属于此列表",
    "the cursor of the page before, with the same order": "上一页的游标，排序须相同",
    "the list cannot be ordered by {}": "列表不能按 {} 排序",
    "the list of transactions with the code `refused`": "代码为 `refused` 的交易列表",
    "the statistic has no such cell": "该统计没有这一单元",
    "the statistic has no such period": "该统计没有这一期间",
    "the text to search for is empty or too long": "搜索文本为空或过长",
    "the views cannot be read now": "视图暂时无法读取",
    "the views cannot be written: {}": "视图无法写入：{}",
    "there is no table {}.{}": "没有表 {}.{}",
    "too few stand behind this figure, or behind one next to it": ("该数字或相邻数字所涉主体过少"),
    "{} has more than {} cells": "{} 的单元多于 {}",
    "{} has no column {} to filter or sort by": "{} 没有可筛选或排序的列 {}",
    "{} has no statistic {}": "{} 没有统计 {}",
    "{} has no such record": "{} 没有该记录",
    "{} or {}": "{} 或 {}",
    "{}: from 1 to {} values are possible": "{}：可有 1 至 {} 个值",
    "{}: not a value that this column can have": "{}：不是该列可能的值",
    "{}: values of this column have no order": "{}：该列的值没有次序",
}

_CALLS: Final = {
    "-2^63 to 2^63-1": "-2^63 至 2^63-1",
    "a legal hold needs a role": "司法冻结须有相应角色",
    "a nonce has {} bytes": "随机数须为 {} 字节",
    "a state key of at most {} bytes": "至多 {} 字节的状态键",
    "a use names its fields": "使用须写明字段",
    "an asset needs identifiers": "资产须有标识",
    "an empty file has no slice to show": "空文件没有可出示的切片",
    "hexadecimal digits": "十六进制数字",
    "it ends before it begins": "结束早于开始",
    "it has expired already": "已失效",
    "nobody may vote": "没有可投票的人",
    "nothing could be revealed": "没有揭示的时间",
    "nothing could be unsealed": "没有开封的时间",
    "null, boolean, integer, bytes, text, list or map": "空值、布尔、整数、字节串、文本、列表或映射",
    "only the issuer may do this": "仅发行机构可以办理",
    "text without control characters (newline apart) and direction overrides": (
        "不含控制字符（换行除外）与方向控制符的文本"
    ),
    "the amount must be positive": "金额须为正数",
    "the batch has no such place": "该批次没有这一位置",
    "the batch is empty": "批次为空",
    "the file has no such slice": "该文件没有这一切片",
    "the grant ends before it begins": "授权的结束早于开始",
    "the poll ends before it begins": "表决的结束早于开始",
    "the primary key is too long": "主键过长",
    "the record is too large": "记录过大",
    "too many electors": "表决人过多",
    "too many grants of this document to this organisation stand": ("该文件给该机构的有效授权过多"),
    "too many recipients": "接收机构过多",
    "{} has no argument {}": "{} 没有参数 {}",
    "{} needs a role": "{} 须有相应角色",
    "{}: expected hexadecimal digits": "{}：应为十六进制数字",
    "{}: expected {}, found {}": "{}：应为{}，实为 {}",
    "{}: no method {}": "{}：没有方法 {}",
    "{}: the character U+{} is not allowed": "{}：不允许字符 U+{}",
    "{}: the integer does not fit into 64 bits": "{}：整数超出 64 位",
    "{}: the key is empty": "{}：键为空",
    "{}: the text is not in Unicode normalisation form NFC": "{}：文本不是 Unicode NFC 规范形式",
    "{}: there is no {}": "{}：没有 {}",
    "{}: {} exists already": "{}：{} 已存在",
    "{}: {} is not allowed in ledger data": "{}：账本数据不允许 {}",
}

_DOCUMENTS: Final = {
    "Hand it to nodes of its owner, of grantees and of keepers.": (
        "请交给其所有机构、被授权机构或保管机构的节点。"
    ),
    "Hand it to the nodes of its owner and recipients.": "请交给其所有机构与接收机构的节点。",
    "Its owner can add it as a recipient.": "可由其所有机构将其加为接收机构。",
    "Its owner can grant it: `tally document grant`.": (
        "可由其所有机构授权：`tally document grant`。"
    ),
    "Its owner, or another reader, hands them over: `tally private put`.": (
        "由其所有机构或其他接收机构提供：`tally private put`。"
    ),
    "Name a node that has it: `tally document fetch --source URL`.": (
        "请指明存有它的节点：`tally document fetch --source URL`。"
    ),
    "Its owner hands it over: `tally document share`. Until then an earlier version, "
    "`--version 1`, may open.": (
        "由其所有机构提供：`tally document share`；在此之前可尝试较早版本 `--version 1`。"
    ),
    "Kubo does not have it": "Kubo 没有该内容",
    "Kubo's RPC API obeys whoever reaches it": "Kubo 的 RPC 接口听命于任何能访问它的人",
    "Record another one: each counts as a use of the grant.": "请重新登记；每次登记计为一次使用。",
    "Record one first: `tally document get` does.": "请先登记：`tally document get` 会登记。",
    "a block is under way and does not come to its end; the state is read between two blocks": (
        "有区块正在执行而未结束；状态在两个区块之间读取"
    ),
    "a wrap is for who may open the document, from its owner or from themselves": (
        "密钥封装须给有权打开文件者，由所有机构或其本身提供"
    ),
    "a wrap is handed over by the record's owner, or by the organisation it is for": (
        "密钥封装由记录的所有机构或接收机构提供"
    ),
    "an empty document": "空文件",
    "at least 1 byte": "至少 1 字节",
    "at most {} seconds": "至多 {} 秒",
    "blocks change the records of this call faster than it can be tried": (
        "区块变更相关记录过快，无法试算该调用"
    ),
    "more bytes than were declared": "字节多于声明",
    "no such document is stored": "没有存储该文件",
    "no such upload has begun": "没有该上传",
    "no wrap of this document is here for the organisation": "此处没有该机构对该文件的密钥封装",
    "none of the other nodes that this one knows gave the sealed file": (
        "本节点所知的其他节点均未提供该密封文件"
    ),
    "not older than {} minutes": "不早于 {} 分钟前",
    "http at a loopback address": "本机回环地址上的 http",
    "the CAR has another document": "该 CAR 文件含有另一文件",
    "the address of the object store is not protected": "对象存储的地址未受保护",
    "{}, slices {}": "{}，切片树根 {}",
    "{}, {} bytes": "{}，{} 字节",
    "the call reads the state for too long to be tried": "该调用读取状态过久，无法试算",
    "the document has no such slice": "该文件没有这一切片",
    "the document is not held here": "此处未存该文件",
    "the grant of this opening was revoked": "该次打开所依据的授权已撤销",
    "the ledger declares a sealed file of another size": "账本所载密封文件大小不同",
    "the ledger has no such document, or no such version": "账本没有该文件或该版本",
    "the ledger has no such opening of this organisation": "账本没有该机构的这次打开",
    "the ledger has no such private record": "账本没有该私密记录",
    "the log has no such entries": "日志没有这些条目",
    "the log has no such entry": "日志没有该条目",
    "the log has no such tile": "日志没有该块",
    "the node has stopped for a fault; its state is not read any more": (
        "节点因故障停止，不再读取其状态"
    ),
    "the opening is not fresh any more": "该次打开已过时",
    "the private record was erased at {}": "该私密记录已于 {} 删除",
    "the sealed bytes are not held here": "此处未存该密文",
    "the sealed file is not held here": "此处未存该密封文件",
    "the state of another height is being made from the block log": (
        "正在由区块日志重建另一高度的状态"
    ),
    "the upload goes on elsewhere": "上传须从另一位置继续",
    "the upload is not complete": "上传尚未完成",
    "there is no block {}": "没有区块 {}",
    "there is no such part of private records": "私密记录没有这一部分",
    "there is no such transaction": "没有该交易",
    "these are not the sealed bytes that the ledger declares": "这不是账本所载的密文",
    "this node orders alone: there is no engine to ask": "本节点单独排序，没有共识引擎可询问",
    "this node's organisation is not a reader of the private record": (
        "本节点所属机构无权读取该私密记录"
    ),
    "this node's organisation neither owns the document nor may hold it": (
        "本节点所属机构既非该文件所有机构，也无权保管"
    ),
    "this organisation is not a reader of the private record": "该机构无权读取该私密记录",
    "this organisation neither owns the document, nor has a grant, nor keeps it": (
        "该机构既非该文件所有机构，也未获授权或受托保管"
    ),
    "too few organisations cosigned the checkpoint": "为检查点联署的机构过少",
    "too many calls are being tried at once": "同时试算的调用过多",
    "what was uploaded is not sealed; nothing of it was kept": "上传内容未经密封，未予保存",
    "what was uploaded is not what was declared; it was removed": "上传内容与声明不符，已删除",
    "an age file, version 1": "age 文件（第 1 版）",
    "Seal it with `tally document put`, or with the SDK.": (
        "请用 `tally document put` 或 SDK 密封后上传。"
    ),
}

_FORMS: Final = {
    "-8 (EdDSA)": "-8（EdDSA）",
    "0 to 2^63-1": "0 至 2^63-1",
    "1 to {} characters; no path, no hidden ones": "1 至 {} 个字符；不含路径，不含隐藏字符",
    "18 characters of 0-9 and A-Z without I, O, S, V, Z": (
        "18 位，由 0-9 与除 I、O、S、V、Z 外的大写字母组成"
    ),
    "18 characters with a check character (GB 11643)": "18 位，末位为校验码（GB 11643）",
    "32 bytes": "32 字节",
    "a citizen identity number has 17 digits and a digit or X": (
        "公民身份号码由 17 位数字及一位数字或 X 组成"
    ),
    "a transaction has no proof structure": "交易不带证明结构",
    "at least {} bytes": "至少 {} 字节",
    "header and payload name different networks": "头部与载荷所写网络不同",
    "not a key of Ed25519": "不是 Ed25519 密钥",
    "not a package of private data": "不是私密数据包",
    "not a signed request": "不是已签名的请求",
    "not the name of a file": "不是文件名",
    "payload: wrong fields": "载荷：字段不符",
    "payload: wrong types": "载荷：类型不符",
    "signed for another request": "该签名是为另一请求签署的",
    "text names and a map of args": "文本名称与参数映射",
    "the algorithm is not supported": "不支持该算法",
    "the content type is not a transaction's": "内容类型不是交易",
    "the date of birth in the number is no date": "号码中的出生日期不是日期",
    "the key id is not an Ed25519 public key": "密钥标识不是 Ed25519 公钥",
    "the name in the wrap is no text": "密钥封装中的名称不是文本",
    "the nonce is too short": "随机数过短",
    "the number has a wrong check character": "号码校验码不正确",
    "the request has expired": "该请求已过期",
    "the request is for another network": "该请求是为其他网络签署的",
    "the request would be good for too long": "该请求有效期过长",
    "the secret is too short": "密钥材料过短",
    "the transaction is too large": "交易过大",
    "the wrap does not hold a data key and a nonce": "密钥封装中没有数据密钥与随机数",
    "the wrap does not hold a name and an identity": "密钥封装中没有名称与身份",
    "the {} of a private record are too large": "私密记录的 {} 过大",
    "too many wraps": "密钥封装过多",
    "wraps are bytes by organisation": "密钥封装须为按机构分列的字节",
    "{} has a wrong check character": "{} 的校验码不正确",
    "{} is not a unified social credit code": "{} 不是统一社会信用代码",
    "{}: not an integer in range": "{}：不是范围内的整数",
}

_KINDS: Final = {
    "a date YYYY-MM-DD": "日期 YYYY-MM-DD",
    "a list": "列表",
    "a list of length <= {}": "至多 {} 项的列表",
    "a list of length >= {}": "至少 {} 项的列表",
    "a number with a fraction": "带小数的数",
    "a record": "一组字段",
    "a whole number": "整数",
    "a whole number <= {}": "不大于 {} 的整数",
    "a whole number >= {}": "不小于 {} 的整数",
    "an integer from {} to {}": "{} 至 {} 的整数",
    "an integer of 64 bits": "64 位整数",
    "boolean": "是或否",
    "bytes": "字节串",
    "date": "日期",
    "integer": "整数",
    "no arguments": "无参数",
    "no query parameters": "无查询参数",
    "nothing": "空值",
    "one of {}": "{} 之一",
    "text": "文本",
    "text matching regex {}": "符合格式 {} 的文本",
    "text of length <= {}": "至多 {} 个字符的文本",
    "text of length >= {}": "至少 {} 个字符的文本",
    "true or false": "是或否",
    "{} or nothing": "{}或空值",
    "{}: expected {}": "{}：应为{}",
}

TEXTS_ZH: Final[Mapping[str, str]] = MappingProxyType(
    _REQUESTS | _LEDGER | _MEMBERSHIP | _LISTS | _CALLS | _DOCUMENTS | _FORMS | _KINDS
)
"""English text -> Chinese text."""
