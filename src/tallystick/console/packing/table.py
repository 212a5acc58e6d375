# SPDX-License-Identifier: Apache-2.0
"""The pages of packing."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.paces import EXPORT
from tallystick.console.packing.bundles import give_bundle, show_bundle
from tallystick.console.packing.deposits import give_custody, give_package, show_package

PAGES: Final = (
    Page(
        path="/pack/{contract}/{subject:path}",
        name="pack_case",
        access=Access.SIGNED_IN,
        handler=show_bundle,
    ),
    Page(
        path="/pack/{contract}/{subject:path}",
        name="give_bundle",
        access=Access.SIGNED_IN,
        handler=give_bundle,
        method="POST",
        pace=EXPORT,
    ),
    Page(
        path="/evidence-package",
        name="pack_deposits",
        access=Access.SIGNED_IN,
        handler=show_package,
    ),
    Page(
        path="/evidence-package",
        name="give_package",
        access=Access.SIGNED_IN,
        handler=give_package,
        method="POST",
        pace=EXPORT,
    ),
    Page(
        path="/evidence-custody",
        name="custody",
        access=Access.SIGNED_IN,
        handler=give_custody,
        pace=EXPORT,
    ),
)
