# SPDX-License-Identifier: Apache-2.0
"""Which key signs: the one asked for, else the demonstration's, else the user's only one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import DEFAULT_KEY, KEYS_FOLDER, SEALS_FOLDER
from tallystick.cli.dev import names as dev
from tallystick.cli.locate import data_folder, existing_data_folder
from tallystick.cli.runfile import RunFile
from tallystick.cli.secrets import read_passphrase
from tallystick.cli.stage import default_environment
from tallystick.client import Identity, KeyStore, SealStore
from tallystick.errors import UsageError

VARIABLE: Final = "TALLY_KEY"
"""The same that the SDK reads."""


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key file that exists."""

    name: str
    store: KeyStore


def own_store() -> KeyStore:
    """Return the user's own keys."""
    return KeyStore()


def demo_store(folder: Path | None = None) -> KeyStore | None:
    """Return the keys of a demonstration, or of development, in the data folder."""
    place = folder or existing_data_folder(None)
    found = (place / name for name in (KEYS_FOLDER, dev.KEYS_FOLDER))
    return next((KeyStore(keys) for keys in found if keys.is_dir()), None)


def choose_key(asked: str | None, url: str) -> FoundKey:
    """Return the key to sign with for the node at `url`.

    Raises:
        UsageError: there is none, several, or not the one asked for.
    """
    name = asked or default_environment().get(VARIABLE)
    demo = _demo_store_at(url)
    own = own_store()
    if name:
        return _named(name, [own, *([demo] if demo else [])])
    if demo is not None:
        is_dev = demo.folder.name == dev.KEYS_FOLDER
        return FoundKey(dev.DEFAULT_KEY if is_dev else DEFAULT_KEY, demo)
    names = own.names()
    if len(names) == 1:
        return FoundKey(names[0], own)
    if names:
        raise UsageError(
            say("key.several", names=", ".join(names)),
            field="--as",
            expected=", ".join(names),
            hint=say("key.several_hint"),
        )
    raise UsageError(say("key.none"), field="--as", hint=say("key.none_hint"))


def seals_at(url: str) -> SealStore:
    """Return the seals of the demonstration if its node is meant, else one's own."""
    demo = _demo_store_at(url)
    seals = None if demo is None else demo.folder.parent / SEALS_FOLDER
    return SealStore(seals) if seals is not None and seals.is_dir() else SealStore()


def open_key(found: FoundKey, passphrase_file: str | None = None) -> Identity:
    """Return the identity behind a key file, asking for its passphrase if it has one.

    Raises:
        UsageError: a passphrase is needed and nobody can be asked.
        FileProblem: the file is damaged, or the passphrase wrong.
    """
    described = found.store.describe(found.name)
    passphrase = read_passphrase(passphrase_file) if described.is_sealed else None
    return found.store.load(found.name, passphrase=passphrase)


def _named(name: str, stores: list[KeyStore]) -> FoundKey:
    for store in stores:
        if name in store.names():
            return FoundKey(name, store)
    known = sorted({known for store in stores for known in store.names()})
    raise UsageError(
        say("key.unknown", name=name),
        field="--as",
        expected=", ".join(known) or None,
        hint=say("key.several_hint") if known else say("key.none_hint"),
    )


def _demo_store_at(url: str) -> KeyStore | None:
    """Return the demonstration's keys if its node is the one that is meant."""
    for folder in {data_folder(None), data_folder(None, demo=True), existing_data_folder(None)}:
        record = RunFile(folder).read()
        if record is not None and record.url == url:
            return demo_store(folder)
    return None
