# SPDX-License-Identifier: Apache-2.0
"""The pages of signing."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.signing.confirming import confirm, show_pending

PAGES: Final = (
    Page(path="/sign/{id}", name="pending", access=Access.SIGNED_IN, handler=show_pending),
    Page(
        path="/sign/{id}",
        name="confirm",
        access=Access.SIGNED_IN,
        handler=confirm,
        method="POST",
    ),
)
