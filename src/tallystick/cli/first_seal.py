# SPDX-License-Identifier: Apache-2.0
"""The first seal of a network that was founded here: made and published by itself, once.

Founding leaves a note in the data folder; the node that runs next makes the seal, publishes it
as the administrator, and takes the note away. Nobody seals a first certificate with a ceremony.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import KEYS_FOLDER, SEALS_FOLDER
from tallystick.cli.talk import step, warn
from tallystick.client import KeyStore, SealStore, connect, read_file, write_file
from tallystick.errors import TallystickError

NOTE: Final = "first-seal.json"
_NOTE_MAX: Final = 4096


class FirstSeal(msgspec.Struct, frozen=True):
    """Whose seal is still to be made."""

    organization: str
    name: str
    key: str
    """Name of the administrator's key."""


def note_first_seal(folder: Path, wanted: FirstSeal) -> None:
    """Let the next start of the node in this folder make a seal."""
    write_file(folder / NOTE, msgspec.json.encode(wanted))


def seals_of(folder: Path) -> SealStore:
    """Return where the seals of a folder's network are: the demonstration's own, or the user's."""
    return SealStore(folder / SEALS_FOLDER) if (folder / KEYS_FOLDER).is_dir() else SealStore()


def publish_first_seal(folder: Path, url: str, trust: Path) -> None:
    """Make and publish the seal that founding left to do; what hinders it is said, and no more."""
    note = folder / NOTE
    if not note.is_file():
        return
    try:
        wanted = msgspec.json.decode(read_file(note, size_max=_NOTE_MAX), type=FirstSeal)
        fingerprint = _publish(folder, url, trust, wanted)
    except (TallystickError, msgspec.MsgspecError) as error:
        warn(say("seal.first_failed", why=str(error)))
    else:
        step(say("seal.first", name=wanted.name, fingerprint=fingerprint[:12]))
    note.unlink(missing_ok=True)


def _publish(folder: Path, url: str, trust: Path, wanted: FirstSeal) -> str:
    from tallystick.cli.founding import now_ms
    from tallystick.crypto import OrganizationSeal

    demo = folder / KEYS_FOLDER
    identity = KeyStore(demo if demo.is_dir() else None).load(wanted.key)
    seal = OrganizationSeal.create(wanted.organization, wanted.name, now_ms())
    seals_of(folder).save(wanted.organization, seal, None)
    with connect(url, identity=identity, trust=trust) as net:
        net.call("seals", "publish", certificate=seal.certificate)
    return seal.fingerprint
