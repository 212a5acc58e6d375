# SPDX-License-Identifier: Apache-2.0
"""`tally sdk stubs`: a typed package of contracts, for editors and type checkers."""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.linking import open_net
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output
from tallystick.errors import FileProblem, UsageError

if TYPE_CHECKING:
    from tallystick.client import ContractSchema


def stubs(
    *,
    out: Path | None = None,
    installed: bool = False,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Write the package.

    Raises:
        UsageError: the folder's name cannot be imported.
        FileProblem: it cannot be written.
        Unavailable: nobody answers at the node's address.
    """
    from tallystick.client import STUBS_PACKAGE, stub_package

    folder = out or Path(STUBS_PACKAGE)
    name = folder.resolve().name
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(say("sdk.name", name=name), field="--out", found=name)
    schemas = _installed() if installed else _of_node(address)
    files = stub_package(schemas)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileProblem(
            f"{folder}: {error.strerror}", field="--out", found=str(folder)
        ) from error
    return Sheet(
        {
            "package": name,
            "folder": str(folder),
            "contracts": [f"{one.name} v{one.version}" for one in schemas],
            "files": sorted(files),
            "use": f"from {name} import connect",
        },
        shown=("folder", "contracts", "use"),
    )


def _of_node(address: Address) -> list[ContractSchema]:
    with open_net(address) as net:
        return [one.schema for one in net.contracts()]


def _installed() -> list[ContractSchema]:
    """Return the schemas of the contracts of this environment, as a node would send them."""
    from importlib.metadata import entry_points

    import msgspec

    from tallystick.client import ContractSchema
    from tallystick.contracts import schema_of

    points = entry_points(group="tallystick.contracts")
    return [
        msgspec.convert(msgspec.to_builtins(schema_of(point.load())), ContractSchema)
        for point in sorted(points)
    ]
