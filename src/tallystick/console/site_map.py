# SPDX-License-Identifier: Apache-2.0
"""Every page there is: the areas' tables joined."""

from __future__ import annotations

from typing import Final

from tallystick.console import (
    account,
    administration,
    archive,
    choices,
    explorer,
    figures,
    finding,
    governing,
    home,
    masking,
    sealing,
    signing,
    tour,
    verify,
    work,
)

PAGES: Final = (
    *choices.PAGES,
    *home.PAGES,
    *masking.PAGES,
    *account.PAGES,
    *administration.PAGES,
    *signing.PAGES,
    *work.PAGES,
    *sealing.PAGES,
    *archive.PAGES,
    *verify.PAGES,
    *figures.PAGES,
    *finding.PAGES,
    *governing.PAGES,
    *tour.PAGES,
    *explorer.PAGES,
)
"""No page without an access, and no two at one address: tests walk this table."""
