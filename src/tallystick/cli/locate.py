# SPDX-License-Identifier: Apache-2.0
"""Where things are when nobody says so: the data folder, the node's address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tallystick.cli.runfile import RunFile
from tallystick.cli.stage import default_environment

PORT: Final = 8700
DATA_VARIABLE: Final = "TALLY_DATA"
URL_VARIABLE: Final = "TALLY_URL"
_OWN, _DEMO, _DEV = "node", "demo", "dev"
_LOCAL_NAMES: Final = frozenset(
    {"", "localhost", "0.0.0.0", "127.0.0.1", "::", "::1"}  # noqa: S104  # not bound here
)


def data_folder(asked: Path | None, *, demo: bool = False) -> Path:
    """Return the data folder: option, then TALLY_DATA, then a folder of this user.

    A demonstration has a folder of its own, so that trying things out never touches a real ledger.
    """
    environment = default_environment()
    if asked is not None:
        return asked.expanduser()
    if environment.get(DATA_VARIABLE):
        return Path(environment[DATA_VARIABLE]).expanduser()
    return _home(environment) / (_DEMO if demo else _OWN)


def dev_folder(asked: Path | None) -> Path:
    """Return the data folder of `tally dev`: option, else one of its own below this user's.

    TALLY_DATA is not looked at: it may name a real ledger.
    """
    return asked.expanduser() if asked is not None else _home(default_environment()) / _DEV


def existing_data_folder(asked: Path | None) -> Path:
    """Return the data folder that a command about the node of this machine means.

    Without option and variable it is the one whose node runs, else the one that exists, the real
    one first, that of development last.
    """
    own, demo = data_folder(asked), data_folder(asked, demo=True)
    if own == demo:
        return own
    folders = (own, demo, dev_folder(None))
    running = [folder for folder in folders if RunFile(folder).is_held()]
    existing = [folder for folder in folders if folder.is_dir()]
    return next(iter((*running, *existing, own)))


def node_url(asked: str | None) -> str:
    """Return the node's address: option, TALLY_URL, the node of this machine, the default."""
    given = asked or default_environment().get(URL_VARIABLE)
    if given:
        return given.rstrip("/")
    record = RunFile(existing_data_folder(None)).read()
    return record.url if record is not None else local_url(PORT)


def local_url(port: int, host: str = "localhost") -> str:
    """Return the address to print; always `localhost` for this machine, as browsers trust it."""
    if host in _LOCAL_NAMES:
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _home(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "tallystick"
