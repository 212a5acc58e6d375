# SPDX-License-Identifier: Apache-2.0
"""Finding: one box for everything, and pages that explain."""

from tallystick.console.finding.table import PAGES

__all__ = ["PAGES"]
