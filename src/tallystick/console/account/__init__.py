# SPDX-License-Identifier: Apache-2.0
"""Accounts of this console: signing in and out, sessions, what one may do."""

from __future__ import annotations

from tallystick.console.account.table import PAGES

__all__ = ["PAGES"]
