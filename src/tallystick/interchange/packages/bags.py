# SPDX-License-Identifier: Apache-2.0
"""Reads BagIt bags (RFC 8493, and 0.93 to 0.97 before it) and checks them whole.

Works on the members of an archive or of a folder, as streams: nothing is unpacked. A bag that names
files elsewhere (`fetch.txt`) is not whole, so it is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tallystick.errors import HashMismatch, InvalidPackage, LimitExceeded
from tallystick.interchange.archives import Members, check_name

DECLARATION: Final = "bagit.txt"
TAG_FILE_BYTES_MAX: Final = 16 * 1024 * 1024
_ALGORITHMS: Final = MappingProxyType({"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128})
STRONG: Final = frozenset({"sha256", "sha512"})
_MANIFEST: Final = re.compile("(tag)?manifest-([a-z0-9]+)\\.txt")
_VERSION: Final = re.compile(r"BagIt-Version: (0\.9[3-7]|1\.0)")
_ENCODING: Final = "Tag-File-Character-Encoding: UTF-8"
_LINE: Final = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)")
_OXUM: Final = re.compile(r"^Payload-Oxum: *([0-9]{1,19})\.([0-9]{1,19})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class BagFile:
    """A file of a bag, with what the manifests say of it."""

    name: str
    """In the bag: `data/contract.pdf`, `evidence/EV-2026-000001/receipt.json`."""
    size: int
    digests: Mapping[str, str]
    """Algorithm -> lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag as its tag files describe it; `check_bag` says whether its files are so."""

    version: str
    root: str
    """The folder it lies in within the archive, with a slash at its end; empty for none."""
    payload: tuple[BagFile, ...]
    tags: tuple[BagFile, ...]
    """Tag files that a tag manifest names."""
    algorithms: frozenset[str]

    @property
    def is_strong(self) -> bool:
        """Whether the payload is held by a hash that nobody can imitate."""
        return bool(self.algorithms & STRONG)


def read_bag(members: Members) -> Bag:
    """Return the bag in an archive or folder; file contents are not looked at yet.

    Raises:
        InvalidPackage: it is no bag, or its manifests do not list exactly what is there.
        HostileFile: a manifest names a file outside the bag.
        LimitExceeded: a tag file is too large.
    """
    root = _root(members.sizes)
    names = {name.removeprefix(root): size for name, size in members.sizes.items()}
    version = _declared(_tag(members, root, DECLARATION))
    if "fetch.txt" in names:
        raise InvalidPackage("the bag is incomplete: it names files elsewhere", field="fetch.txt")
    manifests: dict[bool, dict[str, dict[str, str]]] = {True: {}, False: {}}
    for name in names:
        found = _MANIFEST.fullmatch(name)
        if found is not None:
            text = _tag(members, root, name)
            listed = _entries(name, found[2], text, is_tag=found[1] is not None)
            manifests[found[1] is not None][found[2]] = listed
    payload = {name: size for name, size in names.items() if name.startswith("data/")}
    if not manifests[False]:
        raise InvalidPackage("the bag has no manifest", expected="manifest-sha256.txt")
    for algorithm, listed in manifests[False].items():
        _check_same(f"manifest-{algorithm}.txt", listed.keys(), payload.keys())
    for algorithm, listed in manifests[True].items():
        _check_there(f"tagmanifest-{algorithm}.txt", listed.keys(), names.keys())
    if "bag-info.txt" in names:
        _check_oxum(_tag(members, root, "bag-info.txt"), payload)
    tags = {name: size for name, size in names.items() if name not in payload}
    return Bag(
        version=version,
        root=root,
        payload=_files(payload, manifests[False]),
        tags=_files(tags, manifests[True]),
        algorithms=frozenset(manifests[False]),
    )


def check_bag(members: Members, bag: Bag) -> None:
    """Hash every file that a manifest names, once, and compare.

    Raises:
        HashMismatch: a file is not as the manifest says.
        InvalidPackage: a file of the archive is damaged.
    """
    for file in (*bag.payload, *bag.tags):
        hashes = {name: hashlib.new(name, usedforsecurity=False) for name in file.digests}
        for chunk in members.chunks(bag.root + file.name):
            for one in hashes.values():
                one.update(chunk)
        for name, one in hashes.items():
            if one.hexdigest() != file.digests[name]:
                raise HashMismatch(
                    "a file is not as the manifest says",
                    field=file.name[:200],
                    expected=f"{name} {file.digests[name]}",
                    found=one.hexdigest(),
                )


def _root(names: Iterable[str]) -> str:
    """Return the folder that holds the declaration, of which there is one."""
    found = sorted((name for name in names if name.split("/")[-1] == DECLARATION), key=len)
    if not found:
        raise InvalidPackage("not a bag: there is no bagit.txt", expected=DECLARATION)
    root = found[0].removesuffix(DECLARATION)
    if any(not name.startswith(root) for name in names):
        raise InvalidPackage("the archive has files outside the bag", expected=f"all in {root}")
    return root


def _tag(members: Members, root: str, name: str) -> str:
    if root + name not in members.sizes:
        raise InvalidPackage("a tag file is missing", field=name)
    if members.sizes[root + name] > TAG_FILE_BYTES_MAX:
        raise LimitExceeded(
            "a tag file is too large", field=name, expected=f"{TAG_FILE_BYTES_MAX} bytes"
        )
    try:
        return b"".join(members.chunks(root + name)).decode()
    except UnicodeDecodeError as error:
        raise InvalidPackage("a tag file is not UTF-8", field=name, expected="UTF-8") from error


def _declared(text: str) -> str:
    """Return the version; the two lines are exact, which libraries are lax about."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    found = _VERSION.fullmatch(lines[0])
    if found is None or lines[1:] != [_ENCODING]:
        raise InvalidPackage(
            "bagit.txt is not the two lines of a bag", field=DECLARATION, expected=_ENCODING
        )
    return found[1]


