# SPDX-License-Identifier: Apache-2.0
"""The pages of sealed contents."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.paces import EXPORT, UPLOAD
from tallystick.console.sealing.packages import give_sealed, give_wrap, take_package
from tallystick.console.sealing.readers import show_readers

PAGES: Final = (
    Page(
        path="/seal/{contract}/{method}",
        name="sealing_readers",
        access=Access.SIGNED_IN,
        handler=show_readers,
        method="POST",
    ),
    Page(
        path="/sealed-packages",
        name="take_package",
        access=Access.SIGNED_IN,
        handler=take_package,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/sealed-bytes/{contract}/{part}/{record:path}",
        name="sealed_bytes",
        access=Access.SIGNED_IN,
        handler=give_sealed,
        pace=EXPORT,
    ),
    Page(
        path="/sealed-wrap/{contract}/{part}/{record:path}",
        name="sealed_wrap",
        access=Access.SIGNED_IN,
        handler=give_wrap,
    ),
)
