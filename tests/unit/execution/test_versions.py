# SPDX-License-Identifier: Apache-2.0
"""Versions of one contract stand side by side: each call runs the one that its block runs."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from tallystick.contracts import ANY_MEMBER, Context, Contract, Record, Table, action, schema_of
from tallystick.encoding import Value
from tallystick.errors import InvalidContract, UnknownContract
from tallystick.execution import ContractRunner, check_succession, contract_digest, digests
from tallystick.model import Execution
from tallystick.testing import MemoryState, make_signer
from tallystick.testing.harness import make_invocation
from tests.unit.execution.samples import Other
from tests.unit.execution.versions import DO, FirstNote, Note, NotesOne, NotesThree, NotesTwo

RUNNER = ContractRunner([NotesThree, NotesOne, Other, NotesTwo])


def execute(version: int | None, **args: Value) -> Execution:
    """Run `write` in a version."""
    invocation = make_invocation(NotesOne, "write", make_signer(), args)
    return RUNNER.execute(replace(invocation, version=version), MemoryState())


def test_a_call_runs_the_version_that_the_network_decided_on() -> None:
    """The same call means something else in another version, or nothing."""
    assert execute(1, id="a", text="x").events[0].name == "notes.Kept"
    assert execute(2, id="a", text="x", colour="red").events[0].name == "notes.Coloured"
    assert execute(1, id="a", text="x", colour="red").code == "E_ARGUMENT"
    assert execute(4, id="a", text="x").code == "E_CONTRACT"


def test_without_a_vote_the_oldest_version_runs() -> None:
    """What a network was founded with must not change because a package was installed."""
    assert execute(None, id="a", text="x").events[0].name == "notes.Kept"
    call = make_invocation(NotesOne, "write", make_signer(), {"id": "a", "text": "x"}).call
    assert RUNNER.check_call(call) is None
    assert RUNNER.check_call(call, 2) is not None
    assert RUNNER.schema("notes").version == 1
    assert RUNNER.schema("notes", 3).version == 3
    assert RUNNER.has("notes", None)
    assert not RUNNER.has("notes", 4)
    with pytest.raises(UnknownContract):
        RUNNER.schema("notes", 4)


def test_every_version_is_listed_with_its_digest() -> None:
    """Those of one module have one digest; packages have folders of their own."""
    found = [(one.name, one.version, one.migrates_from) for one in RUNNER.installed()]
    assert found == [("notes", 1, ()), ("notes", 2, (1,)), ("notes", 3, (1,)), ("other", 1, ())]
    digests = {one.digest for one in RUNNER.installed() if one.name == "notes"}
    assert digests == {contract_digest(NotesOne)}
    assert [schema.version for schema in RUNNER.versions] == [1, 2, 3, 1]


def test_a_contract_without_a_digest_hinders_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with the reason; the others are installed as before."""
    monkeypatch.setattr(sys.modules[Other.__module__], "__file__", None)
    monkeypatch.setattr(digests, "_contract_digest", digests._contract_digest.__wrapped__)
    runner = ContractRunner([NotesOne, Other])
    assert [one.name for one in runner.installed()] == ["notes"]
    (flawed,) = runner.unreadable()
    assert (flawed.name, flawed.version) == ("other", 1)
    assert "no file" in flawed.problem
    with pytest.raises(InvalidContract):
        runner.sources("other", 1)


def test_sources_are_those_of_the_digest() -> None:
    """By version; what is not installed has none."""
    (name,) = (sources := RUNNER.sources("notes", 1))
    assert name == "versions.py"
    assert digests.digest_of_sources(sources) == contract_digest(NotesOne)
    with pytest.raises(UnknownContract):
        RUNNER.sources("notes", 9)


def test_what_older_versions_declared_stays_known_for_history() -> None:
    """Views and sentences need the tables, events and refusals of every block."""
    notes, other = RUNNER.schemas
    assert (notes.version, other.name) == (3, "other")
    assert [table.name for table in notes.tables] == ["notes", "tallies", "drafts"]
    assert [event.name for event in notes.events] == ["notes.Coloured", "notes.Kept"]
    assert notes.refusal("E_DULL") is not None
    assert [field.name for field in notes.tables[0].fields] == ["id", "text", "colour"]


def _second(record: type[Record]) -> type[Contract]:
    class Second(Contract, name="notes", version=2):
        """Without a migration."""

        notes = Table(record, key="id")

        @action(role=ANY_MEMBER, label=DO)
        def write(self, ctx: Context) -> None:
            """Do nothing."""

    return Second


class Tagged(Record):
    """A note with a field that has a default."""

    id: str
    text: str
    tags: tuple[str, ...] = ()


def test_a_version_that_cannot_read_old_records_and_does_not_move_them_is_refused() -> None:
    """Found when it is loaded beside its predecessor, not when somebody's record is read."""
    with pytest.raises(InvalidContract, match="cannot read the records of version 1 in notes"):
        ContractRunner([NotesOne, _second(Note)])
    with pytest.raises(InvalidContract):
        check_succession(schema_of(NotesOne), _second(Note))


@pytest.mark.parametrize("record", [FirstNote, Tagged])
def test_records_that_still_fit_need_no_migration(record: type[Record]) -> None:
    """Unchanged, or with fields more that have a default."""
    assert ContractRunner([NotesOne, _second(record)]).has("notes", 2)
