# SPDX-License-Identifier: Apache-2.0
"""Signing for people: keys kept under lock, a preview, a confirmation for each transaction."""

from tallystick.console.signing.table import PAGES

__all__ = ["PAGES"]
