# SPDX-License-Identifier: Apache-2.0
"""What somebody who has signed in finds on the first page: by their roles, the nearest first."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tallystick.console.account.factors import has_factor
from tallystick.console.audit import Kind, read_trail
from tallystick.console.governing.key_pages import keys_in_force
from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_listed
from tallystick.console.saved_views import views_of
from tallystick.console.visit import Person, Visit
from tallystick.console.work.drafts import named_drafts
from tallystick.console.work.inbox import tasks_of
from tallystick.console.work.started import transactions_of
from tallystick.errors import FileProblem
from tallystick.model import ROLE_ADMINISTRATOR, ROLE_GOVERNOR

_SHOWN: Final = 5
_LATEST: Final = 10
_FAILED_WITHIN_MS: Final = 7 * 86_400_000
_OPEN: Final = "open"


async def home_of(visit: Visit, person: Person, systems: list[Json]) -> dict[str, Any]:
    """Return the parts of somebody's first page; a part that is not theirs is absent.

    Args:
        visit: of the page.
        person: who has signed in.
        systems: the contracts of which they have a role.
    """
    tasks, latest, alerts, proposals, keys = await asyncio.gather(
        tasks_of(visit, person),
        transactions_of(visit, person, _LATEST, None),
        asyncio.gather(*(_open_alerts(visit, one["name"]) for one in systems)),
        _open_proposals(visit, person),
        _ending_keys(visit, person),
    )
    mine = [task for task in tasks if task["passed"].is_for(person.member)]
    done = await cover_listed(visit, latest["items"][:_LATEST])
    home: dict[str, Any] = {
        "task_count": len(mine),
        "tasks": [
            {name: task[name] for name in ("contract", "table", "kind", "key", "due_at")}
            for task in mine[:_SHOWN]
        ],
        "drafts": await asyncio.to_thread(lambda: named_drafts(visit)[:_SHOWN]),
        "views": await asyncio.to_thread(views_of, visit.records, person.account),
        "latest": done,
        "alerts": sorted(
            (one for some in alerts for one in some), key=lambda one: -int(one["time_ms"])
        )[:_SHOWN],
        "proposals": proposals,
        "keys": keys,
    }
    if not done:
        is_safe = await asyncio.to_thread(has_factor, visit.records, person.account)
        home["first_steps"] = {"factor": is_safe or person.is_demonstration}
    if person.is_administrator:
        home["console"] = await asyncio.to_thread(_console, visit)
    return home


async def _open_alerts(visit: Visit, contract: str) -> list[Json]:
    page = await visit.ledger.get(at("contracts", contract, "alerts"), state=_OPEN, limit=_SHOWN)
    return [{**one, "contract": contract} for one in page["items"]]


async def _open_proposals(visit: Visit, person: Person) -> list[Json]:
    """Return what is being voted on, for those who vote and administer."""
    if not person.roles & {ROLE_ADMINISTRATOR, ROLE_GOVERNOR}:
        return []
    page = await visit.ledger.get(at("governance", "proposals"), limit=50)
    return [one for one in page["items"] if one["state"] == _OPEN][:_SHOWN]


async def _ending_keys(visit: Visit, person: Person) -> list[Json]:
    """Return keys that end soon: one's own, and for an administrator the organisation's."""
    keys = await keys_in_force(visit, [person.organization])
    return [
        one
        for one in keys
        if one["ends_within"]
        and (ROLE_ADMINISTRATOR in person.roles or one["member"]["id"] == person.member)
    ][:_SHOWN]


def _console(visit: Visit) -> dict[str, Any]:
    """Return what an administrator of the console looks at: failed sign-ins, the last backup."""
    failed = read_trail(visit.records, {"kind": Kind.SIGN_IN_FAILED})
    since = visit.now_ms - _FAILED_WITHIN_MS
    return {
        "failed_sign_ins": sum(one["at"] >= since for one in failed),
        "backup_at": _last_backup(visit),
        "has_backups": visit.backups is not None,
    }


def _last_backup(visit: Visit) -> int | None:
    if visit.backups is None:
        return None
    try:
        found = visit.backups.found()
    except FileProblem:  # the page of backups says what is wrong with the folder
        return None
    return next((one.written_at for one in found if one.network is not None), None)
