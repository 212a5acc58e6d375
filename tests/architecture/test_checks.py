# SPDX-License-Identifier: Apache-2.0
"""The checks can fail: each finds the fault planted for it and leaves good code alone."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest

from scripts import check_coverage, check_licences
from tests.architecture import checks, source, test_imports, test_sizes

HEADER = '# SPDX-License-Identifier: Apache-2.0\n"""Say what it is for."""\n'


def module(text: str, name: str = "tallystick.ledger.sample") -> source.Module:
    """Return a made-up module; one named like a room is taken for its face."""
    return source.parse(name, textwrap.dedent(text), is_package=name.count(".") <= 1)


PLANTED: list[tuple[Callable[[source.Module], list[str]], str]] = [
    (checks.impurities, "import time"),
    (checks.impurities, "from os import environ"),
    (checks.impurities, "def f():\n    import random"),
    (checks.impurities, "CACHE = {}"),
    (checks.impurities, "SEEN: set[int] = set()"),
    (checks.impurities, "import collections\nQUEUE = collections.deque()"),
    (checks.impurities, "def f():\n    global x\n    x = 1"),
    (checks.impurities, "def f(path):\n    return open(path)"),
    (checks.impurities, "import datetime\nnow = lambda: datetime.datetime.now()"),
    (checks.impurities, "from datetime import date\ndef f():\n    return date.today()"),
    (checks.strayed_bytes, "import hashlib"),
    (checks.strayed_bytes, "from json import dumps"),
    (checks.strayed_bytes, "def f():\n    import struct"),
    (checks.assert_statements, "def f(x):\n    assert x"),
    (checks.verifications_that_answer, "def verify_proof(x) -> bool: ..."),
    (checks.verifications_that_answer, "async def verify_proof(x): ..."),
    (checks.form, '"""No licence line."""\n'),
    (checks.form, "# SPDX-License-Identifier: Apache-2.0\nx = 1\n"),
    (checks.long_lines, "x = '" + "a" * 100 + "'"),
]

HARMLESS: list[tuple[Callable[[source.Module], list[str]], str]] = [
    (checks.impurities, "import datetime\nDAY = datetime.timedelta(days=1)"),
    (
        checks.impurities,
        "from datetime import datetime, UTC\ndef f(s):\n    return datetime.fromtimestamp(s, UTC)",
    ),
    (checks.impurities, "from collections.abc import Mapping\nTABLE: Mapping[str, int] = {'a': 1}"),
    (checks.impurities, "NAMES = frozenset({'a'})\nPAIRS = (1, 2)\n__all__ = ['NAMES']"),
    (checks.impurities, "def f(store):\n    seen = set()\n    return store.open(seen)"),
    (checks.strayed_bytes, "import msgspec\nfrom tallystick.crypto import sha256"),
    (checks.assert_statements, "def assertion(x):\n    return 'assert x'"),
    (
        checks.verifications_that_answer,
        "def verify_proof(x) -> None: ...\ndef is_known(x) -> bool: ...",
    ),
    (checks.form, HEADER),
    (checks.form, "#!/usr/bin/env python3\n" + HEADER),
    (checks.long_lines, "x = '" + "\u4e2d" * 90 + "'"),
]


@pytest.mark.parametrize(("check", "text"), PLANTED)
def test_a_planted_fault_is_found(check: Callable[[source.Module], list[str]], text: str) -> None:
    """A check that finds nothing proves nothing."""
    assert len(check(module(text))) >= 1


@pytest.mark.parametrize(("check", "text"), HARMLESS)
def test_good_code_is_left_alone(check: Callable[[source.Module], list[str]], text: str) -> None:
    """A check that cries wolf is soon switched off."""
    assert check(module(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from tallystick.ledger.sample import a",
        "from tallystick.ledger.sample import a\n__all__ = ['a', 'b']",
        "from tallystick.ledger.sample import a, b\n__all__ = ['a']",
        "from tallystick.ledger.sample import a\n__all__ = ['a', 'a']",
        "from tallystick.ledger.sample import a\na.start()\n__all__ = ['a']",
        "def f(): ...\n__all__ = ['f']",
        "import tallystick.ledger.sample\n__all__ = []",
    ],
)
def test_a_face_that_does_more_or_less_than_list_names_is_found(text: str) -> None:
    """A face is a list: what it lists and what it imports are the same names."""
    assert checks.face(module(HEADER + text, "tallystick.ledger"))


def test_only_some_faces_may_load_their_names_late() -> None:
    """What `TYPE_CHECKING` imports counts as listed, and there must be nothing else."""
    text = (
        HEADER + "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from tallystick.ledger.sample import a\n__all__ = ['a']\n"
        "def __getattr__(name): ...\n"
    )
    assert checks.face(module(text, "tallystick.testing")) == []
    assert checks.face(module(text + "def f(): ...\n", "tallystick.testing"))
    assert checks.face(module(text, "tallystick.ledger"))


def test_a_plain_face_is_left_alone() -> None:
    """Names imported and listed: nothing to say."""
    text = HEADER + "from tallystick.ledger.sample import a, b as c\n__all__ = ['a', 'c']"
    assert checks.face(module(text, "tallystick.ledger")) == []


def test_only_handlers_that_swallow_everything_are_listed() -> None:
    """What ends by raising swallows nothing; what names its errors is not broad."""
    text = """
        class Task:
            def run(self):
                try: ...
                except Exception: self.log()

        def clean():
            try: ...
            except BaseException:
                undo()
                raise

        def narrow():
            try: ...
            except (ValueError, OSError): ...

        def bare():
            try: ...
            except: ...
    """
    found = [name.split("::")[1] for name, _ in checks.broad_handlers(module(text))]
    assert found == ["Task.run", "bare"]


def draw(**files: str) -> dict[str, set[str]]:
    """Return the graph of made-up modules, named with `__` for a dot."""
    return source.graph(
        source.parse(f"tallystick.{name.replace('__', '.')}", text, is_package="__" not in name)
        for name, text in files.items()
    )


@pytest.mark.parametrize(
    "way_back",
    [
        "from tallystick.merkle import a",
        "import tallystick.merkle.a",
        "from tallystick.merkle.a import x",
        "from . import a",
        "from .a import x",
        "import typing\nif typing.TYPE_CHECKING:\n    from tallystick.merkle.a import x",
        "def f():\n    from tallystick.merkle.a import x",
    ],
)
def test_a_loop_is_found_however_it_is_hidden(way_back: str) -> None:
    """Typing-only, local and relative imports are ways back too."""
    edges = draw(
        merkle="",
        merkle__a="from tallystick.merkle.b import y",
        merkle__b=way_back,
    )
    assert source.loops(edges) == [["tallystick.merkle.a", "tallystick.merkle.b"]]


def test_a_straight_pile_has_a_longest_chain_and_no_loop() -> None:
    """Faces pass names on and do not count."""
    edges = draw(
        units="",
        crypto="from tallystick.crypto.hashing import B",
        crypto__hashing="from tallystick.units import A",
        merkle="from tallystick.crypto import B\nfrom tallystick.units import A",
    )
    assert source.loops(edges) == []
    assert source.longest_chain(edges, {"tallystick.crypto"}) == [
        "tallystick.merkle",
        "tallystick.crypto.hashing",
        "tallystick.units",
    ]


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("merkle", "crypto", True),
        ("merkle", "model", False),
        ("ledger", "contracts", False),
        ("client", "node", False),
        ("consensus", "ledger", False),
        ("storage", "execution", False),
        ("industries.evidence", "contracts", True),
        ("industries.evidence", "model", False),
        ("industries.evidence", "industries.invoices", False),
        ("errors", "units", False),
        ("cli", "", True),
        ("ledger", "", False),
    ],
)
def test_the_plan_is_read_as_it_is_meant(importer: str, imported: str, *, allowed: bool) -> None:
    """A few lines of the plan, spelled out."""
    assert test_imports.may_import(importer, imported) is allowed


def test_sizes_are_measured_as_people_count() -> None:
    """`elif` stands beside `if`, `self` is no parameter, inner functions count for themselves."""
    tree = ast.parse(
        textwrap.dedent(
            '''
            class A:
                def f(self, a, *, b=1, **rest):
                    """Doc."""
                    if a:
                        for x in b:
                            with x:
                                pass
                    elif b:
                        pass
                    elif rest:
                        while True:
                            pass
                    def inner():
                        if a: pass
            ''',
        ),
    )
    outer, inner = test_sizes.functions(tree)
    assert [outer[0], inner[0]] == ["A.f", "A.f.inner"]
    assert test_sizes.parameter_count(outer[1]) == 3
    assert test_sizes.line_count(outer[1]) == 13
    assert test_sizes.nesting(ast.Module(outer[1].body, [])) == 3
    assert test_sizes.nesting(ast.Module(inner[1].body, [])) == 1


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("LicenseRef-Own", False),
    ],
)
def test_a_licence_counts_only_if_it_can_be_met(expression: str, *, accepted: bool) -> None:
    """With OR we choose, with AND we must meet both."""
    assert check_licences.is_accepted(expression) is accepted


def test_a_room_below_its_floor_is_named() -> None:
    """One line not run in a room that must be complete is found and counted, so is a lost room."""

    def file(statements: int, covered: int) -> dict[str, dict[str, int]]:
        return {"summary": {"num_statements": statements, "covered_lines": covered}}

    report = {
        "files": {
            "src/tallystick/merkle/log.py": file(100, 99),
            "src/tallystick/node/loop.py": file(100, 91),
            "src/tallystick/client/verifier.py": file(10, 9),
            "src/tallystick/client/calls.py": file(90, 90),
        },
    }
    floors = check_coverage.Floors(90, {"merkle": 100, "ledger": 100}, ("client/verif*.py",))
    assert check_coverage.shortfalls(report, floors) == [
        "ledger: not measured at all",
        "client/verifier.py: 90.00 %, floor 100 %, 1 not run",
        "merkle: 99.00 %, floor 100 %, 1 not run",
    ]
