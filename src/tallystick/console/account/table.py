# SPDX-License-Identifier: Apache-2.0
"""The pages of accounts."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.account.acting import act_as, show_cast
from tallystick.console.account.entrance import show_entrance, sign_in, sign_out
from tallystick.console.account.joining import show_invitation, take_invitation

PAGES: Final = (
    Page(path="/sign-in", name="sign_in", access=Access.PUBLIC, handler=show_entrance),
    Page(
        path="/sign-in",
        name="do_sign_in",
        access=Access.PUBLIC,
        handler=sign_in,
        method="POST",
    ),
    Page(path="/sign-out", name="sign_out", access=Access.PUBLIC, handler=sign_out, method="POST"),
    Page(path="/act-as", name="cast", access=Access.PUBLIC, handler=show_cast),
    Page(path="/act-as", name="act_as", access=Access.PUBLIC, handler=act_as, method="POST"),
    Page(
        path="/invitation/{token}",
        name="invitation",
        access=Access.PUBLIC,
        handler=show_invitation,
    ),
    Page(
        path="/invitation/{token}",
        name="take_invitation",
        access=Access.PUBLIC,
        handler=take_invitation,
        method="POST",
    ),
)
