# SPDX-License-Identifier: Apache-2.0
"""What pages offer to be copied runs as it stands: a command, a program, a request."""

from __future__ import annotations

import html
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
import pytest

from tallystick.api import Application, Door, HttpServer
from tallystick.console import ConsoleOptions, copying, create_console
from tallystick.node import Node
from tests.unit.console.conftest import DEPOSITS
from tests.unit.console.test_odd_keys import ODD, odd

__all__ = ["odd"]

DIGEST: Final = sha256(b"1").hexdigest()


@contextmanager
def serving(node: Node, folder: Path, trust: Path | None = None) -> Iterator[str]:
    """Serve a node with its console; give its address."""

    def pages(door: Door, names: frozenset[str]) -> Application:
        return create_console(door, ConsoleOptions(data=folder, hosts=names, trust=trust))

    with HttpServer(node, port=0, pages=pages) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def origin(node: Node, trust: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the node with deposits."""
    with serving(node, tmp_path_factory.mktemp("copying"), trust) as address:
        yield address


def offered(page: str) -> list[str]:
    """Return what the menu of a page has to be copied."""
    menus = re.findall(r'<details class="dropdown copy-as">(.*?)</details>', page, re.DOTALL)
    return [html.unescape(one) for menu in menus for one in re.findall(r'data-copy="(.*?)"', menu)]


def run(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run what was copied: a command, or a program of Python."""
    environment = {**os.environ, "TALLY_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "400"}
    if line.startswith("from "):
        arguments = [sys.executable, "-c", line]
    else:
        arguments = shlex.split(line)
        if arguments[0] == "tally":
            arguments[0] = str(Path(sys.executable).with_name("tally"))
        else:
            arguments[0] = shutil.which(arguments[0]) or pytest.skip("no curl on this machine")
    return subprocess.run(  # what our own page says
        arguments, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


PLACES: Final = {
    "transaction": ("/t/{transaction}", "{transaction}", 3),
    "transactions": ("/t", "{transaction}", 3),
    "block": ("/b/1", "{block}", 3),
    "blocks": ("/b", "{block}", 3),
    "founding": ("/b/0", "11330100MB0F0001X8", 1),
    "overview": ("/explorer", "{network}", 3),
    "events": ("/events", "evidence.Deposited", 1),
    "proposals": ("/gov", "", 2),
    "table": ("/state/evidence/deposits", "text/plain", 3),
    "record": ("/state/evidence/deposits/{record}", "{record}", 3),
    "record then": ("/state/evidence/deposits/{record}?height=1", "{record}", 2),
    "case": ("/case/evidence/deposits/{record}", "{record}", 3),
    "verification": (f"/v/hash?hash={DIGEST}", "", 3),
    "verification by SM3": (f"/v/hash?hash=sm3:{DIGEST}", "", 1),
}
"""Page, what each answer tells of, and how many forms there are."""


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_copied_runs(origin: str, tmp_path: Path, kind: str) -> None:
    """Each line ends well and tells of the thing whose page offered it."""

    def shown(path: str) -> dict[str, dict[str, list[dict[str, str]]]]:
        found = httpx.get(f"{origin}{path}").json()
        assert isinstance(found, dict)
        return found

    facts = {
        "transaction": shown("/t.json?code=ok")["transactions"]["items"][0]["id"],
        "block": shown("/b.json")["blocks"]["items"][-1]["hash"],
        "network": httpx.get(f"{origin}/v1/status").json()["network"],
        "record": shown("/state/evidence/deposits.json")["rows"]["items"][-1]["_key"],
    }
    path, tells, forms = PLACES[kind]
    lines = offered(httpx.get(origin + path.format(**facts)).text)
    assert len(lines) == forms, lines
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, done.stderr
        assert tells.format(**facts)[:16] in done.stdout, line


@pytest.mark.parametrize("key", ODD[1::3])
def test_whatever_a_key_is_its_copied_texts_run(odd: Node, tmp_path: Path, key: str) -> None:
    """In Python and as a request; the words of the command reach it whole."""
    with serving(odd, tmp_path / "console") as origin:
        shelf = httpx.get(f"{origin}/search", params={"q": key}).headers["location"]
        command, program, request = offered(httpx.get(origin + shelf).text)
        words = shlex.split(command)
        assert words[:5] == ["tally", "store", "show", "shelves", key]
        for line in (program, request):
            done = run(line, tmp_path / "home")
            assert done.returncode == 0, done.stderr
            assert key in done.stdout.replace('\\"', '"'), line


def test_a_contract_with_a_method_of_that_name_has_another_verb() -> None:
    """As the command line itself chooses: `list` is then `table`, `show` is `record`."""
    contract = {"name": "x", "methods": [{"name": "show"}]}
    assert copying.table("http://n", contract, "t").command == "tally x list t --url http://n"
    described = {"name": "t", "key": ["a", "b"]}
    copied = copying.record("http://n", contract, described, {"_key": "1/y", "a": 1, "b": "y z"})
    assert copied.command == "tally x record t 1 'y z' --url http://n"
    assert copied.python.endswith(".table('x.t').get(1, 'y z'))")
    assert copied.request == "curl http://n/v1/contracts/x/tables/t/1/y"


def test_lists_have_all_that_is_there(origin: str, tmp_path: Path) -> None:
    """A list that is copied is the whole list, not its first page alone."""
    done = run(
        copying.table(origin, {"name": "evidence", "methods": []}, "deposits").python, tmp_path
    )
    assert len(done.stdout.splitlines()) >= DEPOSITS
