# SPDX-License-Identifier: Apache-2.0
"""Imports form floors: no loops, no way up, and only faces from outside."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.architecture import floors, source

FAN_OUT_MAX = 15
WIRING_ROOMS = {"node", "cli"}
INDUSTRY_STANDARD_LIBRARY = {
    "__future__",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",  # as the linter lets every contract: a story invents files, and hashes them
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
}


def inner_imports() -> list[source.Import]:
    """Return every import of a module of the package by another."""
    known = frozenset(module.name for module in source.package())
    return [
        found
        for module in source.package()
        for found in source.imports(module, known)
        if found.target.split(".")[0] == source.ROOT
    ]


def test_every_room_is_on_the_plan() -> None:
    """A new room needs a floor: the table in floors.py, ARCHITECTURE.md and a decision record."""
    rooms = {module.room.split(".")[0] for module in source.package()} - {""}
    assert rooms <= set(floors.MAY_IMPORT)


def test_no_room_has_a_name_without_content() -> None:
    """Names such as `utils` say nothing about what is inside."""
    named = {
        part: module.path
        for module in source.package()
        for part in module.name.split(".")[1:]
        if part in floors.BANNED_ROOM_NAMES
    }
    assert not named


def test_nothing_imports_in_a_loop() -> None:
    """Loops are counted with typing-only and local imports, which only hide them."""
    assert source.loops(source.graph(source.package())) == []


def test_every_room_imports_only_what_its_floor_allows() -> None:
    """Downward only, and sideways only where the table says so."""
    wrong = [
        f"{found.at}: {found.importer.room or 'the root'} imports {found.target}"
        for found in inner_imports()
        if not may_import(found.importer.room, source.room_of(found.target))
    ]
    source.expect_none(wrong)


def may_import(importer: str, imported: str) -> bool:
    """Return whether the table lets one room import another."""
    if importer in {imported, ""}:
        return True
    if imported == "":
        # Only `from tallystick import __version__`, and only where a door shows it.
        return importer in {"api", "cli", "client", "node"}
    if importer.startswith("industries."):
        return imported in floors.MAY_IMPORT["industries"]
    return imported in floors.MAY_IMPORT.get(importer, ())


def test_outsiders_import_only_a_rooms_face() -> None:
    """`from tallystick.merkle import x`, never `from tallystick.merkle.log import x`."""
    wrong = [
        f"{found.at}: {found.target} is not the face of its room"
        for found in inner_imports()
        if source.room_of(found.target) != found.importer.room
        and found.target not in {source.ROOT, f"{source.ROOT}.{source.room_of(found.target)}"}
        and found.target not in {f"{source.ROOT}.{inner}" for inner in floors.INNER_FACES}
    ]
    source.expect_none(wrong)


def test_nobody_inside_imports_the_own_face() -> None:
    """Siblings import files by path: a face that its own files import is half of a loop."""
    wrong = [
        f"{found.at}: imports its own face {found.target}"
        for found in inner_imports()
        if found.importer.room
        and found.importer.room == source.room_of(found.target)
        and found.target in own_faces(found.importer)
    ]
    source.expect_none(wrong)


def own_faces(module: source.Module) -> set[str]:
    """Return the faces that a module stands behind: its room's, and that of a folder inside it."""
    inner = {f"{source.ROOT}.{name}" for name in floors.INNER_FACES}
    return {f"{source.ROOT}.{module.room}"} | {
        name for name in inner if module.name.startswith(f"{name}.")
    }


def test_imports_are_absolute() -> None:
    """A full path says which room a name comes from."""
    wrong = [
        found.at
        for found in inner_imports()
        if isinstance(found.node, ast.ImportFrom) and found.node.level
    ]
    source.expect_none(wrong)


def test_only_wiring_rooms_fan_out() -> None:
    """A file that needs more than fifteen others is two files, unless it wires rooms together."""
    faces = {module.name for module in source.package() if module.path.name == "__init__.py"}
    wide = {
        name: len(targets)
        for name, targets in source.graph(source.package()).items()
        if len(targets) > FAN_OUT_MAX
        and source.room_of(name) not in WIRING_ROOMS
        and name not in faces  # a face lists its room
    }
    assert wide == {}


def test_the_platform_never_imports_an_industry_by_name() -> None:
    """Built-ins use the plug-in door: the entry point group `tallystick.contracts`."""
    wrong = [
        found.at
        for found in inner_imports()
        if source.room_of(found.target).startswith("industries")
        and not found.importer.room.startswith("industries")
    ]
    source.expect_none(wrong)


def test_an_industry_needs_only_the_contract_face_and_plain_python() -> None:
    """What a stranger's package could not import, a built-in does not import either."""
    known = frozenset(module.name for module in source.package())
    wrong = [
        f"{found.at}: {found.target}"
        for module in source.package()
        if module.room.startswith("industries")
        for found in source.imports(module, known)
        if found.target.split(".")[0] != source.ROOT
        and found.target not in INDUSTRY_STANDARD_LIBRARY
    ]
    source.expect_none(wrong)


def test_errors_and_units_need_only_the_standard_library() -> None:
    """The ground floor stands on nothing."""
    known = frozenset(module.name for module in source.package())
    wrong = [
        f"{found.at}: {found.target}"
        for module in source.package()
        if module.room in floors.GROUND
        for found in source.imports(module, known)
        if found.target.split(".")[0] not in {*sys.stdlib_module_names, source.ROOT}
    ]
    source.expect_none(wrong)


@pytest.mark.parametrize("room", sorted(floors.MAY_IMPORT))
def test_the_plan_itself_has_no_way_up(room: str) -> None:
    """If a room may import another, that one may not, even through others, import it back."""
    reached: set[str] = set()
    waiting = list(floors.MAY_IMPORT[room])
    while waiting:
        below = waiting.pop()
        if below not in reached:
            reached.add(below)
            waiting.extend(floors.MAY_IMPORT[below])
    assert room not in reached
