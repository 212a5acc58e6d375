# SPDX-License-Identifier: Apache-2.0
"""Why an error happens, in Chinese; the English side is the docstring of the error's class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CAUSES_ZH: Final[Mapping[str, str]] = {
    "E_INTERNAL": "软件自身的缺陷，或未预料到的情况。",
    "E_REQUEST": "请求按现状无法受理，须由请求方修改。",
    "E_FORMAT": "字节被截断、编码不规范或结构不符合要求。",
    "E_LIMIT": "大小、嵌套深度、数量或金额超出上限。",
    "E_SIG": "签名核验不通过，或其算法、密钥不被接受。",
    "E_NETWORK": "该内容是为其他网络签署，或由其他网络出具的。",
    "E_REPLAY": "同一签名者已使用过这个随机数；同一交易不会执行两次。",
    "E_EXPIRED": "已超过交易声明的有效期（valid_until），或本机时钟偏慢。",
    "E_EARLY": "有效期超出网络允许的时间窗口，或本机时钟偏快。",
    "E_CONTRACT": "本网络没有该合约，或合约没有该方法。",
    "E_ARGUMENT": "参数类型不符、缺少参数，或多出未知参数。",
    "E_MEMBER": "密钥未登记、尚未生效、已过期或已吊销，或成员、机构已停用。",
    "E_METHOD": "该地址不接受这种 HTTP 方法。",
    "E_MEDIA_TYPE": "请求体的媒体类型不被接受，或无法以要求的类型应答。",
    "E_TIMEOUT": "请求未在规定时间内到齐。",
    "E_IDEMPOTENCY": "同一幂等键先前用于内容不同的请求。",
    "E_USAGE": "命令行或配置有误。",
    "E_FILE": "本地文件不存在、无法读取、是目录，或读取期间被改动。",
    "E_PORT": "另一个程序正在监听该端口。",
    "E_DATA": "数据目录属于其他网络、正被其他进程使用，或由更新的版本写成。",
    "E_REFUSED": "合约或成员规则拒绝了调用；拒绝记录在账本上，状态未变。",
    "E_ROLE": "签名者缺少该方法要求的角色。",
    "E_STATE": "对象所处的状态不允许这一操作。",
    "E_DUP": "要创建的对象已经存在。",
    "E_MISSING": "调用引用的记录不存在。",
    "E_VALUE": "取值类型正确，但违反合约规则。",
    "E_HASH": "内容的哈希与声明的不一致。",
    "E_CONTRACT_FAILED": "合约代码自身出错；其写入已全部丢弃。",
    "E_NOT_FOUND": "没有这样的区块、交易、记录或文件。",
    "E_UNVERIFIED": "证据核验不通过。",
    "E_PROOF": "默克尔证明不能由叶推导到树根。",
    "E_CHECKPOINT": "日志检查点格式错误，或不是由受信密钥签署。",
    "E_RECEIPT": "回执格式错误、被改动，或不属于该交易。",
    "E_TRUST": "签名密钥不在信任文件中。",
    "E_CORRUPT": "存储的字节与校验和或哈希不符：磁盘损坏或被改动。",
    "E_BLOCK": "区块头与其内容或父区块矛盾。",
    "E_UNAVAILABLE": "节点、存储或对端当前不可达。",
    "E_BUSY": "等待处理的交易过多。",
    "E_PENDING": "交易已受理，但在限定时间内未得到最终确认。",
    "E_BEHIND": "查询要求的高度节点尚未到达。",
    "E_DEFINITION": "合约类的定义违反规则，无法加载。",
    "E_HALTED": "内部不变量被破坏；节点宁可停止也不猜测。",
    "E_STORAGE": "磁盘或文件系统报告错误；此后不再确认任何交易。",
}
