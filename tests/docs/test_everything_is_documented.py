# SPDX-License-Identifier: Apache-2.0
"""What a user can meet stands in the documents: verbs, paths, codes, events, figures, rooms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from scripts import generate_contract_reference
from tallystick import errors
from tallystick.api import ROUTES
from tallystick.cli.app import TREE
from tallystick.cli.contract_verbs import verbs_of
from tallystick.cli.installed import contract_names
from tallystick.membership import methods as membership_methods
from tests.unit.api.caller import Caller
from tests.unit.api.conftest import app, caller, node

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])
TEXTS: Final = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
SCHEMAS: Final = generate_contract_reference.schemas()
CHINESE: Final = "docs/zh-CN/"

_VERB: Final = re.compile(r"\btally ([a-z]+)(?: ([a-z-]*[a-z]))?")
_MAKE: Final = re.compile(r"(?:`|\$ )make ([a-z-]+)")
_PATH: Final = re.compile(r"`((?:src|tests|scripts|docs|changes\.d)/[\w./-]*)`")
_VARIABLE: Final = re.compile(r"\b(?:TALLY_[A-Z]+|NO_COLOR|FORCE_COLOR)\b")

__all__ = ["app", "caller", "node"]  # fixtures


def missing(names: set[str], text: str) -> list[str]:
    """Return those names that do not stand in `text` as words of their own."""
    return sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", text))


# --- what there is, is documented ---------------------------------------------------------------


@pytest.mark.parametrize(
    "script", sorted((ROOT / "scripts").glob("generate_*.py")), ids=lambda path: path.stem
)
def test_a_generated_page_is_as_fresh_as_its_source(script: Path) -> None:
    """Each generator's own `--check`, as CI would call it."""
    done = subprocess.run(
        [sys.executable, str(script), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_verb_has_its_section_in_the_reference() -> None:
    """And the reference has no verb that the command lacks."""
    headings = re.findall(r"^#### tally (.+)$", TEXTS["docs/reference/cli.md"], re.MULTILINE)
    assert sorted(headings) == sorted(TREE)


def test_every_endpoint_has_its_section_in_the_reference() -> None:
    """And the reference has no endpoint that the route table lacks."""
    headings = re.findall(
        r"^### ((?:GET|HEAD|POST|PUT|PATCH|DELETE) .+)$",
        TEXTS["docs/reference/http.md"],
        re.MULTILINE,
    )
    table = [f"{route.method} {route.path.replace(':path}', '}')}" for route in ROUTES]
    assert sorted(headings) == sorted(table)


def test_every_error_code_has_its_section_in_the_reference() -> None:
    """And the reference has no code that no class has."""
    headings = re.findall(r"^### (E_\w+)$", TEXTS["docs/reference/errors.md"], re.MULTILINE)
    assert sorted(headings) == sorted(errors.error_classes())


def test_every_method_event_and_refusal_of_the_contracts_is_in_the_reference() -> None:
    """Under its full name, in both languages."""
    text = TEXTS["docs/reference/contracts.md"]
    assert SCHEMAS
    for schema in SCHEMAS:
        for method in schema.methods:
            assert f"### {schema.name}.{method.name}\n" in text
        for event in schema.events:
            assert f"#### {event.name}\n" in text
            assert event.template.zh in text
        for refusal in schema.refusals:
            assert f"| `{refusal.code}` | {refusal.template.en} |" in text


def test_every_membership_event_and_method_is_in_the_specification() -> None:
    """They have no schema, so the names are read from the source."""
    tree = ast.parse(Path(membership_methods.__file__).read_text("utf-8"))
    events = {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "_event"
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(events) >= 5
    names = events | set(membership_methods._METHODS)  # the one list there is
    assert missing(names, TEXTS["docs/spec/membership.md"]) == []


def test_every_metric_is_in_the_operators_page(caller: Caller) -> None:
    """The page and `/metrics` name the same figures, of the same kind."""
    lines = caller.get("/metrics").text.splitlines()
    served = dict(line.split()[2:4] for line in lines if line.startswith("# TYPE "))
    page = re.findall(
        r"^\| `(tallystick_\w+)` \| (\w+) \|", TEXTS["docs/operator/metrics.md"], re.MULTILINE
    )
    assert dict(page) == served


def test_every_environment_variable_is_in_the_reference() -> None:
    """Those that the package reads, and no others."""
    sources = (ROOT / "src" / "tallystick").rglob("*.py")
    read = {name for source in sources for name in _VARIABLE.findall(source.read_text("utf-8"))}
    section = TEXTS["docs/reference/cli.md"].split("## Environment")[1].split("\n## ")[0]
    assert set(_VARIABLE.findall(section)) == read


# --- what is documented, there is ---------------------------------------------------------------


@pytest.mark.parametrize("page", TEXTS)
def test_every_command_in_a_page_exists(page: str) -> None:
    """`tally WORDS` in code is a verb, a noun with verbs, or help."""
    made = (path for contract in contract_names() for path in verbs_of(contract))
    commands = [*TREE, *made]
    nouns = {path.split(" ")[0] for path in commands}
    for code in re.findall(r"`[^`\n]+`|^\$ .+$", TEXTS[page], re.MULTILINE):
        for noun, verb in _VERB.findall(code):
            assert noun in nouns | {"help"}, code
            if noun not in TREE and verb:
                known = (one for one in commands if f"{one} ".startswith(f"{noun} {verb} "))
                assert any(known), code


@pytest.mark.parametrize("page", TEXTS)
def test_every_make_verb_in_a_page_exists(page: str) -> None:
    """A newcomer types what stands there."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    verbs = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(_MAKE.findall(TEXTS[page])) <= verbs


@pytest.mark.parametrize("page", TEXTS)
def test_every_file_named_in_a_page_exists(page: str) -> None:
    """Paths in code style, from the top of the project."""
    named = _PATH.findall(TEXTS[page])
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", TEXTS)
def test_every_error_code_in_a_page_exists(page: str) -> None:
    """A code that nothing raises would send readers looking for it."""
    known = set(errors.error_classes()) | {one.code for all_ in SCHEMAS for one in all_.refusals}
    named = set(re.findall(r"`(E_[A-Z]+(?:_[A-Z]+)*)`", TEXTS[page]))
    assert named <= known


# --- the map and the dictionary -----------------------------------------------------------------


def test_the_map_says_which_rooms_are_not_built_yet() -> None:
    """Each row of ARCHITECTURE.md is a room of the package, or says that it comes later."""
    rows = re.findall(
        r"^\| (?:\d+|side) \| `(\w+)` \| (later: )?", TEXTS["ARCHITECTURE.md"], re.MULTILINE
    )
    package = ROOT / "src" / "tallystick"
    assert len(rows) > 15
    for room, later in rows:
        exists = (package / room / "__init__.py").exists() or (package / f"{room}.py").exists()
        assert exists is not bool(later), room


def test_the_glossarys_names_stand_in_the_code() -> None:
    """The column `in code` shows what a reader can search for."""
    code = "\n".join(
        source.read_text("utf-8") for source in (ROOT / "src" / "tallystick").rglob("*.py")
    )
    table = TEXTS["GLOSSARY.md"].split("Form of names")[0]
    cells = [line.split(" | ")[2] for line in table.splitlines() if line.count(" | ") >= 3]
    names = {
        name.rstrip("()") for cell in cells for name in re.findall(r"`@?(\w+(?:\(\))?)`", cell)
    }
    assert len(names) > 40
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", code)] == []


def test_decision_records_are_numbered_without_gaps_and_dated() -> None:
    """Each says what was decided, when, and whether it stands."""
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(len(records)))
    for record in records[1:]:
        text = record.read_text("utf-8")
        assert re.match(rf"# {record.name[:4]}[.:] \S", text), record.name
        assert re.search(r"Date: \d{4}-\d\d-\d\d", text), record.name
        assert re.search(r"Status: (accepted|proposed|replaced by \d{4})", text), record.name
