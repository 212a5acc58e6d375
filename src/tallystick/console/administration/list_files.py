# SPDX-License-Identifier: Apache-2.0
"""Lists of administrators as files to keep: the audit trail, webhooks, accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from tallystick.console.audit import read_trail
from tallystick.console.ledger import Json
from tallystick.console.list_files import (
    PAGE,
    Column,
    ListFile,
    Part,
    at_once,
    filters_in,
    moment_of,
    of,
)
from tallystick.console.visit import Visit

TRAIL: Final = (
    *("id", "at", "kind", "account", "name", "organization"),
    *("subject", "caller", "previous", "digest"),
)
"""Columns of the trail, by the names over which each row's digest is made."""


def trail_file(visit: Visit, filters: dict[str, str]) -> ListFile:
    """Return all rows of the trail that fit; titles are names, so that digests can be checked."""
    return ListFile(
        name="audit",
        title=visit.say("Audit"),
        columns=[Column(name, moment_of(name) if name == "at" else of(name)) for name in TRAIL],
        parts=_trail(visit, filters),
        filters=filters,
    )


async def _trail(visit: Visit, filters: dict[str, str]) -> AsyncIterator[Part]:
    """Give rows of the trail, newest first."""
    before: int | None = None
    while True:
        rows: list[dict[str, Any]] = await asyncio.to_thread(
            read_trail, visit.records, filters, before=before, limit=PAGE
        )
        yield Part(rows, 0)
        if len(rows) < PAGE:
            return
        before = rows[-1]["id"]


def webhooks_file(visit: Visit, webhooks: list[Json]) -> ListFile:
    """Return webhooks as the page shows them: without their secrets."""
    return ListFile(
        name="webhooks",
        title=visit.say("Webhooks"),
        columns=(
            Column(visit.say("Address"), of("address")),
            Column(visit.say("State"), of("state")),
            Column(visit.say("Events"), of("events")),
            Column(visit.say("Alerts of"), of("alerts")),
            Column(visit.say("Registered"), moment_of("made_at")),
            Column(visit.say("Tried in vain"), of("attempts")),
        ),
        parts=at_once(webhooks),
        filters=filters_in(visit),
    )


def accounts_file(visit: Visit, accounts: list[dict[str, Any]]) -> ListFile:
    """Return accounts, to be taken away."""
    return ListFile(
        name="accounts",
        title=visit.say("Accounts"),
        columns=(
            Column(visit.say("Sign-in name"), of("login")),
            Column(visit.say("Name"), of("name")),
            Column(visit.say("Organisation"), of("organization")),
            Column(visit.say("Member"), of("member")),
            Column(visit.say("Administrator"), of("is_administrator")),
            Column(visit.say("Second factor"), of("has_factor")),
            Column(visit.say("Closed"), of("is_disabled")),
        ),
        parts=at_once(accounts),
    )
