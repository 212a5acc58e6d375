# SPDX-License-Identifier: Apache-2.0
"""The page in every package that says how to check it with programs that are not ours."""

from __future__ import annotations

from typing import Final

READING_GUIDE: Final = """\
证据包核验说明
================

一、目录
  data/        原始文件，按存证编号分目录存放，内容未作任何改动
  evidence/    每个文件的证明：
    receipt.json      账本回执（JSON）
    statement.cose    同一笔交易的透明声明（COSE，RFC 9943）
    proof.tlog-proof  日志包含证明（文本，C2SP tlog-proof）
    token.tsr         可信时间戳（RFC 3161），如有
    certificate.pdf   存证证书，如有
    signature.p7s     原始文件的电子签名（CMS；或 signature.cose），如有
    deposit.json      存证时所作陈述。采集时间、来源等为存证方声称，不因上链而成为事实
  manifest-*.txt、tagmanifest-*.txt   全部文件的哈希清单（BagIt，RFC 8493）

二、核验（无需联网，无需信任本软件的出具方）
  1. 完整性：用任何 BagIt 工具，例如  bagit.py --validate 目录
     或直接：sha256sum -c manifest-sha256.txt 以及 sha256sum -c tagmanifest-sha256.txt
  2. 账本证明：向您信任的来源取得该网络的信任文件（trust.json），然后
     tally verify 证据包.zip --trust trust.json
     不用本软件、只用 OpenSSL 的脚本见本项目文档 docs/auditor/verify-offline.md
     信任文件不在本包内：随包附带的信任文件不能证明任何事情
  3. 时间戳：openssl ts -verify -data 原始文件 -in token.tsr -CAfile 时间戳机构根证书.pem
  4. 电子签名：openssl cms -verify -binary -inform DER -in signature.p7s -content 原始文件 -CAfile 签发机构.pem

三、结论的含义
  “一致”证明内容自存证之时起未被更改；存证之前是否真实，须由其他证据证明。


How to check this package
=========================

1. What is where
  data/        the originals, a folder for each deposit, unchanged
  evidence/    what proves each of them:
    receipt.json      receipt of the ledger (JSON)
    statement.cose    the same transaction as a transparent statement (COSE, RFC 9943)
    proof.tlog-proof  proof of inclusion in the log (text, C2SP tlog-proof)
    token.tsr         trusted time-stamp (RFC 3161), if there is one
    certificate.pdf   certificate of deposit, if there is one
    signature.p7s     electronic signature of the original (CMS; or signature.cose), if there is one
    deposit.json      what was stated at the deposit. Time of capture and source are claims of
                      the depositor; the ledger does not make them true
  manifest-*.txt, tagmanifest-*.txt   hashes of all files (BagIt, RFC 8493)

2. Checking, without any network and without trusting who made this software
  a. Whole: with any BagIt tool, such as  bagit.py --validate FOLDER
     or directly: sha256sum -c manifest-sha256.txt and sha256sum -c tagmanifest-sha256.txt
  b. Ledger: get the trust file of the network (trust.json) from a source you believe, then
     tally verify PACKAGE.zip --trust trust.json
     A program for OpenSSL alone is in the documentation, docs/auditor/verify-offline.md
     It is not in this package: a trust file that comes with what it is to prove proves nothing
  c. Time-stamp: openssl ts -verify -data ORIGINAL -in token.tsr -CAfile AUTHORITY.pem
  d. Electronic signature: openssl cms -verify -binary -inform DER -in signature.p7s
     -content ORIGINAL -CAfile AUTHORITY.pem

3. What a match means
  The content is unchanged since the deposit. Whether it was true before is for other evidence.
"""
