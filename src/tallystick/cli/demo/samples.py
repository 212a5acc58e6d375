# SPDX-License-Identifier: Apache-2.0
"""Files to try on the console's verification page: one on record, one altered, one unknown."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

_UNKNOWN: Final = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>> endobj
trailer <</Root 1 0 R>>
%%EOF
"""
"""An empty page that nobody put on record."""


def lay_out_samples(folder: Path, original: Path, receipt: Path) -> None:
    """Put the samples into a folder, by the names that the console knows them by.

    Args:
        folder: Where to.
        original: A file on record.
        receipt: Of its deposit.
    """
    folder.mkdir(exist_ok=True)
    content = original.read_bytes()
    (folder / "original.pdf").write_bytes(content)
    (folder / "altered.pdf").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (folder / "unknown.pdf").write_bytes(_UNKNOWN)
    shutil.copyfile(receipt, folder / "original.pdf.receipt.json")
