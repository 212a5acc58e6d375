#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the files of other projects that the console's pages load, from pinned npm packages.

Nothing is fetched when Tallystick is installed or runs: what this writes is committed. npm installs
what `console_assets/package-lock.json` pins by digest, without running the packages' scripts; then
each file is copied, bundled, purged or drawn, and written down in `assets.lock.json` beside it with
the licence texts. The same inputs give the same bytes.

    make console-assets               the files again: after templates or icons.txt changed
    make console-assets ARGS=--lock   the lock too: after package.json changed
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lxml import etree

PROJECT: Final = Path(__file__).resolve().parents[1]
INPUTS: Final = PROJECT / "scripts" / "console_assets"
WORK: Final = PROJECT / "build" / "console-assets"
MODULES: Final = WORK / "node_modules"
CONSOLE: Final = PROJECT / "src" / "tallystick" / "console"
VENDOR: Final = CONSOLE / "static" / "vendor"
TEST_VENDOR: Final = PROJECT / "tests" / "browser" / "vendor"
LOCK_NAME: Final = "assets.lock.json"

SHEET: Final = "@tabler/core/dist/css/tabler.min.css"
SVG: Final = "{http://www.w3.org/2000/svg}"
SPDX: Final = {"BSD-0-Clause": "0BSD"}
"""Licences as a package spells them -> SPDX identifiers."""

Make = Callable[[], bytes]


def copied(path: str) -> Make:
    """Return how to take a file of a package as it is."""
    return (MODULES / path).read_bytes


def bundled(path: Path, package: str, *options: str) -> Make:
    """Return how to put a script and what it imports into one small file with its name on top."""
    banner = f"/*! {package}; see licences. */"
    program = str(MODULES / ".bin" / "esbuild")
    shape = ("--minify", "--charset=utf8", "--legal-comments=none", "--target=es2020")
    return lambda: run(program, str(path), *shape, *options, f"--banner:js={banner}")


def purged() -> bytes:
    """Return Tabler's style sheet without what no page uses; all of it while there are no pages."""
    sheet = re.sub(rb"\s*/\*# sourceMappingURL=.*?\*/", b"", (MODULES / SHEET).read_bytes())
    pages = sorted(CONSOLE.glob("templates/**/*.html"))
    if not pages:
        return sheet
    whole = WORK / "tabler.css"
    whole.write_bytes(sheet)
    code = [*sorted(CONSOLE.glob("**/*.py")), *sorted(CONSOLE.glob("static/*.js"))]
    files = [str(path) for path in (*pages, *code)]
    return run("node", "purge.mjs", str(whole), "safelist.txt", *files)


def classes_of(sheet: str) -> set[str]:
    """Return the names of classes in the selectors of a style sheet."""
    return set(re.findall(r"\.(-?[A-Za-z_][\w-]*)(?=[^{}]*\{)", sheet))


