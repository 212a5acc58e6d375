# SPDX-License-Identifier: Apache-2.0
"""The pages of accounts."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Handler, Page
from tallystick.console.account.acting import act_as, give_sealing_key, show_cast
from tallystick.console.account.entrance import (
    ask_passkey,
    enter_by_passkey,
    show_entrance,
    show_second,
    sign_in,
    sign_out,
    take_code,
)
from tallystick.console.account.joining import show_invitation, take_invitation
from tallystick.console.account.own_pages import (
    add_passkey,
    ask_new_passkey,
    change_password,
    confirm_codes,
    end_codes,
    end_passkey,
    end_sessions,
    offer_codes,
    show_account,
)
from tallystick.console.account.providers import come_back, leave_to_join, leave_to_sign_in
from tallystick.console.account.resets import show_reset, take_reset
from tallystick.console.paces import EXPORT, JOIN, RESET, SIGN_IN, Pace


def _read(
    path: str,
    name: str,
    handler: Handler,
    *,
    access: Access = Access.PUBLIC,
    pace: Pace | None = None,
) -> Page:
    return Page(path=path, name=name, access=access, handler=handler, pace=pace)


def _send(path: str, name: str, handler: Handler, pace: Pace | None = None) -> Page:
    return Page(
        path=path, name=name, access=Access.PUBLIC, handler=handler, method="POST", pace=pace
    )


def _change(path: str, name: str, handler: Handler) -> Page:
    """Return a page that changes one's own account."""
    return Page(path=path, name=name, access=Access.SIGNED_IN, handler=handler, method="POST")


PAGES: Final = (
    _read("/sign-in", "sign_in", show_entrance),
    _send("/sign-in", "do_sign_in", sign_in, SIGN_IN),
    _read("/sign-in/second", "second", show_second),
    _send("/sign-in/second", "take_code", take_code, SIGN_IN),
    _send("/sign-in/passkey/question", "ask_passkey", ask_passkey, SIGN_IN),
    _send("/sign-in/passkey", "enter_by_passkey", enter_by_passkey, SIGN_IN),
    _read("/sign-in/with/{provider}", "leave_to_sign_in", leave_to_sign_in, pace=SIGN_IN),
    _read("/sign-in/back", "come_back", come_back, pace=SIGN_IN),
    _send("/sign-out", "sign_out", sign_out),
    _read("/act-as", "cast", show_cast),
    _send("/act-as", "act_as", act_as),
    _read(
        "/act-as/sealing-key",
        "demonstration_sealing_key",
        give_sealing_key,
        access=Access.SIGNED_IN,
        pace=EXPORT,
    ),
    _read("/invitation/{token}", "invitation", show_invitation),
    _send("/invitation/{token}", "take_invitation", take_invitation, JOIN),
    _read("/invitation/{token}/with/{provider}", "leave_to_join", leave_to_join, pace=JOIN),
    _read("/reset/{token}", "reset", show_reset),
    _send("/reset/{token}", "take_reset", take_reset, RESET),
    _read("/account", "account", show_account, access=Access.SIGNED_IN),
    _change("/account/password", "change_password", change_password),
    _change("/account/sessions", "end_sessions", end_sessions),
    _change("/account/codes", "offer_codes", offer_codes),
    _change("/account/codes/first", "confirm_codes", confirm_codes),
    _change("/account/codes/end", "end_codes", end_codes),
    _change("/account/passkeys/question", "ask_new_passkey", ask_new_passkey),
    _change("/account/passkeys", "add_passkey", add_passkey),
    _change("/account/passkeys/end", "end_passkey", end_passkey),
)
