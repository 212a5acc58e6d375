# SPDX-License-Identifier: Apache-2.0
"""The explorer: blocks, transactions, organisations, contracts and their records, for everyone."""

from tallystick.console.explorer.table import PAGES

__all__ = ["PAGES"]