def icon_names(text: str) -> list[str]:
    """Return the names in a list of icons, in alphabetical order."""
    lines = (line.strip() for line in text.splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def drawn() -> bytes:
    """Return one SVG with a symbol for each icon of the list.

    A page shows one by `<svg class="icon"><use href="…/icons.svg#home"/></svg>`; the width of its
    lines comes from the class.
    """
    names = icon_names((INPUTS / "icons.txt").read_text(encoding="utf-8"))
    symbols = (symbol(name, MODULES / f"@tabler/icons/icons/outline/{name}.svg") for name in names)
    return "\n".join(('<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", "")).encode()


def attributes(shape: etree._Element) -> str:
    """Return the attributes of a shape as they stand in its tag."""
    return "".join(f' {name!s}="{value!s}"' for name, value in shape.items())


def symbol(name: str, path: Path) -> str:
    """Return the lines of an icon as a symbol, without the invisible square around them."""
    if not path.is_file():
        sys.exit(f"icons.txt: Tabler has no icon {name!r}")
    shapes = "".join(
        f"<{shape.tag.removeprefix(SVG)}{attributes(shape)}/>"
        for shape in etree.parse(path).getroot().iterchildren(f"{SVG}*")
        if shape.get("stroke") != "none"
    )
    head = f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ends = 'stroke-linecap="round" stroke-linejoin="round">'
    return f"{head} {ends}{shapes}</symbol>"


CONSOLE_FILES: Final[Mapping[str, tuple[str, Make]]] = {
    "tabler.min.css": ("@tabler/core", purged),
    "icons.svg": ("@tabler/icons", drawn),
    "htmx.min.js": ("htmx.org", copied("htmx.org/dist/htmx.min.js")),
    "sha256.umd.min.js": ("hash-wasm", copied("hash-wasm/dist/sha256.umd.min.js")),
    "sha512.umd.min.js": ("hash-wasm", copied("hash-wasm/dist/sha512.umd.min.js")),
    "sm3.umd.min.js": ("hash-wasm", copied("hash-wasm/dist/sm3.umd.min.js")),
    "jsqr.min.js": ("jsqr", bundled(MODULES / "jsqr/dist/jsQR.js", "jsQR, Apache-2.0")),
    "echarts.min.js": (
        "echarts",
        bundled(
            WORK / "echarts.js",
            "Apache ECharts, Apache-2.0",
            "--bundle",
            "--format=iife",
            "--global-name=echarts",
        ),
    ),
    "age.min.js": (
        "age-encryption",
        bundled(WORK / "age.js", "age-encryption, BSD-3-Clause", "--bundle", "--format=esm"),
    ),
    "sealed-keys.min.js": (
        "@noble/ciphers",
        bundled(
            WORK / "sealed_keys.js",
            "noble-ciphers, MIT, and hash-wasm, MIT",
            "--bundle",
            "--format=esm",
        ),
    ),
    "licences/age-encryption.txt": ("age-encryption", copied("age-encryption/LICENSE")),
    "licences/noble-ciphers.txt": ("@noble/ciphers", copied("@noble/ciphers/LICENSE")),
    "licences/noble-curves.txt": ("@noble/curves", copied("@noble/curves/LICENSE")),
    "licences/noble-hashes.txt": ("@noble/hashes", copied("@noble/hashes/LICENSE")),
    "licences/noble-post-quantum.txt": (
        "@noble/post-quantum",
        copied("@noble/post-quantum/LICENSE"),
    ),
    "licences/scure-base.txt": ("@scure/base", copied("@scure/base/LICENSE")),
    "licences/tabler.txt": ("@tabler/core", (INPUTS / "tabler-licence.txt").read_bytes),
    "licences/tabler-icons.txt": ("@tabler/icons", copied("@tabler/icons/LICENSE")),
    "licences/bootstrap.txt": ("bootstrap", copied("bootstrap/LICENSE")),
    "licences/htmx.txt": ("htmx.org", copied("htmx.org/LICENSE")),
    "licences/hash-wasm.txt": ("hash-wasm", copied("hash-wasm/LICENSE")),
    "licences/jsqr.txt": ("jsqr", copied("jsqr/LICENSE")),
    "licences/echarts.txt": ("echarts", copied("echarts/LICENSE")),
    "licences/echarts-notice.txt": ("echarts", copied("echarts/NOTICE")),
    "licences/echarts-d3.txt": ("echarts", copied("echarts/licenses/LICENSE-d3")),
    "licences/zrender.txt": ("zrender", copied("zrender/LICENSE")),
    "licences/tslib.txt": ("tslib", copied("tslib/LICENSE.txt")),
}
"""File -> package it comes from and how it is made."""

TEST_FILES: Final[Mapping[str, tuple[str, Make]]] = {
    "axe.min.js": ("axe-core", copied("axe-core/axe.min.js")),
    "licences/axe-core.txt": ("axe-core", copied("axe-core/LICENSE")),
    "licences/axe-core-3rd-party.txt": ("axe-core", copied("axe-core/LICENSE-3RD-PARTY.txt")),
}


def run(*command: str) -> bytes:
    """Return what a program prints, run in the work folder; what it complains about is shown."""
    return subprocess.run(command, cwd=WORK, check=True, stdout=subprocess.PIPE).stdout


def install(*, lock: bool) -> None:
    """Install the pinned packages below the work folder, and resolve them anew if asked."""
    if shutil.which("npm") is None:
        sys.exit("console-assets: need Node 20 or newer with npm (Debian: apt-get install npm)")
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(INPUTS, WORK)
    if lock:
        run("npm", "install", "--package-lock-only", "--silent")
        shutil.copyfile(WORK / "package-lock.json", INPUTS / "package-lock.json")
    run("npm", "ci", "--silent")


def row(name: str, package: str, content: bytes) -> dict[str, str | int]:
    """Return what the lock says of a file."""
    about = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
    return {
        "file": name,
        "package": package,
        "version": about["version"],
        "licence": SPDX.get(about["license"], about["license"]),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "gzip_bytes": len(gzip.compress(content, mtime=0)),
    }


def write(folder: Path, files: Mapping[str, tuple[str, Make]]) -> None:
    """Write files and their lock into an empty folder, and print their sizes."""
    made = {name: (package, make()) for name, (package, make) in sorted(files.items())}
    shutil.rmtree(folder, ignore_errors=True)
    for name, (_, content) in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    rows = [row(name, package, content) for name, (package, content) in made.items()]
    text = json.dumps({"files": rows}, indent=2)
    (folder / LOCK_NAME).write_text(text + "\n", encoding="utf-8")
    for one in rows:
        print(f"{one['bytes']:>8} {one['gzip_bytes']:>7} {one['file']} ({one['package']})")


def main() -> None:
    """Install, then write both folders and the list of Tabler's classes."""
    options = argparse.ArgumentParser(description="Make the console's files of other projects.")
    options.add_argument("--lock", action="store_true", help="resolve package.json anew")
    install(lock=options.parse_args().lock)
    write(VENDOR, CONSOLE_FILES)
    write(TEST_VENDOR, TEST_FILES)
    names = sorted(classes_of((MODULES / SHEET).read_text(encoding="utf-8")))
    (INPUTS / "tabler-classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
