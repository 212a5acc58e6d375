# SPDX-License-Identifier: Apache-2.0
"""Sealed contents: sealed and opened in the reader's browser, kept by the node, never in clear."""

from tallystick.console.sealing.table import PAGES

__all__ = ["PAGES"]
