# SPDX-License-Identifier: Apache-2.0
"""Takes each save: lint, load in a fresh process, look at the tables, hand the node over.

Whatever goes wrong on the way, the version that served goes on serving.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from tallystick.cli.answers import Mark
from tallystick.cli.catalogue import say
from tallystick.cli.contract_project import ContractProject
from tallystick.cli.dev.changes import missing_migrations
from tallystick.cli.dev.generation import Generation, Said, begin, hear
from tallystick.cli.dev.network import found_dev
from tallystick.cli.dev.upgrading import move_records, upgrades, vote, voted_contracts
from tallystick.cli.dev.watching import PERIOD_S, changed, look
from tallystick.cli.local import GENESIS_FILE, VIEWS_FILE, is_founded
from tallystick.cli.serving import Serving
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, step, warn
from tallystick.contracts import ContractSchema
from tallystick.errors import NotFound, TallystickError, Unavailable
from tallystick.linting import RULES, lint_paths
from tallystick.model import decode_genesis
from tallystick.views import Views

_SHOWN_FINDINGS: Final = 5


class Workshop:
    """A running version, and what becomes of the next one."""

    def __init__(self, project: ContractProject, serving: Serving) -> None:
        """Know the project and the node's place; nothing runs yet."""
        self._project = project
        self._serving = serving
        self._current: Generation | None = None

    def take(self, started: float) -> Said | None:
        """Load the folder as it is and let it serve; None if the last good version goes on.

        Args:
            started: when the save was noticed, in monotonic seconds.
        """
        if not self._lint():
            self._stay()
            return None
        candidate, said = begin(self._project, self._serving)
        if candidate is None:
            _complain(say("dev.broken"), [said.text])
            self._stay()
            return None
        if not is_founded(self._serving.folder):
            self._found(candidate.schemas)
        is_welcome = (
            self._is_known(candidate.schemas)
            and self._goes_forward(candidate)
            and self._tables_fit(candidate)
            and self._vote(candidate)
        )
        if not is_welcome:
            candidate.end()
            self._stay()
            return None
        return self._hand_over(candidate, started)

    def watch(self, is_over: Callable[[], bool]) -> None:
        """Take every save until `is_over`.

        Raises:
            Unavailable: the node has ended by itself.
        """
        seen = look(self._project)
        while not is_over():
            time.sleep(PERIOD_S)
            now = look(self._project)
            saved = changed(seen, now)
            if saved:
                seen = now
                note(say("dev.saved", files=", ".join(one.name for one in saved)))
                self.take(time.monotonic())
            elif self._current is not None and self._current.has_spoken():
                if hear(self._current.control).word == "parked":
                    return  # by `tally down`
                raise Unavailable(say("dev.died"), hint="tally doctor")

    def close(self) -> None:
        """Stop the node cleanly."""
        if self._current is not None:
            self._current.end()
            self._current = None

    def _lint(self) -> bool:
        linted = lint_paths(self._project.files())
        if linted.findings:
            language = stage().language
            rows = [
                f"{one.path}:{one.line}:{one.column} {one.code} "
                f"{RULES[one.code].title.get(language)}: {one.what}"
                for one in linted.findings[:_SHOWN_FINDINGS]
            ]
            _complain(say("lint.found", count=len(linted.findings), files=linted.files), rows)
        return not linted.findings

    def _found(self, schemas: Iterable[ContractSchema]) -> None:
        started = time.monotonic()
        found_dev(self._serving.folder, self._project.folder, schemas)
        took = time.monotonic() - started
        step(say("dev.founded", path=self._serving.folder), took_s=took)

    def _is_known(self, schemas: Iterable[ContractSchema]) -> bool:
        """Say whether the network runs these contracts: it was founded with some."""
        genesis = decode_genesis((self._serving.folder / GENESIS_FILE).read_bytes())
        named = {schema.name for schema in schemas}
        for name in sorted(named.symmetric_difference(genesis.contracts)):
            key = "dev.new_contract" if name in named else "dev.lost_contract"
            _complain(say(key, contract=name), [say("dev.fresh_hint")])
        return named == set(genesis.contracts)

    def _goes_forward(self, candidate: Generation) -> bool:
        """Say whether no contract goes back to an older version, which the ledger would refuse."""
        before = self._current.schemas if self._current is not None else ()
        new = {schema.name: schema.version for schema in candidate.schemas}
        behind = [old for old in before if new.get(old.name, old.version) < old.version]
        for old in behind:
            facts = {"contract": old.name, "running": old.version, "version": new[old.name]}
            _complain(say("dev.older", **facts), [say("dev.fresh_hint")])
        return not behind

    def _tables_fit(self, candidate: Generation) -> bool:
        if self._current is None:
            return True
        missing = missing_migrations(
            self._current.schemas, candidate.schemas, self._has_records, candidate.migrations
        )
        for change in missing:
            name, fields = change.migration, ", ".join(change.fields)
            _complain(say("dev.migration", name=name, fields=fields), [say("dev.migration_hint")])
        return not missing

    def _vote(self, candidate: Generation) -> bool:
        """Let the network vote for what moves records; say if it did, or had not to."""
        if self._current is None:
            return True
        try:
            wanted = upgrades(
                self._current.schemas,
                candidate.schemas,
                candidate.migrations,
                voted_contracts(self._serving),
            )
            vote(self._serving, wanted)
        except TallystickError as error:
            _complain(say("dev.not_voted"), [f"[{error.code}] {error.message}"])
            return False
        return True

    def _move(self) -> None:
        """Move the records that wait for the version that serves now."""
        started = time.monotonic()
        try:
            moved = move_records(self._serving)
        except TallystickError as error:
            _complain(say("dev.not_moved"), [f"[{error.code}] {error.message}"])
            return
        if moved is not None:
            step(say("dev.moved", count=moved), took_s=time.monotonic() - started)

    def _has_records(self, contract: str, table: str) -> bool:
        views = Views(f"sqlite:///{(self._serving.folder / VIEWS_FILE).absolute()}")
        try:
            return bool(views.list_records(contract, table, limit=1).items)
        except NotFound:
            return False
        finally:
            views.close()

    def _hand_over(self, candidate: Generation, started: float) -> Said | None:
        before = self._current
        if before is not None:
            before.order("park")
        said = candidate.order("serve")
        if said.word == "serving":
            self._current = candidate
            self._move()
            if before is not None:
                took = time.monotonic() - started
                step(say("dev.reloaded", contracts=candidate.title), took_s=took)
                before.end()
            return said
        _complain(say("dev.not_started"), [said.text])
        candidate.end()
        if before is not None:
            before.order("serve")
        self._stay()
        return None

    def _stay(self) -> None:
        if self._current is not None:
            warn(say("dev.stays"))


def _complain(what: str, rows: Iterable[str]) -> None:
    step(what, mark=Mark.FAILED)
    for row in rows:
        for line in row.splitlines():
            note(f"  {line}")
