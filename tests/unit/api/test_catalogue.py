# SPDX-License-Identifier: Apache-2.0
"""What blocks of older versions hold is still said in the words of the version that wrote it."""

from __future__ import annotations

import pytest

from tallystick.api.catalogue import Catalogue
from tallystick.contracts import schema_of
from tallystick.errors import UnknownContract
from tests.unit.execution.versions import NotesOne, NotesTwo

ONE, TWO = schema_of(NotesOne), schema_of(NotesTwo)


def test_events_and_refusals_of_older_versions_keep_their_sentences() -> None:
    """They are found by name, and by their fields where both versions know the name."""
    catalogue = Catalogue([TWO], [ONE, TWO])
    kept = catalogue.event_sentence("notes.Kept", {"id": "a"})
    assert kept is not None
    assert kept.en == "a is kept."
    assert catalogue.refusal_sentence("notes", "E_DULL", {"id": "a"}).en == "a is dull."
    assert catalogue.event_sentence("notes.Unheard", {}) is None
    unlike = catalogue.event_sentence("notes.Kept", {"other": 1})
    assert unlike is not None
    assert "—" in unlike.en


def test_another_version_takes_over_without_a_restart() -> None:
    """Its schema is shown, and the older one still explains what it wrote."""
    catalogue = Catalogue([ONE], [ONE, TWO])
    assert catalogue.contract("notes").version == 1
    catalogue.show([TWO])
    assert catalogue.contract("notes").version == 2
    assert catalogue.table("notes", "drafts") is not None
    assert catalogue.method("notes", "write") is not None
    assert catalogue.schemas == (TWO,)


def test_every_installed_version_is_shown_as_it_is() -> None:
    """The one that runs, and those that ran before; of others it says which there are."""
    catalogue = Catalogue([TWO], [ONE, TWO])
    assert [catalogue.version("notes", number) for number in (1, 2)] == [ONE, TWO]
    with pytest.raises(UnknownContract) as refused:
        catalogue.version("notes", 3)
    assert refused.value.expected == "2, 1"
    with pytest.raises(UnknownContract):
        catalogue.version("none", 1)
