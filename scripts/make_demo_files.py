#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the files that the demonstration deposits: one bilingual PDF and a folder of five small files.

They are checked in under src/tallystick/cli/demo/files; run this only to change them. The output is
the same on every run and machine: no time, no chance. With --check it writes nothing and fails
when a file differs.

The PDF names the standard Chinese font STSong-Light (Adobe-GB1) instead of embedding one, as
ISO 32000-1 section 9.7.5.2 allows, so it stays at two kilobytes; viewers bring their own font.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = (
    Path(__file__).resolve().parents[1] / "src" / "tallystick" / "cli" / "demo" / "files"
)

TITLE: Final = "采购合同（样本） Purchase agreement (sample)"
LINES: Final = (
    (22, "采购合同（样本）"),
    (15, "Purchase agreement (sample)"),
    (0, ""),
    (11, "合同编号 No.：TS-DEMO-2026-001"),
    (11, "甲方 Buyer：示例存证科技有限公司  Example Evidence Technology Co., Ltd."),
    (11, "乙方 Seller：示例商业银行  Example Commercial Bank"),
    (0, ""),
    (11, "一、标的：电子存证服务一年。"),
    (11, "1. Subject: one year of electronic evidence services."),
    (11, "二、价款：人民币 120,000.00 元，按季度支付。"),
    (11, "2. Price: CNY 120,000.00, payable quarterly."),
    (11, "三、争议：提交北京示例互联网法院管辖。"),
    (11, "3. Disputes: Example Internet Court of Beijing."),
    (0, ""),
    (9, "本文件仅供演示，不具法律效力。 For demonstration only; it binds nobody."),
)

SMALL_FILES: Final = {
    "01-chat-record.txt": (
        "2026-03-02 09:14:05 买方：样品已收到，质量合格。\n"
        "2026-03-02 09:15:41 卖方：好的，明天安排发货。\n"
        "2026-03-02 09:16:02 Buyer: Samples received, quality accepted.\n"
        "2026-03-02 09:16:30 Seller: Good, we ship tomorrow.\n"
    ),
    "02-payments.csv": (
        "date,payer,payee,amount_cny,reference\n"
        "2026-03-05,示例存证科技有限公司,示例商业银行,30000.00,TS-DEMO-2026-001/1\n"
        "2026-06-05,示例存证科技有限公司,示例商业银行,30000.00,TS-DEMO-2026-001/2\n"
    ),
    "03-web-page.html": (
        '<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<title>商品页面（取证样本）</title>\n'
        "<h1>电子存证服务</h1>\n<p>标价 120,000.00 元／年</p>\n"
        "<p>Electronic evidence services, CNY 120,000.00 a year</p>\n</html>\n"
    ),
    "04-site-plan.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120">\n'
        '<rect x="10" y="10" width="220" height="100" fill="none" stroke="#345"/>\n'
        '<text x="120" y="65" text-anchor="middle">现场示意图 Site plan</text>\n</svg>\n'
    ),
    "05-collection.json": (
        '{\n  "device": "EX-CAM-07",\n  "application": "Example Collector 3.2",\n'
        '  "environment": "clean device, network time checked / 清洁设备，已校时",\n'
        '  "operator": "王芳 Wang Fang"\n}\n'
    ),
}


RUNS: Final = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")


def shown(text: str, size: int) -> str:
    """Return the instructions that draw a line: Latin runs in Helvetica, the rest in Song."""
    parts = []
    for run in RUNS.findall(text):
        if run.isascii():
            escaped = re.sub(r"([\\()])", r"\\\1", run)
            parts.append(f"/F2 {size} Tf ({escaped}) Tj")
        else:  # UCS-2, the encoding this font is asked for
            parts.append(f"/F1 {size} Tf <{run.encode('utf-16-be').hex().upper()}> Tj")
    return " ".join(parts)


def page_content() -> bytes:
    """Return the drawing instructions of the page."""
    parts = ["0.20 0.27 0.33 RG 1 w 60 700 m 535 700 l S", "BT 1 0 0 1 60 770 Tm"]
    for size, line in LINES:
        leading = (size or 8) * 1.7
        parts.append(f"0 -{leading:.1f} Td")
        if line:
            parts.append(shown(line, size))
    parts.append("ET")
    return "\n".join(parts).encode("ascii")


def pdf() -> bytes:
    """Return the whole PDF file."""
    content = page_content()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 4 0 R /F2 9 0 R >> >> /Contents 7 0 R >>"
        ),
        (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H "
            b"/Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>"
        ),
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
            b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /W [1 95 500] "
            b"/FontDescriptor 6 0 R >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 "
            b"/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
            b"/CapHeight 880 /StemV 93 >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        f"<< /Title <FEFF{TITLE.encode('utf-16-be').hex().upper()}> >>".encode("ascii"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content_of in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R /Info 8 0 R >>\n" % (len(objects) + 1)
    body += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(body)


def files() -> dict[str, bytes]:
    """Return every file by its path below the folder."""
    small = {f"case/{name}": text.encode("utf-8") for name, text in SMALL_FILES.items()}
    return {"sample-contract.pdf": pdf(), **small}


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a file differs")
    is_check = parser.parse_args().check
    for name, data in files().items():
        path = FOLDER / name
        if is_check and (not path.is_file() or path.read_bytes() != data):
            print(f"{name} differs: run scripts/make_demo_files.py", file=sys.stderr)
            return 1
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
