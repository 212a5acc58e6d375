# SPDX-License-Identifier: Apache-2.0
"""A contract's pages: its code line by line, its versions with who decided them, its use."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.api import activity
from tallystick.console import ConsoleOptions
from tallystick.console.explorer import highlighting
from tallystick.console.explorer.differences import LINES_MAX, differences
from tallystick.console.explorer.highlighting import lines_of
from tallystick.errors import LimitExceeded
from tallystick.industries.evidence import Evidence
from tallystick.node import Node, NodeConfig, open_node
from tests.unit.console.conftest import Reader, reading
from tests.unit.console.test_transaction_kinds import governed, site
from tests.unit.execution.versions import NotesOne, NotesThree, NotesTwo
from tests.unit.node.node_kit import GENESIS, found

__all__ = ["governed", "site"]

FOLDER = Path(str(sys.modules["tallystick.industries.evidence"].__file__)).parent


def plain(page: str) -> str:
    """Return the text of the code on a page."""
    code = page[page.index("<pre class=") : page.index("</pre>")]
    return html.unescape(re.sub("<[^>]+>", "", code))


def test_a_contracts_code_is_shown_line_by_line(reader: Reader) -> None:
    """Exactly the file, coloured, with an address for each line; the digest is beside it."""
    page = reader.get("/c/evidence/source", params={"file": "contract.py"}).text
    text = (FOLDER / "contract.py").read_text(encoding="utf-8")
    assert plain(page).splitlines() == text.splitlines()
    assert f'id="L{len(text.splitlines())}"' in page
    assert '<span class="code-keyword">class</span>' in page
    told = reader.get("/c/evidence/source.json").json()
    assert told["sources"]["digest"] in page
    assert {one["path"] for one in told["sources"]["files"]} == {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")
    }


def test_what_is_not_there_is_said_in_words(reader: Reader) -> None:
    """A version that is not installed is an empty page; a wrong file or number is refused."""
    page = reader.get("/c/evidence/source", params={"version": "77", "lang": "en"}).text
    assert "No sources here" in page
    assert f"version={Evidence.version}" in page
    for query in ({"file": "nothing.py"}, {"version": "x"}):
        assert reader.get("/c/evidence/source", params=query).status_code == 400
    for tab in ("source", "history", "usage"):
        assert reader.get(f"/c/nothing/{tab}").status_code == 404


def test_versions_say_who_approved_and_lead_to_the_proposal(site: Reader) -> None:
    """The votes as the ledger has them, and the proposal's own page."""
    page = site.get("/c/evidence/history", params={"lang": "en"}).text
    (link,) = set(re.findall(r'href="(/gov/[0-9a-f]{64})"', page))
    assert site.get(link).status_code == 200
    assert "teller" in page[page.index('id="versions"') :]


def test_the_use_of_a_contract_is_counted(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """By method and over time, each figure with its list; too many are said to be so."""
    told = reader.get("/c/evidence/usage.json", params={"span": "24h"}).json()
    (deposits,) = [one for one in told["used"] if one["method"] == "deposit"]
    assert deposits["calls"] == sum(one["transactions"] for one in told["steps"]) > 0
    page = reader.get("/c/evidence/usage", params={"lang": "en"}).text
    (address,) = re.findall(r'href="(/t\?contract=evidence&amp;method=deposit)"', page)
    listed = reader.get(html.unescape(address).replace("/t?", "/t.json?")).json()
    assert len(listed["transactions"]["items"]) == deposits["calls"]

    def refuse(*_: object) -> None:
        raise LimitExceeded("too many")

    monkeypatch.setattr(activity, "list_answer", refuse)
    assert "Too many to be counted" in reader.get("/c/evidence/usage", params={"lang": "en"}).text


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Node]:
    """Run a node on which three versions of one contract are installed."""
    found(tmp_path / "node", "solo", msgspec.structs.replace(GENESIS, contracts=("notes",)))
    node = open_node(
        NodeConfig(
            data=tmp_path / "node", workers=False, contracts=(NotesOne, NotesTwo, NotesThree)
        )
    )
    try:
        node.start()
        yield node
    finally:
        node.stop()


def test_two_installed_versions_are_compared(versions: Node, tmp_path: Path) -> None:
    """These three are of one file, so they do not differ; one that is absent is said to be."""
    with reading(versions, ConsoleOptions(data=tmp_path)) as reader:
        page = reader.get("/c/notes/history", params={"before": "1", "after": "2", "lang": "en"})
        assert "The sources of both versions are the same" in page.text
        page = reader.get("/c/notes/history", params={"before": "1", "after": "9", "lang": "en"})
        assert "Not comparable here" in page.text
        assert reader.get("/c/notes/source", params={"version": "3"}).status_code == 200


LINES = st.lists(st.sampled_from(["", "a", "b = 1", "# c", "-d", "+e"]), max_size=12)


@given(LINES, LINES)
def test_a_difference_has_every_line_that_came_or_went(old: list[str], new: list[str]) -> None:
    """Taking away what was added gives the one, taking away what was removed the other."""
    found = differences({"f": "\n".join(old)}, {"f": "\n".join(new)})
    lines = [line for one in found for line in one.lines]
    added = [one.text for one in lines if one.kind == "added"]
    removed = [one.text for one in lines if one.kind == "removed"]
    assert len("\n".join(new).splitlines()) - len("\n".join(old).splitlines()) == len(added) - len(
        removed
    )
    assert bool(found) == (old != new and "\n".join(old) != "\n".join(new))


def test_files_that_came_or_went_are_shown_whole_up_to_a_limit() -> None:
    """What is cut off says so; equal files are left out."""
    long = "\n".join(f"x = {number}" for number in range(LINES_MAX + 10))
    gone, came, last = differences({"a": "one", "same": "s"}, {"b": long, "c": "two", "same": "s"})
    assert (gone.path, gone.change, [one.text for one in gone.lines][1:]) == (
        "a",
        "removed",
        ["one"],
    )
    assert (came.change, came.is_cut) == ("added", True)
    assert len(gone.lines) + len(came.lines) == LINES_MAX
    assert (last.lines, last.is_cut) == ((), True)
    (huge,) = differences({"f": "\n" * 7_000}, {"f": "\n" * 7_001})
    assert (huge.lines, huge.is_cut) == ((), True)


@given(st.text(alphabet="ab \n\t#'\"=(){}\\é甲1", max_size=60))
def test_colouring_loses_nothing(text: str) -> None:
    """Whatever the text is, Python or not, its lines come out as they are."""
    shown = ["".join(word for _, word in line) for line in lines_of(text)]
    assert shown == text.split("\n")[: len(shown)]
    assert len(shown) >= len(text.rstrip("\n").split("\n")) - (not text)


def test_what_is_too_long_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown all the same."""
    monkeypatch.setattr(highlighting, "HIGHLIGHTED_MAX", 5)
    assert lines_of("class Plain: pass\n") == ((("", "class Plain: pass"),),)
