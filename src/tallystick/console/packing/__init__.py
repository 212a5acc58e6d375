# SPDX-License-Identifier: Apache-2.0
"""Cases and deposits as packages for others, into which the browser puts the originals."""

from tallystick.console.packing.table import PAGES

__all__ = ["PAGES"]
