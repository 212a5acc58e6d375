# SPDX-License-Identifier: Apache-2.0
"""Work: forms made from contracts, applications, the inbox and cases."""

from tallystick.console.work.table import PAGES

__all__ = ["PAGES"]
