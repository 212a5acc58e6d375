# SPDX-License-Identifier: Apache-2.0
"""Looking after this console: who has an account, invitations, closing accounts."""

from tallystick.console.administration.table import PAGES

__all__ = ["PAGES"]
