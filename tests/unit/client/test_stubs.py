# SPDX-License-Identifier: Apache-2.0
"""The typed package: a type checker takes right programs by it and refuses wrong ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tallystick.client import STUBS_PACKAGE, ContractSchema, stub_package
from tallystick.contracts import schema_of
from tallystick.industries.evidence import Evidence
from tests.unit.api.fund import Fund
from tests.unit.contracts.samples import Shop

PROJECT = Path(__file__).parents[3]
RIGHT = """\
import asyncio
from datetime import date
from decimal import Decimal

from tally_contracts import connect, connect_async
from tallystick.client import Money, PendingAction

with connect() as net:
    done = net.fund.raising.open("C-1", "Schools", Decimal("12.50"), due=date(2026, 1, 1))
    goal: int | Money = done.result.goal
    day: date | None = done.result.due
    pending = net.fund.raising.close("C-1", wait=False)
    pending.result(timeout_ms=5)
    net.fund.raising.open("C-2", "t", 1, contact={"name": "Li"})
    net.fund.raising.give("C-1", 1, 5, wait=True)
    try:
        net.fund.raising.show("C-1")
    except net.fund.raising.errors.CampaignExists as error:
        print(error.id, error.opened_at.year)
    for row in net.table("fund.raising.campaigns").where(status="OPEN").order_by("-due"):
        print(row.title.upper(), row.status == "OPEN")
    net.contract("evidence").deposit_many([{"sha256": "", "size": 1, "title": "t"}])
    net.shop.stock("x", 1, parts=[{"name": "wheel"}])
    print(net.status().height)


async def work() -> None:
    async with connect_async() as net:
        shown = await net.fund.raising.show("C-1")
        print(shown.goal)
        async for row in net.table("fund.raising.gifts"):
            print(row.number + 1)
"""
WRONG = {
    "net.fund.raising.open('C-1', 'Schools')": "open",
    "net.fund.raising.open('C-1', 'Schools', 1.5)": "open",
    "net.fund.raising.open('C-1', 't', 1, colour='red')": "open",
    "net.fund.raising.open('C-1', 't', 1, due='soon')": "open",
    "net.fund.raising.open('C-1', 't', 1, contact={'mail': ''})": "open",
    "net.fund.raising.shut('C-1')": "shut",
    "net.fund.rising.close('C-1')": "rising",
    "net.fund.raising.errors.Nothing": "Nothing",
    "net.fund.raising.show('C-1').due.year": "year",
    "net.fund.raising.show('C-1').goal.upper()": "upper",
    "net.nothing()": "nothing",
}


def schemas() -> list[ContractSchema]:
    """Return the schemas of three contracts as a node sends them."""
    return [
        msgspec.convert(msgspec.to_builtins(schema_of(one)), ContractSchema)
        for one in (Shop, Fund, Evidence)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package in it."""
    folder = tmp_path_factory.mktemp("program")
    package = folder / STUBS_PACKAGE
    package.mkdir()
    for name, text in stub_package(schemas()).items():
        (package / name).write_text(text, encoding="utf-8")
    return folder


def check(folder: Path, program: str) -> tuple[int, str]:
    """Return mypy's exit code and words about a program."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", ""]
    found = subprocess.run(
        [*command, "--cache-dir", str(folder / "cache"), "program.py"],
        cwd=folder,
        env={"MYPYPATH": str(PROJECT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.returncode, found.stdout + found.stderr


def test_a_type_checker_knows_contracts_by_the_package(folder: Path) -> None:
    """Right programs pass in strict mode; each wrong line is found, and nothing else."""
    code, said = check(folder, RIGHT)
    assert code == 0, said
    head = "from tally_contracts import connect\n\nnet = connect()\n"
    code, said = check(folder, head + "\n".join(WRONG) + "\n")
    assert code == 1
    lines = {int(one.split(":")[1]): one for one in said.splitlines() if ": error: " in one}
    for number, word in enumerate(WRONG.values(), head.count("\n") + 1):
        assert word in lines.get(number, ""), (number, word, said)
    assert len(lines) == len(WRONG), said


def test_the_package_is_importable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is the client itself at run time."""
    import tallystick.client

    monkeypatch.syspath_prepend(str(folder))
    found = __import__(STUBS_PACKAGE)
    assert found.connect is tallystick.client.connect


def test_a_contract_may_use_any_name() -> None:
    """Names that Python, a mapping or the package need themselves are got round."""
    label = {"zh": "甲", "en": "a"}
    text = {"type": {"kind": "text"}, "label": label}
    schema = msgspec.convert(
        {
            "name": "a-b",
            "version": 1,
            "label": label,
            "description": label,
            "methods": [
                {"name": n, "kind": "action", "label": label, "description": label}
                | {"arguments": [{"name": "import", **text}], "result": {"kind": "text"}}
                for n in ("import", "table", "go")
            ],
            "tables": [
                {"name": "t", "label": label, "record": "Money", "key": ["id"]}
                | {"fields": [{"name": "items", **text}, {"name": "id", **text}]}
            ],
        },
        ContractSchema,
    )
    below = msgspec.structs.replace(schema, name="a-b.c")
    files = stub_package([schema, below])
    stub = files["_a_b.pyi"]
    assert "class Money_(TypedItem):\n    id: str\n" in stub
    assert "def import" not in stub
    assert "def table" not in stub
    assert "def go(self, *, wait: Literal[True] = ...) -> ActionResult[str]" in stub
    for name, text_ in files.items():
        compile(text_, name, "exec")
    assert "class Names_a_b(_a_b.Desk_):\n    c: _a_b_c.Desk_" in files["__init__.pyi"]
    assert stub_package([])["__init__.pyi"]
