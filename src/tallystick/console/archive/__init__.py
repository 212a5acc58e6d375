# SPDX-License-Identifier: Apache-2.0
"""Archives kept by clerks: days anchored from the file of their lines, lines shown to audits."""

from tallystick.console.archive.table import PAGES

__all__ = ["PAGES"]
