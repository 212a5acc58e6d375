# SPDX-License-Identifier: Apache-2.0
"""Who asks the nodes for kept files, and what came: sealed files lie here a day, for their reader.

Asked are this node and those whose addresses its operator settled: of the network's other nodes,
and `storage_nodes` of `console.toml`. Nobody types an address into a page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from tallystick.client import Asker
from tallystick.console.archive.desks import Desk
from tallystick.console.audit import Kind, note
from tallystick.console.clerks import Fetcher, Restored, Restorer
from tallystick.console.ledger import at
from tallystick.console.sealed_packages import forget_old, vault_signer
from tallystick.console.visit import Visit
from tallystick.crypto import sha256
from tallystick.disk import make_private_folder, remove_files, write_file
from tallystick.errors import LimitExceeded, NotFound, RoleMissing
from tallystick.units import DAY_MS

FETCHED_MAX: Final = 5
"""Files of one account that may lie here."""
_FOLDER: Final = "restored"
_SEALED, _FACTS = ".age", ".json"


def restorer_of(visit: Visit, contract: str) -> Restorer:
    """Return who brings a contract's files back; raises `NotFound` where nobody does."""
    if visit.restorer is None or not visit.restorer.serves(contract):
        raise NotFound("nothing here brings back kept files of this contract", field="contract")
    return visit.restorer


def asker_of(visit: Visit) -> Asker:
    """Return who asks in the reader's name; raises `Rejected` where the key is not here."""
    person = visit.somebody()
    return Asker(person.organization, person.member, vault_signer(visit))


async def fetcher_of(visit: Visit) -> Fetcher:
    """Return who asks, in the reader's name, and where.

    Raises:
        Rejected: the account has no key here.
    """
    network = await visit.ledger.get(at("network"))
    peers = {one["organization"]: one["api"] for one in network["peers"] if one["api"]}
    places = {**peers, **visit.settings.storage_nodes}
    return Fetcher(asker_of(visit), network["organization"], places)


def require_role(visit: Visit, desk: Desk) -> None:
    """Refuse who could not do the action of a desk: no node is asked for their sake.

    Raises:
        RoleMissing: the reader has none of its roles.
    """
    roles = set(desk.form.get("roles", []))
    if roles and not roles & visit.somebody().roles:
        raise RoleMissing("this takes a role that you do not have", expected=", ".join(roles))


async def note_fetched(visit: Visit, contract: str, subject: str, restored: Restored) -> None:
    """Write down who had which file asked for, and where."""
    asked = ", ".join(
        f"{one.holder}@{one.place or 'this node'}={one.answer}" for one in restored.asked
    )
    await note(visit, Kind.FETCHED, f"{contract} {subject} {restored.object}: {asked}")


class Place:
    """Where a file that was fetched lies, with what came of fetching it."""

    def __init__(self, visit: Visit, contract: str, subject: str) -> None:
        """Look at what the reader fetched for a read."""
        self._folder = visit.records.folder / _FOLDER
        self._account = visit.somebody().account
        self._now_ms = visit.now_ms
        self._name = f"{self._account}-{sha256(f'{contract}/{subject}'.encode()).hex()}"

    @property
    def sealed(self) -> Path:
        """Of the sealed file."""
        return self._folder / f"{self._name}{_SEALED}"

    def make_room(self) -> None:
        """Have the folder there, and nothing in it that is older than a day.

        Raises:
            LimitExceeded: too many of the account's files lie here.
        """
        make_private_folder(self._folder)
        forget_old(self._folder, self._now_ms, kept_ms=DAY_MS)
        self.forget()
        if len(list(self._folder.glob(f"{self._account}-*{_SEALED}"))) >= FETCHED_MAX:
            raise LimitExceeded(
                "too many fetched files lie here",
                field="file",
                expected=f"at most {FETCHED_MAX}",
                hint="Forget one that was saved.",
            )

    def keep(self, restored: Restored) -> None:
        """Note what came of it."""
        path = self._folder / f"{self._name}{_FACTS}"
        write_file(path, msgspec.json.encode(restored), mode=0o600)

    @property
    def found(self) -> Restored | None:
        """What came of it, if it was asked for within a day."""
        path = self._folder / f"{self._name}{_FACTS}"
        if not self._is_fresh(path):
            return None
        return msgspec.json.decode(path.read_bytes(), type=Restored)

    @property
    def has_file(self) -> bool:
        """Whether the sealed file lies here."""
        return self._is_fresh(self.sealed)

    def forget(self) -> None:
        """Remove both."""
        if self._folder.is_dir():
            paths = [self._folder / f"{self._name}{ending}" for ending in (_SEALED, _FACTS)]
            remove_files(self._folder, [path for path in paths if path.exists()])

    def _is_fresh(self, path: Path) -> bool:
        try:
            return path.stat().st_mtime * 1000 >= self._now_ms - DAY_MS
        except FileNotFoundError:
            return False


def download(data: bytes, name: str, ending: str) -> Response:
    """Answer with a file to be saved."""
    safe = quote(f"{name}.{ending}", safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{safe}"}
    return Response(data, media_type="application/octet-stream", headers=headers)
