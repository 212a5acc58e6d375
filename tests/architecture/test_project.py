# SPDX-License-Identifier: Apache-2.0
"""What the project's own papers promise: one version, pinned packages, verbs, rooms."""

from __future__ import annotations

import re
import tomllib

import pytest

import tallystick
from tests.architecture import floors, source

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def read(name: str) -> str:
    """Return a file of the project."""
    return (source.PROJECT / name).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """Return name -> version of a lock file."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", read(lock), flags=re.MULTILINE))


def test_the_version_is_said_once_and_the_same_everywhere() -> None:
    """`tally version`, the wheel and the changelog name the same version."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["version"] == tallystick.__version__
    assert f"## [{tallystick.__version__}]" in read("CHANGELOG.md")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_by_hash(lock: str) -> None:
    """Not a range, not a file without a digest, and no address of an index."""
    text = read(lock)
    stanzas = re.split(r"\n(?=[a-z0-9])", text)
    assert len(stanzas) == len(pins(lock)) > 0
    source.expect_none(stanza for stanza in stanzas if "--hash=sha256:" not in stanza)
    assert not re.search(r"https?:|index-url|find-links|file:", text)


def test_developers_have_what_users_have() -> None:
    """The lock of the tests contains the lock of the users, version for version."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    assert pins("requirements-build.lock").items() <= pins("requirements-dev.lock").items()


def test_every_dependency_has_a_row_in_the_decision() -> None:
    """A package without a reason and a licence does not come in."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    record = read("docs/decisions/0002-dependencies.md").lower()
    names = [re.split(r"[<>=;\[ ]", one, maxsplit=1)[0] for one in project["dependencies"]]
    source.expect_none(name for name in names if name.lower() not in record)
    locked = pins("requirements.lock")
    source.expect_none(
        f"{name}: locked at {locked[name.lower()]}, the record says otherwise"
        for name in names
        if locked[name.lower()] not in record
    )


def test_every_verb_is_explained_to_contributors() -> None:
    """A verb that nobody can find is a verb that nobody runs."""
    verbs = set(re.findall(r"^([a-z][a-z-]*):.*## ", read("Makefile"), flags=re.MULTILINE))
    explained = set(re.findall(r"`make ([a-z-]+)`", read("CONTRIBUTING.md")))
    assert verbs - {"help"} <= explained
    assert explained <= verbs


def test_the_map_shows_every_room() -> None:
    """ARCHITECTURE.md has a row for each room of the plan, and the plan for each row."""
    rows = set(
        re.findall(r"^\| (?:\d+|side) \| `(\w+)` \|", read("ARCHITECTURE.md"), flags=re.MULTILINE),
    )
    assert rows == floors.MAY_IMPORT.keys() - {"__main__"}
