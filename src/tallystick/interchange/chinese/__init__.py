# SPDX-License-Identifier: Apache-2.0
"""Amounts as Chinese receipts and cheques write them out: in capital numerals."""

from tallystick.interchange.chinese.capitals import amount_in_capitals

__all__ = ["amount_in_capitals"]
