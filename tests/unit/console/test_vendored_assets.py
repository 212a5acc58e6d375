# SPDX-License-Identifier: Apache-2.0
"""Files of other projects: each written down with its digest and licence, few, and small."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from scripts.check_licences import ACCEPTED
from scripts.vendor_console_assets import (
    CONSOLE,
    INPUTS,
    LOCK_NAME,
    PROJECT,
    TEST_VENDOR,
    VENDOR,
    classes_of,
    icon_names,
)

FIRST_PAGE: Final = ("tabler.min.css", "icons.svg", "htmx.min.js")
KIB: Final = 1_024


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the lock of a folder by file name."""
    listed = json.loads((folder / LOCK_NAME).read_text(encoding="utf-8"))["files"]
    return {one["file"]: one for one in listed}


def packed_bytes(*paths: Path) -> int:
    """Return how much files weigh on the wire."""
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


def own_files() -> list[Path]:
    """Return our own scripts and sheets of the console."""
    return [path for suffix in ("css", "js") for path in CONSOLE.glob(f"static/*.{suffix}")]


def classes_in(page: str) -> set[str]:
    """Return the classes that a page or a template spells out."""
    without_steps = re.sub(r"\{%.*?%\}", " ", page, flags=re.DOTALL)
    fixed = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*", " ", without_steps, flags=re.DOTALL)
    return {name for value in re.findall(r'\bclass="([^"]*)"', fixed) for name in value.split()}


def purged_away(page: str, whole: set[str], kept: set[str]) -> set[str]:
    """Return the classes of the kit that a page uses and its style sheet no longer has."""
    return classes_in(page) & whole - kept


@pytest.mark.parametrize("folder", [VENDOR, TEST_VENDOR], ids=["console", "tests"])
def test_every_vendored_file_is_in_the_lock_with_its_digest_and_nothing_else_is_there(
    folder: Path,
) -> None:
    """What is served is what was reviewed."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LOCK_NAME
    }
    locked = rows(folder)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == {
        name: one["sha256"] for name, one in locked.items()
    }
    assert {name: len(content) for name, content in found.items()} == {
        name: one["bytes"] for name, one in locked.items()
    }


@pytest.mark.parametrize("folder", [VENDOR, TEST_VENDOR], ids=["console", "tests"])
def test_every_vendored_package_has_a_licence_we_accept_with_its_text_and_a_line_in_notice(
    folder: Path,
) -> None:
    """A permission that is not passed on is none."""
    notice = (PROJECT / "NOTICE").read_text(encoding="utf-8")
    locked = rows(folder).values()
    assert {one["licence"] for one in locked} <= ACCEPTED
    packages = {one["package"] for one in locked}
    assert packages == {one["package"] for one in locked if one["file"].startswith("licences/")}
    spoken = {f"{one['package']} {one['version']}" for one in locked}
    assert {name for name in spoken if name not in notice} == set()


def test_what_is_vendored_is_what_the_pinned_packages_give() -> None:
    """The lock and package.json name the same versions: nobody changed one and forgot the other."""
    asked = json.loads((INPUTS / "package.json").read_text(encoding="utf-8"))
    pinned = asked["dependencies"] | asked["devDependencies"]
    locked = [*rows(VENDOR).values(), *rows(TEST_VENDOR).values()]
    made = {one["package"]: one["version"] for one in locked}
    assert {name: made[name] for name in pinned.keys() & made.keys()} == {
        name: pinned[name] for name in pinned.keys() & made.keys()
    }
    assert "resolved" not in (INPUTS / "package-lock.json").read_text(encoding="utf-8")


def test_the_sprite_has_each_icon_of_the_list_once() -> None:
    """An icon that is missing shows nothing, and no error."""
    sprite = (VENDOR / "icons.svg").read_text(encoding="utf-8")
    names = icon_names((INPUTS / "icons.txt").read_text(encoding="utf-8"))
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == names
    assert not re.search(r"<script|\bstyle=|\bon\w+=|href", sprite)


def test_the_style_sheet_has_every_class_of_the_kit_that_a_template_spells_out() -> None:
    """Else run `make console-assets`: the sheet is purged to what templates use."""
    whole = set((INPUTS / "tabler-classes.txt").read_text(encoding="utf-8").split())
    kept = classes_of((VENDOR / "tabler.min.css").read_text(encoding="utf-8"))
    lost = {
        f"{path.name}: {name}"
        for path in CONSOLE.glob("templates/**/*.html")
        for name in purged_away(path.read_text(encoding="utf-8"), whole, kept)
    }
    assert lost == set()
    assert {"btn", "card", "page", "table"} <= kept <= whole


def test_a_class_that_was_purged_and_is_used_is_found() -> None:
    """Also beside parts that a template fills in; our own classes are none of Tabler's."""
    page = '<a class="btn btn-{{ kind }} lost {% if here %}here{% endif %} ours"></a>'
    assert classes_in(page) == {"btn", "lost", "here", "ours"}
    assert purged_away(page, {"btn", "lost"}, {"btn"}) == {"lost"}
    assert classes_of("@media print{.a .b:hover{top:.5em}}.c-1{}") == {"a", "b", "c-1"}


def test_scripts_and_sheets_load_nothing_from_elsewhere() -> None:
    """No source map, no import, no font: a page's own origin is all there is."""
    for path in VENDOR.iterdir():
        if path.suffix in {".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"sourceMappingURL|@import|url\((?![\"']?data:)", text), path.name


def test_the_first_page_weighs_at_most_120_kib_and_a_page_with_charts_320() -> None:
    """Compressed, our own scripts and sheets included."""
    first = packed_bytes(*(VENDOR / name for name in FIRST_PAGE), *own_files())
    assert first <= 120 * KIB
    assert first + packed_bytes(VENDOR / "echarts.min.js") <= 320 * KIB


def test_the_style_sheet_is_purged_to_what_pages_use() -> None:
    """A quarter of the kit; the whole of it would be most of the first page's weight."""
    assert packed_bytes(VENDOR / "tabler.min.css") <= 40 * KIB