def _entries(manifest: str, algorithm: str, text: str, *, is_tag: bool) -> dict[str, str]:
    """Return the digest of each file that a manifest lists."""
    size = _ALGORITHMS.get(algorithm)
    if size is None:
        raise InvalidPackage(
            "a manifest is of an unknown hash", field=manifest, expected=", ".join(_ALGORITHMS)
        )
    entries: dict[str, str] = {}
    for line in re.split(r"\r\n|\n|\r", text):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None or len(found[1]) != size:
            raise InvalidPackage("a line of a manifest cannot be read", field=manifest)
        name = _decoded(found[2]).removeprefix("./")
        check_name(name)
        if name in entries or name.startswith("data/") is is_tag:
            raise InvalidPackage(
                "a file is listed twice, or in the wrong manifest", field=manifest, found=name[:200]
            )
        entries[name] = found[1].lower()
    return entries


def _decoded(name: str) -> str:
    """Return a name from a manifest, in which only line ends and the percent sign are escaped."""
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        name = name.replace(escaped, plain)
    return name


def _check_same(manifest: str, listed: Iterable[str], there: Iterable[str]) -> None:
    unlisted = sorted(set(there) - set(listed))
    if unlisted:
        raise InvalidPackage(
            "the bag has a file that a manifest does not list",
            field=manifest,
            found=unlisted[0][:200],
        )
    _check_there(manifest, listed, there)


def _check_there(manifest: str, listed: Iterable[str], there: Iterable[str]) -> None:
    missing = sorted(set(listed) - set(there))
    if missing:
        raise InvalidPackage("a file of the bag is missing", field=manifest, found=missing[0][:200])


def _check_oxum(text: str, payload: Mapping[str, int]) -> None:
    found = _OXUM.search(text.replace("\r\n", "\n"))
    if found is not None and (int(found[1]), int(found[2])) != (
        sum(payload.values()),
        len(payload),
    ):
        raise InvalidPackage(
            "the payload is not of the size that bag-info.txt says",
            field="Payload-Oxum",
            expected=f"{found[1]}.{found[2]}",
            found=f"{sum(payload.values())}.{len(payload)}",
        )


def _files(
    sizes: Mapping[str, int], manifests: Mapping[str, Mapping[str, str]]
) -> tuple[BagFile, ...]:
    return tuple(_listed(sizes, manifests))


def _listed(
    sizes: Mapping[str, int], manifests: Mapping[str, Mapping[str, str]]
) -> Iterator[BagFile]:
    for name, size in sizes.items():
        digests = {one: listed[name] for one, listed in manifests.items() if name in listed}
        if digests:
            yield BagFile(name, size, digests)
