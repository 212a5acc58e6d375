#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the protobuf stubs of consensus/cometbft/proto from the engine's own .proto files.

    python scripts/make_abci_stubs.py            # writes them
    python scripts/make_abci_stubs.py --check    # writes nothing, fails when they are stale

Needs Go, for the module cache, and makes an environment of its own in build/stubs from
requirements-stubs.lock: the compiler is not needed to run or to test Tallystick. The sources are
changed in three ways, none of which changes a byte on the wire: options for the Go generator are
taken out, the files are imported from our package, and the protobuf package `tendermint` is called
`tallystick.cometbft`, so that another library with these messages can live in the same process.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1]
MODULE: Final = "github.com/cometbft/cometbft"
VERSION: Final = "v0.40.0"
PLACE: Final = "tallystick/consensus/cometbft/proto"
TARGET: Final = PROJECT / "src" / PLACE
LOCK: Final = PROJECT / "requirements-stubs.lock"
BUILD: Final = PROJECT / "build" / "stubs"

SOURCES: Final = {
    "tendermint/abci/types.proto": "abci",
    "tendermint/crypto/keys.proto": "keys",
    "tendermint/crypto/proof.proto": "proof",
    "tendermint/types/params.proto": "params",
    "tendermint/types/validator.proto": "validator",
}
"""File of the engine -> name of ours."""

HEAD: Final = (
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# Written by scripts/make_abci_stubs.py from CometBFT, see VERSION.md; do not edit.\n"
)

PAPER: Final = """\
# Messages of the CometBFT socket, generated

- Source: `{module}` {version}, Apache-2.0 (Cosmos Labs and the CometBFT authors; the licence text is `LICENSE` of this project, the notice is `NOTICE` beside this file).
- Changed: options for the Go generator removed, file names and the protobuf package renamed; field numbers and types are the engine's.
- Generator: {compiler}, of `grpcio-tools` {tools}.
- Renew: `python scripts/make_abci_stubs.py`; `--check` says whether anything changed.

| file | SHA-256 |
| --- | --- |
"""


def module_folder() -> Path:
    """Return where Go keeps the source of the pinned engine; fetched if it is not there yet."""
    asked = ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    with tempfile.TemporaryDirectory() as outside:  # not below a go.mod of somebody else
        answer = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=outside)
    return Path(json.loads(answer.stdout)["Dir"])


def compiler_python() -> Path:
    """Return an interpreter that has the locked grpcio-tools."""
    python = BUILD / "venv" / "bin" / "python"
    stamp = BUILD / "stamp"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", BUILD / "venv"], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        subprocess.run(
            [*pip, "--quiet", "--require-hashes", "--requirement", str(LOCK)], check=True
        )
        stamp.write_text(wanted, encoding="utf-8")
    return python


def adapted(source: str) -> str:
    """Return a .proto file without Go options, under our names."""
    text = re.sub(r'^import "gogoproto/.*\n', "", source, flags=re.MULTILINE)
    text = re.sub(r"^\s*option \(gogoproto\..*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r'\(gogoproto\.\w+\)\s*=\s*(?:"[^"]*"|\w+)\s*,?', "", text)
    text = re.sub(r",(\s*\])", r"\1", text)
    text = re.sub(r"\s*\[\s*\]", "", text)
    for path, name in SOURCES.items():
        text = text.replace(f'"{path}"', f'"{PLACE}/{name}.proto"')
    text = re.sub(r"^option go_package.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\btendermint\.", "tallystick.cometbft.", text)


def generate(folder: Path) -> None:
    """Write the stubs and their paper into an empty folder."""
    python = compiler_python()
    engine = module_folder()
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch, "in", PLACE)
        made = Path(scratch, "out")
        sources.mkdir(parents=True)
        made.mkdir()
        for path, name in SOURCES.items():
            text = (engine / "proto" / path).read_text(encoding="utf-8")
            (sources / f"{name}.proto").write_text(adapted(text), encoding="utf-8")
        protoc = [str(python), "-m", "grpc_tools.protoc"]
        names = [f"{PLACE}/{name}.proto" for name in SOURCES.values()]
        folders = [f"-I{sources.parents[3]}", f"--python_out={made}", f"--pyi_out={made}"]
        subprocess.run([*protoc, *folders, *names], check=True, cwd=scratch)
        for stub in sorted((made / PLACE).iterdir()):
            text = HEAD + stub.read_text(encoding="utf-8")
            (folder / stub.name).write_text(text, encoding="utf-8")
    shutil.copyfile(engine / "NOTICE", folder / "NOTICE")
    face = '"""Messages of the CometBFT socket, generated; what they came from stands in VERSION.md."""\n'
    (folder / "__init__.py").write_text(HEAD.split("\n", 1)[0] + "\n" + face, encoding="utf-8")
    (folder / "VERSION.md").write_text(paper(folder, python), encoding="utf-8")


def paper(folder: Path, python: Path) -> str:
    """Return what the stubs came from, with a digest of each file."""
    said = subprocess.run(
        [python, "-m", "grpc_tools.protoc", "--version"],
        check=True,
        capture_output=True,
        text=True,
    )
    tools = re.search(r"^grpcio-tools==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    head = PAPER.format(
        module=MODULE,
        version=VERSION,
        compiler=said.stdout.strip(),
        tools=tools[1] if tools else "?",
    )
    rows = [
        f"| `{path.name}` | `{sha256(path.read_bytes()).hexdigest()}` |\n"
        for path in sorted(folder.iterdir())
        if path.name != "VERSION.md"
    ]
    return head + "".join(rows)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def main() -> int:
    """Write the stubs, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the stubs are stale")
    is_check = parser.parse_args().check
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(fresh)
        generate(folder)
        if is_check:
            is_stale = contents(folder) != contents(TARGET)
            if is_stale:
                print("the stubs are stale: python scripts/make_abci_stubs.py", file=sys.stderr)
            return int(is_stale)
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir(parents=True)
        for name, data in contents(folder).items():
            (TARGET / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
