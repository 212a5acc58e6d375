# SPDX-License-Identifier: Apache-2.0
"""The pages of administration; only administrators open them."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.administration.account_pages import (
    change_account,
    make_invitation,
    show_accounts,
)
from tallystick.console.administration.audit_pages import show_audit
from tallystick.console.administration.backup_pages import (
    make_backup,
    show_backups,
    try_backup,
)
from tallystick.console.administration.webhook_pages import (
    change,
    register,
    show_webhook,
    show_webhooks,
)

_ADMINISTRATOR: Final = Access.ADMINISTRATOR

PAGES: Final = (
    Page(path="/admin/audit", name="audit", access=_ADMINISTRATOR, handler=show_audit),
    Page(path="/admin/accounts", name="accounts", access=_ADMINISTRATOR, handler=show_accounts),
    Page(
        path="/admin/invitations",
        name="invite",
        access=_ADMINISTRATOR,
        handler=make_invitation,
        method="POST",
    ),
    Page(
        path="/admin/accounts/{account:int}",
        name="change_account",
        access=_ADMINISTRATOR,
        handler=change_account,
        method="POST",
    ),
    Page(path="/admin/backups", name="backups", access=_ADMINISTRATOR, handler=show_backups),
    Page(
        path="/admin/backups",
        name="make_backup",
        access=_ADMINISTRATOR,
        handler=make_backup,
        method="POST",
    ),
    Page(
        path="/admin/backups/verify",
        name="try_backup",
        access=_ADMINISTRATOR,
        handler=try_backup,
        method="POST",
    ),
    Page(path="/admin/webhooks", name="webhooks", access=_ADMINISTRATOR, handler=show_webhooks),
    Page(
        path="/admin/webhooks",
        name="register_webhook",
        access=_ADMINISTRATOR,
        handler=register,
        method="POST",
    ),
    Page(
        path="/admin/webhooks/{webhook:int}",
        name="webhook",
        access=_ADMINISTRATOR,
        handler=show_webhook,
    ),
    Page(
        path="/admin/webhooks/{webhook:int}",
        name="change_webhook",
        access=_ADMINISTRATOR,
        handler=change,
        method="POST",
    ),
)
