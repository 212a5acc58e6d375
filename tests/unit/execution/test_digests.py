# SPDX-License-Identifier: Apache-2.0
"""The digest of a contract covers its sources, all of them and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module, invalidate_caches
from pathlib import Path

import pytest

from tallystick.contracts import Contract
from tallystick.contracts.registers import Assets
from tallystick.crypto import sha256
from tallystick.encoding import Value, encode
from tallystick.errors import InvalidContract
from tallystick.execution import contract_digest
from tallystick.execution.digests import contract_sources

SOURCE = """
from tallystick.contracts import (Contract,)

class Sample(Contract, name="sample", version=1):
    '''A contract.'''
"""


@pytest.fixture(autouse=True)
def forgotten_modules() -> Iterator[None]:
    """Forget the modules that a test has imported."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str], module: str
) -> type[Contract]:
    """Write files, import `module` and return its contract."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(folder)
    invalidate_caches()
    found: type[Contract] = import_module(module).Sample
    return found


def listing(**files: str) -> bytes:
    """Return the digest of files as docs/spec/governance.md says it."""
    listed: list[Value] = [[name, sha256(text.encode())] for name, text in sorted(files.items())]
    return sha256(encode(listed))


def test_a_module_of_its_own_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other modules beside it belong to others."""
    files = {"digest_single.py": SOURCE, "digest_beside.py": "x = 1"}
    contract = install(tmp_path, monkeypatch, files, "digest_single")
    assert contract_digest(contract) == listing(**{"digest_single.py": SOURCE})


def test_a_package_is_all_its_python_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With sub-folders, without data and compiled files; other versions beside it do not count."""
    files = {
        "digest_pack/__init__.py": "",
        "digest_pack/v1/__init__.py": "from .contract import Sample",
        "digest_pack/v1/contract.py": SOURCE + "\nfrom .parts import deep\nimport json",
        "digest_pack/v1/parts/__init__.py": "from digest_pack.v1.parts import deep",
        "digest_pack/v1/parts/deep.py": "",
        "digest_pack/v1/notes.txt": "no source",
        "digest_pack/v2/__init__.py": "another version",
    }
    contract = install(tmp_path, monkeypatch, files, "digest_pack.v1")
    inside = {
        name.removeprefix("digest_pack/v1/"): text
        for name, text in files.items()
        if name.startswith("digest_pack/v1/") and name.endswith(".py")
    }
    assert contract_digest(contract) == listing(**inside)


@pytest.mark.parametrize("line", ["from .. import shared", "import digest_wide.shared"])
def test_a_version_that_uses_its_package_outside_its_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """The digest would stay the same while what runs has changed."""
    files = {
        "digest_wide/__init__.py": "",
        "digest_wide/shared.py": "",
        "digest_wide/v1/__init__.py": f"{line}\n{SOURCE}",
    }
    contract = install(tmp_path, monkeypatch, files, "digest_wide.v1")
    with pytest.raises(InvalidContract, match="which its digest does not cover"):
        contract_digest(contract)


def test_sources_that_are_gone_are_no_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can compare what nobody can read."""
    contract = install(tmp_path, monkeypatch, {"digest_gone.py": SOURCE}, "digest_gone")
    (tmp_path / "digest_gone.py").unlink()
    with pytest.raises(InvalidContract, match="sources cannot be read"):
        contract_digest(contract)


def test_a_contract_without_a_file_has_no_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One typed into a shell, for example."""
    contract = install(tmp_path, monkeypatch, {"digest_typed.py": SOURCE}, "digest_typed")
    monkeypatch.setattr(sys.modules["digest_typed"], "__file__", None)
    with pytest.raises(InvalidContract, match="no file"):
        contract_digest(contract)


def test_sources_that_changed_are_not_passed_off_as_those_of_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs was read before; whoever wants to see it must not be shown something else."""
    contract = install(tmp_path, monkeypatch, {"digest_edited.py": SOURCE}, "digest_edited")
    assert contract_sources(contract) == {"digest_edited.py": SOURCE.encode()}
    (tmp_path / "digest_edited.py").write_text(SOURCE + "# mended")
    with pytest.raises(InvalidContract, match="changed after their digest was made"):
        contract_sources(contract)


def test_a_built_in_contract_has_the_digest_of_its_folder() -> None:
    """The platform around it has a version of its own."""
    folder = Path(str(sys.modules["tallystick.contracts.registers"].__file__)).parent
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}
    assert contract_digest(Assets) == listing(**files)
