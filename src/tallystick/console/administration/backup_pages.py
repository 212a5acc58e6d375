# SPDX-License-Identifier: Apache-2.0
"""Backups: which there are, one more now, whether one can be restored, and how."""

from __future__ import annotations

import asyncio
import shlex
from dataclasses import asdict
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.administration.backup_checks import checks_of, keep_check
from tallystick.console.audit import Deed, Kind, note, write_deed
from tallystick.console.backups import Backups, Work, WorkEnd, WorkKind
from tallystick.console.ledger import Json
from tallystick.console.problems import document_of
from tallystick.console.visit import Visit
from tallystick.errors import NotFound

_SEE_OTHER: Final = 303
_PLACE: Final = "/admin/backups"
_KINDS: Final = {WorkKind.MAKE: Kind.BACKUP_MADE, WorkKind.VERIFY: Kind.BACKUP_TRIED}


async def show_backups(visit: Visit) -> Response:
    """Answer GET /admin/backups."""
    if visit.backups is None:
        return visit.page("administration/backups.html", folder=None, backups=[], work=None)
    shown = await asyncio.to_thread(_shown, visit, visit.backups)
    return visit.page("administration/backups.html", **shown)


async def make_backup(visit: Visit) -> Response:
    """Answer POST /admin/backups: begin one.

    Raises:
        FileProblem: the folder cannot be written, or has too little room.
        NotFound: nobody looks after backups here.
        Overloaded: one is being made or tried already.
    """
    await visit.form()
    name = await asyncio.to_thread(
        _backups(visit).make, visit.now_ms, _ending(visit, WorkKind.MAKE)
    )
    await note(visit, Kind.BACKUP_MADE, name)
    return RedirectResponse(_PLACE, _SEE_OTHER)


async def try_backup(visit: Visit) -> Response:
    """Answer POST /admin/backups/verify: try one; raises as `make_backup`."""
    name = str((await visit.form()).get("name", ""))
    backups = _backups(visit)
    await asyncio.to_thread(backups.verify, name, visit.now_ms, _ending(visit, WorkKind.VERIFY))
    await note(visit, Kind.BACKUP_TRIED, name)
    return RedirectResponse(_PLACE, _SEE_OTHER)


def _backups(visit: Visit) -> Backups:
    if visit.backups is None:
        raise NotFound("this console does not look after backups", field="backups")
    return visit.backups


def _ending(visit: Visit, kind: WorkKind) -> WorkEnd:
    """Return what writes down how the work ended, for the one who began it."""
    person, records = visit.somebody(), visit.records

    def note_end(work: Work) -> None:
        code = "" if work.error is None else work.error.code
        now_ms = visit.now_ms
        if kind is WorkKind.VERIFY:
            keep_check(records, work.name, mark=work.mark, at=now_ms, code=code)
        deed = Deed(
            at=now_ms,
            kind=_KINDS[kind],
            account=person.account,
            name=person.name,
            organization=person.organization,
            subject=f"{work.name}: {code or 'done'}",
            caller=visit.caller,
        )
        write_deed(records, deed)

    return note_end


def _shown(visit: Visit, backups: Backups) -> dict[str, Json]:
    checks = checks_of(visit.records)
    found = backups.found()
    return {
        "folder": str(backups.folder),
        "is_on_the_same_disk": backups.is_on_the_same_disk(),
        "backups": [
            {
                **asdict(one),
                "check": checks.get((one.name, one.mark)),
                "command": f"tally restore {shlex.quote(one.path)} --data NEW_FOLDER",
            }
            for one in found
        ],
        "work": _work(visit, backups.work()),
    }


def _work(visit: Visit, work: Work | None) -> dict[str, Any] | None:
    if work is None:
        return None
    problem = None if work.error is None else document_of(work.error, visit.language)
    return {
        "kind": work.kind,
        "name": work.name,
        "begun_at": work.begun_at,
        "done": work.done,
        "total": work.total,
        "is_over": work.is_over,
        "problem": problem,
    }
