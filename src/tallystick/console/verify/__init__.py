# SPDX-License-Identifier: Apache-2.0
"""Verifying for everyone: originals by their hash, receipts and certificates by themselves."""

from tallystick.console.verify.table import PAGES

__all__ = ["PAGES"]
