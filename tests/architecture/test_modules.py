# SPDX-License-Identifier: Apache-2.0
"""What every file of the package owes its reader and its caller."""

from __future__ import annotations

import json
from pathlib import Path

from tests.architecture import checks, floors, source

BROAD_HANDLERS = Path(__file__).with_name("broad_handlers.json")


def in_rooms(rooms: frozenset[str] | set[str]) -> list[source.Module]:
    """Return the modules of the named rooms."""
    return [module for module in source.package() if module.room in rooms]


def test_every_file_has_a_licence_line_and_says_what_it_is_for() -> None:
    """The first two lines of a file are for the lawyer and for the reader."""
    files = (*source.package(), *source.suite())
    source.expect_none(wrong for module in files for wrong in checks.form(module))


def test_no_line_is_too_long() -> None:
    """Two panes side by side: a hundred characters, Chinese ones counted as one."""
    files = (*source.package(), *source.suite())
    source.expect_none(wrong for module in files for wrong in checks.long_lines(module))


def test_the_package_has_no_assert_statements() -> None:
    """`assert` vanishes under `python -O`; `invariant()` does not."""
    files = source.package()
    source.expect_none(wrong for module in files for wrong in checks.assert_statements(module))


def test_every_face_only_lists_public_names() -> None:
    """One face per room: it re-exports, and `__all__` is exactly what it re-exports."""
    packages = [module for module in source.package() if module.is_package]
    source.expect_none(wrong for module in packages for wrong in checks.face(module))


def test_the_pure_rooms_reach_nothing_outside() -> None:
    """Time, entropy and storage come in as arguments."""
    pure = in_rooms(floors.PURE_ROOMS)
    source.expect_none(wrong for module in pure for wrong in checks.impurities(module))


def test_the_formats_of_the_outside_world_reach_nothing_outside() -> None:
    """Of the folders of `interchange` only the bank's has a disk, and only `identity` a network."""
    harmless = {"importlib", "io"}
    known = frozenset(module.name for module in source.package())
    source.expect_none(
        f"{found.at}: imports {found.target}"
        for module in in_rooms({"interchange"})
        if module.name.split(".")[2:3] not in (["bank"], ["identity"])
        for found in source.imports(module, known)
        if found.target.split(".")[0] in checks.OUTSIDE_WORLD - harmless
        and found.target != "urllib.parse"  # spells and reads addresses, and opens none
    )


def test_canonical_bytes_have_one_home() -> None:
    """Below floor 7 only `encoding` lays out bytes and only `crypto` hashes them."""
    below = in_rooms(floors.BELOW_FLOOR_7)
    source.expect_none(wrong for module in below for wrong in checks.strayed_bytes(module))


def test_verification_raises_and_returns_nothing() -> None:
    """A forgotten `if` around a bool is a forged receipt; an exception cannot be forgotten."""
    files = source.package()
    source.expect_none(
        wrong for module in files for wrong in checks.verifications_that_answer(module)
    )


def test_broad_handlers_stand_only_where_the_list_says_why() -> None:
    """Nothing is swallowed except at an outermost edge, with a reason."""
    allowed = json.loads(BROAD_HANDLERS.read_text(encoding="utf-8"))
    found = dict(pair for module in source.package() for pair in checks.broad_handlers(module))
    unlisted = sorted(found[name] for name in found.keys() - allowed.keys())
    source.expect_none(f"{place}: swallows everything; give it a reason" for place in unlisted)
    source.expect_none(f"{name}: no longer there" for name in allowed.keys() - found.keys())
    assert all(reason.strip() for reason in allowed.values())
